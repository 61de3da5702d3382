//! Removes constants and copies that are popped at once, also over the end of a block that falls
//! through to one nobody jumps to.
//!
//! What falls away uncovers at most what was pushed just before, so the rounds are as few as such
//! values lie one upon the other.
//!
//! CPython: `Python/flowgraph.c` `remove_redundant_nops_and_pairs` (3.12–)

use super::constants::is_load;
use super::remove_redundant_nops::{first_lineno_after, remove_nops_in_block, remove_redundant_nops};
use super::{BlockId, FlowGraph, Instr};
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
    // The instruction that was run last, unless several ways lead here.
    let mut previous = None;
    graph.for_each_block(|graph, id| {
        remove_nops_in_block(graph, id, -1, first_lineno_after);
        if graph.block(id).label.is_some() {
            previous = None;
        }
        if graph.block(id).properties.has(Properties::POPS) {
            found |= remove_pairs_in_block(graph, id, previous);
        }
        if let Some(last) = graph.last_index(id) {
            let goes_on = !graph.opcodes.is_terminator(graph.instrs[last].opcode);
            previous = goes_on.then_some((id, last));
        }
    });
    found
}

/// An instruction by its block and its index.
type Place = (BlockId, usize);

/// Returns whether there was a pair in the block, or one with the instruction before it.
fn remove_pairs_in_block(graph: &mut FlowGraph, id: BlockId, mut previous: Option<Place>) -> bool {
    let mut found = false;
    for index in graph.range(id) {
        if graph.instrs[index].opcode == POP_TOP
            && let Some((before, pushes)) = previous
            && only_pushes(&graph.instrs[pushes])
        {
            graph.instrs[pushes].set_nop();
            graph.instrs[index].set_nop();
            graph.note_nops(before);
            graph.note_nops(id);
            found = true;
        }
        previous = Some((id, index));
    }
    found
}

/// Whether the instruction does nothing but push a value.
fn only_pushes(instr: &Instr) -> bool {
    is_load(instr.opcode) || instr.opcode == COPY && instr.oparg == 1
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
