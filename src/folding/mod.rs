//! What operations on constants make, as Python would. `None` always means: not folded, for it is
//! an exception, nothing that the operands' types have, or large.
//!
//! The tree is folded by it before 3.14, the flow graph from 3.14 on.
//!
//! CPython: `Python/ast_opt.c` (3.8–3.13), `Python/flowgraph.c` (3.14–)

mod arithmetic;
mod sequences;

use bumpalo::Bump;

use crate::code::identity::number_nan;
use crate::code::{Constant, Int};
use crate::syntax::ast::Operator;
use crate::targets::ComplexArithmetic;
pub(crate) use arithmetic::unary;

/// Bits of the largest product, power or left shift of integers.
const MAX_INT_SIZE: u64 = 128;

/// `left op right`, unless its result would be large: such an operation stays in the code, where it
/// costs nothing until it runs.
///
/// CPython: `Python/ast_opt.c` `fold_binop` (3.8–3.13), `Python/flowgraph.c` `eval_const_binop`
/// (3.14–)
pub(crate) fn binary<'a>(
    arena: &'a Bump,
    left: Constant<'a>,
    op: Operator,
    right: Constant<'a>,
    rules: ComplexArithmetic,
) -> Option<Constant<'a>> {
    let (left_int, right_int) = (arithmetic::as_int(left), arithmetic::as_int(right));
    match (op, left_int, right_int) {
        (Operator::Add, None, None) => {
            if let Some(joined) = sequences::concat(arena, left, right) {
                return Some(joined);
            }
        }
        (Operator::Mult, Some(count), None) if sequences::is_sequence(right) => {
            return sequences::repeat(arena, right, count);
        }
        (Operator::Mult, None, Some(count)) if sequences::is_sequence(left) => {
            return sequences::repeat(arena, left, count);
        }
        (Operator::Mult, Some(a), Some(b)) if !product_is_small(a, b) => return None,
        (Operator::Pow, Some(a), Some(b)) if !power_is_small(a, b) => return None,
        (Operator::LShift, Some(a), Some(b)) if !shift_is_small(a, b) => return None,
        _ => {}
    }
    arithmetic::binary(arena, left, op, right, rules)
}

/// CPython: `Python/ast_opt.c` `safe_multiply` (3.8–3.13), `Python/flowgraph.c`
/// `const_folding_safe_multiply` (3.14–)
fn product_is_small(a: Int<'_>, b: Int<'_>) -> bool {
    is_zero(a) || is_zero(b) || arithmetic::bit_length(a) + arithmetic::bit_length(b) <= MAX_INT_SIZE
}

/// CPython: `Python/ast_opt.c` `safe_power` (3.8–3.13), `Python/flowgraph.c`
/// `const_folding_safe_power` (3.14–)
fn power_is_small(base: Int<'_>, exponent: Int<'_>) -> bool {
    match exponent {
        _ if is_zero(base) => true,
        Int::Small(exponent) if exponent > 0 => {
            arithmetic::bit_length(base) <= MAX_INT_SIZE / exponent.unsigned_abs()
        }
        Int::Small(_) => true,
        Int::Big { negative, .. } => negative,
    }
}

/// CPython: `Python/ast_opt.c` `safe_lshift` (3.8–3.13), `Python/flowgraph.c`
/// `const_folding_safe_lshift` (3.14–)
fn shift_is_small(value: Int<'_>, count: Int<'_>) -> bool {
    match count {
        _ if is_zero(value) => true,
        Int::Small(count) => u64::try_from(count).is_ok_and(|count| {
            count == 0 || count <= MAX_INT_SIZE && arithmetic::bit_length(value) <= MAX_INT_SIZE - count
        }),
        Int::Big { .. } => false,
    }
}

fn is_zero(value: Int<'_>) -> bool {
    value == Int::Small(0)
}

/// `value[key]`
///
/// CPython: `Python/ast_opt.c` `fold_subscr` (3.8–3.13), `Python/flowgraph.c` `eval_const_binop`
/// (3.14–)
pub(crate) fn subscript<'a>(arena: &'a Bump, value: Constant<'a>, key: Constant<'a>) -> Option<Constant<'a>> {
    match key {
        Constant::Slice(parts) => sequences::slice(arena, value, parts),
        _ => sequences::item(value, arithmetic::as_int(key)?),
    }
}

/// Counts the objects that are NaNs: each operation with such a result makes another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nans(u32);

