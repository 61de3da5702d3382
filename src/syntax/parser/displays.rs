//! Dicts, and the mistakes in displays of all kinds.

use smallvec::SmallVec;

use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

const STARRED_VALUE: &str = "cannot use a starred expression in a dictionary value";
const UNPACKED_VALUE: &str = "cannot use dict unpacking in a dictionary value";

/// A key, none for `**`, and a value.
type Pair<'a> = (Option<&'a Expr<'a>>, &'a Expr<'a>);

impl<'a> Parser<'a, '_> {
    /// An element of a list, tuple or set.
    ///
    /// CPython: `star_named_expression_sequence` (3.15–), `star_named_expression`
    pub(super) fn display_element(&mut self) -> Step<&'a Expr<'a>> {
        if self.second_run && self.knows(Mistake::UnpackedDictInDisplay) {
            self.invalid_starred_expression_unpacking_sequence()?;
        }
        self.star_named_expression()
    }

    /// A dict that starts with `**`, after its brace at `start`.
    pub(super) fn dict(&mut self, start: usize) -> Step<&'a Expr<'a>> {
        let stars = self.bump();
        let first = self.attempt(Self::unpacked_element)?;
        let Some(value) = first else { return self.not_a_dict(start) };
        if self.at_comprehension() {
            return self.dict_comprehension(start, value, None, stars);
        }
        self.dict_of(start, (None, value))
    }

    /// A dict whose first key was read, and is at a colon.
    pub(super) fn dict_from(&mut self, start: usize, key: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        self.bump();
        let value = self.attempt(Self::expression)?;
        let Some(value) = value else { return self.not_a_dict(start) };
        if self.at_comprehension() {
            return self.dict_comprehension(start, key, Some(value), start);
        }
        self.dict_of(start, (Some(key), value))
    }

    fn dict_of(&mut self, start: usize, first: Pair<'a>) -> Step<&'a Expr<'a>> {
        let mut keys = SmallVec::<[Option<&'a Expr<'a>>; 8]>::new();
        let from = self.exprs.len();
        keys.push(first.0);
        self.exprs.push(first.1);
        while self.eat(TokenKind::Comma) {
            if self.at(TokenKind::RightBrace) {
                break;
            }
            let Some((key, value)) = self.attempt(Self::double_starred_kvpair)? else { break };
            keys.push(key);
            self.exprs.push(value);
        }
        if !self.eat(TokenKind::RightBrace) {
            self.exprs.truncate(from);
            return self.not_a_dict(start);
        }
        let keys = self.arena.alloc_slice_fill_iter(keys.iter().map(|key| key.copied()));
        let values = self.take_exprs(from);
        Ok(self.node(start, ExprKind::Dict(self.arena.alloc(Dict { keys, values }))))
    }

    /// CPython: `double_starred_kvpair` (3.9–)
    fn double_starred_kvpair(&mut self) -> Step<Pair<'a>> {
        if self.eat(TokenKind::DoubleStar) {
            return Ok((None, self.bitwise_or()?));
        }
        let key = self.expression()?;
        self.expect(TokenKind::Colon)?;
        Ok((Some(key), self.expression()?))
    }

    fn dict_comprehension(
        &mut self,
        start: usize,
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        stars: usize,
    ) -> Step<&'a Expr<'a>> {
        if value.is_none() && !self.allows(SyntaxFeature::UnpackingInComprehension, stars) {
            if !self.dialect.is_lenient {
                return self.not_a_dict(start);
            }
            self.refuse_later(start, "dict unpacking cannot be used in dict comprehension");
        }
        let comprehension = self.comprehension(start, elt, value)?;
        self.expect(TokenKind::RightBrace)?;
        Ok(self.node(start, ExprKind::DictComp(comprehension)))
    }

    /// After the first of `dict`'s alternatives has failed, CPython tries the second, which only
    /// finds mistakes, in both runs.
    #[cold]
    pub(super) fn not_a_dict(&mut self, start: usize) -> Step<&'a Expr<'a>> {
        if !self.precise || !self.knows(Mistake::Advice) {
            return Err(Stop);
        }
        self.farthest = self.farthest();
        self.position = start + 1;
        self.invalid_double_starred_kvpairs()?;
        Err(Stop)
    }

    /// Keys without values, values without keys, and stars where none may be.
    ///
    /// CPython: `invalid_double_starred_kvpairs` (3.10–)
    fn invalid_double_starred_kvpairs(&mut self) -> Step<()> {
        let knows_unpacking = self.knows(Mistake::UnpackedDictInDisplay);
        if knows_unpacking {
            self.invalid_kvpair_unpacking()?;
        }
        let mark = self.mark();
        let pairs = self.attempt(|this| {
            this.separated(Self::double_starred_kvpair)?;
            this.expect(TokenKind::Comma)
        })?;
        if pairs.is_some() && (self.second_run || !knows_unpacking) {
            self.invalid_kvpair()?;
            if knows_unpacking {
                self.invalid_kvpair_unpacking()?;
            }
        }
        self.back_to(mark);
        if !knows_unpacking {
            self.invalid_starred_value()?;
        }
        self.invalid_missing_value()
    }

    /// CPython: `invalid_kvpair` (3.10–)
    fn invalid_kvpair(&mut self) -> Step<()> {
        let key = self.fits(|this| {
            let key = this.expression()?;
            if this.at(TokenKind::Colon) { Err(Stop) } else { Ok(key.location) }
        })?;
        if let Some(key) = key {
            // The end column is not that of the key, but the text's first column less one.
            let location = Location { col_offset: key.end_col_offset - 1, end_col_offset: -1, ..key };
            return self.mistake_at(location, "':' expected after dictionary key");
        }
        self.invalid_starred_value()?;
        self.invalid_missing_value()
    }

    /// `{a: *b}`.
    fn invalid_starred_value(&mut self) -> Step<()> {
        self.report_from(shape![expression ":" "*" bitwise_or], 2, STARRED_VALUE)?;
        match self.knows(Mistake::UnpackedDictInDisplay) {
            true => self.report_from(shape![expression ":" "**" bitwise_or], 2, UNPACKED_VALUE),
            false => Ok(()),
        }
    }

    /// `{a:}`.
    fn invalid_missing_value(&mut self) -> Step<()> {
        let message = "expression expected after dictionary key and ':'";
        self.report(shape![expression ":" (& "}" ",")], 1..=1, message)
    }

    /// CPython: `invalid_kvpair_unpacking` (3.15–)
    fn invalid_kvpair_unpacking(&mut self) -> Step<()> {
        let message = "invalid double starred expression. \
                       Did you forget to wrap the conditional expression in parentheses?";
        self.report(shape!["**" if_expression], 0..=1, message)?;
        let message = "cannot use a starred expression in a dictionary key";
        self.report(shape!["*" bitwise_or ":" expression], 0..=1, message)?;
        let message = "cannot use dict unpacking in a dictionary key";
        self.report(shape!["**" bitwise_or ":" expression], 0..=1, message)?;
        self.report(shape![expression ":" "*" bitwise_or], 2..=3, STARRED_VALUE)?;
        self.report(shape![expression ":" "**" bitwise_or], 2..=3, UNPACKED_VALUE)
    }

    /// A conditional, with its `if`.
    fn if_expression(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let body = self.disjunction()?;
        let expr = self.conditional_rest(start, body)?;
        if matches!(expr.kind, ExprKind::IfExp(_)) && expr.location != body.location {
            Ok(expr)
        } else {
            Err(Stop)
        }
    }

    /// CPython: `invalid_starred_expression_unpacking_sequence` (3.15–)
    fn invalid_starred_expression_unpacking_sequence(&mut self) -> Step<()> {
        self.report(shape!["**" bitwise_or], 0..=0, "cannot use dict unpacking here")?;
        self.invalid_starred_expression_unpacking()
    }

    /// `*a if b else c`, and `*a = b`.
    ///
    /// CPython: `invalid_starred_expression_unpacking` (3.14–), `invalid_starred_expression`
    /// (3.12–3.13)
    pub(super) fn invalid_starred_expression_unpacking(&mut self) -> Step<()> {
        if self.knows(Mistake::UnpackedConditional) {
            let message = "invalid starred expression. \
                       Did you forget to wrap the conditional expression in parentheses?";
            self.report(shape!["*" if_expression], 0..=1, message)?;
        }
        if !self.knows(Mistake::AssignedUnpacking) {
            return Ok(());
        }
        let message = "cannot assign to iterable argument unpacking";
        self.report(shape!["*" expression "=" expression], 0..=3, message)
    }

    /// The mistakes of `group` and `genexp`.
    pub(super) fn parenthesized_mistakes(&mut self) -> Step<()> {
        if self.knows(Mistake::ComprehensionsFirst) {
            self.invalid_comprehension()?;
            return self.invalid_group();
        }
        self.invalid_group()?;
        self.invalid_comprehension()
    }

    pub(super) fn list_mistakes(&mut self) -> Step<()> {
        self.invalid_comprehension()?;
        self.first_element_mistakes()
    }

    pub(super) fn braces_mistakes(&mut self) -> Step<()> {
        if !self.knows(Mistake::UnpackedDictInDisplay) {
            self.invalid_dict_comprehension()?;
            return self.invalid_comprehension();
        }
        self.invalid_comprehension()?;
        self.first_element_mistakes()
    }

    /// Where comprehensions come first, the mistakes of a display's first element come after
    /// theirs.
    fn first_element_mistakes(&mut self) -> Step<()> {
        let is_starred = matches!(self.kind_ahead(1), TokenKind::Star | TokenKind::DoubleStar);
        if !is_starred || !self.knows(Mistake::ComprehensionsFirst) {
            return Ok(());
        }
        let looked = self.fits(|this| {
            this.bump();
            this.display_element()
        });
        looked.map(drop)
    }

    /// `(*a)`, `(**a)`.
    ///
    /// CPython: `invalid_group` (3.10–)
    fn invalid_group(&mut self) -> Step<()> {
        if !self.knows(Mistake::Advice) {
            return self.report(
                shape!["(" starred_expression ")"],
                1..=1,
                "can't use starred expression here",
            );
        }
        self.report(shape!["(" starred_expression ")"], 1..=1, "cannot use starred expression here")?;
        self.report(shape!["(" "**" expression ")"], 1..=1, "cannot use double starred expression here")
    }

    /// `{**a for b in c}`.
    ///
    /// CPython: `invalid_dict_comprehension` (3.9–3.14)
    fn invalid_dict_comprehension(&mut self) -> Step<()> {
        let message = "dict unpacking cannot be used in dict comprehension";
        self.report(shape!["{" "**" bitwise_or [for_if_clauses] "}"], 1..=1, message)
    }

    /// `[*a for b in c]` before 3.15, `[a, b for c in d]`.
    ///
    /// CPython: `invalid_comprehension` (3.9–)
    pub(super) fn invalid_comprehension(&mut self) -> Step<()> {
        match self.knows(Mistake::UnpackedDictInDisplay) {
            true => self.invalid_unpacked_dict()?,
            false => self.invalid_unpacked_element()?,
        }
        if self.at(TokenKind::LeftParen) || !self.knows(Mistake::Advice) {
            return Ok(());
        }
        let elements = Part::Parse(|this: &mut Self| {
            let first = this.star_named_expression()?;
            let comma = this.expect(TokenKind::Comma)?;
            let last = match this.attempt(Self::last_of_elements)? {
                Some(last) => last.location,
                None => this.range(comma, comma),
            };
            Ok(this.node_at(first.location.to_end_of(last), first.kind))
        });
        let message = "did you forget parentheses around the comprehension target?";
        self.report(shape![("(" "[" "{") {elements} [for_if_clauses]], 1..=1, message)
    }

    /// The last of `star_named_expressions`.
    fn last_of_elements(&mut self) -> Step<&'a Expr<'a>> {
        let elements = self.separated(Self::star_named_expression)?;
        self.eat(TokenKind::Comma);
        elements.last().copied().ok_or(Stop)
    }

    fn invalid_unpacked_element(&mut self) -> Step<()> {
        let message = "iterable unpacking cannot be used in comprehension";
        self.report(shape![("(" "[" "{") starred_expression [for_if_clauses]], 1..=1, message)
    }

    fn invalid_unpacked_dict(&mut self) -> Step<()> {
        let message = "cannot use dict unpacking in list comprehension";
        self.report(shape!["[" "**" expression [for_if_clauses]], 1..=2, message)?;
        let message = "cannot use dict unpacking in generator expression";
        self.report(shape!["(" "**" expression [for_if_clauses]], 1..=2, message)
    }
}
