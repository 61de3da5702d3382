//! The frame's variables: locals, then cells, then free variables. A parameter that is also a cell
//! stands once, as both; or, in older versions, twice.
//!
//! CPython: `Python/assemble.c` `compute_localsplus_info` (3.11–)

use bumpalo::Bump;
use smallvec::SmallVec;

use crate::code::{CodeFlags, LocalKind, LocalPlus};
use crate::instructions::Unit;
use crate::names::Interner;
use crate::targets::AssemblyFeatures;

pub(super) fn localsplus<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    unit: &Unit<'a>,
    features: &AssemblyFeatures,
) -> &'a [LocalPlus<'a>] {
    let is_both = |name| !features.cell_parameters_twice && unit.cellvars.contains(name);
    let arguments = if features.argument_kinds { argument_kinds(unit) } else { SmallVec::new() };
    let arguments = arguments.into_iter().chain(std::iter::repeat(0));
    let locals = unit.varnames.idents().iter().zip(arguments).map(|(&name, argument)| {
        let hidden = if unit.fast_hidden.contains_key(&name) { LocalKind::HIDDEN } else { 0 };
        let cell = if is_both(name) { LocalKind::CELL } else { 0 };
        (name, LocalKind::LOCAL | hidden | cell | argument)
    });
    let is_local = |name| !features.cell_parameters_twice && unit.varnames.contains(name);
    let cells = unit.cellvars.idents().iter().filter(|&&name| !is_local(name));
    let cells = cells.map(|&name| (name, LocalKind::CELL));
    let frees = unit.freevars.idents().iter().map(|&name| (name, LocalKind::FREE));
    let variables = locals.chain(cells).chain(frees);
    let variables: SmallVec<[LocalPlus<'a>; 16]> = variables
        .map(|(name, kind)| LocalPlus { name: interner.text(name).into(), kind: LocalKind(kind) })
        .collect();
    arena.alloc_slice_copy(&variables)
}

/// How each parameter takes arguments.
fn argument_kinds(unit: &Unit<'_>) -> SmallVec<[u8; 16]> {
    let ordinary = LocalKind::ARG_POS | LocalKind::ARG_KW;
    [
        (unit.posonlyargcount, LocalKind::ARG_POS),
        (unit.argcount - unit.posonlyargcount, ordinary),
        (unit.kwonlyargcount, LocalKind::ARG_KW),
        (u32::from(unit.flags.contains(CodeFlags::VARARGS)), LocalKind::ARG_POS | LocalKind::ARG_VAR),
        (u32::from(unit.flags.contains(CodeFlags::VARKEYWORDS)), LocalKind::ARG_KW | LocalKind::ARG_VAR),
    ]
    .into_iter()
    .flat_map(|(count, kind)| std::iter::repeat_n(kind, count as usize))
    .collect()
}
