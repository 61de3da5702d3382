//! Features of the flow graph.

use super::super::opcodes::OpcodeTable;
use super::{Calls, ComplexArithmetic, ConstantFolding, GeneratorPrologue};

/// What the flow graph of a release does.
#[derive(Clone, Debug)]
pub struct FlowGraphFeatures {
    pub opcodes: &'static OpcodeTable,
    pub calls: Calls,
    pub folding: ConstantFolding,
    pub complex_arithmetic: ComplexArithmetic,
    pub generator_prologue: GeneratorPrologue,
    /// As in [`CodegenFeatures`](super::CodegenFeatures::jumps_without_interrupt).
    pub jumps_without_interrupt: bool,
    pub optimizer: Optimizer,
    /// A jump to a small exit becomes a copy of it even if the exit has a line.
    ///
    /// CPython: `Python/compile.c` `extend_block` (3.10)
    pub exits_with_lines_copied: bool,
    /// Only labels that an instruction names start a basic block. Otherwise all labels do.
    ///
    /// CPython: `Python/compile.c` `instr_sequence_to_cfg` (3.13), `Python/flowgraph.c`
    /// `_PyCfg_FromInstructionSequence` (3.14–)
    pub labels_only_where_jumped_to: bool,
    pub handler_depth: HandlerDepth,
    /// Each predecessor of a block is counted once. Otherwise a block that is queued several times
    /// before it is visited counts as often as a predecessor of its successors.
    ///
    /// CPython: `Python/flowgraph.c` `remove_unreachable` (3.13–), `mark_reachable` (3.12)
    pub predecessors_counted_once: bool,
    /// A block without a line that contains an eval breaker check is copied for each jump to it, so
    /// that each copy gets the line of its jump, as is done for exits.
    ///
    /// CPython: `Python/flowgraph.c` `is_exit_or_eval_check_without_lineno` (3.13–)
    pub eval_breaks_have_lines: bool,
    pub immediate_constants: ImmediateConstants,
    /// Displays that are too long for the stack and are only iterated over or searched become
    /// constants too.
    ///
    /// CPython: `Python/flowgraph.c` `fold_constant_seq_into_load_const` (3.14.8–)
    pub folds_long_displays: bool,
    /// Jump threading also replaces a jump to a jump on another line: by a `NOP` and a new jump.
    /// Otherwise it only changes the target of jumps to a jump on the same line or without a line.
    ///
    /// CPython: `Python/flowgraph.c` `jump_thread` (3.13–)
    pub jumps_threaded_over_lines: bool,
    /// Jumps made by jump threading and marks made for conditional jumps have the handler of the
    /// jump they are made for. Otherwise such jumps have none, and such a mark has the handler of
    /// the instruction that was in its memory before, if any.
    ///
    /// CPython: `Python/flowgraph.c` `jump_thread`, `normalize_jumps_in_block` (3.15–)
    pub new_jumps_inherit_handler: bool,
    /// The line of a jump is passed on to its target across blocks that have become empty.
    ///
    /// CPython: `Python/flowgraph.c` `propagate_line_numbers` (3.15–)
    pub lines_cross_empty_blocks: bool,
    /// The jump from cold code (exception handlers, which are laid out last) back to warm code has
    /// the line of the instruction before it, otherwise none.
    ///
    /// CPython: `Python/flowgraph.c` `push_cold_blocks_to_end` (3.13–)
    pub cold_code_jumps_back_at_its_line: bool,
    /// `co_stacksize` is the largest depth before an instruction. Otherwise the depth after the
    /// last instruction counts too.
    ///
    /// CPython: `Python/flowgraph.c` `calculate_stackdepth` (3.14–)
    pub stack_size_before_instructions: bool,
    pub borrowed_loads: BorrowedLoads,
}

/// The order of the passes.
///
/// CPython: `Python/compile.c` `assemble`, `optimize_cfg` (3.10–3.11), `Python/flowgraph.c`
/// `_PyCfg_OptimizeCodeUnit`, `optimize_cfg` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimizer {
    /// The graph stays as it is: a peephole optimiser of the assembler looks at the finished code
    /// (3.8–3.9).
    ///
    /// CPython: `Python/peephole.c` `PyCode_Optimize` (3.8–3.9)
    Peephole,
    /// As `HandlersLast`, but there are no handlers to find: block pushes are instructions (3.10).
    BlockStack,
    /// Handlers are found last, and nothing is moved behind other code. The instructions of a block
    /// are optimised in order, its jump among them. Some passes visit the blocks in the reverse of
    /// the order in which they were made (3.11).
    HandlersLast,
    /// Lines are resolved at the end, empty blocks are removed, and the instructions of a block are
    /// optimised in order (3.12).
    LinesLast,
    /// Lines are resolved before anything is optimised and again at the end, and empty blocks stay
    /// in the layout. Loads of constants are optimised first, in all blocks, and `SWAP`s last in
    /// each block. `POP_BLOCK` is removed when handlers are found, the first of two equal stores on
    /// one line becomes `POP_TOP`, and `not not` is removed (3.13–).
    LinesFirst,
}

/// Where the number of handlers around a `yield` is recorded.
///
/// CPython: `Python/flowgraph.c` `label_exception_targets` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerDepth {
    /// Nowhere (3.11).
    Unrecorded,
    /// As the argument of `YIELD_VALUE` (3.12).
    InYield,
    /// As this bit in the argument of the next `RESUME`, if there is exactly one handler (3.13–).
    ///
    /// CPython: `Include/internal/pycore_opcode_utils.h` `RESUME_OPARG_DEPTH1_MASK` (3.13–)
    InResume(u32),
}

/// Which constants are loaded without an entry of `co_consts`.
///
/// CPython: `Python/flowgraph.c` `maybe_instr_make_load_smallint` (3.14–),
/// `maybe_instr_make_load_common_const` (3.15–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmediateConstants {
    /// None (3.12–3.13).
    None,
    /// Integers from 0 to 255, by `LOAD_SMALL_INT` (3.14).
    SmallInts,
    /// Also `None`, `True`, `False`, `""` and -1, by `LOAD_COMMON_CONSTANT` (3.15–).
    SmallIntsAndCommon,
}

/// How the loads of local variables that may borrow the reference are found.
///
/// CPython: `Python/flowgraph.c` `optimize_load_fast` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BorrowedLoads {
    /// No load borrows (3.12–3.13).
    None,
    /// Values that an instruction adds to its operands count as made by the first instruction of
    /// the block, and empty blocks end the search (3.14).
    Misattributed,
    /// Values count as made by their own instruction (3.15–).
    Attributed,
}
