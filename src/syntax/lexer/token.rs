//! The tokens of a source, as CPython's tokenizer cuts it.

use super::words::keyword;
use crate::source::Location;

/// What a token is. Keywords and operators have a kind each; soft keywords are names.
///
/// CPython: `Grammar/Tokens` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(in crate::syntax) enum TokenKind {
    Name,
    Number,
    String,
    FStringStart,
    FStringMiddle,
    FStringEnd,
    Newline,
    Indent,
    Dedent,
    End,
    /// The lexer stopped here. No rule takes such a token.
    Fault,

    // Keywords.
    False,
    None,
    True,
    And,
    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
    /// The `__peg_parser__` of 3.9.
    PegParser,

    // Brackets and separators.
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Colon,
    ColonEqual,
    Comma,
    Semicolon,
    Dot,
    Ellipsis,
    Arrow,
    Exclamation,
    /// One of `$`, `?` and `` ` ``, which no rule takes.
    Stray,

    // Operators.
    Plus,
    Minus,
    Star,
    Slash,
    DoubleSlash,
    Percent,
    At,
    DoubleStar,
    LeftShift,
    RightShift,
    Ampersand,
    Bar,
    Caret,
    Tilde,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    DoubleEqual,
    /// `!=`, or the `<>` of `from __future__ import barry_as_FLUFL`.
    NotEqual,

    // Assignments.
    Equal,
    PlusEqual,
    MinusEqual,
    StarEqual,
    SlashEqual,
    DoubleSlashEqual,
    PercentEqual,
    AtEqual,
    DoubleStarEqual,
    LeftShiftEqual,
    RightShiftEqual,
    AmpersandEqual,
    BarEqual,
    CaretEqual,
}

impl TokenKind {
    /// The kind of an operator or keyword, or of a token that CPython's grammar calls by a name.
    pub(in crate::syntax) fn spelt(text: &str) -> TokenKind {
        match text {
            "NAME" => TokenKind::Name,
            "STRING" => TokenKind::String,
            "FSTRING_MIDDLE" => TokenKind::FStringMiddle,
            "NEWLINE" => TokenKind::Newline,
            "INDENT" => TokenKind::Indent,
            _ => match keyword(text.as_bytes()) {
                TokenKind::Name => operator(text.as_bytes()),
                keyword => keyword,
            },
        }
    }

    /// The kind as a bit of a set of kinds.
    pub(in crate::syntax) const fn bit(self) -> u128 {
        1 << self as u8
    }

    /// Whether a set of kinds has it.
    #[inline]
    pub(in crate::syntax) fn is_in(self, set: u128) -> bool {
        let index = self as u32;
        let half = if index < 64 { set as u64 } else { (set >> 64) as u64 };
        half >> (index % 64) & 1 != 0
    }
}

/// A token: its bytes and the position of its start.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Token {
    pub(in crate::syntax) start: u32,
    pub(in crate::syntax) end: u32,
    /// The line of its start, from 1.
    pub(in crate::syntax) line: u32,
    /// The offset of the first byte of that line.
    pub(in crate::syntax) line_start: u32,
    pub(in crate::syntax) kind: TokenKind,
    /// How many brackets are open after it; at most [`MAX_PARENTHESES`].
    ///
    /// [`MAX_PARENTHESES`]: crate::targets::limits::MAX_PARENTHESES
    pub(in crate::syntax) level: u8,
    pub(in crate::syntax) flags: TokenFlags,
}

impl Token {
    /// Where it is, if it has no line break.
    #[inline]
    pub(in crate::syntax) fn location(&self) -> Location {
        let line = self.line as i32;
        let column = |offset: u32| (offset - self.line_start) as i32;
        Location::new(line, line, column(self.start), column(self.end))
    }
}

/// What the lexer saw of a token's text, so that the parser need not look at it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::syntax) struct TokenFlags(u8);

