//! Code units: how many an instruction takes, and their bytes.
//!
//! A code unit is two bytes, opcode and the low byte of the oparg. The higher bytes stand before it in `EXTENDED_ARG`s, the inline cache, zeroed,
//! after it.
//!
//! CPython: `Python/assemble.c` `write_instr`, `Python/compile.c` `_PyCompile_InstrSize` (3.12)

use bumpalo::collections::Vec as BumpVec;

use crate::target::{Opcode, OpcodeTable};

/// How many `EXTENDED_ARG`s an oparg needs.
pub(super) fn extended_args(oparg: u32) -> u32 {
    u32::from(oparg > 0xFF) + u32::from(oparg > 0xFFFF) + u32::from(oparg > 0xFF_FFFF)
}

/// How many code units the instruction takes, `EXTENDED_ARG`s left out.
pub(super) fn base_size(opcodes: &OpcodeTable, opcode: Opcode) -> u32 {
    1 + u32::from(opcodes.caches(opcode))
}

/// How many code units the instruction takes.
pub(super) fn size(opcodes: &OpcodeTable, opcode: Opcode, oparg: u32) -> u32 {
    extended_args(oparg) + base_size(opcodes, opcode)
}

pub(super) fn write(opcodes: &OpcodeTable, opcode: Opcode, oparg: u32, code: &mut BumpVec<'_, u8>) {
    let [low, higher @ ..] = oparg.to_le_bytes();
    for byte in higher[..extended_args(oparg) as usize].iter().rev() {
        code.extend([opcodes.number(Opcode::EXTENDED_ARG), *byte]);
    }
    code.extend([opcodes.number(opcode), low]);
    for _ in 0..opcodes.caches(opcode) {
        code.extend([opcodes.number(Opcode::CACHE), 0]);
    }
}
