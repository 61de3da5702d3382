//! The instruction sequence: what code generation emits, with labels as jump targets and source
//! locations.
//!
//! CPython: `Python/compile.c` `instr_sequence` (3.12), `Python/instruction_sequence.c` (3.13–)

use std::num::NonZeroU32;

use crate::source::Location;
use crate::targets::Opcode;

/// A jump target in an [`InstructionSequence`]. Jumps may name it before it has a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// A basic block's number within its flow graph: it stays the same when the block is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockId(NonZeroU32);

impl BlockId {
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    pub(crate) fn from_index(index: usize) -> BlockId {
        BlockId(NonZeroU32::MIN.saturating_add(index as u32))
    }
}

/// An instruction. The flow graph works on those that code generation emitted, where they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    pub opcode: Opcode,
    /// Of a jump or block push, as emitted: the number of a [`Label`]. In the flow graph it is that
    /// of the label that stands for it, counted from 1. There it no longer says where the jump
    /// goes, but of 3.12's jumps the assembler's first guess at the instruction's size is made from
    /// it.
    pub oparg: u32,
    /// Where a jump goes, or the handler that a block push sets up; known in the flow graph.
    /// Meaningless for other instructions.
    pub target: Option<BlockId>,
    /// Where an exception raised here goes; known in the flow graph.
    pub handler: Option<BlockId>,
    pub location: Location,
}

impl Instr {
    /// An instruction without a target or handler.
    pub fn new(opcode: Opcode, oparg: u32, location: Location) -> Instr {
        Instr { opcode, oparg, target: None, handler: None, location }
    }
}

/// Instructions in order, and for each label the index of the instruction that follows it.
#[derive(Debug, Default)]
pub struct InstructionSequence {
    pub instructions: Vec<Instr>,
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
        self.instructions.push(Instr::new(opcode, oparg, location));
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
        self.instructions.insert(index, Instr::new(opcode, target.0, location));
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += 1;
            }
        }
    }
}
