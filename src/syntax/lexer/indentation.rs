//! The start of a logical line: its indentation opens and closes blocks.
//!
//! Tabs go to the next multiple of eight columns, and are one column wide in a second count: where
//! the two counts disagree about which line is indented more, the indentation is inconsistent.
//!
//! | line | column | alternative |
//! |---|---|---|
//! | `··x` | 2 | 2 |
//! | `→x` | 8 | 1 |
//! | `·→x` | 8 | 2 |
//! | `·· ^L ·x` (a form feed) | 1 | 1 |
//! | `··\` newline `→x` | 2 | 2 |
//!
//! CPython: `Parser/lexer/lexer.c` `tok_get_normal_mode` (3.8–)

use super::fault::{LexicalFault, Lexing};
use super::{Lexer, TokenFlags, TokenKind};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::targets::{Mistake, limits};

/// How far a line is indented, in the two counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Indentation {
    column: usize,
    alternative: usize,
}

impl Indentation {
    pub(super) const NONE: Indentation = Indentation { column: 0, alternative: 0 };
}

impl Lexer<'_> {
    /// Goes to the first token of the next line that has one, past lines of blanks and comments.
    pub(super) fn line_start(&mut self) -> Lexing<()> {
        loop {
            let spaces = self.spaces();
            self.offset += spaces;
            let mut indentation = Indentation { column: spaces, alternative: spaces };
            if matches!(self.byte(self.offset), b'\t' | b'\x0c' | b'\\') {
                indentation = self.measure(indentation)?;
            }
            if self.byte(self.offset) == b'\\' && self.dialect.knows(Mistake::BackslashAsBlank) {
                self.continued_blanks()?;
                indentation = self.innermost();
            }
            match self.byte(self.offset) {
                b'#' => {
                    self.offset = self.line_end();
                    self.next_line();
                }
                b'\n' => self.next_line(),
                _ => return self.indent(indentation),
            }
        }
    }

    /// How many spaces are next.
    #[inline]
    pub(super) fn spaces(&self) -> usize {
        const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
        let mut count = 0;
        loop {
            let others = self.eight_bytes(self.offset + count) ^ SPACES;
            if others != 0 {
                return count + others.trailing_zeros() as usize / 8;
            }
            count += 8;
        }
    }

    /// Measures all blanks at the start of a line, after spaces that were `found`.
    ///
    /// Indentation that a backslash continues on the next line counts up to the backslash, unless
    /// that is in the first column.
    #[cold]
    fn measure(&mut self, mut found: Indentation) -> Lexing<Indentation> {
        let mut before_backslash = 0;
        loop {
            match self.byte(self.offset) {
                b' ' => {
                    found.column += 1;
                    found.alternative += 1;
                }
                b'\t' => {
                    found.column = (found.column / limits::TAB_SIZE + 1) * limits::TAB_SIZE;
                    found.alternative += 1;
                }
                b'\x0c' => found = Indentation::NONE,
                b'\\' => {
                    self.lexed.depends_on_dialect = true;
                    if !self.dialect.knows(Mistake::ContinuedIndentation) {
                        return Ok(found);
                    }
                    if before_backslash == 0 {
                        before_backslash = found.column;
                    }
                    self.continuation()?;
                    self.buffer_start = self.line_start;
                    continue;
                }
                _ => break,
            }
            self.offset += 1;
        }
        if before_backslash > 0 {
            found = Indentation { column: before_backslash, alternative: before_backslash };
        }
        Ok(found)
    }

    /// A line of blanks and a backslash: some take it for a blank line, and the next one for a part of
    /// it, whose indentation does not matter.
    fn continued_blanks(&mut self) -> Lexing<()> {
        while self.byte(self.offset) == b'\\' {
            self.continuation()?;
            self.buffer_start = self.line_start;
            let blanks =
                self.bytes[self.offset..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'));
            self.offset += blanks.count();
        }
        Ok(())
    }

    /// Opens or closes blocks for a line with the indentation `next`.
    #[inline]
    fn indent(&mut self, next: Indentation) -> Lexing<()> {
        let current = self.innermost();
        if next == current {
            return Ok(());
        }
        if next.column > current.column {
            if self.indents.len() >= limits::MAX_INDENTS {
                let message = "too many levels of indentation";
                return Err(self.bad_indentation(DiagnosticKind::IndentationError, message));
            }
            self.check_tabs(next.alternative > current.alternative)?;
            self.indents.push(next);
            self.push(TokenKind::Indent, self.offset, TokenFlags::NONE);
            return Ok(());
        }
        let open = self.indents.iter().rposition(|open| open.column <= next.column).unwrap_or(0);
        if self.indents[open].column != next.column {
            let message = "unindent does not match any outer indentation level";
            let (line, column) = (self.line as i32, (self.line_end() - self.line_start) as i32);
            let location = Location::new(line, line, column, -2);
            let kind = DiagnosticKind::IndentationError;
            return Err(self.stopped(Diagnostic::new(kind, location, message)));
        }
        self.check_tabs(self.indents[open].alternative == next.alternative)?;
        for _ in open + 1..self.indents.len() {
            self.push(TokenKind::Dedent, self.offset, TokenFlags::NONE);
        }
        self.indents.truncate(open + 1);
        Ok(())
    }

    fn innermost(&self) -> Indentation {
        self.indents.last().copied().unwrap_or(Indentation::NONE)
    }

    fn check_tabs(&self, is_consistent: bool) -> Lexing<()> {
        if is_consistent {
            return Ok(());
        }
        let message = "inconsistent use of tabs and spaces in indentation";
        Err(self.bad_indentation(DiagnosticKind::TabError, message))
    }

    /// An error about how the current line is indented: at its start, or at its end.
    #[cold]
    fn bad_indentation(&self, kind: DiagnosticKind, message: &str) -> Box<LexicalFault> {
        let column = match self.dialect.knows(Mistake::PegParser) {
            true => 0,
            false => self.line_end() - self.buffer_start,
        };
        self.stopped_at_column(kind, column as i32, message)
    }
}
