//! Lets a generator or coroutine begin with the instruction that takes the value sent first.
//!
//! CPython: `Python/compile.c` `insert_generator_prefix` (3.10)

use super::super::{Block, BlockId, FlowGraph, Instr};
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
    let start = Instr::new(GEN_START, kind, Location::NONE);
    if graph.block(graph.entry).label.is_none() {
        return graph.prepend_instrs(graph.entry, &[start]);
    }
    // A jump may lead back to the first block, but not to the start.
    let id = BlockId::from_index(graph.block_count());
    let (at, next) = (graph.instrs.len() as u32, Some(graph.entry));
    graph.blocks.push(Block { start: at, len: 1, room: 1, next, ..Block::default() });
    graph.instrs.push(start);
    graph.made.insert(0, id);
    graph.entry = id;
    graph.note_changes(id);
}
