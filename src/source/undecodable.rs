//! Bytes that are not UTF-8 in a source that declares no other encoding.
//!
//! Since 3.14.1 CPython checks the whole source before it reads tokens. Older releases decode UTF-8
//! only where a token needs it, in names and string literals: there such bytes are no error in
//! comments, and elsewhere the error is reported at the token. [`mask`] finds both errors, with
//! just enough of Python's lexical grammar to tell comments, strings and f-strings apart, and makes
//! text of the source.
//!
//! The lexer of `syntax` cannot do this: it needs a text, reads it by the rules of one target, and
//! stops at the first fault. What is found here is for all targets, and a fault of the lexer before
//! it comes first in their verdicts.

use std::str::Utf8Error;

use super::{ByteFault, Location};
use crate::diagnostic::{Diagnostic, DiagnosticKind};

/// Bytes that a decoder refuses.
///
/// CPython: `UnicodeDecodeError`
pub(super) struct Undecodable<'b> {
    pub(super) codec: &'static str,
    /// Offset of the bytes in the decoder's input.
    pub(super) start: usize,
    pub(super) bytes: &'b [u8],
    pub(super) reason: &'static str,
}

impl<'b> Undecodable<'b> {
    /// The fault that the standard library found in `input`.
    ///
    /// CPython: `Objects/unicodeobject.c` `unicode_decode_utf8` (3.8–)
    pub(super) fn utf8(input: &'b [u8], error: Utf8Error) -> Self {
        let start = error.valid_up_to();
        let (len, reason) = match (error.error_len(), input[start]) {
            (Some(_), 0x80..=0xC1 | 0xF5..=0xFF) => (1, "invalid start byte"),
            (Some(len), _) => (len, "invalid continuation byte"),
            (None, _) => (input.len() - start, "unexpected end of data"),
        };
        Undecodable { codec: "utf-8", start, bytes: &input[start..start + len], reason }
    }

    /// CPython: `Objects/exceptions.c` `UnicodeDecodeError_str` (3.8–)
    pub(super) fn message(&self) -> String {
        let Undecodable { codec, start, bytes, reason } = *self;
        match bytes {
            [byte] => format!("'{codec}' codec can't decode byte {byte:#04x} in position {start}: {reason}"),
            _ => {
                let end = start + bytes.len() - 1;
                format!("'{codec}' codec can't decode bytes in position {start}-{end}: {reason}")
            }
        }
    }
}

/// Makes text of a source that is not UTF-8. Each byte that is no part of a character becomes `?`.
///
/// CPython: `Parser/tokenizer.c` `tok_get_normal_mode`, `verify_identifier` (3.12)
pub(super) fn mask(text: Vec<u8>) -> (String, ByteFault) {
    let early = not_utf8(&text);
    let mut scanner = Scanner { text, position: 0, line: 1, line_start: 0, fields: Vec::new(), first: None };
    while scanner.position < scanner.text.len() {
        scanner.token();
    }
    let (late, token) = scanner.first.unzip();
    let mut text = scanner.text;
    replace_invalid(&mut text);
    let text = String::from_utf8(text).unwrap_or_else(|_| unreachable!("all invalid bytes were replaced"));
    let fault = ByteFault {
        early: early.map(Box::new),
        late: late.map(Box::new),
        token: token.unwrap_or(Location::NONE),
    };
    (text, fault)
}

/// CPython: `Parser/tokenizer/helpers.c` `_PyTokenizer_ensure_utf8` (3.14.1–)
fn not_utf8(text: &[u8]) -> Option<Diagnostic> {
    let start = std::str::from_utf8(text).err()?.valid_up_to();
    let line_start = memchr::memrchr(b'\n', &text[..start]).map_or(0, |newline| newline + 1);
    let line = 1 + memchr::memchr_iter(b'\n', &text[..start]).count() as i32;
    let column = (start - line_start) as i32;
    let message = format!(
        "Non-UTF-8 code starting with '\\x{:02x}' on line {line}, but no encoding declared; \
         see https://peps.python.org/pep-0263/ for details",
        text[start]
    );
    Some(Diagnostic::syntax_error(Location::new(line, line, column, column), message))
}

/// Overwrites every byte that is no part of a character.
fn replace_invalid(text: &mut [u8]) {
    let mut position = 0;
    while let Err(error) = std::str::from_utf8(&text[position..]) {
        let start = position + error.valid_up_to();
        position = error.error_len().map_or(text.len(), |len| start + len);
        text[start..position].fill(b'?');
    }
}

/// A replacement field that is being read, or its format specification.
struct Field {
    /// The quotes of its f-string.
    quote: Quote,
    /// Brackets open in the field.
    depth: u32,
    /// The field is part of the format specification of another one.
    in_spec: bool,
}

