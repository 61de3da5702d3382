//! Words: names, keywords, and what stands before the quotes of a string.
//!
//! A word is read eight bytes at a time, as an integer: its length is found without a branch per
//! byte, and a keyword is compared as a whole.

use super::fault::{LexicalFault, Lexing};
use super::{Class, Lexer, TokenFlags, TokenKind, class_of};
use crate::targets::Mistake;

/// No keyword is longer.
const WORD: usize = size_of::<u64>();

/// A keyword of one version, which no expression may have.
///
/// CPython: `Grammar/python.gram` `atom` (3.9)
const PEG_PARSER: &[u8] = b"__peg_parser__";

const KEYWORD_SLOTS: usize = 128;

/// The keywords, each as an integer, by a perfect hash of it.
static KEYWORDS: [(u64, TokenKind); KEYWORD_SLOTS] = {
    use TokenKind::*;
    let words = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
        "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in",
        "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ];
    let kinds = [
        False, None, True, And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else,
        Except, Finally, For, From, Global, If, Import, In, Is, Lambda, Nonlocal, Not, Or, Pass, Raise,
        Return, Try, While, With, Yield,
    ];
    let mut table = [(0, Name); KEYWORD_SLOTS];
    let mut index = 0;
    while index < words.len() {
        let word = integer(words[index].as_bytes());
        let slot = keyword_slot(word);
        assert!(table[slot].0 == 0, "two keywords have one slot");
        table[slot] = (word, kinds[index]);
        index += 1;
    }
    table
};

/// The factor was found by trial: it gives every keyword a slot of its own.
const fn keyword_slot(word: u64) -> usize {
    (word.wrapping_mul(0x2AA3_300B_2B71_1343) >> 57) as usize
}

/// Up to eight bytes as an integer, the first of them lowest.
const fn integer(bytes: &[u8]) -> u64 {
    let mut integer = 0;
    let mut index = bytes.len();
    while index > 0 {
        index -= 1;
        integer = integer << 8 | bytes[index] as u64;
    }
    integer
}

/// The kind of an ASCII word of 1 to [`WORD`] bytes, the first of `bytes`: a keyword's own, or
/// [`TokenKind::Name`].
#[inline]
fn word_kind(bytes: u64, len: usize) -> TokenKind {
    let word = bytes & u64::MAX >> (64 - 8 * len);
    let (keyword, kind) = KEYWORDS[keyword_slot(word)];
    if keyword == word { kind } else { TokenKind::Name }
}

/// The kind of a keyword, or [`TokenKind::Name`].
pub(super) fn keyword(text: &[u8]) -> TokenKind {
    if text.len() <= WORD { word_kind(integer(text), text.len()) } else { TokenKind::Name }
}

const fn each_byte(byte: u8) -> u64 {
    u64::from_le_bytes([byte; WORD])
}

/// How many of eight bytes come before the first that is no ASCII letter, digit or `_`.
///
/// A sum's highest bit says of each byte whether it is at least the character that was subtracted
/// from 128.
#[inline]
fn word_len(bytes: u64) -> usize {
    const HIGHEST: u64 = each_byte(0x80);
    let from = |bytes: u64, first: u8| bytes + each_byte(0x80 - first);
    let ascii = bytes & !HIGHEST;
    let lower = ascii | each_byte(0x20);
    let letters = from(lower, b'a') & !from(lower, b'z' + 1);
    let digits = from(ascii, b'0') & !from(ascii, b'9' + 1);
    let underscores = !from(ascii ^ each_byte(b'_'), 1);
    let others = !(letters | digits | underscores) | bytes;
    ((others & HIGHEST).trailing_zeros() / 8) as usize
}

/// How many bytes come before the first that cannot be in a name.
pub(super) fn name_len(bytes: &[u8]) -> usize {
    let is_in_name = |&&byte: &&u8| matches!(class_of(byte), Class::Word | Class::Digit | Class::NonAscii);
    bytes.iter().take_while(is_in_name).count()
}

