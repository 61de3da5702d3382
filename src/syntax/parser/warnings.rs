//! What targets may warn of: invalid escapes, numbers that touch keywords, and imports that look
//! like lazy ones.
//!
//! Warnings have one order: those of tokens come when the parser first looks at the token, the
//! others when a rule has read what they are about.

use super::Parser;
use crate::source::Location;
use crate::syntax::lexer::Notice as TokenNotice;

/// A place that some target warns of. A relative import of `lazy` is `from . lazy import x`.
#[derive(Clone, Debug)]
pub(in crate::syntax) enum Notice {
    InvalidEscape(InvalidEscape),
    Token(TokenNotice),
    RelativeImportOfLazy { location: Location, dots: String },
}

/// An invalid escape in a decoded piece of text: one that no escape begins with, or an octal one
/// beyond `\377`.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct InvalidEscape {
    /// The token that CPython blames: the string, the end of the string with fields, or the piece
    /// of a format spec.
    pub(in crate::syntax) token_location: Location,
    pub(in crate::syntax) token_start: usize,
    /// The offset of the piece, and of the backslash in it, in bytes.
    pub(in crate::syntax) piece: usize,
    pub(in crate::syntax) backslash: usize,
    /// Whether the piece is of a `str`, where the columns of what is not ASCII count otherwise.
    pub(in crate::syntax) is_str: bool,
}

/// In CPython's order.
pub(in crate::syntax) type Notices = Vec<Notice>;

impl<'a> Parser<'a, '_> {
    /// The first invalid escape of a literal.
    #[inline]
    pub(super) fn escape_notice(
        &mut self,
        token: usize,
        piece: &'a str,
        invalid_escape: Option<usize>,
        is_str: bool,
    ) {
        if let Some(backslash) = invalid_escape
            && !self.second_run
        {
            self.push_escape_notice(token, piece, backslash, is_str);
        }
    }

    /// The same of a piece of a string with fields: the tokenizer warns of braces itself.
    pub(super) fn piece_notice(&mut self, token: usize, piece: &'a str, invalid_escape: Option<usize>) {
        let is_brace = invalid_escape
            .and_then(|backslash| self.byte_after(piece, backslash))
            .is_some_and(|byte| matches!(byte, b'{' | b'}'));
        if !is_brace {
            self.escape_notice(token, piece, invalid_escape, true);
        }
    }

    /// The byte after a backslash, which may be beyond the piece.
    fn byte_after(&self, piece: &'a str, backslash: usize) -> Option<u8> {
        let offset = self.offset_of(piece) + backslash + 1;
        self.text.as_bytes().get(offset).copied()
    }

    #[cold]
    fn push_escape_notice(&mut self, token: usize, piece: &'a str, backslash: usize, is_str: bool) {
        self.notices_up_to(token + 1);
        let piece = self.offset_of(piece);
        if self.warned_of(piece) {
            return;
        }
        let (token_location, token_start) = (self.range(token, token), self.tokens[token].start as usize);
        let escape = InvalidEscape { token_location, token_start, piece, backslash, is_str };
        self.notices.push(Notice::InvalidEscape(escape));
    }

    /// Whether the piece at an offset was read before by an alternative that did not fit.
    fn warned_of(&self, offset: usize) -> bool {
        let mut pieces = self.notices.iter().rev().filter_map(|notice| match notice {
            Notice::InvalidEscape(escape) => Some(escape.piece),
            _ => None,
        });
        pieces.find(|&piece| piece <= offset) == Some(offset)
    }

    /// The offset of a part of the text.
    fn offset_of(&self, part: &'a str) -> usize {
        part.as_ptr() as usize - self.text.as_ptr() as usize
    }

    pub(super) fn lazy_notice(&mut self, token: usize, dots: String) {
        if !self.second_run {
            self.notices_up_to(self.position + 1);
            let location = self.range(token, token);
            self.notices.push(Notice::RelativeImportOfLazy { location, dots });
        }
    }

    /// Appends the notices of the tokens before one.
    pub(in crate::syntax) fn notices_up_to(&mut self, token: usize) {
        let notices = &self.lexed.notices;
        while let Some(&notice) = notices.get(self.token_notices)
            && (notice.token as usize) < token
        {
            self.notices.push(Notice::Token(notice));
            self.token_notices += 1;
        }
    }
}
