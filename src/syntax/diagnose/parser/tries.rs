//! `try` and its clauses.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::token::Kind;
use crate::targets::SyntaxFeature;

impl Parser<'_> {
    pub(super) fn try_statement(&mut self) -> Step<()> {
        let start = self.bump();
        self.forced(":")?;
        self.block("'try' statement", start)?;
        if self.has_checks {
            if !self.at_any(&["except", "finally"]) {
                return self.mistake_here("expected 'except' or 'finally' block");
            }
            self.check_mixed_clauses()?;
        }
        let is_star = self.at("except") && self.is_ahead(1, "*");
        let mut clauses = 0;
        while self.at("except") && self.attempt(|this| this.except_clause(is_star))?.is_some() {
            clauses += 1;
        }
        if clauses > 0 {
            self.optional_else()?;
        }
        if self.at("finally") {
            let finally = self.attempt(Self::finally)?;
            return if clauses > 0 || finally.is_some() { Ok(()) } else { Err(Stop::Dead) };
        }
        if clauses > 0 { Ok(()) } else { Err(Stop::Dead) }
    }

    fn finally(&mut self) -> Step<()> {
        let start = self.bump();
        self.forced(":")?;
        self.block("'finally' statement", start)
    }

    /// `except` and `except*` do not go together.
    fn check_mixed_clauses(&mut self) -> Step<()> {
        let start = self.position;
        let first_is_star = self.is_ahead(1, "*");
        while self.at("except") && self.is_ahead(1, "*") == first_is_star {
            if self.attempt(|this| this.except_clause(first_is_star))?.is_none() {
                break;
            }
        }
        let other = self.position;
        let is_mixed = other > start
            && self.at("except")
            && self.fits(|this| this.except_header(!first_is_star))?.is_some();
        if is_mixed {
            return self.mistake(other, other, "cannot have both 'except' and 'except*' on the same 'try'");
        }
        self.position = start;
        Ok(())
    }

    fn except_header(&mut self, is_star: bool) -> Step<usize> {
        self.bump();
        if is_star {
            self.expect("*")?;
        }
        if is_star || !self.at(":") {
            self.exception_types()?;
            if self.eat("as") {
                self.name()?;
            }
        }
        self.expect(":")
    }

    fn except_clause(&mut self, is_star: bool) -> Step<()> {
        let start = self.bump();
        if is_star {
            self.expect("*")?;
        }
        let what = if is_star { "'except*' statement" } else { "'except' statement" };
        if self.at(":") && !is_star {
            self.bump();
            return self.block(what, start);
        }
        if self.has_checks {
            self.check_exception_types(is_star)?;
        }
        self.exception_types()?;
        if self.at("as") {
            self.bump();
            self.name()?;
        }
        if self.has_checks && self.at_kind(Kind::Newline) {
            return self.mistake_here("expected ':'");
        }
        self.expect(":")?;
        self.block(what, start)
    }

    /// One expression, or several where they need no parentheses; these have no name.
    fn exception_types(&mut self) -> Step<()> {
        self.expression()?;
        if !self.grammar.has(SyntaxFeature::UnparenthesizedExceptionTypes) || !self.at(",") {
            return Ok(());
        }
        while self.eat(",") && self.attempt(Self::expression)?.is_some() {}
        if self.at("as") { Err(Stop::Dead) } else { Ok(()) }
    }

    fn check_exception_types(&mut self, is_star: bool) -> Step<()> {
        if self.at_kind(Kind::Newline) || self.at(":") {
            return match is_star {
                true => self.mistake_here("expected one or more exception types"),
                false => self.mistake_here("expected ':'"),
            };
        }
        let may_be_bare = self.grammar.has(SyntaxFeature::UnparenthesizedExceptionTypes);
        let first = self.position;
        let last = self.fits(|this| {
            this.expression()?;
            this.expect(",")?;
            let mut last = this.position;
            while this.attempt(Self::expression)?.is_some() {
                last = this.position;
                if !this.eat(",") {
                    break;
                }
            }
            if last == first {
                return Err(Stop::Dead);
            }
            if this.eat("as") {
                this.name()?;
            } else if may_be_bare {
                return Err(Stop::Dead);
            }
            this.expect(":")
        })?;
        let using_as = if may_be_bare { " when using 'as'" } else { "" };
        let message = format!("multiple exception types must be parenthesized{using_as}");
        last.map_or(Ok(()), |colon| self.mistake(first, colon - 1, message))
    }
}
