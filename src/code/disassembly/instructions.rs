//! From code units to instructions: `EXTENDED_ARG` joined to what it extends, inline caches left out.

use crate::target::{Opcode, OpcodeTable};

/// An instruction of a finished code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// In bytes; of the instruction itself, not of an `EXTENDED_ARG` before it.
    pub(super) offset: usize,
    /// The offset of what follows it and its caches, from which jumps count.
    pub(super) next: usize,
    pub(super) number: u8,
    /// `None` for a number that the target does not have.
    pub(super) opcode: Option<Opcode>,
    pub(super) oparg: u32,
}

/// Reads all of `code`; a last odd byte is left out.
pub(super) fn decode(code: &[u8], table: &OpcodeTable) -> Vec<Instruction> {
    let units: Vec<[u8; 2]> = code.chunks_exact(2).map(|unit| [unit[0], unit[1]]).collect();
    let (mut instructions, mut extended, mut index) = (Vec::new(), 0u32, 0);
    while let Some(&[number, arg]) = units.get(index) {
        let opcode = table.opcode(number);
        let oparg = extended << 8 | u32::from(arg);
        let offset = index * 2;
        index += 1 + opcode.map_or(0, |opcode| usize::from(table.caches(opcode)));
        if opcode == Some(Opcode::EXTENDED_ARG) {
            extended = oparg;
        } else {
            extended = 0;
            instructions.push(Instruction { offset, next: index * 2, number, opcode, oparg });
        }
    }
    instructions
}

impl Instruction {
    pub(super) fn name(&self) -> String {
        self.opcode.map_or_else(|| format!("<{}>", self.number), |opcode| format!("{opcode:?}"))
    }

    /// The offset that a jump leads to.
    pub(super) fn jump_target(&self) -> Option<usize> {
        use Opcode::*;
        let distance = self.oparg as usize * 2;
        match self.opcode? {
            FOR_ITER | SEND | JUMP_FORWARD | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | POP_JUMP_IF_NONE
            | POP_JUMP_IF_NOT_NONE => Some(self.next + distance),
            JUMP_BACKWARD | JUMP_BACKWARD_NO_INTERRUPT => self.next.checked_sub(distance),
            _ => None,
        }
    }
}
