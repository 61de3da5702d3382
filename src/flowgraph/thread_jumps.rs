//! Leads the jump at the end of a block on, while its target starts with a jump.
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block`, `jump_thread` (3.12–)

use super::{BlockId, FlowGraph, Instr};
use crate::targets::FlowGraphFeatures;
use crate::targets::Opcode::*;

pub(super) fn thread_jumps(graph: &mut FlowGraph, id: BlockId, features: &FlowGraphFeatures) {
    // No way through distinct blocks is longer; a ring of jumps would be followed forever.
    for _ in 0..graph.block_count() {
        let Some(&jump) = graph.last(id).filter(|last| graph.opcodes.is_jump(last.opcode)) else { return };
        let Some(&via) = graph.instrs(jump.jump_target()).first() else { return };
        if !graph.opcodes.is_jump(via.opcode) {
            return;
        }
        let is_threaded = if features.jumps_threaded_over_lines {
            append_jump(graph, id, jump, via, features)
        } else {
            change_target(graph, id, jump, via)
        };
        if !is_threaded {
            return;
        }
    }
}

/// Changes the target of `jump` to that of `via`, if they are on one line. Returns whether it did.
fn change_target(graph: &mut FlowGraph, id: BlockId, jump: Instr, via: Instr) -> bool {
    let on_same_line = jump.lineno() == via.lineno() || via.lineno() == -1;
    let is_threaded = matches!(
        jump.opcode,
        POP_JUMP_IF_NOT_NONE | POP_JUMP_IF_NONE | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP
    );
    if !on_same_line || !is_threaded || via.opcode != JUMP || via.target == jump.target {
        return false;
    }
    graph.last_mut(id).expect("the block ends in a jump").target = via.target;
    true
}

/// Makes `jump` a `NOP` for its line, and appends one that goes where `via` does. Returns whether
/// it did.
fn append_jump(
    graph: &mut FlowGraph,
    id: BlockId,
    jump: Instr,
    via: Instr,
    features: &FlowGraphFeatures,
) -> bool {
    let opcode = match (jump.opcode, via.opcode) {
        (POP_JUMP_IF_NOT_NONE | POP_JUMP_IF_NONE | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE, JUMP) => jump.opcode,
        (JUMP | JUMP_NO_INTERRUPT, JUMP) => JUMP,
        (JUMP | JUMP_NO_INTERRUPT, JUMP_NO_INTERRUPT) => jump.opcode,
        (JUMP_IF_FALSE, JUMP | JUMP_IF_FALSE) | (JUMP_IF_TRUE, JUMP | JUMP_IF_TRUE) => jump.opcode,
        (JUMP_IF_FALSE, JUMP_IF_TRUE) | (JUMP_IF_TRUE, JUMP_IF_FALSE) => {
            // What is there is not jumped on.
            let target = graph.next(jump.jump_target());
            graph.last_mut(id).expect("the block ends in a jump").target = target;
            return target.is_some();
        }
        _ => return false,
    };
    if via.target == jump.target {
        return false;
    }
    graph.set_last_nop(id);
    let handler = if features.new_jumps_inherit_handler { jump.handler } else { None };
    graph.push_instr(id, Instr { opcode, handler, ..via });
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph, graph_for, text};
    use crate::targets::Version;

    #[test]
    fn jumps_are_led_on() {
        for (source, in_place, appended) in [
            ("1 JUMP a; a: -1 JUMP b; b: 2 NOP", "JUMP>2", "NOP JUMP>2"),
            ("1 JUMP a; a: 2 JUMP b; b: 2 NOP", "JUMP>1", "NOP JUMP>2"),
            ("1 POP_JUMP_IF_TRUE a; a: 1 JUMP b; b: 2 NOP", "POP_JUMP_IF_TRUE>2", "NOP POP_JUMP_IF_TRUE>2"),
            (
                "1 POP_JUMP_IF_TRUE a; a: 1 JUMP_NO_INTERRUPT b; b: 2 NOP",
                "POP_JUMP_IF_TRUE>1",
                "POP_JUMP_IF_TRUE>1",
            ),
            ("1 JUMP a; a: 1 JUMP_NO_INTERRUPT b; b: 2 NOP", "JUMP>1", "NOP JUMP>2"),
            ("1 JUMP_NO_INTERRUPT a; a: 1 JUMP b; b: 2 NOP", "JUMP_NO_INTERRUPT>1", "NOP JUMP>2"),
            ("1 FOR_ITER a; a: 1 JUMP b; b: 2 NOP", "FOR_ITER>1", "FOR_ITER>1"),
        ] {
            for (version, expected) in [(Version::V3_12, in_place), (Version::V3_13, appended)] {
                let mut graph = graph_for(version, source);
                let entry = graph.entry;
                thread_jumps(&mut graph, entry, features(version));
                assert_eq!(text(&graph).split(" | ").next(), Some(expected), "{source}");
            }
        }
    }

    #[test]
    fn jumps_that_keep_the_value_know_what_it_is() {
        for (source, expected) in [
            ("1 JUMP_IF_FALSE a; a: 1 JUMP_IF_FALSE b; 2 NOP; b: 2 NOP", "NOP JUMP_IF_FALSE>3"),
            ("1 JUMP_IF_FALSE a; a: 1 JUMP_IF_TRUE b; 2 NOP; b: 2 NOP", "JUMP_IF_FALSE>2"),
            ("1 JUMP_IF_TRUE a; a: 1 JUMP b; 2 NOP; b: 2 NOP", "NOP JUMP_IF_TRUE>3"),
            ("1 JUMP_IF_TRUE a; a: 1 POP_JUMP_IF_TRUE b; 2 NOP; b: 2 NOP", "JUMP_IF_TRUE>1"),
        ] {
            let mut graph = graph_for(Version::V3_14, source);
            let entry = graph.entry;
            thread_jumps(&mut graph, entry, features(Version::V3_14));
            assert_eq!(text(&graph).split(" | ").next(), Some(expected), "{source}");
        }
    }

    #[test]
    fn rings_of_jumps_end() {
        for version in [Version::V3_12, Version::V3_13] {
            let mut graph = graph("0 JUMP a; a: 1 JUMP b; b: 1 JUMP c; c: 1 JUMP a");
            let entry = graph.entry;
            thread_jumps(&mut graph, entry, features(version));
            assert!(text(&graph).matches("NOP").count() < 10);
        }
    }
}
