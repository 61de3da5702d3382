//! The peephole optimiser: shorter instructions for patterns within one block, and jumps to jumps led on.
//!
//! What falls away becomes a `NOP`, which a later pass removes where its line is visited anyway. May add constants (folded tuples).
//!
//! CPython: `Python/flowgraph.c` `optimize_basic_block` (3.12)

use bumpalo::Bump;

use super::swaps::{apply_static_swaps, swaptimize};
use super::{BlockId, FlowGraph, Instr};
use crate::code::Constant;
use crate::codegen::unit::Constants;
use crate::target::Opcode::*;

pub(super) fn optimize_basic_blocks<'a>(graph: &mut FlowGraph, consts: &mut Constants<'a>, arena: &'a Bump) {
    graph.for_each_block(|graph, id| optimize_basic_block(graph, id, consts, arena));
}

fn optimize_basic_block<'a>(graph: &mut FlowGraph, id: BlockId, consts: &mut Constants<'a>, arena: &'a Bump) {
    let (mut opcode, mut oparg) = (NOP, 0);
    let mut index = 0;
    let instrs = graph.instrs_mut(id);
    while index < instrs.len() {
        let instr = instrs[index];
        // A copy of a constant just loaded counts as that constant.
        if !(opcode == LOAD_CONST && instr.opcode == COPY && instr.oparg == 1) {
            (opcode, oparg) = (instr.opcode, instr.oparg);
        }
        match opcode {
            LOAD_CONST => {
                index += use_constant(&mut instrs[index..], oparg, consts.values()[oparg as usize]);
            }
            BUILD_TUPLE => optimize_built_tuple(instrs, index, consts, arena),
            SWAP if oparg == 1 => instrs[index].set_nop(),
            SWAP => {
                index = swaptimize(instrs, index);
                apply_static_swaps(instrs, index);
            }
            PUSH_NULL => push_null_with_global(&mut instrs[index..]),
            _ => {}
        }
        index += 1;
    }
    if let Some(
        jump @ (POP_JUMP_IF_NOT_NONE | POP_JUMP_IF_NONE | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP),
    ) = graph.last(id).map(|last| last.opcode)
    {
        // It may have been made of another just now.
        graph.properties |= jump.properties();
        thread_jumps(graph, id);
    }
}

/// `instrs` starts with an instruction that pushes the constant `value`. Returns how many of the next instructions are done with too.
fn use_constant(instrs: &mut [Instr], oparg: u32, value: Constant<'_>) -> usize {
    let opcode_at = |index: usize| instrs.get(index).map(|instr| instr.opcode);
    match opcode_at(1) {
        Some(test @ (POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE)) => {
            instrs[0].set_nop();
            if value.is_truthy() == (test == POP_JUMP_IF_TRUE) {
                instrs[1].opcode = JUMP;
            } else {
                instrs[1].set_nop();
            }
            0
        }
        Some(IS_OP) => {
            if let Some(test @ (POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE)) = opcode_at(2)
                && matches!(value, Constant::None)
            {
                let is_not = instrs[1].oparg != 0;
                instrs[0].set_nop();
                instrs[1].set_nop();
                let jumps_if_none = is_not == (test == POP_JUMP_IF_FALSE);
                instrs[2].opcode = if jumps_if_none { POP_JUMP_IF_NONE } else { POP_JUMP_IF_NOT_NONE };
            }
            0
        }
        Some(RETURN_VALUE) => {
            instrs[0].set_nop();
            instrs[1].set(RETURN_CONST, oparg);
            1
        }
        _ => 0,
    }
}

fn optimize_built_tuple<'a>(instrs: &mut [Instr], index: usize, consts: &mut Constants<'a>, arena: &'a Bump) {
    if !unpack_built_tuple(&mut instrs[index..]) {
        fold_tuple(&mut instrs[..=index], consts, arena);
    }
}

