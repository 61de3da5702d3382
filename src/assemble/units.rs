//! Code units: how many an instruction takes, and their bytes.
//!
//! A code unit is two bytes, opcode and the low byte of the oparg. The higher bytes stand before it
//! in `EXTENDED_ARG`s, the inline cache after it: zeros, for `CACHE` is opcode 0 of every version
//! that has it.
//!
//! CPython: `Python/assemble.c` `write_instr`, `Python/compile.c` `_PyCompile_InstrSize` (3.12)

use crate::targets::{Opcode, OpcodeTable};

/// How many `EXTENDED_ARG`s an oparg needs.
pub(super) fn extended_args(oparg: u32) -> u32 {
    if oparg <= 0xFF {
        return 0;
    }
    1 + u32::from(oparg > 0xFFFF) + u32::from(oparg > 0xFF_FFFF)
}

/// How many code units the instruction takes, `EXTENDED_ARG`s left out.
pub(super) fn base_size(opcodes: &OpcodeTable, opcode: Opcode) -> u32 {
    1 + u32::from(opcodes.caches(opcode))
}

/// How many code units the instruction takes.
pub(super) fn size(opcodes: &OpcodeTable, opcode: Opcode, oparg: u32) -> u32 {
    extended_args(oparg) + base_size(opcodes, opcode)
}

/// Writes the instruction to the start of `code`, which is zeroed, as the inline cache is to be.
/// Returns how many code units it takes.
pub(super) fn write(opcodes: &OpcodeTable, opcode: Opcode, oparg: u32, code: &mut [[u8; 2]]) -> u32 {
    let mut extended = 0;
    if oparg > 0xFF {
        extended = extended_args(oparg);
        write_extended_args(opcodes, oparg, &mut code[..extended as usize]);
    }
    code[extended as usize] = [opcodes.number(opcode), oparg as u8];
    extended + base_size(opcodes, opcode)
}

/// Writes the higher bytes of an oparg, the highest first.
#[cold]
fn write_extended_args(opcodes: &OpcodeTable, oparg: u32, code: &mut [[u8; 2]]) {
    let [_, higher @ ..] = oparg.to_le_bytes();
    for (unit, byte) in code.iter_mut().rev().zip(higher) {
        *unit = [opcodes.number(Opcode::EXTENDED_ARG), byte];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::{Target, Version};

    #[test]
    fn large_arguments_take_extended_args() {
        let opcodes = Target::newest(Version::V3_12).features().assembly.opcodes;
        for (oparg, expected) in [
            (0xFF, &[122, 0xFF, 0, 0][..]),
            (0x100, &[144, 1, 122, 0, 0, 0]),
            (0x1_0000, &[144, 1, 144, 0, 122, 0, 0, 0]),
            (0x0123_4567, &[144, 1, 144, 0x23, 144, 0x45, 122, 0x67, 0, 0]),
        ] {
            let mut code = vec![[0; 2]; size(opcodes, Opcode::BINARY_OP, oparg) as usize];
            let written = write(opcodes, Opcode::BINARY_OP, oparg, &mut code);
            assert_eq!((code.as_flattened(), written as usize), (expected, code.len()));
        }
    }
}
