//! Operations on constants done by the compiler: what is folded in the tree before 3.14.
//!
//! The instructions that load the operands become `NOP`s of no line, so that nothing is left of
//! them; the operation becomes the load of its result. Displays of constants are folded as well,
//! and lists and sets that are only iterated over or searched become what is cheaper:
//!
//! ```text
//! x = [1, 2, 3]      LOAD_SMALL_INT 1, LOAD_SMALL_INT 2, LOAD_SMALL_INT 3, BUILD_LIST 3
//!               ->   BUILD_LIST 0, LOAD_CONST (1, 2, 3), LIST_EXTEND 1
//! ```
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block` (3.14–)

use smallvec::SmallVec;

use super::Instr;
use super::constants::{loaded, set_load};
use super::optimize_basic_blocks::Peephole;
use crate::code::Constant;
use crate::folding;
use crate::source::Location;
use crate::syntax::ast::UnaryOp;
use crate::targets::Opcode::{self, *};
use crate::targets::{Intrinsic1, SUBSCRIPT_OP, operator};

/// Of how many operands a display is folded at once: longer ones are built piece by piece.
///
/// CPython: `Include/internal/pycore_compile.h` `_PY_STACK_USE_GUIDELINE` (3.14–)
const STACK_USE_GUIDELINE: u32 = 30;

/// The least size of a list or set display that is copied from a constant.
///
/// CPython: `Python/flowgraph.c` `MIN_CONST_SEQUENCE_SIZE` (3.14–)
const MIN_CONST_SEQUENCE_SIZE: u32 = 3;

/// The instructions that load an operation's operands, and what they load.
struct Operands<'a> {
    indices: SmallVec<[usize; 8]>,
    values: SmallVec<[Constant<'a>; 8]>,
}

impl Operands<'_> {
    fn remove(&self, instrs: &mut [Instr]) {
        self.indices.iter().for_each(|&index| remove(&mut instrs[index]));
    }
}

/// Leaves nothing of the instruction, not even its line.
///
/// CPython: `Python/flowgraph.c` `nop_out` (3.14–)
fn remove(instr: &mut Instr) {
    instr.set_nop();
    instr.location = Location::NONE;
}

impl<'a> Peephole<'a, '_> {
    /// The last `count` constants that `before` loads, if it does nothing else meanwhile.
    ///
    /// CPython: `Python/flowgraph.c` `get_const_loading_instrs` (3.14–)
    fn operands(&self, before: &[Instr], count: u32) -> Option<Operands<'a>> {
        let mut operands = Operands { indices: SmallVec::new(), values: SmallVec::new() };
        let mut loads = before.iter().enumerate().rev().filter(|(_, instr)| instr.opcode != NOP);
        for _ in 0..count {
            let (index, instr) = loads.next()?;
            operands.values.push(loaded(instr.opcode, instr.oparg, self.consts)?);
            operands.indices.push(index);
        }
        operands.values.reverse();
        Some(operands)
    }

    /// CPython: `Python/flowgraph.c` `fold_tuple_of_constants` (3.14–)
    pub(super) fn fold_tuple(&mut self, instrs: &mut [Instr], index: usize) {
        let size = instrs[index].oparg;
        if size <= STACK_USE_GUIDELINE
            && let Some(operands) = self.operands(&instrs[..index], size)
        {
            operands.remove(instrs);
            let tuple = Constant::Tuple(self.arena.alloc_slice_copy(&operands.values));
            set_load(&mut instrs[index], tuple, self.consts, self.features);
        }
    }

    /// CPython: `Python/flowgraph.c` `optimize_lists_and_sets` (3.14–)
    pub(super) fn fold_list_or_set(&mut self, instrs: &mut [Instr], index: usize) {
        let Instr { opcode, oparg: size, location, .. } = instrs[index];
        let is_only_read = is_only_read(instrs, index);
        if size > STACK_USE_GUIDELINE || size < MIN_CONST_SEQUENCE_SIZE && !is_only_read {
            return;
        }
        let Some(operands) = self.operands(&instrs[..index], size) else {
            if is_only_read && opcode == BUILD_LIST {
                instrs[index].opcode = BUILD_TUPLE;
            }
            return;
        };
        let constant = self.consts.add(self.collection(opcode, &operands.values));
        operands.remove(instrs);
        if is_only_read {
            return instrs[index].set(LOAD_CONST, constant);
        }
        let [build, load, update] = &mut instrs[index - 2..=index] else { return };
        build.location = location;
        self.lacks_lines = true;
        build.set(opcode, 0);
        load.set(LOAD_CONST, constant);
        update.set(if opcode == BUILD_LIST { LIST_EXTEND } else { SET_UPDATE }, 1);
    }

    /// The constant in place of a list or set that `build` makes.
    fn collection(&self, build: Opcode, items: &[Constant<'a>]) -> Constant<'a> {
        if build == BUILD_SET {
            Constant::frozenset(self.arena, items)
        } else {
            Constant::Tuple(self.arena.alloc_slice_copy(items))
        }
    }

    /// The instruction adds to a list or set: maybe the last piece of one that is only read.
    pub(super) fn fold_added_items(&mut self, instrs: &mut [Instr], index: usize) {
        let Instr { opcode, oparg, .. } = instrs[index];
        if self.features.folds_long_displays && oparg == 1 && is_only_read(instrs, index) {
            self.fold_built_up(instrs, index, opcode);
        }
    }

    pub(super) fn fold_intrinsic(&mut self, instrs: &mut [Instr], index: usize) {
        const LIST_TO_TUPLE: u32 = Intrinsic1::ListToTuple as u32;
        const UNARY_POSITIVE: u32 = Intrinsic1::UnaryPositive as u32;

        match instrs[index].oparg {
            LIST_TO_TUPLE => {
                let is_iterated = instrs.get(index + 1).is_some_and(|next| next.opcode == GET_ITER);
                let may_fold = self.features.folds_long_displays || !is_iterated;
                let is_folded = may_fold && self.fold_built_up(instrs, index, LIST_APPEND);
                if is_iterated && !is_folded {
                    instrs[index].set_nop();
                }
            }
            UNARY_POSITIVE => self.fold_unary(instrs, index, UnaryOp::UAdd),
            _ => {}
        }
    }

    /// Folds a display whose constants are loaded and added, by `add`, one by one. `index` is where
    /// a tuple is made of the list, or the last `add`: there the result is loaded. Returns whether
    /// it was such a display.
    ///
    /// CPython: `Python/flowgraph.c` `fold_constant_seq_into_load_const` (3.14–)
    fn fold_built_up(&mut self, instrs: &mut [Instr], index: usize, add: Opcode) -> bool {
        let build = if add == LIST_APPEND { BUILD_LIST } else { BUILD_SET };
        let mut items: SmallVec<[Constant<'a>; 64]> = SmallVec::new();
        let mut is_add_next = instrs[index].opcode != add;
        for start in (0..index).rev().filter(|&at| instrs[at].opcode != NOP) {
            let Instr { opcode, oparg, .. } = instrs[start];
            if opcode == build && oparg == 0 && is_add_next {
                items.reverse();
                // The last `add` loses its place, unlike what makes a tuple.
                let end = if instrs[index].opcode == add { index + 1 } else { index };
                instrs[start..end].iter_mut().filter(|instr| instr.opcode != NOP).for_each(remove);
                self.lacks_lines = true;
                let collection = self.collection(build, &items);
                set_load(&mut instrs[index], collection, self.consts, self.features);
                return true;
            }
            if !is_add_next {
                let Some(item) = loaded(opcode, oparg, self.consts) else { return false };
                items.push(item);
            } else if opcode != add || oparg != 1 {
                return false;
            }
            is_add_next = !is_add_next;
        }
        false
    }

    /// CPython: `Python/flowgraph.c` `fold_const_unaryop`, `eval_const_unaryop` (3.14–)
    pub(super) fn fold_unary(&mut self, instrs: &mut [Instr], index: usize, op: UnaryOp) {
        let Some(operands) = self.operands(&instrs[..index], 1) else { return };
        let operand = operands.values[0];
        // Inverting a bool is deprecated, which is said when it runs.
        if op == UnaryOp::Invert && matches!(operand, Constant::True | Constant::False) {
            return;
        }
        if let Some(result) = folding::unary(self.arena, op, operand) {
            // `+` gives the very object back.
            let result = if op == UnaryOp::UAdd { result } else { self.nans.numbered(result) };
            self.replace(instrs, index, &operands, result);
        }
    }

    /// CPython: `Python/flowgraph.c` `fold_const_binop`, `eval_const_binop` (3.14–)
    pub(super) fn fold_binary(&mut self, instrs: &mut [Instr], index: usize) {
        let Some(operands) = self.operands(&instrs[..index], 2) else { return };
        let (left, right) = (operands.values[0], operands.values[1]);
        let result = match instrs[index].oparg {
            SUBSCRIPT_OP => folding::subscript(self.arena, left, right),
            number => operator(number)
                .and_then(|op| folding::binary(self.arena, left, op, right, self.features.complex_arithmetic))
                .map(|result| self.nans.numbered(result)),
        };
        if let Some(result) = result {
            self.replace(instrs, index, &operands, result);
        }
    }

    fn replace(&mut self, instrs: &mut [Instr], index: usize, operands: &Operands<'a>, result: Constant<'a>) {
        operands.remove(instrs);
        set_load(&mut instrs[index], result, self.consts, self.features);
    }
}

/// Whether what the instruction makes is only iterated over or searched.
fn is_only_read(instrs: &[Instr], index: usize) -> bool {
    instrs.get(index + 1).is_some_and(|next| matches!(next.opcode, GET_ITER | CONTAINS_OP))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::flowgraph::optimize_basic_blocks::optimize_basic_blocks;
    use crate::flowgraph::testing::{features, graph, text};
    use crate::instructions::Constants;
    use crate::targets::Version;

    /// With the constants `None`, `True` and `"ab"`.
    fn folded(source: &str) -> String {
        let arena = Bump::new();
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True, Constant::Str("ab".into())] {
            consts.add(value);
        }
        let mut graph = graph(source);
        optimize_basic_blocks(&mut graph, &mut consts, &arena, features(Version::V3_14));
        let added = consts.values()[3..].iter().map(|value| format!(" {value:?}"));
        text(&graph) + &added.collect::<String>()
    }

    #[test]
    fn operations_are_replaced_by_their_results() {
        for (source, expected) in [
            ("1 LOAD_SMALL_INT 3; 1 LOAD_SMALL_INT 4; 1 BINARY_OP 5", "NOP NOP LOAD_SMALL_INT:12"),
            (
                "1 LOAD_CONST 2; 1 NOP; 1 LOAD_SMALL_INT 1; 1 BINARY_OP 26",
                "NOP NOP NOP LOAD_CONST:3 Str(PyStr([98]))",
            ),
            ("1 LOAD_SMALL_INT 3; 1 UNARY_NEGATIVE", "NOP LOAD_CONST:3 Int(Small(-3))"),
            ("1 LOAD_CONST 1; 1 UNARY_INVERT", "LOAD_CONST:1 UNARY_INVERT"),
            ("1 LOAD_CONST; 1 LOAD_SMALL_INT 4; 1 BINARY_OP 5", "LOAD_CONST LOAD_SMALL_INT:4 BINARY_OP:5"),
            ("1 LOAD_FAST 1; 1 LOAD_SMALL_INT 4; 1 BINARY_OP 5", "LOAD_FAST:1 LOAD_SMALL_INT:4 BINARY_OP:5"),
        ] {
            assert_eq!(folded(source), expected);
        }
    }

    #[test]
    fn lists_that_are_only_read_become_tuples() {
        for (source, expected) in [
            ("1 LOAD_FAST 1; 1 BUILD_LIST 1; 1 GET_ITER", "LOAD_FAST:1 BUILD_TUPLE:1 GET_ITER"),
            ("1 LOAD_FAST 1; 1 BUILD_SET 1; 1 CONTAINS_OP", "LOAD_FAST:1 BUILD_SET:1 CONTAINS_OP"),
            ("1 LOAD_CONST; 1 BUILD_LIST 1; 1 CONTAINS_OP 1", "NOP LOAD_CONST:3 CONTAINS_OP:1 Tuple([None])"),
            ("1 LOAD_CONST; 1 BUILD_LIST 1; 1 POP_TOP", "LOAD_CONST BUILD_LIST:1 POP_TOP"),
            (
                "1 LOAD_CONST; 1 LOAD_CONST; 1 LOAD_CONST 1; 1 BUILD_SET 3; 1 POP_TOP",
                "NOP BUILD_SET LOAD_CONST:3 SET_UPDATE:1 POP_TOP FrozenSet([None, True])",
            ),
            (
                "1 BUILD_LIST 0; 1 LOAD_CONST; 1 LIST_APPEND 1; 1 LOAD_CONST 1; 1 LIST_APPEND 1; 1 CALL_INTRINSIC_1 6",
                "NOP NOP NOP NOP NOP LOAD_CONST:3 Tuple([None, True])",
            ),
            (
                "1 BUILD_LIST 0; 1 LOAD_CONST; 1 LIST_APPEND 1; 1 GET_ITER",
                "NOP NOP LOAD_CONST:3 GET_ITER Tuple([None])",
            ),
            (
                "1 BUILD_LIST 0; 1 LOAD_FAST 1; 1 LIST_APPEND 1; 1 CALL_INTRINSIC_1 6; 1 GET_ITER",
                "BUILD_LIST LOAD_FAST:1 LIST_APPEND:1 NOP GET_ITER",
            ),
        ] {
            assert_eq!(folded(source), expected);
        }
    }
}
