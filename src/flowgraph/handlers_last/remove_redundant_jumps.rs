//! Makes a `NOP` of a jump to the block after it.
//!
//! CPython: `Python/compile.c` `optimize_cfg` (3.11)

use super::super::FlowGraph;

/// Returns whether there was such a jump.
pub(in crate::flowgraph) fn remove_jumps_to_next(graph: &mut FlowGraph) -> bool {
    let mut found = false;
    graph.for_each_block(|graph, id| {
        if let Some(&last) = graph.last(id)
            && graph.opcodes.is_unconditional_jump(last.opcode)
            && graph.next(id) == last.target
        {
            graph.set_last_nop(id);
            found = true;
        }
    });
    found
}
