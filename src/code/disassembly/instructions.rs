//! From code units to instructions, inline caches left out.

use crate::targets::{DisassemblyFeatures, Opcode, Properties};

/// An instruction of a finished code object; `EXTENDED_ARG` is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// In bytes.
    pub(super) offset: usize,
    /// The offset of what follows it and its caches, from which jumps count.
    next: usize,
    number: u8,
    /// `None` for a number that the target does not have.
    pub(crate) opcode: Option<Opcode>,
    is_jump: bool,
    /// Jumps count from the start of the code, otherwise from `next`.
    from_start: bool,
    /// How many bytes an argument of a jump counts for.
    scale: usize,
    /// With the bits of the `EXTENDED_ARG`s before.
    pub(crate) oparg: u32,
}

/// Reads all of `code`; a last odd byte is left out.
pub(crate) fn decode(code: &[u8], features: &DisassemblyFeatures) -> Vec<Instruction> {
    let (table, scale) = (features.opcodes, if features.jumps_in_bytes { 1 } else { 2 });
    let units = code.len() / 2;
    let (mut instructions, mut extended, mut index) = (Vec::new(), 0u32, 0);
    while index < units {
        let [number, arg] = [code[index * 2], code[index * 2 + 1]];
        let opcode = table.opcode(number);
        let oparg = extended << 8 | u32::from(arg);
        let offset = index * 2;
        index += 1 + opcode.map_or(0, |opcode| usize::from(table.caches(opcode)));
        extended = if opcode == Some(Opcode::EXTENDED_ARG) { oparg } else { 0 };
        let is_jump = opcode.is_some_and(|opcode| table.properties(opcode).has(Properties::ASSEMBLED));
        let from_start = opcode.is_some_and(|opcode| table.counts_from_start(opcode));
        let next = index * 2;
        instructions.push(Instruction { offset, next, number, opcode, is_jump, from_start, scale, oparg });
    }
    instructions
}

impl Instruction {
    pub(super) fn name(&self) -> String {
        self.opcode.map_or_else(|| format!("<{}>", self.number), |opcode| format!("{opcode:?}"))
    }

    /// The argument, where the instruction has one: opcodes do from number `have_argument` on.
    pub(super) fn argument(&self, have_argument: u8) -> Option<u32> {
        (self.opcode.is_some() && self.number >= have_argument).then_some(self.oparg)
    }

    /// What it means depends on where it stands.
    pub(super) fn is_jump(&self) -> bool {
        self.is_jump
    }

    /// The offset that a jump leads to.
    pub(super) fn jump_target(&self) -> Option<usize> {
        use Opcode::*;
        let distance = self.oparg as usize * self.scale;
        match self.opcode? {
            JUMP_BACKWARD
            | JUMP_BACKWARD_NO_INTERRUPT
            | POP_JUMP_BACKWARD_IF_FALSE
            | POP_JUMP_BACKWARD_IF_TRUE
            | POP_JUMP_BACKWARD_IF_NONE
            | POP_JUMP_BACKWARD_IF_NOT_NONE => self.next.checked_sub(distance),
            _ if self.from_start => Some(distance),
            _ if self.is_jump => Some(self.next + distance),
            _ => None,
        }
    }
}
