//! The arguments of calls and classes, and subscripts.

use smallvec::SmallVec;

use super::depth::Brackets;
use super::shapes::{Part, shape};
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

const BARE_GENERATOR: &str = "Generator expression must be parenthesized";

type Keywords<'a> = SmallVec<[Keyword<'a>; 4]>;

impl<'a> Parser<'a, '_> {
    /// A call of `func`, whose parenthesis is next; none if that cannot be one.
    #[inline]
    pub(super) fn call(&mut self, func: &'a Expr<'a>) -> Step<Option<ExprKind<'a>>> {
        let arguments = self.attempt(|this| this.bracketed(Brackets::Trailer, Self::call_arguments))?;
        let Some(CallArguments { args, keywords }) = arguments else { return Ok(None) };
        Ok(Some(ExprKind::Call(self.arena.alloc(Call { func, args, keywords }))))
    }

    /// The parentheses of a call.
    fn call_arguments(&mut self) -> Step<CallArguments<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightParen) {
            return Ok(CallArguments::NONE);
        }
        if self.dialect.is_lenient {
            return self.lenient_arguments(start, false);
        }
        if !self.precise {
            return self.predicted_arguments(start);
        }
        if let Some(generator) = self.attempt(|this| this.only_generator(start))? {
            return Ok(Self::only_argument(generator));
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
            if matches!(element.kind, ExprKind::NamedExpr { .. }) {
                self.allows(SyntaxFeature::NamedExprInSet, start);
            }
            return Ok(Self::only_argument(generator));
        }
        let arguments = self.args_after(first)?;
        self.eat(TokenKind::Comma);
        self.expect(TokenKind::RightParen)?;
        Ok(arguments)
    }

    fn only_argument(generator: &'a Expr<'a>) -> CallArguments<'a> {
        CallArguments { args: std::slice::from_ref(generator), keywords: &[] }
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
            return Err(Stop);
        }
        self.generator(start, element)
    }

    fn unpacked_generator_element(&mut self) -> Step<&'a Expr<'a>> {
        if !self.dialect.has(SyntaxFeature::UnpackingInComprehension) {
            return Err(Stop);
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
            if this.at(TokenKind::RightParen) { Ok(arguments) } else { Err(Stop) }
        })?;
        match arguments {
            Some(arguments) => Ok(arguments),
            None => {
                self.back_to(start);
                if self.second_run {
                    self.invalid_arguments()?;
                }
                Err(Stop)
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
            TokenKind::RightParen => Err(Stop),
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
                Err(Stop)
            }
        }
    }

    #[inline]
    fn positional(&mut self) -> Step<()> {
        let mark = self.mark();
        let value = match self.value() {
            Ok(value) if !self.at(TokenKind::Equal) => value,
            Err(Stop) if self.fault.is_some() => return Err(Stop),
            _ => {
                self.back_to(mark);
                self.keyword_mistakes()?;
                return Err(Stop);
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
        Err(Stop)
    }

    /// In the second run, the mistakes of an argument that can only be a keyword.
    #[inline]
    fn keyword_mistakes(&mut self) -> Step<()> {
        if self.second_run { self.invalid_kwarg() } else { Ok(()) }
    }

    /// CPython: `invalid_kwarg` (3.9–)
    #[cold]
    fn invalid_kwarg(&mut self) -> Step<()> {
        if self.knows(Mistake::Advice) {
            let name = self.text_of(self.position);
            self.report(shape![("True" "False" "None") "="], 0..=1, format!("cannot assign to {name}"))?;
        }
        if self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::Equal {
            return self.invalid_keyword_comprehension();
        }
        let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
        self.report(shape![expression "="], 0..=1, message)?;
        if !self.knows(Mistake::AssignedUnpacking) {
            return Ok(());
        }
        let message = "cannot assign to keyword argument unpacking";
        self.report(shape!["**" expression "=" expression], 0..=3, message)
    }

    /// `f(a=b for c in d)`.
    fn invalid_keyword_comprehension(&mut self) -> Step<()> {
        if !self.knows(Mistake::Advice) {
            return Ok(());
        }
        let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
        self.report(shape!["NAME" "=" expression [for_if_clauses]], 0..=1, message)
    }

    /// CPython: `invalid_arguments` (3.9–)
    #[cold]
    fn invalid_arguments(&mut self) -> Step<()> {
        self.invalid_late_unpacking()?;
        self.invalid_first_generator()?;
        self.invalid_keyword_comprehension()?;
        if self.knows(Mistake::MissingArgumentValue) {
            let message = "expected argument value expression";
            self.report(shape![[leading_args] "NAME" "=" (& "," ")")], 1..=2, message)?;
        }
        match self.invalid_generator_after_arguments()? {
            true => Ok(()),
            false => self.invalid_order_of_arguments(),
        }
    }

    /// Arguments and a comma, or nothing.
    fn leading_args(&mut self) -> Step<()> {
        let leading = self.attempt(|this| {
            this.args()?;
            this.expect(TokenKind::Comma)
        });
        leading.map(drop)
    }

    /// `f(**a, *b)`.
    fn invalid_late_unpacking(&mut self) -> Step<()> {
        let message = "iterable argument unpacking follows keyword argument unpacking";
        if !self.knows(Mistake::Advice) {
            return self.report_here(shape![[args] "," "*"], message);
        }
        if !self.knows(Mistake::UnpackingAtStar) {
            return self.report(shape![[args] "," "*"], 0..=0, message);
        }
        if !self.knows(Mistake::UnpackingAfterComma) {
            return self.report(shape![[args_before_unpacking] "," "*"], 2..=2, message);
        }
        let starred = Part::Skip(&|this| this.separated(Self::unassigned_starred).map(drop));
        // The tokens that were looked at end the range.
        self.report_from(shape![[args_before_unpacking] "," {starred}], 1, message)
    }

    /// Arguments that could be `kwargs` for a starred one at their end.
    fn args_before_unpacking(&mut self) -> Step<()> {
        let CallArguments { args, keywords } = self.args()?;
        let ends_in_starred = args.last().is_some_and(|arg| matches!(arg.kind, ExprKind::Starred { .. }));
        if keywords.is_empty() && !ends_in_starred { Err(Stop) } else { Ok(()) }
    }

    fn unassigned_starred(&mut self) -> Step<()> {
        if !self.at(TokenKind::Star) {
            return Err(Stop);
        }
        self.starred_expression()?;
        if self.at(TokenKind::Equal) { Err(Stop) } else { Ok(()) }
    }

    /// `f(a for a in b, c)`.
    fn invalid_first_generator(&mut self) -> Step<()> {
        let rest = Part::Skip(&|this| {
            if this.attempt(Self::args)?.is_none() {
                this.attempt(Self::bare_generator)?;
            }
            Ok(())
        });
        self.report(shape![bare_generator "," {rest}], 0..=0, BARE_GENERATOR)
    }

    /// A generator expression without parentheses: its element, from there to the end of the last
    /// condition or, without one, of the iterable.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_get_last_comprehension_item` (3.10–)
    fn bare_generator(&mut self) -> Step<&'a Expr<'a>> {
        let element = self.expression()?;
        let clauses = self.for_if_clauses()?;
        Ok(self.node_at(element.location.to_end_of(last_item(clauses)), element.kind))
    }

    /// `f(a, b for b in c)`. A single argument with clauses ends the rule without a mistake, and
    /// true is returned.
    fn invalid_generator_after_arguments(&mut self) -> Step<bool> {
        let range = self.fits(|this| {
            let arguments = this.args()?;
            let clauses = this.for_if_clauses()?;
            Ok((arguments.args, last_item(clauses)))
        })?;
        // CPython: `Parser/action_helpers.c` `_PyPegen_nonparen_genexp_in_call` (3.9–)
        match range {
            Some(([_, .., element], last)) => {
                return self.mistake_between(element.location, last, BARE_GENERATOR);
            }
            Some(_) => return Ok(true),
            None => {}
        }
        self.report(shape![[args] "," bare_generator], 2..=2, BARE_GENERATOR)?;
        Ok(false)
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
            this.bracketed(Brackets::Trailer, |this| {
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
        let start = self.position;
        if !self.at(TokenKind::Star) || !self.dialect.has(SyntaxFeature::StarExpressionInIndex) {
            return self.slice();
        }
        let starred = self.starred_expression()?;
        self.allows(SyntaxFeature::StarExpressionInIndex, start);
        Ok(starred)
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
            return self.named_index(start);
        }
        self.bump();
        let upper = self.slice_bound()?;
        let step = if self.eat(TokenKind::Colon) { self.slice_bound()? } else { None };
        Ok(self.node(start, ExprKind::Slice(self.arena.alloc(Slice { lower, upper, step }))))
    }

    /// An index that may be `NAME := value`.
    fn named_index(&mut self, start: usize) -> Step<&'a Expr<'a>> {
        if !self.dialect.has(SyntaxFeature::NamedExprInIndex) {
            return self.expression();
        }
        let index = self.named_expression()?;
        if matches!(index.kind, ExprKind::NamedExpr { .. }) && self.tokens[start].kind == TokenKind::Name {
            self.allows(SyntaxFeature::NamedExprInIndex, start);
        }
        Ok(index)
    }

    fn slice_bound(&mut self) -> Step<Option<&'a Expr<'a>>> {
        if self.at_any(TokenKind::RightBracket.bit() | TokenKind::Colon.bit() | TokenKind::Comma.bit()) {
            return Ok(None);
        }
        self.attempt(Self::expression)
    }
}

/// Where the last condition is or, without one, the iterable.
fn last_item(clauses: &[Comprehension<'_>]) -> Location {
    let Some(last) = clauses.last() else { return Location::NONE };
    last.ifs.last().unwrap_or(last.iter).location
}
