//! Removes what only the flow graph needed: block pushes and pops, and the mark of stores that may unbind.
//!
//! From here on blocks may be empty.
//!
//! CPython: `Python/flowgraph.c` `_PyCfg_ConvertPseudoOps` (3.12)

use super::FlowGraph;
use crate::target::Opcode::{POP_BLOCK, STORE_FAST, STORE_FAST_MAYBE_NULL};
use crate::target::Properties;

pub(super) fn convert_pseudo_ops(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::BLOCK_PUSH.and(Properties::UNBINDS_LOCAL)) {
        return;
    }
    graph.has_nops = true;
    graph.for_each_block(|graph, id| {
        for instr in graph.instrs_mut(id).iter_mut().filter(|instr| instr.opcode.is_pseudo()) {
            if instr.opcode.is_block_push() || instr.opcode == POP_BLOCK {
                instr.set_nop();
            } else if instr.opcode == STORE_FAST_MAYBE_NULL {
                instr.opcode = STORE_FAST;
            }
        }
    });
}