impl Lexer<'_> {
    /// The name or keyword that starts at an offset, and where it ends; none if it could also be the
    /// prefix of a string, or is not ASCII. Its first eight bytes are given.
    #[inline]
    pub(super) fn plain_word(&self, start: usize, bytes: u64) -> Option<(TokenKind, usize)> {
        let len = word_len(bytes);
        if len == WORD {
            return self.long_word(start, bytes);
        }
        match class_of((bytes >> (8 * len)) as u8) {
            Class::NonAscii | Class::Quote => None,
            _ => Some((word_kind(bytes, len), start + len)),
        }
    }

    #[inline]
    fn long_word(&self, start: usize, bytes: u64) -> Option<(TokenKind, usize)> {
        let end = self.end_of_word(start + WORD);
        match class_of(self.byte(end)) {
            Class::NonAscii | Class::Quote => None,
            _ if end == start + WORD => Some((word_kind(bytes, WORD), end)),
            _ if bytes == const { integer(PEG_PARSER.split_at(WORD).0) } => None,
            _ => Some((TokenKind::Name, end)),
        }
    }

    fn kind_of_word(&mut self, start: usize, end: usize) -> TokenKind {
        match end - start {
            len @ ..=WORD => word_kind(self.eight_bytes(start), len),
            _ if self.bytes[start..end] == *PEG_PARSER => {
                self.lexed.depends_on_dialect = true;
                if self.dialect.has_peg_parser_keyword() { TokenKind::PegParser } else { TokenKind::Name }
            }
            _ => TokenKind::Name,
        }
    }

    /// The same for those, and for a keyword of one version: a string, a name that is not ASCII, or
    /// a word that touches a string.
    #[inline(never)]
    pub(super) fn other_word(&mut self) -> Lexing<()> {
        let start = self.offset;
        let end = self.end_of_word(start);
        if class_of(self.byte(end)) == Class::NonAscii {
            return self.non_ascii_name(start);
        }
        let is_prefix = self.is_prefix(start, end)?;
        self.offset = end;
        if is_prefix {
            return self.string(start);
        }
        let kind = self.kind_of_word(start, end);
        self.push(kind, start, TokenFlags::NONE);
        Ok(())
    }

    /// Where the letters, digits and `_` end that are next.
    fn end_of_word(&self, mut offset: usize) -> usize {
        loop {
            let len = word_len(self.eight_bytes(offset));
            offset += len;
            if len < WORD {
                return offset;
            }
        }
    }

    /// A name from `start` on that is not ASCII.
    #[cold]
    pub(super) fn non_ascii_name(&mut self, start: usize) -> Lexing<()> {
        self.offset = start + name_len(&self.bytes[start..]);
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
            Some(_) if !self.dialect.knows(Mistake::IdentifierCharacter) => {
                Err(self.raised_in_buffer("invalid character in identifier"))
            }
            Some((offset, character)) => {
                self.offset = start + offset + character.len_utf8();
                Err(self.invalid_of(character))
            }
            None => Ok(()),
        }
    }

    /// The ASCII character at the current offset begins no token.
    #[cold]
    pub(super) fn invalid_character(&mut self) -> Lexing<()> {
        let character = char::from(self.byte(self.offset));
        if !self.dialect.knows(Mistake::ControlCharacter) {
            self.push_next(TokenKind::Stray, 1);
            return Ok(());
        }
        self.offset += 1;
        Err(self.invalid_of(character))
    }

    fn invalid_of(&self, character: char) -> Box<LexicalFault> {
        let ordinal = character as u32;
        self.raised(match self.dialect.is_printable(character) {
            true => format!("invalid character '{character}' (U+{ordinal:04X})"),
            false => format!("invalid non-printable character U+{ordinal:04X}"),
        })
    }
}