impl Nans {
    /// The result of an operation, as an object of its own if it is a NaN.
    pub(crate) fn numbered<'a>(&mut self, result: Constant<'a>) -> Constant<'a> {
        match result {
            Constant::Float(value) => Constant::Float(self.number(value)),
            Constant::Complex { real, imag } => {
                Constant::Complex { real: self.number(real), imag: self.number(imag) }
            }
            _ => result,
        }
    }

    fn number(&mut self, value: f64) -> f64 {
        if !value.is_nan() {
            return value;
        }
        self.0 += 1;
        number_nan(value, self.0)
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::{BigInt, Sign};

    use super::*;
    use crate::code::PyStr;

    /// A constant as the files of `testdata/folding` spell it.
    fn read<'a>(arena: &'a Bump, text: &str) -> Constant<'a> {
        match text {
            "None" => Constant::None,
            "True" => Constant::True,
            "False" => Constant::False,
            "..." | "Ellipsis" => Constant::Ellipsis,
            _ => read_value(arena, text),
        }
    }

    fn read_value<'a>(arena: &'a Bump, text: &str) -> Constant<'a> {
        if let Some(quoted) = text.strip_prefix("b'") {
            return Constant::Bytes(arena.alloc_slice_copy(&quoted.as_bytes()[..quoted.len() - 1]));
        }
        if let Some(quoted) = text.strip_prefix('\'') {
            return Constant::Str(PyStr::from(&*arena.alloc_str(&quoted[..quoted.len() - 1])));
        }
        if let Some((real, imag)) =
            text.strip_prefix("c(").and_then(|text| text.strip_suffix(')')?.split_once(','))
        {
            return Constant::Complex { real: real.parse().unwrap(), imag: imag.parse().unwrap() };
        }
        if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'))
            && (inner.is_empty() || inner.contains(','))
        {
            return Constant::Tuple(
                arena.alloc_slice_fill_iter(elements(inner).map(|text| read(arena, text))),
            );
        }
        read_number(arena, text.trim_matches(['(', ')']))
    }

    fn elements(text: &str) -> impl ExactSizeIterator<Item = &str> {
        let mut depth = 0;
        let parts = text.split(move |c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        });
        parts.map(str::trim).filter(|part| !part.is_empty()).collect::<std::vec::Vec<_>>().into_iter()
    }

    fn read_number<'a>(arena: &'a Bump, text: &str) -> Constant<'a> {
        if let Some(imag) = text.strip_suffix('j') {
            let (real, imag) =
                imag.split_once('+').filter(|(real, _)| !real.ends_with('e')).unwrap_or(("0", imag));
            return Constant::Complex { real: real.parse().unwrap(), imag: imag.parse().unwrap() };
        }
        let Ok(value) = text.parse::<BigInt>() else { return Constant::Float(text.parse().unwrap()) };
        Constant::Int(match i64::try_from(&value) {
            Ok(value) => Int::Small(value),
            Err(_) => {
                let (sign, digits) = value.to_u32_digits();
                Int::Big { negative: sign == Sign::Minus, magnitude: arena.alloc_slice_copy(&digits) }
            }
        })
    }

    fn operator(text: &str) -> Operator {
        match text {
            "+" => Operator::Add,
            "-" => Operator::Sub,
            "*" => Operator::Mult,
            "/" => Operator::Div,
            "//" => Operator::FloorDiv,
            "%" => Operator::Mod,
            "**" => Operator::Pow,
            "<<" => Operator::LShift,
            ">>" => Operator::RShift,
            "|" => Operator::BitOr,
            "^" => Operator::BitXor,
            "&" => Operator::BitAnd,
            "@" => Operator::MatMult,
            _ => panic!("no operator: {text}"),
        }
    }

    #[test]
    fn binary_operations_fold_as_cpython_folds_them() {
        let golden = include_str!("../../testdata/folding/arithmetic.txt");
        assert_folded(golden, ComplexArithmetic { pow_multiplies: false, annex_g: false });
    }

    #[test]
    fn operations_on_complex_numbers_fold_as_cpython_3_14_folds_them() {
        let golden = include_str!("../../testdata/folding/complex.txt");
        assert_folded(golden, ComplexArithmetic { pow_multiplies: true, annex_g: true });
    }

    /// Each line is an operation and what CPython folds it to, or `-`.
    fn assert_folded(golden: &str, rules: ComplexArithmetic) {
        let arena = Bump::new();
        let mut wrong = std::vec::Vec::new();
        for line in golden.lines() {
            let (operation, expected) = line.split_once(" = ").unwrap();
            let [left, op, right] = operation.split(' ').collect::<std::vec::Vec<_>>()[..] else {
                panic!("no operation: {line}")
            };
            let folded = binary(&arena, read(&arena, left), operator(op), read(&arena, right), rules);
            if folded != (expected != "-").then(|| read(&arena, expected)) {
                wrong.push(format!("{line}, not {folded:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
