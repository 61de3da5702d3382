//! Empties the blocks that control does not reach, and counts for the others how many ways lead to
//! them.
//!
//! CPython: `Python/flowgraph.c` `mark_reachable`, `optimize_cfg` (3.12), `remove_unreachable`
//! (3.13–)

use smallvec::smallvec;

use super::{BlockList, BlockSet, FlowGraph};
use crate::targets::{FlowGraphFeatures, Properties};

pub(super) fn remove_unreachable(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    graph.blocks.iter_mut().for_each(|block| block.predecessors = 0);
    count_predecessors(graph, features);
    graph.for_each_block(|graph, id| {
        let block = graph.block_mut(id);
        if block.predecessors == 0 {
            block.len = 0;
            block.properties = Properties::NONE;
            block.lacks_lines = false;
            block.is_handler = false;
        }
    });
}

/// In 3.12 a block waits once for every way found to it before its turn, and is then gone through
/// each time: so the counts are CPython's, which later passes compare to 1.
fn count_predecessors(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    let mut visited = BlockSet::new(graph);
    let mut todo: BlockList = smallvec![graph.entry];
    graph.block_mut(graph.entry).predecessors = 1;
    while let Some(id) = todo.pop() {
        visited.insert(id);
        let mut count = |graph: &mut FlowGraph, target| {
            let is_new = if features.predecessors_counted_once {
                visited.insert(target)
            } else {
                !visited.contains(target)
            };
            if is_new {
                todo.push(target);
            }
            graph.block_mut(target).predecessors += 1;
        };
        if let Some(next) = graph.fallthrough(id) {
            count(graph, next);
        }
        for index in graph.range_of_targets(id) {
            let instr = graph.instrs[index];
            if graph.opcodes.has_target(instr.opcode) {
                count(graph, instr.jump_target());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph, text};
    use crate::targets::Version;

    fn predecessors(graph: &FlowGraph) -> Vec<u32> {
        graph.layout().map(|id| graph.block(id).predecessors).collect()
    }

    #[test]
    fn blocks_that_nothing_leads_to_are_emptied() {
        let mut graph = graph("1 JUMP b; 2 NOP; a: 3 JUMP a; b: 5 RETURN_CONST 0");
        remove_unreachable(&mut graph, features(Version::V3_13));
        assert_eq!(text(&graph), "JUMP>3 |  |  | RETURN_CONST");
        assert_eq!(predecessors(&graph), [1, 0, 0, 1]);
    }

    #[test]
    fn a_block_found_twice_may_count_twice_for_what_follows() {
        for (version, expected) in [(Version::V3_12, [1, 2, 2]), (Version::V3_13, [1, 2, 1])] {
            let mut graph = graph("1 POP_JUMP_IF_TRUE a; a: 2 NOP; b: 3 RETURN_CONST 0");
            remove_unreachable(&mut graph, features(version));
            assert_eq!(predecessors(&graph), expected);
        }
    }
}
