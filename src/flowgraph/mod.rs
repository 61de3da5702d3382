//! The flow graph: basic blocks, and the passes over them.
//!
//! Input: a unit's [instruction sequence](crate::instructions::InstructionSequence) with labels.
//! Output: the same program as blocks in their final order, every jump a real instruction of the
//! target, every instruction with its handler and every block with its stack depth: what the
//! assembler needs. The order of the passes stands in [`pipeline`].
//!
//! ```text
//! while x:        block 1   RESUME, NOP                       optimised:   RESUME
//!     f()         block 2   LOAD_NAME x, POP_JUMP_IF_FALSE 4               LOAD_NAME x, POP_JUMP_IF_FALSE 4
//!                 block 3   … f() …, JUMP 2                                … f() …, LOAD_NAME x, …
//! ```
//!
//! Blocks and instructions are numbers into two vectors. A block's instructions lie side by side,
//! and blocks are chained by `next`: the order in which they will be laid out, which is also how
//! control falls through from one to the next.
//!
//! CPython: `Python/compile.c` `assemble` (3.11), `Python/flowgraph.c` (3.12–)

mod block_stack;
mod builder;
mod check_uninitialized_loads;
mod constants;
mod convert_pseudo_jumps;
mod convert_pseudo_ops;
mod eliminate_empty_blocks;
mod fix_cells;
mod fold_constants;
mod handlers_last;
mod inline_blocks;
mod insert_superinstructions;
mod label_exception_targets;
mod normalize_jumps;
mod optimize_basic_blocks;
mod optimize_load_const;
mod optimize_load_fast;
mod pipeline;
mod push_cold_blocks_to_end;
mod remove_redundant_jumps;
mod remove_redundant_nops;
mod remove_redundant_pairs;
mod remove_unreachable;
mod remove_unused_consts;
mod resolve_line_numbers;
mod stack_depth;
mod swaps;
#[cfg(test)]
mod testing;
mod thread_jumps;
mod verify;

use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use crate::folding::Nans;
use crate::instructions::{BlockId, Instr};
use crate::targets::{Opcode, OpcodeTable, Properties};

pub(crate) use pipeline::optimize;

impl Instr {
    fn lineno(&self) -> i32 {
        self.location.lineno
    }

    /// Makes it a `NOP`; location and handler stay.
    fn set_nop(&mut self) {
        self.set(Opcode::NOP, 0);
    }

    fn set(&mut self, opcode: Opcode, oparg: u32) {
        self.opcode = opcode;
        self.oparg = oparg;
    }

    /// The target of an instruction that has one.
    fn jump_target(&self) -> BlockId {
        self.target.expect("jumps and block pushes have a target")
    }
}

/// A run of instructions that control enters only at the first and leaves only at the last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// The block's instructions in [`FlowGraph::instrs`].
    start: u32,
    len: u32,
    /// How many instructions the block ever had: where it has become shorter, those that were at
    /// the end still lie there.
    room: u32,
    /// The block laid out after this one.
    next: Option<BlockId>,
    /// The number of the label that stands before the block. A block with one counts as the target
    /// of some jump.
    label: Option<u32>,
    /// How many ways lead to the block, counted once by `remove_unreachable`.
    predecessors: u32,
    /// Some block push names it as its handler.
    is_handler: bool,
    /// Of all its instructions, and maybe of some that it had: passes over what the block does not
    /// have are left out.
    properties: Properties,
    /// There may be instructions without a line among them.
    lacks_lines: bool,
    /// The handler finds the index of the last instruction below the exception, so that it may
    /// raise it again from there.
    pub(crate) preserves_lasti: bool,
    /// How many values are on the stack when control enters; known from `stack_depth` on.
    pub(crate) start_depth: Option<u32>,
}

/// The blocks of one code object in the making. [Filled](FlowGraph::read) for one unit after
/// another, for its memory's sake.
#[derive(Clone, Debug)]
pub(crate) struct FlowGraph {
    /// The target's instructions.
    opcodes: &'static OpcodeTable,
    blocks: Vec<Block>,
    /// The instructions of all blocks. Blocks that grew were copied to the end, so it has gaps.
    instrs: Vec<Instr>,
    entry: BlockId,
    /// The blocks as read, in the order in which code generation has made them; only for targets
    /// that visit them so.
    made: Vec<BlockId>,
    /// For each instruction that is read the number, from 1, of the last label before it.
    label_at: Vec<u32>,
    /// For each label by number the block that it stands before.
    block_at: Vec<Option<BlockId>>,
    /// There may be `NOP`s that are not needed.
    has_nops: bool,
    /// There may be instructions without a line, `NOP`s not counted.
    lacks_lines: bool,
    /// Of all instructions that ever were in it: passes over what the unit does not have are left
    /// out.
    properties: Properties,
    /// The largest stack depth anywhere.
    stack_size: u32,
    /// Numbers the NaNs of all units.
    nans: Nans,
}

