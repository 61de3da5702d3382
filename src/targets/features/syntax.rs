//! Features of the decoder and the parser.

use super::super::unicode::{CharacterNames, DerivedNames, UnicodeVersion};

/// What the decoder and the parser of a release do.
#[derive(Clone, Debug)]
pub struct ParserFeatures {
    /// Which characters make identifiers, which of them messages show, and which have names.
    pub unicode: UnicodeVersion,
    /// How `\N{...}` reads names that are made by a rule.
    pub derived_names: DerivedNames,
    /// A source without declared encoding must be UTF-8 as a whole. Otherwise, bytes that are not
    /// UTF-8 are an error only in a name or a string literal. An encoding declared beside a BOM is
    /// reported at its line.
    ///
    /// CPython: `Parser/tokenizer/string_tokenizer.c` `decode_str` (3.14.1–)
    pub source_bytes_checked_first: bool,
    /// An f-string is one token, whose fields are found and parsed apart.
    ///
    /// CPython: `Parser/string_parser.c` `_PyPegen_FstringParser_ConcatFstring` (3.9–3.11)
    pub fstrings_apart: bool,
    /// How f-strings are taken apart by the tokenizer.
    pub fstrings: FStringRules,
    /// A line break in the format spec of a single-quoted f-string is an error. Otherwise it ends
    /// the spec.
    ///
    /// CPython: `Parser/lexer/lexer.c` `tok_get_fstring_mode` (3.13.4–)
    pub spec_newline_refused: bool,
    /// A name that becomes `None`, `True` or `False` by normalisation is an error.
    ///
    /// CPython: `Parser/pegen.c` `_PyPegen_new_identifier` (3.13.4–)
    pub constant_identifier_refused: bool,
}

impl ParserFeatures {
    /// Which names `\N{...}` takes.
    pub fn character_names(&self) -> CharacterNames {
        CharacterNames { unicode: self.unicode, derived: self.derived_names }
    }
}

/// How f-strings are taken apart. Sources for which it matters are lowered once per set of rules,
/// all others once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FStringRules {
    /// The pieces of a format spec are joined like adjacent literals, and it may hold a debug field
    /// (`{x=}`). Otherwise the spec stays in the pieces in which the tokenizer cut it.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.12.5–)
    pub format_spec_folded: bool,
    /// Empty pieces of a format spec are dropped before it is checked whether only one is left.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.13–)
    pub empty_spec_pieces_dropped: bool,
    /// A format spec that becomes a constant is located from its colon on, otherwise from the
    /// character after it.
    ///
    /// CPython: `Parser/action_helpers.c` `_build_concatenated_unicode` (3.14–)
    pub constant_spec_has_colon: bool,
    /// The text of a debug field is the unchanged source. Otherwise its escapes are decoded.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_formatted_value` (3.12.9–)
    pub debug_text_is_raw: bool,
    /// The text of a debug field in a format spec begins at the field. Otherwise it begins at the
    /// first of the fields that directly precede it.
    ///
    /// CPython: `Parser/lexer/lexer.c` `tok_get_fstring_mode` (3.13.16–)
    pub debug_text_begins_at_field: bool,
    pub debug_text_end: DebugTextEnd,
    /// Only an `=` outside all brackets of a debug field can decide where its text ends.
    ///
    /// CPython: `Parser/lexer/state.h` `INSIDE_FSTRING_EXPR_AT_TOP` (3.13.10–)
    pub debug_equal_at_top_only: bool,
    pub debug_comments: DebugComments,
    /// The format spec of a raw f-string is not decoded.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_decode_fstring_part` (3.13.6–)
    pub format_spec_may_be_raw: bool,
    /// The text of a template's field is the source up to the token that ends its expression.
    /// Otherwise blanks and `=` at its end are dropped.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_interpolation` (3.14.8–)
    pub interpolation_text_verbatim: bool,
}

/// What counts as a comment in the text of a debug field, and is dropped.
///
/// CPython: `Parser/lexer/lexer.c` `set_fstring_expr` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugComments {
    /// From any `#` to the end of its line (3.12.0–3.13.5).
    EveryHash,
    /// From any `#` outside quotes. Each quote opens or closes, also one after a backslash
    /// (3.13.6–3.13.15).
    OutsideQuotes,
    /// Comments (3.13.16–).
    OutsideStrings,
}

/// Which token ends the text of a debug field. Candidates are `!` (also that of a `!=`), `:` and
/// `}`.
///
/// CPython: `Parser/tokenizer.c` `update_fstring_expr` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugTextEnd {
    /// The first (3.12.0–3.12.8).
    First,
    /// The last (3.12.9).
    Last,
    /// The last `!` or `}`; a `:` only if there is none of these (3.12.10–).
    LastButColon,
}
