//! The frame's variables: locals, then cells, then free variables. A parameter that is also a cell stands once, as both.
//!
//! CPython: `Python/assemble.c` `compute_localsplus_info` (3.11–3.12)

use bumpalo::Bump;
use smallvec::SmallVec;

use crate::code::{LocalKind, LocalPlus};
use crate::codegen::unit::Unit;
use crate::names::Interner;

pub(super) fn localsplus<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    unit: &Unit<'a>,
) -> &'a [LocalPlus<'a>] {
    let locals = unit.varnames.idents().iter().map(|&name| {
        let hidden = if unit.fast_hidden.contains_key(&name) { LocalKind::HIDDEN } else { 0 };
        let cell = if unit.cellvars.contains(name) { LocalKind::CELL } else { 0 };
        (name, LocalKind::LOCAL | hidden | cell)
    });
    let cells = unit.cellvars.idents().iter().filter(|&&name| !unit.varnames.contains(name));
    let cells = cells.map(|&name| (name, LocalKind::CELL));
    let frees = unit.freevars.idents().iter().map(|&name| (name, LocalKind::FREE));
    let variables = locals.chain(cells).chain(frees);
    let variables: SmallVec<[LocalPlus<'a>; 16]> = variables
        .map(|(name, kind)| LocalPlus { name: interner.text(name).into(), kind: LocalKind(kind) })
        .collect();
    arena.alloc_slice_copy(&variables)
}
