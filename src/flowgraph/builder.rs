//! From an instruction sequence to basic blocks.
//!
//! A block ends after a jump, a return or a raise, and before every label; later targets pass over
//! labels that nothing jumps to. Of several labels at one place one stands for all.
//!
//! CPython: `Python/compile.c` `instr_sequence_to_cfg`, `Python/flowgraph.c` `_PyCfgBuilder_Addop`,
//! `translate_jump_labels_to_targets` (3.12–)

use super::{Block, BlockId, FlowGraph, Instr};
use crate::folding::Nans;
use crate::instructions::InstructionSequence;
use crate::targets::{FlowGraphFeatures, OpcodeTable, Properties};

/// In the map from places to labels: no label.
const NO_LABEL: u32 = 0;

impl FlowGraph {
    /// A graph with nothing but an empty block.
    pub(crate) fn new(opcodes: &'static OpcodeTable) -> FlowGraph {
        FlowGraph {
            opcodes,
            blocks: vec![Block::default()],
            instrs: Vec::new(),
            entry: BlockId::from_index(0),
            label_at: Vec::new(),
            block_at: Vec::new(),
            has_nops: true,
            lacks_lines: true,
            properties: Properties::default(),
            stack_size: 0,
            nans: Nans::default(),
        }
    }

    /// Cuts the sequence into blocks, laid out as the sequence is; what the graph held before is
    /// gone.
    pub(crate) fn read(&mut self, sequence: &InstructionSequence, features: &FlowGraphFeatures) {
        self.blocks.clear();
        self.blocks.push(Block::default());
        self.instrs.clear();
        self.instrs.reserve(sequence.instructions.len());
        self.entry = BlockId::from_index(0);
        self.has_nops = true;
        self.lacks_lines = true;
        self.properties = Properties::default();
        self.label_at.clear();
        self.label_at.resize(sequence.instructions.len(), NO_LABEL);
        self.block_at.clear();
        self.block_at.resize(sequence.labels.len() + 1, None);
        if features.labels_only_where_jumped_to {
            self.place_named_labels(sequence);
        } else {
            self.place_labels(sequence);
        }
        let mut is_terminated = false;
        for (index, instruction) in sequence.instructions.iter().enumerate() {
            let label = self.label_at[index];
            if is_terminated || label != NO_LABEL {
                // Without a label it is the place that no jump asks for.
                self.block_at[label as usize] = Some(self.start_block(label, is_terminated));
            }
            let opcode = instruction.opcode;
            let mut instr = Instr::new(opcode, instruction.oparg, instruction.location);
            if self.opcodes.has_target(opcode) {
                let place = sequence.labels[instruction.oparg as usize];
                instr.oparg = self.label_at[place as usize];
                self.last_block().pushes_blocks |= self.opcodes.is_block_push(opcode);
            }
            self.instrs.push(instr);
            self.properties |= self.opcodes.properties(opcode);
            is_terminated = self.opcodes.is_terminator(opcode);
        }
        self.close_block();
        for index in 0..self.blocks.len() {
            for instr in self.range_of_targets(BlockId::from_index(index)) {
                let instr = &mut self.instrs[instr];
                if self.opcodes.has_target(instr.opcode) {
                    instr.target = self.block_at[instr.oparg as usize];
                }
            }
        }
    }

    /// Lets the last label of every place stand for the others. What is jumped to stands before an
    /// instruction; other labels may be anywhere.
    fn place_labels(&mut self, sequence: &InstructionSequence) {
        for (number, &place) in (1..).zip(&sequence.labels) {
            if let Some(label) = self.label_at.get_mut(place as usize) {
                *label = number;
            }
        }
    }

    /// The same, but only for places that some instruction names.
    fn place_named_labels(&mut self, sequence: &InstructionSequence) {
        for instruction in
            sequence.instructions.iter().filter(|instruction| self.opcodes.has_target(instruction.opcode))
        {
            let place = sequence.labels[instruction.oparg as usize];
            self.label_at[place as usize] = instruction.oparg + 1;
        }
    }

    /// The block that the next instruction belongs to: a new one, or the last if nothing is in it
    /// yet.
    fn start_block(&mut self, label: u32, is_terminated: bool) -> BlockId {
        self.close_block();
        let label = (label != NO_LABEL).then_some(label);
        let current = BlockId::from_index(self.blocks.len() - 1);
        if !is_terminated && self.is_empty(current) {
            self.block_mut(current).label = label;
            return current;
        }
        let id = BlockId::from_index(self.blocks.len());
        self.blocks.push(Block { start: self.instrs.len() as u32, label, ..Block::default() });
        self.block_mut(current).next = Some(id);
        id
    }

    /// All instructions from the start of the last block on are its own.
    fn close_block(&mut self) {
        let end = self.instrs.len() as u32;
        let block = self.last_block();
        block.len = end - block.start;
        block.room = block.len;
    }

    fn last_block(&mut self) -> &mut Block {
        self.blocks.last_mut().expect("a graph has an entry")
    }
}

#[cfg(test)]
mod tests {
    use crate::flowgraph::testing::{graph, graph_for, text};
    use crate::targets::Version;

    #[test]
    fn blocks_end_after_terminators_and_before_labels() {
        let graph = graph("1 NOP; 1 POP_JUMP_IF_TRUE a; 2 NOP; a: b: 3 JUMP b; 4 RETURN_CONST 0");
        assert_eq!(text(&graph), "NOP POP_JUMP_IF_TRUE>2 | NOP | JUMP>2 | RETURN_CONST");
    }

    #[test]
    fn labels_that_nothing_names_may_start_blocks() {
        for (version, expected) in [
            (Version::V3_12, "NOP | NOP | POP_JUMP_IF_TRUE>1 | RETURN_CONST"),
            (Version::V3_13, "NOP | NOP POP_JUMP_IF_TRUE>1 | RETURN_CONST"),
        ] {
            let graph = graph_for(version, "1 NOP; a: b: 2 NOP; c: 3 POP_JUMP_IF_TRUE a; 4 RETURN_CONST 0");
            assert_eq!(text(&graph), expected);
        }
    }
}
