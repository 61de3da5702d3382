//! Finds for every instruction the handler that an exception raised there goes to.
//!
//! Sets `Instr::handler`, `Block::is_handler` and `Block::preserves_lasti`, and records the number
//! of blocks pushed around a `yield`, in `YIELD_VALUE` or in the `RESUME` after it. Follows control
//! from the entry; unreachable instructions get no handler. From 3.13 on it also removes each
//! `POP_BLOCK`.
//!
//! The stacks of pushed blocks are lists that share their tails, so that a branch costs no copy.
//!
//! CPython: `Python/flowgraph.c` `mark_except_handlers`, `label_exception_targets` (3.12–)

use smallvec::SmallVec;

use super::{BlockId, BlockSet, FlowGraph, Instr};
use crate::targets::{FlowGraphFeatures, GeneratorPrologue, HandlerDepth, Opcode, Optimizer, Properties};

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
        if graph.block(id).properties.has(Properties::BLOCK_PUSH.and(Properties::BLOCK_STACK)) {
            stack = self.label_instrs(graph, id, stack, features);
        } else if let Some(top) = stack {
            let handler = Some(self.pushed[top].handler);
            graph.instrs_mut(id).iter_mut().for_each(|instr| instr.handler = handler);
        }
        for target in [graph.jump_target(id), graph.fallthrough(id)].into_iter().flatten() {
            self.reach(target, stack);
        }
    }

    /// Returns the blocks that are pushed at the end.
    fn label_instrs(
        &mut self,
        graph: &mut FlowGraph,
        id: BlockId,
        mut stack: Stack,
        features: &FlowGraphFeatures,
    ) -> Stack {
        let mut last_yield = 0;
        for index in graph.range(id) {
            let Instr { opcode, target, .. } = graph.instrs[index];
            let top = stack.map(|top| self.pushed[top]);
            let depth = top.map_or(0, |top| top.depth);
            if graph.opcodes.is_block_push(opcode) {
                let handler = target.expect("block pushes have a target");
                self.reach(handler, stack);
                self.pushed.push(Pushed { handler, depth: depth + 1, below: stack });
                stack = Some(self.pushed.len() - 1);
                graph.block_mut(handler).preserves_lasti |= opcode != Opcode::SETUP_FINALLY;
                continue;
            }
            let instr = &mut graph.instrs[index];
            match opcode {
                Opcode::POP_BLOCK => {
                    stack = top.expect("as many blocks are pushed as popped").below;
                    if features.optimizer == Optimizer::LinesFirst {
                        instr.set_nop();
                        graph.note_nops(id);
                    }
                    continue;
                }
                // It returns to the caller, who has the handlers.
                Opcode::RETURN_GENERATOR if features.generator_prologue == GeneratorPrologue::Codegen => {
                    continue;
                }
                Opcode::YIELD_VALUE | Opcode::RESUME => {
                    record_depth(instr, depth, &mut last_yield, features.handler_depth);
                }
                _ => {}
            }
            instr.handler = top.map(|top| top.handler);
        }
        stack
    }
}

/// Records how many blocks are pushed around a `yield`; `last_yield` is the number at the last one.
fn record_depth(instr: &mut Instr, depth: u32, last_yield: &mut u32, rule: HandlerDepth) {
    match (rule, instr.opcode) {
        (HandlerDepth::InYield, Opcode::YIELD_VALUE) => instr.oparg = depth,
        (HandlerDepth::InResume(_), Opcode::YIELD_VALUE) => *last_yield = depth,
        (HandlerDepth::InResume(depth_1), _) if *last_yield == 1 => instr.oparg |= depth_1,
        _ => {}
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
