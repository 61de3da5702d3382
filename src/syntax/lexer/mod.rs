//! The lexer: from a text to the tokens that CPython's tokenizer makes of it.
//!
//! Input: a text that ends in a newline. Output: tokens up to the end, or up to the first fault.
//!
//! ```text
//! x = f"a{b}"   ->   Name Equal FStringStart FStringMiddle LeftBrace Name RightBrace FStringEnd Newline End
//! ```
//!
//! The lexer runs ahead of the parser. CPython's runs in step with it, and raises its error when
//! the parser asks for the token; so a fault is only reported if the parser gets that far, or by
//! the rules of [`super::judge`]. A string with fields is cut into tokens as from 3.12 on
//! (PEP 701): see [`fstrings`].
//!
//! CPython: `Parser/tokenizer.c` `tok_get` (3.12), `Parser/lexer/lexer.c` `tok_get` (3.13–)

mod fault;
mod fstrings;
mod indentation;
mod numbers;
mod strings;
mod token;
mod words;

pub(super) use fault::LexicalFault;
pub(super) use fstrings::FieldText;
pub(super) use token::{Token, TokenFlags, TokenKind};

use crate::targets::{Dialect, Mistake, limits};
use fault::Lexing;
use fstrings::OpenString;
use indentation::Indentation;

/// What the lexer made of a text.
pub(super) struct Lexed {
    /// The last is of the kind `End` or `Fault`.
    pub(super) tokens: Vec<Token>,
    /// Why the tokens end early.
    pub(super) fault: Option<Box<LexicalFault>>,
    /// The source text of fields, by the token that hands it on, in order.
    pub(super) field_texts: Vec<FieldText>,
    /// Numbers that touch a keyword, and `\{` or `\}` in strings with fields, in order.
    pub(super) notices: Vec<Notice>,
    /// Whether another dialect may make other tokens of the text.
    pub(super) depends_on_dialect: bool,
    /// Whether there are strings with fields.
    pub(super) has_fstrings: bool,
}

/// Something that a target may warn of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    pub(super) kind: NoticeKind,
    /// The index of the token in which it was seen.
    pub(super) token: u32,
    pub(super) line: u32,
    /// Bytes from the start of the line.
    pub(super) column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoticeKind {
    /// `1or x`: the kind of literal.
    NumberTouchesKeyword(&'static str),
    /// A backslash before this brace, in a string with fields that is not raw.
    EscapedBrace(u8),
}

/// Where a token, a string or a bracket begins.
#[derive(Clone, Copy)]
struct Place {
    offset: u32,
    line: u32,
    line_start: u32,
}

impl Place {
    fn column(self) -> i32 {
        (self.offset - self.line_start) as i32
    }
}

/// An open bracket.
#[derive(Clone, Copy)]
struct Bracket {
    byte: u8,
    place: Place,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    dialect: &'t Dialect,
    offset: usize,
    /// The current line, from 1.
    line: u32,
    line_start: usize,
    /// Where the text starts that CPython's tokenizer has in its buffer: the line of the last
    /// token that began while no other was being read.
    buffer_start: usize,
    brackets: Vec<Bracket>,
    indents: Vec<Indentation>,
    /// The strings with fields that are open, outermost first.
    strings: Vec<OpenString>,
    /// Whether the next byte belongs to the text of the innermost of `strings`.
    in_string_text: bool,
    /// What [`Self::is_flufl`] found.
    is_flufl: Option<bool>,
    lexed: Lexed,
}

/// What a byte begins, outside of the text of strings.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Blank,
    Newline,
    Comment,
    Word,
    /// A byte of a character that is not ASCII, which begins a name.
    NonAscii,
    Digit,
    Quote,
    Dot,
    Backslash,
    Open,
    Close,
    /// A byte that is a token, or the first of a longer operator.
    Operator,
    Invalid,
}

