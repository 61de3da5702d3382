//! Lets loads of local variables borrow the reference that the frame has, where the frame keeps it
//! at least as long as the stack.
//!
//! Within each block it is followed which loads the values on the stack come from. A load may not
//! borrow if its value is stored in a variable, is on the stack when its own variable changes, or
//! is still there when the block ends. Control is followed by jumps and falling through only: what
//! only exception handlers lead to stays as it is.
//!
//! CPython: `Python/flowgraph.c` `optimize_load_fast` (3.14–)

use smallvec::smallvec;

use super::{BlockId, BlockList, BlockSet, FlowGraph, Instr};
use crate::targets::Opcode::*;
use crate::targets::{BorrowedLoads, FlowGraphFeatures, Properties};

pub(super) fn optimize_load_fast(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    if !graph.properties.has(Properties::LOCAL.and(Properties::CLOSURE)) {
        return;
    }
    let follows_empty = features.borrowed_loads == BorrowedLoads::Attributed;
    let mut visited = BlockSet::new(graph);
    let mut todo: BlockList = smallvec![graph.entry];
    visited.insert(graph.entry);
    let mut references =
        References { stack: Vec::with_capacity(16), may_not_borrow: Vec::with_capacity(128), features };
    while let Some(id) = todo.pop() {
        if graph.instrs(id).iter().any(|instr| matches!(instr.opcode, LOAD_FAST | LOAD_FAST_LOAD_FAST)) {
            references.borrow_in_block(graph, id);
        }
        let next = graph.fallthrough(id).filter(|_| follows_empty || !graph.is_empty(id));
        let targets = [graph.jump_target(id), next].into_iter().flatten();
        todo.extend(targets.filter(|&target| visited.insert(target)));
    }
}

/// A value on the stack.
#[derive(Clone, Copy, Debug)]
struct Reference {
    /// The number, from 1, of the instruction in its block that pushed it; 0 if that was in another
    /// block.
    pushed_by: u32,
    /// The variable that it was loaded from, or [`NO_LOCAL`].
    local: u32,
}

const NO_LOCAL: u32 = u32::MAX;

struct References<'f> {
    stack: Vec<Reference>,
    /// For each instruction of the block by its number; the first stands for all that are in other
    /// blocks.
    may_not_borrow: Vec<bool>,
    features: &'f FlowGraphFeatures,
}

