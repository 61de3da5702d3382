//! Removes `NOP`s whose line is visited by a neighbour.
//!
//! CPython: `Python/flowgraph.c` `remove_redundant_nops` (3.12–)

use super::{BlockId, FlowGraph};
use crate::targets::Opcode::NOP;
use crate::targets::Properties;

/// Returns whether one was removed.
pub(super) fn remove_redundant_nops(graph: &mut FlowGraph) -> bool {
    let mut found = false;
    if std::mem::take(&mut graph.has_nops) {
        graph.for_each_block(|graph, id| found |= remove_nops_in_block(graph, id, -1, first_lineno_after));
    }
    found
}

/// Returns whether one was removed. `lineno_before` is the line that control comes from,
/// `first_lineno_after` gives that which it comes to after the block; -1 for none.
pub(super) fn remove_nops_in_block(
    graph: &mut FlowGraph,
    id: BlockId,
    lineno_before: i32,
    first_lineno_after: fn(&FlowGraph, BlockId) -> i32,
) -> bool {
    if !graph.block(id).properties.has(Properties::NOP) {
        return false;
    }
    let instrs = graph.instrs(id);
    // Nothing changes before the first.
    let Some(first) = instrs.iter().position(|instr| instr.opcode == NOP) else {
        return false;
    };
    let ends_in_nop = instrs.last().is_some_and(|last| last.opcode == NOP);
    let lineno_after = if ends_in_nop { first_lineno_after(graph, id) } else { -1 };
    let instrs = graph.instrs_mut(id);
    let len = instrs.len();
    let mut kept = first;
    let mut keeps_nops = false;
    let mut previous_lineno = if first == 0 { lineno_before } else { instrs[first - 1].lineno() };
    for index in first..len {
        let instr = instrs[index];
        let lineno = instr.lineno();
        if instr.opcode == NOP {
            if lineno < 0 || lineno == previous_lineno {
                continue;
            }
            if let Some(next) = instrs.get_mut(index + 1) {
                if next.location.lineno < 0 {
                    next.location = instr.location;
                }
                if next.location.lineno == lineno {
                    continue;
                }
            } else if lineno_after == lineno {
                continue;
            }
            keeps_nops = true;
        }
        instrs[kept] = instr;
        kept += 1;
        previous_lineno = lineno;
    }
    // The neighbours of those that stay may yet change.
    graph.has_nops |= keeps_nops;
    let block = graph.block_mut(id);
    block.len = kept as u32;
    if !keeps_nops {
        block.properties = block.properties.without(Properties::NOP);
    }
    kept < len
}

/// The line of the first instruction that will stay in the next block with instructions; -1 for
/// none.
pub(super) fn first_lineno_after(graph: &FlowGraph, id: BlockId) -> i32 {
    let following = graph.next(id).and_then(|next| graph.next_nonempty(next));
    let instrs = following.map_or(&[][..], |id| graph.instrs(id));
    instrs.iter().find(|instr| instr.opcode != NOP || instr.lineno() != -1).map_or(-1, |instr| instr.lineno())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text_with_lines};

    fn cleaned(source: &str) -> String {
        let mut graph = graph(source);
        remove_redundant_nops(&mut graph);
        text_with_lines(&graph)
    }

    #[test]
    fn a_nop_stays_where_it_alone_visits_its_line() {
        for (source, expected) in [
            ("-1 NOP; 1 GET_LEN", "1 GET_LEN"),
            ("1 GET_LEN; 1 NOP; 2 GET_LEN", "1 GET_LEN; 2 GET_LEN"),
            ("1 NOP; 1 GET_LEN", "1 GET_LEN"),
            ("1 NOP; 2 GET_LEN", "1 NOP; 2 GET_LEN"),
            ("1 NOP; -1 GET_LEN", "1 GET_LEN"),
            ("1 NOP; a: -1 NOP; 1 JUMP a", "; 1 JUMP"),
            ("1 NOP; a: -1 GET_LEN; 1 JUMP a", "1 NOP; -1 GET_LEN; 1 JUMP"),
        ] {
            assert_eq!(
                cleaned(source).trim_start_matches("; "),
                expected.trim_start_matches("; "),
                "{source}"
            );
        }
    }
}
