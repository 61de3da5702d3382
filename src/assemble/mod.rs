//! Assembly: from the flow graph to a code object with its instructions, inline caches, exception
//! table and location table.
//!
//! Input: a [`Unit`] and its optimised [flow graph](crate::flowgraph). Output: the code object. No
//! other module knows how many code units an instruction takes.
//!
//! ```text
//! LOAD_CONST 300   line 1, columns 0–5   ->   90 01  64 2c   location table entry   81 05
//! BINARY_OP 0      same location         ->   7a 00  00 00   the entry grows to     83 05
//! ```
//!
//! CPython: `Python/assemble.c` `_PyAssemble_MakeCodeObject` (3.12–)

mod exception_table;
mod jumps;
mod linetable;
mod localsplus;
mod peephole;
mod units;

use bumpalo::Bump;

use crate::code::{CodeFlags, CodeObject, PyStr};
use crate::diagnostic::Diagnostic;
use crate::flowgraph::FlowGraph;
use crate::instructions::{BlockId, Unit};
use crate::names::Interner;
use crate::targets::AssemblyFeatures;
use exception_table::{ExceptionTable, Handler};
use jumps::Offsets;
use linetable::Table;

/// Assembles the units of a module one after another, and reuses its buffers.
pub(crate) struct Assembler<'a> {
    arena: &'a Bump,
    features: &'static AssemblyFeatures,
    /// `co_filename` of every code object.
    filename: PyStr<'a>,
    offsets: Offsets,
    locations: Table,
}

impl<'a> Assembler<'a> {
    pub(crate) fn new(arena: &'a Bump, features: &'static AssemblyFeatures, filename: PyStr<'a>) -> Self {
        let (offsets, locations) = (Offsets::default(), Table::default());
        Assembler { arena, features, filename, offsets, locations }
    }

    /// Assembles a unit and its optimised graph. Fails if a jump is too long.
    pub(crate) fn code_object(
        &mut self,
        interner: &Interner<'a>,
        unit: &mut Unit<'a>,
        graph: &mut FlowGraph,
    ) -> Result<&'a CodeObject<'a>, Diagnostic> {
        let Assembler { arena, features, filename, .. } = *self;
        let tables = self.tables(graph, unit)?;
        let names = unit.names.idents().iter().map(|&name| PyStr::from(interner.text(name)));
        let localsplus = localsplus::localsplus(arena, interner, unit, features);
        let has_cells = localsplus.iter().any(|local| local.kind.is_cell() || local.kind.is_free());
        let no_free = if features.lack_of_cells_flagged && !has_cells { CodeFlags::NOFREE } else { 0 };
        Ok(arena.alloc(CodeObject {
            argcount: unit.argcount,
            posonlyargcount: unit.posonlyargcount,
            kwonlyargcount: unit.kwonlyargcount,
            stacksize: graph.stack_size().max(features.least_stacksize),
            flags: CodeFlags(unit.flags.0 | no_free),
            code: tables.code,
            consts: arena.alloc_slice_copy(unit.consts.values()),
            names: arena.alloc_slice_fill_iter(names),
            localsplus,
            filename,
            name: unit.name,
            qualname: unit.qualname,
            firstlineno: unit.firstlineno,
            linetable: tables.locations,
            exceptiontable: tables.exceptions,
            line_table: features.line_table,
            origin: Some(unit.origin),
        }))
    }

    /// In a function of its own, the loop keeps more of its variables in registers.
    #[inline(never)]
    fn tables(&mut self, graph: &mut FlowGraph, unit: &mut Unit<'a>) -> Result<Tables<'a>, Diagnostic> {
        let Assembler { arena, features, .. } = *self;
        self.offsets.resolve(graph, features)?;
        let opcodes = features.opcodes;
        let (graph, offsets, locations) = (&*graph, &self.offsets, &mut self.locations);
        let size = offsets.end();
        let code = arena.alloc_slice_fill_copy(size as usize, [0; 2]);
        locations.begin(features, unit.firstlineno);
        let mut exceptions = ExceptionTable::new_in(arena);
        let mut last_handler = None;
        let mut offset = 0;
        let mut rest = &mut code[..];
        for id in graph.layout() {
            for instr in graph.instrs(id) {
                if instr.handler != last_handler {
                    last_handler = instr.handler;
                    exceptions.set_handler(offset, last_handler.map(|id| handler(graph, offsets, id)));
                }
                let size = units::write(opcodes, instr.opcode, instr.oparg, rest);
                rest = &mut rest[size as usize..];
                locations.add(features, instr.location, size, || opcodes.is_terminator(instr.opcode));
                offset += size;
            }
        }
        let code = if features.jumps_in_bytes {
            let mut optimized = code.to_vec();
            peephole::optimize(&mut optimized, locations.entries(), &mut unit.consts, arena, opcodes);
            arena.alloc_slice_copy(&optimized)
        } else {
            code
        };
        Ok(Tables {
            code: code.as_flattened(),
            locations: locations.finish(arena, features),
            exceptions: exceptions.finish(offset),
        })
    }
}

/// The byte strings of a code object.
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
