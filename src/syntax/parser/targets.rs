//! Targets: what is assigned to, deleted or looped over with.
//!
//! A target is read as the expression it looks like, and then given its context. What the grammar
//! tells apart by parentheses needs no second look: a starred expression in parentheses is no
//! expression either.
//!
//! CPython: `star_targets`, `single_target`, `del_targets` (3.9–)

use super::mistakes::Use;
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;

impl<'a> Parser<'a, '_> {
    /// One or more targets of a loop, which make a tuple as expressions do.
    pub(super) fn star_targets(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.star_target()?;
        if !self.at(TokenKind::Comma) {
            return Ok(first);
        }
        let elts = self.elements(first, Self::star_target)?;
        let kind = ExprKind::Tuple { elts, ctx: ExprContext::Store };
        Ok(self.node(start, kind))
    }

    pub(super) fn star_target(&mut self) -> Step<&'a Expr<'a>> {
        if self.dialect.is_lenient {
            let target = self.lenient_target(Use::For)?;
            return Ok(self.stored(target));
        }
        let target = match self.at(TokenKind::Star) {
            true => self.starred(Self::primary)?,
            false => self.primary()?,
        };
        if is_star_target(target) { Ok(self.stored(target)) } else { Err(Stop) }
    }

    /// The targets of a `del` statement.
    pub(super) fn del_targets(&mut self) -> Step<&'a [Expr<'a>]> {
        let first = self.del_target()?;
        self.elements(first, Self::del_target)
    }

    fn del_target(&mut self) -> Step<&'a Expr<'a>> {
        let is_lenient = self.dialect.is_lenient;
        let target = if is_lenient { self.lenient_target(Use::Delete)? } else { self.primary()? };
        if is_lenient || is_del_target(target) {
            Ok(self.arena.alloc(self.in_context(target, ExprContext::Del)))
        } else {
            Err(Stop)
        }
    }

    /// An expression in the context of an assignment.
    pub(super) fn stored(&self, target: &'a Expr<'a>) -> &'a Expr<'a> {
        self.arena.alloc(self.in_context(target, ExprContext::Store))
    }

    fn in_context(&self, target: &Expr<'a>, ctx: ExprContext) -> Expr<'a> {
        let all = |elts: &'a [Expr<'a>]| {
            self.arena.alloc_slice_fill_iter(elts.iter().map(|elt| self.in_context(elt, ctx)))
        };
        let kind = match target.kind {
            ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
            ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
            ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
            ExprKind::Starred { value, .. } => {
                ExprKind::Starred { value: self.arena.alloc(self.in_context(value, ctx)), ctx }
            }
            ExprKind::Tuple { elts, .. } => ExprKind::Tuple { elts: all(elts), ctx },
            ExprKind::List { elts, .. } => ExprKind::List { elts: all(elts), ctx },
            other => other,
        };
        Expr { kind, ..*target }
    }
}

/// Whether an expression could have been read as `star_target`.
pub(super) fn is_star_target(expr: &Expr<'_>) -> bool {
    match expr.kind {
        ExprKind::Starred { value, .. } => {
            !matches!(value.kind, ExprKind::Starred { .. }) && is_star_target(value)
        }
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => elts.iter().all(is_star_target),
        _ => is_single_target(expr),
    }
}

fn is_del_target(expr: &Expr<'_>) -> bool {
    match expr.kind {
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => elts.iter().all(is_del_target),
        _ => is_single_target(expr),
    }
}

/// Whether an expression could have been read as `single_target`.
pub(super) fn is_single_target(expr: &Expr<'_>) -> bool {
    matches!(expr.kind, ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. })
}
