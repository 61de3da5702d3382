//! Finds for every instruction the handler that an exception raised there goes to.
//!
//! Sets `Instr::handler`, the oparg of `YIELD_VALUE` (how many blocks are pushed around it), and of blocks `is_handler` and
//! `preserves_lasti`. Follows control from the entry: instructions that it does not reach keep no handler.
//!
//! The stacks of pushed blocks are lists that share their tails, so that a branch costs no copy.
//!
//! CPython: `Python/flowgraph.c` `mark_except_handlers`, `label_exception_targets` (3.12)

use smallvec::{SmallVec, smallvec};

use super::{BlockId, BlockSet, FlowGraph};
use crate::target::{Opcode, Properties};

/// A pushed block, on the blocks pushed before it.
#[derive(Clone, Copy)]
struct Pushed {
    handler: BlockId,
    depth: u32,
    below: Stack,
}

/// The index of the [`Pushed`] on top.
type Stack = Option<usize>;

pub(super) fn label_exception_targets(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::BLOCK_PUSH) {
        return;
    }
    mark_handlers(graph);
    let mut pushed: SmallVec<[Pushed; 16]> = SmallVec::new();
    let mut visited = BlockSet::new(graph);
    let mut todo: SmallVec<[(BlockId, Stack); 32]> = smallvec![(graph.entry, None)];
    visited.insert(graph.entry);
    while let Some((id, mut stack)) = todo.pop() {
        for index in graph.range(id) {
            let instr = &mut graph.instrs[index];
            let top = stack.map(|top| pushed[top]);
            match instr.opcode {
                opcode if opcode.is_block_push() => {
                    let handler = instr.jump_target();
                    if visited.insert(handler) {
                        todo.push((handler, stack));
                    }
                    let depth = top.map_or(1, |top| top.depth + 1);
                    pushed.push(Pushed { handler, depth, below: stack });
                    stack = Some(pushed.len() - 1);
                    if opcode != Opcode::SETUP_FINALLY {
                        graph.block_mut(handler).preserves_lasti = true;
                    }
                    continue;
                }
                Opcode::POP_BLOCK => {
                    stack = top.expect("as many blocks are pushed as popped").below;
                    continue;
                }
                Opcode::YIELD_VALUE => instr.oparg = top.map_or(0, |top| top.depth),
                _ => {}
            }
            instr.handler = top.map(|top| top.handler);
        }
        let targets = [graph.jump_target(id), graph.fallthrough(id)];
        todo.extend(
            targets.into_iter().flatten().filter(|&target| visited.insert(target)).map(|id| (id, stack)),
        );
    }
}

fn mark_handlers(graph: &mut FlowGraph) {
    graph.for_each_block(|graph, id| {
        for index in graph.range_of_targets(id) {
            let instr = &graph.instrs[index];
            if instr.opcode.is_block_push() {
                let handler = instr.jump_target();
                graph.block_mut(handler).is_handler = true;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::graph;

    /// For every instruction the place of its handler, or `-`.
    fn handlers(graph: &FlowGraph) -> String {
        let handler = |instr: &crate::flowgraph::Instr| {
            instr.handler.map_or("-".to_owned(), |handler| handler.index().to_string())
        };
        graph.layout().flat_map(|id| graph.instrs(id)).map(handler).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_innermost_pushed_block_handles() {
        let mut graph = graph(
            "1 SETUP_FINALLY h; 1 NOP; 1 SETUP_WITH i; 1 YIELD_VALUE 0; 1 POP_BLOCK; 1 NOP; 1 POP_BLOCK; 1 RETURN_CONST 0; \
             h: 2 RERAISE 0; i: 3 RERAISE 0",
        );
        label_exception_targets(&mut graph);
        assert_eq!(handlers(&graph), "- 1 - 2 - 1 - - - 1");
        assert_eq!(graph.instrs(graph.entry)[3].oparg, 2);
        let preserves_lasti: Vec<_> = graph.layout().map(|id| graph.block(id).preserves_lasti).collect();
        assert_eq!(preserves_lasti, [false, false, true]);
    }
}
