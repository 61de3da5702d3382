//! Strings with fields, f-strings and template strings: their text and the tokens of their fields.
//!
//! The lexer is in one of two modes while such a string is open. In its *text*, pieces become
//! `FStringMiddle` tokens. In a *field*, tokens are those of an expression. The string's `depth`
//! counts the brackets open inside it; `field_depth` is the depth outside the innermost open
//! field's brace, and -1 outside all fields.
//!
//! | mode | next bytes | token | then |
//! |---|---|---|---|
//! | text | `{` at the start of a piece | none | field |
//! | text | `{{` or `}}`, not in a format spec | the piece, and one of the braces | text |
//! | text | `{` after some text | the piece | field, whose first token is `{` |
//! | text | `\N{...}`, not raw | the piece up to and with it | text |
//! | text | `}` | the piece, perhaps empty | field, whose next token is `}` |
//! | text | the quotes | the piece; next time, the end | as around the string |
//! | field | `:` outside inner brackets | `:` | text of a format spec |
//! | field | the field's own `}` | `}` | text |
//!
//! # The source text of fields
//!
//! A debug field (`f"{x = }"`) begins with its own source, `x = `; a template's field keeps it.
//! CPython's tokenizer takes it from behind the last `{` that it minds to the token that ends the
//! expression: `!` (that of a `!=` too), `:` or `}`. It minds some tokens too many and some too
//! few, by rules that differ from release to release, so that texts are cut off or begin too early:
//!
//! | field | text | why |
//! |---|---|---|
//! | `{x = }` | `x = ` | |
//! | `{x = !r}` | `x = ` | the `!` ends it |
//! | `{a != b = }` | `a ` (3.12.0–3.12.8) | so does that of `!=` |
//! | `{f(a=1)}` | not a debug field | but `=` counts for a later `{` (–3.13.9) |
//! | `{x:{y = }}` | `y = ` | one bracket deeper, only in a spec or after an `=` (3.12.5–) |
//!
//! CPython: `Parser/lexer/lexer.c` `tok_get_fstring_mode`, `set_fstring_expr`,
//! `_PyLexer_update_fstring_expr` (3.13), `Parser/tokenizer.c` (3.12)

use super::fault::{LexicalFault, Lexing};
use super::{Lexer, NoticeKind, Place, TokenFlags, TokenKind};
use crate::targets::{DebugTextEnd, limits};

/// A string with fields that has not ended.
pub(super) struct OpenString {
    start: Place,
    pub(super) quote: u8,
    pub(super) quote_size: u8,
    is_raw: bool,
    is_template: bool,
    /// The brackets that are open inside it.
    pub(super) depth: i32,
    /// One less than the number of open fields.
    open_fields: i32,
    in_spec: bool,
    /// Whether an `=` came in the field.
    in_debug: bool,
    /// The offsets of the source text of a field.
    text_start: usize,
    text_end: Option<usize>,
}

impl OpenString {
    /// The depth outside the innermost field; -1 if no field is open.
    pub(super) fn field_depth(&self) -> i32 {
        self.open_fields
    }

    fn in_field(&self) -> bool {
        self.open_fields >= 0
    }
}

/// The source of a field's expression, which a token hands to the parser.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct FieldText {
    /// The index of the `!`, `:` or `}`.
    pub(in crate::syntax) token: u32,
    pub(in crate::syntax) start: u32,
    pub(in crate::syntax) end: u32,
}

