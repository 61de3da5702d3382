//! A symbol table as text, in the format of the goldens: a line for each scope, under it one for each symbol, then the scopes inside.

use std::fmt::Write as _;

use crosspyc::names::{Ident, Interner};
use crosspyc::source::Location;
use crosspyc::symtable::{
    ComprehensionKind, Scope, ScopeId, ScopeKind, Symbol, SymbolFlags, SymbolScope, SymbolTable,
};

pub(crate) fn dump(interner: &Interner<'_>, table: &SymbolTable) -> String {
    let mut text = String::new();
    scope(interner, table, SymbolTable::TOP, 0, &mut text);
    text
}

fn scope(interner: &Interner<'_>, table: &SymbolTable, id: ScopeId, depth: usize, text: &mut String) {
    let scope = table.scope(id);
    let indent = "  ".repeat(depth);
    writeln!(text, "{indent}{}", headline(interner, scope)).unwrap();
    for (name, symbol) in in_order(interner, scope) {
        write!(text, "{indent}  . {} {}", interner.text(name), place(symbol.scope)).unwrap();
        for (bit, word) in FLAGS.iter().enumerate() {
            if symbol.flags.contains(1 << bit) {
                write!(text, " {word}").unwrap();
            }
        }
        text.push('\n');
    }
    for &child in &scope.children {
        self::scope(interner, table, child, depth + 1, text);
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

/// The order of insertion; but names that are only passed on come last and sorted, since CPython adds them in no order.
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

fn headline(interner: &Interner<'_>, scope: &Scope) -> String {
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
        (scope.free, "free"),
        (scope.child_free, "child-free"),
        (scope.generator, "generator"),
        (scope.coroutine, "coroutine"),
        (scope.varargs, "varargs"),
        (scope.varkeywords, "varkeywords"),
        (scope.returns_value, "returns-value"),
        (scope.needs_class_closure, "needs-class-closure"),
        (scope.needs_classdict, "needs-classdict"),
        (scope.can_see_class_scope, "can-see-class-scope"),
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
