//! The instruction sequence: what code generation emits, with labels as jump targets and source
//! locations.
//!
//! CPython: `Python/compile.c` `instr_sequence` (3.12), `Python/instruction_sequence.c` (3.13–)

use crate::source::Location;
use crate::targets::Opcode;

/// A jump target in an [`InstructionSequence`]. Jumps may name it before it has a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// An instruction before the flow graph. If the opcode has a target, `oparg` is the number of a
/// [`Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub opcode: Opcode,
    pub oparg: u32,
    pub location: Location,
}

/// Instructions in order, and for each label the index of the instruction that follows it.
#[derive(Debug, Default)]
pub struct InstructionSequence {
    pub instructions: Vec<Instruction>,
    /// Indexed by label; `u32::MAX` while the label has no position.
    pub labels: Vec<u32>,
    /// Indexed by label: how many instructions there were when it was made.
    pub made_at: Vec<u32>,
    /// The labels in the order in which they were placed.
    pub placed: Vec<Label>,
}

impl InstructionSequence {
    const UNPLACED: u32 = u32::MAX;

    pub(super) fn clear(&mut self) {
        self.instructions.clear();
        self.labels.clear();
        self.made_at.clear();
        self.placed.clear();
    }

    pub fn new_label(&mut self) -> Label {
        self.labels.push(Self::UNPLACED);
        self.made_at.push(self.instructions.len() as u32);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.instructions.len() as u32;
        self.placed.push(label);
    }

    pub fn push(&mut self, opcode: Opcode, oparg: u32, location: Location) {
        self.instructions.push(Instruction { opcode, oparg, location });
    }

    /// Moves the instructions from `tail` to the end of the sequence to `index`. No label may
    /// follow `tail`; labels at `index` or later move with their instructions.
    pub fn move_to_start(&mut self, tail: usize, index: usize) {
        let moved = self.instructions.len() - tail;
        self.instructions[index..].rotate_right(moved);
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += moved as u32;
            }
        }
    }

    /// Inserts a jump or block push before the instruction at `index`. Labels at `index` or later
    /// move with their instructions.
    pub fn insert_jump(&mut self, index: usize, opcode: Opcode, target: Label, location: Location) {
        self.instructions.insert(index, Instruction { opcode, oparg: target.0, location });
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += 1;
            }
        }
    }
}
