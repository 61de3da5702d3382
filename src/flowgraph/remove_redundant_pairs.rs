//! Removes constants and copies that are popped at once, also over the end of a block that falls
//! through to one nobody jumps to.
//!
//! What falls away uncovers at most what was pushed just before, so the rounds are as few as such
//! values lie one upon the other.
//!
//! CPython: `Python/flowgraph.c` `remove_redundant_nops_and_pairs` (3.12–)

use super::FlowGraph;
use super::constants::is_load;
use super::remove_redundant_nops::{remove_nops_in_block, remove_redundant_nops};
use crate::targets::Opcode::{COPY, POP_TOP};
use crate::targets::Properties;

pub(super) fn remove_redundant_pairs(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::POPS) {
        remove_redundant_nops(graph);
        return;
    }
    while remove_pairs_once(graph) {}
}

/// Returns whether there was a pair.
fn remove_pairs_once(graph: &mut FlowGraph) -> bool {
    let mut found = false;
    graph.has_nops = false;
    // The index of the instruction that was run last, unless several ways lead here.
    let mut previous: Option<usize> = None;
    graph.for_each_block(|graph, id| {
        remove_nops_in_block(graph, id);
        if graph.block(id).label.is_some() {
            previous = None;
        }
        for index in graph.range(id) {
            if let Some(previous) = previous
                && graph.instrs[index].opcode == POP_TOP
            {
                let pushed = graph.instrs[previous];
                if is_load(pushed.opcode) || pushed.opcode == COPY && pushed.oparg == 1 {
                    graph.instrs[previous].set_nop();
                    graph.instrs[index].set_nop();
                    graph.has_nops = true;
                    found = true;
                }
            }
            previous = Some(index);
        }
        let ends_in_jump =
            previous.is_some_and(|previous| graph.opcodes.is_jump(graph.instrs[previous].opcode));
        if ends_in_jump || !graph.has_fallthrough(id) {
            previous = None;
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn values_popped_at_once_go() {
        for (source, expected) in [
            ("1 LOAD_CONST 0; 1 COPY 1; 1 POP_TOP; 1 POP_TOP; 1 GET_LEN", "GET_LEN"),
            ("1 COPY 2; 1 POP_TOP", "COPY:2 POP_TOP"),
            ("1 LOAD_CONST 0; a: 1 POP_TOP; 1 JUMP a", "LOAD_CONST | POP_TOP JUMP>1"),
        ] {
            let mut graph = graph(source);
            remove_redundant_pairs(&mut graph);
            assert_eq!(text(&graph), expected);
        }
    }
}
