//! The start of a line: its indentation opens and closes blocks.

use super::{Lexer, Lexing};
use crate::diagnostic::DiagnosticKind;
use crate::syntax::check::indentation::Indentation;
use crate::syntax::diagnose::token::Kind;
use crate::targets::limits;

impl Lexer<'_> {
    /// Looks at the indentation of the first line that has a token.
    pub(super) fn line_start(&mut self) -> Lexing<()> {
        loop {
            let indentation = self.measure()?;
            match self.peek(0) {
                b'#' | b'\n' => {
                    while self.peek(0) != b'\n' && !self.at_end() {
                        self.offset += 1;
                    }
                    self.offset += 1;
                    self.buffer_start = self.offset;
                }
                _ if self.at_end() => return Ok(()),
                _ => return self.indent(indentation),
            }
            if self.at_end() {
                self.offset = self.bytes.len();
                return Ok(());
            }
        }
    }

    fn measure(&mut self) -> Lexing<Indentation> {
        let mut found = Indentation::NONE;
        let mut before_continuation = None;
        loop {
            let byte = self.peek(0);
            if byte == b'\\' {
                // The indentation is that of the first of the joined lines.
                let column = *before_continuation.get_or_insert(found.column);
                self.continuation()?;
                found = Indentation { column, alternative: column };
            } else if found.advance(byte) {
                self.offset += 1;
            } else {
                break;
            }
        }
        if let Some(column) = before_continuation.filter(|&column| column > 0) {
            found = Indentation { column, alternative: column };
        }
        Ok(found)
    }

    fn indent(&mut self, next: Indentation) -> Lexing<()> {
        let current = self.innermost();
        if next.column > current.column {
            if self.indents.len() >= limits::MAX_INDENTS {
                let message = "too many levels of indentation";
                return Err(self.stopped_in_line(DiagnosticKind::IndentationError, 0, message));
            }
            self.indents.push(next);
            self.push(Kind::Indent, self.offset, self.offset);
            return self.check_tabs(next.alternative > current.alternative);
        }
        while self.innermost().column > next.column {
            self.indents.pop();
            self.push(Kind::Dedent, self.offset, self.offset);
        }
        if self.innermost().column != next.column {
            // The dedents are not seen any more.
            while self.tokens.last().is_some_and(|token| token.kind == Kind::Dedent) {
                self.tokens.pop();
            }
            let message = "unindent does not match any outer indentation level";
            let line_end = memchr::memchr(b'\n', &self.bytes[self.offset..]).unwrap_or(0) + self.offset;
            let column = self.places.position(line_end).1;
            return Err(self.stopped_in_line(DiagnosticKind::IndentationError, column, message));
        }
        self.check_tabs(self.innermost().alternative == next.alternative)
    }

    fn innermost(&self) -> Indentation {
        self.indents.last().copied().unwrap_or(Indentation::NONE)
    }

    fn check_tabs(&mut self, is_consistent: bool) -> Lexing<()> {
        if is_consistent {
            return Ok(());
        }
        while self.tokens.last().is_some_and(|token| matches!(token.kind, Kind::Indent | Kind::Dedent)) {
            self.tokens.pop();
        }
        let message = "inconsistent use of tabs and spaces in indentation";
        Err(self.stopped_in_line(DiagnosticKind::TabError, 0, message))
    }
}
