//! The shapes of mistakes: most `invalid_` rules of CPython's grammar are a sequence of tokens and
//! rules, and blame some of the parts they find.
//!
//! | example | shape | blamed |
//! |---|---|---|
//! | `f(**a = b)` | `shape!["**" expression "=" expression]` | `0..=3` |
//! | `f(a=)` | `shape!["NAME" "=" (& "," ")")]` | `0..=1` |
//!
//! As in CPython, a token that ends a shape is the last one looked at.
//!
//! In [`shape!`], parts are written as in CPython's grammar:
//!
//! | part | meaning |
//! |---|---|
//! | `"="`, `"NAME"` | [`Part::Token`] |
//! | `(? ",")` | [`Part::Maybe`] |
//! | `("+" "-")` | [`Part::OneOf`] |
//! | `(& "+" "-")`, `(! "+" "-")` | [`Part::Before`], [`Part::NotBefore`] |
//! | `expression` | [`Part::Parse`]: a rule of the parser that makes an expression |
//! | `[for_if_clauses]`, `[param(of)]` | [`Part::Skip`]: any rule of the parser |
//! | `{operator}` | a part that is made elsewhere |

use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::{Parser, Step, Stop};
use crate::source::Location;
use crate::syntax::ast::Expr;
use crate::syntax::lexer::TokenKind;

/// A part of a shape.
#[derive(Clone, Copy)]
pub(super) enum Part<'p, 'a, 't> {
    Token(TokenKind),
    /// A token of one of the kinds whose [bits](TokenKind::bit) are set.
    OneOf(u128),
    /// A token, or nothing.
    Maybe(TokenKind),
    /// The next token is of one of these kinds. It is looked at, not taken.
    Before(u128),
    /// The next token is of another kind.
    NotBefore(u128),
    /// The tokens of a rule that makes an expression.
    Parse(fn(&mut Parser<'a, 't>) -> Step<&'a Expr<'a>>),
    /// The tokens of any rule.
    Skip(&'p dyn Fn(&mut Parser<'a, 't>) -> Step<()>),
}

/// The parts of a shape.
macro_rules! shape {
    ($($part:tt)+) => { &[$($crate::syntax::parser::shapes::part!($part)),+] };
}

macro_rules! part {
    ((& $($kind:literal)+)) => { Part::Before($(TokenKind::spelt($kind).bit())|+) };
    ((! $($kind:literal)+)) => { Part::NotBefore($(TokenKind::spelt($kind).bit())|+) };
    ((? $kind:literal)) => { Part::Maybe(TokenKind::spelt($kind)) };
    (($($kind:literal)+)) => { Part::OneOf($(TokenKind::spelt($kind).bit())|+) };
    ([$rule:ident $(($argument:expr))?]) => { Part::Skip(&|this| this.$rule($($argument)?).map(drop)) };
    ({$part:expr}) => { $part };
    ($kind:literal) => { Part::Token(TokenKind::spelt($kind)) };
    ($rule:ident) => { Part::Parse(Self::$rule) };
}

pub(super) use {part, shape};

/// What fits a shape: the location of each part, none if it takes no tokens, and its expression.
pub(super) struct Found<'a>(SmallVec<[(Location, Option<&'a Expr<'a>>); 8]>);

impl<'a> Found<'a> {
    pub(super) fn location(&self, part: usize) -> Location {
        self.0[part].0
    }

    pub(super) fn expr(&self, part: usize) -> &'a Expr<'a> {
        self.0[part].1.expect("the part is an expression")
    }

    /// From the start of one part to the end of another.
    pub(super) fn range(&self, parts: RangeInclusive<usize>) -> Location {
        self.location(*parts.start()).to_end_of(self.location(*parts.end()))
    }
}

impl<'a, 't> Parser<'a, 't> {
    /// What the next tokens are in a shape, if they fit it. None is taken.
    #[cold]
    pub(super) fn find(&mut self, shape: &[Part<'_, 'a, 't>]) -> Step<Option<Found<'a>>> {
        self.fits(|this| {
            let found = shape.iter().map(|&part| this.part(part)).collect::<Step<_>>()?;
            if let Some(Part::Token(_) | Part::OneOf(_)) = shape.last() {
                this.unread = this.position;
            }
            Ok(Found(found))
        })
    }

    fn part(&mut self, part: Part<'_, 'a, 't>) -> Step<(Location, Option<&'a Expr<'a>>)> {
        let fits = match part {
            Part::Token(kind) => return self.token_part(kind.bit()),
            Part::OneOf(kinds) => return self.token_part(kinds),
            Part::Parse(rule) => return rule(self).map(|expr| (expr.location, Some(expr))),
            Part::Maybe(kind) => {
                self.eat(kind);
                true
            }
            Part::Before(kinds) => self.at_any(kinds),
            Part::NotBefore(kinds) => !self.at_any(kinds),
            Part::Skip(rule) => {
                let start = self.position;
                rule(self)?;
                let is_empty = self.position == start;
                return Ok((if is_empty { Location::NONE } else { self.span(start) }, None));
            }
        };
        if fits { Ok((Location::NONE, None)) } else { Err(Stop) }
    }

    fn token_part(&mut self, kinds: u128) -> Step<(Location, Option<&'a Expr<'a>>)> {
        if !self.at_any(kinds) {
            return Err(Stop);
        }
        let index = self.bump();
        Ok((self.blamed(index, index), None))
    }

    /// If the next tokens fit a shape, reports a mistake in some of its parts.
    #[cold]
    pub(super) fn report(
        &mut self,
        shape: &[Part<'_, 'a, 't>],
        blamed: RangeInclusive<usize>,
        message: impl Into<String>,
    ) -> Step<()> {
        self.report_with(shape, blamed, |_, _| message.into())
    }

    /// The same with a message that names what was found.
    #[cold]
    pub(super) fn report_with(
        &mut self,
        shape: &[Part<'_, 'a, 't>],
        blamed: RangeInclusive<usize>,
        message: impl FnOnce(&Self, &Found<'a>) -> String,
    ) -> Step<()> {
        let Some(found) = self.find(shape)? else { return Ok(()) };
        let message = message(self, &found);
        self.mistake_at(found.range(blamed), message)
    }

    /// The same from the start of a part to where CPython's tokenizer is.
    #[cold]
    pub(super) fn report_from(&mut self, shape: &[Part<'_, 'a, 't>], part: usize, message: &str) -> Step<()> {
        match self.find(shape)? {
            Some(found) => self.mistake_from(found.location(part), message),
            None => Ok(()),
        }
    }

    /// The same at the last token that was looked at.
    #[cold]
    pub(super) fn report_here(&mut self, shape: &[Part<'_, 'a, 't>], message: impl Into<String>) -> Step<()> {
        match self.find(shape)? {
            Some(_) => self.mistake_here(message),
            None => Ok(()),
        }
    }
}
