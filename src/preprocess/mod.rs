//! What CPython does on the tree before the symbol table: `__future__` statements and constant folding, by target.
//!
//! ```python
//! x = ("a" * 3, not y in [1, 2])     # becomes  x = ("aaa", y not in (1, 2))
//! ```
//!
//! The tree that comes in is shared by all targets and stays as it is: a node is made anew only when something in it
//! changed, and keeps its location and its [`NodeId`](crate::syntax::ast::NodeId).

mod constants;
mod docstrings;
mod fold;
mod format;
mod future;

use bumpalo::Bump;

use crate::diagnostic::Diagnostic;
use crate::names::Interner;
use crate::source::Location;
use crate::syntax::ast::Module;
use crate::target::Target;

/// The `from __future__` imports of a module.
#[derive(Clone, Copy, Debug)]
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

/// Finds the future statements, and folds constants as the target does before its symbol table.
pub fn preprocess<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    target: Target,
    optimize: u8,
    module: &Module<'a>,
) -> Result<(Module<'a>, Future), Diagnostic> {
    let future = future::statements(interner, target, module)?;
    let module = fold::module(arena, target, optimize, &future, module)?;
    Ok((module, future))
}
