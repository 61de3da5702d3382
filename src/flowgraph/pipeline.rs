//! The order of the passes.

use bumpalo::Bump;

use super::FlowGraph;
use super::check_uninitialized_loads::check_uninitialized_loads;
use super::convert_pseudo_ops::convert_pseudo_ops;
use super::eliminate_empty_blocks::eliminate_empty_blocks;
use super::fix_cells::fix_cells;
use super::inline_small_exit_blocks::inline_small_exit_blocks;
use super::label_exception_targets::label_exception_targets;
use super::normalize_jumps::normalize_jumps;
use super::optimize_basic_blocks::optimize_basic_blocks;
use super::push_cold_blocks_to_end::push_cold_blocks_to_end;
use super::remove_redundant_jumps::remove_redundant_jumps;
use super::remove_redundant_nops::remove_redundant_nops;
use super::remove_redundant_pairs::remove_redundant_pairs;
use super::remove_unreachable::remove_unreachable;
use super::remove_unused_consts::remove_unused_consts;
use super::resolve_line_numbers::resolve_line_numbers;
use super::stack_depth::stack_depth;
use super::verify;
use crate::codegen::unit::Unit;
use crate::target::Features;

/// Runs a pass; in debug builds the graph is verified afterwards.
macro_rules! pass {
    ($pass:ident, $graph:ident $(, $argument:expr)*) => {{
        let result = $pass($graph, $($argument),*);
        verify::assert_sound($graph, stringify!($pass));
        result
    }};
}

/// Fills `graph` with a unit's instructions, optimises them and makes them ready for the assembler. Returns `co_stacksize`. May add constants to the unit, and removes unused ones.
///
/// CPython: `Python/flowgraph.c` `_PyCfg_OptimizeCodeUnit`, `optimize_cfg`; `Python/compile.c`
/// `optimize_and_assemble_code_unit` (3.12)
pub(crate) fn run<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &Features,
) -> u32 {
    graph.read(&unit.sequence);
    pass!(label_exception_targets, graph);

    pass!(eliminate_empty_blocks, graph);
    pass!(inline_small_exit_blocks, graph);
    pass!(optimize_basic_blocks, graph, &mut unit.consts, arena);
    pass!(remove_redundant_pairs, graph);
    pass!(inline_small_exit_blocks, graph);
    pass!(remove_unreachable, graph);
    pass!(remove_redundant_nops, graph);
    pass!(eliminate_empty_blocks, graph);
    pass!(remove_redundant_jumps, graph);
    pass!(remove_unused_consts, graph, &mut unit.consts);
    pass!(check_uninitialized_loads, graph, unit.varnames.len(), unit.parameter_count() as usize);
    pass!(push_cold_blocks_to_end, graph);
    pass!(resolve_line_numbers, graph, unit.firstlineno);

    pass!(fix_cells, graph, unit);
    let stack_size = pass!(stack_depth, graph, unit.flags, features.opcodes);
    verify::assert_depths_agree(graph, features.opcodes);
    pass!(convert_pseudo_ops, graph);
    pass!(remove_redundant_nops, graph);
    pass!(normalize_jumps, graph);
    stack_size
}
