//! Indentation that looks different with another width of tabs.
//!
//! CPython: `Parser/tokenizer.c` `tok_get_normal_mode` (3.8–)

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange};

use crate::targets::limits;

/// How far a line is indented: with tabs to the next multiple of eight, and with tabs of one column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) struct Indentation {
    pub(in crate::syntax) column: usize,
    pub(in crate::syntax) alternative: usize,
}

impl Indentation {
    pub(in crate::syntax) const NONE: Indentation = Indentation { column: 0, alternative: 0 };

    /// The indentation that `line` begins with.
    fn of(line: &str) -> Self {
        let mut indentation = Indentation::NONE;
        line.bytes().take_while(|&byte| indentation.advance(byte)).for_each(drop);
        indentation
    }

    /// Goes on over `byte`; false, and no change, if it does not belong to an indentation.
    pub(in crate::syntax) fn advance(&mut self, byte: u8) -> bool {
        match byte {
            b' ' => {
                self.column += 1;
                self.alternative += 1;
            }
            b'\t' => {
                self.column = (self.column / limits::TAB_SIZE + 1) * limits::TAB_SIZE;
                self.alternative += 1;
            }
            b'\x0c' => *self = Indentation::NONE,
            _ => return false,
        }
        true
    }
}

/// The first line of which two ways to count tabs disagree whether it is indented more than others.
pub(in crate::syntax) fn inconsistent_line(text: &str, tokens: &[Token]) -> Option<TextRange> {
    // Without tabs there is one way only.
    memchr::memchr(b'\t', text.as_bytes())?;
    let mut open = vec![Indentation::NONE];
    let mut line_starts = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => line_starts = true,
            TokenKind::NonLogicalNewline
            | TokenKind::Comment
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile => {}
            _ if line_starts => {
                line_starts = false;
                let before = &text[..token.start().to_usize()];
                let line = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
                if !fits(&mut open, Indentation::of(&before[line..])) {
                    return Some(token.range());
                }
            }
            _ => {}
        }
    }
    None
}

/// Opens or closes blocks for a line indented by `next`; false if the line belongs nowhere.
fn fits(open: &mut Vec<Indentation>, next: Indentation) -> bool {
    let current = open.last().copied().unwrap_or(Indentation::NONE);
    if next.column > current.column {
        open.push(next);
        return next.alternative > current.alternative;
    }
    while open.last().is_some_and(|last| last.column > next.column) {
        open.pop();
    }
    open.last() == Some(&next)
}

#[cfg(test)]
mod tests {
    use super::inconsistent_line;

    #[test]
    fn tabs_may_not_matter() {
        let cases = [
            ("if x:\n\ta\n\tb\n", false),
            ("if x:\n \ta\n \tb\n", false),
            ("if x:\n\tif y:\n\t  z\n", false),
            ("if x:\n        a\n\tb\n", true),
            ("if x:\n\tif y:\n        z\n", true),
            ("if x:\n  if y:\n\tz\n", true),
            ("if x:\n \ta\n  b\n", true),
            ("(a,\n\tb,\n        c)\n", false),
        ];
        for (text, expected) in cases {
            let parsed = ruff_python_parser::parse_unchecked(text, ruff_python_parser::Mode::Module.into());
            // The crate itself compares a line with the one before it.
            let is_wrong = !parsed.errors().is_empty() || inconsistent_line(text, parsed.tokens()).is_some();
            assert_eq!(is_wrong, expected, "{text:?}");
        }
    }
}
