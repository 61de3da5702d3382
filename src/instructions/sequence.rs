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
///
/// Those of nearly all units are in one vector. Very many are in several, so that room for more
/// costs no copy of all.
#[derive(Debug, Default)]
pub struct InstructionSequence {
    /// All instructions, or those after `full`.
    last_chunk: Vec<Instr>,
    /// Chunks of at least [`Self::CHUNK`] instructions.
    full: Vec<Vec<Instr>>,
    /// How many instructions there are in `full`.
    before: usize,
    /// Indexed by label; `u32::MAX` while the label has no position.
    pub labels: Vec<u32>,
    /// Indexed by label: how many instructions there were when it was made.
    pub made_at: Vec<u32>,
    /// The labels in the order in which they were placed.
    pub placed: Vec<Label>,
    /// There was no memory for an instruction: it and those after it are lost.
    lacks_memory: bool,
}

impl InstructionSequence {
    const UNPLACED: u32 = u32::MAX;

    /// How long a chunk grows before there is another.
    const CHUNK: usize = 1 << 16;

    pub(super) fn clear(&mut self) {
        self.last_chunk.clear();
        self.full.clear();
        self.before = 0;
        self.labels.clear();
        self.made_at.clear();
        self.placed.clear();
        self.lacks_memory = false;
    }

    /// How many instructions there are.
    pub fn len(&self) -> usize {
        self.before + self.last_chunk.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = &Instr> {
        self.full.iter().flatten().chain(&self.last_chunk)
    }

    pub fn last(&self) -> Option<&Instr> {
        self.last_chunk.last().or_else(|| self.full.last()?.last())
    }

    /// Whether the instructions are in several vectors.
    pub(crate) fn is_large(&self) -> bool {
        !self.full.is_empty()
    }

    /// Moves the instructions to `instructions`, in place of those that are there. The sequence gets
    /// the memory in return, unless it is large.
    pub(crate) fn move_to(&mut self, instructions: &mut Vec<Instr>) {
        if !self.is_large() {
            return std::mem::swap(instructions, &mut self.last_chunk);
        }
        instructions.clear();
        instructions.reserve_exact(self.len());
        for chunk in self.full.drain(..).chain([std::mem::take(&mut self.last_chunk)]) {
            instructions.extend_from_slice(&chunk);
        }
        self.before = 0;
    }

    pub fn new_label(&mut self) -> Label {
        self.labels.push(Self::UNPLACED);
        self.made_at.push(self.len() as u32);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places `label` before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.len() as u32;
        self.placed.push(label);
    }

    /// Appends an instruction. A source of some kilobytes may make more of them than fit the memory;
    /// see [`Self::lacks_memory`].
    #[inline]
    pub fn push(&mut self, opcode: Opcode, oparg: u32, location: Location) {
        if self.last_chunk.len() < self.last_chunk.capacity() || self.has_grown() {
            self.last_chunk.push(Instr::new(opcode, oparg, location));
        }
    }

    #[cold]
    fn has_grown(&mut self) -> bool {
        if self.last_chunk.len() < Self::CHUNK {
            self.lacks_memory |= self.last_chunk.try_reserve(1).is_err();
        } else {
            let mut next = Vec::new();
            self.lacks_memory |= next.try_reserve_exact(Self::CHUNK).is_err();
            if !self.lacks_memory {
                self.before += self.last_chunk.len();
                self.full.push(std::mem::replace(&mut self.last_chunk, next));
            }
        }
        !self.lacks_memory
    }

    /// Whether instructions were lost because there was no memory for them.
    pub fn lacks_memory(&self) -> bool {
        self.lacks_memory
    }

    /// Whether the sequence is whole, and there is memory for what the flow graph makes of it: about
    /// as much again, and copies of some blocks.
    pub fn fits_memory(&self) -> bool {
        let needed = self.len() + self.len() / 2;
        !self.lacks_memory && (!self.is_large() || Vec::<Instr>::new().try_reserve_exact(needed).is_ok())
    }

    /// The instructions in one vector, for changes elsewhere than at the end; `None` if there is no
    /// memory for that.
    fn joined(&mut self) -> Option<&mut Vec<Instr>> {
        self.lacks_memory |= !self.fits_memory();
        if self.lacks_memory {
            return None;
        }
        if self.is_large() {
            let mut instructions = Vec::new();
            self.move_to(&mut instructions);
            self.last_chunk = instructions;
        }
        Some(&mut self.last_chunk)
    }

    /// Moves the instructions from `tail` to the end of the sequence to `index`. No label may
    /// follow `tail`; labels at `index` or later move with their instructions.
    pub fn move_to_start(&mut self, tail: usize, index: usize) {
        let moved = self.len() - tail;
        let Some(instructions) = self.joined() else { return };
        instructions[index..].rotate_right(moved);
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += moved as u32;
            }
        }
    }

    /// Forgets all instructions but the first `len`.
    pub fn truncate(&mut self, len: usize) {
        while self.before > len
            && let Some(chunk) = self.full.pop()
        {
            self.before -= chunk.len();
            self.last_chunk = chunk;
        }
        self.last_chunk.truncate(len - self.before);
    }

    /// How many instructions there are, and how many labels were placed.
    pub fn end(&self) -> (usize, usize) {
        (self.len(), self.placed.len())
    }

    /// Exchanges the parts from `start` to `middle` and from there to the end. Labels that were
    /// placed since `start` move with their part.
    pub fn exchange(&mut self, start: (usize, usize), middle: (usize, usize)) {
        let (first, second) = (middle.0 - start.0, self.len() - middle.0);
        let Some(instructions) = self.joined() else { return };
        instructions[start.0..].rotate_left(first);
        for &Label(label) in &self.placed[start.1..middle.1] {
            self.labels[label as usize] += second as u32;
        }
        for &Label(label) in &self.placed[middle.1..] {
            self.labels[label as usize] -= first as u32;
        }
    }

    /// Inserts a jump or block push before the instruction at `index`. Labels at `index` or later
    /// move with their instructions.
    pub fn insert_jump(&mut self, index: usize, opcode: Opcode, target: Label, location: Location) {
        let Some(instructions) = self.joined() else { return };
        instructions.insert(index, Instr::new(opcode, target.0, location));
        for place in &mut self.labels {
            if *place != Self::UNPLACED && *place as usize >= index {
                *place += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_instructions_keep_their_order_and_places() {
        let count = 2 * InstructionSequence::CHUNK as u32 + 5;
        let mut sequence = InstructionSequence::default();
        let mut graph = Vec::new();
        for _ in 0..2 {
            let [first, last] = [sequence.new_label(), sequence.new_label()];
            (0..count).for_each(|oparg| sequence.push(Opcode::LOAD_CONST, oparg, Location::NONE));
            sequence.use_label(last);
            assert_eq!(sequence.len() as u32, count);
            assert_eq!(sequence.last().map(|instr| instr.oparg), Some(count - 1));
            sequence.insert_jump(0, Opcode::JUMP, first, Location::NONE);
            sequence.push(Opcode::NOP, 0, Location::NONE);
            sequence.move_to_start(count as usize + 1, 1);
            assert_eq!(sequence.labels, [u32::MAX, count + 2]);
            assert!(sequence.iter().skip(2).map(|instr| instr.oparg).eq(0..count));
            assert!(sequence.fits_memory());
            sequence.move_to(&mut graph);
            let opcodes: Vec<Opcode> = graph[..3].iter().map(|instr| instr.opcode).collect();
            assert_eq!(opcodes, [Opcode::JUMP, Opcode::NOP, Opcode::LOAD_CONST]);
            sequence.clear();
        }
    }
}
