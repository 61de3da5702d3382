//! Removes what only the flow graph needed: block pushes and pops, the mark of stores that may
//! unbind, and that of cells that are loaded to be put in a closure, where the target has no
//! instruction for it.
//!
//! From here on blocks may be empty.
//!
//! CPython: `Python/flowgraph.c` `_PyCfg_ConvertPseudoOps` (3.12), `convert_pseudo_ops` (3.13–)

use super::FlowGraph;
use crate::targets::Opcode::{LOAD_CLOSURE, LOAD_FAST, POP_BLOCK, STORE_FAST, STORE_FAST_MAYBE_NULL};
use crate::targets::Properties;

pub(super) fn convert_pseudo_ops(graph: &mut FlowGraph) {
    let opcodes = graph.opcodes;
    let has_load_closure = opcodes.is_real(LOAD_CLOSURE);
    let converted = Properties::BLOCK_PUSH.and(Properties::UNBINDS_LOCAL);
    let converted = if has_load_closure { converted } else { converted.and(Properties::CLOSURE) };
    if !graph.properties.has(converted) {
        return;
    }
    // A block may pop what another has pushed.
    let converted = converted.and(Properties::BLOCK_STACK);
    graph.for_each_block(|graph, id| {
        if !graph.block(id).properties.has(converted) {
            return;
        }
        for instr in graph.instrs_mut(id) {
            match instr.opcode {
                POP_BLOCK => instr.set_nop(),
                opcode if opcodes.is_block_push(opcode) => instr.set_nop(),
                LOAD_CLOSURE if !has_load_closure => instr.opcode = LOAD_FAST,
                STORE_FAST_MAYBE_NULL => instr.opcode = STORE_FAST,
                _ => {}
            }
        }
        graph.note_changes(id);
    });
}
