//! The texts of debug fields: `f"{x = }"` begins with `x = `.
//!
//! CPython's tokenizer takes the text from the last `{` that it minds to the token that ends it; it minds some tokens too many and
//! some too few, so that texts are cut off (`f"{a != b = :>5}"` begins with `a `) or begin too early.
//!
//! CPython: `Parser/tokenizer.c` `set_fstring_expr`, `update_fstring_expr`, `tok_get_normal_mode` (3.12)

use ruff_python_ast as ruff;
use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use super::fstrings::Literal;
use super::{Lowerer, end, start};
use crate::code::PyStr;
use crate::source::Location;
use crate::targets::{DebugComments, DebugTextEnd, FStringRules};

/// The text that a token hands on, should it be the one that ends the expression of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct DebugText {
    /// Where the token starts.
    closer: u32,
    from: u32,
    to: u32,
}

impl<'a> Lowerer<'a, '_> {
    /// The text of a field, and the place of its source. `None` where the tokenizer takes none: two format specs deep.
    pub(super) fn debug_text(
        &mut self,
        element: &ruff::InterpolatedElement,
        literal: Literal,
        depth: u32,
    ) -> Option<(&'a [u8], Location)> {
        let from = start(element) + 1;
        let to = from + element.debug_text.as_ref().map_or(0, |text| text.as_str().len()) as u32;
        let location = self.span(from, to);
        let mut range = TextRange::new(from.into(), to.into());
        let source = self.source(range);
        let is_plain = depth == 0 && memchr::memchr3(b'!', b':', b'\\', source.as_bytes()).is_none();
        if !is_plain {
            self.depends_on_rules = true;
            let texts = self.debug_texts(literal.field);
            let index = texts.binary_search_by_key(&to, |text| text.closer).ok()?;
            range = TextRange::new(texts[index].from.into(), texts[index].to.into());
        }
        let is_raw = literal.is_raw || self.rules.debug_text_is_raw || depth > 0;
        Some((self.debug_text_value(range, is_raw, literal.range), location))
    }

    fn debug_text_value(&mut self, range: TextRange, is_raw: bool, literal: TextRange) -> &'a [u8] {
        let source = self.source(range);
        if memchr::memchr(b'#', source.as_bytes()).is_none() {
            return self.decoded(range, is_raw, literal);
        }
        self.depends_on_rules = true;
        let source = without_comments(source, self.rules.debug_comments);
        if is_raw || !source.contains('\\') {
            return self.arena.alloc_str(&source).as_bytes();
        }
        self.decoded_text(&source, literal)
    }

    /// The source of a template's field, up to what follows the expression: the `=` of a debug field, a conversion, a format spec or the end.
    ///
    /// CPython: `Parser/action_helpers.c` `_get_interpolation_conversion`, `_PyPegen_interpolation` (3.14–)
    pub(super) fn interpolation_text(&mut self, element: &ruff::InterpolatedElement) -> PyStr<'a> {
        let is_verbatim = self.rules.interpolation_text_verbatim;
        let ends = |kind| match kind {
            TokenKind::Equal => is_verbatim,
            TokenKind::Exclamation | TokenKind::Colon | TokenKind::Rbrace => true,
            _ => false,
        };
        let mut behind = self.tokens.after(element.expression.end()).iter();
        let end = behind.find(|token| ends(token.kind())).map_or(end(element) - 1, start);
        let source = self.source(TextRange::new((start(element) + 1).into(), end.into()));
        let is_settled = is_verbatim && memchr::memchr(b'#', source.as_bytes()).is_none();
        self.depends_on_rules |=
            element.debug_text.is_some() || source.ends_with(char::is_whitespace) || source.contains('#');
        if is_settled {
            return source.into();
        }
        let text = without_comments(source, self.rules.debug_comments);
        let is_stripped = |c: char| c == '=' || c.is_whitespace();
        let text = if is_verbatim { &text } else { text.trim_end_matches(is_stripped) };
        PyStr::from(&*self.arena.alloc_str(text))
    }

    /// The texts within an outermost field, found once.
    fn debug_texts(&mut self, field: TextRange) -> &[DebugText] {
        let (text, tokens, rules) = (self.text.as_bytes(), self.tokens, self.rules);
        self.debug_texts.entry(start(&field)).or_insert_with(|| {
            let mut reader = Reader::new(text, rules);
            for token in tokens.in_range(field) {
                reader.token(token.kind(), start(token), end(token));
            }
            reader.texts
        })
    }
}

