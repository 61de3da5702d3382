//! Bytes that are no text: CPython's messages about them, and those that it overlooks.
//!
//! CPython decodes UTF-8 only where a token needs it, in names and string literals. So bytes that are not UTF-8 are no fault
//! in a comment, and elsewhere the fault is reported at their token. [`mask_in_comments`] goes over such a file with just enough of
//! Python's lexical grammar to tell comments, strings and f-strings apart.

use std::str::Utf8Error;

use super::Location;
use crate::diagnostic::Diagnostic;

/// What a decoder cannot decode; CPython: `UnicodeDecodeError`.
pub(super) struct Undecodable<'b> {
    pub(super) codec: &'static str,
    /// Where the bytes are in the decoder's input.
    pub(super) start: usize,
    pub(super) bytes: &'b [u8],
    pub(super) reason: &'static str,
}

impl<'b> Undecodable<'b> {
    /// The fault of `input`, of which the standard library says where it is.
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

/// Makes text of a file that is not UTF-8, if the faults are in comments only: there each byte of them becomes a `?`.
///
/// CPython: `Parser/tokenizer.c` `tok_get_normal_mode`, `verify_identifier` (3.12)
pub(super) fn mask_in_comments(text: Vec<u8>) -> Result<String, Diagnostic> {
    let mut scanner = Scanner { text, position: 0, line: 1, line_start: 0, fstrings: Vec::new() };
    while scanner.position < scanner.text.len() {
        scanner.token()?;
    }
    String::from_utf8(scanner.text)
        .map_err(|_| Diagnostic::syntax_error(Location::NONE, "the source is not UTF-8"))
}

/// An f-string whose replacement field is being read.
struct FString {
    quote: Quote,
    /// Brackets open in the field.
    depth: u32,
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
    /// Innermost last.
    fstrings: Vec<FString>,
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

    fn here(&self) -> Location {
        let column = (self.position - self.line_start) as i32;
        Location::new(self.line, self.line, column, column)
    }

    fn token(&mut self) -> Result<(), Diagnostic> {
        match self.text[self.position] {
            b'#' => self.comment(),
            b'"' | b'\'' => return self.string(&[]),
            byte if byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii() => return self.word(),
            byte => {
                self.advance();
                return self.punctuation(byte);
            }
        }
        Ok(())
    }

    fn comment(&mut self) {
        let rest = &self.text[self.position..];
        let end = self.position + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        while let Err(error) = std::str::from_utf8(&self.text[self.position..end]) {
            let start = self.position + error.valid_up_to();
            let bad = start..error.error_len().map_or(end, |len| start + len);
            self.position = bad.end;
            self.text[bad].fill(b'?');
        }
        self.position = end;
    }

    /// A name or number, or the prefix of a string and that string.
    fn word(&mut self) -> Result<(), Diagnostic> {
        let rest = &self.text[self.position..];
        let is_in_word = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii();
        let len = rest.iter().position(|byte| !is_in_word(byte)).unwrap_or(rest.len());
        let word = rest[..len].to_ascii_lowercase();
        let is_prefix = matches!(&word[..], b"r" | b"b" | b"u" | b"f" | b"br" | b"rb" | b"fr" | b"rf");
        if is_prefix && matches!(rest.get(len), Some(b'"' | b'\'')) {
            return self.string(&word);
        }
        check_utf8(&rest[..len], self.here())?;
        self.position += len;
        Ok(())
    }

    /// The string at the current position, whose prefix is `prefix` in lower case.
    fn string(&mut self, prefix: &[u8]) -> Result<(), Diagnostic> {
        let location = self.here();
        self.position += prefix.len();
        let byte = self.text[self.position];
        let triple = self.peek(1) == Some(byte) && self.peek(2) == Some(byte);
        let quote = Quote { byte, triple };
        self.position += quote.len();
        if prefix.contains(&b'f') {
            return self.fstring_middle(quote);
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
        check_string(prefix, &self.text[start..self.position], location)?;
        self.close(quote);
        Ok(())
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

    /// Literal text of an f-string, up to its end or its next replacement field.
    fn fstring_middle(&mut self, quote: Quote) -> Result<(), Diagnostic> {
        let location = self.here();
        let start = self.position;
        loop {
            if self.position >= self.text.len() || self.at_end_of(quote) {
                check_utf8(&self.text[start..self.position], location)?;
                self.close(quote);
                return Ok(());
            }
            match (self.text[self.position], self.peek(1)) {
                (b'{', Some(b'{')) => self.position += 2,
                (b'{', _) => {
                    check_utf8(&self.text[start..self.position], location)?;
                    self.position += 1;
                    self.fstrings.push(FString { quote, depth: 0 });
                    return Ok(());
                }
                (b'\\', Some(next)) if next != b'{' => {
                    self.advance();
                    self.advance();
                }
                _ => self.advance(),
            }
        }
    }

    /// Keeps count of brackets, and goes on with the f-string where its replacement field ends or its format begins.
    fn punctuation(&mut self, byte: u8) -> Result<(), Diagnostic> {
        let Some(FString { quote, depth }) = self.fstrings.last_mut() else { return Ok(()) };
        match byte {
            b'(' | b'[' | b'{' => *depth += 1,
            b')' | b']' | b'}' if *depth > 0 => *depth -= 1,
            b'}' | b':' if *depth == 0 => {
                // The format is literal text too; its closing brace is then one of that text.
                let quote = *quote;
                self.fstrings.pop();
                return self.fstring_middle(quote);
            }
            _ => {}
        }
        Ok(())
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
    use super::mask_in_comments;

    fn masked(text: &[u8]) -> Result<String, (String, i32, i32)> {
        mask_in_comments(text.to_vec()).map_err(|diagnostic| {
            let location = diagnostic.location;
            (diagnostic.message, location.lineno, location.col_offset)
        })
    }

    #[test]
    fn what_is_not_utf8_passes_in_comments() {
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
    fn what_is_not_utf8_is_reported_at_its_token() {
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
