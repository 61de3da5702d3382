//! Bodies of modules and classes: where `__annotations__` has to be set up, and the docstring.

use super::{Compiler, Result, UnitKind};
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::{ExprContext, Stmt, StmtKind};
use crate::target::Opcode;

impl<'a> Compiler<'a, '_> {
    /// Compiles the body of a module or class, whose names live in a namespace.
    ///
    /// CPython: `Python/compile.c` `compiler_body` (3.12)
    pub(super) fn namespace_body(&mut self, mut location: Location, body: &'a [Stmt<'a>]) -> Result {
        if let Some(first) = body.first()
            && self.state().kind == UnitKind::Module
        {
            location = first.location;
        }
        if has_annotations(body) {
            self.emit(Opcode::SETUP_ANNOTATIONS, location);
        }
        let (docstring, body) = self.split_docstring(body);
        if let Some(docstring) = docstring {
            self.visit_expr(docstring)?;
            self.name_op(Location::NONE, known::DOC, ExprContext::Store)?;
        }
        self.visit_body(body)
    }
}

/// Whether a statement of the body, or of a block in it, annotates a variable.
///
/// CPython: `Python/compile.c` `find_ann` (3.8–3.13)
fn has_annotations(body: &[Stmt<'_>]) -> bool {
    body.iter().any(|stmt| match stmt.kind {
        StmtKind::AnnAssign(_) => true,
        StmtKind::For(node) => has_annotations(node.body) || has_annotations(node.orelse),
        StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
            has_annotations(body) || has_annotations(orelse)
        }
        StmtKind::With(node) => has_annotations(node.body),
        StmtKind::Try(node) => {
            node.handlers.iter().any(|handler| has_annotations(handler.body))
                || has_annotations(node.body)
                || has_annotations(node.finalbody)
                || has_annotations(node.orelse)
        }
        StmtKind::Match { cases, .. } => cases.iter().any(|case| has_annotations(case.body)),
        _ => false,
    })
}
