//! The peephole optimiser: shorter instructions for patterns within one block, and jumps to jumps
//! led on.
//!
//! What falls away becomes a `NOP`, which a later pass removes where its line is visited anyway.
//! May add constants (folded tuples).
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block` (3.12–)

use bumpalo::Bump;

use super::optimize_load_const::LastLoad;
use super::swaps::{apply_static_swaps, swaptimize};
use super::thread_jumps::thread_jumps;
use super::{BlockId, FlowGraph, Instr};
use crate::code::Constant;
use crate::folding::Nans;
use crate::instructions::Constants;
use crate::syntax::ast::UnaryOp;
use crate::targets::Opcode::*;
use crate::targets::{ConstantFolding, FlowGraphFeatures, Optimizer, Properties};

pub(super) fn optimize_basic_blocks<'a>(
    graph: &mut FlowGraph,
    consts: &mut Constants<'a>,
    arena: &'a Bump,
    features: &FlowGraphFeatures,
) {
    let mut nans = std::mem::take(&mut graph.nans);
    let mut peephole = Peephole { arena, consts, nans: &mut nans, features, lacks_lines: false };
    graph.for_each_block(|graph, id| {
        match features.optimizer {
            Optimizer::Peephole | Optimizer::BlockStack | Optimizer::HandlersLast | Optimizer::LinesLast => {
                peephole.optimize_in_order(graph, id)
            }
            Optimizer::LinesFirst => peephole.optimize_swaps_last(graph, id),
        }
        thread_jumps(graph, id, features);
    });
    graph.lacks_lines |= peephole.lacks_lines;
    graph.nans = nans;
}

pub(super) struct Peephole<'a, 'g> {
    pub(super) arena: &'a Bump,
    pub(super) consts: &'g mut Constants<'a>,
    pub(super) nans: &'g mut Nans,
    pub(super) features: &'g FlowGraphFeatures,
    /// An instruction has lost its line.
    pub(super) lacks_lines: bool,
}

impl<'a> Peephole<'a, '_> {
    /// Optimises the instructions in order, loads of constants and `SWAP`s among them (3.12).
    fn optimize_in_order(&mut self, graph: &mut FlowGraph, id: BlockId) {
        let instrs = graph.instrs_mut(id);
        let mut last_load = LastLoad::default();
        let mut index = 0;
        let mut has_pattern = false;
        while index < instrs.len() {
            let rest = &mut instrs[index..];
            if !matches!(rest[0].opcode, LOAD_CONST | COPY | BUILD_TUPLE | SWAP | PUSH_NULL) {
                last_load = LastLoad::default();
                index += 1;
                continue;
            }
            has_pattern = true;
            let done = 1 + last_load.optimize(rest, self.consts, self.features);
            match rest[0].opcode {
                BUILD_TUPLE => self.optimize_built_tuple(instrs, index),
                SWAP if rest[0].oparg == 1 => rest[0].set_nop(),
                SWAP => index = optimize_swaps(instrs, index),
                PUSH_NULL => push_null_with_global(rest),
                _ => {}
            }
            index += done;
        }
        if has_pattern {
            graph.note_last(id, Properties::NOP.and(Properties::CONST));
        }
    }

    /// Optimises all instructions but `SWAP`s, and then these (3.13–).
    fn optimize_swaps_last(&mut self, graph: &mut FlowGraph, id: BlockId) {
        let folds = self.features.folding == ConstantFolding::FlowGraph;
        let instrs = graph.instrs_mut(id);
        let (mut has_swaps, mut has_pattern, mut is_changed) = (false, false, false);
        for index in 0..instrs.len() {
            let opcode = instrs[index].opcode;
            let rest = &mut instrs[index..];
            match opcode {
                BUILD_TUPLE => self.optimize_built_tuple(instrs, index),
                STORE_FAST => drop_repeated_store(rest),
                SWAP if rest[0].oparg == 1 => rest[0].set_nop(),
                SWAP => has_swaps = true,
                LOAD_GLOBAL => push_null_with_global(rest),
                COMPARE_OP | CONTAINS_OP | IS_OP | TO_BOOL | UNARY_NOT => {
                    let is_combined = combine_tests(rest, folds);
                    if folds && !is_combined {
                        self.fold(instrs, index);
                    }
                }
                BINARY_OP | UNARY_NEGATIVE | UNARY_INVERT | BUILD_LIST | BUILD_SET | LIST_APPEND
                | SET_ADD | CALL_INTRINSIC_1
                    if folds =>
                {
                    self.fold(instrs, index);
                }
                _ => continue,
            }
            has_pattern = true;
            is_changed |= instrs[index].opcode != opcode;
        }
        if has_swaps {
            optimize_all_swaps(instrs);
        }
        if is_changed || has_swaps {
            graph.note_changes(id);
        } else if has_pattern {
            graph.note_nops(id);
        }
    }

    fn fold(&mut self, instrs: &mut [Instr], index: usize) {
        match instrs[index].opcode {
            BINARY_OP => self.fold_binary(instrs, index),
            UNARY_NOT => self.fold_unary(instrs, index, UnaryOp::Not),
            UNARY_NEGATIVE => self.fold_unary(instrs, index, UnaryOp::USub),
            UNARY_INVERT => self.fold_unary(instrs, index, UnaryOp::Invert),
            BUILD_LIST | BUILD_SET => self.fold_list_or_set(instrs, index),
            LIST_APPEND | SET_ADD => self.fold_added_items(instrs, index),
            CALL_INTRINSIC_1 => self.fold_intrinsic(instrs, index),
            _ => {}
        }
    }

    fn optimize_built_tuple(&mut self, instrs: &mut [Instr], index: usize) {
        if unpack_built_tuple(&mut instrs[index..]) {
            return;
        }
        if self.features.folding == ConstantFolding::FlowGraph {
            self.fold_tuple(instrs, index);
        } else {
            fold_adjacent_tuple(&mut instrs[..=index], self.consts, self.arena);
        }
    }
}

/// Makes a constant of the tuple built by the last of `instrs`, if those right before it load
/// constants.
///
/// CPython: `Python/compile.c` (3.8–3.11), `Python/flowgraph.c` (3.12–3.13)
/// `fold_tuple_on_constants`
pub(super) fn fold_adjacent_tuple<'a>(instrs: &mut [Instr], consts: &mut Constants<'a>, arena: &'a Bump) {
    let (build, before) = instrs.split_last_mut().expect("the slice ends with the BUILD_TUPLE");
    let Some(start) = before.len().checked_sub(build.oparg as usize) else { return };
    let items = &mut before[start..];
    if items.iter().any(|item| item.opcode != LOAD_CONST) {
        return;
    }
    let values = items.iter().map(|item| consts.values()[item.oparg as usize]);
    let tuple = Constant::Tuple(arena.alloc_slice_fill_iter(values));
    items.iter_mut().for_each(Instr::set_nop);
    build.set(LOAD_CONST, consts.add(tuple));
}

/// A tuple of up to three that is unpacked at once need not be built: the values change places
/// instead. Returns whether that was so.
pub(super) fn unpack_built_tuple(instrs: &mut [Instr]) -> bool {
    let size = instrs[0].oparg;
    let [build, unpack, ..] = instrs else { return false };
    if unpack.opcode != UNPACK_SEQUENCE || unpack.oparg != size || !(1..=3).contains(&size) {
        return false;
    }
    build.set_nop();
    if size == 1 {
        unpack.set_nop();
    } else {
        unpack.opcode = SWAP;
    }
    true
}

/// A value that is stored twice to one variable is stored once.
fn drop_repeated_store(instrs: &mut [Instr]) {
    if let [store, next, ..] = instrs
        && next.opcode == STORE_FAST
        && next.oparg == store.oparg
        && next.lineno() == store.lineno()
    {
        store.set(POP_TOP, 0);
    }
}

/// `LOAD_GLOBAL` can push the `NULL` beside a callable itself: the instructions are these two, in
/// either order.
pub(super) fn push_null_with_global(instrs: &mut [Instr]) {
    let (load, push) = match instrs {
        [push, load, ..] if push.opcode == PUSH_NULL => (load, push),
        [load, push, ..] => (load, push),
        _ => return,
    };
    if load.opcode == LOAD_GLOBAL && push.opcode == PUSH_NULL && load.oparg & 1 == 0 {
        push.set_nop();
        load.oparg |= 1;
    }
}

/// A test whose result is a `bool` need not be made one, `not not` of one is nothing, and some
/// tests have an opposite. Returns whether there was such a pair.
fn combine_tests(instrs: &mut [Instr], folds: bool) -> bool {
    let [test, next, ..] = instrs else { return false };
    match (test.opcode, next.opcode) {
        (COMPARE_OP, TO_BOOL) => next.set(COMPARE_OP, test.oparg | COMPARES_TO_BOOL),
        (_, TO_BOOL) => next.set(test.opcode, test.oparg),
        (UNARY_NOT, UNARY_NOT) => next.set_nop(),
        (IS_OP | CONTAINS_OP, UNARY_NOT) if folds => {
            next.set(test.opcode, test.oparg ^ 1);
        }
        _ => return false,
    }
    test.set_nop();
    true
}

/// In the argument of `COMPARE_OP`: the result is made a `bool`.
///
/// CPython: `Python/flowgraph.c` `optimize_basic_block` (3.13–)
const COMPARES_TO_BOOL: u32 = 16;

fn optimize_all_swaps(instrs: &mut [Instr]) {
    let mut index = 0;
    while index < instrs.len() {
        if instrs[index].opcode == SWAP {
            index = optimize_swaps(instrs, index);
        }
        index += 1;
    }
}

/// Returns the index of the last instruction that is done with.
pub(super) fn optimize_swaps(instrs: &mut [Instr], index: usize) -> usize {
    let last = swaptimize(instrs, index);
    apply_static_swaps(instrs, last);
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Int;
    use crate::flowgraph::testing::{features, graph, text};
    use crate::targets::Version;

    /// With the constants `None`, `True` and 2.
    fn optimized(version: Version, source: &str) -> String {
        let arena = Bump::new();
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True, Constant::Int(Int::Small(2))] {
            consts.add(value);
        }
        let mut graph = graph(source);
        optimize_basic_blocks(&mut graph, &mut consts, &arena, features(version));
        text(&graph)
    }

    #[test]
    fn tuples_of_constants_are_folded() {
        for (source, expected) in [
            ("1 LOAD_CONST 1; 1 LOAD_CONST 2; 1 BUILD_TUPLE 2", "NOP NOP LOAD_CONST:3"),
            ("1 BUILD_TUPLE 0", "LOAD_CONST:3"),
            (
                "1 BUILD_TUPLE 2; 1 UNPACK_SEQUENCE 2; 1 STORE_FAST 0; 1 STORE_FAST 1",
                "NOP NOP STORE_FAST:1 STORE_FAST",
            ),
        ] {
            assert_eq!(optimized(Version::V3_12, source), expected);
            assert_eq!(optimized(Version::V3_13, source), expected);
        }
    }

    #[test]
    fn globals_are_loaded_with_the_null_of_their_call() {
        for (version, source, expected) in [
            (Version::V3_12, "1 PUSH_NULL; 1 LOAD_GLOBAL 2", "NOP LOAD_GLOBAL:3"),
            (Version::V3_12, "1 LOAD_GLOBAL 2; 1 PUSH_NULL", "LOAD_GLOBAL:2 PUSH_NULL"),
            (Version::V3_13, "1 PUSH_NULL; 1 LOAD_GLOBAL 2", "PUSH_NULL LOAD_GLOBAL:2"),
            (Version::V3_13, "1 LOAD_GLOBAL 2; 1 PUSH_NULL", "LOAD_GLOBAL:3 NOP"),
        ] {
            assert_eq!(optimized(version, source), expected);
        }
    }

    #[test]
    fn tests_are_combined() {
        for (source, expected) in [
            ("1 COMPARE_OP 2; 1 TO_BOOL", "NOP COMPARE_OP:18"),
            ("1 IS_OP 1; 1 TO_BOOL", "NOP IS_OP:1"),
            ("1 TO_BOOL; 1 TO_BOOL; 1 UNARY_NOT; 1 UNARY_NOT", "NOP TO_BOOL NOP NOP"),
            ("1 TO_BOOL; 1 UNARY_NOT; 1 TO_BOOL", "TO_BOOL NOP UNARY_NOT"),
        ] {
            assert_eq!(optimized(Version::V3_13, source), expected);
        }
    }

    #[test]
    fn a_variable_is_stored_once() {
        for (source, expected) in [
            ("1 STORE_FAST 1; 1 STORE_FAST 1", "POP_TOP STORE_FAST:1"),
            ("1 STORE_FAST 1; 2 STORE_FAST 1", "STORE_FAST:1 STORE_FAST:1"),
            ("1 STORE_FAST 1; 1 STORE_FAST 2", "STORE_FAST:1 STORE_FAST:2"),
        ] {
            assert_eq!(optimized(Version::V3_13, source), expected);
        }
    }
}