/// The tokenizer's state within an outermost field.
struct Reader<'t> {
    text: &'t [u8],
    rules: FStringRules,
    texts: Vec<DebugText>,
    /// Strings within that have fields of their own, and are passed over.
    strings: u32,
    /// Brackets open, those of fields included.
    brackets: i32,
    /// Fields open, less one.
    fields: i32,
    /// In the literal text of a format spec.
    in_text: bool,
    /// Directly behind some of it.
    is_after_text: bool,
    /// In a format spec, up to the end of its first field.
    in_spec: bool,
    has_equal: bool,
    from: u32,
    to: Option<u32>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8], rules: FStringRules) -> Self {
        Reader {
            text,
            rules,
            texts: Vec::new(),
            strings: 0,
            brackets: 0,
            fields: -1,
            in_text: true,
            is_after_text: false,
            in_spec: false,
            has_equal: false,
            from: 0,
            to: None,
        }
    }

    fn token(&mut self, kind: TokenKind, start: u32, end: u32) {
        match kind {
            TokenKind::FStringStart | TokenKind::TStringStart => self.strings += 1,
            TokenKind::FStringEnd | TokenKind::TStringEnd => self.strings -= 1,
            _ if self.strings > 0 => {}
            TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                // A piece ends behind the name of a character.
                self.is_after_text = self.text[end as usize - 1] != b'}';
                return;
            }
            TokenKind::Lbrace => self.opening_brace(end),
            TokenKind::Lpar | TokenKind::Lsqb => self.brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb => self.brackets -= 1,
            TokenKind::Rbrace => self.closing_brace(start),
            TokenKind::Exclamation | TokenKind::NotEqual => {
                self.may_end_text(start, self.rules.debug_text_end == DebugTextEnd::First);
            }
            TokenKind::Colon | TokenKind::ColonEqual => self.colon(start),
            TokenKind::Equal => {
                let is_at_top = self.brackets - self.fields == 1;
                self.has_equal |= is_at_top || !self.rules.debug_equal_at_top_only;
            }
            _ => {}
        }
        self.is_after_text = false;
    }

    fn opening_brace(&mut self, end: u32) {
        let begins = self.in_text
            && self.rules.format_spec_folded
            && (self.is_after_text || self.rules.debug_text_begins_at_field);
        if self.in_text {
            self.fields += 1;
            self.in_text = false;
            self.in_spec &= !self.is_after_text;
        }
        if begins || self.is_minded(self.brackets) {
            self.from = end;
            self.to = None;
        }
        self.brackets += 1;
    }

    fn closing_brace(&mut self, start: u32) {
        self.may_end_text(start, self.rules.debug_text_end == DebugTextEnd::First);
        self.brackets -= 1;
        if self.brackets == self.fields {
            self.fields -= 1;
            (self.in_text, self.in_spec, self.has_equal) = (true, false, false);
        }
    }

    fn colon(&mut self, start: u32) {
        self.may_end_text(start, self.rules.debug_text_end != DebugTextEnd::Last);
        if self.brackets - 1 == self.fields {
            (self.in_text, self.in_spec) = (true, true);
        }
    }

    fn may_end_text(&mut self, start: u32, only_first: bool) {
        if !self.is_minded(self.brackets - 1) {
            return;
        }
        if !only_first || self.to.is_none() {
            self.to = Some(start);
        }
        if let (true, Some(to)) = (self.has_equal, self.to) {
            self.texts.push(DebugText { closer: start, from: self.from, to });
        }
    }

    /// Whether the tokenizer minds a token inside so many brackets. Where specs may hold debug fields, that is so one bracket deeper
    /// too in a spec, and after any `=`.
    fn is_minded(&self, brackets: i32) -> bool {
        let looks_deeper = self.rules.format_spec_folded && (self.has_equal || self.in_spec);
        brackets == 0 || (brackets == 1 && looks_deeper)
    }
}

fn without_comments(source: &str, comments: DebugComments) -> String {
    match comments {
        DebugComments::EveryHash => without_hashes(source),
        // Whether there is a comment is always asked with an eye on backslashes.
        DebugComments::OutsideQuotes if stripped(source, true).len() < source.len() => {
            stripped(source, false)
        }
        DebugComments::OutsideQuotes => source.to_owned(),
        DebugComments::OutsideStrings => stripped(source, true),
    }
}

/// Everything from a `#` to the end of its line goes, whether it is a comment or not.
fn without_hashes(source: &str) -> String {
    let mut lines = source.split('\n');
    let strip = |line: &str| line.split('#').next().unwrap_or_default().to_owned();
    let first = lines.next().map(strip).unwrap_or_default();
    lines.fold(first, |text, line| text + "\n" + &strip(line))
}

/// What stands between quotes stays. Three quotes do as one does, since they are an odd number.
fn stripped(source: &str, minds_backslashes: bool) -> String {
    let mut text = String::with_capacity(source.len());
    let mut quote = None;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if minds_backslashes => {
                text.push(c);
                text.extend(chars.next());
                continue;
            }
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '"' | '\'' if quote == Some(c) => quote = None,
            '#' if quote.is_none() => {
                text.extend(chars.find(|&c| c == '\n'));
                continue;
            }
            _ => {}
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_what_the_release_takes_for_one() {
        use DebugComments::{EveryHash, OutsideQuotes, OutsideStrings};
        for (source, comments, expected) in [
            ("a # b\n=", EveryHash, "a \n="),
            ("'#' # b\n=", EveryHash, "'\n="),
            ("'#' # b\n=", OutsideQuotes, "'#' \n="),
            (r"'\'' '#'", OutsideQuotes, r"'\'' '#'"),
            ("'\\'' # c\n=", OutsideQuotes, "'\\'' # c\n="),
            ("'\\'' # c\n=", OutsideStrings, "'\\'' \n="),
            ("'''#''' # c", OutsideStrings, "'''#''' "),
        ] {
            assert_eq!(without_comments(source, comments), expected, "{source:?} {comments:?}");
        }
    }
}
