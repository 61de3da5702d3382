//! Statements: the dispatch over their kinds, and the simple ones.

use super::frame_blocks::TopOfStack;
use super::{Compiler, Place, Result, fault};
use crate::code::Constant;
use crate::source::Location;
use crate::syntax::ast::{Expr, Stmt, StmtKind};
use crate::targets::{CommonConstant, Opcode};

impl<'a> Compiler<'a, '_> {
    pub(crate) fn visit_body(&mut self, body: &'a [Stmt<'a>]) -> Result {
        body.iter().try_for_each(|stmt| self.visit_stmt(stmt))
    }

    /// CPython: `Python/compile.c` `compiler_visit_stmt` (3.12)
    pub(crate) fn visit_stmt(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let location = stmt.location;
        self.check_memory()?;
        self.begin_line(location);
        let is_conditional = stmt.kind.has_blocks();
        if is_conditional {
            self.state().conditional_blocks += 1;
        }
        match stmt.kind {
            StmtKind::FunctionDef(node) => self.function_def(location, node)?,
            StmtKind::ClassDef(node) => self.class_def(location, node)?,
            StmtKind::Return(value) => self.return_statement(location, value)?,
            StmtKind::Delete(targets) => self.delete(targets)?,
            StmtKind::Assign { targets, value } => self.assign(location, targets, value)?,
            StmtKind::TypeAlias(node) => self.type_alias(location, node)?,
            StmtKind::AugAssign { target, op, value } => self.aug_assign(location, target, op, value)?,
            StmtKind::AnnAssign(node) => self.ann_assign(location, node)?,
            StmtKind::For(node) if node.is_async => self.async_for_loop(location, node)?,
            StmtKind::For(node) => self.for_loop(location, node)?,
            StmtKind::While { test, body, orelse } => self.while_loop(location, test, body, orelse)?,
            StmtKind::If { test, body, orelse } => self.if_statement(location, test, body, orelse)?,
            StmtKind::With(node) if node.is_async => {
                self.async_with_statement(location, node.items, node.body)?;
            }
            StmtKind::With(node) => self.with_statement(location, node.items, node.body)?,
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases)?,
            StmtKind::Raise { exc, cause } => self.raise_statement(location, exc, cause)?,
            StmtKind::Try(node) => self.try_statement(location, node)?,
            StmtKind::Assert { test, msg } => self.assert_statement(location, test, msg)?,
            StmtKind::Import { names, is_lazy } => {
                let time = self.import_time(is_lazy, names);
                self.import(location, names, time)?;
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                let time = self.import_time(is_lazy, names);
                self.import_from(location, module, names, level, time)?;
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Expr(value) => self.expression_statement(location, value)?,
            StmtKind::Pass => self.keep_line(location),
            StmtKind::Break => self.break_statement(location)?,
            StmtKind::Continue => self.continue_statement(location)?,
        }
        if is_conditional {
            self.state().conditional_blocks -= 1;
        }
        Ok(())
    }

    /// A constant leaves nothing but its place, which a `NOP` keeps for the debugger.
    ///
    /// CPython: `Python/compile.c` `compiler_stmt_expr` (3.12)
    fn expression_statement(&mut self, location: Location, value: &'a Expr<'a>) -> Result {
        if value.kind.as_constant().is_some() {
            self.keep_line(location);
            return Ok(());
        }
        self.visit_expr(value)?;
        self.unset_location();
        self.emit(Opcode::POP_TOP, Place::Nowhere);
        Ok(())
    }

    /// Leaves something of a statement for its line's sake.
    fn keep_line(&mut self, place: impl Into<Place>) {
        if self.features.lines_kept {
            self.emit(Opcode::NOP, place);
        }
    }

    /// CPython: `Python/compile.c` `compiler_return` (3.12)
    fn return_statement(&mut self, statement: Location, value: Option<&'a Expr<'a>>) -> Result {
        let scope = self.scope();
        if !scope.is_function_like() {
            return fault(statement, "'return' outside function");
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return fault(statement, "'return' with value in async generator");
        }

        let mut location = statement;
        // A constant is loaded only after the unwinding; a `NOP` stands where it would have been
        // evaluated.
        let constant = match value {
            None => Some(Constant::None),
            Some(value) => value.kind.as_constant(),
        };
        match value {
            Some(value) if constant.is_some() => {
                location = value.location;
                self.relocate(location);
                self.keep_line(location);
            }
            Some(value) => self.visit_expr(value)?,
            None => {}
        }
        if value.is_none_or(|value| value.location.lineno != statement.lineno) {
            location = statement;
            self.relocate(location);
            self.keep_line(location);
        }

        let top = if constant.is_some() { TopOfStack::Unused } else { TopOfStack::Preserved };
        let mut place = Place::At(location);
        self.unwind_all(&mut place, top)?;
        match (constant, value) {
            (Some(_), Some(value)) if self.features.locations.is_line() => {
                self.visit_expr(value)?;
            }
            (Some(constant), _) => self.emit_const(constant, place),
            (None, _) => {}
        }
        self.emit(Opcode::RETURN_VALUE, place);
        self.next_block();
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_break` (3.8–)
    fn break_statement(&mut self, statement: Location) -> Result {
        let mut place = Place::At(statement);
        self.keep_line(place);
        let Some(in_loop) = self.unwind_to_loop(&mut place)? else {
            self.set_location(statement);
            return fault(statement, "'break' outside loop");
        };
        self.unwind(&mut place, in_loop, TopOfStack::Unused)?;
        let exit = in_loop.exit.expect("a loop's frame block has an exit");
        self.emit_jump(Opcode::JUMP, exit, place);
        self.next_block();
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_continue` (3.8–)
    fn continue_statement(&mut self, statement: Location) -> Result {
        let mut place = Place::At(statement);
        self.keep_line(place);
        let Some(in_loop) = self.unwind_to_loop(&mut place)? else {
            self.set_location(statement);
            return fault(statement, "'continue' not properly in loop");
        };
        self.emit_jump(Opcode::JUMP, in_loop.block, place);
        self.next_block();
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_visit_stmt` (3.12)
    fn raise_statement(
        &mut self,
        location: Location,
        exc: Option<&'a Expr<'a>>,
        cause: Option<&'a Expr<'a>>,
    ) -> Result {
        let operands = [exc, exc.and(cause)];
        for operand in operands.into_iter().flatten() {
            self.visit_expr(operand)?;
        }
        self.emit_arg(Opcode::RAISE_VARARGS, operands.into_iter().flatten().count() as u32, location);
        self.next_block();
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_assert` (3.12)
    fn assert_statement(
        &mut self,
        location: Location,
        test: &'a Expr<'a>,
        msg: Option<&'a Expr<'a>>,
    ) -> Result {
        self.check_assert(location, test);
        if self.optimize > 0 {
            return Ok(());
        }
        let at_test = self.features.assert_failure_at_test;
        let failure = if at_test { test.location } else { location };
        let end = self.new_label();
        self.jump_if(location, test, end, true)?;
        if self.features.opcodes.has(Opcode::LOAD_COMMON_CONSTANT) {
            self.emit_arg(Opcode::LOAD_COMMON_CONSTANT, CommonConstant::AssertionError as u32, location);
        } else if self.features.opcodes.has(Opcode::LOAD_ASSERTION_ERROR) {
            self.emit(Opcode::LOAD_ASSERTION_ERROR, location);
        } else {
            let name = self.interner.intern("AssertionError");
            self.load_global(location, name);
        }
        if let Some(msg) = msg {
            self.visit_expr(msg)?;
            self.emit_call_with_one(location);
        }
        if at_test {
            self.set_location(failure);
        }
        self.emit_arg(Opcode::RAISE_VARARGS, 1, failure);
        self.use_label(end);
        Ok(())
    }
}
