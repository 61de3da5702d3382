//! Statements of one line.

use super::mistakes::Use;
use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::names::Ident;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::Mistake;

impl<'a> Parser<'a, '_> {
    /// A line of simple statements, appended to the statements.
    pub(super) fn simple_statements(&mut self) -> Step<()> {
        loop {
            let before = self.may_fold.get();
            let statement = self.simple_statement()?;
            self.count_chained();
            let may_fold = self.may_fold_since(before);
            self.stmts.push(Stmt { may_fold, ..statement });
            if !self.eat(TokenKind::Semicolon) || self.at(TokenKind::Newline) {
                break;
            }
        }
        self.expect(TokenKind::Newline).map(drop)
    }

    pub(super) fn simple_statement(&mut self) -> Step<Stmt<'a>> {
        let start = self.position;
        let kind = match self.kind() {
            TokenKind::Return => {
                self.bump();
                let value = self.optional(Self::star_expressions)?;
                StmtKind::Return(value)
            }
            TokenKind::Import | TokenKind::From => self.import_statement()?,
            TokenKind::Raise => self.raise()?,
            TokenKind::Pass => self.one_word(StmtKind::Pass)?,
            TokenKind::Break => self.one_word(StmtKind::Break)?,
            TokenKind::Continue => self.one_word(StmtKind::Continue)?,
            TokenKind::Del => self.del()?,
            TokenKind::Assert => self.assert()?,
            TokenKind::Global => StmtKind::Global(self.declared_names()?),
            TokenKind::Nonlocal => StmtKind::Nonlocal(self.declared_names()?),
            TokenKind::Name if self.at_lazy_import() => self.import_statement()?,
            _ => self.expression_statement()?,
        };
        Ok(Stmt { kind, location: self.span(start), may_fold: true })
    }

    fn at_lazy_import(&self) -> bool {
        matches!(self.kind_ahead(1), TokenKind::Import | TokenKind::From)
            && self.at_name("lazy")
            && self.dialect.has(crate::targets::SyntaxFeature::LazyImport)
    }

    /// What `parse` makes of the next tokens, allocated, or nothing.
    fn optional(&mut self, parse: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<Option<&'a Expr<'a>>> {
        if self.at_any(TokenKind::Newline.bit() | TokenKind::Semicolon.bit()) {
            return Ok(None);
        }
        self.attempt(parse)
    }

    fn one_word(&mut self, kind: StmtKind<'a>) -> Step<StmtKind<'a>> {
        if self.second_run {
            // CPython tries an expression first, which has a mistake with such statements.
            self.fits(Self::expression)?;
        }
        self.bump();
        Ok(kind)
    }

    fn declared_names(&mut self) -> Step<&'a [Ident]> {
        self.bump();
        self.separated(Self::name)
    }

    /// CPython: `raise_stmt` (3.9–)
    fn raise(&mut self) -> Step<StmtKind<'a>> {
        let start = self.bump();
        let exc = self.optional(Self::expression)?;
        let cause = if exc.is_some() { self.after(TokenKind::From, Self::expression)? } else { None };
        if self.second_run && cause.is_none() && self.at(TokenKind::From) {
            self.invalid_raise_stmt(start, exc.is_some())?;
        }
        Ok(StmtKind::Raise { exc, cause })
    }

    /// `raise from a`, `raise a from`, at the `from`.
    ///
    /// CPython: `invalid_raise_stmt` (3.15–)
    #[cold]
    fn invalid_raise_stmt(&mut self, start: usize, has_exception: bool) -> Step<()> {
        let from = self.position;
        if !self.knows(Mistake::IncompleteRaise) {
            return Ok(());
        }
        match has_exception {
            true => self.mistake(from, from, "did you forget an expression after 'from'?"),
            false => {
                let message = "did you forget an expression between 'raise' and 'from'?";
                self.mistake(start, from, message)
            }
        }
    }

    /// CPython: `assert_stmt` (3.9–)
    fn assert(&mut self) -> Step<StmtKind<'a>> {
        if self.second_run && self.knows(Mistake::AssertedAssignment) {
            self.invalid_assert_stmt()?;
        }
        self.bump();
        let test = self.expression()?;
        let msg = self.after(TokenKind::Comma, Self::expression)?;
        Ok(StmtKind::Assert { test, msg })
    }

    /// `assert a = b`, `assert a, b := c`.
    ///
    /// CPython: `invalid_assert_stmt` (3.15–)
    #[cold]
    fn invalid_assert_stmt(&mut self) -> Step<()> {
        let shape = shape!["assert" expression "=" expression];
        self.report_with(shape, 1..=3, |this, found| this.meant_comparison(found.expr(1)))?;
        let shape = shape!["assert" expression "," expression "=" expression];
        self.report_with(shape, 3..=5, |this, found| this.meant_comparison(found.expr(3)))?;
        let message = "cannot use named expression without parentheses here";
        self.report(shape!["assert" expression ":=" expression], 1..=3, message)?;
        self.report(shape!["assert" expression "," expression ":=" expression], 3..=5, message)
    }

    /// CPython: `del_stmt`, `invalid_del_stmt` (3.9–)
    fn del(&mut self) -> Step<StmtKind<'a>> {
        self.bump();
        let targets = self.attempt(|this| {
            let targets = this.del_targets()?;
            let ends = this.at_any(TokenKind::Semicolon.bit() | TokenKind::Newline.bit());
            if ends { Ok(targets) } else { Err(Stop) }
        })?;
        if let Some(targets) = targets {
            return Ok(StmtKind::Delete(targets));
        }
        if self.second_run
            && let Some(expr) = self.fits(Self::star_expressions)?
        {
            self.check_target(expr, Use::Delete)?;
        }
        Err(Stop)
    }
}
