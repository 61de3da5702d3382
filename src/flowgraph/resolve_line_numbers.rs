//! Gives a line to instructions that have none, first of all to those that leave the code object: a
//! debugger asks for the line then.
//!
//! An exit block without a line that several jumps lead to is copied for each, so that every copy
//! can have the line of its jump.
//!
//! CPython: `Python/flowgraph.c` `resolve_line_numbers` (3.12–)

use super::{BlockId, FlowGraph, Instr};
use crate::source::Location;
use crate::targets::Opcode::RETURN_VALUE;
use crate::targets::{FlowGraphFeatures, Properties};

pub(super) fn resolve_line_numbers(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    if !std::mem::take(&mut graph.lacks_lines) {
        return;
    }
    let copied = if features.eval_breaks_have_lines {
        Properties::SCOPE_EXIT.and(Properties::EVAL_BREAK)
    } else {
        Properties::SCOPE_EXIT
    };
    if graph.layout().any(|id| lacks_lineno(graph, id, copied)) {
        duplicate_exits_without_lineno(graph, copied);
    }
    propagate_all_line_numbers(graph, features);
}

pub(super) fn propagate_all_line_numbers(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    graph.for_each_block(|graph, id| propagate_line_numbers(graph, id, features));
}

fn duplicate_exits_without_lineno(graph: &mut FlowGraph, copied: Properties) {
    let mut unused_label = graph.unused_label();
    graph.for_each_block(|graph, id| {
        let Some(target) = graph.jump_target(id).and_then(|target| graph.next_nonempty(target)) else {
            return;
        };
        if graph.block(target).predecessors <= 1 || !lacks_lineno(graph, target, copied) {
            return;
        }
        copy_exit_for_jump(graph, id, target, &mut unused_label);
    });
    // The others are reached by falling through only, from one block.
    graph.for_each_block(|graph, id| {
        if let (Some(&last), Some(next)) = (graph.last(id), graph.fallthrough(id))
            && lacks_lineno(graph, next, copied)
        {
            graph.instrs_mut(next)[0].location = last.location;
        }
    });
}

/// Copies the exit block `target` for the jump at the end of block `id`. The copy has the line of
/// the jump.
pub(super) fn copy_exit_for_jump(
    graph: &mut FlowGraph,
    id: BlockId,
    target: BlockId,
    unused_label: &mut u32,
) {
    let copy = graph.duplicate_block(target);
    graph.insert_after(target, copy);
    graph.block_mut(target).predecessors -= 1;
    graph.block_mut(copy).predecessors = 1;
    graph.ensure_label(copy, unused_label);
    let jump = graph.last_mut(id).expect("the block ends in a jump");
    jump.target = Some(copy);
    let location = jump.location;
    graph.instrs_mut(copy)[0].location = location;
}

/// Whether the block has an instruction of the kind that should have a line, but no line.
fn lacks_lineno(graph: &FlowGraph, id: BlockId, wanted: Properties) -> bool {
    graph.block(id).lacks_lines
        && graph.has_no_lineno(id)
        && graph.instrs(id).iter().any(|instr| graph.opcodes.properties(instr.opcode).has(wanted))
}

/// Copies locations to instructions that have none from the one before, and into blocks that only
/// this one leads to.
fn propagate_line_numbers(graph: &mut FlowGraph, id: BlockId, features: &FlowGraphFeatures) {
    if graph.block(id).lacks_lines {
        propagate_in_block(graph, id);
    }
    let Some(&Instr { location, .. }) = graph.last(id) else { return };
    let mut jumped_to = graph.jump_target(id);
    if features.lines_cross_empty_blocks {
        jumped_to = jumped_to.map(|target| first_beyond_empty(graph, target));
    }
    for target in [graph.fallthrough(id), jumped_to].into_iter().flatten() {
        if graph.block(target).predecessors == 1
            && graph.block(target).lacks_lines
            && let Some(first) = graph.instrs_mut(target).first_mut()
            && first.lineno() == Location::NONE.lineno
        {
            first.location = location;
        }
    }
}

fn propagate_in_block(graph: &mut FlowGraph, id: BlockId) {
    let instrs = graph.instrs_mut(id);
    let mut lacks_lines = false;
    for index in 0..instrs.len() {
        if instrs[index].lineno() == Location::NONE.lineno {
            instrs[index].location = if index == 0 { Location::NONE } else { instrs[index - 1].location };
        }
        lacks_lines |= instrs[index].lineno() < 0;
    }
    graph.block_mut(id).lacks_lines = lacks_lines;
    graph.lacks_lines |= lacks_lines;
}

/// The block that control comes to through empty ones, which nothing else leads to.
fn first_beyond_empty(graph: &FlowGraph, mut id: BlockId) -> BlockId {
    while graph.is_empty(id)
        && graph.block(id).predecessors == 1
        && let Some(next) = graph.next(id)
    {
        id = next;
    }
    id
}

/// Gives the returns that are still without a line that of the block laid out before.
///
/// CPython: `Python/flowgraph.c` `guarantee_lineno_for_exits` (3.12)
pub(super) fn guarantee_lineno_for_exits(graph: &mut FlowGraph, firstlineno: i32) {
    let mut lineno = firstlineno;
    graph.for_each_block(|graph, id| {
        let Some(&last) = graph.last(id) else { return };
        if last.lineno() >= 0 {
            lineno = last.lineno();
        } else if last.opcode == RETURN_VALUE {
            graph.instrs_mut(id).iter_mut().for_each(|instr| instr.location.lineno = lineno);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::remove_unreachable::remove_unreachable;
    use crate::flowgraph::testing::{features, graph, text_with_lines};
    use crate::targets::Version;

    fn resolved(source: &str) -> String {
        let mut graph = graph(source);
        let features = features(Version::V3_12);
        remove_unreachable(&mut graph, features);
        resolve_line_numbers(&mut graph, features);
        guarantee_lineno_for_exits(&mut graph, 7);
        text_with_lines(&graph)
    }

    #[test]
    fn every_exit_has_a_line() {
        for (source, expected) in [
            ("-1 RETURN_VALUE", "7 RETURN_VALUE"),
            ("1 NOP; -1 RETURN_VALUE", "1 NOP; 1 RETURN_VALUE"),
            (
                "1 POP_JUMP_IF_TRUE a; 2 POP_JUMP_IF_TRUE a; 3 NOP; a: -1 RETURN_VALUE",
                "1 POP_JUMP_IF_TRUE; 2 POP_JUMP_IF_TRUE; 3 NOP; 3 RETURN_VALUE; 2 RETURN_VALUE; 1 RETURN_VALUE",
            ),
        ] {
            assert_eq!(resolved(source), expected, "{source}");
        }
    }
}