impl FlowGraph {
    /// How deep the stack can get. Valid after [`optimize`].
    pub(crate) fn stack_size(&self) -> u32 {
        self.stack_size
    }

    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// How many blocks were ever made; a [`BlockId::index`] is below.
    pub(crate) fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// The blocks in the order of their layout.
    pub(crate) fn layout(&self) -> impl Iterator<Item = BlockId> + '_ {
        std::iter::successors(Some(self.entry), |&id| self.next(id))
    }

    /// Calls `visit` with each block in the order of the layout, those that it inserts after the
    /// current one included.
    fn for_each_block(&mut self, mut visit: impl FnMut(&mut FlowGraph, BlockId)) {
        let mut cursor = Some(self.entry);
        while let Some(id) = cursor {
            visit(self, id);
            cursor = self.next(id);
        }
    }

    fn next(&self, id: BlockId) -> Option<BlockId> {
        self.block(id).next
    }

    fn range(&self, id: BlockId) -> Range<usize> {
        let block = self.block(id);
        block.start as usize..(block.start + block.len) as usize
    }

    /// Where in the block to look for instructions with a target: block pushes may be anywhere, a
    /// jump is the last.
    fn range_of_targets(&self, id: BlockId) -> Range<usize> {
        let range = self.range(id);
        if self.block(id).properties.has(Properties::BLOCK_PUSH) {
            range
        } else {
            range.end - range.len().min(1)..range.end
        }
    }

    pub(crate) fn instrs(&self, id: BlockId) -> &[Instr] {
        &self.instrs[self.range(id)]
    }

    pub(crate) fn instrs_mut(&mut self, id: BlockId) -> &mut [Instr] {
        let range = self.range(id);
        &mut self.instrs[range]
    }

    fn is_empty(&self, id: BlockId) -> bool {
        self.block(id).len == 0
    }

    fn last(&self, id: BlockId) -> Option<&Instr> {
        self.instrs.get(self.last_index(id)?)
    }

    fn last_mut(&mut self, id: BlockId) -> Option<&mut Instr> {
        let index = self.last_index(id)?;
        self.instrs.get_mut(index)
    }

    fn last_index(&self, id: BlockId) -> Option<usize> {
        let block = self.block(id);
        (block.len > 0).then(|| (block.start + block.len - 1) as usize)
    }

    /// Whether the block's end lets control go on to the next block.
    fn has_fallthrough(&self, id: BlockId) -> bool {
        self.last(id).is_none_or(|last| !self.opcodes.has_no_fallthrough(last.opcode))
    }

    /// The block that control falls through to, if any.
    fn fallthrough(&self, id: BlockId) -> Option<BlockId> {
        if self.has_fallthrough(id) { self.next(id) } else { None }
    }

    /// The block itself or the first with instructions after it in the layout.
    fn next_nonempty(&self, id: BlockId) -> Option<BlockId> {
        std::iter::successors(Some(id), |&id| self.next(id)).find(|&id| !self.is_empty(id))
    }

    fn has_no_lineno(&self, id: BlockId) -> bool {
        self.instrs(id).iter().all(|instr| instr.lineno() < 0)
    }

    fn exits_scope(&self, id: BlockId) -> bool {
        self.last(id).is_some_and(|last| self.opcodes.is_scope_exit(last.opcode))
    }

    /// Reads the properties of the block again, after some of its instructions have changed.
    fn note_changes(&mut self, id: BlockId) {
        let (mut properties, mut lacks_lines) = (Properties::NONE, false);
        for instr in self.instrs(id) {
            properties |= self.opcodes.properties(instr.opcode);
            lacks_lines |= instr.lineno() < 0;
        }
        let block = self.block_mut(id);
        block.properties = properties;
        block.lacks_lines = lacks_lines;
        self.properties |= properties;
        self.has_nops |= properties.has(Properties::NOP);
    }

    /// Counts in the properties of the block's last instruction, which may have been made of
    /// another, and those of `made`, which others may have now.
    fn note_last(&mut self, id: BlockId, made: Properties) {
        let last = self.last(id).map_or(Properties::NONE, |last| self.opcodes.properties(last.opcode));
        let properties = made.and(last);
        self.block_mut(id).properties |= properties;
        self.properties |= properties;
        self.has_nops |= properties.has(Properties::NOP);
    }

    /// Makes a `NOP` of the block's last instruction.
    fn set_last_nop(&mut self, id: BlockId) {
        self.last_mut(id).expect("the block has instructions").set_nop();
        self.note_nops(id);
    }

    /// Says that the block has `NOP`s, which may not be needed.
    fn note_nops(&mut self, id: BlockId) {
        self.block_mut(id).properties |= Properties::NOP;
        self.has_nops = true;
    }

    /// Where the jump at the block's end goes, if there is one.
    fn jump_target(&self, id: BlockId) -> Option<BlockId> {
        self.last(id).filter(|last| self.opcodes.is_jump(last.opcode)).map(Instr::jump_target)
    }

    /// The first label number that no block in the layout has.
    fn unused_label(&self) -> u32 {
        self.layout().filter_map(|id| self.block(id).label).max().map_or(0, |label| label + 1)
    }

    /// Gives the block a label if it has none, and returns it.
    fn ensure_label(&mut self, id: BlockId, unused: &mut u32) -> u32 {
        *self.block_mut(id).label.get_or_insert_with(|| {
            *unused += 1;
            *unused - 1
        })
    }

    /// Makes a block of these instructions, which stands in no layout yet.
    fn new_block(&mut self, instrs: &[Instr]) -> BlockId {
        let (start, len) = (self.instrs.len() as u32, instrs.len() as u32);
        self.instrs.extend_from_slice(instrs);
        self.blocks.push(Block { start, len, room: len, ..Block::default() });
        let id = BlockId::from_index(self.blocks.len() - 1);
        self.note_changes(id);
        self.lacks_lines |= self.block(id).lacks_lines;
        id
    }

    /// Makes a copy of the instructions of `original`, which stands in no layout yet.
    fn duplicate_block(&mut self, original: BlockId) -> BlockId {
        let start = self.instrs.len() as u32;
        let range = self.range(original);
        let len = range.len() as u32;
        let &Block { properties, lacks_lines, .. } = self.block(original);
        self.blocks.push(Block { start, len, room: len, properties, lacks_lines, ..Block::default() });
        self.instrs.extend_from_within(range);
        BlockId::from_index(self.blocks.len() - 1)
    }

    /// Puts `id` into the layout after `previous`.
    fn insert_after(&mut self, previous: BlockId, id: BlockId) {
        self.block_mut(id).next = self.next(previous);
        self.block_mut(previous).next = Some(id);
    }

    /// Makes `layout` the layout; its first block must be the entry.
    fn lay_out(&mut self, layout: &[BlockId]) {
        let mut next = None;
        for &id in layout.iter().rev() {
            self.block_mut(id).next = next;
            next = Some(id);
        }
    }

    /// Appends the instructions of `source` to those of `id`.
    fn append_instrs_of(&mut self, id: BlockId, source: BlockId) {
        for index in self.range(source) {
            self.push_instr(id, self.instrs[index]);
        }
    }

    /// Appends an instruction to those of `id`.
    fn push_instr(&mut self, id: BlockId, instr: Instr) {
        let end = self.range(id).end;
        if self.block(id).len < self.block(id).room {
            self.instrs[end] = instr;
        } else {
            self.move_to_end(id);
            self.instrs.push(instr);
            self.block_mut(id).room += 1;
        }
        let properties = self.opcodes.properties(instr.opcode);
        let block = self.block_mut(id);
        block.len += 1;
        block.properties |= properties;
        block.lacks_lines |= instr.lineno() < 0;
        self.properties |= properties;
    }

    /// The instruction that stood where the next one of `id` would be put, if the block was once
    /// longer.
    fn after_last(&self, id: BlockId) -> Option<&Instr> {
        let block = self.block(id);
        (block.len < block.room).then(|| &self.instrs[self.range(id).end])
    }

    /// Copies a block's instructions, unless they are the last, so that more can follow.
    fn move_to_end(&mut self, id: BlockId) {
        let Block { start, room, .. } = *self.block(id);
        if (start + room) as usize != self.instrs.len() {
            self.block_mut(id).start = self.instrs.len() as u32;
            self.instrs.extend_from_within(start as usize..(start + room) as usize);
        }
    }

    /// Puts `instrs` before the instructions of `id`.
    fn prepend_instrs(&mut self, id: BlockId, instrs: &[Instr]) {
        let Block { start, len, room, .. } = *self.block(id);
        let new_start = self.instrs.len() as u32;
        let new_len = len + instrs.len() as u32;
        self.instrs.extend_from_slice(instrs);
        self.instrs.extend_from_within(start as usize..(start + len) as usize);
        if new_len < room {
            self.instrs.extend_from_within((start + new_len) as usize..(start + room) as usize);
        }
        let block = self.block_mut(id);
        (block.start, block.len, block.room) = (new_start, new_len, room.max(new_len));
        self.note_changes(id);
    }
}

