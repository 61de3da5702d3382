//! Makes a `NOP` of a jump to where control would go on anyway.
//!
//! CPython: `Python/flowgraph.c` `remove_redundant_jumps` (3.12–)

use super::FlowGraph;
use super::remove_redundant_nops::remove_redundant_nops;
use crate::targets::Properties;

/// Returns whether there was such a jump.
pub(super) fn remove_redundant_jumps(graph: &mut FlowGraph) -> bool {
    let mut found = false;
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return found;
    }
    graph.for_each_block(|graph, id| {
        if let Some(&last) = graph.last(id)
            && graph.opcodes.is_unconditional_jump(last.opcode)
            && let Some(next) = graph.next(id)
            && graph.next_nonempty(next) == graph.next_nonempty(last.jump_target())
        {
            graph.set_last_nop(id);
            found = true;
        }
    });
    found
}

/// Each may make the other's work: a block that loses its last `NOP` is no longer in the way.
///
/// CPython: `Python/flowgraph.c` `remove_redundant_nops_and_jumps` (3.13–)
pub(super) fn remove_redundant_nops_and_jumps(graph: &mut FlowGraph) {
    while remove_redundant_nops(graph) | remove_redundant_jumps(graph) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn empty_blocks_are_not_in_the_way() {
        let mut graph = graph("1 GET_LEN; 1 JUMP b; a: -1 NOP; b: -1 NOP; c: 2 JUMP a");
        remove_redundant_nops_and_jumps(&mut graph);
        assert_eq!(text(&graph), "GET_LEN |  |  | JUMP>1");
    }
}
