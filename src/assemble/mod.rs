//! From the flow graph to a code object: jumps, inline caches, exception table, location table.

use bumpalo::Bump;

use crate::code::{CodeObject, PyStr};
use crate::codegen::unit::Unit;
use crate::diagnostic::Diagnostic;
use crate::names::Interner;
use crate::source::Location;
use crate::target::Target;

/// Optimises a unit's instructions and makes its code object.
pub(crate) fn code_object<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    target: Target,
    filename: PyStr<'a>,
    unit: Unit<'a>,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let _ = (arena, interner, target, filename, unit);
    Err(Diagnostic::syntax_error(Location::NONE, "not there yet"))
}
