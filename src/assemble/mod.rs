//! From the flow graph to a code object: jumps, inline caches, exception table, location table.
//!
//! Input: a [`Unit`], which goes through the passes of the [flow graph](crate::flowgraph) first. Output: its code object. Only here is known how
//! many code units an instruction takes.
//!
//! ```text
//! LOAD_CONST 300   at line 1, columns 0–5   ->   90 01  64 2c   and in the location table   81 05
//! BINARY_OP 0      at the same place         ->   7a 00  00 00   and the entry becomes         83 05
//! ```
//!
//! CPython: `Python/assemble.c` `_PyAssemble_MakeCodeObject` (3.12–)

mod exception_table;
mod jumps;
mod linetable;
mod localsplus;
mod units;

use bumpalo::Bump;

use crate::code::{CodeObject, PyStr};
use crate::codegen::unit::Unit;
use crate::diagnostic::Diagnostic;
use crate::flowgraph::{self, BlockId, FlowGraph};
use crate::names::Interner;
use crate::source::Location;
use crate::targets::{Features, Target};
use exception_table::{ExceptionTable, Handler};
use jumps::Offsets;
use linetable::LocationTable;

/// Makes code objects of one unit after another, in the same memory.
pub(crate) struct Assembler {
    graph: FlowGraph,
    offsets: Offsets,
    locations: LocationTable,
}

impl Assembler {
    pub(crate) fn new() -> Assembler {
        Assembler {
            graph: FlowGraph::new(),
            offsets: Offsets::default(),
            locations: LocationTable::default(),
        }
    }

    /// Optimises a unit's instructions and makes its code object.
    pub(crate) fn code_object<'a>(
        &mut self,
        arena: &'a Bump,
        interner: &Interner<'a>,
        target: Target,
        filename: PyStr<'a>,
        unit: &mut Unit<'a>,
    ) -> Result<&'a CodeObject<'a>, Diagnostic> {
        let features = target.features();
        let stack_size = flowgraph::run(&mut self.graph, unit, arena, features);
        let tables = self.emit(arena, features, unit.firstlineno)?;
        let names = unit.names.idents().iter().map(|&name| PyStr::from(interner.text(name)));
        Ok(arena.alloc(CodeObject {
            argcount: unit.argcount,
            posonlyargcount: unit.posonlyargcount,
            kwonlyargcount: unit.kwonlyargcount,
            stacksize: stack_size.max(target.features().least_stacksize),
            flags: unit.flags,
            code: tables.code,
            consts: arena.alloc_slice_copy(unit.consts.values()),
            names: arena.alloc_slice_fill_iter(names),
            localsplus: localsplus::localsplus(arena, interner, unit, features),
            filename,
            name: unit.name,
            qualname: unit.qualname,
            firstlineno: unit.firstlineno,
            linetable: tables.locations,
            exceptiontable: tables.exceptions,
        }))
    }

    fn emit<'a>(
        &mut self,
        arena: &'a Bump,
        features: &Features,
        firstlineno: i32,
    ) -> Result<Tables<'a>, Diagnostic> {
        self.offsets.resolve(&mut self.graph, features)?;
        let opcodes = features.opcodes;
        let (graph, offsets, locations) = (&self.graph, &self.offsets, &mut self.locations);
        let size = offsets.end();
        let code = arena.alloc_slice_fill_copy(size as usize, [0; 2]);
        locations.begin(firstlineno);
        let mut exceptions = ExceptionTable::new_in(arena);
        let mut last_handler = None;
        let mut offset = 0;
        for id in graph.layout() {
            for instr in graph.instrs(id) {
                if instr.handler != last_handler {
                    last_handler = instr.handler;
                    exceptions.set_handler(offset, last_handler.map(|id| handler(graph, offsets, id)));
                }
                let size = units::write(opcodes, instr.opcode, instr.oparg, &mut code[offset as usize..]);
                if instr.location == Location::NEXT && instr.opcode.is_terminator() {
                    locations.add(Location::NONE, size);
                } else {
                    locations.add(instr.location, size);
                }
                offset += size;
            }
        }
        Ok(Tables {
            code: code.as_flattened(),
            locations: locations.finish(arena),
            exceptions: exceptions.finish(offset),
        })
    }
}

/// What the instructions become.
struct Tables<'a> {
    code: &'a [u8],
    locations: &'a [u8],
    exceptions: &'a [u8],
}

fn handler(graph: &FlowGraph, offsets: &Offsets, id: BlockId) -> Handler {
    let block = graph.block(id);
    Handler {
        offset: offsets.start(id),
        start_depth: block.start_depth.unwrap_or(0),
        preserves_lasti: block.preserves_lasti,
    }
}
