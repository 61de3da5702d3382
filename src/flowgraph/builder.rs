//! From an instruction sequence to basic blocks.
//!
//! A block ends after a jump, a return or a raise, and before every label; later targets pass over
//! labels that nothing jumps to. Of several labels at one place one stands for all.
//!
//! CPython: `Python/compile.c` `instr_sequence_to_cfg`, `Python/flowgraph.c` `_PyCfgBuilder_Addop`,
//! `translate_jump_labels_to_targets` (3.12–)

use std::ops::Range;

use super::{Block, BlockId, FlowGraph, Instr};
use crate::folding::Nans;
use crate::instructions::{Instruction, InstructionSequence};
use crate::targets::{FlowGraphFeatures, OpcodeTable, Optimizer, Properties};

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
            made: Vec::new(),
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
        self.instrs.clear();
        self.instrs.reserve(sequence.instructions.len());
        self.entry = BlockId::from_index(0);
        self.lacks_lines = false;
        self.properties = Properties::NONE;
        self.label_at.clear();
        self.label_at.resize(sequence.instructions.len(), NO_LABEL);
        self.block_at.clear();
        self.block_at.resize(sequence.labels.len() + 1, None);
        if features.labels_only_where_jumped_to {
            self.place_named_labels(sequence);
        } else {
            self.place_labels(sequence);
        }
        let mut start = 0;
        while start < sequence.instructions.len() {
            let end = self.block_end(&sequence.instructions, start);
            self.read_block(sequence, start..end);
            start = end;
        }
        self.has_nops = self.properties.has(Properties::NOP);
        self.set_targets();
        if features.optimizer == Optimizer::HandlersLast {
            self.note_order_of_making(sequence);
        }
    }

    /// Where the block ends that starts with the instruction `start`.
    fn block_end(&self, instructions: &[Instruction], start: usize) -> usize {
        let ends = |(instruction, &next_label): (&Instruction, &u32)| {
            next_label != NO_LABEL || self.opcodes.is_terminator(instruction.opcode)
        };
        let mut places = instructions[start..].iter().zip(&self.label_at[start + 1..]);
        places.position(ends).map_or(instructions.len(), |before_end| start + before_end + 1)
    }

    /// Puts these instructions into the next block. Of those with a target it is not known yet, but
    /// they have the number of its label.
    fn read_block(&mut self, sequence: &InstructionSequence, places: Range<usize>) {
        let FlowGraph { opcodes, blocks, instrs, label_at, .. } = self;
        let start = instrs.len() as u32;
        let label = label_at[places.start];
        let (mut properties, mut lacks_lines) = (Properties::NONE, false);
        instrs.extend(sequence.instructions[places].iter().map(|instruction| {
            let &Instruction { opcode, mut oparg, location } = instruction;
            properties |= opcodes.properties(opcode);
            lacks_lines |= location.lineno < 0;
            if opcodes.has_target(opcode) {
                oparg = label_at[sequence.labels[oparg as usize] as usize];
            }
            Instr::new(opcode, oparg, location)
        }));
        let len = instrs.len() as u32 - start;
        let id = BlockId::from_index(blocks.len());
        if let Some(before) = blocks.last_mut() {
            before.next = Some(id);
        }
        // Without a label it is the place that no jump asks for.
        self.block_at[label as usize] = Some(id);
        let label = (label != NO_LABEL).then_some(label);
        blocks.push(Block { start, len, room: len, label, properties, lacks_lines, ..Block::default() });
        self.properties |= properties;
        self.lacks_lines |= lacks_lines;
    }

    /// A labelled block was made with its label; of several labels at one place, the last to be put
    /// there counts. Another block was made when its first instruction was emitted.
    ///
    /// CPython: `Python/compile.c` `compiler_new_block` (3.8–3.11)
    fn note_order_of_making(&mut self, sequence: &InstructionSequence) {
        const WITHOUT_LABEL: u32 = u32::MAX;

        let mut makers = vec![WITHOUT_LABEL; sequence.instructions.len()];
        for label in &sequence.placed {
            if let Some(maker) = makers.get_mut(sequence.labels[label.0 as usize] as usize) {
                *maker = label.0;
            }
        }
        let when_made = |id: BlockId| {
            // Nothing was moved yet: a block's instructions are where they are in the sequence.
            let start = self.blocks[id.index()].start;
            match makers[start as usize] {
                WITHOUT_LABEL => (start, WITHOUT_LABEL),
                label => (sequence.made_at[label as usize], label),
            }
        };
        let mut made: Vec<BlockId> = (0..self.blocks.len()).map(BlockId::from_index).collect();
        // The first is made before all else.
        made[1..].sort_by_key(|&id| when_made(id));
        self.made = made;
    }

    fn set_targets(&mut self) {
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
