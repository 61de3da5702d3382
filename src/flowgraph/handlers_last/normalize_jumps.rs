//! Chooses forward or backward jumps, now that the layout is final. Each kind of jump has an
//! instruction for either way.
//!
//! CPython: `Python/compile.c` `normalize_jumps` (3.11)

use super::super::{BlockSet, FlowGraph};
use crate::targets::Opcode::*;
use crate::targets::Properties;

pub(in crate::flowgraph) fn normalize_jumps_by_direction(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::JUMP) {
        return;
    }
    let mut passed = BlockSet::new(graph);
    graph.for_each_block(|graph, id| {
        passed.insert(id);
        let Some(target) = graph.jump_target(id) else { return };
        let jump = graph.last_mut(id).expect("the block ends in a jump");
        let (forward, backward) = match jump.opcode {
            JUMP => (JUMP_FORWARD, JUMP_BACKWARD),
            JUMP_NO_INTERRUPT => (JUMP_FORWARD, JUMP_BACKWARD_NO_INTERRUPT),
            POP_JUMP_IF_NOT_NONE => (POP_JUMP_FORWARD_IF_NOT_NONE, POP_JUMP_BACKWARD_IF_NOT_NONE),
            POP_JUMP_IF_NONE => (POP_JUMP_FORWARD_IF_NONE, POP_JUMP_BACKWARD_IF_NONE),
            POP_JUMP_IF_FALSE => (POP_JUMP_FORWARD_IF_FALSE, POP_JUMP_BACKWARD_IF_FALSE),
            POP_JUMP_IF_TRUE => (POP_JUMP_FORWARD_IF_TRUE, POP_JUMP_BACKWARD_IF_TRUE),
            _ => return,
        };
        jump.opcode = if passed.contains(target) { backward } else { forward };
        graph.note_changes(id);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph_for, text};
    use crate::targets::Version;

    #[test]
    fn jumps_know_their_direction() {
        let source = "a: 1 NOP; 1 POP_JUMP_IF_TRUE a; 2 POP_JUMP_IF_NONE b; 3 JUMP a; b: 4 RETURN_VALUE";
        let mut graph = graph_for(Version::V3_11, source);
        normalize_jumps_by_direction(&mut graph);
        let expected =
            "NOP POP_JUMP_BACKWARD_IF_TRUE>0 | POP_JUMP_FORWARD_IF_NONE>3 | JUMP_BACKWARD>0 | RETURN_VALUE";
        assert_eq!(text(&graph), expected);
    }
}
