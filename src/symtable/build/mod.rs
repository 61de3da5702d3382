//! The first pass: visits the tree in CPython's order and notes how each scope binds and uses
//! names.
//!
//! The order matters: it is the order of a scope's symbols, and which of several faults is
//! reported. What only the analysis can decide (where a name lives) is left open.
//!
//! CPython: `Python/symtable.c` `_PySymtable_Build` (3.12)

mod annotations;
mod comprehensions;
mod contexts;
mod definitions;
mod expressions;
mod patterns;
mod statements;
mod type_params;

use super::{Outcome, Scope, ScopeId, ScopeKind, SymbolFlags, SymbolTable, Symbols, fault};
use crate::diagnostic::Diagnostic;
use crate::names::{Ident, Interner, known};
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{self, ExprContext, Module, NodeId};
use crate::targets::SymtableFeatures;

/// The scopes of a module; no symbol has its `scope` yet.
pub(super) fn module<'a>(
    interner: &mut Interner<'a>,
    features: &'static SymtableFeatures,
    future: &Future,
    module: &Module<'a>,
) -> Result<SymbolTable, Box<Diagnostic>> {
    let mut builder = Builder {
        interner,
        features,
        table: SymbolTable {
            // Nearly every node that is found again opens a scope.
            scopes: Vec::with_capacity(module.node_count as usize + 1),
            by_node: vec![None; module.node_count as usize],
            mangled_names: Vec::new(),
            is_plain: true,
        },
        current: SymbolTable::TOP,
        stack: vec![SymbolTable::TOP],
        private: None,
        future: *future,
        annotations: 0,
        depth: 0,
    };
    let nowhere = Location::new(0, 0, 0, 0);
    builder.table.scopes.push(Scope::new(ScopeKind::Module, known::TOP, nowhere));
    builder.scope().has_docstring = ast::docstring(module.body).is_some();
    builder.visit_stmts(module.body)?;
    Ok(builder.table)
}

impl Scope {
    fn new(kind: ScopeKind, name: Ident, location: Location) -> Scope {
        Scope {
            kind,
            name,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            nested: false,
            generator: false,
            coroutine: false,
            comprehension: None,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            comp_inlined: false,
            comp_iter_target: false,
            can_see_class_scope: false,
            has_docstring: false,
            is_method: false,
            annotations_used: false,
            annotations: None,
            variable_annotations: None,
            has_conditional_annotations: false,
            in_unevaluated_annotation: false,
            in_conditional_block: false,
            in_try_block: false,
            mangled_names: None,
            comp_iter_expr: 0,
            location,
        }
    }
}

struct Builder<'i, 'a> {
    interner: &'i mut Interner<'a>,
    features: &'static SymtableFeatures,
    table: SymbolTable,
    /// The innermost scope, and those around it, outermost first and itself last.
    current: ScopeId,
    stack: Vec<ScopeId>,
    /// The class whose private names are mangled here.
    private: Option<Ident>,
    future: Future,
    /// How many annotations that are not evaluated are around the current place.
    annotations: u32,
    /// How deeply the node being visited is nested.
    depth: u32,
}

impl Builder<'_, '_> {
    fn scope(&mut self) -> &mut Scope {
        self.table.scope_mut(self.current)
    }

    /// Annotations are not evaluated: `from __future__ import annotations`.
    fn future_annotations(&self) -> bool {
        self.future.contains(Future::ANNOTATIONS)
    }

    /// Every statement, expression, pattern and type parameter is one level deeper than what it is
    /// part of.
    fn descend(&mut self) -> Outcome {
        self.depth += 1;
        if self.depth > self.features.recursion_limit {
            return Err(Box::new(Diagnostic::recursion_error()));
        }
        Ok(())
    }

    fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// Opens a scope inside the current one, which `node` finds from now on.
    ///
    /// CPython: `Python/symtable.c` `symtable_enter_block` (3.12)
    fn enter(&mut self, kind: ScopeKind, name: Ident, node: NodeId, location: Location) {
        let id = self.enter_child(kind, name, location);
        if self.annotations == 0 {
            self.table.by_node[node.0 as usize] = Some(id);
        }
    }

    /// Opens a scope inside the current one.
    fn enter_child(&mut self, kind: ScopeKind, name: Ident, location: Location) -> ScopeId {
        let id = self.open(kind, name, location);
        let parent = self.current;
        self.table.scope_mut(parent).children.push(id);
        self.current = id;
        id
    }

