//! Drops constants that no instruction uses any more. The first stays always: it may be the
//! docstring.
//!
//! CPython: `Python/flowgraph.c` `remove_unused_consts` (3.12–)

use smallvec::{SmallVec, smallvec};

use super::FlowGraph;
use crate::instructions::Constants;
use crate::targets::Properties;

pub(super) fn remove_unused_consts(graph: &mut FlowGraph, consts: &mut Constants<'_>) {
    let mut is_used: SmallVec<[bool; 64]> = smallvec![false; consts.values().len()];
    let Some(first) = is_used.first_mut() else { return };
    *first = true;
    let marks = &mut is_used[..];
    graph.for_each_block(|graph, id| {
        if graph.block(id).properties.has(Properties::CONST) {
            for instr in graph.instrs(id) {
                // Without a branch, for which instructions have one is hard to foretell.
                let has_const = u32::from(graph.opcodes.has_const(instr.opcode));
                marks[(instr.oparg * has_const) as usize] = true;
            }
        }
    });
    let Some(first_unused) = is_used.iter().position(|&used| !used) else { return };
    consts.retain(|index| is_used[index]);
    if consts.values().len() > first_unused {
        renumber(graph, &is_used);
    }
}

/// Changes the opargs to the indices that the constants in use have without the others.
fn renumber(graph: &mut FlowGraph, is_used: &[bool]) {
    let mut kept = 0;
    let new_index: SmallVec<[u32; 64]> = is_used
        .iter()
        .map(|&used| {
            kept += u32::from(used);
            kept.saturating_sub(1)
        })
        .collect();
    graph.for_each_block(|graph, id| {
        let opcodes = graph.opcodes;
        for instr in graph.instrs_mut(id).iter_mut().filter(|instr| opcodes.has_const(instr.opcode)) {
            instr.oparg = new_index[instr.oparg as usize];
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{Constant, Int};
    use crate::flowgraph::testing::{graph, text};

    #[test]
    fn only_the_first_stays_unused() {
        let mut consts = Constants::default();
        for number in 0..5 {
            consts.add(Constant::Int(Int::Small(number)));
        }
        let mut graph = graph("1 LOAD_CONST 4; 1 LOAD_CONST 2; 1 KW_NAMES 4; 1 LOAD_FAST 3");
        remove_unused_consts(&mut graph, &mut consts);
        assert_eq!(text(&graph), "LOAD_CONST:2 LOAD_CONST:1 KW_NAMES:2 LOAD_FAST:3");
        assert_eq!(consts.values(), [0, 2, 4].map(|number| Constant::Int(Int::Small(number))));
    }
}
