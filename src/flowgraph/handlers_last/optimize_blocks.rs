//! The peephole optimiser of instructions and jumps: shorter instructions for patterns within one
//! block, and jumps to jumps led on.
//!
//! What falls away becomes a `NOP`; each block is cleaned of those right after. May add constants
//! (folded tuples).
//!
//! CPython: `Python/compile.c` `optimize_basic_block` (3.10–3.11)

use bumpalo::Bump;
use smallvec::SmallVec;

use super::super::optimize_basic_blocks::{
    fold_adjacent_tuple, optimize_swaps, push_null_with_global, unpack_built_tuple,
};
use super::super::{BlockId, FlowGraph, Instr};
use super::clean_blocks::clean_block;
use crate::code::Constant;
use crate::instructions::Constants;
use crate::targets::Opcode::{self, *};

pub(in crate::flowgraph) fn optimize_blocks<'a>(
    graph: &mut FlowGraph,
    consts: &mut Constants<'a>,
    arena: &'a Bump,
) {
    graph.for_each_block(|graph, id| {
        optimize_block(graph, id, consts, arena);
        graph.note_changes(id);
        clean_block(graph, id);
    });
}

fn optimize_block<'a>(graph: &mut FlowGraph, id: BlockId, consts: &mut Constants<'a>, arena: &'a Bump) {
    let (has_swap, jumps_on_none) = (graph.opcodes.has(SWAP), graph.opcodes.has(POP_JUMP_IF_NONE));
    let mut index = 0;
    // No way through distinct blocks is longer; a ring of jumps would be followed forever.
    let mut ways_left = graph.block_count();
    while index < graph.instrs(id).len() {
        if graph.opcodes.has_target(graph.instrs(id)[index].opcode) {
            pass_over_empty(graph, id, index);
            let is_led_on = ways_left > 0 && lead_jump_on(graph, id, index);
            ways_left -= usize::from(is_led_on);
            index += usize::from(!is_led_on);
            continue;
        }
        let instrs = graph.instrs_mut(id);
        match instrs[index].opcode {
            LOAD_CONST => decide_test(&mut instrs[index..], consts, jumps_on_none),
            BUILD_TUPLE if has_swap => optimize_tuple(instrs, index, consts, arena),
            BUILD_TUPLE => rotate_tuple(instrs, index, consts, arena),
            ROT_N => optimize_rotation(instrs, index),
            SWAP if instrs[index].oparg == 1 => instrs[index].set_nop(),
            SWAP => index = optimize_swaps(instrs, index),
            PUSH_NULL => push_null_with_global(&mut instrs[index..]),
            _ => {}
        }
        index += 1;
    }
}

/// Swaps what a tuple is built from if it is unpacked again at once, else folds it if all of it is
/// constant.
fn optimize_tuple<'a>(instrs: &mut [Instr], index: usize, consts: &mut Constants<'a>, arena: &'a Bump) {
    if !unpack_built_tuple(&mut instrs[index..]) {
        fold_adjacent_tuple(&mut instrs[..=index], consts, arena);
    }
}

/// Rotates what a small tuple is built from if it is unpacked again at once, else folds a tuple that
/// is not unpacked.
fn rotate_tuple<'a>(instrs: &mut [Instr], index: usize, consts: &mut Constants<'a>, arena: &'a Bump) {
    let [build, rest @ ..] = &mut instrs[index..] else { return };
    match (rest.first_mut().filter(|next| next.opcode == UNPACK_SEQUENCE), build.oparg) {
        (Some(unpack), size) if unpack.oparg == size => match size {
            1 => (build.opcode, unpack.opcode) = (NOP, NOP),
            2 => (build.opcode, unpack.opcode) = (ROT_TWO, NOP),
            3 => (build.opcode, unpack.opcode) = (ROT_THREE, ROT_TWO),
            _ => {}
        },
        (_, size) => {
            let items = index.saturating_sub(size as usize)..index;
            let opargs: SmallVec<[u32; 16]> = instrs[items.clone()].iter().map(|item| item.oparg).collect();
            fold_adjacent_tuple(&mut instrs[..=index], consts, arena);
            // What falls away keeps its argument.
            instrs[items].iter_mut().zip(opargs).for_each(|(item, oparg)| item.oparg = oparg);
        }
    }
}

