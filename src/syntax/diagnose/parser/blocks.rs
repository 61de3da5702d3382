//! Statements with blocks.

use rustc_hash::FxHashMap;

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::Expr;
use crate::syntax::diagnose::token::Kind;

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Step<()> {
        self.nested(Self::statement_unnested)
    }

    fn statement_unnested(&mut self) -> Step<()> {
        self.primaries = FxHashMap::default();
        let token = self.token();
        if token.kind == Kind::Keyword {
            match self.text_of(token) {
                "if" => return self.if_statement("'if' statement"),
                "while" => return self.while_statement(),
                "for" => return self.for_statement(),
                "try" => return self.try_statement(),
                "with" => return self.with_statement(),
                "def" => return self.def_statement(),
                "class" => return self.class_statement(),
                "async" => return self.async_statement(),
                _ => {}
            }
        }
        if self.at("@") {
            return self.decorated();
        }
        if self.at_soft("match") && self.attempt(Self::match_statement)?.is_some() {
            return Ok(());
        }
        self.simple_statements()
    }

    /// The statements of a block, after its `:`. `start` is the keyword of `what`.
    pub(super) fn block(&mut self, what: &str, start: usize) -> Step<()> {
        if !self.at_kind(Kind::Newline) {
            return self.simple_statements();
        }
        self.bump();
        if !self.at_kind(Kind::Indent) {
            if self.has_checks {
                let line = self.line_of(start);
                return self
                    .indentation_mistake(format!("expected an indented block after {what} on line {line}"));
            }
            return Err(Stop::Dead);
        }
        self.bump();
        loop {
            self.statement()?;
            if self.at_kind(Kind::Dedent) {
                self.bump();
                return Ok(());
            }
        }
    }

    /// What cannot but come next.
    pub(super) fn forced(&mut self, text: &str) -> Step<()> {
        if self.eat(text) {
            return Ok(());
        }
        if self.at_kind(Kind::Fault) {
            return Err(Stop::Dead);
        }
        self.mistake(self.position, self.position, format!("expected '{text}'"))
    }

    /// A `:`, which is missed at the end of a line.
    pub(super) fn colon(&mut self) -> Step<()> {
        if self.has_checks && self.at_kind(Kind::Newline) {
            return self.mistake_here("expected ':'");
        }
        self.expect(":").map(|_| ())
    }

    fn if_statement(&mut self, what: &str) -> Step<()> {
        let start = self.bump();
        self.named_expression()?;
        self.colon()?;
        self.block(what, start)?;
        if self.at("elif") {
            self.attempt(|this| this.nested(|this| this.if_statement("'elif' statement")))?;
            return Ok(());
        }
        self.optional_else()
    }

    pub(super) fn optional_else(&mut self) -> Step<()> {
        if self.at("else") {
            self.attempt(|this| {
                let start = this.bump();
                this.forced(":")?;
                this.block("'else' statement", start)
            })?;
        }
        Ok(())
    }

    fn while_statement(&mut self) -> Step<()> {
        let start = self.bump();
        self.named_expression()?;
        self.colon()?;
        self.block("'while' statement", start)?;
        self.optional_else()
    }

    fn for_statement(&mut self) -> Step<()> {
        let start = self.bump();
        self.for_targets()?;
        self.star_expressions()?;
        self.colon()?;
        self.block("'for' statement", start)?;
        self.optional_else()
    }

    fn with_statement(&mut self) -> Step<()> {
        let start = self.bump();
        if self.at("(") {
            let has_items = self.attempt(|this| {
                this.bump();
                loop {
                    this.with_item()?;
                    if !this.eat(",") || this.at(")") {
                        break;
                    }
                }
                this.expect(")")?;
                this.colon()
            })?;
            if has_items.is_some() {
                return self.block("'with' statement", start);
            }
        }
        loop {
            self.with_item()?;
            if !self.eat(",") {
                break;
            }
        }
        self.colon()?;
        self.block("'with' statement", start)
    }

    fn with_item(&mut self) -> Step<()> {
        self.expression()?;
        if !self.at("as") {
            return Ok(());
        }
        let position = self.position;
        let target = self.attempt(|this| {
            this.bump();
            this.target()?;
            let is_cut_short = this.has_checks && this.at_kind(Kind::Newline);
            if is_cut_short || this.at_any(&[",", ")", ":"]) { Ok(()) } else { Err(Stop::Dead) }
        })?;
        if target.is_some() || !self.has_checks {
            return Ok(());
        }
        let invalid = self.attempt(|this| {
            this.bump();
            let target = this.expression()?;
            if this.at_any(&[",", ")", ":"]) { Ok(target) } else { Err(Stop::Dead) }
        })?;
        self.position = position;
        match invalid {
            Some(target) => self.invalid_with_target(&target),
            None => Ok(()),
        }
    }

    fn invalid_with_target(&mut self, target: &Expr) -> Step<()> {
        match target.invalid_target(crate::syntax::diagnose::expr::Use::Assign) {
            Some(invalid) => {
                let message = format!("cannot assign to {}", invalid.description());
                self.mistake_in(invalid, message)
            }
            None => Ok(()),
        }
    }

    fn def_statement(&mut self) -> Step<()> {
        let start = self.bump();
        self.name()?;
        self.optional_type_parameters()?;
        self.forced("(")?;
        self.function_parameters()?;
        self.expect(")")?;
        if self.at("->") {
            self.attempt(|this| {
                this.bump();
                this.expression()
            })?;
        }
        self.forced(":")?;
        self.block("function definition", start)
    }

    fn class_statement(&mut self) -> Step<()> {
        let start = self.bump();
        self.name()?;
        self.optional_type_parameters()?;
        if self.at("(") {
            self.attempt(|this| {
                this.bump();
                this.arguments(None)?;
                this.expect(")")
            })?;
        }
        self.colon()?;
        self.block("class definition", start)
    }

    fn async_statement(&mut self) -> Step<()> {
        self.bump();
        if self.at("def") {
            self.def_statement()
        } else if self.at("for") {
            self.for_statement()
        } else if self.at("with") {
            self.with_statement()
        } else {
            Err(Stop::Dead)
        }
    }

    fn decorated(&mut self) -> Step<()> {
        while self.at("@") {
            self.bump();
            self.named_expression()?;
            self.expect_kind(Kind::Newline)?;
        }
        if self.at("class") {
            return self.class_statement();
        }
        self.eat("async");
        if self.at("def") { self.def_statement() } else { Err(Stop::Dead) }
    }
}
