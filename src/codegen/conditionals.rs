//! `if` statements.

use super::{Compiler, Place, Result};
use crate::source::Location;
use crate::syntax::ast::{Expr, Stmt};

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_if` (3.8–)
    pub(super) fn if_statement(
        &mut self,
        location: Location,
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let end = self.new_label();
        if let Some(is_true) = self.decided(test) {
            if is_true {
                self.visit_body(body)?;
                self.check_only(orelse)?;
            } else {
                self.check_only(body)?;
                self.visit_body(orelse)?;
            }
            self.use_label(end);
            return Ok(());
        }
        let next = if orelse.is_empty() { end } else { self.new_label() };
        self.jump_if(location, test, next, false)?;
        self.visit_body(body)?;
        if !orelse.is_empty() {
            self.emit_jump_no_interrupt(end, Place::Nowhere);
            self.use_label(next);
            self.visit_body(orelse)?;
        }
        self.use_label(end);
        Ok(())
    }

    /// Whether a test is true, if code generation decides that.
    pub(super) fn decided(&self, test: &Expr<'_>) -> Option<bool> {
        let constant = test.kind.as_constant().filter(|_| self.features.constant_tests_decided)?;
        Some(constant.is_truthy())
    }

    /// Compiles statements that never run, for their errors and warnings only.
    pub(super) fn check_only(&mut self, body: &'a [Stmt<'a>]) -> Result {
        let mark = self.unit().mark();
        self.state().dead_blocks += 1;
        self.visit_body(body)?;
        self.unit().reset_to(mark);
        let state = self.state();
        state.dead_blocks -= 1;
        if state.dead_blocks == 0 {
            state.unit.names.extend(state.dead_names.drain(..));
        }
        Ok(())
    }
}