/// How a string literal ends.
#[derive(Clone, Copy)]
struct Quote {
    byte: u8,
    triple: bool,
}

struct Scanner {
    text: Vec<u8>,
    position: usize,
    line: i32,
    line_start: usize,
    /// Fields that are open, the innermost last.
    fields: Vec<Field>,
    /// The first error, and the location of its token.
    first: Option<(Diagnostic, Location)>,
}

impl Scanner {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.position + ahead).copied()
    }

    /// One byte on, counting lines.
    fn advance(&mut self) {
        if self.text[self.position] == b'\n' {
            self.line += 1;
            self.line_start = self.position + 1;
        }
        self.position += 1;
    }

    /// Notes the error of a token, if it is the first one.
    fn check(&mut self, result: Result<(), Diagnostic>, location: Location) {
        if let (Err(diagnostic), None) = (result, &self.first) {
            self.first = Some((diagnostic, location));
        }
    }

    fn here(&self) -> Location {
        let column = (self.position - self.line_start) as i32;
        Location::new(self.line, self.line, column, column)
    }

    fn token(&mut self) {
        match self.text[self.position] {
            b'#' => self.comment(),
            b'"' | b'\'' => self.string(&[]),
            byte if byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii() => self.word(),
            byte => {
                self.advance();
                self.punctuation(byte);
            }
        }
    }

    fn comment(&mut self) {
        let rest = &self.text[self.position..];
        self.position += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    }

    /// A name or number, or the prefix of a string and that string.
    fn word(&mut self) {
        let rest = &self.text[self.position..];
        // A number ends before a character beyond ASCII, which begins a name.
        let is_number = rest[0].is_ascii_digit();
        let is_in_word =
            |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii() && !is_number;
        let len = rest.iter().position(|byte| !is_in_word(byte)).unwrap_or(rest.len());
        if len <= 2 && matches!(rest.get(len), Some(b'"' | b'\'')) {
            let word = rest[..len].to_ascii_lowercase();
            if matches!(&word[..], b"r" | b"b" | b"u" | b"f" | b"br" | b"rb" | b"fr" | b"rf") {
                return self.string(&word);
            }
        }
        let location = self.here();
        self.check(check_utf8(&rest[..len], location), location);
        self.position += len;
    }

    /// The string at the current position, whose prefix is `prefix` in lower case.
    fn string(&mut self, prefix: &[u8]) {
        let location = self.here();
        self.position += prefix.len();
        let byte = self.text[self.position];
        let triple = self.peek(1) == Some(byte) && self.peek(2) == Some(byte);
        let quote = Quote { byte, triple };
        self.position += quote.len();
        if prefix.contains(&b'f') {
            return self.fstring_middle(quote, false);
        }
        let start = self.position;
        while self.position < self.text.len() && !self.at_end_of(quote) {
            if self.text[self.position] == b'\\' {
                self.advance();
            }
            if self.position < self.text.len() {
                self.advance();
            }
        }
        self.check(check_string(prefix, &self.text[start..self.position], location), location);
        self.close(quote);
    }

    /// Whether the literal ends here: properly, or at the end of a line that it cannot pass.
    fn at_end_of(&self, quote: Quote) -> bool {
        let is_quote = |ahead| self.peek(ahead) == Some(quote.byte);
        if quote.triple {
            is_quote(0) && is_quote(1) && is_quote(2)
        } else {
            is_quote(0) || self.peek(0) == Some(b'\n')
        }
    }

    fn close(&mut self, quote: Quote) {
        if self.peek(0) == Some(quote.byte) {
            self.position += quote.len();
        }
    }

    /// Literal text of an f-string or, with `in_spec`, of a format specification, up to the next
    /// field or the end of the f-string.
    fn fstring_middle(&mut self, quote: Quote, mut in_spec: bool) {
        let mut location = self.here();
        let mut start = self.position;
        loop {
            if self.position >= self.text.len() || self.at_end_of(quote) {
                self.check(check_fstring_middle(&self.text[start..self.position]), location);
                // An f-string that ends in a specification leaves its fields open.
                while in_spec && let Some(field) = self.fields.pop() {
                    in_spec = field.in_spec;
                }
                return self.close(quote);
            }
            match (self.text[self.position], self.peek(1)) {
                (b'{', Some(b'{')) if !in_spec => self.position += 2,
                (b'{', _) => {
                    self.check(check_fstring_middle(&self.text[start..self.position]), location);
                    self.position += 1;
                    return self.fields.push(Field { quote, depth: 0, in_spec });
                }
                (b'}', _) if in_spec => {
                    self.check(check_fstring_middle(&self.text[start..self.position]), location);
                    self.position += 1;
                    in_spec = self.fields.pop().is_some_and(|field| field.in_spec);
                    (location, start) = (self.here(), self.position);
                }
                (b'\\', Some(next)) if next != b'{' => {
                    self.advance();
                    self.advance();
                }
                _ => self.advance(),
            }
        }
    }

    /// Counts brackets, and continues the f-string where a replacement field ends or its format
    /// specification begins.
    fn punctuation(&mut self, byte: u8) {
        let Some(Field { quote, depth, in_spec }) = self.fields.last_mut() else { return };
        match byte {
            b'(' | b'[' | b'{' => *depth += 1,
            b')' | b']' | b'}' if *depth > 0 => *depth -= 1,
            b'}' => {
                let (quote, in_spec) = (*quote, *in_spec);
                self.fields.pop();
                self.fstring_middle(quote, in_spec);
            }
            b':' if *depth == 0 => {
                let quote = *quote;
                self.fstring_middle(quote, true);
            }
            _ => {}
        }
    }
}

