//! Arithmetic of `float`.
//!
//! CPython: `Objects/floatobject.c` (3.8–)

use super::complex;
use super::settle_nan;
use crate::code::Constant;
use crate::syntax::ast::Operator;

/// The value of a binary operation.
pub(super) fn binary<'a>(left: f64, op: Operator, right: f64) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Pow => return pow(left, right),
        Operator::Div | Operator::FloorDiv | Operator::Mod if right == 0.0 => return None,
        Operator::Div => left / right,
        Operator::FloorDiv => floor_divide(left, right),
        Operator::Mod => modulo(left, right),
        Operator::MatMult
        | Operator::LShift
        | Operator::RShift
        | Operator::BitOr
        | Operator::BitXor
        | Operator::BitAnd => return None,
    };
    // Of two operands that are no numbers, the processor keeps its first one; compilers exchange
    // those of `+` and `*`.
    Some(Constant::Float(match op {
        Operator::Add | Operator::Mult => settle_nan(result, right, left),
        _ => settle_nan(result, left, right),
    }))
}

/// The remainder with the sign of the divisor, also where it is zero.
///
/// CPython: `Objects/floatobject.c` `float_rem` (3.8–)
fn modulo(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    if remainder == 0.0 {
        0.0f64.copysign(right)
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder + right
    } else {
        remainder
    }
}

/// CPython: `Objects/floatobject.c` `_float_div_mod` (3.8–)
fn floor_divide(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder != 0.0 && (right < 0.0) != (remainder < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0f64.copysign(left / right);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

/// CPython: `Objects/floatobject.c` `float_pow` (3.8–)
fn pow<'a>(base: f64, exponent: f64) -> Option<Constant<'a>> {
    let odd = exponent.abs() % 2.0 == 1.0;
    if exponent == 0.0 {
        return Some(Constant::Float(1.0));
    }
    if base.is_nan() {
        return Some(Constant::Float(base));
    }
    if exponent.is_nan() {
        return Some(Constant::Float(if base == 1.0 { 1.0 } else { exponent }));
    }
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        return None;
    }
    if base < 0.0 && base.is_finite() && exponent != exponent.floor() {
        return complex::pow_of_reals(base, exponent);
    }
    if base.is_infinite() || exponent.is_infinite() || base == 0.0 {
        return Some(Constant::Float(limit(base, exponent, odd)));
    }
    let magnitude = if base.abs() == 1.0 { 1.0 } else { base.abs().powf(exponent) };
    let result = if base < 0.0 && odd { -magnitude } else { magnitude };
    result.is_finite().then_some(Constant::Float(result))
}

/// A power of or to infinity, or of zero to a positive exponent.
fn limit(base: f64, exponent: f64, odd: bool) -> f64 {
    if exponent.is_infinite() {
        match base.abs() {
            1.0 => 1.0,
            magnitude if (exponent > 0.0) == (magnitude > 1.0) => f64::INFINITY,
            _ => 0.0,
        }
    } else {
        let magnitude = if base == 0.0 || exponent < 0.0 { 0.0 } else { f64::INFINITY };
        if odd { f64::copysign(magnitude, base) } else { magnitude }
    }
}

/// 2 to a power that is the exponent of a normal float.
pub(super) fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}
