//! The symbol table: which names each scope of a module binds and uses, and where each name lives.
//!
//! Input is the tree after preprocessing, output a [`SymbolTable`], which the code generator asks
//! for the scope of every node that opens one and for the symbols in it. Two passes:
//! [`build`](mod@build) visits the tree and notes for every scope, in order of first appearance,
//! how each name is bound and used; [`analyze`] decides from that where each lives, and which
//! comprehensions are inlined. Whatever contradicts itself (a parameter that is declared `global`,
//! a `nonlocal` without binding) is a diagnostic.
//!
//! ```python
//! def f(a):
//!     def g(): return a + b
//!     return g
//! ```
//!
//! gives the scopes `top` (`f` local), `f` (`a` a cell, `g` local) and `g` (`a` free, `b` an
//! implicit global).
//!
//! Symbols are keyed by the *mangled* name. The kind of a scope and its symbols depend on nothing
//! but the tree and the future flags: no hash order and no [`Ident`] number shows.
//!
//! CPython: `Python/symtable.c` (3.8–)

mod analyze;
mod build;
mod mangle;
mod symbols;

pub use mangle::mangle;
pub use symbols::{Symbol, SymbolFlags, SymbolScope, Symbols};

use rustc_hash::FxHashSet;

use crate::diagnostic::Diagnostic;
use crate::names::{Ident, Interner};
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{Module, NodeId, Stmt};
use crate::targets::SymtableFeatures;

/// A scope's number within its [`SymbolTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// The scopes of one module, for one target.
#[derive(Debug)]
pub struct SymbolTable {
    scopes: Vec<Scope>,
    by_node: Vec<Option<ScopeId>>,
    /// Names that are mangled where others are not: the type parameters of a generic class, as they
    /// are written.
    mangled_names: Vec<FxHashSet<Ident>>,
    /// There is no `try` statement with both handlers and an `else`, nothing with type parameters,
    /// no `type` statement, and no comprehension inlined into a class: releases differ in these.
    is_plain: bool,
}

/// One set of [`SymbolTable::mangled_names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MangledNames(u32);

impl SymbolTable {
    /// The module's own scope.
    pub const TOP: ScopeId = ScopeId(0);

    /// The scope that a node opens. Nodes inside an annotation have none where annotations are not
    /// evaluated (`from __future__ import annotations`).
    ///
    /// # Panics
    /// If the node opens none: a bug of the code generator, which visits the same tree as the
    /// symbol table did.
    pub fn scope_of(&self, node: NodeId) -> ScopeId {
        self.by_node[node.0 as usize].expect("the symbol table visited the node")
    }

    /// How many scopes there are.
    pub fn scope_count(&self) -> usize {
        self.scopes.len()
    }

    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The code generator changes symbols while it inlines a comprehension.
    pub fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }
}

/// One scope. Field by field what CPython calls `ste_...`.
#[derive(Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    /// Of a function, class, alias or type variable; `top`, `lambda`, `genexpr` and the like for
    /// scopes without a name of their own.
    pub name: Ident,
    /// Every name bound or used here (mangled), in order of first appearance; those that are only
    /// passed on to scopes inside (free, without flags), and those of inlined comprehensions, come
    /// last.
    pub symbols: Symbols,
    /// The parameters in the order of `co_varnames`: positional, keyword-only, `*args`, `**kwargs`.
    pub varnames: Vec<Ident>,
    /// In the order of the source; in place of an inlined comprehension stand its children.
    pub children: Vec<ScopeId>,
    /// What `global` and `nonlocal` statements name, and assignment expressions that leave their
    /// comprehension: the name (mangled) and the place of its statement.
    pub directives: Vec<(Ident, Location)>,
    /// A function is around this scope.
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: Option<ComprehensionKind>,
    pub varargs: bool,
    pub varkeywords: bool,
    /// There is a `return` with a value.
    pub returns_value: bool,
    /// A class whose methods use `__class__` or `super`.
    pub needs_class_closure: bool,
    /// A class inside which type parameters or aliases look names up in its namespace.
    pub needs_classdict: bool,
    pub comp_inlined: bool,
    /// True only while the target of a comprehension's `for` is visited.
    pub comp_iter_target: bool,
    /// An annotation scope (annotations, type parameters, alias, bound) directly in a class, or in
    /// another such scope.
    pub can_see_class_scope: bool,
    /// It begins with a docstring.
    pub has_docstring: bool,
    /// A function directly in a class; lambdas and comprehensions count.
    pub is_method: bool,
    /// Something here is annotated: a parameter or the result in the scope of a function's
    /// annotations, a variable elsewhere.
    pub annotations_used: bool,
    /// Of a function whose annotations are deferred: the scope of those of its parameters and its
    /// result.
    pub annotations: Option<ScopeId>,
    /// The scope that the deferred annotations of variables share.
    pub variable_annotations: Option<ScopeId>,
    /// Some of these variables may not come to be annotated; a set, the cell
    /// `__conditional_annotations__`, has those that did.
    pub has_conditional_annotations: bool,
    /// The annotations of variables of a function: the names in them do not count.
    pub in_unevaluated_annotation: bool,
    /// True only while the body of a compound statement is visited.
    pub in_conditional_block: bool,
    /// True only while a `try` statement is visited.
    pub in_try_block: bool,
    /// The only names that are mangled here, where not all are: in the scope of a class's type
    /// parameters and those inside it, classes excepted.
    pub mangled_names: Option<MangledNames>,
    /// How many iterables of comprehensions are being visited around the current place, those of
    /// outer scopes included.
    pub comp_iter_expr: u32,
    pub location: Location,
}

