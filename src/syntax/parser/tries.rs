//! `try` and its clauses.

use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::names::Ident;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

/// What an `except` clause catches, and the name it is bound to.
type Caught<'a> = (Option<&'a Expr<'a>>, Option<Ident>);

impl<'a> Parser<'a, '_> {
    /// CPython: `try_stmt` (3.9–)
    pub(super) fn try_statement(&mut self) -> Step<StmtKind<'a>> {
        let start = self.bump();
        self.forced(TokenKind::Colon, ":")?;
        let body = self.block("'try' statement", start)?;
        let has_advice = self.second_run && self.knows(Mistake::Advice);
        if has_advice && !self.at_any(TokenKind::Except.bit() | TokenKind::Finally.bit()) {
            return self.mistake_here("expected 'except' or 'finally' block");
        }
        let except = self.position;
        let has_star = self.dialect.has(SyntaxFeature::ExceptStar);
        let is_star = has_star && self.at(TokenKind::Except) && self.kind_ahead(1) == TokenKind::Star;
        let handlers = match self.at(TokenKind::Except) {
            true => self.one_or_more(|this| this.at(TokenKind::Except), |this| this.except_block(is_star))?,
            false => &[],
        };
        if self.second_run && has_star && !handlers.is_empty() && self.at(TokenKind::Except) {
            self.invalid_mixed_clauses(is_star)?;
        }
        if is_star && !handlers.is_empty() && !self.allows(SyntaxFeature::ExceptStar, except) {
            return Err(Stop);
        }
        let orelse = if handlers.is_empty() { &[][..] } else { self.else_block()? };
        let finalbody = self.finally()?;
        if handlers.is_empty() && finalbody.is_none() {
            return Err(Stop);
        }
        let finalbody = finalbody.unwrap_or_default();
        let lowered = Try { is_star, body, handlers, orelse, finalbody };
        Ok(StmtKind::Try(self.arena.alloc(lowered)))
    }

    /// CPython: `finally_block`, `invalid_finally_stmt` (3.9–)
    fn finally(&mut self) -> Step<Option<&'a [Stmt<'a>]>> {
        let start = self.position;
        self.after(TokenKind::Finally, |this| {
            this.forced(TokenKind::Colon, ":")?;
            this.block("'finally' statement", start)
        })
    }

    /// CPython: `except_block`, `except_star_block` (3.11–)
    fn except_block(&mut self, is_star: bool) -> Step<ExceptHandler<'a>> {
        let start = self.position;
        let head = self.attempt(|this| this.except_head(is_star))?;
        let Some((type_, name)) = head else {
            if self.second_run && self.knows(Mistake::Advice) {
                self.invalid_except_stmt(is_star)?;
            }
            return Err(Stop);
        };
        let what = if is_star { "'except*' statement" } else { "'except' statement" };
        let body = self.block(what, start)?;
        let location = self.compound_span(start);
        Ok(ExceptHandler { type_, name, body, location })
    }

    /// Up to the colon.
    fn except_head(&mut self, is_star: bool) -> Step<Caught<'a>> {
        self.bump();
        if is_star {
            self.expect(TokenKind::Star)?;
        } else if self.eat(TokenKind::Colon) {
            return Ok((None, None));
        }
        let start = self.position;
        let first = self.expression()?;
        let mut type_ = first;
        let mut name = None;
        if self.eat(TokenKind::As) {
            name = Some(self.name()?);
        } else if self.at(TokenKind::Comma) && self.dialect.has(SyntaxFeature::UnparenthesizedExceptionTypes)
        {
            type_ = self.tuple_rest(start, first, Self::expression)?;
            if self.at(TokenKind::Colon) {
                self.allows(SyntaxFeature::UnparenthesizedExceptionTypes, start);
            }
        }
        self.expect(TokenKind::Colon)?;
        Ok((Some(type_), name))
    }

    /// `except` after `except*` clauses, or the other way round.
    ///
    /// CPython: `invalid_try_stmt` (3.12–)
    #[cold]
    fn invalid_mixed_clauses(&mut self, is_star: bool) -> Step<()> {
        let other = self.position;
        if self.fits(|this| this.mixed_head(!is_star))?.is_none() {
            return Ok(());
        }
        let last = if is_star { other } else { other + 1 };
        let message = "cannot have both 'except' and 'except*' on the same 'try'";
        self.mistake(other, last, message)
    }

    fn mixed_head(&mut self, is_star: bool) -> Step<()> {
        self.bump();
        if is_star {
            self.expect(TokenKind::Star)?;
        }
        if is_star || !self.at(TokenKind::Colon) {
            self.expression()?;
            self.after(TokenKind::As, Self::name)?;
        }
        self.expect_last(TokenKind::Colon).map(drop)
    }

    /// CPython: `invalid_except_stmt`, `invalid_except_star_stmt` (3.10–)
    #[cold]
    fn invalid_except_stmt(&mut self, is_star: bool) -> Step<()> {
        self.bump();
        // Before these rules were two, one served for both kinds of clauses.
        let has_star = self.dialect.has(SyntaxFeature::ExceptStar) && self.eat(TokenKind::Star);
        if has_star != is_star && self.knows(Mistake::ExceptionTarget) {
            return Ok(());
        }
        self.invalid_exception_types()?;
        let types = Part::Skip(&|this| {
            this.expression()?;
            this.after(TokenKind::As, Self::name).map(drop)
        });
        self.report_here(shape![{types} "NEWLINE"], "expected ':'")?;
        match has_star {
            true if self.at_any(TokenKind::Newline.bit() | TokenKind::Colon.bit()) => {
                return self.mistake_here("expected one or more exception types");
            }
            false if self.at(TokenKind::Newline) => return self.mistake_here("expected ':'"),
            _ => {}
        }
        match self.knows(Mistake::ExceptionTarget) {
            true => self.invalid_exception_target(is_star),
            false => Ok(()),
        }
    }

    /// `except a, b:`, which some versions allow without `as`.
    fn invalid_exception_types(&mut self) -> Step<()> {
        let types = Part::Skip(&|this| {
            let start = this.position;
            let next = this.expression()?;
            this.tuple_rest(start, next, Self::expression).map(drop)
        });
        if self.knows(Mistake::ExceptionTarget) {
            let message = "multiple exception types must be parenthesized when using 'as'";
            return self.report_from(shape![expression "," {types} "as" "NAME" ":"], 0, message);
        }
        let name = Part::Skip(&|this| this.after(TokenKind::As, Self::name).map(drop));
        self.report_from(
            shape![expression "," {types} {name} ":"],
            0,
            "multiple exception types must be parenthesized",
        )
    }

    /// `except a as b.c:`.
    fn invalid_exception_target(&mut self, is_star: bool) -> Step<()> {
        let star = if is_star { "*" } else { "" };
        self.report_with(shape![expression "as" expression ":" [unnamed_block]], 2..=2, |this, found| {
            format!("cannot use except{star} statement with {}", this.describe(found.expr(2)))
        })
    }
}
