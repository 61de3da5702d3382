//! Chooses `JUMP_FORWARD` or `JUMP_ABSOLUTE`, now that the layout is final.
//!
//! CPython: `Python/compile.c` `normalize_jumps` (3.10)

use super::super::{BlockSet, FlowGraph};
use crate::targets::Opcode::{JUMP, JUMP_ABSOLUTE, JUMP_FORWARD};
use crate::targets::Properties;

pub(in crate::flowgraph) fn choose_jumps(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return;
    }
    let mut passed = BlockSet::new(graph);
    graph.for_each_block(|graph, id| {
        passed.insert(id);
        let Some(target) = graph.jump_target(id) else { return };
        let jump = graph.last_mut(id).expect("the block ends in a jump");
        if matches!(jump.opcode, JUMP | JUMP_FORWARD) {
            jump.opcode = if passed.contains(target) { JUMP_ABSOLUTE } else { JUMP_FORWARD };
            graph.note_changes(id);
        }
    });
}

/// Where nothing else has changed the jumps, those that code generation knows to go forward say so
/// already.
pub(in crate::flowgraph) fn make_jumps_absolute(graph: &mut FlowGraph) {
    graph.for_each_block(|graph, id| {
        if let Some(jump) = graph.last_mut(id).filter(|jump| jump.opcode == JUMP) {
            jump.opcode = JUMP_ABSOLUTE;
            graph.note_changes(id);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph_for, text};
    use crate::targets::Version;

    #[test]
    fn only_jumps_back_are_absolute() {
        let source = "a: 1 NOP; 1 POP_JUMP_IF_TRUE b; 2 JUMP_FORWARD a; 3 JUMP b; b: 4 RETURN_VALUE";
        let mut graph = graph_for(Version::V3_10, source);
        choose_jumps(&mut graph);
        let expected = "NOP POP_JUMP_IF_TRUE>3 | JUMP_ABSOLUTE>0 | JUMP_FORWARD>3 | RETURN_VALUE";
        assert_eq!(text(&graph), expected);
    }
}
