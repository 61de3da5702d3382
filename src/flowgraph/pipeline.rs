//! The order of the passes.

use bumpalo::Bump;

use super::FlowGraph;
use super::block_stack::{
    choose_jumps, clean_blocks_in_order, make_jumps_absolute, remove_and_clean_jumps_to_next, start_generator,
};
use super::check_uninitialized_loads::check_uninitialized_loads;
use super::convert_pseudo_jumps::convert_pseudo_jumps;
use super::convert_pseudo_ops::convert_pseudo_ops;
use super::eliminate_empty_blocks::eliminate_empty_blocks;
use super::fix_cells::{fix_cells, is_generator};
use super::handlers_last::{
    clean_blocks, duplicate_exits, extend_blocks, normalize_jumps_by_direction, optimize_blocks,
    remove_jumps_to_next, trim_unused_consts,
};
use super::inline_blocks::{inline_small_exit_blocks, inline_small_or_no_lineno_blocks};
use super::insert_superinstructions::insert_superinstructions;
use super::label_exception_targets::label_exception_targets;
use super::normalize_jumps::normalize_jumps;
use super::optimize_basic_blocks::optimize_basic_blocks;
use super::optimize_load_const::optimize_load_const;
use super::optimize_load_fast::optimize_load_fast;
use super::push_cold_blocks_to_end::push_cold_blocks_to_end;
use super::remove_redundant_jumps::{remove_redundant_jumps, remove_redundant_nops_and_jumps};
use super::remove_redundant_nops::remove_redundant_nops;
use super::remove_redundant_pairs::remove_redundant_pairs;
use super::remove_unreachable::remove_unreachable;
use super::remove_unused_consts::remove_unused_consts;
use super::resolve_line_numbers::{
    guarantee_lineno_for_exits, propagate_all_line_numbers, resolve_line_numbers,
};
use super::stack_depth::stack_depth;
use super::verify;
use crate::instructions::Unit;
use crate::targets::{BorrowedLoads, FlowGraphFeatures, Optimizer};

/// Runs a pass; in debug builds the graph is verified afterwards.
macro_rules! pass {
    ($pass:ident, $graph:ident $(, $argument:expr)*) => {{
        let result = $pass($graph, $($argument),*);
        verify::assert_sound($graph, stringify!($pass));
        result
    }};
}

/// Fills `graph` with a unit's instructions, optimises them, prepares them for the assembler and
/// finds the [stack size](FlowGraph::stack_size). May add constants to the unit, and removes unused
/// ones.
pub(crate) fn optimize<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) {
    graph.read(&mut unit.sequence, features);
    verify::assert_blocks_nest(graph);
    graph.stack_size = match features.optimizer {
        Optimizer::Peephole => run_unoptimized(graph, features),
        Optimizer::BlockStack => run_block_stack(graph, unit, arena, features),
        Optimizer::HandlersLast => run_handlers_last(graph, unit, arena, features),
        Optimizer::LinesLast => run_lines_last(graph, unit, arena, features),
        Optimizer::LinesFirst => run_lines_first(graph, unit, arena, features),
    };
}

/// CPython: `Python/compile.c` `assemble` (3.8–3.9)
fn run_unoptimized(graph: &mut FlowGraph, features: &FlowGraphFeatures) -> u32 {
    // Not verified: control may seem to fall off the end, where code that is never reached follows a
    // return.
    let stack_size = stack_depth(graph, 0, features);
    make_jumps_absolute(graph);
    stack_size
}

/// CPython: `Python/compile.c` `assemble`, `optimize_cfg` (3.10)
fn run_block_stack<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) -> u32 {
    pass!(extend_blocks, graph, features);
    pass!(start_generator, graph, unit.flags);

    pass!(optimize_blocks, graph, &mut unit.consts, arena);
    pass!(extend_blocks, graph, features);
    pass!(remove_unreachable, graph, features);
    pass!(clean_blocks_in_order, graph);
    pass!(eliminate_empty_blocks, graph);
    if pass!(remove_and_clean_jumps_to_next, graph) {
        pass!(eliminate_empty_blocks, graph);
    }
    pass!(duplicate_exits, graph, features);
    trim_unused_consts(graph, &mut unit.consts);
    pass!(propagate_all_line_numbers, graph, features);
    pass!(guarantee_lineno_for_exits, graph, unit.firstlineno);

    // A generator is resumed with a value on its stack.
    let start_depth = u32::from(is_generator(unit.flags));
    let stack_size = pass!(stack_depth, graph, start_depth, features);
    verify::assert_depths_agree(graph);
    pass!(choose_jumps, graph);
    stack_size
}

