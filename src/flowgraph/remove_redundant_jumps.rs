//! Makes a `NOP` of a jump to the next block.
//!
//! Expects no empty blocks.
//!
//! CPython: `Python/flowgraph.c` `remove_redundant_jumps` (3.12)

use super::FlowGraph;
use crate::target::Properties;

pub(super) fn remove_redundant_jumps(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return;
    }
    graph.for_each_block(|graph, id| {
        let next = graph.next(id);
        if let Some(last) = graph.last_mut(id)
            && last.opcode.is_unconditional_jump()
            && last.target == next
        {
            last.set_nop();
            graph.has_nops = true;
        }
    });
}
