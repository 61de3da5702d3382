//! Identifiers of characters that the target's Unicode does not have.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::targets::unicode::{self, UnicodeVersion};

/// The decoder takes one away; the tokenizer knows none.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The first character of an identifier that was no such character in the target's Unicode.
pub(in crate::syntax) fn newer_character(text: &str, tokens: &[Token]) -> Option<(TextRange, char)> {
    if text.is_ascii() {
        return None;
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        return Some((TextRange::up_to(TextSize::of(BYTE_ORDER_MARK)), BYTE_ORDER_MARK));
    }
    tokens.iter().filter(|token| token.kind() == TokenKind::Name).find_map(|token| {
        let name = &text[token.range()];
        if name.is_ascii() {
            return None;
        }
        let (offset, character) = name
            .char_indices()
            .find(|&(_, character)| !unicode::identifier_continue(character, UnicodeVersion::SHARED))?;
        let start = token.start() + TextSize::new(offset as u32);
        Some((TextRange::at(start, TextSize::of(character)), character))
    })
}

/// What is said of a character that no token has.
pub(in crate::syntax) fn invalid_character(character: char) -> String {
    let ordinal = character as u32;
    if unicode::printable(ordinal, UnicodeVersion::SHARED) {
        format!("invalid character '{character}' (U+{ordinal:04X})")
    } else {
        format!("invalid non-printable character U+{ordinal:04X}")
    }
}
