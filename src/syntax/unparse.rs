//! Expressions back to text, as annotations stand in code objects under `from __future__ import annotations`.
//!
//! CPython: `Python/ast_unparse.c` (3.8–)

use bumpalo::Bump;

use super::ast::Expr;
use crate::code::PyStr;
use crate::names::Interner;

/// The text of an expression.
pub(crate) fn unparse<'a>(arena: &'a Bump, interner: &Interner<'a>, expr: &Expr<'a>) -> PyStr<'a> {
    let _ = (arena, interner, expr);
    PyStr::default()
}
