//! The instruction sequence: what code generation emits, with labels for places and locations for the debugger.
//!
//! CPython: `Python/compile.c` `instr_sequence` (3.12), `Python/instruction_sequence.c` (3.13–)

use crate::source::Location;
use crate::targets::Opcode;

/// A place in an [`InstructionSequence`] that jumps may name before it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// An instruction before the flow graph: `oparg` is a [`Label`]'s number where [`Opcode::has_target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub opcode: Opcode,
    pub oparg: u32,
    pub location: Location,
}

/// Instructions in order, and for each label the index of the instruction it stands before.
#[derive(Debug, Default)]
pub struct InstructionSequence {
    pub instructions: Vec<Instruction>,
    /// Indexed by label; `u32::MAX` while the label is not placed.
    pub labels: Vec<u32>,
}

impl InstructionSequence {
    const UNPLACED: u32 = u32::MAX;

    pub fn new_label(&mut self) -> Label {
        self.labels.push(Self::UNPLACED);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instructions.len() as u32;
    }

    pub fn push(&mut self, opcode: Opcode, oparg: u32, location: Location) {
        self.instructions.push(Instruction { opcode, oparg, location });
    }

    /// Moves the instructions from `tail` on, before which all labels stand, to `index`; labels from there on move along.
    pub fn move_to_start(&mut self, tail: usize, index: usize) {
        let moved = self.instructions.len() - tail;
        self.instructions[index..].rotate_right(moved);
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += moved as u32;
            }
        }
    }

    /// Inserts a jump or block push before the instruction at `index`; labels there and later move along.
    pub fn insert_jump(&mut self, index: usize, opcode: Opcode, target: Label, location: Location) {
        self.instructions.insert(index, Instruction { opcode, oparg: target.0, location });
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += 1;
            }
        }
    }
}
