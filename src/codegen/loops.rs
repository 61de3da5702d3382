//! `while`, `for` and `async for`.

use super::{Compiler, FrameBlockKind, Place, Result, UnitKind, fault};
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{Expr, For, Stmt};
use crate::targets::{IteratorLocation, LocationRule, Opcode, WhileLoops};

impl<'a> Compiler<'a, '_> {
    /// The test is compiled twice, before the first round and after each, or once.
    ///
    /// CPython: `Python/compile.c` `compiler_while` (3.10–3.13), `Python/codegen.c` `codegen_while`
    /// (3.14–)
    pub(super) fn while_loop(
        &mut self,
        location: Location,
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let [start, round, end, anchor] = self.new_labels();
        let decided = self.decided(test);
        if decided == Some(false) {
            self.push_frame_block(location, FrameBlockKind::WhileLoop, start, Some(end))?;
            self.check_only(body)?;
            self.pop_frame_block();
            return self.visit_body(orelse);
        }
        self.use_label(start);
        self.push_frame_block(location, FrameBlockKind::WhileLoop, start, Some(end))?;
        if decided.is_none() {
            self.jump_if(location, test, anchor, false)?;
        }

        self.use_label(round);
        self.visit_body(body)?;
        self.relocate(location);
        if self.features.while_loops == WhileLoops::TestAtTop {
            self.emit_jump(Opcode::JUMP, start, Place::Nowhere);
        } else {
            self.jump_if(location, test, round, true)?;
        }
        self.pop_frame_block();

        self.use_label(anchor);
        self.visit_body(orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_for` (3.12)
    pub(super) fn for_loop(&mut self, location: Location, node: &'a For<'a>) -> Result {
        let at_iterable = self.features.iterator_location >= IteratorLocation::IterableInFor;
        let iteration = if at_iterable { node.iter.location } else { location };
        let [start, body, cleanup, end] = self.new_labels();
        self.push_frame_block(location, FrameBlockKind::ForLoop, start, Some(end))?;
        self.visit_expr(node.iter)?;
        self.emit(Opcode::GET_ITER, iteration);

        self.use_label(start);
        self.emit_jump(Opcode::FOR_ITER, cleanup, iteration);
        if at_iterable {
            // A debugger stops at each round, even if the target is on another line.
            self.emit(Opcode::NOP, node.target.location);
        }
        self.use_label(body);
        self.visit_expr(node.target)?;
        self.visit_body(node.body)?;
        self.unset_location();
        self.emit_jump(Opcode::JUMP, start, Place::Nowhere);

        self.use_label(cleanup);
        self.exhausted_for();
        self.pop_frame_block();
        self.visit_body(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// How many values an iterator is on the stack.
    pub(super) fn iterator_size(&self) -> u32 {
        if self.features.virtual_iterators { 2 } else { 1 }
    }

    /// Takes the exhausted iterator off the stack.
    pub(super) fn exhausted_for(&mut self) {
        for &opcode in self.features.exhausted_for {
            self.emit(opcode, Place::Nowhere);
        }
    }

    /// The loop ends by `StopAsyncIteration`, which a handler around `__anext__` catches.
    ///
    /// CPython: `Python/compile.c` `compiler_async_for` (3.12)
    pub(super) fn async_for_loop(&mut self, location: Location, node: &'a For<'a>) -> Result {
        if self.state().kind != UnitKind::AsyncFunction {
            return fault(location, "'async for' outside async function");
        }
        let at_iterable = self.features.iterator_location == IteratorLocation::Iterable;
        let [start, except, end] = self.new_labels();
        self.visit_expr(node.iter)?;
        self.emit(Opcode::GET_AITER, if at_iterable { node.iter.location } else { location });

        self.use_label(start);
        self.push_frame_block(location, FrameBlockKind::AsyncForLoop, start, Some(end))?;
        self.emit_jump(Opcode::SETUP_FINALLY, except, location);
        let send = self.await_next(location);
        self.emit(Opcode::POP_BLOCK, location);
        if self.features.async_for_branch_marks {
            self.emit(Opcode::NOT_TAKEN, location);
        }

        self.visit_expr(node.target)?;
        self.visit_body(node.body)?;
        self.emit_jump(Opcode::JUMP, start, Place::Nowhere);
        self.pop_frame_block();

        self.use_label(except);
        match node.orelse {
            // It shall not be traced: it has the line of what follows.
            [first, ..] if self.features.locations == LocationRule::Line => {
                self.set_location(first.location);
            }
            _ => self.relocate(node.iter.location),
        }
        self.end_async_for(send, node.iter.location);
        self.visit_body(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// Ends the loop whose `SEND` is at `send`, unless the exception on top of the stack is another
    /// than `StopAsyncIteration`.
    pub(super) fn end_async_for(&mut self, send: Label, location: Location) {
        if self.features.async_for_branch_marks {
            self.emit_jump(Opcode::END_ASYNC_FOR_FROM_SEND, send, location);
        } else {
            self.emit(Opcode::END_ASYNC_FOR, location);
        }
    }
}
