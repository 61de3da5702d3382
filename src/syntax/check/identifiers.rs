//! Identifiers of characters that the target's Unicode does not have.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::syntax::unparse::is_printable;
use crate::targets::unicode;

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
        let (offset, character) =
            name.char_indices().find(|&(_, character)| unicode::is_newer_in_identifiers(character))?;
        let start = token.start() + TextSize::new(offset as u32);
        Some((TextRange::at(start, TextSize::of(character)), character))
    })
}

/// What is said of a character that no token has.
pub(in crate::syntax) fn invalid_character(character: char) -> String {
    let ordinal = character as u32;
    let is_shown = if character.is_ascii() { !character.is_ascii_control() } else { is_printable(ordinal) };
    if is_shown {
        format!("invalid character '{character}' (U+{ordinal:04X})")
    } else {
        format!("invalid non-printable character U+{ordinal:04X}")
    }
}
