//! Makes real instructions of the jumps that leave the tested value on the stack.
//!
//! CPython: `Python/flowgraph.c` `convert_pseudo_conditional_jumps` (3.14–)

use super::{BlockId, FlowGraph};
use crate::targets::Opcode::{
    COPY, JUMP_IF_FALSE, JUMP_IF_TRUE, POP_JUMP_IF_FALSE, POP_JUMP_IF_TRUE, TO_BOOL,
};
use crate::targets::Properties;

pub(super) fn convert_pseudo_jumps(graph: &mut FlowGraph) {
    if graph.properties.has(Properties::KEEPING_JUMP) {
        graph.for_each_block(convert_pseudo_jump);
    }
}

fn convert_pseudo_jump(graph: &mut FlowGraph, id: BlockId) {
    let Some(mut jump) = graph.last(id).copied() else { return };
    jump.opcode = match jump.opcode {
        JUMP_IF_FALSE => POP_JUMP_IF_FALSE,
        JUMP_IF_TRUE => POP_JUMP_IF_TRUE,
        _ => return,
    };
    let last = graph.last_mut(id).expect("the block ends in a jump");
    last.set(COPY, 1);
    last.target = None;
    let mut to_bool = *last;
    to_bool.set(TO_BOOL, 0);
    graph.push_instr(id, to_bool);
    graph.push_instr(id, jump);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph_for, text};
    use crate::targets::Version;

    #[test]
    fn a_copy_of_the_value_is_tested() {
        let mut graph = graph_for(Version::V3_14, "1 LOAD_FAST 1; 1 JUMP_IF_FALSE a; a: 1 NOP");
        convert_pseudo_jumps(&mut graph);
        assert_eq!(text(&graph), "LOAD_FAST:1 COPY:1 TO_BOOL POP_JUMP_IF_FALSE>1 | NOP");
    }
}
