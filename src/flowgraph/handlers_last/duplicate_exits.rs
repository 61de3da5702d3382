//! Copies an exit block without a line for each jump to it, so that every copy can have the line of
//! its jump: a debugger asks for it when the frame is left.
//!
//! CPython: `Python/compile.c` `duplicate_exits_without_lineno` (3.10–3.11)

use super::super::resolve_line_numbers::copy_exit_for_jump;
use super::super::{BlockId, FlowGraph};
use crate::targets::{FlowGraphFeatures, Optimizer};

pub(in crate::flowgraph) fn duplicate_exits(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    let lacks_line = match features.optimizer {
        Optimizer::BlockStack => begins_exit_without_lineno,
        _ => is_exit_without_lineno,
    };
    let mut unused_label = graph.unused_label();
    for index in (0..graph.made.len()).rev() {
        let id = graph.made[index];
        let Some(target) = graph.jump_target(id) else { continue };
        if !lacks_line(graph, target) || graph.block(target).predecessors <= 1 {
            continue;
        }
        copy_exit_for_jump(graph, id, target, &mut unused_label);
    }
    // The others are reached by falling through only, from one block.
    graph.for_each_block(|graph, id| {
        let next = graph.fallthrough(id).and_then(|next| graph.next_nonempty(next));
        if let (Some(&last), Some(next)) = (graph.last(id), next)
            && lacks_line(graph, next)
        {
            graph.instrs_mut(next)[0].location = last.location;
        }
    });
}

fn is_exit_without_lineno(graph: &FlowGraph, id: BlockId) -> bool {
    graph.exits_scope(id) && graph.has_no_lineno(id)
}

/// Whether it is an exit whose first instruction has no line.
///
/// CPython: `Python/compile.c` `is_exit_without_lineno` (3.10)
fn begins_exit_without_lineno(graph: &FlowGraph, id: BlockId) -> bool {
    graph.exits_scope(id) && graph.instrs(id)[0].lineno() < 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::remove_unreachable::remove_unreachable;
    use crate::flowgraph::testing::{features, graph_for, text_with_lines};
    use crate::targets::Version;

    #[test]
    fn the_youngest_jump_has_its_copy_last() {
        let source = "1 POP_JUMP_IF_TRUE a; 2 POP_JUMP_IF_TRUE a; 3 NOP; a: -1 RETURN_VALUE";
        let mut graph = graph_for(Version::V3_11, source);
        remove_unreachable(&mut graph, features(Version::V3_11));
        duplicate_exits(&mut graph, features(Version::V3_11));
        let expected = "1 POP_JUMP_IF_TRUE; 2 POP_JUMP_IF_TRUE; 3 NOP; \
                        3 RETURN_VALUE; 1 RETURN_VALUE; 2 RETURN_VALUE";
        assert_eq!(text_with_lines(&graph), expected);
    }
}
