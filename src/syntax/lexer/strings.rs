//! Strings without fields, and the prefixes of all strings.

use super::fault::{LexicalFault, Lexing};
use super::fstrings::OpenString;
use super::{Lexer, Place, TokenFlags, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::targets::Mistake;

/// Pairs of prefix letters that no string may have, in the order of CPython's checks.
///
/// CPython: `Parser/lexer/lexer.c` `maybe_raise_syntax_error_for_string_prefixes` (3.14–)
const INCOMPATIBLE: [(u8, u8); 7] =
    [(b'u', b'b'), (b'u', b'r'), (b'u', b'f'), (b'u', b't'), (b'b', b'f'), (b'b', b't'), (b'f', b't')];

/// How many of eight bytes come before the first newline, backslash or `quote`.
///
/// A byte that is zero borrows from its highest bit when one is subtracted from it; what is set
/// beyond the lowest such bit means nothing.
#[inline]
fn plain_len(bytes: u64, quote: u8) -> usize {
    let each = |byte: u8| u64::from_le_bytes([byte; 8]);
    let zeros = |bytes: u64| bytes.wrapping_sub(each(1)) & !bytes & each(0x80);
    let special = zeros(bytes ^ each(b'\n')) | zeros(bytes ^ each(b'\\')) | zeros(bytes ^ each(quote));
    special.trailing_zeros() as usize / 8
}

impl Lexer<'_> {
    /// Whether the word before a quote is the prefix of a string. If not, it is a name.
    #[inline(never)]
    pub(super) fn is_prefix(&self, start: usize, end: usize) -> Lexing<bool> {
        let mut letters = [0; 5];
        let word = &self.bytes[start..end];
        if word.len() > letters.len() {
            return Ok(false);
        }
        for (index, byte) in word.iter().map(u8::to_ascii_lowercase).enumerate() {
            if !b"burft".contains(&byte) || letters[..index].contains(&byte) {
                return Ok(false);
            }
            letters[index] = byte;
        }
        let has = |letter| letters.contains(&letter);
        if has(b't') && !self.dialect.has_template_strings() {
            return Ok(false);
        }
        match INCOMPATIBLE.into_iter().find(|&(a, b)| has(a) && has(b)) {
            None => Ok(true),
            Some(_) if !self.dialect.refuses_incompatible_prefixes() => Ok(false),
            Some((a, b)) => {
                let (a, b) = (char::from(a), char::from(b));
                let column = |offset: usize| (offset - self.line_start) as i32;
                let message = format!("'{a}' and '{b}' prefixes are incompatible");
                Err(self.raised_from_to(column(start), column(end), message))
            }
        }
    }

    /// The string that starts, perhaps with a prefix, at `start`, and whose quote is next.
    #[inline]
    pub(super) fn string(&mut self, start: usize) -> Lexing<()> {
        let quote = self.byte(self.offset);
        let is_triple = self.byte(self.offset + 1) == quote && self.byte(self.offset + 2) == quote;
        let mut flags = TokenFlags::NONE;
        if start < self.offset {
            flags = flags.with(TokenFlags::PREFIXED);
            let prefix = &self.bytes[start..self.offset];
            let has_fields = prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
            self.lexed.has_fstrings |= has_fields;
            if has_fields && self.dialect.parses_fstrings_apart {
                flags = flags.with(TokenFlags::FIELDS);
            } else if has_fields {
                self.open_string(start, if is_triple { 3 } else { 1 });
                return Ok(());
            }
        }
        if is_triple {
            flags = flags.with(TokenFlags::TRIPLE);
        }
        self.quoted(start, quote, flags)
    }

    /// A string without fields, whose quotes are next.
    fn quoted(&mut self, start: usize, quote: u8, mut flags: TokenFlags) -> Lexing<()> {
        let begin = self.place(start);
        let is_triple = flags.has(TokenFlags::TRIPLE);
        let quote_size = if is_triple { 3 } else { 1 };
        let mut has_escaped_quote = false;
        self.offset += quote_size;
        loop {
            self.offset = self.end_of_plain(quote);
            match self.byte(self.offset) {
                byte if byte == quote => {
                    if !is_triple
                        || self.byte(self.offset + 1) == quote && self.byte(self.offset + 2) == quote
                    {
                        break;
                    }
                    self.offset += 1;
                }
                b'\\' => {
                    has_escaped_quote |= self.byte(self.offset + 1) == quote;
                    flags = self.escaped(flags.with(TokenFlags::BACKSLASH));
                }
                b'\n' if is_triple => {
                    flags = flags.with(TokenFlags::MULTILINE);
                    self.break_line();
                }
                // A newline or the end of the text.
                _ => return Err(self.unterminated(begin, quote_size, has_escaped_quote)),
            }
        }
        self.offset += quote_size;
        self.push_from(TokenKind::String, begin, flags);
        Ok(())
    }

    /// The offset of the next newline, backslash or `quote`.
    #[inline]
    fn end_of_plain(&self, quote: u8) -> usize {
        let mut offset = self.offset;
        loop {
            let len = plain_len(self.eight_bytes(offset), quote);
            offset += len;
            if len < 8 {
                return offset;
            }
        }
    }

    /// Goes past a backslash and the byte after it.
    fn escaped(&mut self, flags: TokenFlags) -> TokenFlags {
        self.offset += 1;
        if self.byte(self.offset) != b'\n' {
            self.offset += 1;
            return flags;
        }
        self.break_line();
        flags.with(TokenFlags::MULTILINE)
    }

    /// A string that does not end: reported at its first quote or prefix.
    #[cold]
    fn unterminated(
        &mut self,
        begin: Place,
        quote_size: usize,
        has_escaped_quote: bool,
    ) -> Box<LexicalFault> {
        if !self.dialect.knows(Mistake::UnterminatedString) {
            return self.scanned_to_end(begin, quote_size);
        }
        let detected = self.detection_line();
        let quote = self.bytes[self.first_quote(begin.offset as usize)];
        let ends_field =
            |string: &OpenString| (string.quote, usize::from(string.quote_size)) == (quote, quote_size);
        let message = if self.strings.last().is_some_and(ends_field) {
            self.field_is_open(begin.line)
        } else {
            let triple = if quote_size == 3 { "triple-quoted " } else { "" };
            let hint = match has_escaped_quote && quote_size == 1 && self.dialect.hints_at_escaped_quotes() {
                true => "; perhaps you escaped the end quote?",
                false => "",
            };
            format!("unterminated {triple}string literal (detected at line {detected}){hint}")
        };
        self.raised_at(begin, message)
    }

    /// The same for those that report such a string where it should have ended, in a column that
    /// they count from its first line on.
    fn scanned_to_end(&self, begin: Place, quote_size: usize) -> Box<LexicalFault> {
        let message = match quote_size {
            3 => "EOF while scanning triple-quoted string literal",
            _ => "EOL while scanning string literal",
        };
        let end = if self.at_end() { self.offset } else { self.line_end() + 1 };
        let (line, column) = (self.detection_line() as i32, (end - begin.line_start as usize) as i32);
        let location = Location::new(line, line, column - 1, -2);
        self.stopped(Diagnostic::syntax_error(location, message))
    }

    /// The message for quotes on a line that end a string within one of its fields.
    #[cold]
    fn field_is_open(&self, line: u32) -> String {
        let message = format!("{}: expecting '}}'", self.string_name());
        let open = self.strings.last().and_then(|string| {
            let outside = self.brackets.len().checked_sub(usize::try_from(string.depth).ok()?)?;
            self.brackets.get(outside + usize::try_from(string.field_depth()).ok()?)
        });
        match open.filter(|open| open.place.line != line && self.dialect.knows(Mistake::FieldOnOtherLine)) {
            Some(open) => format!("{message} to close '{{' on line {}", open.place.line),
            None => message,
        }
    }

    fn first_quote(&self, start: usize) -> usize {
        let quote = memchr::memchr2(b'"', b'\'', &self.bytes[start..]);
        start + quote.expect("a string has a quote")
    }

    /// The line of the last byte that was read: at the end of the text, that of the last newline.
    pub(super) fn detection_line(&self) -> u32 {
        if self.at_end() { self.line - 1 } else { self.line }
    }
}