/// A tuple of up to three that is unpacked at once need not be built: the values change places instead. Returns whether that was so.
fn unpack_built_tuple(instrs: &mut [Instr]) -> bool {
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

/// Makes a constant of the tuple built by the last of `instrs`, if the instructions before it load constants.
///
/// CPython: `Python/flowgraph.c` `fold_tuple_on_constants` (3.12)
fn fold_tuple<'a>(instrs: &mut [Instr], consts: &mut Constants<'a>, arena: &'a Bump) {
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

/// Leads the jump at the end of the block on, while its target starts with a `JUMP` on the same line or on none.
///
/// CPython: `Python/flowgraph.c` `jump_thread` (3.12)
fn thread_jumps(graph: &mut FlowGraph, id: BlockId) {
    let index = graph.range(id).end - 1;
    // No way through distinct blocks is longer; a ring of jumps would be followed forever.
    for _ in 0..graph.block_count() {
        let instr = graph.instrs[index];
        let via = graph.instrs(instr.jump_target())[0];
        let on_same_line = instr.lineno() == via.lineno() || via.lineno() == -1;
        if via.opcode != JUMP || !on_same_line || instr.target == via.target {
            return;
        }
        graph.instrs[index].target = via.target;
    }
}

/// `LOAD_GLOBAL` can push the `NULL` before a callable itself.
fn push_null_with_global(instrs: &mut [Instr]) {
    if let [push, load, ..] = instrs
        && load.opcode == LOAD_GLOBAL
        && load.oparg & 1 == 0
    {
        push.set_nop();
        load.oparg |= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Int;
    use crate::flowgraph::testing::{graph, text};

    /// With the constants `None`, `True` and 2.
    fn optimized(source: &str) -> String {
        let arena = Bump::new();
        let mut consts = Constants::default();
        for value in [Constant::None, Constant::True, Constant::Int(Int::Small(2))] {
            consts.add(value);
        }
        let mut graph = graph(source);
        optimize_basic_blocks(&mut graph, &mut consts, &arena);
        text(&graph)
    }

    #[test]
    fn tests_of_constants_are_decided() {
        assert_eq!(optimized("1 LOAD_CONST 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP"), "NOP JUMP>1 | NOP");
        assert_eq!(optimized("1 LOAD_CONST 0; 1 POP_JUMP_IF_TRUE a; a: 1 NOP"), "NOP NOP | NOP");
        assert_eq!(
            optimized("1 LOAD_CONST 1; 1 COPY 1; 1 POP_JUMP_IF_TRUE a; a: 1 NOP"),
            "LOAD_CONST:1 NOP JUMP>1 | NOP"
        );
    }

    #[test]
    fn comparison_to_none_becomes_a_jump() {
        for (is_op, jump, expected) in [
            (0, "POP_JUMP_IF_FALSE", "NOP NOP POP_JUMP_IF_NOT_NONE>1 | NOP"),
            (0, "POP_JUMP_IF_TRUE", "NOP NOP POP_JUMP_IF_NONE>1 | NOP"),
            (1, "POP_JUMP_IF_FALSE", "NOP NOP POP_JUMP_IF_NONE>1 | NOP"),
            (1, "POP_JUMP_IF_TRUE", "NOP NOP POP_JUMP_IF_NOT_NONE>1 | NOP"),
        ] {
            assert_eq!(
                optimized(&format!("1 LOAD_CONST 0; 1 IS_OP {is_op}; 1 {jump} a; a: 1 NOP")),
                expected
            );
        }
    }

    #[test]
    fn tuples_of_constants_are_folded() {
        assert_eq!(optimized("1 LOAD_CONST 1; 1 LOAD_CONST 2; 1 BUILD_TUPLE 2"), "NOP NOP LOAD_CONST:3");
        assert_eq!(optimized("1 BUILD_TUPLE 0"), "LOAD_CONST:3");
        assert_eq!(
            optimized("1 BUILD_TUPLE 2; 1 UNPACK_SEQUENCE 2; 1 STORE_FAST 0; 1 STORE_FAST 1"),
            "NOP NOP STORE_FAST:1 STORE_FAST"
        );
    }

    #[test]
    fn jumps_are_led_on_over_lines_that_nobody_sees() {
        assert_eq!(optimized("1 JUMP a; a: -1 JUMP b; b: 2 NOP"), "JUMP>2 | JUMP>2 | NOP");
        assert_eq!(optimized("1 JUMP a; a: 2 JUMP b; b: 2 NOP"), "JUMP>1 | JUMP>2 | NOP");
    }

    #[test]
    fn rings_of_jumps_end() {
        assert_eq!(optimized("1 JUMP a; a: 1 JUMP b; b: 1 JUMP a").matches("JUMP").count(), 3);
    }
}
