//! Statements of one line.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{ExprKind, Use};
use crate::syntax::diagnose::token::Kind;
use crate::targets::SyntaxFeature;

impl Parser<'_> {
    /// A line of simple statements.
    pub(super) fn simple_statements(&mut self) -> Step<()> {
        loop {
            self.simple_statement()?;
            if !self.eat(";") {
                break;
            }
            if self.at_kind(Kind::Newline) {
                break;
            }
            if self.at_soft("match") {
                self.match_names.push(self.tokens[self.position].start);
            }
        }
        self.expect_kind(Kind::Newline).map(|_| ())
    }

    fn simple_statement(&mut self) -> Step<()> {
        if self.is_lazy_import() {
            self.bump();
        }
        let token = self.token();
        if token.kind != Kind::Keyword {
            return self.expression_statement();
        }
        match self.text_of(token) {
            "return" => {
                self.bump();
                self.attempt(Self::star_expressions)?;
                Ok(())
            }
            "import" => self.import(),
            "from" => self.import_from(),
            "raise" => self.raise(),
            "pass" | "break" | "continue" => {
                self.bump();
                Ok(())
            }
            "del" => self.del(),
            "assert" => {
                self.bump();
                self.expression()?;
                if self.at(",") {
                    self.bump();
                    self.expression()?;
                }
                Ok(())
            }
            "global" | "nonlocal" => {
                self.bump();
                self.name()?;
                while self.at(",") {
                    self.bump();
                    self.name()?;
                }
                Ok(())
            }
            _ => self.expression_statement(),
        }
    }

    fn is_lazy_import(&mut self) -> bool {
        self.grammar.has(SyntaxFeature::LazyImport)
            && self.at_soft("lazy")
            && (self.is_ahead(1, "import") || self.is_ahead(1, "from"))
    }

    fn expression_statement(&mut self) -> Step<()> {
        if self.attempt(Self::assignment)?.is_some() {
            return Ok(());
        }
        if self.has_checks {
            let position = self.position;
            self.check_assignment()?;
            self.position = position;
        }
        if self.at_soft("type") && self.attempt(Self::type_alias)?.is_some() {
            return Ok(());
        }
        if self.at("yield") { self.yield_expr() } else { self.star_expressions() }.map(|_| ())
    }

    fn raise(&mut self) -> Step<()> {
        self.bump();
        if self.attempt(Self::expression)?.is_none() {
            return Ok(());
        }
        if self.at("from") {
            self.bump();
            self.expression()?;
        }
        Ok(())
    }

    fn del(&mut self) -> Step<()> {
        self.bump();
        let start = self.position;
        let is_deletable = self.attempt(|this| {
            let targets = this.targets()?;
            let is_end = this.at(";") || this.at_kind(Kind::Newline);
            let is_starred = targets.kind == ExprKind::Starred
                || targets.kind == ExprKind::Tuple
                    && targets.parts.iter().any(|part| part.kind == ExprKind::Starred);
            if is_end && !is_starred && targets.is_target(Use::Delete) { Ok(()) } else { Err(Stop::Dead) }
        })?;
        if is_deletable.is_some() {
            return Ok(());
        }
        self.position = start;
        if self.has_checks
            && let Some(expr) = self.fits(Self::star_expressions)?
            && let Some(invalid) = expr.invalid_target(Use::Delete)
        {
            let message = format!("cannot delete {}", invalid.description());
            return self.mistake_in(invalid, message);
        }
        Err(Stop::Dead)
    }
}
