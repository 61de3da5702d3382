//! The tokens that CPython's parser is given.

/// What a token is, as far as the parser cares; keywords and operators are told apart by their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Keyword,
    Number,
    String,
    FStringStart,
    FStringMiddle,
    FStringEnd,
    Operator,
    Newline,
    Indent,
    Dedent,
    End,
    /// Where the lexer stopped.
    Fault,
}

/// A token: its place in the text, and how many brackets are open after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) level: usize,
}

/// The words that are never names.
pub(super) const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The names that are keywords in some places.
pub(super) const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];
