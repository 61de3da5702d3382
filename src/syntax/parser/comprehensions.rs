//! The clauses of comprehensions.

use super::mistakes::Use;
use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

impl<'a> Parser<'a, '_> {
    /// Whether a clause of a comprehension is next.
    #[inline]
    pub(super) fn at_comprehension(&self) -> bool {
        self.at_any(TokenKind::For.bit() | TokenKind::Async.bit())
    }

    /// The clauses after the element of a comprehension whose bracket is at `start`.
    pub(super) fn comprehension(
        &mut self,
        start: usize,
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Step<&'a ComprehensionExpr<'a>> {
        if matches!(elt.kind, ExprKind::Starred { .. })
            && !self.allows(SyntaxFeature::UnpackingInComprehension, start + 1)
        {
            if !self.dialect.is_lenient {
                return Err(Stop);
            }
            self.refuse_later(start + 1, "iterable unpacking cannot be used in comprehension");
        }
        let id = self.node_id();
        let generators = self.for_if_clauses()?;
        Ok(self.arena.alloc(ComprehensionExpr { id, elt, value, generators }))
    }

    /// A generator expression, after its first element, with its closing parenthesis.
    pub(super) fn generator(&mut self, start: usize, elt: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let comprehension = self.comprehension(start, elt, None)?;
        self.expect(TokenKind::RightParen)?;
        Ok(self.node(start, ExprKind::GeneratorExp(comprehension)))
    }

    pub(super) fn for_if_clauses(&mut self) -> Step<&'a [Comprehension<'a>]> {
        self.one_or_more(Self::at_comprehension, Self::for_if_clause)
    }

    /// CPython: `for_if_clause` (3.9–)
    fn for_if_clause(&mut self) -> Step<Comprehension<'a>> {
        let (is_async, _, target) = self.for_head(Self::for_if_clause_mistakes)?;
        let iter = self.disjunction()?;
        let from = self.exprs.len();
        let condition = match self.dialect.is_lenient {
            true => Self::lenient_condition,
            false => Self::disjunction,
        };
        while let Some(condition) = self.after(TokenKind::If, condition)? {
            self.exprs.push(condition);
        }
        let ifs = self.take_exprs(from);
        Ok(Comprehension { is_async, target, iter, ifs })
    }

    /// `async for target in` of a statement or clause: whether it is asynchronous, its `for` and its
    /// target. If these do not fit, `mistakes` are looked for from their start on.
    pub(super) fn for_head(
        &mut self,
        mistakes: fn(&mut Self) -> Step<()>,
    ) -> Step<(bool, usize, &'a Expr<'a>)> {
        let start = self.position;
        let is_async = self.eat(TokenKind::Async);
        let keyword = self.expect(TokenKind::For)?;
        let target = self.attempt(|this| {
            let target = this.star_targets()?;
            this.expect(TokenKind::In)?;
            Ok(target)
        })?;
        if target.is_none() {
            self.position = start;
            mistakes(self)?;
        }
        target.map(|target| (is_async, keyword, target)).ok_or(Stop)
    }

    /// At a clause that has no target or no `in`.
    #[cold]
    fn for_if_clause_mistakes(&mut self) -> Step<()> {
        let looks_for_in = match self.knows(Mistake::ForWithoutInLate) {
            true => self.second_run,
            false => self.knows(Mistake::ForWithoutIn),
        };
        if looks_for_in {
            self.invalid_for_if_clause()?;
        }
        self.invalid_for_target()
    }

    /// `[a for b]`.
    ///
    /// CPython: `invalid_for_if_clause` (3.14–), `for_if_clause` (3.13)
    fn invalid_for_if_clause(&mut self) -> Step<()> {
        let targets = Part::Skip(&|this| {
            this.bitwise_or()?;
            this.repeat(|this| {
                this.expect(TokenKind::Comma)?;
                this.bitwise_or()
            })?;
            this.eat(TokenKind::Comma);
            Ok(())
        });
        self.report_here(
            shape![(? "async") "for" {targets} (! "in")],
            "'in' expected after for-loop variables",
        )
    }

    /// `for f() in a`.
    ///
    /// CPython: `invalid_for_target` (3.9–)
    pub(super) fn invalid_for_target(&mut self) -> Step<()> {
        if !self.second_run {
            return Ok(());
        }
        match self.find(shape![(? "async") "for" star_expressions])? {
            Some(found) => self.check_target(found.expr(2), Use::For),
            None => Ok(()),
        }
    }
}
