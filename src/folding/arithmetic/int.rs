//! Arithmetic of `int`: in machine words where they suffice, else with big integers.
//!
//! CPython: `Objects/longobject.c` (3.8–)

use bumpalo::Bump;
use num_bigint::{BigInt, Sign};

use super::float;
use crate::code::{Constant, Int};
use crate::syntax::ast::Operator;

/// The value of a binary operation. The size of its result is the caller's business.
pub(super) fn binary<'a>(
    arena: &'a Bump,
    left: Int<'a>,
    op: Operator,
    right: Int<'a>,
) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Div => return true_divide(left, right).map(Constant::Float),
        Operator::Pow if is_negative(right) => {
            return float::binary(to_f64(left)?, op, to_f64(right)?);
        }
        Operator::MatMult => return None,
        Operator::LShift | Operator::RShift | Operator::Pow if is_negative(right) => return None,
        Operator::FloorDiv | Operator::Mod if right == Int::Small(0) => return None,
        Operator::Pow if left == Int::Small(0) && right != Int::Small(0) => Some(left),
        _ => match (left, right) {
            (Int::Small(left), Int::Small(right)) => small(left, op, right).map(Int::Small),
            _ => None,
        },
    };
    let result = match result {
        Some(result) => result,
        None => from_big(arena, &big(&to_big(left), op, &to_big(right), right)?),
    };
    Some(Constant::Int(result))
}

/// An operation whose operands and result fit in machine words; `None` if the result does not.
fn small(left: i64, op: Operator, right: i64) -> Option<i64> {
    match op {
        Operator::Add => left.checked_add(right),
        Operator::Sub => left.checked_sub(right),
        Operator::Mult => left.checked_mul(right),
        Operator::Pow => left.checked_pow(u32::try_from(right).ok()?),
        Operator::RShift => Some(left >> right.min(63)),
        Operator::LShift => {
            let result = left.checked_shl(u32::try_from(right).ok()?)?;
            (result >> right == left).then_some(result)
        }
        Operator::BitOr => Some(left | right),
        Operator::BitXor => Some(left ^ right),
        Operator::BitAnd => Some(left & right),
        Operator::FloorDiv => {
            let quotient = left.checked_div(right)?;
            Some(if rounds_down(left % right, right) { quotient - 1 } else { quotient })
        }
        Operator::Mod => {
            let remainder = left.checked_rem(right)?;
            Some(if rounds_down(remainder, right) { remainder + right } else { remainder })
        }
        Operator::Div | Operator::MatMult => None,
    }
}

/// Whether Python's floor division, of this truncated remainder, rounds to the number below.
fn rounds_down(remainder: i64, divisor: i64) -> bool {
    remainder != 0 && (remainder < 0) != (divisor < 0)
}

fn big(left: &BigInt, op: Operator, right: &BigInt, count: Int<'_>) -> Option<BigInt> {
    Some(match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        Operator::FloorDiv | Operator::Mod => {
            let (mut quotient, mut remainder) = (left / right, left % right);
            if remainder.sign() != Sign::NoSign && remainder.sign() != right.sign() {
                quotient -= 1;
                remainder += right;
            }
            if op == Operator::Mod { remainder } else { quotient }
        }
        Operator::Pow => match count {
            Int::Small(count) => left.pow(u32::try_from(count).ok()?),
            Int::Big { .. } => return None,
        },
        Operator::LShift => match count {
            Int::Small(count) => left << count,
            // Only 0 passed the limit of size.
            Int::Big { .. } => BigInt::ZERO,
        },
        Operator::RShift => match count {
            Int::Small(count) => left >> count,
            Int::Big { .. } if left.sign() == Sign::Minus => BigInt::from(-1),
            Int::Big { .. } => BigInt::ZERO,
        },
        Operator::Div | Operator::MatMult => return None,
    })
}

pub(super) fn negative<'a>(arena: &'a Bump, value: Int<'a>) -> Int<'a> {
    match value {
        Int::Small(small) => match small.checked_neg() {
            Some(negated) => Int::Small(negated),
            None => from_big(arena, &-BigInt::from(small)),
        },
        big @ Int::Big { .. } => from_big(arena, &-to_big(big)),
    }
}

pub(super) fn invert<'a>(arena: &'a Bump, value: Int<'a>) -> Int<'a> {
    match value {
        Int::Small(value) => Int::Small(!value),
        big @ Int::Big { .. } => from_big(arena, &!to_big(big)),
    }
}

fn is_negative(value: Int<'_>) -> bool {
    match value {
        Int::Small(value) => value < 0,
        Int::Big { negative, .. } => negative,
    }
}

