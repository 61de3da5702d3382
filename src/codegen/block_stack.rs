//! `try` where the interpreter keeps the blocks of a frame on a stack: a handler is in force from
//! its `SETUP_FINALLY` to the `POP_BLOCK`.
//!
//! A handler finds six values on the stack: traceback, value and type of the exception that was
//! handled before, which `POP_EXCEPT` takes, and those of its own, the type on top.

use super::frame_blocks::TopOfStack;
use super::{Compiler, FrameBlockKind, Place, Result};
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{ExceptHandler, ExprContext, Try};
use crate::targets::Opcode;

/// How many values an exception is on the stack.
const EXCEPTION_SIZE: u32 = 3;

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_try_finally` (3.9–3.10)
    pub(super) fn try_finally_on_block_stack(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, end, exit] = self.new_labels();
        self.emit_jump(Opcode::SETUP_FINALLY, end, location);
        self.use_label(body);
        self.push_frame_block(location, FrameBlockKind::FinallyTry(node.finalbody), body, Some(end))?;
        if node.handlers.is_empty() {
            self.visit_body(node.body)?;
        } else {
            self.try_except_on_block_stack(location, node)?;
        }
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.pop_frame_block();
        self.visit_body(node.finalbody)?;
        self.emit_jump_forward(exit, Place::Nowhere);

        self.use_label(end);
        self.push_frame_block(location, FrameBlockKind::FinallyEnd, end, None)?;
        self.visit_body(node.finalbody)?;
        self.pop_frame_block();
        self.emit(Opcode::RERAISE, Place::AfterBody);
        self.use_label(exit);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_try_except` (3.9–3.10)
    pub(super) fn try_except_on_block_stack(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, except, orelse, end] = self.new_labels();
        self.guarded_body(location, node, body, except)?;
        self.emit_jump_forward(orelse, Place::Nowhere);

        self.use_label(except);
        self.push_frame_block(location, FrameBlockKind::ExceptionHandler, except, None)?;
        for (index, handler) in node.handlers.iter().enumerate() {
            self.begin_handler(&node.handlers[index..])?;
            self.handler_on_block_stack(handler, end)?;
        }
        self.pop_frame_block();
        self.unset_location();
        self.emit(Opcode::RERAISE, Place::Nowhere);

        self.use_label(orelse);
        self.visit_body(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// One `except` of a `try`. Where it does not match, control goes on behind it.
    fn handler_on_block_stack(&mut self, handler: &'a ExceptHandler<'a>, end: Label) -> Result {
        let location = handler.location;
        let next_except = self.new_label();
        if let Some(type_) = handler.type_ {
            self.emit(Opcode::DUP_TOP, location);
            self.visit_expr(type_)?;
            self.emit_jump(Opcode::JUMP_IF_NOT_EXC_MATCH, next_except, location);
            self.next_block();
        }
        self.emit(Opcode::POP_TOP, location);
        match handler.name {
            Some(name) => {
                let [cleanup_end, body] = self.new_labels();
                self.name_op(location, name, ExprContext::Store)?;
                self.emit(Opcode::POP_TOP, location);
                // As if the body stood in a `try` whose `finally` unbinds the name.
                self.emit_jump(Opcode::SETUP_FINALLY, cleanup_end, location);
                self.handler_body(handler, body)?;
                self.emit(Opcode::POP_BLOCK, Place::Nowhere);
                self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
                self.unbind(Place::Nowhere, name)?;
                self.emit_jump_forward(end, Place::Nowhere);

                self.use_label(cleanup_end);
                self.unbind(Place::Nowhere, name)?;
                self.reraise_where_raised(Place::Nowhere);
            }
            None => {
                let body = self.new_label();
                self.emit(Opcode::POP_TOP, location);
                self.emit(Opcode::POP_TOP, location);
                self.handler_body(handler, body)?;
                self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
                self.emit_jump_forward(end, Place::Nowhere);
            }
        }
        self.use_label(next_except);
        Ok(())
    }

    /// Raises again what a handler of a handler has caught.
    fn reraise_where_raised(&mut self, place: impl Into<Place>) {
        self.emit_arg(Opcode::RERAISE, u32::from(self.features.reraise_restores_place), place);
    }

    /// What follows the body stands for no source.
    fn handler_body(&mut self, handler: &'a ExceptHandler<'a>, body: Label) -> Result {
        self.use_label(body);
        let kind = FrameBlockKind::HandlerCleanup(handler.name);
        self.push_frame_block(handler.location, kind, body, None)?;
        self.visit_body(handler.body)?;
        self.pop_frame_block();
        self.unset_location();
        Ok(())
    }

    /// Leaves the copy of a `finally` body that runs for an exception: that is dropped.
    pub(super) fn unwind_finally_on_block_stack(&mut self, place: Place, top: TopOfStack) {
        if top == TopOfStack::Preserved {
            self.emit_rotate(EXCEPTION_SIZE + 1, place);
        }
        for _ in 0..EXCEPTION_SIZE {
            self.emit(Opcode::POP_TOP, place);
        }
        self.pop_except_below(place, top);
    }

    /// The exception before the present one is current again.
    pub(super) fn pop_except_below(&mut self, place: Place, top: TopOfStack) {
        if top == TopOfStack::Preserved {
            self.emit_rotate(EXCEPTION_SIZE + 1, place);
        }
        self.emit(Opcode::POP_EXCEPT, place);
    }

    /// What `__exit__` returned is on top of the stack: if it is true, the exception is swallowed.
    ///
    /// CPython: `Python/compile.c` `compiler_with_except_finish` (3.9–3.10)
    pub(super) fn finish_with_on_block_stack(&mut self, location: Location) {
        let exit = self.new_label();
        self.emit_jump(Opcode::POP_JUMP_IF_TRUE, exit, location);
        self.next_block();
        self.reraise_where_raised(location);
        self.use_label(exit);
        for _ in 0..EXCEPTION_SIZE {
            self.emit(Opcode::POP_TOP, location);
        }
        self.emit(Opcode::POP_EXCEPT, location);
        // The way out.
        self.emit(Opcode::POP_TOP, location);
    }
}
