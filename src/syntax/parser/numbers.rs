//! The values of number literals.

use num_bigint::BigUint;

use super::{Parser, Step};
use crate::code::{Constant, Int};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprKind};
use crate::targets::{Mistake, limits};

/// Decimal integers of so many digits fit into an `i64`.
const SHORT: usize = 18;

impl<'a> Parser<'a, '_> {
    pub(super) fn number(&mut self) -> Step<&'a Expr<'a>> {
        let index = self.bump();
        let text = self.text_of(index);
        let constant = match short_decimal(text.as_bytes()) {
            Some(value) => Constant::Int(Int::Small(value)),
            None => self.any_number(index, text)?,
        };
        Ok(self.node(index, ExprKind::Constant(constant)))
    }

    fn any_number(&mut self, index: usize, text: &str) -> Step<Constant<'a>> {
        let stripped;
        let text = match text.contains('_') {
            true => {
                stripped = text.replace('_', "");
                &stripped
            }
            false => text,
        };
        if let [b'0', kind, ..] = text.as_bytes() {
            match kind.to_ascii_lowercase() {
                b'x' => return Ok(Constant::Int(self.integer(&text[2..], 16))),
                b'o' => return Ok(Constant::Int(self.integer(&text[2..], 8))),
                b'b' => return Ok(Constant::Int(self.integer(&text[2..], 2))),
                _ => {}
            }
        }
        if let Some(imaginary) = text.strip_suffix(['j', 'J']) {
            return Ok(Constant::Complex { real: 0.0, imag: float(imaginary) });
        }
        if text.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Ok(Constant::Float(float(text)));
        }
        if text.len() > limits::MAX_STR_DIGITS {
            return self.too_many_digits(index, text.len());
        }
        Ok(Constant::Int(self.integer(text, 10)))
    }

    fn integer(&self, digits: &str, radix: u32) -> Int<'a> {
        if let Ok(value) = i64::from_str_radix(digits, radix) {
            return Int::Small(value);
        }
        let magnitude = BigUint::parse_bytes(digits.as_bytes(), radix)
            .expect("the lexer saw only digits of the radix")
            .to_u32_digits();
        Int::Big { negative: false, magnitude: self.arena.alloc_slice_copy(&magnitude) }
    }

    /// CPython: `Parser/pegen.c` `_PyPegen_number_token`,
    /// `Objects/longobject.c` `_MAX_STR_DIGITS_ERROR_FMT_TO_INT` (3.12–)
    #[cold]
    fn too_many_digits(&mut self, index: usize, digits: usize) -> Step<Constant<'a>> {
        let line = self.tokens[index].line as i32;
        let unit = if self.knows(Mistake::DigitLimit) { " digits" } else { "" };
        let message = format!(
            "Exceeds the limit ({}{unit}) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
             literals to avoid decimal conversion limits.",
            limits::MAX_STR_DIGITS
        );
        if self.dialect.is_lenient {
            self.refuse_later(index, message);
            return Ok(Constant::None);
        }
        let column = -i32::from(self.knows(Mistake::DigitLimitBeforeLine));
        self.fail(Diagnostic::syntax_error(Location::new(line, line, column, -1), message))
    }
}

/// The value of a decimal integer that is not long and has no underscores.
#[inline]
fn short_decimal(text: &[u8]) -> Option<i64> {
    if text.len() > SHORT {
        return None;
    }
    text.iter().try_fold(0_i64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + i64::from(digit))
    })
}

/// The lexer saw to it that this is a number; one too large is infinite, as in CPython.
fn float(text: &str) -> f64 {
    text.parse().unwrap_or(f64::INFINITY)
}
