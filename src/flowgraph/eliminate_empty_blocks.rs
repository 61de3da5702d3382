//! Takes blocks without instructions out of the layout, and leads jumps to them on to what follows.
//!
//! CPython: `Python/flowgraph.c` `eliminate_empty_basic_blocks` (3.12)

use smallvec::{SmallVec, smallvec};

use super::{BlockId, BlockList, FlowGraph};

pub(super) fn eliminate_empty_blocks(graph: &mut FlowGraph) {
    if graph.layout().all(|id| !graph.is_empty(id)) {
        return;
    }
    let full = chain_full_blocks(graph);
    graph.entry = full[graph.entry.index()].expect("a unit has instructions");
    let mut unused_label = graph.unused_label();
    graph.for_each_block(|graph, id| {
        for index in graph.range_of_targets(id) {
            let instr = graph.instrs[index];
            if !graph.opcodes.has_target(instr.opcode) {
                continue;
            }
            let target = full[instr.jump_target().index()].expect("no jump leads past the end");
            if instr.target != Some(target) {
                let oparg = graph.ensure_label(target, &mut unused_label);
                graph.instrs[index].target = Some(target);
                graph.instrs[index].oparg = oparg;
            }
        }
    });
}

/// Chains the blocks that have instructions. Returns for each block the first of these at or
/// after it.
fn chain_full_blocks(graph: &mut FlowGraph) -> SmallVec<[Option<BlockId>; 64]> {
    let layout: BlockList = graph.layout().collect();
    let mut full = smallvec![None; graph.block_count()];
    let mut following = None;
    for &id in layout.iter().rev() {
        graph.block_mut(id).next = following;
        if !graph.is_empty(id) {
            following = Some(id);
        }
        full[id.index()] = following;
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::remove_redundant_nops::remove_redundant_nops;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn jumps_to_empty_blocks_go_to_what_follows() {
        let mut graph = graph("a: -1 NOP; b: 1 POP_JUMP_IF_TRUE a; c: -1 NOP; d: -1 NOP; e: 2 JUMP c");
        remove_redundant_nops(&mut graph);
        assert_eq!(text(&graph), " | POP_JUMP_IF_TRUE>0 |  |  | JUMP>2");
        eliminate_empty_blocks(&mut graph);
        assert_eq!(text(&graph), "POP_JUMP_IF_TRUE>0 | JUMP>1");
    }
}