impl Lexer<'_> {
    /// What messages call the innermost string with fields.
    pub(super) fn string_name(&self) -> &'static str {
        match self.strings.last() {
            Some(string) if string.is_template => "t-string",
            _ => "f-string",
        }
    }

    /// The opening of a string with fields: its prefix starts at `start`, its quotes are next.
    pub(super) fn open_string(&mut self, start: usize, quote_size: u8) {
        let prefix = &self.bytes[start..self.offset];
        let has = |letter: u8| prefix.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let (is_raw, is_template) = (has(b'r'), has(b't'));
        let quote = self.byte(self.offset);
        self.offset += usize::from(quote_size);
        let mut flags = TokenFlags::NONE;
        if is_raw {
            flags = flags.with(TokenFlags::RAW);
        }
        if is_template {
            flags = flags.with(TokenFlags::TEMPLATE);
        }
        self.push(TokenKind::FStringStart, start, flags);
        self.strings.push(OpenString {
            start: self.place(start),
            quote,
            quote_size,
            is_raw,
            is_template,
            depth: 0,
            open_fields: -1,
            in_spec: false,
            in_debug: false,
            text_start: self.offset,
            text_end: None,
        });
        self.in_string_text = true;
    }

    /// A piece of text of the innermost string, its end, or the start of a field.
    pub(super) fn string_text(&mut self) -> Lexing<()> {
        if self.strings.len() > limits::MAX_NESTED_FSTRINGS {
            return Err(self.too_many_strings());
        }
        let Some(string) = self.strings.last() else { return Ok(()) };
        if self.byte(self.offset) == b'{' && self.byte(self.offset + 1) != b'{' {
            return self.open_field(false);
        }
        if self.ends_string(string) {
            let start = self.offset;
            self.offset += usize::from(string.quote_size);
            self.push(TokenKind::FStringEnd, start, TokenFlags::NONE);
            self.strings.pop();
            self.in_string_text = false;
            return Ok(());
        }
        self.string_middle()
    }

    /// CPython counts the string itself, so that the error is at the end of its opening.
    #[cold]
    fn too_many_strings(&mut self) -> Box<LexicalFault> {
        self.lexed.tokens.pop();
        let message = match self.dialect.has_template_strings() {
            true => "too many nested f-strings or t-strings",
            false => "too many nested f-strings",
        };
        self.raised(message)
    }

    fn ends_string(&self, string: &OpenString) -> bool {
        (0..usize::from(string.quote_size)).all(|ahead| self.byte(self.offset + ahead) == string.quote)
    }

    /// A piece of text that is not empty, or stands before a `}` or, in a format spec, a `{{`.
    fn string_middle(&mut self) -> Lexing<()> {
        let Some(string) = self.strings.last() else { return Ok(()) };
        let (quote, quote_size, is_raw) = (string.quote, string.quote_size, string.is_raw);
        let in_spec = string.in_field() && self.is_in_spec(string);
        let varies = string.in_field() && string.in_spec != string.text_end.is_some();
        self.lexed.depends_on_dialect |= varies;
        let begin = self.place(self.offset);
        let mut flags = TokenFlags::NONE;
        let mut in_name = false;
        loop {
            let byte = self.byte(self.offset);
            match byte {
                b'\n' if quote_size == 1 => return self.line_break_in_text(in_spec, begin, flags),
                b'\n' => {
                    flags = flags.with(TokenFlags::MULTILINE);
                    self.break_line();
                }
                b'{' => {
                    if in_spec || self.byte(self.offset + 1) != b'{' {
                        self.push_from(TokenKind::FStringMiddle, begin, flags);
                        return self.open_field(true);
                    }
                    self.minds_doubled_brace();
                    self.doubled_brace(begin, flags);
                    return Ok(());
                }
                b'}' if in_name => {
                    self.offset += 1;
                    self.push_from(TokenKind::FStringMiddle, begin, flags);
                    return Ok(());
                }
                b'}' => {
                    if self.is_doubled_closing_brace(in_spec) {
                        self.doubled_brace(begin, flags);
                    } else {
                        self.push_from(TokenKind::FStringMiddle, begin, flags);
                        self.leave_text();
                    }
                    return Ok(());
                }
                b'\\' => {
                    flags = self.escape_in_text(is_raw, &mut in_name, flags.with(TokenFlags::BACKSLASH));
                }
                _ if byte == quote && self.ends_with_quotes(quote, quote_size) => {
                    self.push_from(TokenKind::FStringMiddle, begin, flags);
                    return Ok(());
                }
                0 if self.at_end() => return Err(self.unterminated_with_fields()),
                _ => self.offset += 1,
            }
        }
    }

    fn ends_with_quotes(&self, quote: u8, quote_size: u8) -> bool {
        (1..usize::from(quote_size)).all(|ahead| self.byte(self.offset + ahead) == quote)
    }

    /// Whether the text belongs to a format spec: braces are not doubled there.
    ///
    /// Up to 3.12.4 CPython asks whether the text of the last expression has an end, and so is in
    /// the spec after an inner field too; from 3.12.5 on, where specs are folded, it forgets the
    /// spec when an inner field ends.
    fn is_in_spec(&self, string: &OpenString) -> bool {
        match self.dialect.fstrings.format_spec_folded {
            true => string.in_spec,
            false => string.text_end.is_some(),
        }
    }

    fn is_doubled_closing_brace(&mut self, in_spec: bool) -> bool {
        let Some(string) = self.strings.last() else { return false };
        let is_double = self.byte(self.offset + 1) == b'}' && !in_spec;
        if is_double && string.depth > 0 {
            self.lexed.depends_on_dialect = true;
        }
        is_double && (string.depth == 0 || !self.dialect.fstrings.format_spec_folded)
    }

    /// Of two braces one is text; the token reaches over both.
    fn doubled_brace(&mut self, begin: Place, flags: TokenFlags) {
        self.offset += 2;
        self.push_from(TokenKind::FStringMiddle, begin, flags.with(TokenFlags::DOUBLED));
    }

    /// Where specs are folded, a `{{` too begins the text of a field.
    fn minds_doubled_brace(&mut self) {
        let text_start = self.offset + 1;
        if self.dialect.fstrings.format_spec_folded
            && let Some(string) = self.strings.last_mut()
        {
            (string.text_start, string.text_end) = (text_start, None);
        }
    }

    fn escape_in_text(&mut self, is_raw: bool, in_name: &mut bool, flags: TokenFlags) -> TokenFlags {
        match self.byte(self.offset + 1) {
            brace @ (b'{' | b'}') => {
                self.offset += 1;
                if !is_raw {
                    self.notice(NoticeKind::EscapedBrace(brace), self.offset);
                }
                flags
            }
            b'N' if !is_raw => {
                let opens = self.byte(self.offset + 2) == b'{';
                *in_name |= opens;
                self.offset += if opens { 3 } else { 2 };
                flags
            }
            b'\n' => {
                self.offset += 1;
                self.break_line();
                flags.with(TokenFlags::MULTILINE)
            }
            _ => {
                self.offset = (self.offset + 2).min(self.bytes.len());
                flags
            }
        }
    }

    /// A line break in a string of single quotes. It ends the text of a format spec, or is an
    /// error.
    #[cold]
    fn line_break_in_text(&mut self, in_spec: bool, begin: Place, flags: TokenFlags) -> Lexing<()> {
        if !in_spec {
            return Err(self.unterminated_with_fields());
        }
        self.lexed.depends_on_dialect = true;
        if self.dialect.refuses_newline_in_spec {
            let name = self.string_name();
            self.offset += 1;
            return Err(self.raised(format!(
                "{name}: newlines are not allowed in format specifiers for single quoted {name}s"
            )));
        }
        self.push_from(TokenKind::FStringMiddle, begin, flags);
        self.leave_text();
        Ok(())
    }

    /// From text to the tokens of the field around it.
    fn leave_text(&mut self) {
        self.in_string_text = false;
        if let Some(string) = self.strings.last_mut() {
            string.in_spec = false;
        }
    }

    #[cold]
    fn unterminated_with_fields(&mut self) -> Box<LexicalFault> {
        let detected = self.detection_line();
        let name = self.string_name();
        let string = self.strings.last().expect("the string is open");
        let triple = if string.quote_size == 3 { "triple-quoted " } else { "" };
        let message = format!("unterminated {triple}{name} literal (detected at line {detected})");
        self.raised_at(string.start, message)
    }

    /// At the `{` of a field, which is the next token.
    fn open_field(&mut self, follows_text: bool) -> Lexing<()> {
        let begins_text = follows_text && self.dialect.fstrings.format_spec_folded
            || self.dialect.fstrings.debug_text_begins_at_field;
        let text_start = self.offset + 1;
        let Some(string) = self.strings.last_mut() else { return Ok(()) };
        string.open_fields += 1;
        if string.open_fields >= limits::MAX_FSTRING_FIELD_NESTING as i32 {
            // CPython has read the brace only if text came before it.
            let message = format!("{}: expressions nested too deeply", self.string_name());
            return Err(self.raised(message));
        }
        if follows_text {
            string.in_spec = false;
        }
        if begins_text {
            (string.text_start, string.text_end) = (text_start, None);
        }
        self.in_string_text = false;
        Ok(())
    }

    /// At a `{`, `!`, `:` or `}` that may begin or end the source text of a field.
    pub(super) fn punctuation_in_field(&mut self, byte: u8) {
        let (offset, token) = (self.offset, self.lexed.tokens.len() as u32);
        let Some(string) = self.strings.last_mut().filter(|string| string.in_field()) else { return };
        let rules = &self.dialect.fstrings;
        let depth = if byte == b'{' { string.depth } else { string.depth - 1 };
        let looks_deeper = rules.format_spec_folded && (string.in_debug || string.in_spec);
        if depth != 0 && !(depth == 1 && looks_deeper) {
            return;
        }
        if byte == b'{' {
            (string.text_start, string.text_end) = (offset + 1, None);
            return;
        }
        let only_first = match rules.debug_text_end {
            DebugTextEnd::First => true,
            DebugTextEnd::Last => false,
            DebugTextEnd::LastButColon => byte == b':',
        };
        if !only_first || string.text_end.is_none() {
            string.text_end = Some(offset);
        }
        if string.in_debug || string.is_template {
            let end = string.text_end.unwrap_or(offset) as u32;
            self.lexed.field_texts.push(FieldText { token, start: string.text_start as u32, end });
        }
    }

    /// An operator while a string is open: in a field, some of them are more than operators.
    pub(super) fn operator_in_field(&mut self) {
        if let mark @ (b'!' | b':') = self.byte(self.offset) {
            self.punctuation_in_field(mark)
        }
        if self.byte(self.offset) == b':' && self.begins_spec() {
            return self.push_next(TokenKind::Colon, 1);
        }
        let start = self.offset;
        let (kind, end) = self.operator(start);
        self.push_next(kind, end - start);
        if kind == TokenKind::Equal {
            self.equal_in_field();
        }
    }

    /// Whether a `:` begins a format spec, which it does outside of inner brackets.
    fn begins_spec(&mut self) -> bool {
        let Some(string) = self.strings.last_mut() else { return false };
        let begins = string.in_field() && string.depth - 1 == string.open_fields;
        string.in_spec |= begins;
        self.in_string_text |= begins;
        begins
    }

    fn equal_in_field(&mut self) {
        let only_at_top = self.dialect.fstrings.debug_equal_at_top_only;
        let Some(string) = self.strings.last_mut() else { return };
        let is_at_top = string.depth - string.open_fields == 1;
        string.in_debug |= if only_at_top { is_at_top } else { string.in_field() };
    }

    /// After a closing bracket that has its opening one.
    pub(super) fn close_in_field(&mut self, byte: u8) -> Lexing<()> {
        let Some(string) = self.strings.last_mut() else { return Ok(()) };
        string.depth -= 1;
        if string.depth < 0 && self.dialect.fstrings.format_spec_folded {
            let message = format!("{}: unmatched '{}'", self.string_name(), char::from(byte));
            return Err(self.raised(message));
        }
        if byte == b'}' && string.depth == string.open_fields {
            string.open_fields -= 1;
            (string.in_spec, string.in_debug) = (false, false);
            self.in_string_text = true;
        }
        Ok(())
    }
}
