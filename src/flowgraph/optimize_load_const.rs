//! Decides what can be decided of a constant as it is loaded: tests of its truth, comparisons with
//! `None`, returning it, and which instruction loads it.
//!
//! What falls away becomes a `NOP`. May add constants (`True` and `False`).
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block` (3.12), `basicblock_optimize_load_const`
//! (3.13–)

use super::constants::{common_constant, is_load, loaded, small_int};
use super::{FlowGraph, Instr};
use crate::code::Constant;
use crate::instructions::Constants;
use crate::targets::Opcode::*;
use crate::targets::{FlowGraphFeatures, Properties};

/// Sees to the loads of all blocks at once.
///
/// CPython: `Python/flowgraph.c` `optimize_load_const` (3.13–)
pub(super) fn optimize_load_const(
    graph: &mut FlowGraph,
    consts: &mut Constants<'_>,
    features: &FlowGraphFeatures,
) {
    graph.for_each_block(|graph, id| {
        if !graph.block(id).properties.has(Properties::CONST) {
            return;
        }
        let instrs = graph.instrs_mut(id);
        let mut last_load = LastLoad::default();
        let mut index = 0;
        while index < instrs.len() {
            index += 1 + last_load.optimize(&mut instrs[index..], consts, features);
        }
        graph.note_last(id, Properties::NOP.and(Properties::CONST));
    });
}

/// The constant that the last instruction looked at was a `LOAD_CONST` of: a copy of it counts as
/// one too.
#[derive(Default)]
pub(super) struct LastLoad(Option<u32>);

impl LastLoad {
    /// Sees to the first of `instrs`. Returns how many of the next are done with too.
    #[inline(always)]
    pub(super) fn optimize(
        &mut self,
        instrs: &mut [Instr],
        consts: &mut Constants<'_>,
        features: &FlowGraphFeatures,
    ) -> usize {
        let opcode = instrs[0].opcode;
        if is_load(opcode) || opcode == COPY {
            return self.optimize_load(instrs, consts, features);
        }
        self.0 = None;
        0
    }

    #[inline(never)]
    fn optimize_load(
        &mut self,
        instrs: &mut [Instr],
        consts: &mut Constants<'_>,
        features: &FlowGraphFeatures,
    ) -> usize {
        let instr = &mut instrs[0];
        if instr.opcode == LOAD_CONST
            && let Some(number) = small_int(consts.values()[instr.oparg as usize], features)
        {
            instr.set(LOAD_SMALL_INT, number);
        }
        let (opcode, oparg) = match self.0 {
            Some(oparg) if instr.opcode == COPY && instr.oparg == 1 => (LOAD_CONST, oparg),
            _ => (instr.opcode, instr.oparg),
        };
        self.0 = (opcode == LOAD_CONST).then_some(oparg);
        let Some(value) = loaded(opcode, oparg, consts) else { return 0 };
        let done = use_constant(instrs, oparg, value, consts, features);
        if instrs[0].opcode == LOAD_CONST
            && let Some(number) = common_constant(value, features)
        {
            instrs[0].set(LOAD_COMMON_CONSTANT, number);
        }
        done
    }
}

/// `instrs` starts with an instruction that pushes `value`, of number `oparg`. Returns how many of
/// the next instructions are done with too.
fn use_constant(
    instrs: &mut [Instr],
    oparg: u32,
    value: Constant<'_>,
    consts: &mut Constants<'_>,
    features: &FlowGraphFeatures,
) -> usize {
    let [load, next, rest @ ..] = instrs else { return 0 };
    match next.opcode {
        POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP_IF_FALSE | JUMP_IF_TRUE => {
            if matches!(next.opcode, POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE) {
                load.set_nop();
            }
            if value.is_truthy() == matches!(next.opcode, POP_JUMP_IF_TRUE | JUMP_IF_TRUE) {
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
        RETURN_VALUE if features.opcodes.has(RETURN_CONST) => {
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
    use crate::code::Int;
    use crate::flowgraph::testing::{features, graph_for, text};
    use crate::targets::Version;

    /// With the constants `None`, `True` and 7.
    fn optimized(version: Version, source: &str) -> String {
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True, Constant::Int(Int::Small(7))] {
            consts.add(value);
        }
        let mut graph = graph_for(version, source);
        optimize_load_const(&mut graph, &mut consts, features(version));
        text(&graph)
    }

    #[test]
    fn tests_of_constants_are_decided() {
        for (source, expected) in [
            ("1 LOAD_CONST 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "NOP JUMP>1 | NOP"),
            ("1 LOAD_CONST 0; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "NOP NOP | NOP"),
            ("1 LOAD_CONST 1; 1 COPY 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP", "LOAD_CONST:1 NOP JUMP>1 | NOP"),
            (
                "1 LOAD_CONST 2; 1 COPY 1; 1 TO_BOOL; 1 POP_JUMP_IF_TRUE a; a: 1 NOP",
                "LOAD_CONST:2 NOP NOP JUMP>1 | NOP",
            ),
            ("1 LOAD_CONST 1; 1 RETURN_VALUE", "NOP RETURN_CONST:1"),
        ] {
            assert_eq!(optimized(Version::V3_13, source), expected);
        }
        let keeping = "1 LOAD_CONST 1; 1 JUMP_IF_TRUE a; a: 1 NOP";
        assert_eq!(optimized(Version::V3_14, keeping), "LOAD_CONST:1 JUMP>1 | NOP");
    }

    #[test]
    fn small_and_common_constants_have_instructions_of_their_own() {
        for (source, small, common) in [
            (
                "1 LOAD_CONST 2; 1 RETURN_VALUE",
                "LOAD_SMALL_INT:7 RETURN_VALUE",
                "LOAD_SMALL_INT:7 RETURN_VALUE",
            ),
            (
                "1 LOAD_CONST 0; 1 RETURN_VALUE",
                "LOAD_CONST RETURN_VALUE",
                "LOAD_COMMON_CONSTANT:7 RETURN_VALUE",
            ),
            // A copy of what `LOAD_SMALL_INT` loads does not count.
            (
                "1 LOAD_CONST 2; 1 COPY 1; 1 TO_BOOL",
                "LOAD_SMALL_INT:7 COPY:1 TO_BOOL",
                "LOAD_SMALL_INT:7 COPY:1 TO_BOOL",
            ),
            (
                "1 LOAD_CONST 0; 1 COPY 1; 1 TO_BOOL",
                "LOAD_CONST NOP LOAD_CONST:3",
                "LOAD_COMMON_CONSTANT:7 NOP LOAD_COMMON_CONSTANT:10",
            ),
        ] {
            assert_eq!(optimized(Version::V3_14, source), small);
            assert_eq!(optimized(Version::V3_15, source), common);
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
            let source = format!("1 LOAD_CONST 0; 1 IS_OP {is_op}; 1 {jump}; a: 1 NOP");
            assert_eq!(optimized(Version::V3_13, &source), expected);
        }
    }
}
