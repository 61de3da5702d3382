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
}