/// Bits of the magnitude.
pub(in crate::folding) fn bit_length(value: Int<'_>) -> u64 {
    match value {
        Int::Small(value) => u64::from(64 - value.unsigned_abs().leading_zeros()),
        Int::Big { magnitude, .. } => {
            let top = magnitude.last().map_or(32, |digit| digit.leading_zeros());
            magnitude.len() as u64 * 32 - u64::from(top)
        }
    }
}

fn to_big(value: Int<'_>) -> BigInt {
    match value {
        Int::Small(value) => BigInt::from(value),
        Int::Big { negative, magnitude } => {
            BigInt::from_slice(if negative { Sign::Minus } else { Sign::Plus }, magnitude)
        }
    }
}

fn from_big<'a>(arena: &'a Bump, value: &BigInt) -> Int<'a> {
    match i64::try_from(value) {
        Ok(value) => Int::Small(value),
        Err(_) => {
            let (sign, digits) = value.to_u32_digits();
            Int::Big { negative: sign == Sign::Minus, magnitude: arena.alloc_slice_copy(&digits) }
        }
    }
}

/// The nearest float, ties to even; `None` if there is none that large.
///
/// CPython: `Objects/longobject.c` `PyLong_AsDouble` (3.8–)
pub(super) fn to_f64(value: Int<'_>) -> Option<f64> {
    let (negative, magnitude) = match value {
        Int::Small(value) => return Some(value as f64),
        Int::Big { negative, magnitude } => (negative, magnitude),
    };
    let shift = bit_length(value) - 64;
    if shift > 1024 - 64 {
        return None;
    }
    // The 64 highest bits. The last one is also set if a lower one is: enough to round right.
    let bit = |index: u64| magnitude[(index / 32) as usize] >> (index % 32) & 1;
    let top = (shift..shift + 64).rev().fold(0u64, |top, index| top << 1 | u64::from(bit(index)));
    let sticky = (0..shift).any(|index| bit(index) == 1);
    let float = (top | u64::from(sticky)) as f64 * float::power_of_two(shift as i32);
    float.is_finite().then_some(if negative { -float } else { float })
}

/// Correctly rounded true division.
///
/// CPython: `Objects/longobject.c` `long_true_divide` (3.8–)
fn true_divide(left: Int<'_>, right: Int<'_>) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    if right == Int::Small(0) {
        return None;
    }
    if let (Int::Small(a), Int::Small(b)) = (left, right)
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Some(a as f64 / b as f64);
    }
    let sign = if is_negative(left) != is_negative(right) { -1.0 } else { 1.0 };
    if left == Int::Small(0) {
        return Some(0.0 * sign);
    }
    let magnitude = |value| BigInt::from(to_big(value).magnitude().clone());
    divide_magnitudes(&magnitude(left), &magnitude(right)).map(|quotient| quotient * sign)
}

/// The quotient of two positive numbers; `None` if it is too large.
fn divide_magnitudes(left: &BigInt, right: &BigInt) -> Option<f64> {
    /// Exponents of the largest and the smallest normal float, as `float.h` counts, and the bits of
    /// a mantissa.
    const MAX_EXP: i64 = 1024;
    const MIN_EXP: i64 = -1021;
    const MANT_DIG: i64 = 53;
    let difference = left.bits() as i64 - right.bits() as i64;
    if difference > MAX_EXP {
        return None;
    }
    if difference < MIN_EXP - MANT_DIG - 1 {
        return Some(0.0);
    }
    // The quotient has two or three bits more than fit in a float, or than are left of a subnormal
    // one.
    let shift = difference.max(MIN_EXP) - MANT_DIG - 2;
    let shifted = if shift <= 0 { left << -shift } else { left >> shift };
    let lost = shift > 0 && (&shifted << shift) != *left;
    let quotient = &shifted / right;
    let inexact = lost || &quotient * right != shifted;
    let quotient = u64::try_from(&quotient).ok()?;
    let bits = i64::from(64 - quotient.leading_zeros());
    let extra = bits.max(MIN_EXP - shift) - MANT_DIG;
    let half = 1u64 << (extra - 1);
    let low = quotient | u64::from(inexact);
    let rounded = if low & half != 0 && low & (3 * half - 1) != 0 { low + half } else { low };
    let float = (rounded & !(2 * half - 1)) as f64;
    // In two steps, neither of which leaves the range of exact powers of two.
    let shift = shift as i32;
    let float = float * float::power_of_two(shift / 2) * float::power_of_two(shift - shift / 2);
    float.is_finite().then_some(float)
}