impl TokenFlags {
    pub(in crate::syntax) const NONE: TokenFlags = TokenFlags(0);
    /// It contains a line break.
    pub(in crate::syntax) const MULTILINE: TokenFlags = TokenFlags(1);
    /// A string or a piece of one contains a backslash.
    pub(in crate::syntax) const BACKSLASH: TokenFlags = TokenFlags(2);
    /// A name is not ASCII.
    pub(in crate::syntax) const NON_ASCII: TokenFlags = TokenFlags(4);
    /// A string has a prefix.
    pub(in crate::syntax) const PREFIXED: TokenFlags = TokenFlags(4);
    /// A string has three quotes.
    pub(in crate::syntax) const TRIPLE: TokenFlags = TokenFlags(8);
    /// A piece of an f-string ends in a doubled brace: the second is in the token, but not in its
    /// text.
    pub(in crate::syntax) const DOUBLED: TokenFlags = TokenFlags(16);
    /// The string with fields is a template string.
    pub(in crate::syntax) const TEMPLATE: TokenFlags = TokenFlags(32);
    /// The string with fields is raw.
    pub(in crate::syntax) const RAW: TokenFlags = TokenFlags(64);

    /// A string is an f-string that is parsed apart.
    pub(in crate::syntax) const FIELDS: TokenFlags = TokenFlags(128);

    pub(in crate::syntax) fn has(self, flag: TokenFlags) -> bool {
        self.0 & flag.0 != 0
    }

    pub(in crate::syntax) fn with(self, flag: TokenFlags) -> TokenFlags {
        TokenFlags(self.0 | flag.0)
    }
}

/// The kind of the token that is just this byte of punctuation.
#[inline]
pub(super) fn kind_of(byte: u8) -> TokenKind {
    static KINDS: [TokenKind; 256] = {
        let mut kinds = [TokenKind::Stray; 256];
        let mut byte = 0;
        while byte < kinds.len() {
            kinds[byte] = punctuation(byte as u8);
            byte += 1;
        }
        kinds
    };
    KINDS[usize::from(byte)]
}

const fn punctuation(byte: u8) -> TokenKind {
    use TokenKind::*;
    match byte {
        b'(' => LeftParen,
        b')' => RightParen,
        b'[' => LeftBracket,
        b']' => RightBracket,
        b'{' => LeftBrace,
        b'}' => RightBrace,
        b':' => Colon,
        b',' => Comma,
        b';' => Semicolon,
        b'.' => Dot,
        b'!' => Exclamation,
        b'+' => Plus,
        b'-' => Minus,
        b'*' => Star,
        b'/' => Slash,
        b'%' => Percent,
        b'@' => At,
        b'&' => Ampersand,
        b'|' => Bar,
        b'^' => Caret,
        b'~' => Tilde,
        b'<' => Less,
        b'>' => Greater,
        b'=' => Equal,
        _ => Stray,
    }
}

fn operator(text: &[u8]) -> TokenKind {
    let kind = text[1..].iter().try_fold(kind_of(text[0]), |kind, &byte| longer(kind, byte));
    kind.expect("the text of an operator")
}

/// The operator that is one byte longer.
#[inline]
pub(super) fn longer(kind: TokenKind, next: u8) -> Option<TokenKind> {
    use TokenKind::*;
    let with_equal = match kind {
        Equal => DoubleEqual,
        Exclamation => NotEqual,
        Less => LessEqual,
        Greater => GreaterEqual,
        Colon => ColonEqual,
        Plus => PlusEqual,
        Minus => MinusEqual,
        Star => StarEqual,
        Slash => SlashEqual,
        DoubleSlash => DoubleSlashEqual,
        Percent => PercentEqual,
        At => AtEqual,
        DoubleStar => DoubleStarEqual,
        LeftShift => LeftShiftEqual,
        RightShift => RightShiftEqual,
        Ampersand => AmpersandEqual,
        Bar => BarEqual,
        Caret => CaretEqual,
        _ => return Option::None,
    };
    match (kind, next) {
        (_, b'=') => Some(with_equal),
        (Star, b'*') => Some(DoubleStar),
        (Slash, b'/') => Some(DoubleSlash),
        (Less, b'<') => Some(LeftShift),
        (Less, b'>') => Some(NotEqual),
        (Greater, b'>') => Some(RightShift),
        (Minus, b'>') => Some(Arrow),
        _ => Option::None,
    }
}