impl References<'_> {
    fn borrow_in_block(&mut self, graph: &mut FlowGraph, id: BlockId) {
        let depth = graph.block(id).start_depth.unwrap_or(0) as usize;
        let instrs = graph.instrs_mut(id);
        self.stack.clear();
        self.stack.resize(depth, Reference { pushed_by: 0, local: NO_LOCAL });
        self.may_not_borrow.clear();
        self.may_not_borrow.resize(instrs.len() + 1, false);
        for (number, instr) in (1..).zip(instrs.iter()) {
            self.run(number, instr);
        }
        for left in &self.stack {
            self.may_not_borrow[left.pushed_by as usize] = true;
        }
        for (instr, &may_not_borrow) in instrs.iter_mut().zip(&self.may_not_borrow[1..]) {
            match instr.opcode {
                LOAD_FAST if !may_not_borrow => instr.opcode = LOAD_FAST_BORROW,
                LOAD_FAST_LOAD_FAST if !may_not_borrow => instr.opcode = LOAD_FAST_BORROW_LOAD_FAST_BORROW,
                _ => {}
            }
        }
    }

    fn run(&mut self, number: u32, instr: &Instr) {
        let oparg = instr.oparg;
        let (first, second) = (oparg >> 4, oparg & 15);
        match instr.opcode {
            LOAD_FAST => self.push_local(number, oparg),
            LOAD_FAST_LOAD_FAST => {
                self.push_local(number, first);
                self.push_local(number, second);
            }
            LOAD_FAST_AND_CLEAR => {
                self.change(oparg);
                self.push_local(number, oparg);
            }
            DELETE_FAST => self.change(oparg),
            STORE_FAST => self.store(oparg),
            STORE_FAST_STORE_FAST => {
                self.store(first);
                self.store(second);
            }
            STORE_FAST_LOAD_FAST => {
                self.store(first);
                self.push_local(number, second);
            }
            COPY => {
                let copied = self.at_depth(oparg);
                self.stack.extend(copied);
            }
            SWAP => {
                let top = self.stack.len().checked_sub(1);
                if let (Some(top), Some(other)) = (top, self.stack.len().checked_sub(oparg as usize)) {
                    self.stack.swap(top, other);
                }
            }
            _ => self.run_other(number, instr),
        }
    }

    /// The instructions that leave some of their operands on the stack, and all others.
    fn run_other(&mut self, number: u32, instr: &Instr) {
        let opcodes = self.features.opcodes;
        let taken = opcodes.taken(instr.opcode, instr.oparg);
        let left = opcodes.left(instr.opcode, instr.oparg);
        match instr.opcode {
            FOR_ITER => self.push(number),
            FORMAT_SIMPLE | GET_ANEXT | GET_LEN | GET_YIELD_FROM_ITER | IMPORT_FROM | MATCH_KEYS
            | MATCH_MAPPING | MATCH_SEQUENCE | WITH_EXCEPT_START => self.add(number, left - taken),
            GET_ITER if left > taken => self.add(number, left - taken),
            DICT_MERGE | DICT_UPDATE | LIST_APPEND | LIST_EXTEND | MAP_ADD | RERAISE | SET_ADD
            | SET_UPDATE => {
                self.drop_values(taken - left);
            }
            END_SEND | SET_FUNCTION_ATTRIBUTE => {
                let top = self.stack.pop();
                self.drop_values(taken - left);
                self.stack.extend(top);
            }
            CHECK_EXC_MATCH | SEND => {
                self.stack.pop();
                self.push(number);
            }
            // What is a method call takes the object as well.
            LOAD_ATTR | LOAD_SUPER_ATTR => {
                let object = self.stack.pop();
                self.drop_values(taken - 1);
                self.push(number);
                self.stack.extend(object.filter(|_| instr.oparg & 1 != 0));
            }
            LOAD_SPECIAL | PUSH_EXC_INFO => {
                let top = self.stack.pop();
                self.push(number);
                self.stack.extend(top);
            }
            _ => {
                self.drop_values(taken);
                (0..left).for_each(|_| self.push(number));
            }
        }
    }

    fn at_depth(&self, depth: u32) -> Option<Reference> {
        let index = self.stack.len().checked_sub(depth as usize)?;
        self.stack.get(index).copied()
    }

    fn push(&mut self, number: u32) {
        self.stack.push(Reference { pushed_by: number, local: NO_LOCAL });
    }

    fn push_local(&mut self, number: u32, local: u32) {
        self.stack.push(Reference { pushed_by: number, local });
    }

    /// The instruction leaves its operands, and `count` values on top. Before the loads were
    /// attributed, these counted as pushed by the first instructions of the block.
    fn add(&mut self, number: u32, count: u32) {
        let is_attributed = self.features.borrowed_loads == BorrowedLoads::Attributed;
        (1..=count).for_each(|nth| self.push(if is_attributed { number } else { nth }));
    }

    fn drop_values(&mut self, count: u32) {
        let len = self.stack.len().saturating_sub(count as usize);
        self.stack.truncate(len);
    }

    fn store(&mut self, local: u32) {
        let stored = self.stack.pop();
        self.change(local);
        if let Some(stored) = stored {
            self.may_not_borrow[stored.pushed_by as usize] = true;
        }
    }

    /// The variable gets another value, or none.
    fn change(&mut self, local: u32) {
        for reference in self.stack.iter().filter(|reference| reference.local == local) {
            self.may_not_borrow[reference.pushed_by as usize] = true;
        }
    }
}