#[inline]
fn class_of(byte: u8) -> Class {
    static CLASSES: [Class; 256] = {
        let mut classes = [Class::Invalid; 256];
        let groups: [(&[u8], Class); 11] = [
            (b" \t\x0c", Class::Blank),
            (b"\n", Class::Newline),
            (b"#", Class::Comment),
            (b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", Class::Word),
            (b"0123456789", Class::Digit),
            (b"\"'", Class::Quote),
            (b".", Class::Dot),
            (b"\\", Class::Backslash),
            (b"([{", Class::Open),
            (b")]}", Class::Close),
            (b",;~$?`=<>+-*/%&|^@:!", Class::Operator),
        ];
        let mut group = 0;
        while group < groups.len() {
            let (bytes, class) = groups[group];
            let mut index = 0;
            while index < bytes.len() {
                classes[bytes[index] as usize] = class;
                index += 1;
            }
            group += 1;
        }
        let mut byte = 128;
        while byte < 256 {
            classes[byte] = Class::NonAscii;
            byte += 1;
        }
        classes
    };
    CLASSES[usize::from(byte)]
}

/// Whether a byte can end a longer operator.
#[inline]
fn may_be_longer(byte: u8) -> bool {
    matches!(byte, b'=' | b'*' | b'/' | b'<' | b'>')
}

/// Where the brace of a field is.
pub(super) struct FieldPlace {
    pub(super) open: usize,
    pub(super) line: u32,
    /// As CPython counts, for the other tokens on its line.
    pub(super) column: usize,
}

/// The tokens of `text`, which must end in a newline and hold no null bytes.
pub(super) fn lex(text: &str, dialect: &Dialect) -> Lexed {
    debug_assert!(text.ends_with('\n'));
    let mut lexer = Lexer::new(text, dialect, text.len());
    let read = lexer.line_start().and_then(|()| lexer.run()).and_then(|()| lexer.end());
    lexer.finish(read)
}

/// The tokens of the expression of a field that ends at an offset, with parentheses around them. Its
/// brackets must match.
///
/// CPython: `Parser/string_parser.c` `fstring_compile_expr` (3.9–3.11)
pub(super) fn lex_field(text: &str, dialect: &Dialect, place: FieldPlace, end: usize) -> Lexed {
    let FieldPlace { open, line, column } = place;
    let mut lexer = Lexer::new(&text[..end], dialect, end - open);
    (lexer.offset, lexer.line) = (open, line);
    // CPython's column may be too small, and so point into a character.
    lexer.line_start = (0..=open - column).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    lexer.brackets.push(Bracket { byte: b'(', place: lexer.place(open) });
    lexer.push_next(TokenKind::LeftParen, 1);
    let read = lexer.run();
    if read.is_ok() {
        lexer.brackets.pop();
        lexer.offset = end;
        lexer.push_next(TokenKind::RightParen, 1);
        lexer.push(TokenKind::Newline, end + 1, TokenFlags::NONE);
        lexer.push(TokenKind::End, end + 1, TokenFlags::NONE);
    }
    for token in &mut lexer.lexed.tokens {
        // CPython adds the column of the brace only to what ends on its line.
        if token.line == line && token.flags.has(TokenFlags::MULTILINE) {
            token.line_start = open as u32;
        }
    }
    lexer.finish(read)
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, dialect: &'t Dialect, len: usize) -> Lexer<'t> {
        Lexer {
            text,
            bytes: text.as_bytes(),
            dialect,
            offset: 0,
            line: 1,
            line_start: 0,
            buffer_start: 0,
            brackets: Vec::new(),
            indents: vec![Indentation::NONE],
            strings: Vec::new(),
            in_string_text: false,
            is_flufl: None,
            lexed: Lexed {
                // A token of Python is about five bytes long, blanks and comments included, and seldom
                // less than four.
                tokens: Vec::with_capacity(len / 4 + 16),
                fault: None,
                field_texts: Vec::new(),
                notices: Vec::new(),
                depends_on_dialect: false,
                has_fstrings: false,
            },
        }
    }

    fn finish(mut self, read: Lexing<()>) -> Lexed {
        if let Err(fault) = read {
            self.lexed.fault = Some(fault);
            self.push(TokenKind::Fault, self.offset, TokenFlags::NONE);
        }
        self.lexed
    }

    /// The tokens of words and punctuation need no more than their own bytes, and four of five
    /// tokens are such: the loop has its offset in a register, and asks [`Self::other_token`] for
    /// the rest.
    fn run(&mut self) -> Lexing<()> {
        let mut start = self.offset;
        let mut outside_strings = true;
        loop {
            // Most tokens have one blank before them, or none.
            let [here, next] = self.bytes_at_and_after(start);
            let is_blank = here as u8 == b' ';
            let bytes = if is_blank { next } else { here };
            start += usize::from(is_blank);
            let (byte, next) = (bytes as u8, (bytes >> 8) as u8);
            let (kind, end) = match class_of(byte) {
                Class::Word if let Some(word) = self.plain_word(start, bytes) => word,
                Class::Operator if outside_strings => match may_be_longer(next) {
                    true => self.operator(start),
                    false => (token::kind_of(byte), start + 1),
                },
                Class::Dot if !matches!(next, b'0'..=b'9' | b'.') => (TokenKind::Dot, start + 1),
                Class::Open if outside_strings && self.brackets.len() < limits::MAX_PARENTHESES => {
                    self.brackets.push(Bracket { byte, place: self.place(start) });
                    (token::kind_of(byte), start + 1)
                }
                Class::Close if outside_strings && self.closes_innermost(byte) => {
                    self.brackets.pop();
                    (token::kind_of(byte), start + 1)
                }
                class => {
                    self.offset = start;
                    if start >= self.bytes.len() {
                        return Ok(());
                    }
                    self.other_token(class, byte)?;
                    while self.in_string_text {
                        self.string_text()?;
                    }
                    (start, outside_strings) = (self.offset, self.strings.is_empty());
                    continue;
                }
            };
            self.push_to(end, kind, self.place(start), TokenFlags::NONE);
            start = end;
        }
    }

    /// Reads on from the current offset, whose byte is of a class.
    fn other_token(&mut self, class: Class, byte: u8) -> Lexing<()> {
        match class {
            Class::Blank => self.offset += self.spaces().max(1),
            Class::Newline | Class::Comment => self.newline()?,
            Class::Quote => self.string(self.offset)?,
            Class::Digit => self.number()?,
            Class::Dot => self.dot()?,
            Class::Word => self.other_word()?,
            Class::NonAscii => self.non_ascii_name(self.offset)?,
            Class::Open => self.open(byte)?,
            Class::Close => self.close(byte)?,
            Class::Operator => self.operator_in_field(),
            Class::Backslash => self.continuation()?,
            Class::Invalid => self.invalid_character()?,
        }
        Ok(())
    }

    /// The byte at `offset`; zero past the end, for no text has a null byte.
    #[inline]
    fn byte(&self, offset: usize) -> u8 {
        self.bytes.get(offset).copied().unwrap_or(0)
    }

    /// The eight bytes from `offset` on as an integer, the first of them lowest; newlines past the
    /// end.
    #[inline]
    fn eight_bytes(&self, offset: usize) -> u64 {
        match self.bytes.get(offset..).and_then(|rest| rest.first_chunk()) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => self.last_bytes(offset),
        }
    }

    /// The eight bytes from `offset` on, and those from the next one on.
    #[inline]
    fn bytes_at_and_after(&self, offset: usize) -> [u64; 2] {
        match self.bytes.get(offset..).and_then(|rest| rest.first_chunk::<9>()) {
            Some(bytes) => {
                let eight = |from: usize| bytes[from..].first_chunk().copied().unwrap_or_default();
                [u64::from_le_bytes(eight(0)), u64::from_le_bytes(eight(1))]
            }
            None => [self.last_bytes(offset), self.last_bytes(offset + 1)],
        }
    }

    #[cold]
    #[inline(never)]
    fn last_bytes(&self, offset: usize) -> u64 {
        let byte_at = |at| self.bytes.get(offset + at).copied().unwrap_or(b'\n');
        u64::from_le_bytes(std::array::from_fn(byte_at))
    }

    fn at_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    /// Appends a token from `start` to the current offset, in the current line.
    #[inline]
    fn push(&mut self, kind: TokenKind, start: usize, flags: TokenFlags) {
        self.push_from(kind, self.place(start), flags);
    }

    /// Appends a token that began at a place, perhaps in an earlier line.
    #[inline]
    fn push_from(&mut self, kind: TokenKind, begin: Place, flags: TokenFlags) {
        self.push_to(self.offset, kind, begin, flags);
    }

    #[inline]
    fn push_to(&mut self, end: usize, kind: TokenKind, begin: Place, flags: TokenFlags) {
        let Place { offset: start, line, line_start } = begin;
        let (end, level) = (end as u32, self.brackets.len() as u8);
        self.lexed.tokens.push(Token { start, end, line, line_start, kind, level, flags });
    }

    /// An offset in the current line.
    #[inline]
    fn place(&self, offset: usize) -> Place {
        Place { offset: offset as u32, line: self.line, line_start: self.line_start as u32 }
    }

    /// Notes something that is seen at an offset in the next token.
    fn notice(&mut self, kind: NoticeKind, offset: usize) {
        let (token, column) = (self.lexed.tokens.len() as u32, (offset - self.line_start) as u32);
        self.lexed.notices.push(Notice { kind, token, line: self.line, column });
    }

    /// Appends the token of the next `len` bytes.
    #[inline]
    fn push_next(&mut self, kind: TokenKind, len: usize) {
        let start = self.offset;
        self.offset += len;
        self.push(kind, start, TokenFlags::NONE);
    }

    fn line_end(&self) -> usize {
        let rest = &self.bytes[self.offset..];
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |newline| self.offset + newline)
    }

    fn end(&mut self) -> Lexing<()> {
        if let Some(&bracket) = self.brackets.last() {
            if self.dialect.knows(Mistake::UnclosedBracket) {
                return Err(self.never_closed(bracket));
            }
            self.push(TokenKind::End, self.offset, TokenFlags::NONE);
            return Ok(());
        }
        for _ in 1..self.indents.len() {
            self.push(TokenKind::Dedent, self.offset, TokenFlags::NONE);
        }
        self.push(TokenKind::End, self.offset, TokenFlags::NONE);
        Ok(())
    }

    /// The end of a line. Its token starts where the comment does, if there is one.
    fn newline(&mut self) -> Lexing<()> {
        let start = self.offset;
        if self.byte(start) == b'#' {
            self.offset = self.line_end();
        }
        if self.brackets.is_empty() {
            self.push(TokenKind::Newline, start, TokenFlags::NONE);
            self.next_line();
            return self.line_start();
        }
        self.next_line();
        self.offset += self.spaces();
        Ok(())
    }

    /// Goes past the newline at the current offset, between tokens.
    fn next_line(&mut self) {
        self.break_line();
        self.buffer_start = self.offset;
    }

    /// Goes past the newline at the current offset.
    #[inline]
    fn break_line(&mut self) {
        self.offset += 1;
        self.line += 1;
        self.line_start = self.offset;
    }

    /// A backslash joins two lines; nothing may follow it in its own.
    ///
    /// CPython: `Parser/lexer/lexer.c` `tok_continuation_line` (3.12–)
    fn continuation(&mut self) -> Lexing<()> {
        self.offset += 1;
        if self.byte(self.offset) != b'\n' {
            return Err(self.unexpected_after_backslash());
        }
        self.break_line();
        if self.at_end() {
            return Err(self.unexpected_end());
        }
        Ok(())
    }

    fn dot(&mut self) -> Lexing<()> {
        match (self.byte(self.offset + 1), self.byte(self.offset + 2)) {
            (b'0'..=b'9', _) => return self.number(),
            (b'.', b'.') => self.push_next(TokenKind::Ellipsis, 3),
            _ => self.push_next(TokenKind::Dot, 1),
        }
        Ok(())
    }

    /// The longest operator that starts at an offset, and where it ends.
    fn operator(&mut self, start: usize) -> (TokenKind, usize) {
        let mut kind = token::kind_of(self.byte(start));
        let mut end = start + 1;
        while let Some(longer) = token::longer(kind, self.byte(end)) {
            if longer == TokenKind::NotEqual && self.splits_less_greater(start) {
                break;
            }
            kind = longer;
            end += 1;
        }
        (kind, end)
    }

    /// Whether a `<>` at an offset is no operator, for an `=` follows it.
    fn splits_less_greater(&mut self, start: usize) -> bool {
        let is_split = self.bytes[start..].starts_with(b"<>=") && self.dialect.knows(Mistake::LessGreater);
        is_split && !self.is_flufl()
    }

    /// Whether `from __future__ import barry_as_FLUFL` makes `<>` the operator. It is asked once: no
    /// rule takes the `<>=` that it is asked for.
    #[cold]
    fn is_flufl(&mut self) -> bool {
        use TokenKind::{From, Import, Name, Newline, Semicolon};
        let (tokens, bytes) = (&self.lexed.tokens, self.bytes);
        let is_named = |token: &Token, name: &[u8]| {
            token.kind == Name && &bytes[token.start as usize..token.end as usize] == name
        };
        let is_import = |statement: &[Token]| {
            let from = statement.iter().position(|token| token.kind == From);
            matches!(from.map(|from| &statement[from + 1..]), Some([module, import, names @ ..])
                if is_named(module, b"__future__") && import.kind == Import
                    && names.iter().any(|name| is_named(name, b"barry_as_FLUFL")))
        };
        *self.is_flufl.get_or_insert_with(|| {
            tokens.split(|token| matches!(token.kind, Newline | Semicolon)).any(is_import)
        })
    }

    fn open(&mut self, byte: u8) -> Lexing<()> {
        if byte == b'{' {
            self.punctuation_in_field(byte);
        }
        if self.brackets.len() >= limits::MAX_PARENTHESES {
            self.offset += 1;
            return Err(self.raised("too many nested parentheses"));
        }
        self.brackets.push(Bracket { byte, place: self.place(self.offset) });
        if let Some(string) = self.strings.last_mut() {
            string.depth += 1;
        }
        self.push_next(token::kind_of(byte), 1);
        Ok(())
    }

    /// Whether a closing bracket is that of the innermost open one.
    #[inline]
    fn closes_innermost(&self, byte: u8) -> bool {
        let innermost = self.brackets.last().map(|open| open.byte);
        matches!((innermost, byte), (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}'))
    }

    fn close(&mut self, byte: u8) -> Lexing<()> {
        if byte == b'}' {
            self.punctuation_in_field(byte);
        }
        self.offset += 1;
        if byte == b'}' && self.strings.last().is_some_and(|string| string.depth == 0) {
            return Err(self.raised(format!("{}: single '}}' is not allowed", self.string_name())));
        }
        let closes = self.closes_innermost(byte);
        match self.brackets.pop() {
            None => return Err(self.raised(format!("unmatched '{}'", char::from(byte)))),
            Some(open) if !closes => return Err(self.mismatch(open, byte)),
            Some(_) => {}
        }
        if !self.strings.is_empty() {
            self.close_in_field(byte)?;
        }
        self.push(token::kind_of(byte), self.offset - 1, TokenFlags::NONE);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        lex(text, &Dialect::union()).tokens.iter().map(|token| token.kind).collect()
    }

    #[test]
    fn every_operator_is_one_token_of_its_own_kind() {
        let operators = "+ - * / // % @ ** << >> & | ^ ~ < > <= >= == != = += -= *= /= //= %= @= **= <<= >>= \
                         &= |= ^= : := , ; . ... -> ! $";
        let mut seen = std::collections::HashSet::new();
        for text in operators.split(' ') {
            let kinds = kinds(&format!("{text}\n"));
            assert_eq!(kinds.len(), 3, "{text}");
            assert!(seen.insert(kinds[0]), "{text}");
        }
        assert_eq!(kinds("<>\n")[0], TokenKind::NotEqual);
    }

    #[test]
    fn indentation_opens_and_closes_blocks() {
        use TokenKind::*;
        let text = "if a:\n  b\n\n# c\n  (d,\ne)\nf\n";
        let expected = [
            If, Name, Colon, Newline, Indent, Name, Newline, LeftParen, Name, Comma, Name, RightParen,
            Newline, Dedent, Name, Newline, End,
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn strings_with_fields_are_cut_into_tokens() {
        use TokenKind::*;
        use TokenKind::{
            Exclamation as Mark, FStringEnd as Quote, FStringMiddle as Text, FStringStart as Start,
        };
        use TokenKind::{LeftBrace as Open, RightBrace as Close};
        let expected = [
            Start, Text, Text, Open, Name, Mark, Name, Colon, Text, Open, Name, Close, Text, Close, Quote,
            Newline, End,
        ];
        assert_eq!(kinds("f'a{{b{c!r:>{d}}'\n"), expected);
    }
}
