//! Finds for every instruction the handler that an exception raised there goes to.
//!
//! Sets `Instr::handler`, and of blocks `is_handler` and `preserves_lasti`, and notes how many blocks are pushed around a `yield`, in
//! `YIELD_VALUE` or in the `RESUME` after it. Follows control from the entry: instructions that it does not reach keep no handler.
//! From 3.13 on this is also where `POP_BLOCK` goes.
//!
//! The stacks of pushed blocks are lists that share their tails, so that a branch costs no copy.
//!
//! CPython: `Python/flowgraph.c` `mark_except_handlers`, `label_exception_targets` (3.12–)

use smallvec::SmallVec;

use super::{BlockId, BlockSet, FlowGraph};
use crate::targets::{FlowGraphFeatures, GeneratorPrologue, HandlerDepth, Opcode, Properties};

/// A pushed block, on the blocks pushed before it.
#[derive(Clone, Copy)]
struct Pushed {
    handler: BlockId,
    depth: u32,
    below: Stack,
}

/// The index of the [`Pushed`] on top.
type Stack = Option<usize>;

pub(super) fn label_exception_targets(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    if !graph.properties.has(Properties::BLOCK_PUSH) {
        return;
    }
    mark_handlers(graph);
    let mut labels = Labels { pushed: SmallVec::new(), todo: SmallVec::new(), visited: BlockSet::new(graph) };
    labels.reach(graph.entry, None);
    while let Some((id, stack)) = labels.todo.pop() {
        labels.label_block(graph, id, stack, features);
    }
}

struct Labels {
    pushed: SmallVec<[Pushed; 16]>,
    todo: SmallVec<[(BlockId, Stack); 32]>,
    visited: BlockSet,
}

impl Labels {
    /// Control comes to `id` with the blocks of `stack` pushed.
    fn reach(&mut self, id: BlockId, stack: Stack) {
        if self.visited.insert(id) {
            self.todo.push((id, stack));
        }
    }

    fn label_block(
        &mut self,
        graph: &mut FlowGraph,
        id: BlockId,
        mut stack: Stack,
        features: &FlowGraphFeatures,
    ) {
        // Of the last YIELD_VALUE.
        let mut yield_depth = 0;
        for index in graph.range(id) {
            let instr = &mut graph.instrs[index];
            let top = stack.map(|top| self.pushed[top]);
            let depth = top.map_or(0, |top| top.depth);
            match (instr.opcode, features.handler_depth) {
                (opcode, _) if graph.opcodes.is_block_push(opcode) => {
                    let handler = instr.jump_target();
                    self.reach(handler, stack);
                    self.pushed.push(Pushed { handler, depth: depth + 1, below: stack });
                    stack = Some(self.pushed.len() - 1);
                    if opcode != Opcode::SETUP_FINALLY {
                        graph.block_mut(handler).preserves_lasti = true;
                    }
                    continue;
                }
                (Opcode::POP_BLOCK, _) => {
                    stack = top.expect("as many blocks are pushed as popped").below;
                    if features.handler_depth != HandlerDepth::InYield {
                        instr.set_nop();
                    }
                    continue;
                }
                (Opcode::YIELD_VALUE, HandlerDepth::InYield) => instr.oparg = depth,
                (Opcode::YIELD_VALUE, HandlerDepth::InResume(_)) => yield_depth = depth,
                (Opcode::RESUME, HandlerDepth::InResume(depth_1)) if yield_depth == 1 => {
                    instr.oparg |= depth_1
                }
                // It returns to the caller, who has the handlers.
                (Opcode::RETURN_GENERATOR, _)
                    if features.generator_prologue == GeneratorPrologue::Codegen =>
                {
                    continue;
                }
                _ => {}
            }
            instr.handler = top.map(|top| top.handler);
        }
        for target in [graph.jump_target(id), graph.fallthrough(id)].into_iter().flatten() {
            self.reach(target, stack);
        }
    }
}

fn mark_handlers(graph: &mut FlowGraph) {
    graph.for_each_block(|graph, id| {
        for index in graph.range_of_targets(id) {
            let instr = &graph.instrs[index];
            if graph.opcodes.is_block_push(instr.opcode) {
                let handler = instr.jump_target();
                graph.block_mut(handler).is_handler = true;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph, graph_for};
    use crate::targets::Version;

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
        label_exception_targets(&mut graph, features(Version::V3_12));
        assert_eq!(handlers(&graph), "- 1 - 2 - 1 - - - 1");
        assert_eq!(graph.instrs(graph.entry)[3].oparg, 2);
        let preserves_lasti: Vec<_> = graph.layout().map(|id| graph.block(id).preserves_lasti).collect();
        assert_eq!(preserves_lasti, [false, false, true]);
    }

    #[test]
    fn a_resume_knows_whether_one_handler_is_around_its_yield() {
        for (source, expected) in [
            ("1 SETUP_CLEANUP h; 1 YIELD_VALUE 0; 1 RESUME 1", "5"),
            ("1 SETUP_CLEANUP h; 1 SETUP_CLEANUP h; 1 YIELD_VALUE 1; 1 RESUME 3", "3"),
        ] {
            let source = format!("{source}; 1 RETURN_CONST 0; h: 2 RERAISE 0");
            let mut graph = graph_for(Version::V3_13, &source);
            label_exception_targets(&mut graph, features(Version::V3_13));
            let resume = graph.instrs(graph.entry).iter().find(|instr| instr.opcode == Opcode::RESUME);
            assert_eq!(resume.expect("there is one").oparg.to_string(), expected);
        }
    }
}
