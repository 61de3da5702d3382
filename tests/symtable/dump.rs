//! A symbol table as text, in the format of the goldens: a line for each scope, under it one for
//! each symbol, then the scopes inside.

use std::fmt::Write as _;

use crosspyc::internals::names::{Ident, Interner};
use crosspyc::internals::source::Location;
use crosspyc::internals::symtable::{
    ComprehensionKind, Scope, ScopeId, ScopeKind, Symbol, SymbolFlags, SymbolScope, SymbolTable,
};
use crosspyc::internals::targets::Target;

pub(crate) fn dump(interner: &Interner<'_>, target: Target, table: &SymbolTable) -> String {
    let mut dump = Dump { interner, target, table, text: String::new() };
    dump.scope(SymbolTable::TOP, 0);
    dump.text
}

struct Dump<'t, 'a> {
    interner: &'t Interner<'a>,
    target: Target,
    table: &'t SymbolTable,
    text: String,
}

impl Dump<'_, '_> {
    fn scope(&mut self, id: ScopeId, depth: usize) {
        let scope = self.table.scope(id);
        let indent = "  ".repeat(depth);
        let headline = headline(self.interner, self.target, scope);
        writeln!(self.text, "{indent}{headline}").unwrap();
        for (name, symbol) in in_order(self.interner, scope) {
            let name = self.interner.text(name);
            write!(self.text, "{indent}  . {name} {}", place(symbol.scope)).unwrap();
            // Patch releases differ in whether uses in inlined comprehensions count here.
            let is_own = matches!(symbol.scope, Some(SymbolScope::Local | SymbolScope::Cell));
            let use_hidden = is_own && self.target.features().symtable.deferred_annotations;
            for (bit, word) in FLAGS.iter().enumerate() {
                if symbol.flags.contains(1 << bit) && !(use_hidden && *word == "use") {
                    write!(self.text, " {word}").unwrap();
                }
            }
            self.text.push('\n');
        }
        for &child in &scope.children {
            self.scope(child, depth + 1);
        }
    }
}

const FLAGS: [&str; 12] = [
    "global",
    "bound",
    "param",
    "nonlocal",
    "use",
    "def-free",
    "free-class",
    "import",
    "annot",
    "comp-iter",
    "type-param",
    "comp-cell",
];

/// The order of insertion; but names that are only passed on come last and sorted, since CPython
/// adds them in no order.
fn in_order(interner: &Interner<'_>, scope: &Scope) -> Vec<(Ident, Symbol)> {
    let passed_on = |symbol: Symbol| {
        symbol.scope == Some(SymbolScope::Free) && !symbol.flags.contains(!SymbolFlags::DEF_FREE_CLASS)
    };
    let (mut last, mut symbols): (Vec<_>, Vec<_>) =
        scope.symbols.iter().partition(|&(_, symbol)| passed_on(symbol));
    last.sort_by_key(|&(name, _)| interner.text(name));
    symbols.append(&mut last);
    symbols
}

fn headline(interner: &Interner<'_>, target: Target, scope: &Scope) -> String {
    // What CPython notes of a scope from the version on that has deferred annotations.
    let is_noted = target.features().symtable.deferred_annotations;
    let kind = match scope.kind {
        ScopeKind::Function => "function",
        ScopeKind::Class => "class",
        ScopeKind::Module => "module",
        ScopeKind::Annotation => "annotation",
        ScopeKind::TypeVariable(_) => "bound",
        ScopeKind::TypeAlias => "alias",
        ScopeKind::TypeParams => "typeparams",
    };
    let mut line = format!("{kind} {} {}", interner.text(scope.name), range(scope.location));
    for (is_so, word) in [
        (scope.nested, "nested"),
        (scope.generator, "generator"),
        (scope.coroutine, "coroutine"),
        (scope.varargs, "varargs"),
        (scope.varkeywords, "varkeywords"),
        (scope.returns_value, "returns-value"),
        (scope.needs_class_closure, "needs-class-closure"),
        (scope.needs_classdict, "needs-classdict"),
        (scope.can_see_class_scope, "can-see-class-scope"),
        (scope.annotations_used && is_noted, "annotations-used"),
        (scope.has_docstring && is_noted, "has-docstring"),
        (scope.is_method && is_noted, "method"),
        (scope.has_conditional_annotations && is_noted, "has-conditional-annotations"),
    ] {
        if is_so {
            write!(line, " {word}").unwrap();
        }
    }
    match scope.comprehension {
        None => {}
        Some(ComprehensionKind::List) => line.push_str(" list"),
        Some(ComprehensionKind::Dict) => line.push_str(" dict"),
        Some(ComprehensionKind::Set) => line.push_str(" set"),
        Some(ComprehensionKind::Generator) => line.push_str(" generator-expression"),
    }
    if !scope.varnames.is_empty() {
        let names: Vec<&str> = scope.varnames.iter().map(|&name| interner.text(name)).collect();
        write!(line, " varnames={}", names.join(",")).unwrap();
    }
    for &(name, location) in &scope.directives {
        write!(line, " directive={}@{}", interner.text(name), range(location)).unwrap();
    }
    line
}

fn range(location: Location) -> String {
    let Location { lineno, end_lineno, col_offset, end_col_offset } = location;
    format!("{lineno}:{col_offset}-{end_lineno}:{end_col_offset}")
}

fn place(scope: Option<SymbolScope>) -> &'static str {
    match scope {
        None => "None",
        Some(SymbolScope::Local) => "local",
        Some(SymbolScope::GlobalExplicit) => "global-explicit",
        Some(SymbolScope::GlobalImplicit) => "global-implicit",
        Some(SymbolScope::Free) => "free",
        Some(SymbolScope::Cell) => "cell",
    }
}
