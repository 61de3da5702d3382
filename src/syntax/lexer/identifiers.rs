//! Identifiers that are not ASCII, and characters that begin no token.

use super::fault::{LexicalFault, Lexing};
use super::{CONTINUES_WORD, Lexer, TokenFlags, TokenKind};

impl Lexer<'_> {
    /// A name from `start` on that is not ASCII.
    #[cold]
    pub(super) fn non_ascii_name(&mut self, start: usize) -> Lexing<()> {
        let rest = self.bytes[start..].iter();
        let len = rest.take_while(|&&byte| CONTINUES_WORD[usize::from(byte)] || !byte.is_ascii()).count();
        self.offset = start + len;
        self.check_identifier(start, self.offset)?;
        self.push(TokenKind::Name, start, TokenFlags::NON_ASCII);
        Ok(())
    }

    /// Checks that each character of a name may stand where it does, by the Unicode version of
    /// the dialect.
    ///
    /// CPython: `Parser/lexer/lexer.c` `verify_identifier` (3.8–)
    fn check_identifier(&mut self, start: usize, end: usize) -> Lexing<()> {
        let name = &self.text[start..end];
        self.lexed.depends_on_dialect |= self.dialect.identifier_varies(name);
        match self.dialect.invalid_in_identifier(name) {
            Some((offset, character)) => {
                self.offset = start + offset + character.len_utf8();
                Err(self.invalid_of(character))
            }
            None => Ok(()),
        }
    }

    /// The ASCII character at the current offset begins no token.
    #[cold]
    pub(super) fn invalid_character(&mut self) -> Box<LexicalFault> {
        let character = char::from(self.byte(self.offset));
        self.offset += 1;
        self.invalid_of(character)
    }

    fn invalid_of(&self, character: char) -> Box<LexicalFault> {
        let ordinal = character as u32;
        self.raised(match self.dialect.is_printable(character) {
            true => format!("invalid character '{character}' (U+{ordinal:04X})"),
            false => format!("invalid non-printable character U+{ordinal:04X}"),
        })
    }
}