/// CPython: `Python/compile.c` `assemble`, `optimize_cfg` (3.11)
fn run_handlers_last<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) -> u32 {
    pass!(extend_blocks, graph, features);
    pass!(fix_cells, graph, unit, features);

    pass!(optimize_blocks, graph, &mut unit.consts, arena);
    pass!(extend_blocks, graph, features);
    pass!(remove_unreachable, graph, features);
    pass!(eliminate_empty_blocks, graph);
    pass!(clean_blocks, graph);
    if pass!(remove_jumps_to_next, graph) {
        pass!(eliminate_empty_blocks, graph);
    }
    pass!(duplicate_exits, graph, features);
    trim_unused_consts(graph, &mut unit.consts);
    pass!(propagate_all_line_numbers, graph, features);
    pass!(guarantee_lineno_for_exits, graph, unit.firstlineno);

    // A generator is resumed with a value on its stack.
    let start_depth = u32::from(is_generator(unit.flags));
    let stack_size = pass!(stack_depth, graph, start_depth, features);
    verify::assert_depths_agree(graph);
    pass!(label_exception_targets, graph, features);
    pass!(convert_pseudo_ops, graph);
    pass!(clean_blocks, graph);
    pass!(normalize_jumps_by_direction, graph);
    stack_size
}

/// CPython: `Python/flowgraph.c` `_PyCfg_OptimizeCodeUnit`, `optimize_cfg`; `Python/compile.c`
/// `optimize_and_assemble_code_unit` (3.12)
fn run_lines_last<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) -> u32 {
    pass!(label_exception_targets, graph, features);

    pass!(inline_small_exit_blocks, graph);
    pass!(optimize_basic_blocks, graph, &mut unit.consts, arena, features);
    pass!(remove_redundant_pairs, graph);
    pass!(inline_small_exit_blocks, graph);
    pass!(remove_unreachable, graph, features);
    pass!(remove_redundant_nops, graph);
    pass!(eliminate_empty_blocks, graph);
    pass!(remove_redundant_jumps, graph);
    pass!(remove_unused_consts, graph, &mut unit.consts);
    pass!(check_uninitialized_loads, graph, unit.varnames.len(), unit.parameter_count() as usize);
    if pass!(push_cold_blocks_to_end, graph, features) {
        pass!(remove_redundant_jumps, graph);
    }
    pass!(resolve_line_numbers, graph, features);
    pass!(guarantee_lineno_for_exits, graph, unit.firstlineno);

    pass!(fix_cells, graph, unit, features);
    // A generator is resumed with a value on its stack.
    let start_depth = u32::from(is_generator(unit.flags));
    let stack_size = pass!(stack_depth, graph, start_depth, features);
    verify::assert_depths_agree(graph);
    pass!(convert_pseudo_ops, graph);
    pass!(remove_redundant_nops, graph);
    pass!(normalize_jumps, graph, features);
    stack_size
}

/// CPython: `Python/flowgraph.c` `_PyCfg_OptimizeCodeUnit`, `optimize_cfg`,
/// `_PyCfg_OptimizedCfgToInstructionSequence` (3.13–)
fn run_lines_first<'a>(
    graph: &mut FlowGraph,
    unit: &mut Unit<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) -> u32 {
    pass!(label_exception_targets, graph, features);

    pass!(inline_small_or_no_lineno_blocks, graph);
    pass!(remove_unreachable, graph, features);
    pass!(resolve_line_numbers, graph, features);
    pass!(optimize_load_const, graph, &mut unit.consts, features);
    pass!(optimize_basic_blocks, graph, &mut unit.consts, arena, features);
    pass!(remove_redundant_pairs, graph);
    pass!(remove_unreachable, graph, features);
    pass!(remove_redundant_nops_and_jumps, graph);
    pass!(remove_unused_consts, graph, &mut unit.consts);
    pass!(check_uninitialized_loads, graph, unit.varnames.len(), unit.parameter_count() as usize);
    pass!(insert_superinstructions, graph);
    if pass!(push_cold_blocks_to_end, graph, features) {
        pass!(remove_redundant_nops_and_jumps, graph);
    }
    pass!(resolve_line_numbers, graph, features);

    pass!(convert_pseudo_jumps, graph);
    let stack_size = pass!(stack_depth, graph, 0, features);
    verify::assert_depths_agree(graph);
    pass!(fix_cells, graph, unit, features);
    pass!(convert_pseudo_ops, graph);
    pass!(remove_redundant_nops_and_jumps, graph);
    pass!(normalize_jumps, graph, features);
    if features.borrowed_loads != BorrowedLoads::None {
        pass!(optimize_load_fast, graph, features);
    }
    stack_size
}
