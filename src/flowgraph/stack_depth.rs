//! Finds the stack depth at the start of every block, and the largest anywhere: `co_stacksize`.
//!
//! CPython: `Python/flowgraph.c` `_PyCfg_Stackdepth` (3.12), `calculate_stackdepth` (3.13–)

use super::{BlockId, BlockList, FlowGraph};
use crate::targets::Opcode::END_ASYNC_FOR_FROM_SEND;
use crate::targets::{FlowGraphFeatures, Properties};

/// `start` is the depth at the entry.
pub(super) fn stack_depth(graph: &mut FlowGraph, start: u32, features: &FlowGraphFeatures) -> u32 {
    let counts_after = !features.stack_size_before_instructions;
    let mut max_depth = 0;
    let mut todo = BlockList::new();
    reach(graph, graph.entry, start as i32, &mut todo);
    while let Some(id) = todo.pop() {
        let mut depth = graph.block(id).start_depth.map_or(0, |depth| depth as i32);
        if graph.block(id).properties.has(Properties::BLOCK_PUSH) {
            let deepest = reach_handlers(graph, id, depth, &mut todo);
            max_depth = max_depth.max(if counts_after { deepest } else { 0 });
        }
        let (mut before, mut deepest_before, mut deepest_after) = (depth, 0, 0);
        for instr in graph.instrs(id) {
            before = depth;
            deepest_before = deepest_before.max(before);
            depth += graph.opcodes.stack_effect(instr.opcode, instr.oparg);
            deepest_after = deepest_after.max(depth);
        }
        max_depth = max_depth.max(if counts_after { deepest_after } else { deepest_before });
        let last = graph.last(id).filter(|last| last.opcode != END_ASYNC_FOR_FROM_SEND);
        if let (Some(&last), Some(target)) = (last, graph.jump_target(id)) {
            let there = before + graph.opcodes.target_stack_effect(last.opcode, last.oparg);
            max_depth = max_depth.max(if counts_after { there } else { before });
            reach(graph, target, there, &mut todo);
        }
        if let Some(next) = graph.fallthrough(id) {
            reach(graph, next, depth, &mut todo);
        }
    }
    max_depth as u32
}

/// Comes to the handlers of the block pushes in a block, which starts with `depth` values. Returns
/// the largest depth that one starts with.
fn reach_handlers(graph: &mut FlowGraph, id: BlockId, mut depth: i32, todo: &mut BlockList) -> i32 {
    let opcodes = graph.opcodes;
    let mut deepest = 0;
    for index in graph.range(id) {
        let instr = graph.instrs[index];
        if opcodes.is_block_push(instr.opcode) {
            let handler_depth = depth + opcodes.target_stack_effect(instr.opcode, instr.oparg);
            deepest = deepest.max(handler_depth);
            reach(graph, instr.jump_target(), handler_depth, todo);
        }
        depth += opcodes.stack_effect(instr.opcode, instr.oparg);
    }
    deepest
}

/// The way into a block that finds the deepest stack decides. (They should all agree, and do in
/// what the code generator makes.)
fn reach(graph: &mut FlowGraph, id: BlockId, depth: i32, todo: &mut BlockList) {
    let block = graph.block_mut(id);
    let depth = depth.max(0) as u32;
    if block.start_depth.is_none_or(|known| known < depth && known < MAX_REVISED_DEPTH) {
        block.start_depth = Some(depth);
        todo.push(id);
    }
}

/// A depth from here on stays, so that a loop that left values on the stack would not be followed
/// forever.
const MAX_REVISED_DEPTH: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph};
    use crate::targets::Version;

    #[test]
    fn the_deepest_way_counts() {
        for (source, start, expected) in [
            ("1 PUSH_NULL; 1 PUSH_NULL; 1 POP_TOP; 1 RETURN_VALUE", 0, 2),
            ("1 PUSH_NULL; 1 POP_TOP; 1 RETURN_CONST 0", 1, 2),
            ("1 SETUP_CLEANUP h; 1 RETURN_CONST 0; h: 1 PUSH_EXC_INFO; 1 RERAISE 0", 0, 3),
            ("1 LOAD_FAST 0; a: 1 FOR_ITER b; 1 POP_TOP; 1 JUMP a; b: 1 END_FOR; 1 RETURN_CONST 0", 0, 2),
        ] {
            assert_eq!(
                stack_depth(&mut graph(source), start, features(Version::V3_12)),
                expected,
                "{source}"
            );
        }
    }
}
