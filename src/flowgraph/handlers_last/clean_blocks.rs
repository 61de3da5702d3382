//! Removes `NOP`s whose line is visited by a neighbour.
//!
//! CPython: `Python/compile.c` `clean_basic_block` (3.11)

use super::super::remove_redundant_nops::remove_nops_in_block;
use super::super::{BlockId, FlowGraph};

pub(in crate::flowgraph) fn clean_blocks(graph: &mut FlowGraph) {
    graph.for_each_block(clean_block);
}

pub(in crate::flowgraph) fn clean_block(graph: &mut FlowGraph, id: BlockId) {
    clean_block_after(graph, id, -1);
}

/// The same, where control comes to the block from this line only; -1 for none.
pub(in crate::flowgraph) fn clean_block_after(graph: &mut FlowGraph, id: BlockId, lineno_before: i32) {
    remove_nops_in_block(graph, id, lineno_before, first_lineno_after);
}

/// The line of the first instruction of the next block with instructions, a `NOP` or not; -1 for
/// none.
fn first_lineno_after(graph: &FlowGraph, id: BlockId) -> i32 {
    let following = graph.next(id).and_then(|next| graph.next_nonempty(next));
    following.map_or(-1, |id| graph.instrs(id)[0].lineno())
}
