//! Lays out the code of exception handlers after all other code.
//!
//! A block is warm when control reaches it without an exception, cold when it does only from a handler on. Where a cold block fell through to a
//! warm one it gets a jump.
//!
//! CPython: `Python/flowgraph.c` `push_cold_blocks_to_end`, `mark_warm`, `mark_cold` (3.12)

use smallvec::smallvec;

use super::remove_redundant_jumps::remove_redundant_jumps;
use super::{BlockList, BlockSet, FlowGraph, Instr};
use crate::source::Location;
use crate::target::Opcode::JUMP;
use crate::target::Properties;

pub(super) fn push_cold_blocks_to_end(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::BLOCK_PUSH) {
        return;
    }
    let handlers: BlockList = graph.layout().filter(|&id| graph.block(id).is_handler).collect();
    let nowhere = BlockSet::new(graph);
    let warm = reached_from(graph, smallvec![graph.entry], &nowhere);
    let cold = reached_from(graph, handlers, &warm);

    let (mut warm_layout, mut cold_layout) = (BlockList::new(), BlockList::new());
    let mut unused_label = graph.unused_label();
    graph.for_each_block(|graph, id| {
        if !cold.contains(id) {
            warm_layout.push(id);
            return;
        }
        cold_layout.push(id);
        if let Some(next) = graph.fallthrough(id).filter(|&next| warm.contains(next)) {
            let label = graph.ensure_label(next, &mut unused_label);
            let jump = Instr { target: Some(next), ..Instr::new(JUMP, label, Location::NONE) };
            cold_layout.push(graph.new_block(jump));
        }
    });
    if !cold_layout.is_empty() {
        warm_layout.append(&mut cold_layout);
        graph.lay_out(&warm_layout);
        remove_redundant_jumps(graph);
    }
}

/// The blocks of `start`, and those that control comes to from there by jumps and falling through, without passing one of `barred`.
fn reached_from(graph: &FlowGraph, start: BlockList, barred: &BlockSet) -> BlockSet {
    let mut reached = BlockSet::new(graph);
    for &id in &start {
        reached.insert(id);
    }
    let mut todo = start;
    while let Some(id) = todo.pop() {
        let targets = [graph.fallthrough(id), graph.jump_target(id)];
        todo.extend(targets.into_iter().flatten().filter(|&id| !barred.contains(id) && reached.insert(id)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::label_exception_targets::label_exception_targets;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn handlers_come_last_and_jump_back() {
        let source = "1 SETUP_FINALLY h; 1 POP_BLOCK; 1 JUMP end; h: 2 POP_TOP; end: 3 RETURN_CONST 0";
        let mut graph = graph(source);
        label_exception_targets(&mut graph);
        push_cold_blocks_to_end(&mut graph);
        assert_eq!(text(&graph), "SETUP_FINALLY>2 POP_BLOCK NOP | RETURN_CONST | POP_TOP | JUMP>1");
    }
}
