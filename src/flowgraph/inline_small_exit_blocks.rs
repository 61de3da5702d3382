//! Replaces a jump to a small block that leaves the code object by the instructions of that block.
//!
//! The jump becomes a `NOP`, so that its line is still visited.
//!
//! CPython: `Python/flowgraph.c` `inline_small_exit_blocks` (3.12)

use super::{BlockId, FlowGraph};
use crate::target::Properties;

/// The largest block that is copied.
///
/// CPython: `Python/flowgraph.c` `MAX_COPY_SIZE` (3.12)
const MAX_COPY_SIZE: usize = 4;

pub(super) fn inline_small_exit_blocks(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return;
    }
    graph.for_each_block(inline_exit);
}

fn inline_exit(graph: &mut FlowGraph, id: BlockId) {
    let Some(last) = graph.last_mut(id).filter(|last| last.opcode.is_unconditional_jump()) else { return };
    let target = last.jump_target();
    if graph.exits_scope(target) && graph.instrs(target).len() <= MAX_COPY_SIZE {
        graph.last_mut(id).expect("the block ends in a jump").set_nop();
        graph.has_nops = true;
        graph.append_instrs_of(id, target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    fn inlined(source: &str) -> String {
        let mut graph = graph(source);
        inline_small_exit_blocks(&mut graph);
        text(&graph)
    }

    #[test]
    fn only_exits_of_up_to_four_instructions_are_copied() {
        assert_eq!(
            inlined("1 JUMP a; a: 2 NOP; 2 NOP; 2 NOP; 2 RETURN_VALUE"),
            "NOP NOP NOP NOP RETURN_VALUE | NOP NOP NOP RETURN_VALUE"
        );
        assert_eq!(
            inlined("1 JUMP a; a: 2 NOP; 2 NOP; 2 NOP; 2 NOP; 2 RETURN_VALUE"),
            "JUMP>1 | NOP NOP NOP NOP RETURN_VALUE"
        );
        assert_eq!(inlined("1 POP_JUMP_IF_TRUE a; a: 2 RETURN_VALUE"), "POP_JUMP_IF_TRUE>1 | RETURN_VALUE");
    }
}
