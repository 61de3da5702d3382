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
    /// The arguments of jumps count bytes, otherwise code units. A peephole optimiser goes over the
    /// finished code.
    ///
    /// CPython: `Python/compile.c` `assemble_jump_offsets`, `Python/peephole.c` (3.8–3.9)
    pub jumps_in_bytes: bool,
    pub line_table: LineTable,
    /// A parameter that is also a cell has two places in the frame: one among the locals, one among
    /// the cells. Otherwise it has the first only.
    ///
    /// CPython: `Objects/codeobject.c` `co_cell2arg` (3.8–3.10)
    pub cell_parameters_twice: bool,
    /// `co_flags` says that a code object has neither cells nor variables of outer functions.
    ///
    /// CPython: `Objects/codeobject.c` `PyCode_NewWithPosOnlyArgs` (3.8–3.10)
    pub lack_of_cells_flagged: bool,
    pub jump_size_guess: JumpSizeGuess,
    /// The smallest `co_stacksize`.
    ///
    /// CPython: `Objects/codeobject.c` `_PyCode_New` (3.13–)
    pub least_stacksize: u32,
}

/// The table that says where instructions stand in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineTable {
    /// As `Lnotab`, but a line that begins again has an entry too (3.8).
    LnotabWithRepeats,
    /// How far on in the code a line begins, and how many lines on (3.9).
    ///
    /// CPython: `Python/compile.c` `assemble_lnotab` (3.8–3.9)
    Lnotab,
    /// Ranges of code, each with its line (3.10).
    ///
    /// CPython: `Python/compile.c` `assemble_line_range` (3.10)
    Ranges,
    /// A location for each instruction (3.11).
    ///
    /// CPython: `Python/compile.c` `assemble_location` (3.11)
    LocationsApart,
    /// The same, but instructions in a row that have one location share entries (3.12–).
    ///
    /// CPython: `Python/assemble.c` `assemble_location_info` (3.12–)
    Locations,
}

impl LineTable {
    /// Whether two code objects that differ in nothing else are two constants. Otherwise the first
    /// stands for both.
    ///
    /// CPython: `Objects/codeobject.c` `code_richcompare` (3.11–)
    pub fn tells_code_apart(self) -> bool {
        self >= LineTable::LocationsApart
    }
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