impl Scope {
    /// Functions, and the scopes of annotations, type parameters, bounds and aliases, which work
    /// like functions.
    ///
    /// CPython: `Python/symtable.c` `_PyST_IsFunctionLike` (3.12–)
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Class | ScopeKind::Module)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Function,
    Class,
    Module,
    /// Annotations that are deferred or not evaluated at all.
    Annotation,
    /// The bound, the constraints or the default of a type parameter.
    TypeVariable(TypeVariableValue),
    TypeAlias,
    TypeParams,
}

impl ScopeKind {
    /// Whether the code of such a scope is a function that evaluates something when it is asked
    /// for.
    pub(crate) fn is_evaluated_on_demand(self) -> bool {
        matches!(self, ScopeKind::Annotation | ScopeKind::TypeVariable(_) | ScopeKind::TypeAlias)
    }
}

/// What of a type parameter is evaluated in a scope of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeVariableValue {
    Bound,
    Constraint,
    TypeVarDefault,
    TypeVarTupleDefault,
    ParamSpecDefault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Dict,
    Set,
    Generator,
}

/// Builds the symbol table of a module and decides where every name lives.
pub fn build<'a>(
    interner: &mut Interner<'a>,
    features: &'static SymtableFeatures,
    future: &Future,
    module: &Module<'a>,
) -> Result<SymbolTable, Diagnostic> {
    let mut table = build::module(interner, features, future, module).map_err(|fault| *fault)?;
    analyze::analyze(interner, features, &mut table).map_err(|fault| *fault)?;
    Ok(table)
}

/// The tables built of one file so far: targets that make the same of a tree share one.
#[derive(Default)]
pub(crate) struct Tables<'a>(Vec<Built<'a>>);

/// A table, and what it was built of.
pub(crate) struct Built<'a> {
    features: &'static SymtableFeatures,
    future: Future,
    body: &'a [Stmt<'a>],
    pub(crate) table: SymbolTable,
}

impl<'a> Tables<'a> {
    /// The table of a module, an earlier one if it is the same. [`Tables::keep`] takes it back.
    pub(crate) fn take(
        &mut self,
        interner: &mut Interner<'a>,
        features: &'static SymtableFeatures,
        future: &Future,
        module: &Module<'a>,
    ) -> Result<Built<'a>, Diagnostic> {
        let is_same = |built: &Built<'a>| {
            std::ptr::eq(built.body, module.body)
                && built.future == *future
                && features.make_same_table(built.features, built.table.is_plain)
        };
        match self.0.iter().position(is_same) {
            Some(index) => Ok(self.0.swap_remove(index)),
            None => {
                let table = build(interner, features, future, module)?;
                Ok(Built { features, future: *future, body: module.body, table })
            }
        }
    }

    /// Takes back a table after code generation. Each symbol that the code generator changed is as
    /// before then, or has neither flags nor a scope.
    pub(crate) fn keep(&mut self, built: Built<'a>) {
        self.0.push(built);
    }
}

/// What the functions of both passes return: small when all is well, which is nearly always.
type Outcome = Result<(), Box<Diagnostic>>;

#[cold]
fn fault(location: Location, message: impl Into<String>) -> Outcome {
    Err(Box::new(Diagnostic::syntax_error(location, message)))
}
