//! A parser that finds out where a text stops being Python, and what CPython says of it.
//!
//! It reads the tokens twice. At first it only sees how far they make sense; what a statement cannot go on with is `invalid syntax`.
//! Then it reads them again with an eye on frequent mistakes, each of which has its message.
//!
//! Every function takes as many tokens as it can make sense of, and [`Stop::Dead`] if there is no first one; what follows is for its caller.

mod arguments;
mod assignments;
mod atoms;
mod blocks;
mod comprehensions;
mod expressions;
mod fstrings;
mod imports;
mod parameters;
mod patterns;
mod simple;
mod tries;
mod type_parameters;

use rustc_hash::{FxHashMap, FxHashSet};

use super::expr::Expr;
use super::places::Places;
use super::token::{Kind, SOFT_KEYWORDS, Token};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::targets::{Grammar, limits};

/// Why a function has no result.
#[derive(Debug)]
pub(super) enum Stop {
    /// It does not fit here; something else may.
    Dead,
    /// It is wrong, and this is what to say.
    Fault(Box<Diagnostic>),
    /// It is too deep.
    TooDeep,
}

pub(super) type Step<T> = Result<T, Stop>;

pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    places: &'t Places<'t>,
    grammar: Grammar,
    position: usize,
    /// The last token that was looked at.
    pub(super) farthest: usize,
    /// Whether mistakes are looked for.
    has_checks: bool,
    depth: u32,
    /// What messages call the string whose fields are being read.
    format_string: &'static str,
    /// The `match`es that stand for names after a `;`.
    pub(super) match_names: Vec<usize>,
    /// Each `+` before the number of a pattern.
    pub(super) plus_signs: Vec<usize>,
    /// The names after which an expression has been looked for.
    looked_after: FxHashSet<usize>,
    /// Where expressions start that have been read as they are.
    read_before: FxHashSet<usize>,
    /// The operands of the statement that have been read, with and without an eye on mistakes, and where they end.
    primaries: FxHashMap<(usize, bool), Option<(Expr, usize)>>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token], places: &'t Places<'t>, grammar: Grammar) -> Self {
        Parser {
            text,
            tokens,
            places,
            grammar,
            position: 0,
            farthest: 0,
            has_checks: false,
            depth: 0,
            format_string: "f-string",
            match_names: Vec::new(),
            plus_signs: Vec::new(),
            looked_after: FxHashSet::default(),
            read_before: FxHashSet::default(),
            primaries: FxHashMap::default(),
        }
    }

    /// Back to the start, for the search of mistakes.
    pub(super) fn look_for_mistakes(&mut self) {
        self.position = 0;
        self.has_checks = true;
    }

    /// All statements up to the end.
    pub(super) fn module(&mut self) -> Step<()> {
        while !self.at_kind(Kind::End) {
            self.statement()?;
        }
        Ok(())
    }

    fn token(&mut self) -> Token {
        self.farthest = self.farthest.max(self.position);
        self.tokens[self.position]
    }

    /// A token further on, without looking at it.
    fn ahead(&self, count: usize) -> Token {
        self.tokens[(self.position + count).min(self.tokens.len() - 1)]
    }

    fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn at_kind(&mut self, kind: Kind) -> bool {
        self.token().kind == kind
    }

    /// Whether the next token is that keyword or operator.
    fn at(&mut self, text: &str) -> bool {
        let token = self.token();
        matches!(token.kind, Kind::Keyword | Kind::Operator) && self.text_of(token) == text
    }

    fn at_any(&mut self, texts: &[&str]) -> bool {
        let token = self.token();
        matches!(token.kind, Kind::Keyword | Kind::Operator) && texts.contains(&self.text_of(token))
    }

    fn is_ahead(&self, count: usize, text: &str) -> bool {
        let token = self.ahead(count);
        matches!(token.kind, Kind::Keyword | Kind::Operator) && self.text_of(token) == text
    }

    fn at_soft(&mut self, word: &str) -> bool {
        let token = self.token();
        token.kind == Kind::Name && self.text_of(token) == word
    }

    fn is_soft_keyword(&self, token: Token) -> bool {
        token.kind == Kind::Name && SOFT_KEYWORDS.contains(&self.text_of(token))
    }

    fn bump(&mut self) -> usize {
        let index = self.position;
        self.token();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        index
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_there = self.at(text);
        if is_there {
            self.bump();
        }
        is_there
    }

    fn expect(&mut self, text: &str) -> Step<usize> {
        if self.at(text) { Ok(self.bump()) } else { Err(Stop::Dead) }
    }

    fn expect_kind(&mut self, kind: Kind) -> Step<usize> {
        if self.at_kind(kind) { Ok(self.bump()) } else { Err(Stop::Dead) }
    }

    fn name(&mut self) -> Step<usize> {
        self.expect_kind(Kind::Name)
    }

    /// What `parse` makes of the next tokens; none, and no token taken, if it cannot go on.
    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        let position = self.position;
        match parse(self) {
            Ok(result) => Ok(Some(result)),
            Err(Stop::Dead) => {
                self.position = position;
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Whether `parse` could take the next tokens, none of which is taken.
    fn fits<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        let position = self.position;
        let result = self.attempt(parse)?;
        self.position = position;
        Ok(result)
    }

    /// Like [`Self::fits`], with no eye on mistakes.
    fn fits_as_it_is<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<Option<T>> {
        let had_checks = std::mem::replace(&mut self.has_checks, false);
        let result = self.fits(parse);
        self.has_checks = had_checks;
        result
    }

    /// Runs `parse` one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        if self.depth >= limits::MAX_PARSER_DEPTH {
            return Err(Stop::TooDeep);
        }
        self.depth += 1;
        let result = if self.depth.is_multiple_of(limits::STACK_CHECK_INTERVAL) {
            stacker::maybe_grow(limits::STACK_RED_ZONE, limits::STACK_CHUNK, || parse(self))
        } else {
            parse(self)
        };
        self.depth -= 1;
        result
    }

    /// A mistake in the tokens from the first up to the last.
    #[cold]
    fn mistake<T>(&self, first: usize, last: usize, message: impl Into<String>) -> Step<T> {
        let location = self.places.location(self.tokens[first].start, self.tokens[last].end);
        Err(Stop::Fault(Box::new(Diagnostic::syntax_error(location, message))))
    }

    #[cold]
    fn mistake_in<T>(&self, expr: &Expr, message: impl Into<String>) -> Step<T> {
        self.mistake(expr.start, expr.end - 1, message)
    }

    #[cold]
    fn mistake_between<T>(&self, from: &Expr, to: &Expr, message: impl Into<String>) -> Step<T> {
        self.mistake(from.start, to.end - 1, message)
    }

    /// A mistake without a place of its own, which is reported at the last token that was looked at.
    #[cold]
    fn mistake_here<T>(&self, message: impl Into<String>) -> Step<T> {
        Err(Stop::Fault(Box::new(self.here(DiagnosticKind::SyntaxError, message))))
    }

    #[cold]
    fn indentation_mistake<T>(&self, message: impl Into<String>) -> Step<T> {
        Err(Stop::Fault(Box::new(self.here(DiagnosticKind::IndentationError, message))))
    }

    /// A diagnostic at the last token that was looked at.
    #[cold]
    pub(super) fn here(&self, kind: DiagnosticKind, message: impl Into<String>) -> Diagnostic {
        let token = self.tokens[self.farthest];
        let mut location = self.places.location(token.start, token.end);
        // Tokens without a text are where the tokenizer is, and columns count from 1 there already.
        if matches!(token.kind, Kind::Indent | Kind::Dedent | Kind::End) {
            location = if token.start == self.text.len() { self.places.end() } else { location };
            location.col_offset -= 1;
        }
        Diagnostic::new(kind, location, message)
    }

    /// What is told of a token that makes no sense.
    pub(super) fn invalid_syntax(&self) -> Diagnostic {
        let mut diagnostic = self.here(DiagnosticKind::SyntaxError, "invalid syntax");
        if self.tokens[self.farthest].kind == Kind::End {
            diagnostic.location.col_offset = -1;
        }
        diagnostic
    }

    pub(super) fn line_of(&self, index: usize) -> i32 {
        self.places.position(self.tokens[index].start).0
    }

    pub(super) fn line_at(&self, offset: usize) -> i32 {
        self.places.position(offset).0
    }

    /// What is said of the bracket at `offset`.
    pub(super) fn never_closed(&self, offset: usize) -> Diagnostic {
        let bracket = char::from(self.text.as_bytes()[offset]);
        let location = self.places.location(offset, offset + 1);
        Diagnostic::syntax_error(location, format!("'{bracket}' was never closed"))
    }
}
