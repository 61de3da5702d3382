//! Number literals: digits where they must be, and what may touch the end of a number.
//!
//! CPython: `Parser/lexer/lexer.c` `tok_get_normal_mode`, `verify_end_of_number` (3.12–)

use super::fault::{LexicalFault, Lexing};
use super::words::name_len;
use super::{Class, Lexer, NoticeKind, TokenFlags, TokenKind, class_of};
use crate::targets::Mistake;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Lexing<()> {
        let start = self.offset;
        let first = self.byte(start);
        // Most numbers are a digit or two.
        while self.byte(self.offset).is_ascii_digit() {
            self.offset += 1;
        }
        let is_plain =
            !matches!(class_of(self.byte(self.offset)), Class::Word | Class::Dot | Class::NonAscii)
                && (first != b'0' || self.offset == start + 1);
        if !is_plain || first == b'.' {
            self.offset = start;
            self.any_number(start)?;
        }
        self.push(TokenKind::Number, start, TokenFlags::NONE);
        Ok(())
    }

    #[cold]
    fn any_number(&mut self, start: usize) -> Lexing<()> {
        let kind = match (self.byte(start), self.byte(start + 1)) {
            (b'0', b'x' | b'X') => self.radix_digits("hexadecimal", 16)?,
            (b'0', b'o' | b'O') => self.radix_digits("octal", 8)?,
            (b'0', b'b' | b'B') => self.radix_digits("binary", 2)?,
            _ => self.decimal(start)?,
        };
        self.end_of_number(kind)
    }

    fn radix_digits(&mut self, kind: &'static str, radix: u32) -> Lexing<&'static str> {
        let is_digit = |byte: u8| char::from(byte).is_digit(radix);
        self.offset += 2;
        loop {
            if self.byte(self.offset) == b'_' {
                self.offset += 1;
            }
            if !is_digit(self.byte(self.offset)) {
                return Err(match self.dialect.knows(Mistake::NumberEnd) {
                    true => self.no_digit(kind),
                    false => self.no_first_digit(kind),
                });
            }
            while is_digit(self.byte(self.offset)) {
                self.offset += 1;
            }
            if self.byte(self.offset) != b'_' {
                break;
            }
        }
        if self.byte(self.offset).is_ascii_digit() {
            return Err(self.no_digit(kind));
        }
        Ok(kind)
    }

    #[cold]
    fn no_digit(&mut self, kind: &str) -> Box<LexicalFault> {
        let byte = self.byte(self.offset);
        if byte.is_ascii_digit() {
            self.offset += 1;
            return self.raised(format!("invalid digit '{}' in {kind} literal", char::from(byte)));
        }
        self.invalid(kind)
    }

    /// The same where a digit must be, for those that report it at the byte before.
    #[cold]
    fn no_first_digit(&mut self, kind: &str) -> Box<LexicalFault> {
        let offset = self.offset;
        let mut fault = self.no_digit(kind);
        let column = (offset - self.line_start) as i32 - 1;
        (fault.diagnostic.location.col_offset, fault.diagnostic.location.end_col_offset) = (column, column);
        fault
    }

    /// An invalid number is reported at the last byte that belongs to it.
    #[cold]
    fn invalid(&self, kind: &str) -> Box<LexicalFault> {
        self.raised(format!("invalid {kind} literal"))
    }

    fn decimal(&mut self, start: usize) -> Lexing<&'static str> {
        let mut zeros_end = None;
        if self.byte(self.offset) == b'0' {
            self.zeros()?;
            zeros_end = Some(self.offset);
        }
        let has_more = zeros_end.is_some() && self.byte(self.offset).is_ascii_digit();
        if self.byte(self.offset).is_ascii_digit() {
            self.digits()?;
        }
        let mut is_integer = true;
        if self.byte(self.offset) == b'.' {
            is_integer = false;
            self.offset += 1;
            if self.byte(self.offset).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.byte(self.offset), b'e' | b'E') {
            let has_sign = matches!(self.byte(self.offset + 1), b'+' | b'-');
            if self.byte(self.offset + 1 + usize::from(has_sign)).is_ascii_digit() {
                is_integer = false;
                self.offset += 1 + usize::from(has_sign);
                self.digits()?;
            } else if has_sign {
                self.offset += 2;
                return Err(self.invalid("decimal"));
            } else {
                return Ok("decimal");
            }
        }
        if matches!(self.byte(self.offset), b'j' | b'J') {
            self.offset += 1;
            return Ok("imaginary");
        }
        match zeros_end {
            Some(zeros_end) if is_integer && has_more => Err(self.leading_zeros(start, zeros_end)),
            _ => Ok("decimal"),
        }
    }

    #[cold]
    fn leading_zeros(&self, start: usize, zeros_end: usize) -> Box<LexicalFault> {
        let message = "leading zeros in decimal integer literals are not permitted; \
                       use an 0o prefix for octal integers";
        if !self.dialect.knows(Mistake::NumberEnd) {
            return self.raised(message);
        }
        let column = |offset: usize| (offset - self.line_start) as i32;
        // CPython's end is that of the byte after the zeros, which it has read already.
        self.raised_from_to(column(start), column(zeros_end), message)
    }

    fn zeros(&mut self) -> Lexing<()> {
        while self.byte(self.offset) == b'0' {
            self.offset += 1;
            if self.byte(self.offset) == b'_' {
                self.offset += 1;
                if !self.byte(self.offset).is_ascii_digit() {
                    return Err(self.invalid("decimal"));
                }
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> Lexing<()> {
        loop {
            while self.byte(self.offset).is_ascii_digit() {
                self.offset += 1;
            }
            if self.byte(self.offset) != b'_' {
                return Ok(());
            }
            self.offset += 1;
            if !self.byte(self.offset).is_ascii_digit() {
                return Err(self.invalid("decimal"));
            }
        }
    }

    /// A number may touch only the keywords that can follow one. Targets warn about those.
    fn end_of_number(&mut self, kind: &'static str) -> Lexing<()> {
        match class_of(self.byte(self.offset)) {
            Class::Word | Class::Digit => {}
            Class::NonAscii if !self.dialect.knows(Mistake::NumberBeforeNonAscii) => {}
            _ => return Ok(()),
        }
        if !self.dialect.knows(Mistake::NumberEnd) {
            return Ok(());
        }
        if !self.is_keyword_after_number() {
            return Err(self.invalid(kind));
        }
        self.notice(NoticeKind::NumberTouchesKeyword(kind), self.offset - 1);
        Ok(())
    }

    fn is_keyword_after_number(&self) -> bool {
        let rest = &self.bytes[self.offset..];
        match rest {
            [b'i', b'f' | b'n' | b's', ..] => true,
            _ => matches!(&rest[..name_len(rest)], b"and" | b"else" | b"for" | b"or" | b"not"),
        }
    }
}
