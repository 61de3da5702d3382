//! The exception table: which instructions have which handler.
//!
//! # Problem
//!
//! Every instruction knows its handler. The table is to hold one entry for each run of instructions
//! with the same handler: start and length of the run, place of the handler, how far to unwind the
//! stack, and whether to push the index of the instruction that raised.
//!
//! # Strategy
//!
//! Instructions come in order. An entry is open while instructions have the same handler, and is
//! written when one with another, or none, follows. Numbers are in code units, big-endian in groups
//! of six bits: bit 6 says that more follow, and bit 7 marks the first byte of an entry, so that a
//! search may start in the middle.
//!
//! # Why it is correct
//!
//! Handlers are compared by their places in the code, which is all that the interpreter sees of
//! them: two blocks at one place (the first is empty then) are one handler, and have one depth.
//!
//! CPython: `Python/assemble.c` `assemble_exception_table`, `Objects/exception_handling_notes.txt`
//! (3.11–3.12)

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

/// Where an exception goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handler {
    /// In code units.
    pub(super) offset: u32,
    /// The stack depth at its start.
    pub(super) start_depth: u32,
    pub(super) preserves_lasti: bool,
}

pub(super) struct ExceptionTable<'a> {
    bytes: BumpVec<'a, u8>,
    /// The handler of the last instruction, and the offset of the first that had it.
    open: Option<(Handler, u32)>,
}

impl<'a> ExceptionTable<'a> {
    pub(super) fn new_in(arena: &'a Bump) -> Self {
        ExceptionTable { bytes: BumpVec::new_in(arena), open: None }
    }

    /// Says what handles exceptions from `offset` on.
    pub(super) fn set_handler(&mut self, offset: u32, handler: Option<Handler>) {
        if handler.map(|handler| handler.offset) != self.open.map(|(open, _)| open.offset) {
            self.close(offset);
            self.open = handler.map(|handler| (handler, offset));
        }
    }

    /// The table of code that ends at `offset`.
    pub(super) fn finish(mut self, offset: u32) -> &'a [u8] {
        self.close(offset);
        self.bytes.into_bump_slice()
    }

    fn close(&mut self, end: u32) {
        let Some((handler, start)) = self.open.take() else { return };
        let lasti = u32::from(handler.preserves_lasti);
        // The exception itself, and the index, come on top of what is left of the stack.
        let depth = handler.start_depth.saturating_sub(1 + lasti);
        self.write(start, FIRST_OF_ENTRY);
        self.write(end - start, 0);
        self.write(handler.offset, 0);
        self.write(depth << 1 | lasti, 0);
    }

    /// Writes a number below 2^30, with `mark` in its first byte.
    fn write(&mut self, value: u32, mut mark: u8) {
        for shift in [24, 18, 12, 6] {
            if value >> shift != 0 {
                self.bytes.push((value >> shift) as u8 & 0x3F | CONTINUED | mark);
                mark = 0;
            }
        }
        self.bytes.push(value as u8 & 0x3F | mark);
    }
}

const FIRST_OF_ENTRY: u8 = 0x80;
const CONTINUED: u8 = 0x40;

#[cfg(test)]
mod tests {
    use super::*;

    const A: Handler = Handler { offset: 100, start_depth: 3, preserves_lasti: true };
    const B: Handler = Handler { offset: 5, start_depth: 1, preserves_lasti: false };

    #[test]
    fn runs_of_one_handler_share_an_entry() {
        let arena = Bump::new();
        let mut table = ExceptionTable::new_in(&arena);
        for (offset, handler) in [(0, None), (1, Some(A)), (2, Some(A)), (70, Some(B)), (71, None)] {
            table.set_handler(offset, handler);
        }
        let a = [0x80 | 1, 0x40 | 1, 69 - 64, 0x40 | 1, 100 - 64, 1 << 1 | 1];
        let b = [0x80 | 0x40 | 1, 70 - 64, 1, 5, 0];
        assert_eq!(table.finish(80), [&a[..], &b].concat());
    }

    #[test]
    fn the_last_entry_ends_with_the_code() {
        let arena = Bump::new();
        let mut table = ExceptionTable::new_in(&arena);
        table.set_handler(3, Some(B));
        assert_eq!(table.finish(4096), [0x83, 0x40 | 63, 61, 5, 0]);
    }
}
