//! `match` and its patterns.

use super::shapes::{Part, shape};
use super::{Items, Parser, Rule, Step, Stop};
use crate::code::Constant;
use crate::names::Ident;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

impl<'a> Parser<'a, '_> {
    /// Whether the next line may be a `match` statement: whether its second token may begin the
    /// subject.
    #[inline]
    pub(super) fn may_be_match(&self) -> bool {
        use TokenKind::*;
        const NEVER: u128 = Equal.bit()
            | Dot.bit()
            | Comma.bit()
            | Colon.bit()
            | Newline.bit()
            | RightParen.bit()
            | Semicolon.bit();
        if self.kind_ahead(1).is_in(NEVER) {
            return false;
        }
        match self.text_of(self.position) {
            "match" => self.dialect.has(SyntaxFeature::MatchStatement),
            "case" => self.second_run && self.knows(Mistake::CaseOutsideMatch),
            _ => false,
        }
    }

    /// CPython: `match_stmt` (3.10–)
    pub(super) fn match_statement(&mut self) -> Step<StmtKind<'a>> {
        self.or_mistake(Self::any_match_statement, Self::invalid_match_stmt)
    }

    fn any_match_statement(&mut self) -> Step<StmtKind<'a>> {
        if !self.at_name("match") {
            return Err(Stop);
        }
        let start = self.bump();
        let subject = self.subject()?;
        self.expect(TokenKind::Colon)?;
        self.expect(TokenKind::Newline)?;
        self.expect(TokenKind::Indent)?;
        if !self.allows(SyntaxFeature::MatchStatement, start) {
            return Err(Stop);
        }
        self.count_chained();
        let cases = self.one_or_more(|this| this.at_name("case"), Self::case_block)?;
        self.expect(TokenKind::Dedent)?;
        Ok(StmtKind::Match { subject, cases })
    }

    /// CPython: `subject_expr` (3.10–)
    fn subject(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.star_named_expression()?;
        if matches!(first.kind, ExprKind::Starred { .. }) && !self.at(TokenKind::Comma) {
            return Err(Stop);
        }
        self.tuple_rest(start, first, Self::star_named_expression)
    }

    /// CPython: `invalid_match_stmt` (3.10–)
    #[cold]
    fn invalid_match_stmt(&mut self) -> Step<()> {
        let start = self.position;
        if self.at_name("match") {
            self.report_here(shape!["NAME" [subject] "NEWLINE"], "expected ':'")?;
            if self.find(shape!["NAME" [subject] ":" "NEWLINE" (! "INDENT")])?.is_some() {
                return self.missing_block("'match' statement", start);
            }
        }
        if !self.at_name("case") || !self.knows(Mistake::CaseOutsideMatch) {
            return Ok(());
        }
        let patterns = Part::Skip(&|this| {
            this.patterns()?;
            this.guard().map(drop)
        });
        let message = "case statement must be inside match statement";
        self.report(shape!["NAME" {patterns} ":" [unnamed_block]], 0..=2, message)
    }

    /// CPython: `case_block`, `invalid_case_block` (3.10–)
    fn case_block(&mut self) -> Step<MatchCase<'a>> {
        if !self.at_name("case") {
            return Err(Stop);
        }
        let start = self.bump();
        let pattern = self.patterns()?;
        let guard = self.guard()?;
        self.colon()?;
        let body = self.block("'case' statement", start)?;
        Ok(MatchCase { pattern: self.arena.alloc(pattern), guard, body })
    }

    fn guard(&mut self) -> Step<Option<&'a Expr<'a>>> {
        self.after(TokenKind::If, Self::named_expression)
    }

    /// A pattern, or several that make a sequence without brackets.
    fn patterns(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        let first = self.maybe_star_pattern()?;
        if self.at(TokenKind::Comma) {
            let patterns = self.sequence_after(first)?;
            return self.pattern_from(start, PatternKind::MatchSequence(patterns));
        }
        match first.kind {
            PatternKind::MatchStar(_) => Err(Stop),
            _ => Ok(first),
        }
    }

    /// The patterns of a sequence, the first of which was read; a comma may end it.
    fn sequence_after(&mut self, first: Pattern<'a>) -> Step<&'a [Pattern<'a>]> {
        let mut patterns = Items::from_elem(first, 1);
        if self.eat(TokenKind::Comma) {
            patterns.extend_from_slice(self.comma_list(Self::maybe_star_pattern)?);
        }
        Ok(self.arena.alloc_slice_copy(&patterns))
    }

    /// A pattern whose tokens start at `start` and end with the last one taken.
    fn pattern_from(&self, start: usize, kind: PatternKind<'a>) -> Step<Pattern<'a>> {
        Ok(Pattern { kind, location: self.span(start) })
    }

    fn maybe_star_pattern(&mut self) -> Step<Pattern<'a>> {
        if !self.at(TokenKind::Star) {
            return self.pattern();
        }
        let start = self.bump();
        let name = match self.at_name("_") {
            true => {
                self.bump();
                None
            }
            false => Some(self.capture_target()?),
        };
        Ok(Pattern { kind: PatternKind::MatchStar(name), location: self.span(start) })
    }

    /// CPython: `pattern` (3.10–)
    fn pattern(&mut self) -> Step<Pattern<'a>> {
        self.nested(Self::pattern_unnested)
    }

    fn pattern_unnested(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        let pattern = self.or_pattern()?;
        let Some(name) = self.after(TokenKind::As, Self::capture_target)? else {
            if self.second_run && self.at(TokenKind::As) {
                self.invalid_as_pattern()?;
            }
            return Ok(pattern);
        };
        let pattern = Some(&*self.arena.alloc(pattern));
        self.pattern_from(start, PatternKind::MatchAs { pattern, name: Some(name) })
    }

    /// At an `as` without a name after it.
    ///
    /// CPython: `invalid_as_pattern` (3.10–)
    #[cold]
    fn invalid_as_pattern(&mut self) -> Step<()> {
        let target = self.position + 1;
        if self.kind_ahead(1) == TokenKind::Name && self.text_of(target) == "_" {
            return self.mistake(target, target, "cannot use '_' as a target");
        }
        if self.knows(Mistake::PatternTarget) {
            return self.report_with(shape!["as" expression], 1..=1, |this, found| {
                format!("cannot use {} as pattern target", this.describe(found.expr(1)))
            });
        }
        self.report(shape!["as" (! "NAME") expression], 2..=2, "invalid pattern target")
    }

    fn or_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        let first = self.closed_pattern()?;
        let mut patterns = Items::from_elem(first, 1);
        while let Some(pattern) = self.after(TokenKind::Bar, Self::closed_pattern)? {
            patterns.push(pattern);
        }
        if patterns.len() == 1 {
            return Ok(first);
        }
        self.pattern_from(start, PatternKind::MatchOr(self.arena.alloc_slice_copy(&patterns)))
    }

    /// CPython: `closed_pattern` (3.10–)
    fn closed_pattern(&mut self) -> Step<Pattern<'a>> {
        self.unless_failed(Rule::ClosedPattern, Self::any_closed_pattern)
    }

    fn any_closed_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        match self.kind() {
            TokenKind::Name => self.name_pattern(),
            TokenKind::None | TokenKind::True | TokenKind::False => {
                let singleton = self.singleton();
                self.pattern_from(start, PatternKind::MatchSingleton(singleton))
            }
            TokenKind::LeftParen => self.nested(Self::parenthesized_pattern),
            TokenKind::LeftBracket => self.nested(Self::bracketed_pattern),
            TokenKind::LeftBrace => self.nested(Self::mapping_pattern),
            _ => {
                let value = self.literal_expr()?;
                self.pattern_from(start, PatternKind::MatchValue(value))
            }
        }
    }

    fn singleton(&mut self) -> Constant<'a> {
        let index = self.bump();
        match self.tokens[index].kind {
            TokenKind::True => Constant::True,
            TokenKind::False => Constant::False,
            _ => Constant::None,
        }
    }

    /// A number with a sign or without, a complex one in two parts, or strings.
    ///
    /// CPython: `literal_pattern`, `literal_expr` (3.10–)
    fn literal_expr(&mut self) -> Step<&'a Expr<'a>> {
        if self.at_any(TokenKind::String.bit() | TokenKind::FStringStart.bit()) {
            return self.strings();
        }
        let start = self.position;
        let real = self.signed_number()?;
        if !self.at_any(TokenKind::Plus.bit() | TokenKind::Minus.bit()) {
            return Ok(real);
        }
        self.complex_number(start, real)
    }

    fn signed_number(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let op = match self.kind() {
            TokenKind::Minus => UnaryOp::USub,
            TokenKind::Plus if self.dialect.has(SyntaxFeature::PlusInNumberPattern) => UnaryOp::UAdd,
            _ => return self.plain_number(),
        };
        self.bump();
        let operand = self.plain_number()?;
        if op == UnaryOp::UAdd {
            self.allows(SyntaxFeature::PlusInNumberPattern, start);
        }
        let kind = ExprKind::UnaryOp { op, operand };
        Ok(self.node(start, kind))
    }

    fn plain_number(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Number) { self.number() } else { Err(Stop) }
    }

    /// CPython: `complex_number` (3.10–)
    fn complex_number(&mut self, start: usize, real: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let real_token = self.position - 1;
        if self.is_imaginary(real_token) {
            let message = "real number required in complex literal";
            return self.mistake(real_token, real_token, message);
        }
        let operator = self.bump();
        let op = match self.tokens[operator].kind {
            TokenKind::Plus => Operator::Add,
            _ => Operator::Sub,
        };
        let imaginary = self.plain_number()?;
        if !self.is_imaginary(operator + 1) {
            self.position = operator + 1;
            let message = "imaginary number required in complex literal";
            return self.mistake(operator + 1, operator + 1, message);
        }
        let kind = ExprKind::BinOp { left: real, op, right: imaginary };
        Ok(self.node(start, kind))
    }

    fn is_imaginary(&self, index: usize) -> bool {
        self.text_of(index).ends_with(['j', 'J'])
    }

    /// A name that is bound.
    ///
    /// CPython: `pattern_capture_target` (3.10–)
    fn capture_target(&mut self) -> Step<Ident> {
        use TokenKind::{Dot, Equal, LeftParen};
        if self.at_name("_") {
            return Err(Stop);
        }
        let name = self.name()?;
        let goes_on = self.at_any(Dot.bit() | LeftParen.bit() | Equal.bit());
        if goes_on { Err(Stop) } else { Ok(name) }
    }

    /// A wildcard, a name that is bound, a dotted one that is compared with, or a class.
    fn name_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        if self.at_name("_") {
            self.bump();
            return self.pattern_from(start, PatternKind::MatchAs { pattern: None, name: None });
        }
        let value = self.name_or_attr()?;
        let kind = match (self.kind(), value.kind) {
            (TokenKind::LeftParen, _) => {
                return self.class_pattern_of(start, value);
            }
            (TokenKind::Dot | TokenKind::Equal, _) => return Err(Stop),
            (_, ExprKind::Name { id, .. }) => PatternKind::MatchAs { pattern: None, name: Some(id) },
            _ => PatternKind::MatchValue(value),
        };
        Ok(Pattern { kind, location: self.span(start) })
    }

    /// CPython: `name_or_attr` (3.10–)
    fn name_or_attr(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if !self.at(TokenKind::Name) {
            return Err(Stop);
        }
        let mut value = self.name_expression(ExprContext::Load)?;
        while self.at(TokenKind::Dot) {
            let Some(kind) = self.attribute(value)? else { break };
            value = self.node(start, kind);
            self.chained += 1;
        }
        Ok(value)
    }

    /// A group, or a sequence.
    fn parenthesized_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightParen) {
            return self.pattern_from(start, PatternKind::MatchSequence(&[]));
        }
        let first = self.maybe_star_pattern()?;
        if self.at(TokenKind::Comma) {
            let patterns = self.sequence_after(first)?;
            self.expect(TokenKind::RightParen)?;
            return self.pattern_from(start, PatternKind::MatchSequence(patterns));
        }
        if matches!(first.kind, PatternKind::MatchStar(_)) {
            return Err(Stop);
        }
        self.expect(TokenKind::RightParen)?;
        Ok(first)
    }

    fn bracketed_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.bump();
        let patterns = match self.at(TokenKind::RightBracket) {
            true => &[][..],
            false => {
                let first = self.maybe_star_pattern()?;
                self.sequence_after(first)?
            }
        };
        self.expect(TokenKind::RightBracket)?;
        self.pattern_from(start, PatternKind::MatchSequence(patterns))
    }

    /// CPython: `mapping_pattern` (3.10–)
    fn mapping_pattern(&mut self) -> Step<Pattern<'a>> {
        match self.knows(Mistake::MappingRestNotLast) {
            true => self.or_mistake(Self::any_mapping_pattern, Self::invalid_mapping_pattern),
            false => self.any_mapping_pattern(),
        }
    }

    fn any_mapping_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.bump();
        let (keys, patterns) = self.items()?;
        let mut rest = None;
        if self.at(TokenKind::DoubleStar) && self.may_continue_list(patterns.is_empty()) {
            rest = Some(self.double_star_pattern()?);
            self.eat(TokenKind::Comma);
        }
        self.expect(TokenKind::RightBrace)?;
        self.pattern_from(start, PatternKind::MatchMapping { keys, patterns, rest })
    }

    fn double_star_pattern(&mut self) -> Step<Ident> {
        self.expect(TokenKind::DoubleStar)?;
        self.capture_target()
    }

    /// Keys with their patterns, and a comma after the last.
    fn items(&mut self) -> Step<(&'a [Expr<'a>], &'a [Pattern<'a>])> {
        let from = self.exprs.len();
        let patterns = self.comma_list(|this| {
            let (key, pattern) = this.key_value_pattern()?;
            this.exprs.push(key);
            Ok(pattern)
        })?;
        Ok((self.take_exprs(from), patterns))
    }

    /// CPython: `key_value_pattern` (3.10–)
    fn key_value_pattern(&mut self) -> Step<(&'a Expr<'a>, Pattern<'a>)> {
        use TokenKind::{False, Name, None, True};
        let key = match self.kind() {
            Name => {
                let key = self.name_or_attr()?;
                if matches!(key.kind, ExprKind::Name { .. }) {
                    return Err(Stop);
                }
                key
            }
            None | True | False => self.atom()?,
            _ => self.literal_expr()?,
        };
        self.expect(TokenKind::Colon)?;
        Ok((key, self.pattern()?))
    }

    /// CPython: `invalid_mapping_pattern` (3.15–)
    #[cold]
    fn invalid_mapping_pattern(&mut self) -> Step<()> {
        let some_items = Part::Skip(&|this| match this.items()? {
            ([], _) => Err(Stop),
            _ => Ok(()),
        });
        let message = "double star pattern must be the last (right-most) subpattern \
                       in the mapping pattern";
        self.report(shape!["{" [items] "**" [capture_target] "," {some_items} "}"], 3..=3, message)
    }

    /// CPython: `class_pattern` (3.10–), at the parenthesis
    fn class_pattern_of(&mut self, start: usize, cls: &'a Expr<'a>) -> Step<Pattern<'a>> {
        self.depth += 1;
        let open = self.bump();
        let patterns = self.positional_patterns(open)?;
        let (kwd_attrs, kwd_patterns) = match self.may_continue_list(patterns.is_empty()) {
            true => self.keyword_patterns()?,
            false => Default::default(),
        };
        if self.second_run && !kwd_attrs.is_empty() {
            self.invalid_class_pattern()?;
        }
        self.expect(TokenKind::RightParen)?;
        self.depth -= 1;
        let class = MatchClass { cls, patterns, kwd_attrs, kwd_patterns };
        self.pattern_from(start, PatternKind::MatchClass(self.arena.alloc(class)))
    }

    /// Patterns without names, and a comma after the last; after one of them, a `_` is one too,
    /// whatever follows it.
    fn positional_patterns(&mut self, open: usize) -> Step<&'a [Pattern<'a>]> {
        self.comma_list(|this| {
            let is_keyword = this.at(TokenKind::Name) && this.kind_ahead(1) == TokenKind::Equal;
            let is_wildcard = this.at_name("_") && this.position > open + 1;
            match is_keyword && !is_wildcard {
                true => Err(Stop),
                false => this.pattern(),
            }
        })
    }

    /// Whether another item may follow: at the start of a list, or after a comma.
    fn may_continue_list(&self, is_empty: bool) -> bool {
        is_empty || self.tokens[self.position - 1].kind == TokenKind::Comma
    }

    fn keyword_patterns(&mut self) -> Step<(&'a [Ident], &'a [Pattern<'a>])> {
        let mut names = Items::new();
        let patterns = self.comma_list(|this| {
            let name = this.name()?;
            this.expect(TokenKind::Equal)?;
            let pattern = this.pattern()?;
            names.push(name);
            Ok(pattern)
        })?;
        Ok((self.arena.alloc_slice_copy(&names), patterns))
    }

    /// `case A(b=c, d)`, after the keyword patterns and their comma.
    ///
    /// CPython: `invalid_class_pattern`, `invalid_class_argument_pattern` (3.10–)
    #[cold]
    fn invalid_class_pattern(&mut self) -> Step<()> {
        if self.tokens[self.position - 1].kind != TokenKind::Comma {
            return Ok(());
        }
        let message = "positional patterns follow keyword patterns";
        match self.fits(|this| this.separated(Self::pattern))? {
            Some([first, .., last]) => self.mistake_between(first.location, last.location, message),
            Some([only]) => self.mistake_at(only.location, message),
            _ => Ok(()),
        }
    }
}