impl Quote {
    fn len(self) -> usize {
        if self.triple { 3 } else { 1 }
    }
}

fn check_utf8(token: &[u8], location: Location) -> Result<(), Diagnostic> {
    std::str::from_utf8(token).map(drop).map_err(|error| {
        let message = Undecodable::utf8(token, error).message();
        Diagnostic::syntax_error(location, format!("(unicode error) {message}"))
    })
}

/// CPython: `Parser/action_helpers.c` `_PyPegen_decode_fstring_part`, which does not make a
/// `SyntaxError` of it (3.12–)
fn check_fstring_middle(text: &[u8]) -> Result<(), Diagnostic> {
    std::str::from_utf8(text).map(drop).map_err(|error| {
        let message = Undecodable::utf8(text, error).message();
        Diagnostic::new(DiagnosticKind::UnicodeDecodeError, Location::NONE, message)
    })
}

/// CPython: `Parser/string_parser.c` `_PyPegen_parse_string`, `decode_unicode_with_escapes` (3.12)
fn check_string(prefix: &[u8], body: &[u8], location: Location) -> Result<(), Diagnostic> {
    if prefix.contains(&b'b') {
        return match body.is_ascii() {
            true => Ok(()),
            false => {
                Err(Diagnostic::syntax_error(location, "bytes can only contain ASCII literal characters"))
            }
        };
    }
    if prefix.contains(&b'r') || !body.contains(&b'\\') {
        return check_utf8(body, location);
    }
    // With escapes, runs of other characters than ASCII are decoded each by itself.
    body.split(u8::is_ascii).try_for_each(|run| check_utf8(run, location))
}

#[cfg(test)]
mod tests {
    use super::mask;

    fn masked(text: &[u8]) -> Result<String, (String, i32, i32)> {
        let (masked, fault) = mask(text.to_vec());
        match fault.late {
            Some(diagnostic) => {
                let location = diagnostic.location;
                Err((diagnostic.message, location.lineno, location.col_offset))
            }
            None => Ok(masked),
        }
    }

    #[test]
    fn other_bytes_than_utf8_pass_in_comments() {
        let cases: [(&[u8], &str); 6] = [
            (b"# \xff\xe9 \xc3\xa9 \xe2\x82\nx = 1", "# ?? \u{e9} ??\nx = 1"),
            (b"x = '#' # \xff", "x = '#' # ?"),
            (b"x = '''\\'''#''' # \xff", "x = '''\\'''#''' # ?"),
            (b"f'{x:{'#'}#}#' # \xff", "f'{x:{'#'}#}#' # ?"),
            (b"f'''{x # \xff\n}#{{' ''' # \xff", "f'''{x # ?\n}#{{' ''' # ?"),
            (b"rb'\\'' # \xff", "rb'\\'' # ?"),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn other_bytes_than_utf8_are_reported_at_their_token() {
        let start = |byte: u8, at: usize| {
            format!(
                "(unicode error) 'utf-8' codec can't decode byte {byte:#04x} in position {at}: invalid start byte"
            )
        };
        let cases: [(&[u8], String, i32, i32); 6] = [
            (b"x='\xff'\n", start(0xff, 0), 1, 2),
            (b"\n\nx = ab\x80c\n", start(0x80, 2), 3, 4),
            (b"x='a\\n\x80'\n", start(0x80, 0), 1, 2),
            (b"x=r'a\\n\x80'\n", start(0x80, 3), 1, 2),
            (b"f'{\"a\x80\"}'\n", start(0x80, 1), 1, 3),
            (b"b'\xff'", "bytes can only contain ASCII literal characters".to_owned(), 1, 0),
        ];
        for (text, message, line, column) in cases {
            assert_eq!(masked(text), Err((message, line, column)), "{text:?}");
        }
    }
}
