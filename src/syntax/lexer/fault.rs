//! Why a text has no further tokens.

use super::{Bracket, Lexed, Lexer, Place, Token, TokenKind};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::targets::Mistake;

/// The error at which the tokens of a text end.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct LexicalFault {
    pub(in crate::syntax) diagnostic: Diagnostic,
    /// Whether the tokenizer itself raises it: then it is reported even if the parser has found
    /// an error before, but not from within a string with fields.
    pub(in crate::syntax) prevails: bool,
    /// The innermost bracket that is open there, if the tokenizer only stops, and not within a
    /// string with fields.
    pub(in crate::syntax) unclosed: Option<Diagnostic>,
}

pub(super) type Lexing<T> = Result<T, Box<LexicalFault>>;

impl Lexed {
    /// Ends the tokens at the one that starts at a place, because of an error in its bytes: at the
    /// first one if the place is none. If they end at that place already, as with a string that is
    /// not closed, that error stays.
    pub(in crate::syntax) fn end_at(&mut self, place: Location, error: &Diagnostic) {
        let is_it = |token: &Token| {
            let start = (token.line as i32, (token.start - token.line_start) as i32);
            let is_blank = matches!(token.kind, TokenKind::Indent | TokenKind::Dedent);
            start >= (place.lineno, place.col_offset) && !is_blank
        };
        let index = match place == Location::NONE {
            true => Some(0),
            false => self.tokens.iter().position(is_it).filter(|&i| self.tokens[i].kind != TokenKind::Fault),
        };
        let Some(index) = index else { return };
        self.tokens.truncate(index + 1);
        self.tokens[index].kind = TokenKind::Fault;
        self.notices.retain(|notice| (notice.token as usize) < index);
        let diagnostic = error.clone();
        self.fault = Some(Box::new(LexicalFault { diagnostic, prevails: true, unclosed: None }));
    }
}

impl Lexer<'_> {
    /// An error that the tokenizer raises at the byte before the current offset.
    ///
    /// CPython: `Parser/tokenizer/helpers.c` `_PyTokenizer_syntaxerror` (3.12–)
    #[cold]
    pub(super) fn raised(&self, message: impl Into<String>) -> Box<LexicalFault> {
        let last = self.last_column_from(self.line_start);
        self.raised_from_to(last, last, message)
    }

    /// The same, at a column that is counted from the start of the tokenizer's buffer: a string of
    /// several lines keeps its first line there.
    ///
    /// CPython: `Parser/parsetok.c` `parsetok` (3.8)
    #[cold]
    pub(super) fn raised_in_buffer(&self, message: &str) -> Box<LexicalFault> {
        let last = self.last_column_from(self.buffer_start);
        self.raised_from_to(last, last, message)
    }

    /// The column of the character before the current offset, in a line that starts at `start`.
    fn last_column_from(&self, start: usize) -> i32 {
        let before = &self.text[start..self.offset];
        before.char_indices().next_back().map_or(0, |(offset, _)| offset) as i32
    }

    /// An error that the tokenizer raises of columns of the current line.
    ///
    /// CPython: `Parser/tokenizer/helpers.c` `_PyTokenizer_syntaxerror_known_range` (3.12–)
    #[cold]
    pub(super) fn raised_from_to(
        &self,
        column: i32,
        end_column: i32,
        message: impl Into<String>,
    ) -> Box<LexicalFault> {
        let line = self.line as i32;
        let location = Location::new(line, line, column, end_column);
        let diagnostic = Diagnostic::syntax_error(location, message);
        Box::new(LexicalFault { diagnostic, prevails: self.strings.is_empty(), unclosed: None })
    }

    /// An error that the tokenizer raises of a string that does not end.
    #[cold]
    pub(super) fn raised_at(&mut self, start: Place, message: String) -> Box<LexicalFault> {
        (self.line, self.line_start) = (start.line, start.line_start as usize);
        self.raised_from_to(start.column(), start.column(), message)
    }

    /// An error that the parser raises because the tokenizer stopped.
    ///
    /// CPython: `Parser/pegen_errors.c` `_Pypegen_tokenizer_error` (3.11–)
    #[cold]
    pub(super) fn stopped(&self, diagnostic: Diagnostic) -> Box<LexicalFault> {
        let innermost = self.brackets.last().filter(|_| self.strings.is_empty());
        let unclosed = innermost.map(|&bracket| never_closed(bracket));
        Box::new(LexicalFault { diagnostic, prevails: false, unclosed })
    }

    /// The tokenizer stopped in the current line; the error's end is unknown.
    #[cold]
    pub(super) fn stopped_at_column(
        &self,
        kind: DiagnosticKind,
        column: i32,
        message: &str,
    ) -> Box<LexicalFault> {
        let line = self.line as i32;
        let location = Location::new(line, line, column, -1);
        self.stopped(Diagnostic::new(kind, location, message))
    }

    #[cold]
    pub(super) fn never_closed(&self, bracket: Bracket) -> Box<LexicalFault> {
        self.stopped(never_closed(bracket))
    }

    /// At the byte after a backslash.
    #[cold]
    pub(super) fn unexpected_after_backslash(&self) -> Box<LexicalFault> {
        let message = "unexpected character after line continuation character";
        let mut column = self.offset - self.buffer_start;
        if self.dialect.knows(Mistake::ColumnWithinLine) {
            // CPython counts from the start of its buffer, but not beyond the end of the line.
            column = column.min(self.line_end() + 1 - self.line_start);
        }
        if !self.dialect.knows(Mistake::PegParser) {
            column = self.line_end() - self.buffer_start;
        }
        let column = column as i32;
        self.stopped_at_column(DiagnosticKind::SyntaxError, column, message)
    }

    /// At the end, after a backslash and a newline.
    #[cold]
    pub(super) fn unexpected_end(&self) -> Box<LexicalFault> {
        if let Some(&bracket) = self.brackets.last()
            && self.dialect.knows(Mistake::UnclosedBracket)
        {
            return self.never_closed(bracket);
        }
        let line = self.line as i32 - 1;
        let column = self.bytes[..self.offset - 1].iter().rev().take_while(|&&b| b != b'\n').count() as i32;
        let location = Location::new(line, line, column, -2);
        self.stopped(Diagnostic::syntax_error(location, "unexpected EOF while parsing"))
    }

    /// At a closing bracket that is not that of `open`.
    #[cold]
    pub(super) fn mismatch(&self, open: Bracket, closing: u8) -> Box<LexicalFault> {
        let (opening, closing) = (char::from(open.byte), char::from(closing));
        if let Some(string) = self.strings.last()
            && open.byte == b'{'
            && string.depth - 1 == string.field_depth()
        {
            return self.raised(format!("{}: unmatched '{closing}'", self.string_name()));
        }
        let on_line = match open.place.line {
            line if line == self.line => String::new(),
            line => format!(" on line {line}"),
        };
        self.raised(format!(
            "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{on_line}"
        ))
    }
}

fn never_closed(bracket: Bracket) -> Diagnostic {
    let line = bracket.place.line as i32;
    let message = format!("'{}' was never closed", char::from(bracket.byte));
    Diagnostic::syntax_error(Location::new(line, line, bracket.place.column(), -1), message)
}
