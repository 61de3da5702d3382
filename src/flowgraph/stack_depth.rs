//! Finds the stack depth at the start of every block, and the largest anywhere: `co_stacksize`.
//!
//! CPython: `Python/flowgraph.c` `_PyCfg_Stackdepth` (3.12), `calculate_stackdepth` (3.13–)

use super::{BlockId, BlockList, FlowGraph};
use crate::targets::FlowGraphFeatures;
use crate::targets::Opcode::END_ASYNC_FOR_FROM_SEND;

/// `start` is the depth at the entry.
pub(super) fn stack_depth(graph: &mut FlowGraph, start: u32, features: &FlowGraphFeatures) -> u32 {
    let opcodes = features.opcodes;
    let counts_after = !features.stack_size_before_instructions;
    let mut max_depth = 0;
    let mut todo = BlockList::new();
    reach(graph, graph.entry, start as i32, &mut todo);
    while let Some(id) = todo.pop() {
        let mut depth = graph.block(id).start_depth.map_or(0, |depth| depth as i32);
        for index in graph.range(id) {
            let instr = graph.instrs[index];
            let new_depth = depth + opcodes.stack_effect(instr.opcode, instr.oparg);
            if opcodes.has_target(instr.opcode) && instr.opcode != END_ASYNC_FOR_FROM_SEND {
                let target_depth = if opcodes.is_block_push(instr.opcode) {
                    depth + opcodes.handler_stack_effect(instr.opcode)
                } else {
                    new_depth
                };
                if counts_after {
                    max_depth = max_depth.max(target_depth);
                }
                reach(graph, instr.jump_target(), target_depth, &mut todo);
            }
            max_depth = max_depth.max(if counts_after { new_depth } else { depth });
            depth = new_depth;
        }
        if let Some(next) = graph.fallthrough(id) {
            reach(graph, next, depth, &mut todo);
        }
    }
    max_depth as u32
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
