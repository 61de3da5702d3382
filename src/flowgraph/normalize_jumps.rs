//! Chooses forward or backward jumps, now that the layout is final, and marks where conditional
//! jumps do not jump.
//!
//! Conditional jumps go forward only: one that goes back is turned around and jumps over an
//! unconditional jump back, which no handler covers before 3.15.
//!
//! CPython: `Python/flowgraph.c` `normalize_jumps` (3.12–), `Python/assemble.c`
//! `resolve_unconditional_jumps` (3.13–)

use super::{BlockId, BlockSet, FlowGraph, Instr};
use crate::targets::Opcode::{self, *};
use crate::targets::{FlowGraphFeatures, Properties};

pub(super) fn normalize_jumps(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    if !graph.properties.has(Properties::JUMP) {
        return;
    }
    let mut passed = BlockSet::new(graph);
    graph.for_each_block(|graph, id| {
        passed.insert(id);
        normalize_jump(graph, id, &passed, features);
    });
}

fn normalize_jump(graph: &mut FlowGraph, id: BlockId, passed: &BlockSet, features: &FlowGraphFeatures) {
    let Some(target) = graph.jump_target(id) else { return };
    let goes_back = passed.contains(target);
    let last = graph.last_mut(id).expect("the block ends in a jump");
    let reversed = match last.opcode {
        JUMP if goes_back => return last.opcode = JUMP_BACKWARD,
        JUMP_NO_INTERRUPT if goes_back => return last.opcode = JUMP_BACKWARD_NO_INTERRUPT,
        JUMP | JUMP_NO_INTERRUPT => return last.opcode = JUMP_FORWARD,
        POP_JUMP_IF_NOT_NONE => POP_JUMP_IF_NONE,
        POP_JUMP_IF_NONE => POP_JUMP_IF_NOT_NONE,
        POP_JUMP_IF_FALSE => POP_JUMP_IF_TRUE,
        POP_JUMP_IF_TRUE => POP_JUMP_IF_FALSE,
        _ => return,
    };
    if goes_back {
        turn_around(graph, id, target, reversed, features);
    } else if features.opcodes.has(NOT_TAKEN) {
        mark_not_taken(graph, id, target, features);
    }
}

/// Makes the jump at the end of `id` the `reversed` one, over a jump to `target`.
fn turn_around(
    graph: &mut FlowGraph,
    id: BlockId,
    target: BlockId,
    reversed: Opcode,
    features: &FlowGraphFeatures,
) {
    let next = graph.next(id);
    let jump = graph.last_mut(id).expect("the block ends in a jump");
    jump.opcode = reversed;
    jump.target = next;
    let handler = if features.new_jumps_inherit_handler { jump.handler } else { None };
    let location = jump.location;
    let label = graph.block(target).label.unwrap_or(0);
    let mark = Instr { handler, ..Instr::new(NOT_TAKEN, 0, location) };
    let jump_back = Instr { target: Some(target), handler, ..Instr::new(JUMP, label, location) };
    let instrs = [mark, jump_back];
    let block = graph.new_block(if features.opcodes.has(NOT_TAKEN) { &instrs } else { &instrs[1..] });
    graph.block_mut(block).start_depth = graph.block(target).start_depth;
    graph.insert_after(id, block);
}

/// Puts a `NOT_TAKEN` after the jump at the end of `id`. In CPython it stands in the block of the
/// jump; here no block goes on after one.
fn mark_not_taken(graph: &mut FlowGraph, id: BlockId, target: BlockId, features: &FlowGraphFeatures) {
    let jump = *graph.last(id).expect("the block ends in a jump");
    let handler = if features.new_jumps_inherit_handler {
        jump.handler
    } else {
        // CPython writes over an instruction that was once there, all but its handler.
        graph.after_last(id).and_then(|instr| instr.handler)
    };
    let block = graph.new_block(&[Instr { handler, ..Instr::new(NOT_TAKEN, 0, jump.location) }]);
    graph.block_mut(block).start_depth = graph.block(target).start_depth;
    graph.insert_after(id, block);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph, text};
    use crate::targets::Version;

    #[test]
    fn conditional_jumps_back_are_turned_around() {
        for (version, expected) in [
            (
                Version::V3_12,
                "NOP POP_JUMP_IF_FALSE>2 | JUMP_BACKWARD>0 | POP_JUMP_IF_TRUE>4 | NOP | RETURN_CONST",
            ),
            (
                Version::V3_14,
                "NOP POP_JUMP_IF_FALSE>2 | NOT_TAKEN JUMP_BACKWARD>0 | POP_JUMP_IF_TRUE>5 | NOT_TAKEN | NOP | RETURN_CONST",
            ),
        ] {
            let source = "a: 1 NOP; 1 POP_JUMP_IF_TRUE a; 2 POP_JUMP_IF_TRUE b; 3 NOP; b: 4 RETURN_CONST 0";
            let mut graph = graph(source);
            normalize_jumps(&mut graph, features(version));
            assert_eq!(text(&graph), expected);
        }
    }
}
