//! Statements with blocks, but for definitions, `try`, `with` and `match`.

use super::{Parser, Step, Stop, depth};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::Mistake;

impl<'a> Parser<'a, '_> {
    /// A statement, or a line of simple ones, appended to the statements.
    pub(super) fn statement(&mut self) -> Step<()> {
        let (start, before) = (self.position, self.may_fold.get());
        let kind = match self.kind() {
            TokenKind::If => self.deeper(depth::BRANCH, Self::if_statement)?,
            TokenKind::For => self.nested(Self::for_statement)?,
            TokenKind::Def | TokenKind::Class | TokenKind::At => self.nested(Self::definition)?,
            TokenKind::While => self.nested(Self::while_statement)?,
            TokenKind::Try => self.nested(Self::try_statement)?,
            TokenKind::With => self.nested(Self::with_statement)?,
            TokenKind::Async => self.nested(Self::async_statement)?,
            TokenKind::Name if self.may_be_match() => {
                match self.attempt(|this| this.nested(Self::match_statement))? {
                    Some(kind) => kind,
                    None => return self.simple_statements(),
                }
            }
            _ => return self.simple_statements(),
        };
        // A definition starts after its decorators.
        let start = match kind {
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => self.definition_start(start),
            _ => start,
        };
        let location = self.compound_span(start);
        let may_fold = self.may_fold_since(before);
        self.stmts.push(Stmt { kind, location, may_fold });
        Ok(())
    }

    fn async_statement(&mut self) -> Step<StmtKind<'a>> {
        match self.kind_ahead(1) {
            TokenKind::Def => self.definition(),
            TokenKind::For => self.for_statement(),
            TokenKind::With => self.with_statement(),
            _ => {
                self.bump();
                Err(Stop)
            }
        }
    }

    /// The statements of a block, after its `:`. `start` is the keyword of `what`.
    ///
    /// CPython: `block` (3.9–)
    pub(super) fn block(&mut self, what: &str, start: usize) -> Step<&'a [Stmt<'a>]> {
        self.block_or(|this| this.missing_block(what, start))
    }

    /// The block of a statement that is a mistake: if it is missing, the statement is not named.
    ///
    /// CPython: `invalid_block` (3.9–)
    pub(super) fn unnamed_block(&mut self) -> Step<&'a [Stmt<'a>]> {
        self.block_or(|this| this.indentation_mistake("expected an indented block"))
    }

    #[cold]
    pub(super) fn missing_block<T>(&mut self, what: &str, start: usize) -> Step<T> {
        let line = self.tokens[start].line;
        let after = match self.knows(Mistake::Advice) {
            true => format!(" after {what} on line {line}"),
            false => String::new(),
        };
        self.indentation_mistake(format!("expected an indented block{after}"))
    }

    fn block_or(&mut self, missing: impl FnOnce(&mut Self) -> Step<()>) -> Step<&'a [Stmt<'a>]> {
        self.count_chained();
        let from = self.stmts.len();
        if !self.at(TokenKind::Newline) {
            self.simple_statements()?;
            return Ok(self.take_stmts(from));
        }
        self.bump();
        if !self.eat(TokenKind::Indent) {
            if self.second_run {
                missing(self)?;
            }
            return Err(Stop);
        }
        while !self.eat(TokenKind::Dedent) {
            self.statement()?;
        }
        Ok(self.take_stmts(from))
    }

    /// A `:`, which the second run misses at the end of a line.
    pub(super) fn colon(&mut self) -> Step<()> {
        if self.second_run && self.at(TokenKind::Newline) && self.knows(Mistake::Advice) {
            return self.mistake_here("expected ':'");
        }
        self.expect(TokenKind::Colon).map(drop)
    }

    /// CPython: `if_stmt`, `invalid_if_stmt` (3.9–)
    fn if_statement(&mut self) -> Step<StmtKind<'a>> {
        self.if_or_elif("'if' statement")
    }

    fn if_or_elif(&mut self, what: &str) -> Step<StmtKind<'a>> {
        let start = self.bump();
        let test = self.named_expression()?;
        self.colon()?;
        let body = self.block(what, start)?;
        let orelse = match self.kind() {
            TokenKind::Elif => self.elif()?,
            _ => self.else_block()?,
        };
        Ok(StmtKind::If { test, body, orelse })
    }

    /// An `elif` is an `If` in the `orelse` of the one before it.
    ///
    /// CPython: `elif_stmt`, `invalid_elif_stmt` (3.9–)
    fn elif(&mut self) -> Step<&'a [Stmt<'a>]> {
        let (start, before) = (self.position, self.may_fold.get());
        let kind = self.attempt(|this| this.nested(|this| this.if_or_elif("'elif' statement")))?;
        let Some(kind) = kind else { return Ok(&[]) };
        let location = self.compound_span(start);
        let may_fold = self.may_fold_since(before);
        Ok(self.arena.alloc_slice_copy(&[Stmt { kind, location, may_fold }]))
    }

    /// CPython: `else_block`, `invalid_else_stmt` (3.9–)
    pub(super) fn else_block(&mut self) -> Step<&'a [Stmt<'a>]> {
        let start = self.position;
        let block = self.after(TokenKind::Else, |this| {
            this.forced(TokenKind::Colon, ":")?;
            this.block("'else' statement", start)
        })?;
        let is_followed = block.is_some() && self.at(TokenKind::Elif);
        if self.second_run && is_followed && self.knows(Mistake::ElifAfterElse) {
            return self.mistake_here("'elif' block follows an 'else' block");
        }
        Ok(block.unwrap_or_default())
    }

    /// CPython: `while_stmt`, `invalid_while_stmt` (3.9–)
    fn while_statement(&mut self) -> Step<StmtKind<'a>> {
        let start = self.bump();
        let test = self.named_expression()?;
        self.colon()?;
        let body = self.block("'while' statement", start)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::While { test, body, orelse })
    }

    /// CPython: `for_stmt`, `invalid_for_stmt` (3.9–)
    fn for_statement(&mut self) -> Step<StmtKind<'a>> {
        let (is_async, start, target) = self.for_head(Self::invalid_for_target)?;
        let iter = self.maybe_starred()?;
        self.colon()?;
        let body = self.block("'for' statement", start)?;
        let orelse = self.else_block()?;
        Ok(StmtKind::For(self.arena.alloc(For { is_async, target, iter, body, orelse })))
    }
}
