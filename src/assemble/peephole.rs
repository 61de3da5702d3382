//! The peephole optimiser of finished code: jumps to jumps, constant tuples, unreachable code.
//!
//! Code units only ever fall away. What falls away becomes a `NOP` at first, so that all offsets
//! stay; at the end the `NOP`s are taken out, and jumps and the line number table are adjusted. A
//! jump keeps the number of its `EXTENDED_ARG`s, needed or not.
//!
//! CPython: `Python/peephole.c` `PyCode_Optimize` (3.8–3.9)

use bumpalo::Bump;

use super::units::extended_args;
use crate::code::Constant;
use crate::instructions::Constants;
use crate::targets::Opcode::{self, *};
use crate::targets::{OpcodeTable, Properties};

/// The number of bytes of a code unit, which jumps count.
const UNIT: u32 = 2;

/// Optimises `code`, and adjusts the entries of its line number table. Folded tuples are added to
/// `consts`.
pub(super) fn optimize<'a>(
    code: &mut Vec<[u8; 2]>,
    lines: &mut [[u8; 2]],
    consts: &mut Constants<'a>,
    arena: &'a Bump,
    opcodes: &OpcodeTable,
) {
    // Distances of several entries would have to be cut again.
    if lines.iter().any(|&[bytes, _]| bytes == u8::MAX) {
        return;
    }
    let mut optimizer = Optimizer { blocks: Vec::new(), code, opcodes };
    optimizer.number_blocks();
    optimizer.rewrite(consts, arena);
    optimizer.close_gaps(lines);
}

struct Optimizer<'c> {
    code: &'c mut Vec<[u8; 2]>,
    opcodes: &'c OpcodeTable,
    /// For each code unit, the number of its basic block.
    blocks: Vec<u32>,
}

/// An instruction with its `EXTENDED_ARG`s.
#[derive(Clone, Copy)]
struct At {
    start: usize,
    /// Where the opcode is.
    index: usize,
}

