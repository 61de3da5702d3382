//! `with` and its items.

use smallvec::SmallVec;

use super::mistakes::Use;
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

type Items<'a> = SmallVec<[WithItem<'a>; 2]>;

impl<'a> Parser<'a, '_> {
    /// CPython: `with_stmt` (3.9–)
    pub(super) fn with_statement(&mut self) -> Step<StmtKind<'a>> {
        let first = self.position;
        let is_async = self.eat(TokenKind::Async);
        let start = self.expect(TokenKind::With)?;
        if self.second_run {
            self.invalid_with_stmt_indent(start)?;
        }
        let mut items = None;
        if self.at(TokenKind::LeftParen) {
            items = self.attempt(|this| this.parenthesized_items(start))?;
        }
        if items.is_none() {
            items = self.attempt(|this| {
                let items = this.with_items()?;
                this.expect(TokenKind::Colon)?;
                Ok(items)
            })?;
        }
        let Some(items) = items else {
            if self.second_run {
                self.invalid_with_stmt()?;
            }
            self.farthest = self.farthest();
            self.position = first;
            return Err(Stop::Dead);
        };
        let items = self.arena.alloc_slice_copy(&items);
        let body = self.block("'with' statement", start)?;
        Ok(StmtKind::With(self.arena.alloc(With { is_async, items, body })))
    }

    fn parenthesized_items(&mut self, start: usize) -> Step<Items<'a>> {
        self.bump();
        let items = self.with_items()?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen)?;
        self.expect(TokenKind::Colon)?;
        match self.allows(SyntaxFeature::ParenthesizedContextManagers, start) {
            true => Ok(items),
            false => Err(Stop::Dead),
        }
    }

    fn with_items(&mut self) -> Step<Items<'a>> {
        let mut items = Items::new();
        items.push(self.with_item()?);
        while self.at(TokenKind::Comma) {
            let item = self.attempt(|this| {
                this.bump();
                this.with_item()
            })?;
            match item {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(items)
    }

    /// CPython: `with_item` (3.9–)
    fn with_item(&mut self) -> Step<WithItem<'a>> {
        let mark = self.mark();
        let expr = self.expression()?;
        let target = match self.at(TokenKind::As) {
            false => None,
            true => self.attempt(|this| {
                this.bump();
                let target = this.star_target()?;
                this.end_of_item()?;
                Ok(target)
            })?,
        };
        if target.is_none() && self.second_run && self.at(TokenKind::As) {
            let after = self.mark();
            self.back_to(mark);
            self.invalid_with_item()?;
            self.back_to(after);
        }
        Ok(WithItem { context_expr: expr, optional_vars: target })
    }

    fn end_of_item(&mut self) -> Step<()> {
        use TokenKind::{Colon, Comma, RightParen};
        match self.at_any(Comma.bit() | RightParen.bit() | Colon.bit()) {
            true => Ok(()),
            false => Err(Stop::Dead),
        }
    }

    /// `with a as f():`.
    ///
    /// CPython: `invalid_with_item` (3.9–)
    #[cold]
    fn invalid_with_item(&mut self) -> Step<()> {
        let target = self.fits(|this| {
            this.expression()?;
            this.expect(TokenKind::As)?;
            let target = this.expression()?;
            this.end_of_item()?;
            Ok(target)
        })?;
        match target {
            Some(target) => self.check_target(target, Use::Assign),
            None => Ok(()),
        }
    }

    /// The items of a `with`, read for the sake of what comes after them.
    fn skip_items(&mut self, element: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<()> {
        self.skip_item(element)?;
        while self.at(TokenKind::Comma) {
            let item = self.attempt(|this| {
                this.bump();
                this.skip_item(element)
            })?;
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn skip_item(&mut self, element: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<()> {
        element(self)?;
        if self.at(TokenKind::As) {
            self.attempt(|this| {
                this.bump();
                this.star_target()
            })?;
        }
        Ok(())
    }

    /// CPython: `expressions` (3.9–)
    fn expressions(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.expression()?;
        self.tuple_rest(start, first, Self::expression)
    }

    fn skip_parenthesized_items(&mut self) -> Step<()> {
        self.expect(TokenKind::LeftParen)?;
        self.skip_items(Self::expressions)?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen).map(|_| ())
    }

    /// CPython: `invalid_with_stmt_indent` (3.9–)
    #[cold]
    fn invalid_with_stmt_indent(&mut self, start: usize) -> Step<()> {
        for is_parenthesized in [false, true] {
            let mark = self.mark();
            let misses_block = self.attempt(|this| {
                match is_parenthesized {
                    false => this.skip_items(Self::expression)?,
                    true => this.skip_parenthesized_items()?,
                }
                this.expect(TokenKind::Colon)?;
                this.expect(TokenKind::Newline)?;
                if this.at(TokenKind::Indent) { Err(Stop::Dead) } else { Ok(()) }
            })?;
            if misses_block.is_some() {
                let line = self.tokens[start].line;
                let message = format!("expected an indented block after 'with' statement on line {line}");
                return self.indentation_mistake(message);
            }
            self.back_to(mark);
        }
        Ok(())
    }

    /// CPython: `invalid_with_stmt` (3.9–)
    #[cold]
    fn invalid_with_stmt(&mut self) -> Step<()> {
        if self.knows(Mistake::TrailingCommaInWith) {
            let comma = self.fits(|this| {
                this.skip_items(Self::expression)?;
                let comma = this.expect(TokenKind::Comma)?;
                this.expect_last(TokenKind::Colon)?;
                Ok(comma)
            })?;
            if let Some(comma) = comma {
                return self.mistake(comma, comma, "the last 'with' item has a trailing comma");
            }
        }
        for is_parenthesized in [false, true] {
            let misses_colon = self.fits(|this| {
                match is_parenthesized {
                    false => this.skip_items(Self::expression)?,
                    true => this.skip_parenthesized_items()?,
                }
                if this.at(TokenKind::Newline) { Ok(()) } else { Err(Stop::Dead) }
            })?;
            if misses_colon.is_some() {
                return self.mistake_here("expected ':'");
            }
        }
        Ok(())
    }
}