/// Gives a small rotation its own instruction. As many in a row as bring all back where it was fall
/// away.
///
/// CPython: `Python/compile.c` `fold_rotations` (3.10)
fn optimize_rotation(instrs: &mut [Instr], index: usize) {
    let count = instrs[index].oparg as usize;
    instrs[index].opcode = match count {
        0 | 1 => NOP,
        2 => ROT_TWO,
        3 => ROT_THREE,
        4 => ROT_FOUR,
        _ => ROT_N,
    };
    let Some(first) = (index + 1).checked_sub(count.max(1)) else { return };
    let row = &mut instrs[first..=index];
    if row.iter().all(|instr| rotated_by(instr) == Some(count)) {
        row.iter_mut().for_each(|instr| instr.opcode = NOP);
    }
}

fn rotated_by(instr: &Instr) -> Option<usize> {
    match instr.opcode {
        ROT_TWO => Some(2),
        ROT_THREE => Some(3),
        ROT_FOUR => Some(4),
        ROT_N => Some(instr.oparg as usize),
        _ => None,
    }
}

/// Lets a jump or block push name the first block with instructions.
fn pass_over_empty(graph: &mut FlowGraph, id: BlockId, index: usize) {
    let target = graph.next_nonempty(graph.instrs(id)[index].jump_target());
    graph.instrs_mut(id)[index].target = target;
}

/// The first of the instructions loads a constant: decides a test of it that follows.
fn decide_test(instrs: &mut [Instr], consts: &Constants<'_>, jumps_on_none: bool) {
    let [load, next, rest @ ..] = instrs else { return };
    let value = consts.values()[load.oparg as usize];
    let jumps_if = match next.opcode {
        POP_JUMP_IF_TRUE | JUMP_IF_TRUE_OR_POP => true,
        POP_JUMP_IF_FALSE | JUMP_IF_FALSE_OR_POP => false,
        IS_OP if jumps_on_none => return test_for_none(value, load, next, rest),
        _ => return,
    };
    let jumps = value.is_truthy() == jumps_if;
    let keeps = matches!(next.opcode, JUMP_IF_TRUE_OR_POP | JUMP_IF_FALSE_OR_POP) && jumps;
    if !keeps {
        load.opcode = NOP;
        if jumps_on_none {
            load.oparg = 0;
        }
    }
    if jumps {
        next.opcode = JUMP;
    } else {
        next.set_nop();
    }
}

/// `is None` before a conditional jump.
fn test_for_none(value: Constant<'_>, load: &mut Instr, is_op: &mut Instr, rest: &mut [Instr]) {
    let [jump, ..] = rest else { return };
    if value != Constant::None || !matches!(jump.opcode, POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE) {
        return;
    }
    let is_inverted = is_op.oparg == 1;
    load.set_nop();
    is_op.set_nop();
    let jumps_if_not_none = is_inverted != (jump.opcode == POP_JUMP_IF_FALSE);
    jump.opcode = if jumps_if_not_none { POP_JUMP_IF_NOT_NONE } else { POP_JUMP_IF_NONE };
}

/// Changes a jump to a jump on its line. Returns whether it did.
fn lead_jump_on(graph: &mut FlowGraph, id: BlockId, index: usize) -> bool {
    let jump = graph.instrs(id)[index];
    if !graph.opcodes.is_jump(jump.opcode) {
        return false;
    }
    let Some(&via) = graph.instrs(jump.jump_target()).first() else { return false };
    if !graph.opcodes.is_jump(via.opcode) || jump.lineno() != via.lineno() {
        return false;
    }
    let (opcode, target) = match led_on(jump.opcode, via.opcode) {
        Some(Onward::WithIt(opcode)) if via.target != jump.target => (opcode, via.target),
        Some(Onward::PastIt(opcode)) => (opcode, graph.next(jump.jump_target())),
        _ => return false,
    };
    let jump = &mut graph.instrs_mut(id)[index];
    (jump.opcode, jump.target) = (opcode, target);
    true
}

/// What a jump to a jump becomes.
enum Onward {
    /// This jump to where the other goes.
    WithIt(Opcode),
    /// This jump to what follows the other.
    PastIt(Opcode),
}

