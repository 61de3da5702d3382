//! Lays out the code of exception handlers after all other code.
//!
//! A block is warm when control reaches it without an exception, cold when it does only from a
//! handler on. Where a cold block fell through to a warm one it gets a jump.
//!
//! CPython: `Python/flowgraph.c` `push_cold_blocks_to_end`, `mark_warm`, `mark_cold` (3.12–)

use smallvec::smallvec;

use super::{BlockList, BlockSet, FlowGraph, Instr};
use crate::source::Location;
use crate::targets::Opcode::{JUMP, JUMP_NO_INTERRUPT};
use crate::targets::{FlowGraphFeatures, Properties};

/// Returns whether there are such blocks.
pub(super) fn push_cold_blocks_to_end(graph: &mut FlowGraph, features: &FlowGraphFeatures) -> bool {
    if !graph.properties.has(Properties::BLOCK_PUSH) {
        return false;
    }
    let jump = if features.jumps_without_interrupt { JUMP_NO_INTERRUPT } else { JUMP };
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
            let jump = Instr { target: Some(next), ..Instr::new(jump, label, Location::NONE) };
            let back = graph.new_block(&[jump]);
            graph.block_mut(back).predecessors = u32::from(features.cold_code_jumps_back_at_its_line);
            cold_layout.push(back);
        }
    });
    let is_any_cold = !cold_layout.is_empty();
    if is_any_cold {
        warm_layout.append(&mut cold_layout);
        graph.lay_out(&warm_layout);
    }
    is_any_cold
}

/// The blocks of `start`, and those that control comes to from there by jumps and falling through,
/// without passing one of `barred`.
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
    use crate::flowgraph::testing::{features, graph, text};
    use crate::targets::Version;

    #[test]
    fn handlers_come_last_and_jump_back() {
        for (version, expected) in [
            (Version::V3_12, "SETUP_FINALLY>2 POP_BLOCK JUMP>1 | RETURN_CONST | POP_TOP | JUMP>1"),
            (Version::V3_13, "SETUP_FINALLY>2 NOP JUMP>1 | RETURN_CONST | POP_TOP | JUMP_NO_INTERRUPT>1"),
        ] {
            let source = "1 SETUP_FINALLY h; 1 POP_BLOCK; 1 JUMP end; h: 2 POP_TOP; end: 3 RETURN_CONST 0";
            let mut graph = graph(source);
            label_exception_targets(&mut graph, features(version));
            assert!(push_cold_blocks_to_end(&mut graph, features(version)));
            assert_eq!(text(&graph), expected);
        }
    }
}
