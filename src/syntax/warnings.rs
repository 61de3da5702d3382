//! The warnings of the tokenizer and the parser, as each target words and places them.
//!
//! CPython: `Parser/string_parser.c` `warn_invalid_escape_sequence`, `Parser/tokenizer/helpers.c`
//! `_PyTokenizer_warn_invalid_escape_sequence`, `Parser/lexer/lexer.c` `verify_end_of_number`,
//! `Parser/action_helpers.c` `_warn_relative_import_of_lazy` (3.12–)

use super::lexer::NoticeKind;
use super::parser::{InvalidEscape, Notice};
use crate::diagnostic::{Warning, WarningCategory};
use crate::source::Location;
use crate::targets::{Dialect, Mistake};

/// The warning that a target issues at a place; none if it has no such warning.
pub(super) fn warning(text: &str, notice: &Notice, dialect: &Dialect) -> Option<Warning> {
    match notice {
        Notice::InvalidEscape(escape) => Some(invalid_escape(text, escape, dialect)),
        Notice::Token(notice) => {
            let (line, column) = (notice.line as i32, notice.column as i32);
            let location = Location::new(line, line, column, column);
            Some(match notice.kind {
                NoticeKind::NumberTouchesKeyword(kind) => {
                    let is_syntax_warning = dialect.knows(Mistake::NumberWarnings);
                    worded(location, format!("invalid {kind} literal"), is_syntax_warning)
                }
                NoticeKind::EscapedBrace(brace) => {
                    escape_warning(location, &char::from(brace).to_string(), false, dialect)
                }
            })
        }
        Notice::RelativeImportOfLazy { location, dots } => dialect.knows(Mistake::MisplacedLazy).then(|| {
            let message = format!(
                "'from {dots} lazy import' is the same as 'from {dots}lazy import'; \
                     did you mean 'lazy from {dots} import'?"
            );
            Warning::syntax_warning(*location, message)
        }),
    }
}

fn invalid_escape(text: &str, escape: &InvalidEscape, dialect: &Dialect) -> Warning {
    let after = &text[escape.piece + escape.backslash + 1..];
    let is_octal = after.starts_with(|c: char| c.is_digit(8));
    let len = if is_octal { 3 } else { after.chars().next().map_or(0, char::len_utf8) };
    let location = match dialect.knows(Mistake::EscapePlace) {
        true => escape_place(text, escape),
        false => escape.token_location,
    };
    escape_warning(location, &after[..len], is_octal, dialect)
}

fn escape_warning(location: Location, escaped: &str, is_octal: bool, dialect: &Dialect) -> Warning {
    let octal = if is_octal { "octal " } else { "" };
    if !dialect.knows(Mistake::EscapeHint) {
        let quote = if dialect.knows(Mistake::EscapeQuoted) { "'" } else { "" };
        let message = format!("invalid {octal}escape sequence {quote}\\{escaped}{quote}");
        return worded(location, message, dialect.knows(Mistake::EscapeWarnings));
    }
    let advised = |future: &str| {
        format!(
            "\"\\{escaped}\" is an invalid {octal}escape sequence. {future}\
             Did you mean \"\\\\{escaped}\"? A raw string is also an option."
        )
    };
    Warning {
        error_message: Some(advised("")),
        ..Warning::syntax_warning(location, advised("Such sequences will not work in the future. "))
    }
}

/// A `SyntaxWarning`, or else a `DeprecationWarning`.
fn worded(location: Location, message: String, is_syntax_warning: bool) -> Warning {
    if is_syntax_warning {
        return Warning::syntax_warning(location, message);
    }
    let error_message = Some(message.clone());
    Warning { error_message, ..Warning::new(WarningCategory::DeprecationWarning, location, message) }
}

/// Where CPython finds an escape by counting: the bytes of the piece in the form in which it is
/// decoded, from the start of the token that it blames, and that token's leading quotes.
fn escape_place(text: &str, escape: &InvalidEscape) -> Location {
    let piece = &text[escape.piece..escape.piece + escape.backslash + 1];
    let (mut line, mut column) = (escape.token_location.lineno, escape.token_location.col_offset);
    let mut chars = piece.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => (line, column) = (line + 1, 0),
            '\\' if escape.is_str && chars.peek().is_some_and(|next| !next.is_ascii()) => column += 6,
            c if c.is_ascii() => column += 1,
            // As `\UXXXXXXXX`.
            _ => column += 10,
        }
    }
    if line == escape.token_location.lineno {
        let token = &text.as_bytes()[escape.token_start..];
        let quotes = token.iter().take_while(|byte| matches!(byte, b'"' | b'\''));
        column += quotes.filter(|&byte| Some(byte) == token.first()).count() as i32;
    }
    Location::new(line, line, column - 1, column + 1)
}
