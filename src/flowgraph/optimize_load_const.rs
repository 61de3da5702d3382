//! Decides what can be decided of a constant as it is loaded: tests of its truth, comparisons with `None`, and returning it.
//!
//! What falls away becomes a `NOP`. May add constants (`True` and `False`).
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block` (3.12), `basicblock_optimize_load_const` (3.13–)

use super::{FlowGraph, Instr};
use crate::code::Constant;
use crate::codegen::unit::Constants;
use crate::target::Opcode::*;
use crate::target::Properties;

pub(super) fn optimize_load_const(graph: &mut FlowGraph, consts: &mut Constants<'_>) {
    graph.for_each_block(|graph, id| {
        optimize_block(graph.instrs_mut(id), consts);
        // It may have been made of another just now.
        graph.properties |= graph.last(id).map_or(Properties::default(), |last| last.opcode.properties());
    });
}

fn optimize_block(instrs: &mut [Instr], consts: &mut Constants<'_>) {
    let (mut opcode, mut oparg) = (NOP, 0);
    let mut index = 0;
    while index < instrs.len() {
        let instr = instrs[index];
        // A copy of a constant just loaded counts as that constant.
        if !(opcode == LOAD_CONST && instr.opcode == COPY && instr.oparg == 1) {
            (opcode, oparg) = (instr.opcode, instr.oparg);
        }
        if opcode == LOAD_CONST {
            index += use_constant(&mut instrs[index..], oparg, consts);
        }
        index += 1;
    }
}

/// `instrs` starts with an instruction that pushes the constant `oparg`. Returns how many of the next instructions are done with too.
fn use_constant(instrs: &mut [Instr], oparg: u32, consts: &mut Constants<'_>) -> usize {
    let [load, next, rest @ ..] = instrs else { return 0 };
    let value = consts.values()[oparg as usize];
    match next.opcode {
        POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE => {
            load.set_nop();
            if value.is_truthy() == (next.opcode == POP_JUMP_IF_TRUE) {
                next.opcode = JUMP;
            } else {
                next.set_nop();
            }
        }
        TO_BOOL => {
            let truth = if value.is_truthy() { Constant::True } else { Constant::False };
            load.set_nop();
            next.set(LOAD_CONST, consts.add(truth));
        }
        IS_OP if value == Constant::None => test_for_none(load, next, rest),
        RETURN_VALUE => {
            load.set_nop();
            next.set(RETURN_CONST, oparg);
            return 1;
        }
        _ => {}
    }
    0
}

/// Makes one jump of a comparison to `None` and a jump on its result, in `rest`.
fn test_for_none(load: &mut Instr, is_op: &mut Instr, mut rest: &mut [Instr]) {
    if let [to_bool, after @ ..] = rest
        && to_bool.opcode == TO_BOOL
    {
        // It is a bool already.
        to_bool.set_nop();
        rest = after;
    }
    if let [jump, ..] = rest
        && matches!(jump.opcode, POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE)
    {
        let is_not = is_op.oparg != 0;
        load.set_nop();
        is_op.set_nop();
        let jumps_if_none = is_not == (jump.opcode == POP_JUMP_IF_FALSE);
        jump.opcode = if jumps_if_none { POP_JUMP_IF_NONE } else { POP_JUMP_IF_NOT_NONE };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    /// With the constants `None` and `True`.
    fn optimized(source: &str) -> String {
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True] {
            consts.add(value);
        }
        let mut graph = graph(source);
        optimize_load_const(&mut graph, &mut consts);
        text(&graph)
    }

    #[test]
    fn tests_of_constants_are_decided() {
        for (source, expected) in [
            ("1 LOAD_CONST 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "NOP JUMP>1 | NOP"),
            ("1 LOAD_CONST 0; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "NOP NOP | NOP"),
            ("1 LOAD_CONST 1; 1 COPY 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "LOAD_CONST:1 NOP JUMP>1 | NOP"),
            (
                "1 LOAD_CONST 0; 1 COPY 1; 1 TO_BOOL; 1 POP_JUMP_IF_TRUE a; a: 1 NOP",
                "LOAD_CONST NOP NOP NOP | NOP",
            ),
            ("1 LOAD_CONST 1; 1 RETURN_VALUE", "NOP RETURN_CONST:1"),
        ] {
            assert_eq!(optimized(source), expected);
        }
    }

    #[test]
    fn comparison_to_none_becomes_a_jump() {
        for (is_op, jump, expected) in [
            (0, "POP_JUMP_IF_FALSE a", "NOP NOP POP_JUMP_IF_NOT_NONE>1 | NOP"),
            (0, "POP_JUMP_IF_TRUE a", "NOP NOP POP_JUMP_IF_NONE>1 | NOP"),
            (1, "POP_JUMP_IF_FALSE a", "NOP NOP POP_JUMP_IF_NONE>1 | NOP"),
            (1, "POP_JUMP_IF_TRUE a", "NOP NOP POP_JUMP_IF_NOT_NONE>1 | NOP"),
            (1, "TO_BOOL; 1 POP_JUMP_IF_TRUE a", "NOP NOP NOP POP_JUMP_IF_NOT_NONE>1 | NOP"),
            (0, "TO_BOOL; 1 JUMP a", "LOAD_CONST IS_OP NOP JUMP>1 | NOP"),
        ] {
            assert_eq!(optimized(&format!("1 LOAD_CONST 0; 1 IS_OP {is_op}; 1 {jump}; a: 1 NOP")), expected);
        }
    }
}
