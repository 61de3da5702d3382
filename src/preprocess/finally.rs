//! Warnings of `return`, `break` and `continue` that leave a `finally` block, and so drop an
//! exception.
//!
//! ```python
//! for x in y:
//!     try: f(x)
//!     finally: break        # 'break' in a 'finally' block
//! ```
//!
//! CPython: `Python/ast_preprocess.c` `before_return`, `before_loop_exit` (3.14–)

use crate::diagnostic::Warning;
use crate::source::Location;
use crate::syntax::ast::{Stmt, StmtKind};

/// Warns of the statements of a module, in source order.
pub(super) fn warn(body: &[Stmt<'_>], warnings: &mut Vec<Warning>) {
    Walk { warnings }.body(body, false);
}

/// `in_finally` says that the innermost enclosing `finally` block, loop or function is a `finally` block.
/// So a `return` in a loop in a `finally` block is not warned of, as in CPython.
struct Walk<'w> {
    warnings: &'w mut Vec<Warning>,
}

impl Walk<'_> {
    fn body(&mut self, body: &[Stmt<'_>], in_finally: bool) {
        for stmt in body {
            self.stmt(stmt, in_finally);
        }
    }

    fn stmt(&mut self, stmt: &Stmt<'_>, in_finally: bool) {
        match stmt.kind {
            StmtKind::Return(_) => self.leaves("return", stmt.location, in_finally),
            StmtKind::Break => self.leaves("break", stmt.location, in_finally),
            StmtKind::Continue => self.leaves("continue", stmt.location, in_finally),
            StmtKind::FunctionDef(def) => self.body(def.body, false),
            StmtKind::ClassDef(def) => self.body(def.body, in_finally),
            StmtKind::For(stmt) => {
                self.body(stmt.body, false);
                self.body(stmt.orelse, in_finally);
            }
            StmtKind::While { body, orelse, .. } => {
                self.body(body, false);
                self.body(orelse, in_finally);
            }
            StmtKind::If { body, orelse, .. } => {
                self.body(body, in_finally);
                self.body(orelse, in_finally);
            }
            StmtKind::With(with) => self.body(with.body, in_finally),
            StmtKind::Match { cases, .. } => cases.iter().for_each(|case| self.body(case.body, in_finally)),
            StmtKind::Try(stmt) => {
                self.body(stmt.body, in_finally);
                stmt.handlers.iter().for_each(|handler| self.body(handler.body, in_finally));
                self.body(stmt.orelse, in_finally);
                self.body(stmt.finalbody, true);
            }
            _ => {}
        }
    }

    fn leaves(&mut self, keyword: &str, location: Location, in_finally: bool) {
        if in_finally {
            let message = format!("'{keyword}' in a 'finally' block");
            self.warnings.push(Warning::syntax_warning(location, message));
        }
    }
}
