//! Makes one instruction of two neighbours that load or store local variables, if both numbers fit
//! into four bits.
//!
//! CPython: `Python/flowgraph.c` `insert_superinstructions` (3.13–)

use super::remove_redundant_nops::remove_redundant_nops;
use super::{FlowGraph, Instr};
use crate::targets::Opcode::*;
use crate::targets::Properties;

pub(super) fn insert_superinstructions(graph: &mut FlowGraph) {
    if graph.properties.has(Properties::LOCAL) {
        graph.for_each_block(|graph, id| {
            if !graph.block(id).properties.has(Properties::LOCAL) {
                return;
            }
            let mut found = false;
            let instrs = graph.instrs_mut(id);
            for index in 1..instrs.len() {
                found |= combine(&mut instrs[index - 1..=index]);
            }
            if found {
                graph.note_nops(id);
            }
        });
    }
    remove_redundant_nops(graph);
}

/// Returns whether there was something to combine.
fn combine(pair: &mut [Instr]) -> bool {
    let [first, second] = pair else { return false };
    let opcode = match (first.opcode, second.opcode) {
        (LOAD_FAST, LOAD_FAST) => LOAD_FAST_LOAD_FAST,
        (STORE_FAST, LOAD_FAST) => STORE_FAST_LOAD_FAST,
        (STORE_FAST, STORE_FAST) => STORE_FAST_STORE_FAST,
        _ => return false,
    };
    let (first_lineno, second_lineno) = (first.lineno(), second.lineno());
    let changes_line = first_lineno >= 0 && second_lineno >= 0 && first_lineno != second_lineno;
    if changes_line || first.oparg >= 16 || second.oparg >= 16 {
        return false;
    }
    first.set(opcode, first.oparg << 4 | second.oparg);
    second.set_nop();
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn neighbours_on_one_line_are_combined() {
        for (source, expected) in [
            ("1 LOAD_FAST 1; 1 LOAD_FAST 2; 1 LOAD_FAST 3", "LOAD_FAST_LOAD_FAST:18 LOAD_FAST:3"),
            ("1 STORE_FAST 1; 1 LOAD_FAST 1", "STORE_FAST_LOAD_FAST:17"),
            ("1 STORE_FAST 15; -1 STORE_FAST 16; 1 STORE_FAST 0", "STORE_FAST:15 STORE_FAST:16 STORE_FAST"),
            ("1 STORE_FAST 1; -1 STORE_FAST 2", "STORE_FAST_STORE_FAST:18"),
            ("1 STORE_FAST 1; 2 LOAD_FAST 1", "STORE_FAST:1 LOAD_FAST:1"),
            ("1 LOAD_FAST 1; 1 STORE_FAST 1", "LOAD_FAST:1 STORE_FAST:1"),
        ] {
            let mut graph = graph(source);
            insert_superinstructions(&mut graph);
            assert_eq!(text(&graph), expected);
        }
    }
}
