//! `with` and its items.

use super::mistakes::Use;
use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

/// What comes after an item.
const END_OF_ITEM: u128 = TokenKind::Comma.bit() | TokenKind::RightParen.bit() | TokenKind::Colon.bit();

impl<'a> Parser<'a, '_> {
    /// CPython: `with_stmt` (3.9–)
    pub(super) fn with_statement(&mut self) -> Step<StmtKind<'a>> {
        let first = self.position;
        let is_async = self.eat(TokenKind::Async);
        let start = self.expect(TokenKind::With)?;
        let has_advice = self.second_run && self.knows(Mistake::Advice);
        if has_advice {
            self.invalid_with_stmt_indent(start)?;
        }
        let mut items = None;
        if self.at(TokenKind::LeftParen) && self.dialect.has(SyntaxFeature::ParenthesizedContextManagers) {
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
            if has_advice {
                self.invalid_with_stmt()?;
            }
            self.farthest = self.farthest();
            self.position = first;
            return Err(Stop);
        };
        let body = self.block("'with' statement", start)?;
        Ok(StmtKind::With(self.arena.alloc(With { is_async, items, body })))
    }

    fn parenthesized_items(&mut self, start: usize) -> Step<&'a [WithItem<'a>]> {
        self.bump();
        let items = self.with_items()?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen)?;
        self.expect(TokenKind::Colon)?;
        match self.allows(SyntaxFeature::ParenthesizedContextManagers, start) {
            true => Ok(items),
            false => Err(Stop),
        }
    }

    fn with_items(&mut self) -> Step<&'a [WithItem<'a>]> {
        self.separated(Self::with_item)
    }

    /// CPython: `with_item` (3.9–)
    fn with_item(&mut self) -> Step<WithItem<'a>> {
        let mark = self.mark();
        let expr = self.expression()?;
        let target = self.after(TokenKind::As, |this| {
            if this.dialect.is_lenient {
                let target = this.bitwise_or()?;
                this.check_target_later(mark.position, target, Use::Assign);
                return Ok(this.stored(target));
            }
            let target = this.star_target()?;
            if this.at_any(END_OF_ITEM) { Ok(target) } else { Err(Stop) }
        })?;
        if target.is_none() && self.second_run && self.at(TokenKind::As) {
            let after = self.mark();
            self.back_to(mark);
            self.invalid_with_item()?;
            self.back_to(after);
        }
        Ok(WithItem { context_expr: expr, optional_vars: target })
    }

    /// `with a as f():`.
    ///
    /// CPython: `invalid_with_item` (3.9–)
    #[cold]
    fn invalid_with_item(&mut self) -> Step<()> {
        let end = match self.knows(Mistake::Advice) {
            true => Part::Before(END_OF_ITEM),
            false => Part::Skip(&|_| Ok(())),
        };
        match self.find(shape![expression "as" expression {end}])? {
            Some(found) => self.check_target(found.expr(2), Use::Assign),
            None => Ok(()),
        }
    }

    /// The items of a `with`, read for the sake of what comes after them.
    fn skip_items(&mut self) -> Step<()> {
        self.separated(|this| this.skip_item(Self::expression)).map(drop)
    }

    fn skip_item(&mut self, element: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<()> {
        element(self)?;
        self.after(TokenKind::As, Self::star_target).map(drop)
    }

    fn skip_parenthesized_items(&mut self) -> Step<()> {
        self.expect(TokenKind::LeftParen)?;
        self.separated(|this| this.skip_item(Self::expressions))?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen).map(drop)
    }

    /// CPython: `invalid_with_stmt_indent` (3.9–)
    #[cold]
    fn invalid_with_stmt_indent(&mut self, start: usize) -> Step<()> {
        for items in [Self::skip_items, Self::skip_parenthesized_items] {
            if self.find(shape![{Part::Skip(&items)} ":" "NEWLINE" (! "INDENT")])?.is_some() {
                return self.missing_block("'with' statement", start);
            }
        }
        Ok(())
    }

    /// CPython: `invalid_with_stmt` (3.9–)
    #[cold]
    fn invalid_with_stmt(&mut self) -> Step<()> {
        if self.knows(Mistake::TrailingCommaInWith) {
            self.report(shape![[skip_items] "," ":"], 1..=1, "the last 'with' item has a trailing comma")?;
        }
        for items in [Self::skip_items, Self::skip_parenthesized_items] {
            self.report_here(shape![{Part::Skip(&items)} "NEWLINE"], "expected ':'")?;
        }
        Ok(())
    }
}