fn led_on(jump: Opcode, via: Opcode) -> Option<Onward> {
    let onward = match (jump, via) {
        (JUMP_IF_FALSE_OR_POP, POP_JUMP_IF_FALSE) => Onward::WithIt(POP_JUMP_IF_FALSE),
        (JUMP_IF_TRUE_OR_POP, POP_JUMP_IF_TRUE) => Onward::WithIt(POP_JUMP_IF_TRUE),
        (JUMP_IF_FALSE_OR_POP, JUMP | JUMP_FORWARD | JUMP_IF_FALSE_OR_POP)
        | (JUMP_IF_TRUE_OR_POP, JUMP | JUMP_FORWARD | JUMP_IF_TRUE_OR_POP)
        | (
            POP_JUMP_IF_NOT_NONE | POP_JUMP_IF_NONE | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE,
            JUMP | JUMP_FORWARD,
        )
        // Where `JUMP_FORWARD` is known from other jumps.
        | (FOR_ITER, JUMP_FORWARD) => Onward::WithIt(jump),
        (JUMP | JUMP_FORWARD, JUMP | JUMP_FORWARD) => Onward::WithIt(JUMP),
        (JUMP_IF_FALSE_OR_POP, JUMP_IF_TRUE_OR_POP | POP_JUMP_IF_TRUE) => Onward::PastIt(POP_JUMP_IF_FALSE),
        (JUMP_IF_TRUE_OR_POP, JUMP_IF_FALSE_OR_POP | POP_JUMP_IF_FALSE) => Onward::PastIt(POP_JUMP_IF_TRUE),
        _ => return None,
    };
    Some(onward)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Int;
    use crate::flowgraph::testing::{graph_for, text};
    use crate::targets::Version;

    /// The first block, with the constants `None`, `True` and 0.
    fn optimized(source: &str) -> String {
        let arena = Bump::new();
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True, Constant::Int(Int::Small(0))] {
            consts.add(value);
        }
        let mut graph = graph_for(Version::V3_11, source);
        let entry = graph.entry;
        optimize_block(&mut graph, entry, &mut consts, &arena);
        text(&graph).split(" | ").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn tests_of_constants_are_decided() {
        for (source, expected) in [
            ("1 LOAD_CONST 1; 1 POP_JUMP_IF_TRUE a; a: 1 RETURN_VALUE", "NOP JUMP>1"),
            ("1 LOAD_CONST 2; 1 POP_JUMP_IF_TRUE a; a: 1 RETURN_VALUE", "NOP NOP"),
            ("1 LOAD_CONST 2; 1 JUMP_IF_FALSE_OR_POP a; a: 1 RETURN_VALUE", "LOAD_CONST:2 JUMP>1"),
            ("1 LOAD_CONST 2; 1 JUMP_IF_TRUE_OR_POP a; a: 1 RETURN_VALUE", "NOP NOP"),
            (
                "1 LOAD_CONST 0; 1 IS_OP 1; 1 POP_JUMP_IF_FALSE a; a: 1 RETURN_VALUE",
                "NOP NOP POP_JUMP_IF_NONE>1",
            ),
            (
                "1 LOAD_CONST 0; 1 IS_OP 0; 1 POP_JUMP_IF_FALSE a; a: 1 RETURN_VALUE",
                "NOP NOP POP_JUMP_IF_NOT_NONE>1",
            ),
        ] {
            assert_eq!(optimized(source), expected, "{source}");
        }
    }

    #[test]
    fn jumps_are_led_on_along_their_line() {
        let ends = "b: 1 NOP; c: 1 RETURN_VALUE";
        for (source, expected) in [
            ("1 JUMP a; a: 1 JUMP c", "JUMP>3"),
            ("1 JUMP a; a: 2 JUMP c", "JUMP>1"),
            ("1 JUMP_IF_TRUE_OR_POP a; a: 1 POP_JUMP_IF_TRUE c", "POP_JUMP_IF_TRUE>3"),
            ("1 JUMP_IF_TRUE_OR_POP a; a: 1 JUMP_IF_FALSE_OR_POP c", "POP_JUMP_IF_TRUE>2"),
            ("1 JUMP_IF_FALSE_OR_POP a; a: 1 JUMP_IF_FALSE_OR_POP c", "JUMP_IF_FALSE_OR_POP>3"),
            ("1 FOR_ITER a; a: 1 JUMP c", "FOR_ITER>1"),
        ] {
            assert_eq!(optimized(&format!("{source}; {ends}")), expected, "{source}");
        }
    }
}