impl Optimizer<'_> {
    fn opcode(&self, index: usize) -> Opcode {
        let number = self.code.get(index).map_or(0, |&[number, _]| number);
        self.opcodes.opcode(number).unwrap_or(NOP)
    }

    /// Whether the argument of an instruction is a place in the code.
    fn is_jump(&self, opcode: Opcode) -> bool {
        self.opcodes.properties(opcode).has(Properties::ASSEMBLED)
    }

    /// The argument of the instruction whose opcode is at `index`.
    fn oparg(&self, index: usize) -> u32 {
        let prefix = (1..=3).take_while(|&back| back <= index && self.opcode(index - back) == EXTENDED_ARG);
        let low = u32::from(self.code[index][1]);
        prefix.fold(low, |oparg, back| oparg | u32::from(self.code[index - back][1]) << (8 * back))
    }

    /// The opcode that `EXTENDED_ARG`s from `index` on belong to.
    fn find_opcode(&self, mut index: usize) -> usize {
        while self.opcode(index) == EXTENDED_ARG {
            index += 1;
        }
        index
    }

    /// Where the jump whose opcode is at `index` goes.
    fn target(&self, index: usize) -> usize {
        let distance = (self.oparg(index) / UNIT) as usize;
        if self.opcodes.counts_from_start(self.opcode(index)) { distance } else { distance + index + 1 }
    }

    fn fill_nops(&mut self, start: usize, end: usize) {
        self.code[start..end].fill([self.opcodes.number(NOP), 0]);
    }

    /// Writes an instruction whose last code unit is before `end`, with this many code units.
    fn write(&mut self, end: usize, opcode: Opcode, oparg: u32, size: usize) {
        let [low, higher @ ..] = oparg.to_le_bytes();
        self.code[end - 1] = [self.opcodes.number(opcode), low];
        for (back, byte) in (2..=size).zip(higher) {
            self.code[end - back] = [self.opcodes.number(EXTENDED_ARG), byte];
        }
    }

    /// Puts an instruction at the end of `start..end`, after `NOP`s; does nothing if it is too long.
    fn replace(&mut self, start: usize, end: usize, opcode: Opcode, oparg: u32) {
        let size = 1 + extended_args(oparg) as usize;
        if start + size <= end {
            self.write(end, opcode, oparg, size);
            self.fill_nops(start, end - size);
        }
    }

    fn is_one_block(&self, first: usize, last: usize) -> bool {
        self.blocks.get(first) == self.blocks.get(last)
    }

    fn number_blocks(&mut self) {
        self.blocks = vec![0; self.code.len()];
        for index in 0..self.code.len() {
            if self.is_jump(self.opcode(index)) {
                let target = self.target(index);
                self.blocks[target] = 1;
            }
        }
        let mut number = 0;
        for block in &mut self.blocks {
            number += *block;
            *block = number;
        }
    }

    fn rewrite<'a>(&mut self, consts: &mut Constants<'a>, arena: &'a Bump) {
        // How many loads of constants come right before.
        let mut loads = 0;
        let mut index = self.find_opcode(0);
        while index < self.code.len() {
            let prefix = (1..=index).take_while(|&back| self.opcode(index - back) == EXTENDED_ARG).count();
            let at = At { start: index - prefix, index };
            let loads_before = std::mem::take(&mut loads);
            let mut next = self.find_opcode(index + 1);
            match self.opcode(index) {
                LOAD_CONST => {
                    let is_dropped = self.drop_true_test(at, next, consts);
                    loads = if is_dropped { 0 } else { loads_before + 1 };
                }
                BUILD_TUPLE => self.optimize_tuple(at, next, loads_before, consts, arena),
                JUMP_IF_FALSE_OR_POP | JUMP_IF_TRUE_OR_POP => match self.lead_test_on(at) {
                    Some(changed) => next = changed,
                    None => self.lead_jump_on(at),
                },
                POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP_FORWARD | JUMP_ABSOLUTE => self.lead_jump_on(at),
                RETURN_VALUE => {
                    if let Some(end) = self.drop_unreachable(index) {
                        next = self.find_opcode(end);
                    }
                }
                _ => {}
            }
            index = next;
        }
    }

    /// A jump on a constant that is never taken falls away. Returns whether it was so.
    fn drop_true_test(&mut self, at: At, next: usize, consts: &Constants<'_>) -> bool {
        let is_tested = self.opcode(next) == POP_JUMP_IF_FALSE && self.is_one_block(at.start, at.index + 1);
        let drops = is_tested && consts.values()[self.oparg(at.index) as usize].is_truthy();
        if drops {
            self.fill_nops(at.start, next + 1);
        }
        drops
    }

    /// A tuple of constants is a constant. A small tuple that is unpacked at once is not built.
    fn optimize_tuple<'a>(
        &mut self,
        At { start, index }: At,
        next: usize,
        loads: u32,
        consts: &mut Constants<'a>,
        arena: &'a Bump,
    ) {
        let size = self.oparg(index);
        if size > 0 && loads >= size {
            let (first, values) = self.constants_before(start, size, consts);
            if self.is_one_block(first, start) {
                let tuple = Constant::Tuple(arena.alloc_slice_copy(&values));
                return self.replace(first, index + 1, LOAD_CONST, consts.push(tuple));
            }
        }
        let is_unpacked = self.opcode(next) == UNPACK_SEQUENCE
            && self.is_one_block(start, index + 1)
            && size == self.oparg(next);
        let rotations: &[Opcode] = match size {
            _ if !is_unpacked => return,
            0 | 1 => &[],
            2 => &[ROT_TWO],
            3 => &[ROT_THREE, ROT_TWO],
            _ => return,
        };
        self.fill_nops(start, next + 1);
        for (place, &opcode) in (start..).zip(rotations) {
            self.code[place] = [self.opcodes.number(opcode), 0];
        }
    }

    /// The constants that the `count` instructions before `end` load, and where the first of these
    /// instructions starts.
    fn constants_before<'a>(
        &self,
        end: usize,
        count: u32,
        consts: &Constants<'a>,
    ) -> (usize, Vec<Constant<'a>>) {
        let (mut values, mut index) = (Vec::new(), end);
        while values.len() < count as usize {
            index -= 1;
            if self.opcode(index) == LOAD_CONST {
                values.push(consts.values()[self.oparg(index) as usize]);
            }
        }
        while index > 0 && self.opcode(index - 1) == EXTENDED_ARG {
            index -= 1;
        }
        values.reverse();
        (index, values)
    }

    /// Leads a jump that may keep the tested value past a test that it decides. Returns the opcode
    /// of the changed jump, to be looked at once more.
    fn lead_test_on(&mut self, At { index, .. }: At) -> Option<usize> {
        let opcode = self.opcode(index);
        let via = self.find_opcode(self.target(index));
        let via_opcode = self.opcode(via);
        let (new_opcode, oparg) = if !is_test(via_opcode) {
            return None;
        } else if jumps_on_true(via_opcode) == jumps_on_true(opcode) {
            (via_opcode, self.oparg(via))
        } else {
            let pops = if jumps_on_true(opcode) { POP_JUMP_IF_TRUE } else { POP_JUMP_IF_FALSE };
            (pops, (via as u32 + 1) * UNIT)
        };
        let changed = self.set_oparg(index, oparg)?;
        self.code[changed][0] = self.opcodes.number(new_opcode);
        Some(changed)
    }

    /// Gives an instruction another argument, if that is not longer. Returns where the opcode is
    /// then: what is left of a longer argument follows it.
    fn set_oparg(&mut self, index: usize, oparg: u32) -> Option<usize> {
        let old = self.oparg(index);
        if old == oparg {
            return Some(index);
        }
        let (old_size, size) = (1 + extended_args(old) as usize, 1 + extended_args(oparg) as usize);
        let left = old_size.checked_sub(size)?;
        let opcode = self.opcode(index);
        self.write(index + 1 - left, opcode, oparg, size);
        self.fill_nops(index + 1 - left, index + 1);
        Some(index - left)
    }

    /// Replaces a jump to a return by the return, and leads a jump to a jump on.
    fn lead_jump_on(&mut self, At { start, index }: At) {
        let opcode = self.opcode(index);
        let via = self.find_opcode(self.target(index));
        if self.opcodes.is_unconditional_jump(opcode) && self.opcode(via) == RETURN_VALUE {
            self.code[start] = [self.opcodes.number(RETURN_VALUE), 0];
            self.fill_nops(start + 1, index + 1);
        } else if self.opcodes.is_unconditional_jump(self.opcode(via)) {
            let target = self.target(via) as u32;
            let opcode = if opcode == JUMP_FORWARD { JUMP_ABSOLUTE } else { opcode };
            self.replace(start, index + 1, opcode, target * UNIT);
        }
    }

    /// Drops what follows a return in its block. Returns where it ends, if there was something.
    fn drop_unreachable(&mut self, index: usize) -> Option<usize> {
        let mut end = index + 1;
        while end < self.code.len() && self.is_one_block(index, end) {
            // They show where blocks begin and end.
            if matches!(self.opcode(end), SETUP_FINALLY | RERAISE | END_FINALLY) {
                while end > index + 1 && self.opcode(end - 1) == EXTENDED_ARG {
                    end -= 1;
                }
                break;
            }
            end += 1;
        }
        (end > index + 1).then(|| {
            self.fill_nops(index + 1, end);
            end
        })
    }

    /// Takes out the `NOP`s.
    fn close_gaps(&mut self, lines: &mut [[u8; 2]]) {
        let places = self.places_without_nops();
        let (mut offset, mut last) = (0, 0);
        for [bytes, _] in lines {
            offset += u32::from(*bytes);
            let place = places[(offset / UNIT) as usize] * UNIT;
            *bytes = (place - last) as u8;
            last = place;
        }
        let (mut kept, mut start) = (0, 0);
        while start < self.code.len() {
            let index = self.find_opcode(start);
            if self.opcode(index) != NOP {
                let (opcode, size) = (self.opcode(index), index + 1 - start);
                let oparg = self.moved_oparg(index, &places);
                kept += size;
                self.write(kept, opcode, oparg, size);
            }
            start = index + 1;
        }
        self.code.truncate(kept);
    }

    /// For each code unit where it will be.
    fn places_without_nops(&self) -> Vec<u32> {
        let mut place = 0;
        let mut places = Vec::with_capacity(self.code.len() + 1);
        for index in 0..self.code.len() {
            places.push(place);
            place += u32::from(self.opcode(index) != NOP);
        }
        places.push(place);
        places
    }

    /// The argument of an instruction, whose target is moved if it is a jump.
    fn moved_oparg(&self, index: usize, places: &[u32]) -> u32 {
        let opcode = self.opcode(index);
        if !self.is_jump(opcode) {
            return self.oparg(index);
        }
        let target = places[self.target(index)];
        if self.opcodes.counts_from_start(opcode) {
            target * UNIT
        } else {
            (target - places[index] - 1) * UNIT
        }
    }
}

fn is_test(opcode: Opcode) -> bool {
    matches!(opcode, POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP_IF_FALSE_OR_POP | JUMP_IF_TRUE_OR_POP)
}

fn jumps_on_true(opcode: Opcode) -> bool {
    matches!(opcode, POP_JUMP_IF_TRUE | JUMP_IF_TRUE_OR_POP)
}
