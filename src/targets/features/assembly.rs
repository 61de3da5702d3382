//! Features of the assembler.

use super::super::opcodes::OpcodeTable;

/// What the assembler of a release does.
#[derive(Clone, Debug)]
pub struct AssemblyFeatures {
    pub opcodes: &'static OpcodeTable,
    /// `co_localspluskinds` says how parameters take arguments.
    ///
    /// CPython: `Python/assemble.c` `compute_localsplus_info` (3.14–)
    pub argument_kinds: bool,
    /// Instructions in a row that have one location share entries of the location table.
    ///
    /// CPython: `Python/assemble.c` `assemble_location_info` (3.12–)
    pub equal_locations_merged: bool,
    pub jump_size_guess: JumpSizeGuess,
    /// The smallest `co_stacksize`.
    ///
    /// CPython: `Objects/codeobject.c` `_PyCode_New` (3.13–)
    pub least_stacksize: u32,
}

/// The number from which the assembler makes its first guess at the size of a jump, as if it were
/// the argument of the jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpSizeGuess {
    /// 0.
    ///
    /// CPython: `Python/compile.c` `assemble_jump_offsets` (3.11)
    Smallest,
    /// The number of the label that the jump names.
    ///
    /// CPython: `Python/flowgraph.c` `resolve_jump_offsets` (3.12)
    ByLabel,
    /// The index of the instruction that the jump goes to.
    ///
    /// CPython: `Python/assemble.c` `resolve_jump_offsets` (3.13–)
    ByInstruction,
}
