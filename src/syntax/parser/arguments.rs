//! The arguments of calls and classes, and subscripts.

use smallvec::SmallVec;

use super::{Parser, Step, Stop};
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

/// The kinds of arguments, in the order in which they have to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Values and `*values`.
    Positional,
    /// `name=value` and `*values`.
    Keyword,
    /// `name=value` and `**values`.
    Unpacking,
}

/// The arguments of a call or class.
#[derive(Clone, Copy)]
pub(super) struct CallArguments<'a> {
    pub(super) args: &'a [Expr<'a>],
    pub(super) keywords: &'a [Keyword<'a>],
}

impl<'a> CallArguments<'a> {
    pub(super) const NONE: CallArguments<'static> = CallArguments { args: &[], keywords: &[] };
}

type Keywords<'a> = SmallVec<[Keyword<'a>; 4]>;

impl<'a> Parser<'a, '_> {
    /// A call of `func`, whose parenthesis is next; none if that cannot be one.
    #[inline]
    pub(super) fn call(&mut self, func: &'a Expr<'a>) -> Step<Option<ExprKind<'a>>> {
        let arguments = self.attempt(|this| this.nested(Self::call_arguments))?;
        let Some(CallArguments { args, keywords }) = arguments else { return Ok(None) };
        Ok(Some(ExprKind::Call(self.arena.alloc(Call { func, args, keywords }))))
    }

    /// The parentheses of a call.
    fn call_arguments(&mut self) -> Step<CallArguments<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightParen) {
            return Ok(CallArguments::NONE);
        }
        if !self.precise {
            return self.predicted_arguments(start);
        }
        if let Some(generator) = self.attempt(|this| this.only_generator(start))? {
            return Ok(self.only_argument(generator));
        }
        if self.second_run {
            self.position = start;
            self.invalid_comprehension()?;
            self.position = start + 1;
        }
        let arguments = self.arguments()?;
        self.expect(TokenKind::RightParen)?;
        Ok(arguments)
    }

    /// The same without going back: the first argument may be the element of a generator
    /// expression.
    #[inline]
    fn predicted_arguments(&mut self, start: usize) -> Step<CallArguments<'a>> {
        let first = match self.kind() {
            TokenKind::DoubleStar => None,
            TokenKind::Name if self.kind_ahead(1) == TokenKind::Equal => None,
            TokenKind::Star => Some(self.starred(Self::expression)?),
            _ => Some(self.value()?),
        };
        if let Some(element) = first
            && self.at_comprehension()
        {
            let generator = self.generator(start, element)?;
            return Ok(self.only_argument(generator));
        }
        let arguments = self.args_after(first)?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen)?;
        Ok(arguments)
    }

    fn only_argument(&self, generator: &'a Expr<'a>) -> CallArguments<'a> {
        CallArguments { args: self.arena.alloc_slice_copy(&[*generator]), keywords: &[] }
    }

    /// A generator expression that shares its parentheses with the call.
    ///
    /// CPython: `genexp` (3.9–)
    fn only_generator(&mut self, start: usize) -> Step<&'a Expr<'a>> {
        let element = match self.at(TokenKind::Star) {
            true => self.unpacked_generator_element()?,
            false => self.value()?,
        };
        if !self.at_comprehension() {
            return Err(Stop::Dead);
        }
        self.generator(start, element)
    }

    fn unpacked_generator_element(&mut self) -> Step<&'a Expr<'a>> {
        if !self.dialect.has(SyntaxFeature::UnpackingInComprehension) {
            return Err(Stop::Dead);
        }
        self.starred_expression()
    }

    /// Arguments up to the closing parenthesis, which is left.
    ///
    /// CPython: `arguments` (3.9–)
    pub(super) fn arguments(&mut self) -> Step<CallArguments<'a>> {
        let start = self.mark();
        let arguments = self.attempt(|this| {
            let arguments = this.args()?;
            this.eat(TokenKind::Comma);
            if this.at(TokenKind::RightParen) { Ok(arguments) } else { Err(Stop::Dead) }
        })?;
        match arguments {
            Some(arguments) => Ok(arguments),
            None => {
                self.back_to(start);
                if self.second_run {
                    self.invalid_arguments()?;
                }
                Err(Stop::Dead)
            }
        }
    }

    /// As many arguments as fit, without a comma after the last.
    ///
    /// CPython: `args` (3.9–)
    fn args(&mut self) -> Step<CallArguments<'a>> {
        self.args_after(None)
    }

    /// The same, where the first argument may have been read.
    #[inline]
    fn args_after(&mut self, first: Option<&'a Expr<'a>>) -> Step<CallArguments<'a>> {
        let from = self.exprs.len();
        let mut keywords = Keywords::new();
        let mut phase = Phase::Positional;
        match first {
            Some(first) => self.exprs.push(first),
            None => self.argument(&mut phase, &mut keywords)?,
        }
        while self.after(TokenKind::Comma, |this| this.argument(&mut phase, &mut keywords))?.is_some() {}
        let keywords = match keywords.is_empty() {
            true => &[],
            false => &*self.arena.alloc_slice_copy(&keywords),
        };
        Ok(CallArguments { args: self.take_exprs(from), keywords })
    }

    #[inline]
    fn argument(&mut self, phase: &mut Phase, keywords: &mut Keywords<'a>) -> Step<()> {
        let start = self.position;
        match self.kind() {
            TokenKind::RightParen => Err(Stop::Dead),
            TokenKind::Name if self.kind_ahead(1) == TokenKind::Equal => {
                self.keyword_mistakes()?;
                let name = self.bump();
                let arg = Some(self.identifier(name)?);
                self.bump();
                self.keyword(start, arg, keywords)?;
                *phase = (*phase).max(Phase::Keyword);
                Ok(())
            }
            TokenKind::Star if *phase < Phase::Unpacking => {
                let starred = self.starred_expression()?;
                self.exprs.push(starred);
                Ok(())
            }
            TokenKind::DoubleStar => {
                self.keyword_mistakes()?;
                self.bump();
                self.keyword(start, None, keywords)?;
                *phase = Phase::Unpacking;
                Ok(())
            }
            _ if *phase == Phase::Positional => self.positional(),
            _ => {
                self.keyword_mistakes()?;
                // CPython looks for a name and an equals sign.
                if self.at(TokenKind::Name) {
                    self.farthest = self.farthest.max(self.position + 1);
                }
                Err(Stop::Dead)
            }
        }
    }

    #[inline]
    fn positional(&mut self) -> Step<()> {
        let mark = self.mark();
        let value = match self.value() {
            Ok(value) if !self.at(TokenKind::Equal) => value,
            Err(Stop::Fault) => return Err(Stop::Fault),
            _ => {
                self.back_to(mark);
                self.keyword_mistakes()?;
                return Err(Stop::Dead);
            }
        };
        self.exprs.push(value);
        Ok(())
    }

    fn keyword(
        &mut self,
        start: usize,
        arg: Option<crate::names::Ident>,
        keywords: &mut Keywords<'a>,
    ) -> Step<()> {
        let value = self.expression()?;
        keywords.push(Keyword { arg, value, location: self.span(start) });
        Ok(())
    }

    /// CPython: `starred_expression` (3.9–)
    pub(super) fn starred_expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.second_run {
            self.invalid_starred_expression_unpacking()?;
        }
        let star = self.position;
        if let Some(starred) = self.attempt(|this| this.starred(Self::expression))? {
            return Ok(starred);
        }
        let reports = match self.knows(Mistake::BareStarExpressionLate) {
            true => self.second_run,
            false => self.precise && self.knows(Mistake::BareStarExpression),
        };
        if reports && self.tokens[star].kind == TokenKind::Star {
            return self.mistake_here("Invalid star expression");
        }
        Err(Stop::Dead)
    }

    /// In the second run, the mistakes of an argument that can only be a keyword.
    #[inline]
    fn keyword_mistakes(&mut self) -> Step<()> {
        if self.second_run { self.invalid_kwarg() } else { Ok(()) }
    }

    /// CPython: `invalid_kwarg` (3.9–)
    #[cold]
    fn invalid_kwarg(&mut self) -> Step<()> {
        use TokenKind::{Equal, False, None, True};
        let start = self.position;
        if self.at_any(True.bit() | False.bit() | None.bit()) && self.kind_ahead(1) == Equal {
            let message = format!("cannot assign to {}", self.text_of(start));
            return self.mistake(start, start + 1, message);
        }
        let is_named = self.at(TokenKind::Name) && self.kind_ahead(1) == Equal;
        if is_named {
            return self.invalid_keyword_comprehension();
        }
        let assigned = self.fits(|this| {
            let target = this.expression()?;
            let equal = this.expect_last(Equal)?;
            Ok((target.location, this.range(equal, equal)))
        })?;
        if let Some((target, equal)) = assigned {
            let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
            return self.mistake_between(target, equal, message);
        }
        self.invalid_unpacked_assignment()
    }

    /// `f(a=b for c in d)`.
    fn invalid_keyword_comprehension(&mut self) -> Step<()> {
        let start = self.position;
        let fits = self.fits(|this| {
            this.bump();
            this.bump();
            this.expression()?;
            this.for_if_clauses()
        })?;
        match fits {
            Some(_) => {
                let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                self.mistake(start, start + 1, message)
            }
            None => Ok(()),
        }
    }

    /// `f(**a = b)`.
    fn invalid_unpacked_assignment(&mut self) -> Step<()> {
        let stars = self.range(self.position, self.position);
        let value = self.fits(|this| {
            this.expect(TokenKind::DoubleStar)?;
            this.expression()?;
            this.expect(TokenKind::Equal)?;
            Ok(this.expression()?.location)
        })?;
        match value {
            Some(value) => self.mistake_between(stars, value, "cannot assign to keyword argument unpacking"),
            None => Ok(()),
        }
    }

    /// CPython: `invalid_arguments` (3.9–)
    #[cold]
    fn invalid_arguments(&mut self) -> Step<()> {
        self.invalid_late_unpacking()?;
        self.invalid_first_generator()?;
        if self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::Equal {
            self.invalid_keyword_comprehension()?;
        }
        self.invalid_missing_value_of_keyword()?;
        match self.invalid_generator_after_arguments()? {
            true => Ok(()),
            false => self.invalid_order_of_arguments(),
        }
    }

    /// `f(**a, *b)`.
    fn invalid_late_unpacking(&mut self) -> Step<()> {
        let from_comma = self.knows(Mistake::UnpackingAfterComma);
        let place = self.fits(|this| {
            let arguments = this.args()?;
            if arguments.keywords.is_empty() && !this.ends_in_starred(&arguments) {
                return Err(Stop::Dead);
            }
            let comma = this.expect(TokenKind::Comma)?;
            if !from_comma {
                return this.expect_last(TokenKind::Star);
            }
            this.unassigned_starred()?;
            while this.at(TokenKind::Comma) {
                let next = this.attempt(|this| {
                    this.bump();
                    this.unassigned_starred()
                })?;
                if next.is_none() {
                    break;
                }
            }
            Ok(comma)
        })?;
        let Some(place) = place else { return Ok(()) };
        let message = "iterable argument unpacking follows keyword argument unpacking";
        if from_comma {
            // The tokens that were looked at end the range.
            let location = self.range(place, place);
            return self.mistake_from(location, message);
        }
        self.mistake(place, place, message)
    }

    /// Whether the arguments could be `kwargs` for a starred one at their end.
    fn ends_in_starred(&self, arguments: &CallArguments<'a>) -> bool {
        matches!(arguments.args.last().map(|arg| arg.kind), Some(ExprKind::Starred { .. }))
    }

    fn unassigned_starred(&mut self) -> Step<()> {
        if !self.at(TokenKind::Star) {
            return Err(Stop::Dead);
        }
        self.starred_expression()?;
        if self.at(TokenKind::Equal) { Err(Stop::Dead) } else { Ok(()) }
    }

    /// `f(a for a in b, c)`.
    fn invalid_first_generator(&mut self) -> Step<()> {
        let range = self.fits(|this| {
            let element = this.expression()?;
            let clauses = this.for_if_clauses()?;
            this.expect(TokenKind::Comma)?;
            if this.attempt(Self::args)?.is_none() {
                this.attempt(|this| {
                    this.expression()?;
                    this.for_if_clauses()
                })?;
            }
            Ok((element.location, last_item(clauses)))
        })?;
        match range {
            Some((element, last)) => {
                self.mistake_between(element, last, "Generator expression must be parenthesized")
            }
            None => Ok(()),
        }
    }

    /// `f(a=)`.
    fn invalid_missing_value_of_keyword(&mut self) -> Step<()> {
        let name = self.fits(|this| {
            let mark = this.mark();
            let has_arguments = this.attempt(|this| {
                this.args()?;
                this.expect(TokenKind::Comma)
            })?;
            if has_arguments.is_none() {
                this.back_to(mark);
            }
            let name = this.expect(TokenKind::Name)?;
            this.expect(TokenKind::Equal)?;
            let ends = this.at_any(TokenKind::Comma.bit() | TokenKind::RightParen.bit());
            if ends { Ok(name) } else { Err(Stop::Dead) }
        })?;
        match name {
            Some(name) => self.mistake(name, name + 1, "expected argument value expression"),
            None => Ok(()),
        }
    }

    /// `f(a, b for b in c)`. A single argument with clauses ends the rule without a mistake, and
    /// true is returned.
    fn invalid_generator_after_arguments(&mut self) -> Step<bool> {
        let message = "Generator expression must be parenthesized";
        let range = self.fits(|this| {
            let arguments = this.args()?;
            let clauses = this.for_if_clauses()?;
            Ok((arguments.args, last_item(clauses)))
        })?;
        // CPython: `Parser/action_helpers.c` `_PyPegen_nonparen_genexp_in_call` (3.9–)
        match range {
            Some(([_, .., element], last)) => {
                return self.mistake_between(element.location, last, message);
            }
            Some(_) => return Ok(true),
            None => {}
        }
        let range = self.fits(|this| {
            this.args()?;
            this.expect(TokenKind::Comma)?;
            let element = this.expression()?;
            let clauses = this.for_if_clauses()?;
            Ok((element.location, last_item(clauses)))
        })?;
        match range {
            Some((element, last)) => self.mistake_between(element, last, message),
            None => Ok(false),
        }
    }

    /// `f(a=b, c)`.
    fn invalid_order_of_arguments(&mut self) -> Step<()> {
        let keywords = self.fits(|this| {
            let arguments = this.args()?;
            this.expect(TokenKind::Comma)?;
            this.args()?;
            Ok(arguments.keywords)
        })?;
        // CPython: `Parser/action_helpers.c` `_PyPegen_arguments_parsing_error` (3.9–)
        match keywords {
            Some(keywords) if keywords.iter().any(|keyword| keyword.arg.is_none()) => {
                self.mistake_here("positional argument follows keyword argument unpacking")
            }
            Some(_) => self.mistake_here("positional argument follows keyword argument"),
            None => Ok(()),
        }
    }

    /// A subscript of `value`, whose bracket is next; none if that cannot be one.
    pub(super) fn subscript(&mut self, value: &'a Expr<'a>) -> Step<Option<ExprKind<'a>>> {
        let slice = self.attempt(|this| {
            this.nested(|this| {
                this.bump();
                let slice = this.slices()?;
                this.expect(TokenKind::RightBracket)?;
                Ok(slice)
            })
        })?;
        let Some(slice) = slice else { return Ok(None) };
        Ok(Some(ExprKind::Subscript { value, slice, ctx: ExprContext::Load }))
    }

    /// CPython: `slices` (3.9–)
    fn slices(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.slice_or_starred()?;
        if !self.at(TokenKind::Comma) && !matches!(first.kind, ExprKind::Starred { .. }) {
            return Ok(first);
        }
        let elts = self.elements(first, Self::slice_or_starred)?;
        Ok(self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load }))
    }

    fn slice_or_starred(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Star) { self.starred_expression() } else { self.slice() }
    }

    /// CPython: `slice` (3.9–)
    fn slice(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let mark = self.mark();
        let lower = match self.at(TokenKind::Colon) {
            true => None,
            false => Some(self.expression()?),
        };
        if let Some(lower) = lower
            && !self.at(TokenKind::Colon)
        {
            if !self.second_run && !self.at(TokenKind::ColonEqual) {
                return Ok(lower);
            }
            self.back_to(mark);
            return self.named_expression();
        }
        self.bump();
        let upper = self.slice_bound()?;
        let step = if self.eat(TokenKind::Colon) { self.slice_bound()? } else { None };
        Ok(self.node(start, ExprKind::Slice { lower, upper, step }))
    }

    fn slice_bound(&mut self) -> Step<Option<&'a Expr<'a>>> {
        if self.at_any(TokenKind::RightBracket.bit() | TokenKind::Colon.bit() | TokenKind::Comma.bit()) {
            return Ok(None);
        }
        self.attempt(Self::expression)
    }
}

/// CPython: `Parser/action_helpers.c` `_PyPegen_get_last_comprehension_item` (3.10–)
fn last_item(clauses: &[Comprehension<'_>]) -> Location {
    let Some(last) = clauses.last() else { return Location::NONE };
    last.ifs.last().unwrap_or(last.iter).location
}
