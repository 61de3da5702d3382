//! `with` and `async with`.
//!
//! Each item is a block of its own: the items after it, and at last the body, are compiled inside.
//! The ways out are the normal one, which calls `__exit__(None, None, None)`, and the handler,
//! which passes the exception and swallows it if asked to.

use super::{Compiler, FrameBlockKind, Place, Result, UnitKind, fault};
use crate::code::Constant;
use crate::instructions::Label;
use crate::source::Location;
use crate::syntax::ast::{Stmt, WithItem};
use crate::targets::{Awaitable, ContextManagers, Handlers, Opcode, SpecialMethod, WithLocation};

/// Where the instructions of one item are that are not its expression's or its target's.
struct Places {
    location: Location,
    /// Those that leave it by `return`, `break` or `continue`.
    unwinding: Location,
}

/// Which of the two statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sync {
    With,
    AsyncWith,
}

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_with` (3.12)
    pub(super) fn with_statement(
        &mut self,
        statement: Location,
        items: &'a [WithItem<'a>],
        body: &'a [Stmt<'a>],
    ) -> Result {
        let Some((item, inner_items)) = items.split_first() else {
            return self.visit_body(body);
        };
        let Places { location, unwinding } = self.places(statement, item);
        let [block, handler, exit, cleanup] = self.new_labels();
        self.visit_expr(item.context_expr)?;
        self.enter(location, Sync::With);
        self.emit_jump(Opcode::SETUP_WITH, handler, location);

        self.use_label(block);
        self.push_frame_block(location, FrameBlockKind::With(unwinding), block, Some(handler))?;
        self.bind_entered(location, item)?;
        self.with_statement(statement, inner_items, body)?;
        self.unset_location();
        self.emit(Opcode::POP_BLOCK, Place::Nowhere);
        self.pop_frame_block();
        if self.features.handlers == Handlers::FinallyCalls {
            self.end_called_with(location, handler, false);
            return Ok(());
        }

        self.relocate(location);
        self.call_exit_with_nones(location);
        self.emit(Opcode::POP_TOP, location);
        self.emit_jump_forward(exit, location);

        self.begin_with_handler(location, handler, cleanup);
        self.finish_with_handler(location, cleanup);
        self.use_label(exit);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_async_with` (3.12)
    pub(super) fn async_with_statement(
        &mut self,
        statement: Location,
        items: &'a [WithItem<'a>],
        body: &'a [Stmt<'a>],
    ) -> Result {
        let Some((item, inner_items)) = items.split_first() else {
            return self.visit_body(body);
        };
        if self.state().kind != UnitKind::AsyncFunction {
            return fault(statement, "'async with' outside async function");
        }
        let Places { location, unwinding } = self.places(statement, item);
        let [block, handler, exit, cleanup] = self.new_labels();
        self.visit_expr(item.context_expr)?;
        self.enter(location, Sync::AsyncWith);
        self.await_top(location, Awaitable::Aenter);
        let setup = match self.features.handlers {
            Handlers::FinallyCalls | Handlers::BlockStack => Opcode::SETUP_ASYNC_WITH,
            Handlers::Table => Opcode::SETUP_WITH,
        };
        self.emit_jump(setup, handler, location);

        self.use_label(block);
        self.push_frame_block(location, FrameBlockKind::AsyncWith(unwinding), block, Some(handler))?;
        self.bind_entered(location, item)?;
        self.async_with_statement(statement, inner_items, body)?;
        self.pop_frame_block();
        self.emit(Opcode::POP_BLOCK, location);
        if self.features.handlers == Handlers::FinallyCalls {
            self.end_called_with(location, handler, true);
            return Ok(());
        }

        self.relocate(location);
        self.call_exit_with_nones(location);
        self.await_top(location, Awaitable::Aexit);
        self.emit(Opcode::POP_TOP, location);
        self.emit_jump(Opcode::JUMP, exit, location);

        self.begin_with_handler(location, handler, cleanup);
        self.await_top(location, Awaitable::Aexit);
        self.finish_with_handler(location, cleanup);
        self.use_label(exit);
        Ok(())
    }

    /// Calls `__exit__` (or `__aexit__`) with the exception.
    fn begin_with_handler(&mut self, location: Location, handler: Label, cleanup: Label) {
        self.use_label(handler);
        if self.features.handlers == Handlers::Table {
            self.emit_jump(Opcode::SETUP_CLEANUP, cleanup, location);
            self.emit(Opcode::PUSH_EXC_INFO, location);
        }
        self.emit(Opcode::WITH_EXCEPT_START, location);
    }

    fn places(&self, statement: Location, item: &WithItem<'_>) -> Places {
        let at_item = item.context_expr.location;
        let (location, unwinding) = match self.features.with_location {
            WithLocation::Statement => (statement, statement),
            WithLocation::ContextExprButUnwinding => (at_item, statement),
            WithLocation::ContextExpr => (at_item, at_item),
        };
        Places { location, unwinding }
    }

    /// `exit(None, None, None)`.
    ///
    /// CPython: `Python/compile.c` `compiler_call_exit_with_nones` (3.8–)
    pub(super) fn call_exit_with_nones(&mut self, location: Location) {
        if self.features.context_managers == ContextManagers::SetupWith {
            self.emit_const(Constant::None, location);
            self.emit_copy(location);
            self.emit_copy(location);
            return self.emit_call(3, location);
        }
        for _ in 0..3 {
            self.emit_const(Constant::None, location);
        }
        self.emit_call(1 + self.exit_method_size(), location);
    }

    /// How many values on the stack are the way out of a `with`: the bound method, or the method
    /// and its object.
    pub(super) fn exit_method_size(&self) -> u32 {
        match self.features.context_managers {
            ContextManagers::SetupWith | ContextManagers::BeforeWith => 1,
            ContextManagers::LoadSpecial => 2,
        }
    }

    /// Puts the way out of the context manager on top of the stack in its place, and above that
    /// what entering it returns.
    fn enter(&mut self, location: Location, with: Sync) {
        let (before, enter, exit) = match with {
            Sync::With => (Opcode::BEFORE_WITH, SpecialMethod::Enter, SpecialMethod::Exit),
            Sync::AsyncWith => (Opcode::BEFORE_ASYNC_WITH, SpecialMethod::Aenter, SpecialMethod::Aexit),
        };
        match (self.features.context_managers, with) {
            (ContextManagers::SetupWith, Sync::With) => return,
            (ContextManagers::SetupWith | ContextManagers::BeforeWith, _) => {
                return self.emit(before, location);
            }
            (ContextManagers::LoadSpecial, _) => {}
        }
        for (opcode, oparg) in [
            (Opcode::COPY, 1),
            (Opcode::LOAD_SPECIAL, exit as u32),
            (Opcode::SWAP, 2),
            (Opcode::SWAP, 3),
            (Opcode::LOAD_SPECIAL, enter as u32),
            (Opcode::CALL, 0),
        ] {
            self.emit_arg(opcode, oparg, location);
        }
    }

    fn bind_entered(&mut self, location: Location, item: &'a WithItem<'a>) -> Result {
        match item.optional_vars {
            Some(target) => self.visit_expr(target)?,
            None => self.emit(Opcode::POP_TOP, location),
        }
        Ok(())
    }

    /// What `__exit__` returned is on top of the stack: if it is true, the exception is swallowed.
    ///
    /// CPython: `Python/compile.c` `compiler_with_except_finish` (3.11–)
    fn finish_with_handler(&mut self, location: Location, cleanup: Label) {
        if self.features.handlers == Handlers::BlockStack {
            return self.finish_with_on_block_stack(location);
        }
        let suppress = self.new_label();
        self.unset_location();
        self.emit_truth_jump(Opcode::POP_JUMP_IF_TRUE, suppress, Place::Nowhere);
        self.emit_arg(Opcode::RERAISE, 2, Place::Nowhere);
        if !self.features.suppression_first {
            self.use_label(cleanup);
            self.pop_except_and_reraise(Place::Nowhere);
            self.swallow_exception(suppress);
            return;
        }
        self.swallow_exception(suppress);
        let exit = self.new_label();
        self.emit_jump_no_interrupt(exit, Place::Nowhere);

        self.use_label(cleanup);
        self.pop_except_and_reraise(Place::Nowhere);
        self.use_label(exit);
    }

    fn swallow_exception(&mut self, suppress: Label) {
        self.use_label(suppress);
        for opcode in [Opcode::POP_TOP, Opcode::POP_BLOCK, Opcode::POP_EXCEPT] {
            self.emit(opcode, Place::Nowhere);
        }
        // The instruction that raised, and the way out.
        for _ in 0..1 + self.exit_method_size() {
            self.emit(Opcode::POP_TOP, Place::Nowhere);
        }
    }
}
