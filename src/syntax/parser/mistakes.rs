//! How mistakes are reported: the places that CPython's `RAISE_` macros stand for.
//!
//! A [`Location`] holds what the attributes of a `SyntaxError` hold, less one: so an end column of
//! -1 is the 0 that CPython gives where it does not know an end, and -2 its -1, the end of a token
//! without a text.
//!
//! CPython: `Parser/pegen.h` `RAISE_SYNTAX_ERROR_KNOWN_RANGE` and others, `Parser/pegen_errors.c`
//! `_PyPegen_raise_error` (3.9–)

use super::{Parser, Step, Stop};
use crate::code::Constant;
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::syntax::ast::{CmpOp, Expr, ExprKind};
use crate::syntax::lexer::TokenKind;
use crate::targets::Mistake;

/// What targets are for.
///
/// CPython: `Parser/pegen.h` `TARGETS_TYPE` (3.9–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Assign,
    Delete,
    For,
}

impl<'a> Parser<'a, '_> {
    #[cold]
    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Step<T> {
        self.fault = Some(Box::new(diagnostic));
        Err(Stop)
    }

    #[cold]
    pub(super) fn mistake_at<T>(&mut self, location: Location, message: impl Into<String>) -> Step<T> {
        self.fail(Diagnostic::syntax_error(location, message))
    }

    /// From the start of one location to the end of another.
    #[cold]
    pub(super) fn mistake_between<T>(
        &mut self,
        from: Location,
        to: Location,
        message: impl Into<String>,
    ) -> Step<T> {
        self.mistake_at(from.to_end_of(to), message)
    }

    /// At the tokens from `first` to `last`.
    #[cold]
    pub(super) fn mistake<T>(&mut self, first: usize, last: usize, message: impl Into<String>) -> Step<T> {
        let location = self.blamed(first, last);
        self.mistake_at(location, message)
    }

    /// The range of tokens in an error. A newline is one column wide there, and a comment before
    /// it belongs to it.
    pub(super) fn blamed(&self, first: usize, last: usize) -> Location {
        let mut location = self.range(first, last);
        let has_width = self.tokens[last].kind == TokenKind::Newline && self.knows(Mistake::NewlineWidth);
        location.end_col_offset += i32::from(has_width);
        location
    }

    /// From `start` to where CPython's tokenizer is: the end of the last token that was looked at.
    ///
    /// CPython: `RAISE_SYNTAX_ERROR_STARTING_FROM`
    #[cold]
    pub(super) fn mistake_from<T>(&mut self, start: Location, message: impl Into<String>) -> Step<T> {
        let (end_lineno, end_col_offset) = self.tokenizer_position(self.farthest());
        // CPython counts that column from zero where it counts all others from one.
        let end_col_offset = end_col_offset - 1;
        self.mistake_at(Location { end_lineno, end_col_offset, ..start }, message)
    }

    /// Where the tokenizer is after a token: its line, and the column from zero.
    fn tokenizer_position(&self, index: usize) -> (i32, i32) {
        let token = &self.tokens[index];
        let (line, column) = self.token_end(token);
        if token.kind == TokenKind::Newline {
            // It has taken the newline itself.
            return (line, (self.newline_after(token.end) - token.line_start as usize) as i32 + 1);
        }
        (line, column)
    }

    fn newline_after(&self, offset: u32) -> usize {
        let rest = &self.text.as_bytes()[offset as usize..];
        offset as usize + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    /// At the last token that was looked at.
    ///
    /// CPython: `RAISE_SYNTAX_ERROR`
    #[cold]
    pub(super) fn mistake_here<T>(&mut self, message: impl Into<String>) -> Step<T> {
        let diagnostic = self.here(DiagnosticKind::SyntaxError, message);
        self.fail(diagnostic)
    }

    #[cold]
    pub(super) fn indentation_mistake<T>(&mut self, message: impl Into<String>) -> Step<T> {
        let diagnostic = self.here(DiagnosticKind::IndentationError, message);
        self.fail(diagnostic)
    }

    /// At the next token.
    ///
    /// CPython: `RAISE_SYNTAX_ERROR_ON_NEXT_TOKEN`
    #[cold]
    pub(super) fn mistake_next<T>(&mut self, message: impl Into<String>) -> Step<T> {
        if self.at(TokenKind::Fault) {
            return Err(Stop);
        }
        let location = self.raised_location(self.position);
        self.mistake_at(location, message)
    }

    #[cold]
    pub(in crate::syntax) fn here(&self, kind: DiagnosticKind, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(kind, self.raised_location(self.farthest()), message)
    }

    /// Where `RAISE_SYNTAX_ERROR` blames a token. One without a text has the tokenizer's column,
    /// which is counted from zero where all others are counted from one, and no end.
    fn raised_location(&self, index: usize) -> Location {
        self.token_location(index, |line, column| Location::new(line, line, column - 1, -2))
    }

    /// The location of one token in an error; `textless` makes that of a token without a text.
    fn token_location(&self, index: usize, textless: fn(i32, i32) -> Location) -> Location {
        use TokenKind::{Dedent, End, Indent};
        if matches!(self.tokens[index].kind, Dedent | End | Indent) {
            let (line, column) = self.textless_position(index);
            return textless(line, column);
        }
        let mut location = self.blamed(index, index);
        if self.is_less_greater(index) && self.knows(Mistake::LessGreater) && !self.flufl {
            // For these versions it is two tokens.
            location.end_col_offset -= 1;
        }
        location
    }

    /// The line and column of a token without a text. At the end of the text, that is behind the
    /// newline of the last line.
    fn textless_position(&self, index: usize) -> (i32, i32) {
        let token = &self.tokens[index];
        if token.start as usize != self.text.len() {
            return (token.line as i32, (token.start - token.line_start) as i32);
        }
        let before = &self.text.as_bytes()[..self.text.len() - 1];
        let mut start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) as u32;
        if !self.knows(Mistake::EndWithinLine) {
            start = self.start_of_joined(start);
        }
        (token.line as i32 - 1, self.text.len() as i32 - start as i32)
    }

    /// Where the first of the lines begins that strings join with the one that begins at `start`.
    fn start_of_joined(&self, start: u32) -> u32 {
        self.tokens.iter().rev().fold(start, |start, token| {
            let is_joined = token.start < start && token.end > start;
            if is_joined { token.line_start } else { start }
        })
    }

    /// `invalid syntax` at a token.
    #[cold]
    pub(in crate::syntax) fn invalid_syntax(&self, index: usize) -> Diagnostic {
        let location = self.token_location(index, |line, _| Location::new(line, line, -1, -1));
        Diagnostic::syntax_error(location, "invalid syntax")
    }

    /// The line where CPython's tokenizer has a token.
    pub(in crate::syntax) fn line_of(&self, index: usize) -> i32 {
        self.textless_position(index).0
    }

    /// Whether CPython's tokenizer is at the end of the text when it has made a token.
    pub(in crate::syntax) fn is_at_end(&self, index: usize) -> bool {
        self.tokens[index].start as usize >= self.text.len()
    }

    /// Whether a token is the `<>` of old.
    pub(super) fn is_less_greater(&self, index: usize) -> bool {
        self.tokens[index].kind == TokenKind::NotEqual && self.text_of(index) == "<>"
    }

    /// An exception other than a `SyntaxError`, which has no place.
    #[cold]
    pub(super) fn value_error<T>(&mut self, message: impl Into<String>) -> Step<T> {
        self.fail(Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, message))
    }

    /// CPython: `Parser/pegen_errors.c` `_Pypegen_stack_overflow` (3.12–)
    #[cold]
    pub(super) fn too_deep<T>(&mut self) -> Step<T> {
        let message = match self.dialect.is_lenient {
            true => "",
            false => "Parser stack overflowed - Python source too complex to parse",
        };
        self.fail(Diagnostic::new(DiagnosticKind::MemoryError, Location::NONE, message))
    }

    /// CPython: `Parser/pegen.h` `RAISE_SYNTAX_ERROR_INVALID_TARGET` (3.9–)
    pub(super) fn check_target(&mut self, expr: &Expr<'a>, purpose: Use) -> Step<()> {
        let Some(invalid) = invalid_target(expr, purpose) else { return Ok(()) };
        let verb = if purpose == Use::Delete { "delete" } else { "assign to" };
        let message = format!("cannot {verb} {}", self.describe(&invalid));
        self.mistake_at(invalid.location, message)
    }

    /// What messages call an expression.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_get_expr_name` (3.9–)
    pub(super) fn describe(&self, expr: &Expr<'a>) -> &'static str {
        let is_renamed = self.knows(Mistake::ExpressionNames);
        match expr.kind {
            ExprKind::Attribute { .. } => "attribute",
            ExprKind::Subscript { .. } => "subscript",
            ExprKind::Starred { .. } => "starred",
            ExprKind::Name { .. } => "name",
            ExprKind::List { .. } => "list",
            ExprKind::Tuple { .. } => "tuple",
            ExprKind::Lambda(_) => "lambda",
            ExprKind::Call(_) => "function call",
            ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => {
                if is_renamed {
                    "expression"
                } else {
                    "operator"
                }
            }
            ExprKind::GeneratorExp(_) => "generator expression",
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "yield expression",
            ExprKind::Await(_) => "await expression",
            ExprKind::ListComp(_) => "list comprehension",
            ExprKind::SetComp(_) => "set comprehension",
            ExprKind::DictComp(_) => "dict comprehension",
            ExprKind::Dict(_) if is_renamed => "dict literal",
            ExprKind::Dict(_) => "dict display",
            ExprKind::Set(_) => "set display",
            ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } => "f-string expression",
            ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "t-string expression",
            ExprKind::Constant(Constant::None) => "None",
            ExprKind::Constant(Constant::True) => "True",
            ExprKind::Constant(Constant::False) => "False",
            ExprKind::Constant(Constant::Ellipsis) if is_renamed => "ellipsis",
            ExprKind::Constant(Constant::Ellipsis) => "Ellipsis",
            ExprKind::Constant(_) | ExprKind::UnicodeConstant(_) => "literal",
            ExprKind::Compare(_) => "comparison",
            ExprKind::IfExp(_) => "conditional expression",
            ExprKind::NamedExpr { .. } => "named expression",
            ExprKind::Slice(_) => "slice",
        }
    }

    /// The message for an assignment to an expression in place of a comparison.
    pub(super) fn meant_comparison(&self, expr: &Expr<'a>) -> String {
        format!("cannot assign to {} here. Maybe you meant '==' instead of '='?", self.describe(expr))
    }

    /// Misses a token in the way of CPython's `&&`: at the next token, in either run.
    pub(super) fn forced(&mut self, kind: TokenKind, text: &str) -> Step<()> {
        if self.eat(kind) {
            return Ok(());
        }
        if self.at(TokenKind::Fault) || !self.knows(Mistake::Advice) {
            return Err(Stop);
        }
        let diagnostic = self.invalid_syntax(self.position);
        self.mistake_at(diagnostic.location, format!("expected '{text}'"))
    }
}

/// The part of an expression that cannot be assigned to, deleted or looped over with.
///
/// CPython: `Parser/action_helpers.c` `_PyPegen_get_invalid_target` (3.9–)
pub(super) fn invalid_target<'a>(expr: &Expr<'a>, purpose: Use) -> Option<Expr<'a>> {
    match expr.kind {
        ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => None,
        ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
            elts.iter().find_map(|elt| invalid_target(elt, purpose))
        }
        ExprKind::Starred { value, .. } if purpose != Use::Delete => invalid_target(value, purpose),
        // `x in y` in place of a target is a target, `in` and an iterable.
        ExprKind::Compare(compare) if purpose == Use::For => match compare.ops.first() {
            Some(CmpOp::In) => invalid_target(compare.left, purpose),
            _ => None,
        },
        _ => Some(*expr),
    }
}
