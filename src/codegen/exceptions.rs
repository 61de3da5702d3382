//! `try` with `except`, `except*` and `finally`.

use super::{Compiler, FrameBlockKind, Place, Result, fault};
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{ExceptHandler, ExprContext, Try};
use crate::targets::{Handlers, Intrinsic2, Opcode};

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_try`, `compiler_try_star` (3.11–)
    pub(super) fn try_statement(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        match (self.features.handlers, node.finalbody) {
            (Handlers::FinallyCalls, []) => self.try_except_calling(location, node),
            (Handlers::FinallyCalls, _) => self.try_finally_called(location, node),
            (Handlers::BlockStack, []) => self.try_except_on_block_stack(location, node),
            (Handlers::BlockStack, _) => self.try_finally_on_block_stack(location, node),
            (Handlers::Table, []) => self.try_with_handlers(location, node),
            (Handlers::Table, _) => self.try_finally(location, node),
        }
    }

    fn try_with_handlers(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        if node.is_star { self.try_except_star(location, node) } else { self.try_except(location, node) }
    }

    /// The `finally` body is compiled for the normal way out, for the exception, and (by the frame
    /// block) for each jump out of the `try`.
    ///
    /// CPython: `Python/compile.c` `compiler_try_finally`, `compiler_try_star_finally` (3.12)
    fn try_finally(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, end, exit, cleanup] = self.new_labels();
        self.emit_jump(Opcode::SETUP_FINALLY, end, location);
        self.use_label(body);
        self.push_frame_block(location, FrameBlockKind::FinallyTry(node.finalbody), body, Some(end))?;
        if node.handlers.is_empty() {
            self.visit_body(node.body)?;
        } else {
            self.try_with_handlers(location, node)?;
        }
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.pop_frame_block();
        self.visit_body(node.finalbody)?;
        self.emit_jump_no_interrupt(exit, Place::Nowhere);

        self.use_label(end);
        self.unset_location();
        self.emit_jump(Opcode::SETUP_CLEANUP, cleanup, Place::Nowhere);
        self.emit(Opcode::PUSH_EXC_INFO, Place::Nowhere);
        self.push_frame_block(Location::NONE, FrameBlockKind::FinallyEnd, end, None)?;
        self.visit_body(node.finalbody)?;
        self.pop_frame_block();
        self.emit_arg(Opcode::RERAISE, 0, Place::AfterBody);

        self.use_label(cleanup);
        self.pop_except_and_reraise(Place::AfterBody);
        self.use_label(exit);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_try_except` (3.12)
    fn try_except(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, except, end, cleanup] = self.new_labels();
        self.guarded_body(location, node, body, except)?;
        self.visit_body(node.orelse)?;
        self.emit_jump_no_interrupt(end, Place::Nowhere);

        self.use_label(except);
        self.unset_location();
        self.emit_jump(Opcode::SETUP_CLEANUP, cleanup, Place::Nowhere);
        self.emit(Opcode::PUSH_EXC_INFO, Place::Nowhere);
        self.push_frame_block(location, FrameBlockKind::ExceptionHandler, except, None)?;
        for (index, handler) in node.handlers.iter().enumerate() {
            self.begin_handler(&node.handlers[index..])?;
            self.except_handler(handler, end)?;
        }
        self.unset_location();
        self.pop_frame_block();
        self.emit_arg(Opcode::RERAISE, 0, Place::Nowhere);

        self.use_label(cleanup);
        self.pop_except_and_reraise(Place::Nowhere);
        self.use_label(end);
        Ok(())
    }

    /// The body of a `try`, whose exceptions go to `except`.
    pub(super) fn guarded_body(
        &mut self,
        location: Location,
        node: &'a Try<'a>,
        body: Label,
        except: Label,
    ) -> Result {
        self.emit_jump(Opcode::SETUP_FINALLY, except, location);
        self.use_label(body);
        self.push_frame_block(location, FrameBlockKind::TryExcept, body, None)?;
        self.visit_body(node.body)?;
        self.pop_frame_block();
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        Ok(())
    }

    /// One `except` of a `try`; the stack has the exception on top. Where it does not match,
    /// control falls through.
    fn except_handler(&mut self, handler: &'a ExceptHandler<'a>, end: Label) -> Result {
        let location = handler.location;
        let next_except = self.new_label();
        if let Some(type_) = handler.type_ {
            self.visit_expr(type_)?;
            self.emit(Opcode::CHECK_EXC_MATCH, location);
            self.emit_jump(Opcode::POP_JUMP_IF_FALSE, next_except, location);
        }
        let body = self.new_label();
        let kind = FrameBlockKind::HandlerCleanup(handler.name);
        if let Some(name) = handler.name {
            let cleanup_end = self.new_label();
            self.name_op(location, name, ExprContext::Store)?;
            // As if the body stood in a `try` whose `finally` unbinds the name.
            self.emit_jump(Opcode::SETUP_CLEANUP, cleanup_end, location);
            self.use_label(body);
            self.push_frame_block(location, kind, body, None)?;
            self.visit_body(handler.body)?;
            self.pop_frame_block();
            self.unset_location();
            self.emit(Opcode::POP_BLOCK, Place::Nowhere);
            self.emit(Opcode::POP_BLOCK, Place::Nowhere);
            self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
            self.unbind(Place::Nowhere, name)?;
            self.emit_jump_no_interrupt(end, Place::Nowhere);

            self.use_label(cleanup_end);
            self.unbind(Place::Nowhere, name)?;
            self.emit_arg(Opcode::RERAISE, 1, Place::Nowhere);
        } else {
            self.emit(Opcode::POP_TOP, location);
            self.use_label(body);
            self.push_frame_block(location, kind, body, None)?;
            self.visit_body(handler.body)?;
            self.pop_frame_block();
            self.unset_location();
            self.emit(Opcode::POP_BLOCK, Place::Nowhere);
            self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
            self.emit_jump_no_interrupt(end, Place::Nowhere);
        }
        self.use_label(next_except);
        Ok(())
    }

    /// While the handlers run the stack has the original exception, a list of what they raised, and
    /// the part of the exception group that no handler has matched yet. At last an intrinsic
    /// function says what is left to raise.
    ///
    /// CPython: `Python/compile.c` `compiler_try_star_except` (3.12)
    fn try_except_star(&mut self, location: Location, node: &'a Try<'a>) -> Result {
        let [body, except, orelse, end, cleanup, reraise_star] = self.new_labels();
        self.guarded_body(location, node, body, except)?;
        self.emit_jump_no_interrupt(orelse, Place::Nowhere);

        self.use_label(except);
        self.unset_location();
        self.emit_jump(Opcode::SETUP_CLEANUP, cleanup, Place::Nowhere);
        self.emit(Opcode::PUSH_EXC_INFO, Place::Nowhere);
        self.push_frame_block(location, FrameBlockKind::ExceptionGroupHandler, except, None)?;
        if let Some(first) = node.handlers.first() {
            self.set_location(first.location);
            self.begin_except_star(first.location);
        }
        for handler in node.handlers {
            self.except_star_handler(handler)?;
        }
        if !node.handlers.is_empty() {
            self.emit_arg(Opcode::LIST_APPEND, 1, Place::Nowhere);
            self.emit_jump_no_interrupt(reraise_star, Place::Nowhere);
        }
        self.pop_frame_block();
        self.use_label(reraise_star);
        self.finish_except_star(end, cleanup);

        self.use_label(orelse);
        self.visit_body(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// Puts an empty list below the exception group, and a copy of the group below that.
    fn begin_except_star(&mut self, location: Location) {
        let list_first = [(Opcode::BUILD_LIST, 0), (Opcode::COPY, 2)];
        let copy_first = [(Opcode::COPY, 1), (Opcode::BUILD_LIST, 0), (Opcode::SWAP, 2)];
        let is_list_first = self.features.except_star_list_first;
        for &(opcode, oparg) in if is_list_first { &list_first[..] } else { &copy_first } {
            self.emit_arg(opcode, oparg, location);
        }
    }

    /// One `except*`: its body runs with the matching part of the group, and what it raises goes to
    /// the list.
    fn except_star_handler(&mut self, handler: &'a ExceptHandler<'a>) -> Result {
        let location = handler.location;
        self.set_location(location);
        let [next_except, except_with_error, no_match] = self.new_labels();
        if let Some(type_) = handler.type_ {
            self.visit_expr(type_)?;
            self.emit(Opcode::CHECK_EG_MATCH, location);
            self.emit_arg(Opcode::COPY, 1, location);
            self.emit_jump(Opcode::POP_JUMP_IF_NONE, no_match, location);
        }
        let [cleanup_end, body] = self.new_labels();
        match handler.name {
            Some(name) => self.name_op(location, name, ExprContext::Store)?,
            None => self.emit(Opcode::POP_TOP, location),
        }
        self.emit_jump(Opcode::SETUP_CLEANUP, cleanup_end, location);
        self.use_label(body);
        self.push_frame_block(location, FrameBlockKind::HandlerCleanup(handler.name), body, None)?;
        self.visit_body(handler.body)?;
        self.pop_frame_block();
        self.unset_location();
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        if let Some(name) = handler.name {
            self.unbind(Place::Nowhere, name)?;
        }
        self.emit_jump_no_interrupt(next_except, Place::Nowhere);

        self.use_label(cleanup_end);
        if let Some(name) = handler.name {
            self.unbind(Place::Nowhere, name)?;
        }
        self.emit_arg(Opcode::LIST_APPEND, 3, Place::Nowhere);
        self.emit(Opcode::POP_TOP, Place::Nowhere);
        self.emit_jump_no_interrupt(except_with_error, Place::Nowhere);

        self.use_label(next_except);
        // The flow graph gives the `NOP` the place of the body's end.
        self.emit(Opcode::NOP, Place::Nowhere);
        self.emit_jump_no_interrupt(except_with_error, Place::Nowhere);
        self.use_label(no_match);
        self.emit(Opcode::POP_TOP, location);
        self.use_label(except_with_error);
        Ok(())
    }

    /// Raises what the handlers left or raised, or goes on at `end` if there is nothing.
    fn finish_except_star(&mut self, end: Label, cleanup: Label) {
        let reraise = self.new_label();
        if self.features.intrinsic_functions {
            self.emit_arg(Opcode::CALL_INTRINSIC_2, Intrinsic2::PrepReraiseStar as u32, Place::Nowhere);
        } else {
            self.emit(Opcode::PREP_RERAISE_STAR, Place::Nowhere);
        }
        self.emit_arg(Opcode::COPY, 1, Place::Nowhere);
        self.emit_jump(Opcode::POP_JUMP_IF_NOT_NONE, reraise, Place::Nowhere);

        self.emit(Opcode::POP_TOP, Place::Nowhere);
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
        self.emit_jump_no_interrupt(end, Place::Nowhere);

        self.use_label(reraise);
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.emit_arg(Opcode::SWAP, 2, Place::Nowhere);
        self.emit(Opcode::POP_EXCEPT, Place::Nowhere);
        self.emit_arg(Opcode::RERAISE, 0, Place::Nowhere);

        self.use_label(cleanup);
        self.pop_except_and_reraise(Place::Nowhere);
    }

    /// What a handler's own handler does: the exception before this one is current again, this one
    /// goes on.
    ///
    /// CPython: `Python/compile.c` `compiler_pop_except_and_reraise` (3.11–)
    pub(super) fn pop_except_and_reraise(&mut self, place: Place) {
        self.emit_arg(Opcode::COPY, 3, place);
        self.emit(Opcode::POP_EXCEPT, place);
        self.emit_arg(Opcode::RERAISE, 1, place);
    }

    /// Makes the location of the first of `handlers` the current one. Only the last handler of a
    /// `try` may be without a type.
    pub(super) fn begin_handler(&mut self, handlers: &[ExceptHandler<'_>]) -> Result {
        let location = handlers[0].location;
        self.relocate(location);
        if let [ExceptHandler { type_: None, .. }, _, ..] = handlers {
            return fault(location, "default 'except:' must be last");
        }
        self.begin_line(location);
        Ok(())
    }
}
