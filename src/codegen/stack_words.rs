//! Copying and moving values on the stack: `COPY` and `SWAP`, or what earlier versions have.

use super::{Compiler, Place};
use crate::targets::Opcode;

impl Compiler<'_, '_> {
    /// Copies the value on top of the stack.
    pub(super) fn emit_copy(&mut self, place: impl Into<Place>) {
        if self.features.opcodes.has(Opcode::COPY) {
            self.emit_arg(Opcode::COPY, 1, place);
        } else {
            self.emit(Opcode::DUP_TOP, place);
        }
    }

    /// Copies the two values on top of the stack.
    pub(super) fn emit_copy_two(&mut self, place: impl Into<Place>) {
        let place = place.into();
        if self.features.opcodes.has(Opcode::COPY) {
            self.emit_arg(Opcode::COPY, 2, place);
            self.emit_arg(Opcode::COPY, 2, place);
        } else {
            self.emit(Opcode::DUP_TOP_TWO, place);
        }
    }

    /// Exchanges the two values on top of the stack.
    pub(super) fn emit_swap(&mut self, place: impl Into<Place>) {
        self.emit_rotate(2, place);
    }

    /// Moves the value on top of the stack below `count - 1` others; `count` is at most 4 where an
    /// instruction does that.
    pub(super) fn emit_rotate(&mut self, count: u32, place: impl Into<Place>) {
        let place = place.into();
        if self.features.opcodes.has(Opcode::SWAP) {
            for distance in (2..=count).rev() {
                self.emit_arg(Opcode::SWAP, distance, place);
            }
            return;
        }
        match count {
            2 => self.emit(Opcode::ROT_TWO, place),
            3 => self.emit(Opcode::ROT_THREE, place),
            _ => self.emit(Opcode::ROT_FOUR, place),
        }
    }

    /// Copies the value on top of the stack below the one under it.
    pub(super) fn emit_copy_below(&mut self, place: impl Into<Place>) {
        let place = place.into();
        if self.features.opcodes.has(Opcode::COPY) {
            self.emit_arg(Opcode::SWAP, 2, place);
            self.emit_arg(Opcode::COPY, 2, place);
        } else {
            self.emit(Opcode::DUP_TOP, place);
            self.emit(Opcode::ROT_THREE, place);
        }
    }
}
