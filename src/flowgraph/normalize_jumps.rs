//! Chooses forward or backward jumps, now that the layout is final.
//!
//! Conditional jumps go forward only: one that goes back is turned around and jumps over an unconditional jump back, which no handler covers.
//!
//! CPython: `Python/flowgraph.c` `normalize_jumps` (3.12–), `Python/assemble.c` `resolve_unconditional_jumps` (3.13–)

use super::{BlockId, BlockSet, FlowGraph, Instr};
use crate::target::Opcode::*;
use crate::target::Properties;

pub(super) fn normalize_jumps(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::JUMP) {
        return;
    }
    let mut passed = BlockSet::new(graph);
    graph.for_each_block(|graph, id| {
        passed.insert(id);
        normalize_jump(graph, id, &passed);
    });
}

fn normalize_jump(graph: &mut FlowGraph, id: BlockId, passed: &BlockSet) {
    let Some(target) = graph.jump_target(id) else { return };
    let goes_back = passed.contains(target);
    let next = graph.next(id);
    let last = graph.last_mut(id).expect("the block ends in a jump");
    let reversed = match last.opcode {
        JUMP if goes_back => return last.opcode = JUMP_BACKWARD,
        JUMP_NO_INTERRUPT if goes_back => return last.opcode = JUMP_BACKWARD_NO_INTERRUPT,
        JUMP | JUMP_NO_INTERRUPT => return last.opcode = JUMP_FORWARD,
        POP_JUMP_IF_NOT_NONE if goes_back => POP_JUMP_IF_NONE,
        POP_JUMP_IF_NONE if goes_back => POP_JUMP_IF_NOT_NONE,
        POP_JUMP_IF_FALSE if goes_back => POP_JUMP_IF_TRUE,
        POP_JUMP_IF_TRUE if goes_back => POP_JUMP_IF_FALSE,
        _ => return,
    };
    last.opcode = reversed;
    last.target = next;
    let location = last.location;
    let label = graph.block(target).label.unwrap_or(0);
    let jump_back = Instr { target: Some(target), ..Instr::new(JUMP, label, location) };
    let jump_back = graph.new_block(jump_back);
    graph.insert_after(id, jump_back);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn conditional_jumps_back_are_turned_around() {
        let mut graph = graph("a: 1 NOP; 1 POP_JUMP_IF_TRUE a; 2 JUMP b; 3 NOP; b: 4 RETURN_CONST 0");
        normalize_jumps(&mut graph);
        assert_eq!(
            text(&graph),
            "NOP POP_JUMP_IF_FALSE>2 | JUMP_BACKWARD>0 | JUMP_FORWARD>4 | NOP | RETURN_CONST"
        );
    }
}
