//! Frame blocks: what `break`, `continue` and `return` unwind on their way out.

use super::{Compiler, FrameBlock, FrameBlockKind, Place, Result, fault};
use crate::code::Constant;
use crate::instructions::Label;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::ExprContext;
use crate::targets::{Awaitable, Handlers, Opcode};

/// Whether the value on top of the stack must still be there after unwinding: what a `return`
/// returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TopOfStack {
    Preserved,
    Unused,
}

impl<'a> Compiler<'a, '_> {
    /// Enters a block; `location` is blamed where blocks are nested too deeply.
    ///
    /// CPython: `Python/compile.c` `compiler_push_fblock` (3.8–)
    pub(crate) fn push_frame_block(
        &mut self,
        location: Location,
        kind: FrameBlockKind<'a>,
        block: Label,
        exit: Option<Label>,
    ) -> Result {
        let limit = self.features.frame_block_limit;
        let frame_blocks = &mut self.state().frame_blocks;
        if frame_blocks.len() >= limit {
            return fault(location, "too many statically nested blocks");
        }
        frame_blocks.push(FrameBlock { kind, block, exit });
        self.silence_warnings(kind);
        Ok(())
    }

    pub(crate) fn pop_frame_block(&mut self) {
        let block = self.state().frame_blocks.pop().expect("every pushed frame block is popped once");
        self.unsilence_warnings(block.kind);
    }

    /// Unwinds all blocks, for `return`.
    pub(super) fn unwind_all(&mut self, place: &mut Place, top: TopOfStack) -> Result {
        self.unwind_until(place, top, |_| false).map(|_| ())
    }

    /// Unwinds the blocks inside the innermost loop, for `break` and `continue`. `None` outside
    /// loops.
    pub(super) fn unwind_to_loop(&mut self, place: &mut Place) -> Result<Option<FrameBlock<'a>>> {
        self.unwind_until(place, TopOfStack::Unused, FrameBlockKind::is_loop)
    }

    /// Unwinds block after block up to one that `is_last`, and returns that; afterwards all blocks
    /// are there again.
    ///
    /// While a block is unwound it and those inside it are gone, since its cleanup runs outside of
    /// them.
    ///
    /// CPython: `Python/compile.c` `compiler_unwind_fblock_stack` (3.8–)
    fn unwind_until(
        &mut self,
        place: &mut Place,
        top: TopOfStack,
        is_last: fn(FrameBlockKind<'a>) -> bool,
    ) -> Result<Option<FrameBlock<'a>>> {
        let mut unwound = Vec::new();
        let last = loop {
            let Some(&(mut block)) = self.state().frame_blocks.last() else { break None };
            if matches!(block.kind, FrameBlockKind::ExceptionGroupHandler) {
                let message = "'break', 'continue' and 'return' cannot appear in an except* block";
                return fault(place.location(), message);
            }
            if is_last(block.kind) {
                break Some(block);
            }
            self.state().frame_blocks.pop();
            if matches!(block.kind, FrameBlockKind::FinallyEnd) {
                // That a jump leaves the body, the `try` around it must know.
                block.exit = None;
            }
            if !self.silences_while_unwound() {
                self.unsilence_warnings(block.kind);
            }
            unwound.push(block);
            self.unwind(place, block, top)?;
        };
        for block in unwound.into_iter().rev() {
            self.state().frame_blocks.push(block);
            if !self.silences_while_unwound() {
                self.silence_warnings(block.kind);
            }
        }
        Ok(last)
    }

    /// Emits what leaving one block needs. The instructions after it get `place`, which becomes
    /// [`Place::Nowhere`] after a cleanup of its own location.
    ///
    /// CPython: `Python/compile.c` `compiler_unwind_fblock` (3.8–)
    pub(super) fn unwind(&mut self, place: &mut Place, block: FrameBlock<'a>, top: TopOfStack) -> Result {
        match block.kind {
            FrameBlockKind::WhileLoop
            | FrameBlockKind::ExceptionHandler
            | FrameBlockKind::ExceptionGroupHandler
            | FrameBlockKind::AsyncComprehensionGenerator
            | FrameBlockKind::InlinedComprehension
            | FrameBlockKind::StopIteration => {}
            FrameBlockKind::ForLoop => self.drop_below(*place, top, self.iterator_size()),
            FrameBlockKind::AsyncForLoop | FrameBlockKind::PopValue => self.drop_below(*place, top, 1),
            FrameBlockKind::TryExcept => self.emit(Opcode::POP_BLOCK, *place),
            FrameBlockKind::FinallyTry(finalbody) => {
                self.emit(Opcode::POP_BLOCK, *place);
                if top == TopOfStack::Preserved {
                    self.push_frame_block(place.location(), FrameBlockKind::PopValue, block.block, None)?;
                }
                let unwound_at = self.state().location;
                self.visit_body(finalbody)?;
                if top == TopOfStack::Preserved {
                    self.pop_frame_block();
                }
                self.set_location(unwound_at);
                self.unset_location();
                *place = Place::Nowhere;
            }
            FrameBlockKind::FinallyCalled { has_placeholder } => {
                self.call_finally(*place, block.exit, has_placeholder, top);
            }
            FrameBlockKind::FinallyEnd if self.features.handlers == Handlers::FinallyCalls => {
                self.unwind_called_finally(*place, top);
            }
            FrameBlockKind::With(_) | FrameBlockKind::AsyncWith(_)
                if self.features.handlers == Handlers::FinallyCalls =>
            {
                let is_async = matches!(block.kind, FrameBlockKind::AsyncWith(_));
                self.unwind_called_with(*place, is_async, top);
            }
            FrameBlockKind::HandlerCleanup(_) if self.features.handlers == Handlers::FinallyCalls => {
                self.unwind_called_handler(*place, block.exit, top);
            }
            FrameBlockKind::FinallyEnd if self.features.handlers == Handlers::BlockStack => {
                self.unwind_finally_on_block_stack(*place, top);
            }
            FrameBlockKind::FinallyEnd => {
                self.drop_below(*place, top, 1);
                self.swap_preserved(*place, top);
                self.emit(Opcode::POP_BLOCK, *place);
                self.emit(Opcode::POP_EXCEPT, *place);
            }
            FrameBlockKind::With(entered_at) => {
                self.unwind_with(entered_at, top);
                self.emit(Opcode::POP_TOP, entered_at);
                self.unset_location();
                *place = Place::Nowhere;
            }
            FrameBlockKind::AsyncWith(entered_at) => {
                self.unwind_with(entered_at, top);
                self.await_top(entered_at, Awaitable::Aexit);
                self.emit(Opcode::POP_TOP, entered_at);
                self.unset_location();
                *place = Place::Nowhere;
            }
            FrameBlockKind::HandlerCleanup(name) => self.unwind_handler(*place, name, top)?,
        }
        Ok(())
    }

    /// Calls `__exit__` (or `__aexit__`) as after a body without exception.
    fn unwind_with(&mut self, entered_at: Location, top: TopOfStack) {
        self.relocate(entered_at);
        self.emit(Opcode::POP_BLOCK, entered_at);
        if top == TopOfStack::Preserved {
            self.emit_rotate(self.exit_method_size() + 1, entered_at);
        }
        self.call_exit_with_nones(entered_at);
    }

    /// Leaves an `except` block: the exception is handled, its name unbound.
    fn unwind_handler(&mut self, place: Place, name: Option<Ident>, top: TopOfStack) -> Result {
        if name.is_some() {
            self.emit(Opcode::POP_BLOCK, place);
        }
        match self.features.handlers {
            Handlers::FinallyCalls | Handlers::BlockStack => self.pop_except_below(place, top),
            Handlers::Table => {
                self.swap_preserved(place, top);
                self.emit(Opcode::POP_BLOCK, place);
                self.emit(Opcode::POP_EXCEPT, place);
            }
        }
        match name {
            Some(name) => self.unbind(place, name),
            None => Ok(()),
        }
    }

    /// `name = None; del name`: whatever the name's state was, it is unbound afterwards.
    pub(super) fn unbind(&mut self, place: impl Into<Place>, name: Ident) -> Result {
        let place = place.into();
        self.emit_const(Constant::None, place);
        self.name_op(place, name, ExprContext::Store)?;
        self.name_op(place, name, ExprContext::Del)
    }

    /// Drops `count` values, which lie below the preserved one.
    fn drop_below(&mut self, place: Place, top: TopOfStack, count: u32) {
        if top == TopOfStack::Preserved {
            match count {
                1 => self.emit_swap(place),
                _ => self.emit_arg(Opcode::SWAP, count + 1, place),
            }
        }
        for _ in 0..count {
            self.emit(Opcode::POP_TOP, place);
        }
    }

    fn swap_preserved(&mut self, place: Place, top: TopOfStack) {
        if top == TopOfStack::Preserved {
            self.emit_swap(place);
        }
    }
}
