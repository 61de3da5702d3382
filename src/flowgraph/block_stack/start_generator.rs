//! Lets a generator or coroutine begin with the instruction that takes the value sent first.
//!
//! CPython: `Python/compile.c` `insert_generator_prefix` (3.10)

use super::super::{FlowGraph, Instr};
use crate::code::CodeFlags;
use crate::source::Location;
use crate::targets::Opcode::GEN_START;

pub(in crate::flowgraph) fn start_generator(graph: &mut FlowGraph, flags: CodeFlags) {
    if !graph.opcodes.has(GEN_START) {
        return;
    }
    let kind = if flags.contains(CodeFlags::COROUTINE) {
        1
    } else if flags.contains(CodeFlags::ASYNC_GENERATOR) {
        2
    } else if flags.contains(CodeFlags::GENERATOR) {
        0
    } else {
        return;
    };
    graph.prepend_instrs(graph.entry, &[Instr::new(GEN_START, kind, Location::NONE)]);
}
