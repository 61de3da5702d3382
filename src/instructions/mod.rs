//! Code units: what code generation writes, and the flow graph and the assembler read.
//!
//! A [`Unit`] is one code object in the making: its [instructions](InstructionSequence) with
//! labels, its [constants](Constants), its [names and variables](IdentTable), and the counts of its
//! parameters.
//!
//! ```text
//! while x: f()     ->     label 0:  LOAD_NAME 0 (x)            names:   x, f
//!                                   POP_JUMP_IF_FALSE label 1  consts:  None
//!                                   LOAD_NAME 1 (f) …
//!                                   JUMP label 0
//!                         label 1:  …
//! ```
//!
//! CPython: `Python/compile.c` `struct compiler_unit` (3.8–)

mod constants;
mod idents;
mod sequence;
mod unit;

pub use constants::Constants;
pub use idents::IdentTable;
pub use sequence::{BlockId, Instr, InstructionSequence, Label};
pub use unit::Unit;

use crate::code::CodeObject;
use crate::diagnostic::Diagnostic;
use crate::names::Interner;

/// Turns a finished unit into its code object.
///
/// Code generation calls it for every unit as soon as the unit is complete, the innermost first,
/// because the code object is a constant of the unit around it.
pub type BackEnd<'b, 'a> =
    dyn FnMut(&Interner<'a>, &mut Unit<'a>) -> Result<&'a CodeObject<'a>, Diagnostic> + 'b;
