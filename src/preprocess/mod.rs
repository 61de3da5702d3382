//! What CPython does on the tree before the symbol table, by target: `__future__` statements,
//! constant folding, and the warnings that go with it.
//!
//! ```python
//! x = ("a" * 3, not y in [1, 2])     # becomes  x = ("aaa", y not in (1, 2))
//! ```
//!
//! The tree that comes in is shared by all targets and stays as it is: a node is made anew only
//! when something in it changed, and keeps its location and its
//! [`NodeId`](crate::syntax::ast::NodeId).

mod constants;
mod finally;
mod fold;
mod format;
mod future;

use bumpalo::Bump;

use crate::diagnostic::{Diagnostic, Warning, WarningCategory};
use crate::names::Interner;
use crate::source::Location;
use crate::syntax::ast::{Module, Stmt};
use crate::targets::{PreprocessFeatures, limits};

/// The `from __future__` imports of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Future {
    /// The `CO_FUTURE_...` bits of `co_flags`.
    pub flags: u32,
    /// Where the last of them stands; later ones are errors. [`Location::NONE`] without any.
    pub location: Location,
}

impl Future {
    pub const DIVISION: u32 = 0x20000;
    pub const ABSOLUTE_IMPORT: u32 = 0x40000;
    pub const WITH_STATEMENT: u32 = 0x80000;
    pub const PRINT_FUNCTION: u32 = 0x100000;
    pub const UNICODE_LITERALS: u32 = 0x200000;
    pub const BARRY_AS_BDFL: u32 = 0x400000;
    pub const GENERATOR_STOP: u32 = 0x800000;
    pub const ANNOTATIONS: u32 = 0x1000000;

    /// What is said of a future statement behind other statements.
    pub const TOO_LATE: &str = "from __future__ imports must occur at the beginning of the file";

    /// Whether a statement stands after the last `__future__` import that counts as one.
    ///
    /// CPython: `Python/compile.c` `location_is_after` (3.12–)
    pub fn is_before(&self, statement: Location) -> bool {
        (statement.lineno, statement.col_offset) > (self.location.end_lineno, self.location.end_col_offset)
    }

    pub fn contains(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

/// The trees made of one file so far: targets that fold alike share one.
#[derive(Default)]
pub struct Folded<'a>(Vec<FoldedTree<'a>>);

struct FoldedTree<'a> {
    /// The body of the module that was folded.
    body: &'a [Stmt<'a>],
    rules: fold::Rules,
    module: Module<'a>,
    depth: u32,
    /// The folded `~` operations on a `bool`.
    bool_inversions: Vec<Location>,
}

impl<'a> Folded<'a> {
    fn get(
        &mut self,
        arena: &'a Bump,
        rules: fold::Rules,
        limit: u32,
        module: &Module<'a>,
    ) -> Result<&FoldedTree<'a>, Diagnostic> {
        let is_same = |tree: &&FoldedTree<'a>| tree.rules == rules && std::ptr::eq(tree.body, module.body);
        let index = match self.0.iter().position(|tree| is_same(&tree)) {
            Some(index) => index,
            None => {
                self.0.push(fold::module(arena, rules, limit, module)?);
                self.0.len() - 1
            }
        };
        let tree = &self.0[index];
        if tree.depth > limit { Err(Diagnostic::recursion_error()) } else { Ok(tree) }
    }
}

/// Finds the future statements, and folds constants as the target does before its symbol table,
/// unless `folded` has that tree. Adds to `warnings`.
pub fn preprocess<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    features: &PreprocessFeatures,
    optimize: u8,
    module: &Module<'a>,
    folded: &mut Folded<'a>,
    warnings: &mut Vec<Warning>,
) -> Result<(Module<'a>, Future), Diagnostic> {
    let future = future::statements(interner, features, module)?;
    let rules = fold::Rules::new(features, optimize, &future);
    if features.control_flow_in_finally_warned {
        finally::warn(module.body, warnings);
    }
    let tree = folded.get(arena, rules, features.recursion_limit.min(limits::MAX_NESTING), module)?;
    if let Some(removal) = features.bool_inversion_removal {
        warnings.extend(tree.bool_inversions.iter().map(|&location| bool_inversion(removal, location)));
    }
    Ok((tree.module, future))
}

/// The warning of `~True`, which CPython's `bool` issues when the compiler evaluates it; `removal`
/// is what it says of its removal. CPython attributes it to the caller of `compile()`; here it has
/// the location of the operation.
///
/// CPython: `Objects/boolobject.c` `bool_invert` (3.12–)
fn bool_inversion(removal: &str, location: Location) -> Warning {
    let message = format!(
        "Bitwise inversion '~' on bool is deprecated{removal}. This returns the bitwise inversion of \
         the underlying int object and is usually not what you expect from negating a bool. Use the \
         'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of \
         the underlying int."
    );
    Warning::new(WarningCategory::DeprecationWarning, location, message)
}
