//! The symbol table: which names each scope of a module binds and uses, and where each name lives.
//!
//! CPython: `Python/symtable.c` (3.8–)

use rustc_hash::FxHashMap;

use crate::diagnostic::Diagnostic;
use crate::names::{Ident, Interner};
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{Module, NodeId};
use crate::target::Target;

/// A scope's number within its [`SymbolTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// The scopes of one module, for one target.
#[derive(Debug)]
pub struct SymbolTable {
    scopes: Vec<Scope>,
    by_node: Vec<Option<ScopeId>>,
}

impl SymbolTable {
    /// The module's own scope.
    pub const TOP: ScopeId = ScopeId(0);

    /// The scope that a node opens.
    ///
    /// # Panics
    /// If the node opens none: a bug of the code generator, which visits the same tree as the symbol table did.
    pub fn scope_of(&self, node: NodeId) -> ScopeId {
        self.by_node[node.0 as usize].expect("the symbol table visited the node")
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
    pub name: Ident,
    /// Every name bound or used here (mangled), in order of first appearance.
    pub symbols: Symbols,
    /// The parameters in the order of `co_varnames`: positional, keyword-only, `*args`, `**kwargs`.
    pub varnames: Vec<Ident>,
    pub children: Vec<ScopeId>,
    /// `global` and `nonlocal` statements: the name and the place of its statement.
    pub directives: Vec<(Ident, Location)>,
    pub nested: bool,
    pub free: bool,
    pub child_free: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: Option<ComprehensionKind>,
    pub varargs: bool,
    pub varkeywords: bool,
    pub returns_value: bool,
    pub needs_class_closure: bool,
    pub needs_classdict: bool,
    pub comp_inlined: bool,
    pub comp_iter_target: bool,
    pub can_see_class_scope: bool,
    pub comp_iter_expr: u32,
    pub location: Location,
}

impl Scope {
    /// Functions, and the scopes of annotations, type parameters and aliases, which work like functions.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Class | ScopeKind::Module)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Function,
    Class,
    Module,
    Annotation,
    TypeVarBound,
    TypeAlias,
    TypeParams,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Dict,
    Set,
    Generator,
}

/// What is known of a name in a scope: how it is bound and used (`DEF_...`, `USE`), and after analysis where it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SymbolFlags(pub u16);

impl SymbolFlags {
    pub const DEF_GLOBAL: u16 = 1;
    pub const DEF_LOCAL: u16 = 2;
    pub const DEF_PARAM: u16 = 2 << 1;
    pub const DEF_NONLOCAL: u16 = 2 << 2;
    pub const USE: u16 = 2 << 3;
    pub const DEF_FREE: u16 = 2 << 4;
    pub const DEF_FREE_CLASS: u16 = 2 << 5;
    pub const DEF_IMPORT: u16 = 2 << 6;
    pub const DEF_ANNOT: u16 = 2 << 7;
    pub const DEF_COMP_ITER: u16 = 2 << 8;
    pub const DEF_TYPE_PARAM: u16 = 2 << 9;
    pub const DEF_COMP_CELL: u16 = 2 << 10;
    pub const DEF_BOUND: u16 = Self::DEF_LOCAL | Self::DEF_PARAM | Self::DEF_IMPORT;

    pub fn contains(self, flag: u16) -> bool {
        self.0 & flag != 0
    }
}

/// Where a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolScope {
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    pub flags: SymbolFlags,
    /// `None` until the analysis has run.
    pub scope: Option<SymbolScope>,
}

/// A map from names to symbols that keeps the order of insertion.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    entries: Vec<(Ident, Symbol)>,
    index: FxHashMap<Ident, u32>,
}

impl Symbols {
    pub fn get(&self, name: Ident) -> Option<Symbol> {
        self.index.get(&name).map(|&index| self.entries[index as usize].1)
    }

    /// Adds or replaces; a replaced entry keeps its place.
    pub fn insert(&mut self, name: Ident, symbol: Symbol) {
        match self.index.get(&name) {
            Some(&index) => self.entries[index as usize].1 = symbol,
            None => {
                self.index.insert(name, self.entries.len() as u32);
                self.entries.push((name, symbol));
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Ident, Symbol)> + '_ {
        self.entries.iter().copied()
    }
}

/// Builds the symbol table of a module and decides where every name lives.
pub fn build<'a>(
    interner: &mut Interner<'a>,
    target: Target,
    future: &Future,
    module: &Module<'a>,
) -> Result<SymbolTable, Diagnostic> {
    let _ = (interner, target, future, module);
    Err(Diagnostic::syntax_error(Location::NONE, "not there yet"))
}

/// The name that `name` stands for inside the class `private`: `__x` becomes `_Class__x`.
///
/// CPython: `Python/symtable.c` `_Py_Mangle` (3.8–)
pub fn mangle(interner: &mut Interner<'_>, private: Option<Ident>, name: Ident) -> Ident {
    let _ = (interner, private);
    name
}