/// A list of blocks, without an allocation for most units.
type BlockList = SmallVec<[BlockId; 32]>;

/// A set of blocks: a bit for each.
struct BlockSet(SmallVec<[u64; 4]>);

impl BlockSet {
    fn new(graph: &FlowGraph) -> BlockSet {
        BlockSet(smallvec![0; graph.block_count().div_ceil(64)])
    }

    #[inline]
    fn contains(&self, id: BlockId) -> bool {
        let (word, bit) = BlockSet::place(id);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether the block was not in the set yet.
    #[inline]
    fn insert(&mut self, id: BlockId) -> bool {
        let (word, bit) = BlockSet::place(id);
        if word >= self.0.len() {
            self.grow(word);
        }
        let bits = &mut self.0[word];
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    /// Makes room for the blocks of a word, which were made after the set.
    #[cold]
    fn grow(&mut self, word: usize) {
        self.0.resize(word + 1, 0);
    }

    /// Whether the block was in the set.
    fn remove(&mut self, id: BlockId) -> bool {
        let (word, bit) = BlockSet::place(id);
        let was_in = self.0[word] & bit != 0;
        self.0[word] &= !bit;
        was_in
    }

    fn place(id: BlockId) -> (usize, u64) {
        (id.index() / 64, 1 << (id.index() % 64))
    }
}
