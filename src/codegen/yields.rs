//! `yield`, `yield from` and `await`.

use super::{Compiler, Place, Result, UnitKind, fault};
use crate::code::Constant;
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::Expr;
use crate::targets::{Awaitable, Intrinsic1, Opcode};

/// The argument of `RESUME`: what the frame stopped at.
const RESUME_AFTER_YIELD: u32 = 1;
const RESUME_AFTER_YIELD_FROM: u32 = 2;
const RESUME_AFTER_AWAIT: u32 = 3;

/// The argument of `GET_ITER` where a generator is its own iterator, as for `yield from`, and a
/// coroutine is an error: what the first look at a code object makes of the 1 that the code
/// generator writes, long before the object is in a file.
///
/// CPython: `Python/specialize.c` `fixup_getiter` (3.15–)
const ITER_TO_YIELD_FROM: u32 = 3;

impl<'a> Compiler<'a, '_> {
    pub(super) fn yield_expr(&mut self, location: Location, value: Option<&'a Expr<'a>>) -> Result {
        if !self.scope().is_function_like() {
            return fault(location, "'yield' outside function");
        }
        match value {
            Some(value) => self.visit_expr(value)?,
            None => self.emit_const(Constant::None, location),
        }
        self.emit_yield(location);
        Ok(())
    }

    /// Yields the value on top of the stack, and leaves there what is sent.
    ///
    /// CPython: `Python/compile.c` `addop_yield` (3.12)
    pub(super) fn emit_yield(&mut self, location: Location) {
        if !self.features.opcodes.has(Opcode::RESUME) {
            return self.emit(Opcode::YIELD_VALUE, location);
        }
        let is_async_generator = self.scope().generator && self.scope().coroutine;
        if is_async_generator {
            self.emit_intrinsic(Intrinsic1::AsyncGenWrap, location);
        }
        self.emit_arg(Opcode::YIELD_VALUE, 0, location);
        self.emit_arg(Opcode::RESUME, RESUME_AFTER_YIELD, location);
    }

    pub(super) fn yield_from(&mut self, location: Location, value: &'a Expr<'a>) -> Result {
        if !self.scope().is_function_like() {
            let named = self.features.yield_from_outside_function_named;
            let word = if named { "yield from" } else { "yield" };
            return fault(location, format!("'{word}' outside function"));
        }
        if self.state().kind == UnitKind::AsyncFunction {
            return fault(location, "'yield from' inside async function");
        }
        self.visit_expr(value)?;
        if self.features.virtual_iterators {
            self.emit_arg(Opcode::GET_ITER, ITER_TO_YIELD_FROM, location);
        } else {
            self.emit(Opcode::GET_YIELD_FROM_ITER, location);
        }
        self.emit_const(Constant::None, location);
        self.send_until_done(location, RESUME_AFTER_YIELD_FROM);
        Ok(())
    }

    pub(super) fn await_expr(&mut self, location: Location, value: &'a Expr<'a>) -> Result {
        if !self.scope().is_function_like() {
            return fault(location, "'await' outside function");
        }
        if !matches!(self.state().kind, UnitKind::AsyncFunction | UnitKind::Comprehension) {
            return fault(location, "'await' outside async function");
        }
        self.visit_expr(value)?;
        self.await_top(location, Awaitable::Expression);
        Ok(())
    }

    /// Awaits the object on top of the stack, and leaves its result.
    pub(super) fn await_top(&mut self, location: Location, awaitable: Awaitable) {
        let says_what = self.features.opcodes.has(Opcode::RESUME);
        self.emit_arg(Opcode::GET_AWAITABLE, if says_what { awaitable as u32 } else { 0 }, location);
        self.send_to_awaitable(location);
    }

    /// Awaits the next item of the asynchronous iterator on top of the stack, which stays below.
    /// Returns where the `SEND` is.
    pub(super) fn await_next(&mut self, location: Location) -> Label {
        self.emit(Opcode::GET_ANEXT, location);
        self.send_to_awaitable(location)
    }

    fn send_to_awaitable(&mut self, location: Location) -> Label {
        if self.features.virtual_iterators {
            self.emit(Opcode::PUSH_NULL, location);
        }
        self.emit_const(Constant::None, location);
        self.send_until_done(location, RESUME_AFTER_AWAIT)
    }

    /// Delegates to the iterator below the value on top of the stack, which is sent first; leaves
    /// the iterator's result. Returns where the `SEND` is.
    ///
    /// The handler around the `YIELD_VALUE` catches what `close()` and `throw()` raise there.
    ///
    /// CPython: `Python/compile.c` `compiler_add_yield_from` (3.12)
    fn send_until_done(&mut self, location: Location, resume: u32) -> Label {
        if self.features.opcodes.has(Opcode::YIELD_FROM) {
            return self.yield_from_top(location);
        }
        if !self.features.guarded_sends {
            return self.send_unguarded(location, resume);
        }
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();

        self.use_label(send);
        self.emit_jump(Opcode::SEND, exit, location);
        self.emit_jump(Opcode::SETUP_FINALLY, fail, location);
        let says_await = self.features.yield_oparg_says_await;
        self.emit_arg(Opcode::YIELD_VALUE, u32::from(says_await), location);
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.emit_arg(Opcode::RESUME, resume, location);
        self.emit_jump(Opcode::JUMP_NO_INTERRUPT, send, location);

        self.use_label(fail);
        self.emit(Opcode::CLEANUP_THROW, location);
        self.use_label(exit);
        self.emit(Opcode::END_SEND, location);
        send
    }

    /// The same where one instruction does all of it.
    fn yield_from_top(&mut self, location: Location) -> Label {
        let send = self.new_label();
        self.emit(Opcode::YIELD_FROM, location);
        send
    }

    /// The same where the interpreter itself does what the handler is for.
    ///
    /// CPython: `Python/compile.c` `compiler_add_yield_from` (3.11)
    fn send_unguarded(&mut self, location: Location, resume: u32) -> Label {
        let [send, resumed, exit] = self.new_labels();
        self.use_label(send);
        self.emit_jump(Opcode::SEND, exit, location);
        self.use_label(resumed);
        self.emit(Opcode::YIELD_VALUE, location);
        self.emit_arg(Opcode::RESUME, resume, location);
        self.emit_jump(Opcode::JUMP_NO_INTERRUPT, send, location);
        self.use_label(exit);
        send
    }
}