    /// Makes a scope and pushes it on the stack.
    fn open(&mut self, kind: ScopeKind, name: Ident, location: Location) -> ScopeId {
        let mut scope = Scope::new(kind, name, location);
        let outer = self.table.scope(self.current);
        scope.nested = outer.nested || outer.is_function_like();
        scope.is_method = kind == ScopeKind::Function && outer.kind == ScopeKind::Class;
        scope.comp_iter_expr = outer.comp_iter_expr;
        if kind != ScopeKind::Class {
            scope.mangled_names = outer.mangled_names;
        }
        if self.features.deferred_annotations && kind.is_evaluated_on_demand() {
            // What the value is asked for in; the prologue of the scope's code looks at it.
            scope.symbols.entry(known::DOT_FORMAT).flags.0 |= SymbolFlags::DEF_PARAM | SymbolFlags::USE;
            scope.varnames.push(known::DOT_FORMAT);
        }
        let id = ScopeId(self.table.scopes.len() as u32);
        self.table.scopes.push(scope);
        self.stack.push(id);
        id
    }

    fn exit(&mut self) {
        self.stack.pop();
        self.current = *self.stack.last().expect("the module's scope stays open");
    }

    /// Lets the current scope, which is directly or indirectly in a class, look names up in the
    /// class's namespace.
    fn see_class(&mut self, location: Location) -> Outcome {
        self.scope().can_see_class_scope = true;
        self.add_def(known::CLASSDICT, SymbolFlags::USE, location)
    }

    #[inline]
    fn mangle(&mut self, name: Ident) -> Ident {
        self.mangle_in(self.current, name)
    }

    /// `name` as it is called in a scope.
    #[inline]
    fn mangle_in(&mut self, scope: ScopeId, name: Ident) -> Ident {
        self.table.mangle(self.interner, self.private, scope, name)
    }

    /// What is known of a name in the current scope.
    ///
    /// CPython: `Python/symtable.c` `symtable_lookup` (3.12)
    fn lookup(&mut self, name: Ident) -> SymbolFlags {
        let mangled = self.mangle(name);
        flags_in(self.scope(), mangled)
    }

    /// Notes that the current scope binds or uses a name in the way of `flag`.
    fn add_def(&mut self, name: Ident, flag: u16, location: Location) -> Outcome {
        if flag & SymbolFlags::DEF_BOUND != 0 {
            self.check_name(name, ExprContext::Store, location)?;
        }
        self.add_def_to(self.current, name, flag, location)
    }

    /// CPython: `Python/symtable.c` `symtable_add_def_helper` (3.12)
    #[inline]
    fn add_def_to(&mut self, id: ScopeId, name: Ident, flag: u16, location: Location) -> Outcome {
        let mangled = self.mangle(name);
        let scope = self.table.scope_mut(id);
        let is_target = scope.comp_iter_target;
        let flags = &mut scope.symbols.entry(mangled).flags;
        if flags.contains(flag & (SymbolFlags::DEF_PARAM | SymbolFlags::DEF_TYPE_PARAM)) {
            return self.duplicate(name, flag, self.fault_location(id, location));
        }
        flags.0 |= flag;
        if is_target {
            if flags.contains(SymbolFlags::DEF_GLOBAL | SymbolFlags::DEF_NONLOCAL) {
                return self.inner_loop_conflict(name, self.fault_location(id, location));
            }
            flags.0 |= SymbolFlags::DEF_COMP_ITER;
        }
        if flag & SymbolFlags::DEF_PARAM != 0 {
            scope.varnames.push(mangled);
        } else if flag & SymbolFlags::DEF_GLOBAL != 0 {
            let top = self.table.scope_mut(SymbolTable::TOP);
            top.symbols.entry(mangled).flags.0 |= flag;
        }
        Ok(())
    }

    /// Where a fault at `location`, which is in a scope, is reported.
    #[cold]
    fn fault_location(&self, scope: ScopeId, location: Location) -> Location {
        if self.features.faults_at_scopes { self.table.scope(scope).location } else { location }
    }

    #[cold]
    fn duplicate(&self, name: Ident, flag: u16, location: Location) -> Outcome {
        let text = self.interner.text(name);
        if flag & SymbolFlags::DEF_PARAM != 0 {
            let parameter = self.features.duplicate_parameter;
            fault(location, format!("duplicate {parameter} '{text}' in function definition"))
        } else {
            fault(location, format!("duplicate type parameter '{text}'"))
        }
    }

    #[cold]
    fn inner_loop_conflict(&self, name: Ident, location: Location) -> Outcome {
        let text = self.interner.text(name);
        fault(
            location,
            format!("comprehension inner loop cannot rebind assignment expression target '{text}'"),
        )
    }

    /// Remembers the place that a `global` or `nonlocal` of the current scope is for, for the
    /// analysis's faults.
    ///
    /// CPython: `Python/symtable.c` `symtable_record_directive` (3.12)
    fn record_directive(&mut self, name: Ident, location: Location) {
        let mangled = self.mangle(name);
        self.scope().directives.push((mangled, location));
    }
}

/// What is known of a name, as it is after mangling, in a scope.
fn flags_in(scope: &Scope, mangled: Ident) -> SymbolFlags {
    scope.symbols.get(mangled).unwrap_or_default().flags
}
