//! The tokens of a source, as CPython's tokenizer cuts it.

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

    pub(in crate::syntax) fn has(self, flag: TokenFlags) -> bool {
        self.0 & flag.0 != 0
    }

    pub(in crate::syntax) fn with(self, flag: TokenFlags) -> TokenFlags {
        TokenFlags(self.0 | flag.0)
    }
}

/// The keywords, each as an [integer](word_integer), by a perfect hash of it.
static KEYWORDS: [(u64, TokenKind); KEYWORD_SLOTS] = {
    use TokenKind::*;
    let words: [(&[u8], TokenKind); 35] = [
        (b"False", False),
        (b"None", None),
        (b"True", True),
        (b"and", And),
        (b"as", As),
        (b"assert", Assert),
        (b"async", Async),
        (b"await", Await),
        (b"break", Break),
        (b"class", Class),
        (b"continue", Continue),
        (b"def", Def),
        (b"del", Del),
        (b"elif", Elif),
        (b"else", Else),
        (b"except", Except),
        (b"finally", Finally),
        (b"for", For),
        (b"from", From),
        (b"global", Global),
        (b"if", If),
        (b"import", Import),
        (b"in", In),
        (b"is", Is),
        (b"lambda", Lambda),
        (b"nonlocal", Nonlocal),
        (b"not", Not),
        (b"or", Or),
        (b"pass", Pass),
        (b"raise", Raise),
        (b"return", Return),
        (b"try", Try),
        (b"while", While),
        (b"with", With),
        (b"yield", Yield),
    ];
    let mut table = [(0, Name); KEYWORD_SLOTS];
    let mut index = 0;
    while index < words.len() {
        let (word, kind) = words[index];
        let word = word_integer(word, word.len());
        let slot = keyword_slot(word);
        assert!(table[slot].0 == 0, "two keywords have one slot");
        table[slot] = (word, kind);
        index += 1;
    }
    table
};

const KEYWORD_SLOTS: usize = 128;

/// No keyword is longer.
const KEYWORD_LEN: usize = 8;

/// The factor was found by trial: it gives every keyword a slot of its own.
const fn keyword_slot(word: u64) -> usize {
    (word.wrapping_mul(0x2AA3_300B_2B71_1343) >> 57) as usize
}

/// The first `len` bytes of `text` as an integer: 1 to [`KEYWORD_LEN`] of them.
const fn word_integer(text: &[u8], len: usize) -> u64 {
    if let Some(bytes) = text.first_chunk() {
        return u64::from_le_bytes(*bytes) & u64::MAX >> (64 - 8 * len);
    }
    let mut integer = 0;
    let mut index = len;
    while index > 0 {
        index -= 1;
        integer = integer << 8 | text[index] as u64;
    }
    integer
}

/// The kind of the ASCII word of `len` bytes that `text` starts with: a keyword's own, or
/// [`TokenKind::Name`].
#[inline]
pub(super) fn word_kind(text: &[u8], len: usize) -> TokenKind {
    if len > KEYWORD_LEN {
        return TokenKind::Name;
    }
    let word = word_integer(text, len);
    let (keyword, kind) = KEYWORDS[keyword_slot(word)];
    if keyword == word { kind } else { TokenKind::Name }
}
