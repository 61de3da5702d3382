//! `try` and `with` where there is one copy of a `finally` body, and jumps out of the `try` call it.
//!
//! Such a body finds on the stack what it goes on with when it ends: six values for an exception,
//! the place after a `CALL_FINALLY`, or the `NULL` of `BEGIN_FINALLY`.
//!
//! CPython: `Python/compile.c` (3.8)

use super::frame_blocks::TopOfStack;
use super::{Compiler, FrameBlockKind, Place, Result};
use crate::code::Constant;
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{ExceptHandler, ExprContext, Try};
use crate::targets::{EXCEPTION_MATCH, Opcode};

impl<'a> Compiler<'a, '_> {
    /// The `finally` body is compiled first: only then it is known whether a jump leaves it.
    ///
    /// CPython: `Python/compile.c` `compiler_try_finally` (3.8)
    pub(super) fn try_finally_called(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, end] = self.new_labels();
        let start = self.unit().sequence.end();
        self.use_label(end);
        self.push_frame_block(location, FrameBlockKind::FinallyEnd, end, Some(end))?;
        self.visit_body(node.finalbody)?;
        self.emit(Opcode::END_FINALLY, location);
        let block = self.state().frame_blocks.last();
        let has_placeholder = block.is_some_and(|block| block.exit.is_none());
        if has_placeholder {
            self.emit(Opcode::POP_TOP, location);
        }
        self.pop_frame_block();

        let middle = self.unit().sequence.end();
        self.begin_line(location);
        if has_placeholder {
            self.emit_const(Constant::None, location);
        }
        self.emit_jump(Opcode::SETUP_FINALLY, end, location);
        self.use_label(body);
        let kind = FrameBlockKind::FinallyCalled { has_placeholder };
        self.push_frame_block(location, kind, body, Some(end))?;
        if node.handlers.is_empty() {
            self.visit_body(node.body)?;
        } else {
            self.try_except_calling(location, node)?;
        }
        self.emit(Opcode::POP_BLOCK, location);
        self.emit(Opcode::BEGIN_FINALLY, location);
        self.pop_frame_block();
        self.unit().sequence.exchange(start, middle);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_try_except` (3.8)
    pub(super) fn try_except_calling(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, except, orelse, end] = self.new_labels();
        self.guarded_body(location, node, body, except)?;
        self.emit_jump_forward(orelse, location);
        self.use_label(except);
        for (index, handler) in node.handlers.iter().enumerate() {
            self.begin_handler(&node.handlers[index..])?;
            self.calling_handler(handler, end)?;
        }
        self.emit(Opcode::END_FINALLY, location);
        self.use_label(orelse);
        self.visit_body(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// One `except` of a `try`. Where it does not match, control goes on behind it.
    fn calling_handler(&mut self, handler: &'a ExceptHandler<'a>, end: Label) -> Result {
        let location = handler.location;
        let [next_except, body, cleanup_end] = self.new_labels();
        if let Some(type_) = handler.type_ {
            self.emit(Opcode::DUP_TOP, location);
            self.visit_expr(type_)?;
            self.emit_arg(Opcode::COMPARE_OP, EXCEPTION_MATCH, location);
            self.emit_jump(Opcode::POP_JUMP_IF_FALSE, next_except, location);
        }
        self.emit(Opcode::POP_TOP, location);
        let kind = FrameBlockKind::HandlerCleanup(handler.name);
        if let Some(name) = handler.name {
            self.name_op(location, name, ExprContext::Store)?;
            self.emit(Opcode::POP_TOP, location);
            self.emit_jump(Opcode::SETUP_FINALLY, cleanup_end, location);
            self.use_label(body);
            self.push_frame_block(location, kind, body, Some(cleanup_end))?;
            self.visit_body(handler.body)?;
            self.emit(Opcode::POP_BLOCK, location);
            self.emit(Opcode::BEGIN_FINALLY, location);
            self.pop_frame_block();

            self.use_label(cleanup_end);
            self.unbind(location, name)?;
            self.emit(Opcode::END_FINALLY, location);
        } else {
            self.emit(Opcode::POP_TOP, location);
            self.emit(Opcode::POP_TOP, location);
            self.use_label(body);
            self.push_frame_block(location, kind, body, None)?;
            self.visit_body(handler.body)?;
            self.pop_frame_block();
        }
        self.emit(Opcode::POP_EXCEPT, location);
        self.emit_jump_forward(end, location);
        self.use_label(next_except);
        Ok(())
    }

    /// After the body of a `with`: what calls `__exit__` is like a `finally` body.
    ///
    /// CPython: `Python/compile.c` `compiler_with`, `compiler_async_with` (3.8)
    pub(super) fn end_called_with(&mut self, location: Location, handler: Label, is_async: bool) {
        self.emit(Opcode::BEGIN_FINALLY, location);
        self.use_label(handler);
        self.clean_up_with(location, is_async);
        self.emit(Opcode::END_FINALLY, location);
    }

    fn clean_up_with(&mut self, place: impl Into<Place>, is_async: bool) {
        let place = place.into();
        self.emit(Opcode::WITH_CLEANUP_START, place);
        if is_async {
            self.emit(Opcode::GET_AWAITABLE, place);
            self.emit_const(Constant::None, place);
            self.emit(Opcode::YIELD_FROM, place);
        }
        self.emit(Opcode::WITH_CLEANUP_FINISH, place);
    }

    /// Leaves a `try` by calling its `finally` body.
    pub(super) fn call_finally(
        &mut self,
        place: Place,
        exit: Option<Label>,
        has_placeholder: bool,
        top: TopOfStack,
    ) {
        let exit = exit.expect("the frame block of a `try` knows its `finally` body");
        self.emit(Opcode::POP_BLOCK, place);
        let is_preserved = top == TopOfStack::Preserved;
        if has_placeholder && is_preserved {
            // What is returned takes the place of the placeholder.
            self.emit(Opcode::ROT_TWO, place);
            self.emit(Opcode::POP_TOP, place);
        }
        self.emit_jump(Opcode::CALL_FINALLY, exit, place);
        if has_placeholder && !is_preserved {
            self.emit(Opcode::POP_TOP, place);
        }
    }

    /// Leaves a `finally` body: what it would have gone on with is dropped, and the placeholder.
    pub(super) fn unwind_called_finally(&mut self, place: Place, top: TopOfStack) {
        let is_preserved = top == TopOfStack::Preserved;
        self.emit_arg(Opcode::POP_FINALLY, u32::from(is_preserved), place);
        if is_preserved {
            self.emit(Opcode::ROT_TWO, place);
        }
        self.emit(Opcode::POP_TOP, place);
    }

    /// Leaves a `with`.
    pub(super) fn unwind_called_with(&mut self, place: Place, is_async: bool, top: TopOfStack) {
        self.emit(Opcode::POP_BLOCK, place);
        if top == TopOfStack::Preserved {
            self.emit(Opcode::ROT_TWO, place);
        }
        self.emit(Opcode::BEGIN_FINALLY, place);
        self.clean_up_with(place, is_async);
        self.emit_arg(Opcode::POP_FINALLY, 0, place);
    }

    /// Leaves an `except` block, by calling what unbinds the name.
    pub(super) fn unwind_called_handler(&mut self, place: Place, exit: Option<Label>, top: TopOfStack) {
        if top == TopOfStack::Preserved {
            self.emit(Opcode::ROT_FOUR, place);
        }
        match exit {
            Some(unbinding) => {
                self.emit(Opcode::POP_BLOCK, place);
                self.emit(Opcode::POP_EXCEPT, place);
                self.emit_jump(Opcode::CALL_FINALLY, unbinding, place);
            }
            None => self.emit(Opcode::POP_EXCEPT, place),
        }
    }
}
