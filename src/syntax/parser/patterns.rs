//! `match` and its patterns.

use smallvec::SmallVec;

use super::mistakes::describe;
use super::{Parser, Step, Stop};
use crate::code::Constant;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

type Patterns<'a> = SmallVec<[Pattern<'a>; 8]>;

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
            "match" => true,
            "case" => self.second_run && self.knows(Mistake::CaseOutsideMatch),
            _ => false,
        }
    }

    /// CPython: `match_stmt` (3.10–)
    pub(super) fn match_statement(&mut self) -> Step<StmtKind<'a>> {
        if !self.second_run {
            return self.any_match_statement();
        }
        match self.attempt(Self::any_match_statement)? {
            Some(kind) => Ok(kind),
            None => {
                self.invalid_match_stmt()?;
                Err(Stop::Dead)
            }
        }
    }

    fn any_match_statement(&mut self) -> Step<StmtKind<'a>> {
        if !self.at_name("match") {
            return Err(Stop::Dead);
        }
        let start = self.bump();
        let subject = self.subject()?;
        self.expect(TokenKind::Colon)?;
        self.expect(TokenKind::Newline)?;
        self.expect(TokenKind::Indent)?;
        if !self.allows(SyntaxFeature::MatchStatement, start) {
            return Err(Stop::Dead);
        }
        self.count_chained();
        let mut cases = SmallVec::<[MatchCase<'a>; 8]>::new();
        cases.push(self.case_block()?);
        while self.at_name("case") {
            match self.attempt(Self::case_block)? {
                Some(case) => cases.push(case),
                None => break,
            }
        }
        self.expect(TokenKind::Dedent)?;
        let cases = self.arena.alloc_slice_copy(&cases);
        Ok(StmtKind::Match { subject, cases })
    }

    /// CPython: `subject_expr` (3.10–)
    fn subject(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.star_named_expression()?;
        if matches!(first.kind, ExprKind::Starred { .. }) && !self.at(TokenKind::Comma) {
            return Err(Stop::Dead);
        }
        self.tuple_rest(start, first, Self::star_named_expression)
    }

    /// CPython: `invalid_match_stmt` (3.10–)
    #[cold]
    fn invalid_match_stmt(&mut self) -> Step<()> {
        let start = self.position;
        let mark = self.mark();
        if self.at_name("match") {
            let after_colon = self.attempt(|this| {
                this.bump();
                this.subject()?;
                let has_colon = this.eat(TokenKind::Colon);
                this.expect(TokenKind::Newline)?;
                if has_colon && this.at(TokenKind::Indent) { Err(Stop::Dead) } else { Ok(has_colon) }
            })?;
            match after_colon {
                Some(true) => {
                    let line = self.tokens[start].line;
                    let message =
                        format!("expected an indented block after 'match' statement on line {line}");
                    return self.indentation_mistake(message);
                }
                Some(false) => {
                    self.position -= 1;
                    return self.mistake_here("expected ':'");
                }
                None => {}
            }
        }
        self.back_to(mark);
        if self.at_name("case") && self.knows(Mistake::CaseOutsideMatch) {
            self.invalid_case_outside_match()?;
        }
        Ok(())
    }

    fn invalid_case_outside_match(&mut self) -> Step<()> {
        let start = self.position;
        let colon = self.fits(|this| {
            this.bump();
            this.patterns()?;
            this.guard()?;
            let colon = this.expect(TokenKind::Colon)?;
            this.unnamed_block()?;
            Ok(colon)
        })?;
        match colon {
            Some(colon) => self.mistake(start, colon, "case statement must be inside match statement"),
            None => Ok(()),
        }
    }

    /// CPython: `case_block`, `invalid_case_block` (3.10–)
    fn case_block(&mut self) -> Step<MatchCase<'a>> {
        if !self.at_name("case") {
            return Err(Stop::Dead);
        }
        let start = self.bump();
        let pattern = self.patterns()?;
        let guard = self.guard()?;
        self.colon()?;
        let body = self.block("'case' statement", start)?;
        Ok(MatchCase { pattern: self.arena.alloc(pattern), guard, body })
    }

    fn guard(&mut self) -> Step<Option<&'a Expr<'a>>> {
        if !self.at(TokenKind::If) {
            return Ok(None);
        }
        self.attempt(|this| {
            this.bump();
            this.named_expression()
        })
    }

    /// A pattern, or several that make a sequence without brackets.
    fn patterns(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        let first = self.maybe_star_pattern()?;
        if self.at(TokenKind::Comma) {
            let patterns = self.sequence_after(first)?;
            let kind = PatternKind::MatchSequence(patterns);
            return Ok(Pattern { kind, location: self.span(start) });
        }
        match first.kind {
            PatternKind::MatchStar(_) => Err(Stop::Dead),
            _ => Ok(first),
        }
    }

    /// The patterns of a sequence, the first of which was read; a comma may end it.
    fn sequence_after(&mut self, first: Pattern<'a>) -> Step<&'a [Pattern<'a>]> {
        let mut patterns = Patterns::new();
        patterns.push(first);
        while self.eat(TokenKind::Comma) {
            match self.attempt(Self::maybe_star_pattern)? {
                Some(pattern) => patterns.push(pattern),
                None => break,
            }
        }
        Ok(self.arena.alloc_slice_copy(&patterns))
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
        if !self.at(TokenKind::As) {
            return Ok(pattern);
        }
        let target = self.attempt(|this| {
            this.bump();
            this.capture_target()
        })?;
        let Some(name) = target else {
            if self.second_run {
                self.invalid_as_pattern()?;
            }
            return Ok(pattern);
        };
        let pattern = Some(&*self.arena.alloc(pattern));
        let kind = PatternKind::MatchAs { pattern, name: Some(name) };
        Ok(Pattern { kind, location: self.span(start) })
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
        let names_target = self.knows(Mistake::PatternTarget);
        let expr = self.fits(|this| {
            this.bump();
            if !names_target && this.at(TokenKind::Name) {
                return Err(Stop::Dead);
            }
            this.expression()
        })?;
        let Some(expr) = expr else { return Ok(()) };
        let message = match names_target {
            true => format!("cannot use {} as pattern target", describe(expr)),
            false => "invalid pattern target".to_owned(),
        };
        self.mistake_at(expr.location, message)
    }

    fn or_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        let first = self.closed_pattern()?;
        if !self.at(TokenKind::Bar) {
            return Ok(first);
        }
        let mut patterns = Patterns::new();
        patterns.push(first);
        while self.at(TokenKind::Bar) {
            let next = self.attempt(|this| {
                this.bump();
                this.closed_pattern()
            })?;
            match next {
                Some(pattern) => patterns.push(pattern),
                None => break,
            }
        }
        if patterns.len() == 1 {
            return Ok(first);
        }
        let kind = PatternKind::MatchOr(self.arena.alloc_slice_copy(&patterns));
        Ok(Pattern { kind, location: self.span(start) })
    }

    /// CPython: `closed_pattern` (3.10–)
    fn closed_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        match self.kind() {
            TokenKind::Name => self.name_pattern(),
            TokenKind::None | TokenKind::True | TokenKind::False => {
                let kind = PatternKind::MatchSingleton(self.singleton());
                Ok(Pattern { kind, location: self.span(start) })
            }
            TokenKind::LeftParen => self.nested(Self::parenthesized_pattern),
            TokenKind::LeftBracket => self.nested(Self::bracketed_pattern),
            TokenKind::LeftBrace => self.nested(Self::mapping_pattern),
            _ => {
                let value = self.literal_expr()?;
                let kind = PatternKind::MatchValue(value);
                Ok(Pattern { kind, location: self.span(start) })
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
        if self.at(TokenKind::Number) { self.number() } else { Err(Stop::Dead) }
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
            return Err(Stop::Dead);
        }
        let name = self.name()?;
        let goes_on = self.at_any(Dot.bit() | LeftParen.bit() | Equal.bit());
        if goes_on { Err(Stop::Dead) } else { Ok(name) }
    }

    /// A wildcard, a name that is bound, a dotted one that is compared with, or a class.
    fn name_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.position;
        if self.at_name("_") {
            self.bump();
            let kind = PatternKind::MatchAs { pattern: None, name: None };
            return Ok(Pattern { kind, location: self.span(start) });
        }
        let value = self.name_or_attr()?;
        let kind = match (self.kind(), value.kind) {
            (TokenKind::LeftParen, _) => {
                return self.class_pattern_of(start, value);
            }
            (TokenKind::Dot | TokenKind::Equal, _) => return Err(Stop::Dead),
            (_, ExprKind::Name { id, .. }) => PatternKind::MatchAs { pattern: None, name: Some(id) },
            _ => PatternKind::MatchValue(value),
        };
        Ok(Pattern { kind, location: self.span(start) })
    }

    /// CPython: `name_or_attr` (3.10–)
    fn name_or_attr(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if !self.at(TokenKind::Name) {
            return Err(Stop::Dead);
        }
        let mut value = self.name_expression(ExprContext::Load)?;
        while self.at(TokenKind::Dot) {
            if self.kind_ahead(1) != TokenKind::Name {
                self.farthest = self.farthest.max(self.position + 1);
                break;
            }
            self.bump();
            let attr = self.name()?;
            let kind = ExprKind::Attribute { value, attr, ctx: ExprContext::Load };
            value = self.node(start, kind);
            self.chained += 1;
        }
        Ok(value)
    }

    /// A group, or a sequence.
    fn parenthesized_pattern(&mut self) -> Step<Pattern<'a>> {
        let start = self.bump();
        if self.eat(TokenKind::RightParen) {
            let kind = PatternKind::MatchSequence(&[]);
            return Ok(Pattern { kind, location: self.span(start) });
        }
        let first = self.maybe_star_pattern()?;
        if self.at(TokenKind::Comma) {
            let patterns = self.sequence_after(first)?;
            self.expect(TokenKind::RightParen)?;
            let kind = PatternKind::MatchSequence(patterns);
            return Ok(Pattern { kind, location: self.span(start) });
        }
        if matches!(first.kind, PatternKind::MatchStar(_)) {
            return Err(Stop::Dead);
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
        let kind = PatternKind::MatchSequence(patterns);
        Ok(Pattern { kind, location: self.span(start) })
    }

    /// CPython: `mapping_pattern` (3.10–)
    fn mapping_pattern(&mut self) -> Step<Pattern<'a>> {
        if !self.second_run || !self.knows(Mistake::MappingRestNotLast) {
            return self.any_mapping_pattern();
        }
        match self.attempt(Self::any_mapping_pattern)? {
            Some(pattern) => Ok(pattern),
            None => {
                self.invalid_mapping_pattern()?;
                Err(Stop::Dead)
            }
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
        let kind = PatternKind::MatchMapping { keys, patterns, rest };
        Ok(Pattern { kind, location: self.span(start) })
    }

    fn double_star_pattern(&mut self) -> Step<Ident> {
        self.expect(TokenKind::DoubleStar)?;
        self.capture_target()
    }

    /// Keys with their patterns, and a comma after the last.
    fn items(&mut self) -> Step<(&'a [Expr<'a>], &'a [Pattern<'a>])> {
        let from = self.exprs.len();
        let mut patterns = Patterns::new();
        while !self.at_any(TokenKind::RightBrace.bit() | TokenKind::DoubleStar.bit()) {
            let Some((key, pattern)) = self.attempt(Self::key_value_pattern)? else { break };
            self.exprs.push(key);
            patterns.push(pattern);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let patterns = self.arena.alloc_slice_copy(&patterns);
        Ok((self.take_exprs(from), patterns))
    }

    /// CPython: `key_value_pattern` (3.10–)
    fn key_value_pattern(&mut self) -> Step<(&'a Expr<'a>, Pattern<'a>)> {
        use TokenKind::{False, Name, None, True};
        let start = self.position;
        let key = match self.kind() {
            Name => {
                let key = self.name_or_attr()?;
                if matches!(key.kind, ExprKind::Name { .. }) {
                    return Err(Stop::Dead);
                }
                key
            }
            None | True | False => {
                let kind = ExprKind::Constant(self.singleton());
                self.node(start, kind)
            }
            _ => self.literal_expr()?,
        };
        self.expect(TokenKind::Colon)?;
        Ok((key, self.pattern()?))
    }

    /// CPython: `invalid_mapping_pattern` (3.15–)
    #[cold]
    fn invalid_mapping_pattern(&mut self) -> Step<()> {
        let rest = self.fits(|this| {
            this.bump();
            this.items()?;
            let rest = this.position + 1;
            this.double_star_pattern()?;
            this.expect(TokenKind::Comma)?;
            let (keys, _) = this.items()?;
            if keys.is_empty() {
                return Err(Stop::Dead);
            }
            this.expect_last(TokenKind::RightBrace)?;
            Ok(rest)
        })?;
        match rest {
            Some(rest) => {
                let message = "double star pattern must be the last (right-most) subpattern \
                               in the mapping pattern";
                self.mistake(rest, rest, message)
            }
            None => Ok(()),
        }
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
        let kind = PatternKind::MatchClass(self.arena.alloc(class));
        Ok(Pattern { kind, location: self.span(start) })
    }

    /// Patterns without names, and a comma after the last; after one of them, a `_` is one too,
    /// whatever follows it.
    fn positional_patterns(&mut self, open: usize) -> Step<&'a [Pattern<'a>]> {
        let mut patterns = Patterns::new();
        while !self.at(TokenKind::RightParen) {
            let is_keyword = self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::Equal;
            let is_wildcard = self.at_name("_") && self.position > open + 1;
            if is_keyword && !is_wildcard {
                break;
            }
            match self.attempt(Self::pattern)? {
                Some(pattern) => patterns.push(pattern),
                None => break,
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        Ok(self.arena.alloc_slice_copy(&patterns))
    }

    /// Whether another item may follow: at the start of a list, or after a comma.
    fn may_continue_list(&self, is_empty: bool) -> bool {
        is_empty || self.tokens[self.position - 1].kind == TokenKind::Comma
    }

    fn keyword_patterns(&mut self) -> Step<(&'a [Ident], &'a [Pattern<'a>])> {
        let mut names = SmallVec::<[Ident; 8]>::new();
        let mut patterns = Patterns::new();
        while self.at(TokenKind::Name) {
            let item = self.attempt(|this| {
                let name = this.name()?;
                this.expect(TokenKind::Equal)?;
                Ok((name, this.pattern()?))
            })?;
            let Some((name, pattern)) = item else { break };
            names.push(name);
            patterns.push(pattern);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        Ok((self.arena.alloc_slice_copy(&names), self.arena.alloc_slice_copy(&patterns)))
    }

    /// `case A(b=c, d)`, after the keyword patterns and their comma.
    ///
    /// CPython: `invalid_class_pattern`, `invalid_class_argument_pattern` (3.10–)
    #[cold]
    fn invalid_class_pattern(&mut self) -> Step<()> {
        if self.tokens[self.position - 1].kind != TokenKind::Comma {
            return Ok(());
        }
        let range = self.fits(|this| {
            let first = this.pattern()?.location;
            let mut last = first;
            while this.at(TokenKind::Comma) {
                let next = this.attempt(|this| {
                    this.bump();
                    this.pattern()
                })?;
                match next {
                    Some(pattern) => last = pattern.location,
                    None => break,
                }
            }
            Ok((first, last))
        })?;
        let Some((first, last)): Option<(Location, Location)> = range else { return Ok(()) };
        self.mistake_between(first, last, "positional patterns follow keyword patterns")
    }
}
