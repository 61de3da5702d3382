//! Numbers: integers of any size, floats, imaginary numbers.

use num_bigint::BigUint;
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

use super::Lowerer;
use crate::code::{Constant, Int};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::syntax::ast::ExprKind;
use crate::targets::limits;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn number(&mut self, expr: &ruff::ExprNumberLiteral) -> ExprKind<'a> {
        self.end_of_number(expr.range);
        ExprKind::Constant(match &expr.value {
            ruff::Number::Int(int) => match int.as_i64() {
                Some(value) => Constant::Int(Int::Small(value)),
                None => Constant::Int(self.big_int(expr.range())),
            },
            &ruff::Number::Float(value) => Constant::Float(value),
            &ruff::Number::Complex { real, imag } => Constant::Complex { real, imag },
        })
    }

    #[cold]
    fn big_int(&mut self, range: TextRange) -> Int<'a> {
        let text = self.source(range).as_bytes();
        let (radix, digits) = match text {
            [b'0', b'x' | b'X', digits @ ..] => (16, digits),
            [b'0', b'o' | b'O', digits @ ..] => (8, digits),
            [b'0', b'b' | b'B', digits @ ..] => (2, digits),
            _ => (10, text),
        };
        let digits: Vec<u8> = digits.iter().copied().filter(|&digit| digit != b'_').collect();
        if radix == 10 && digits.len() > limits::MAX_STR_DIGITS {
            self.too_many_digits(range, digits.len());
            return Int::Small(0);
        }
        let magnitude = BigUint::parse_bytes(&digits, radix)
            .expect("the lexer saw only digits of the radix")
            .to_u32_digits();
        Int::Big { negative: false, magnitude: self.arena.alloc_slice_copy(&magnitude) }
    }

    /// CPython: `Parser/pegen.c` `_PyPegen_number_token`, `Objects/longobject.c` `_MAX_STR_DIGITS_ERROR_FMT_TO_INT` (3.12)
    fn too_many_digits(&mut self, range: TextRange, digits: usize) {
        let (line, _) = self.lines.position(range.start().to_u32());
        self.fail(|| {
            let message = format!(
                "Exceeds the limit ({} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                 literals to avoid decimal conversion limits.",
                limits::MAX_STR_DIGITS
            );
            Diagnostic::syntax_error(Location::new(line, line, -1, -1), message)
        });
    }

    /// A number may touch only the keywords that can follow one.
    ///
    /// CPython: `Parser/tokenizer.c` `verify_end_of_number` (3.12)
    #[inline]
    fn end_of_number(&mut self, range: TextRange) {
        if let Some(byte) = self.byte_at(range.end().to_u32())
            && (byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
        {
            self.keyword_after_number(range);
        }
    }

    #[cold]
    fn keyword_after_number(&mut self, range: TextRange) {
        let rest = &self.text.as_bytes()[range.end().to_usize()..];
        let word_len = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80)
            .count();
        let allowed = match rest {
            [b'i', b'f' | b'n' | b's', ..] => true,
            _ => matches!(&rest[..word_len], b"and" | b"else" | b"for" | b"or" | b"not"),
        };
        if !allowed {
            self.fail_at(range, "invalid decimal literal");
        }
    }
}
