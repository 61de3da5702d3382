//! Strings, and the text and the fields of f-strings.

use super::{Lexer, Lexing};
use crate::syntax::diagnose::token::Kind;
use crate::targets::{SyntaxFeature, limits};

/// An f-string that has not ended.
pub(super) struct OpenFString {
    pub(super) start: usize,
    quote: u8,
    quote_size: usize,
    is_raw: bool,
    /// The number of brackets around each open field's inside.
    pub(super) fields: Vec<usize>,
    /// Whether the tokens are those of an expression, not of text.
    pub(super) in_expression: bool,
}

impl Lexer<'_> {
    /// Whether what stands before a quote makes it a string of some kind.
    pub(super) fn is_prefix(&self, word: &[u8]) -> bool {
        let lower: Vec<u8> = word.iter().map(u8::to_ascii_lowercase).collect();
        match &lower[..] {
            b"b" | b"u" | b"r" | b"f" | b"br" | b"rb" | b"fr" | b"rf" => true,
            b"t" | b"tr" | b"rt" => self.grammar.has(SyntaxFeature::TemplateString),
            _ => false,
        }
    }

    /// The string whose prefix starts at `start` and whose quote is next.
    pub(super) fn string(&mut self, start: usize) -> Lexing<()> {
        let prefix = &self.bytes[start..self.offset];
        let (is_format, is_raw) = (has(prefix, b'f') || has(prefix, b't'), has(prefix, b'r'));
        let quote = self.peek(0);
        let quote_size = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.offset += quote_size;
        if is_format {
            let fields = Vec::new();
            let string = OpenFString { start, quote, quote_size, is_raw, fields, in_expression: false };
            self.push(Kind::FStringStart, start, self.offset);
            self.fstrings.push(string);
            return Ok(());
        }
        while !self.ends(quote, quote_size) {
            if self.at_end() || quote_size == 1 && self.peek(0) == b'\n' {
                return Err(self.unterminated(start, quote, quote_size));
            }
            self.offset += if self.peek(0) == b'\\' { 2 } else { 1 };
        }
        self.offset += quote_size;
        self.push(Kind::String, start, self.offset);
        Ok(())
    }

    fn ends(&self, quote: u8, quote_size: usize) -> bool {
        (0..quote_size).all(|ahead| self.peek(ahead) == quote)
    }

    fn unterminated(&self, start: usize, quote: u8, quote_size: usize) -> Box<super::LexicalFault> {
        if let Some(open) =
            self.fstrings.last().filter(|open| (open.quote, open.quote_size) == (quote, quote_size))
        {
            let name = self.format_string_name(open.start);
            return self.raised((start, start + 1), format!("{name}: expecting '}}'"));
        }
        let kind = if quote_size == 3 { "triple-quoted string literal" } else { "string literal" };
        self.unterminated_at(start, kind)
    }

    fn unterminated_at(&self, start: usize, kind: &str) -> Box<super::LexicalFault> {
        let last = self.offset.min(self.bytes.len() - 1);
        let (line, _) = self.places.position(last);
        self.raised((start, start + 1), format!("unterminated {kind} (detected at line {line})"))
    }

    /// A piece of text of the innermost f-string, its end, or the start of a field.
    pub(super) fn fstring_text(&mut self) -> Lexing<()> {
        let Some(string) = self.fstrings.last() else { return Ok(()) };
        let (quote, quote_size) = (string.quote, string.quote_size);
        let start = self.offset;
        if self.peek(0) == b'{' && self.peek(1) != b'{' {
            return self.open_field();
        }
        if self.ends(quote, quote_size) {
            self.offset += quote_size;
            self.push(Kind::FStringEnd, start, self.offset);
            self.fstrings.pop();
            return Ok(());
        }
        self.fstring_middle()
    }

    fn fstring_middle(&mut self) -> Lexing<()> {
        let Some(string) = self.fstrings.last() else { return Ok(()) };
        let (quote, quote_size, is_raw) = (string.quote, string.quote_size, string.is_raw);
        let in_spec = !string.fields.is_empty();
        let string_start = string.start;
        let start = self.offset;
        let mut in_name = false;
        loop {
            if self.ends(quote, quote_size) {
                self.push(Kind::FStringMiddle, start, self.offset);
                return Ok(());
            }
            match self.peek(0) {
                _ if self.at_end() => return Err(self.unterminated_fstring(string_start, quote_size)),
                b'\n' if quote_size == 1 && in_spec => return self.end_spec_line(start),
                b'\n' if quote_size == 1 => {
                    return Err(self.unterminated_fstring(string_start, quote_size));
                }
                b'{' if in_spec || self.peek(1) != b'{' => {
                    self.push(Kind::FStringMiddle, start, self.offset);
                    return self.open_field();
                }
                b'}' if in_name => {
                    self.offset += 1;
                    self.push(Kind::FStringMiddle, start, self.offset);
                    return Ok(());
                }
                b'}' if in_spec || self.peek(1) != b'}' => {
                    self.push(Kind::FStringMiddle, start, self.offset);
                    self.set_in_expression();
                    return Ok(());
                }
                b'{' | b'}' => {
                    self.offset += 2;
                    self.push(Kind::FStringMiddle, start, self.offset - 1);
                    return Ok(());
                }
                b'\\' if matches!(self.peek(1), b'{' | b'}') => self.offset += 1,
                b'\\' if !is_raw && self.peek(1) == b'N' => {
                    in_name |= self.peek(2) == b'{';
                    self.offset += if self.peek(2) == b'{' { 3 } else { 2 };
                }
                b'\\' => self.offset += 2,
                _ => self.offset += 1,
            }
        }
    }

    fn unterminated_fstring(&self, start: usize, quote_size: usize) -> Box<super::LexicalFault> {
        let name = self.format_string_name(start);
        let triple = if quote_size == 3 { "triple-quoted " } else { "" };
        self.unterminated_at(start, &format!("{triple}{name} literal"))
    }

    /// What messages call the string with fields that starts there.
    pub(super) fn format_string_name(&self, start: usize) -> &'static str {
        format_string_name(&self.text[start..])
    }

    /// A newline ends the text of a format spec in single quotes; only fields may come after it.
    fn end_spec_line(&mut self, start: usize) -> Lexing<()> {
        self.push(Kind::FStringMiddle, start, self.offset);
        let rest = &self.bytes[self.offset..];
        let next = memchr::memchr2(b'{', b'}', rest).map_or(self.bytes.len(), |next| self.offset + next);
        self.spec_newlines.push((self.offset, next));
        self.set_in_expression();
        Ok(())
    }

    fn set_in_expression(&mut self) {
        if let Some(string) = self.fstrings.last_mut() {
            string.in_expression = true;
        }
    }

    fn open_field(&mut self) -> Lexing<()> {
        let level = self.brackets.len();
        let Some(string) = self.fstrings.last_mut() else { return Ok(()) };
        if string.fields.len() >= limits::MAX_FSTRING_FIELD_NESTING as usize {
            let place = (self.offset - 1, self.offset);
            let name = format_string_name(&self.text[string.start..]);
            return Err(self.raised(place, format!("{name}: expressions nested too deeply")));
        }
        string.fields.push(level);
        string.in_expression = true;
        Ok(())
    }

    /// Whether the bracket at that level is the brace of a field of the innermost f-string.
    pub(super) fn is_field(&self, level: usize) -> bool {
        self.fstrings.last().is_some_and(|string| string.fields.last() == Some(&level))
    }

    pub(super) fn close_field(&mut self) {
        if let Some(string) = self.fstrings.last_mut() {
            string.fields.pop();
            string.in_expression = false;
        }
    }

    /// At a `:` that is in no bracket but the field's brace.
    pub(super) fn starts_format_spec(&mut self) -> bool {
        let level = self.brackets.len();
        match self.fstrings.last_mut() {
            Some(string) if string.fields.last().is_some_and(|&field| field + 1 == level) => {
                string.in_expression = false;
                true
            }
            _ => false,
        }
    }
}

/// What messages call a string with fields, given its opening.
pub(in crate::syntax::diagnose) fn format_string_name(opening: &str) -> &'static str {
    let prefix = opening.split(['"', '\'']).next().unwrap_or_default();
    if has(prefix.as_bytes(), b't') { "t-string" } else { "f-string" }
}

fn has(prefix: &[u8], letter: u8) -> bool {
    prefix.iter().any(|byte| byte.eq_ignore_ascii_case(&letter))
}
