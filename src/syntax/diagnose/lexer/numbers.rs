//! Numbers: what is no digit where one must be, and what touches a number's end.

use super::{Lexer, Lexing};
use crate::syntax::diagnose::token::Kind;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Lexing<()> {
        let start = self.offset;
        let kind = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => self.radix_digits("hexadecimal", 16)?,
            (b'0', b'o' | b'O') => self.radix_digits("octal", 8)?,
            (b'0', b'b' | b'B') => self.radix_digits("binary", 2)?,
            _ => self.decimal(start)?,
        };
        self.end_of_number(kind)?;
        self.push(Kind::Number, start, self.offset);
        Ok(())
    }

    fn radix_digits(&mut self, kind: &'static str, radix: u32) -> Lexing<&'static str> {
        let is_digit = |byte: u8| char::from(byte).is_digit(radix);
        self.offset += 2;
        loop {
            if self.peek(0) == b'_' {
                self.offset += 1;
            }
            if !is_digit(self.peek(0)) {
                return Err(self.no_digit(kind));
            }
            while is_digit(self.peek(0)) {
                self.offset += 1;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        if self.peek(0).is_ascii_digit() {
            return Err(self.no_digit(kind));
        }
        Ok(kind)
    }

    fn no_digit(&self, kind: &str) -> Box<super::LexicalFault> {
        let byte = self.peek(0);
        if byte.is_ascii_digit() {
            let message = format!("invalid digit '{}' in {kind} literal", char::from(byte));
            return self.raised((self.offset, self.offset + 1), message);
        }
        self.invalid(kind)
    }

    /// An invalid number is reported at what was read of it last.
    fn invalid(&self, kind: &str) -> Box<super::LexicalFault> {
        self.raised((self.offset - 1, self.offset), format!("invalid {kind} literal"))
    }

    fn decimal(&mut self, start: usize) -> Lexing<&'static str> {
        let mut zeros_end = None;
        if self.peek(0) == b'0' {
            self.zeros()?;
            zeros_end = Some(self.offset);
        }
        let has_more = zeros_end.is_some() && self.peek(0).is_ascii_digit();
        if self.peek(0).is_ascii_digit() {
            self.digits()?;
        }
        let mut is_integer = true;
        if self.peek(0) == b'.' {
            is_integer = false;
            self.offset += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                is_integer = false;
                self.offset += 1 + sign;
                self.digits()?;
            } else if sign == 1 {
                self.offset += 2;
                return Err(self.invalid("decimal"));
            } else {
                self.end_of_number("decimal")?;
                return Ok("decimal");
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.offset += 1;
            return Ok("imaginary");
        }
        if let (true, true, Some(zeros_end)) = (is_integer, has_more, zeros_end) {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return Err(self.raised((start, zeros_end), message.to_owned()));
        }
        Ok("decimal")
    }

    fn zeros(&mut self) -> Lexing<()> {
        while self.peek(0) == b'0' {
            self.offset += 1;
            if self.peek(0) == b'_' {
                self.offset += 1;
                if !self.peek(0).is_ascii_digit() {
                    return Err(self.invalid("decimal"));
                }
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> Lexing<()> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.offset += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.offset += 1;
            if !self.peek(0).is_ascii_digit() {
                return Err(self.invalid("decimal"));
            }
        }
    }

    /// A number may touch only the keywords that can follow one.
    fn end_of_number(&mut self, kind: &str) -> Lexing<()> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if !is_name(self.peek(0)) || !self.peek(0).is_ascii() {
            return Ok(());
        }
        let rest = &self.bytes[self.offset..];
        let length = rest.iter().take_while(|&&byte| is_name(byte)).count();
        let fits = match rest {
            [b'i', b'f' | b'n' | b's', ..] => true,
            _ => matches!(&rest[..length], b"and" | b"else" | b"for" | b"or" | b"not"),
        };
        if fits { Ok(()) } else { Err(self.invalid(kind)) }
    }
}
