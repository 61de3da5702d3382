//! Names, constants, and what is in brackets of its own.

use super::depth::Brackets;
use super::{Parser, Step, Stop};
use crate::code::Constant;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

impl<'a> Parser<'a, '_> {
    pub(super) fn atom(&mut self) -> Step<&'a Expr<'a>> {
        match self.kind() {
            TokenKind::Name => self.name_expression(ExprContext::Load),
            TokenKind::String | TokenKind::FStringStart => self.strings(),
            TokenKind::Number => self.number(),
            TokenKind::LeftParen => self.bracketed(Brackets::Parentheses, Self::parenthesized),
            TokenKind::LeftBracket => self.bracketed(Brackets::List, Self::list),
            TokenKind::LeftBrace => self.bracketed(Brackets::Braces, Self::braces),
            TokenKind::None => Ok(self.constant(Constant::None)),
            TokenKind::True => Ok(self.constant(Constant::True)),
            TokenKind::False => Ok(self.constant(Constant::False)),
            TokenKind::Ellipsis => Ok(self.constant(Constant::Ellipsis)),
            TokenKind::PegParser => self.mistake_here("You found it!"),
            _ => Err(Stop),
        }
    }

    fn constant(&mut self, constant: Constant<'a>) -> &'a Expr<'a> {
        let index = self.bump();
        self.node(index, ExprKind::Constant(constant))
    }

    /// A tuple, a generator expression, or one expression.
    fn parenthesized(&mut self) -> Step<&'a Expr<'a>> {
        self.unpacked_mapping_first()?;
        self.or_mistake(Self::any_parenthesized, Self::parenthesized_mistakes)
    }

    /// `(**a` and `[**a`: where comprehensions come first, so do their mistakes.
    fn unpacked_mapping_first(&mut self) -> Step<()> {
        let is_unpacked = self.second_run && self.kind_ahead(1) == TokenKind::DoubleStar;
        match is_unpacked && self.knows(Mistake::ComprehensionsFirst) {
            true => self.invalid_comprehension(),
            false => Ok(()),
        }
    }

    /// What `parse` makes of the next tokens. If they do not fit, the second run looks for
    /// mistakes.
    pub(super) fn or_mistake<T>(
        &mut self,
        parse: fn(&mut Self) -> Step<T>,
        mistakes: fn(&mut Self) -> Step<()>,
    ) -> Step<T> {
        if !self.second_run {
            return parse(self);
        }
        match self.attempt(parse)? {
            Some(expr) => Ok(expr),
            None => {
                mistakes(self)?;
                Err(Stop)
            }
        }
    }

    fn any_parenthesized(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightParen) {
            return Ok(self.node(start, ExprKind::Tuple { elts: &[], ctx: ExprContext::Load }));
        }
        if self.at(TokenKind::Yield) {
            let inner = self.yield_expression()?;
            self.expect(TokenKind::RightParen)?;
            return Ok(inner);
        }
        let is_starred = self.at(TokenKind::Star);
        let first = match is_starred {
            true => self.starred_element()?,
            false => self.display_element()?,
        };
        if self.at_comprehension() {
            return self.generator(start, first);
        }
        if self.at(TokenKind::Comma) {
            let elts = self.elements(first, Self::display_element)?;
            self.expect(TokenKind::RightParen)?;
            return Ok(self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load }));
        }
        if is_starred && !self.dialect.is_lenient {
            return Err(Stop);
        }
        self.expect(TokenKind::RightParen)?;
        Ok(first)
    }

    fn list(&mut self) -> Step<&'a Expr<'a>> {
        self.unpacked_mapping_first()?;
        self.or_mistake(Self::any_list, Self::list_mistakes)
    }

    fn any_list(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightBracket) {
            return Ok(self.node(start, ExprKind::List { elts: &[], ctx: ExprContext::Load }));
        }
        let first = self.starred_or_display_element()?;
        let kind = if self.at_comprehension() {
            ExprKind::ListComp(self.comprehension(start, first, None)?)
        } else {
            let elts = self.elements(first, Self::display_element)?;
            ExprKind::List { elts, ctx: ExprContext::Load }
        };
        self.expect(TokenKind::RightBracket)?;
        Ok(self.node(start, kind))
    }

    /// The element of a comprehension or the first one of a display.
    fn starred_or_display_element(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Star) { self.starred(Self::bitwise_or) } else { self.display_element() }
    }

    /// A first element with a star. In a tuple it is a bitwise operation, in a generator expression
    /// any expression.
    ///
    /// CPython: `star_named_expression`, `starred_expression` (3.15–)
    fn starred_element(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        let value = self.unpacked_element()?;
        Ok(self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load }))
    }

    /// What is unpacked by the `*` or `**` at the start of a tuple, a dict or a comprehension of
    /// one.
    pub(super) fn unpacked_element(&mut self) -> Step<&'a Expr<'a>> {
        if !self.dialect.has(SyntaxFeature::UnpackingInComprehension) {
            return self.bitwise_or();
        }
        if self.second_run {
            // The comprehension comes first, whose mistakes are those of any expression.
            self.fits(Self::expression)?;
        }
        let start = self.position;
        let left = self.attempt(Self::bitwise_or)?;
        let Some(left) = left else {
            // No other expression can begin where no bitwise operation does.
            return match self.at_any(TokenKind::Not.bit() | TokenKind::Lambda.bit()) {
                true => self.only_in_comprehension(Self::expression),
                false => Err(Stop),
            };
        };
        let mark = self.mark();
        let whole = self.attempt(|this| this.expression_rest(start, left))?;
        let whole = whole.filter(|_| self.at_comprehension());
        if whole.is_none() {
            self.back_to(mark);
        }
        Ok(whole.unwrap_or(left))
    }

    fn only_in_comprehension(&mut self, parse: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<&'a Expr<'a>> {
        let expr = parse(self)?;
        if self.at_comprehension() { Ok(expr) } else { Err(Stop) }
    }

    fn braces(&mut self) -> Step<&'a Expr<'a>> {
        self.or_mistake(Self::any_braces, Self::braces_mistakes)
    }

    /// A dict, a set, or a comprehension of one.
    fn any_braces(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightBrace) {
            return Ok(self.node(start, ExprKind::Dict(self.arena.alloc(Dict { keys: &[], values: &[] }))));
        }
        if self.at(TokenKind::DoubleStar) {
            return self.dict(start);
        }
        if self.at(TokenKind::Star) {
            return self.starred_set(start);
        }
        let mark = self.mark();
        let is_named = self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::ColonEqual;
        if is_named && !self.allows(SyntaxFeature::NamedExprInSet, start) {
            self.bump();
            return Err(Stop);
        }
        let first = self.value()?;
        if self.at(TokenKind::Colon) && !is_named {
            return self.dict_from(start, first);
        }
        let may_be_meant = self.second_run && self.knows(Mistake::Advice);
        if may_be_meant && self.at_any(TokenKind::Equal.bit() | TokenKind::ColonEqual.bit()) {
            self.back_to(mark);
            self.invalid_named_expression()?;
            return Err(Stop);
        }
        self.set(start, first)
    }

    fn set_element(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if !self.dialect.has(SyntaxFeature::NamedExprInSet) {
            return self.star_expression();
        }
        let element = self.display_element()?;
        if matches!(element.kind, ExprKind::NamedExpr { .. }) {
            self.allows(SyntaxFeature::NamedExprInSet, start);
        }
        Ok(element)
    }

    /// A set that begins with a star. Where CPython knows stars before keys, it looks for them.
    fn starred_set(&mut self, start: usize) -> Step<&'a Expr<'a>> {
        let set = self.attempt(|this| {
            let first = this.starred_or_display_element()?;
            this.set(start, first)
        })?;
        match set {
            Some(set) => Ok(set),
            None if self.knows(Mistake::UnpackedDictInDisplay) => self.not_a_dict(start),
            None => Err(Stop),
        }
    }

    fn set(&mut self, start: usize, first: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let kind = if self.at_comprehension() {
            ExprKind::SetComp(self.comprehension(start, first, None)?)
        } else {
            ExprKind::Set(self.elements(first, Self::set_element)?)
        };
        self.expect(TokenKind::RightBrace)?;
        Ok(self.node(start, kind))
    }
}
