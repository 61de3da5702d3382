//! From an instruction sequence to basic blocks.
//!
//! A block ends after a jump, a return or a raise, and before every label; later targets pass over
//! labels that nothing jumps to. Of several labels at one place one stands for all.
//!
//! CPython: `Python/compile.c` `instr_sequence_to_cfg`, `Python/flowgraph.c` `_PyCfgBuilder_Addop`,
//! `translate_jump_labels_to_targets` (3.12–)

use super::{Block, BlockId, FlowGraph};
use crate::folding::Nans;
use crate::instructions::InstructionSequence;
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

    /// Takes the sequence's instructions and cuts them into blocks, laid out as the sequence is;
    /// what the graph held before is gone. The sequence gets the memory that the graph had for
    /// instructions.
    pub(crate) fn read(&mut self, sequence: &mut InstructionSequence, features: &FlowGraphFeatures) {
        self.blocks.clear();
        if sequence.is_large() {
            self.make_room(sequence);
        }
        sequence.move_to(&mut self.instrs);
        self.entry = BlockId::from_index(0);
        self.lacks_lines = false;
        self.properties = Properties::NONE;
        self.label_at.clear();
        // A place more than there are instructions: the last one's next.
        self.label_at.resize(self.instrs.len() + 1, NO_LABEL);
        if features.labels_only_where_jumped_to && !sequence.labels.is_empty() {
            self.place_named_labels(&sequence.labels);
        } else {
            self.place_labels(&sequence.labels);
        }
        self.block_at.clear();
        self.block_at.resize(sequence.labels.len() + 1, None);
        self.cut(&sequence.labels);
        self.has_nops = self.properties.has(Properties::NOP);
        self.set_targets();
        if matches!(features.optimizer, Optimizer::BlockStack | Optimizer::HandlersLast) {
            self.note_order_of_making(sequence);
        }
    }

    /// Makes room for very many instructions and their blocks, and for what the passes add: marks of
    /// where jumps do not jump, each a block, and copies of small blocks.
    fn make_room(&mut self, sequence: &InstructionSequence) {
        let jumps = sequence.iter().filter(|instr| self.opcodes.is_jump(instr.opcode)).count();
        self.blocks.reserve_exact(2 * jumps + sequence.labels.len());
        self.instrs = Vec::with_capacity(sequence.len() + jumps + sequence.len() / 16);
    }

    /// Makes the blocks. A jump or block push has the number of its target's label in the end.
    fn cut(&mut self, labels: &[u32]) {
        let FlowGraph { opcodes, instrs, label_at, .. } = self;
        let (opcodes, label_at) = (*opcodes, std::mem::take(label_at));
        let mut instrs = std::mem::take(instrs);
        let mut block = Block { label: label_before(label_at[0]), ..Block::default() };
        for ((index, instr), &next_label) in (1..).zip(&mut instrs).zip(&label_at[1..]) {
            let properties = opcodes.properties(instr.opcode);
            block.properties |= properties;
            block.lacks_lines |= instr.lineno() < 0;
            if properties.has(Properties::TARGET) {
                instr.oparg = label_at[labels[instr.oparg as usize] as usize];
            }
            if next_label != NO_LABEL || properties.has(Properties::ENDS_BLOCK) {
                block.len = index - block.start;
                let next = Block { start: index, label: label_before(next_label), ..Block::default() };
                self.add_block(std::mem::replace(&mut block, next));
            }
        }
        block.len = instrs.len() as u32 - block.start;
        if block.len > 0 {
            self.add_block(block);
        }
        (self.instrs, self.label_at) = (instrs, label_at);
    }

    /// Lays out a new block after the others.
    fn add_block(&mut self, block: Block) {
        let id = BlockId::from_index(self.blocks.len());
        if let Some(before) = self.blocks.last_mut() {
            before.next = Some(id);
        }
        // Without a label it is the place that no jump asks for.
        self.block_at[block.label.unwrap_or(NO_LABEL) as usize] = Some(id);
        self.properties |= block.properties;
        self.lacks_lines |= block.lacks_lines;
        self.blocks.push(Block { room: block.len, ..block });
    }

    /// A labelled block was made with its label; of several labels at one place, the last to be put
    /// there counts. Another block was made when its first instruction was emitted.
    ///
    /// CPython: `Python/compile.c` `compiler_new_block` (3.8–3.11)
    fn note_order_of_making(&mut self, sequence: &InstructionSequence) {
        const WITHOUT_LABEL: u32 = u32::MAX;

        let mut makers = vec![WITHOUT_LABEL; self.instrs.len()];
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
        if !self.properties.has(Properties::TARGET) {
            return;
        }
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
    fn place_labels(&mut self, labels: &[u32]) {
        for (number, &place) in (1..).zip(labels) {
            if let Some(label) = self.label_at.get_mut(place as usize) {
                *label = number;
            }
        }
    }

    /// The same, but only for places that some instruction names.
    fn place_named_labels(&mut self, labels: &[u32]) {
        for instr in self.instrs.iter().filter(|instr| self.opcodes.has_target(instr.opcode)) {
            let place = labels[instr.oparg as usize];
            self.label_at[place as usize] = instr.oparg + 1;
        }
    }
}

/// The label that stands before a block.
fn label_before(label: u32) -> Option<u32> {
    (label != NO_LABEL).then_some(label)
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
