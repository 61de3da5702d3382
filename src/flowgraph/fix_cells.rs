//! Makes the frame ready: cells, free variables and the generator object, and the final places of
//! variables in the frame.
//!
//! Until here the oparg of an instruction on cells is an index into the cell variables followed by
//! the free variables. In the frame the locals come first, and a parameter that is also a cell
//! stands once, among the locals.
//!
//! CPython: `Python/compile.c` (3.12), `Python/flowgraph.c` (3.13–) `prepare_localsplus`,
//! `build_cellfixedoffsets`, `insert_prefix_instructions`, `fix_cell_offsets`

use smallvec::SmallVec;

use super::{FlowGraph, Instr};
use crate::code::CodeFlags;
use crate::instructions::Unit;
use crate::source::Location;
use crate::targets::Opcode::*;
use crate::targets::{FlowGraphFeatures, GeneratorPrologue};

pub(super) fn fix_cells(graph: &mut FlowGraph, unit: &Unit<'_>, features: &FlowGraphFeatures) {
    let offsets = frame_offsets(unit);
    let prefix = prefix_instructions(unit, &offsets, features);
    if !prefix.is_empty() {
        graph.prepend_instrs(graph.entry, &prefix);
    }
    if offsets.is_empty() {
        return;
    }
    graph.for_each_block(|graph, id| {
        for instr in graph.instrs_mut(id) {
            if let MAKE_CELL
            | LOAD_CLOSURE
            | LOAD_DEREF
            | STORE_DEREF
            | DELETE_DEREF
            | LOAD_CLASSDEREF
            | LOAD_FROM_DICT_OR_DEREF = instr.opcode
            {
                instr.oparg = offsets[instr.oparg as usize];
            }
        }
    });
}

/// For each cell variable, then each free variable, its place in the frame.
fn frame_offsets(unit: &Unit<'_>) -> SmallVec<[u32; 16]> {
    let mut free_slot = unit.varnames.len() as u32;
    let cells = unit.cellvars.idents().iter().map(|&name| unit.varnames.get(name));
    let frees = unit.freevars.idents().iter().map(|_| None);
    let mut take_slot = || {
        free_slot += 1;
        free_slot - 1
    };
    cells.chain(frees).map(|local: Option<u32>| local.unwrap_or_else(&mut take_slot)).collect()
}

/// What runs before the code proper. The cells are made in the order of their places.
fn prefix_instructions(
    unit: &Unit<'_>,
    offsets: &[u32],
    features: &FlowGraphFeatures,
) -> SmallVec<[Instr; 8]> {
    let mut prefix = SmallVec::new();
    if !unit.freevars.is_empty() {
        prefix.push(Instr::new(COPY_FREE_VARS, unit.freevars.len() as u32, Location::NONE));
    }
    let mut cells: SmallVec<[u32; 16]> = (0..unit.cellvars.len() as u32).collect();
    cells.sort_unstable_by_key(|&cell| offsets[cell as usize]);
    prefix.extend(cells.into_iter().map(|cell| Instr::new(MAKE_CELL, cell, Location::NONE)));
    if is_generator(unit.flags) && features.generator_prologue != GeneratorPrologue::Codegen {
        let location = Location::new(unit.firstlineno, unit.firstlineno, -1, -1);
        prefix.push(Instr::new(RETURN_GENERATOR, 0, location));
        let is_located = features.generator_prologue == GeneratorPrologue::FlowGraphLocated;
        let pop_location = if is_located { location } else { Location::NONE };
        prefix.push(Instr::new(POP_TOP, 0, pop_location));
    }
    prefix
}

/// Whether calling the code makes an object that runs it later, piece by piece.
pub(super) fn is_generator(flags: CodeFlags) -> bool {
    flags.contains(CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR)
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::flowgraph::testing::{features, graph, text};
    use crate::names::Interner;
    use crate::targets::Version;

    #[test]
    fn cells_that_are_parameters_stand_among_the_locals() {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let mut unit = Unit::default();
        for (table, texts) in
            [(&mut unit.varnames, "a b c"), (&mut unit.cellvars, "b x y"), (&mut unit.freevars, "z")]
        {
            for text in texts.split(' ') {
                table.add(interner.intern(text));
            }
        }
        unit.flags.0 = CodeFlags::GENERATOR;
        let mut graph =
            graph("1 LOAD_DEREF 0; 1 LOAD_DEREF 1; 1 LOAD_CLOSURE 2; 1 STORE_DEREF 3; 1 LOAD_FAST 2");
        fix_cells(&mut graph, &unit, features(Version::V3_12));
        assert_eq!(
            text(&graph),
            "COPY_FREE_VARS:1 MAKE_CELL:1 MAKE_CELL:3 MAKE_CELL:4 RETURN_GENERATOR POP_TOP \
             LOAD_DEREF:1 LOAD_DEREF:3 LOAD_CLOSURE:4 STORE_DEREF:5 LOAD_FAST:2"
        );
    }
}
