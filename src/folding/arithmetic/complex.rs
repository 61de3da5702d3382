//! Arithmetic of `complex`, step by step as CPython does it, for the roundings show in the result.
//!
//! CPython: `Objects/complexobject.c` (3.8–3.13)

use super::{Number, int, settle_nan};
use crate::code::Constant;
use crate::syntax::ast::Operator;

#[derive(Clone, Copy)]
pub(super) struct Complex {
    pub(super) real: f64,
    pub(super) imag: f64,
}

impl Complex {
    const ONE: Complex = Complex { real: 1.0, imag: 0.0 };

    pub(super) fn from_real(real: f64) -> Complex {
        Complex { real, imag: 0.0 }
    }

    /// `None` for an `int` too large for a float.
    pub(super) fn of(number: Number<'_>) -> Option<Complex> {
        match number {
            Number::Int(value) => int::to_f64(value).map(Complex::from_real),
            Number::Float(real) => Some(Complex::from_real(real)),
            Number::Complex(value) => Some(value),
        }
    }
}

/// The value of a binary operation, a real operand being a complex one with the imaginary part 0.
pub(super) fn binary<'a>(left: Complex, op: Operator, right: Complex) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Add => Complex { real: add(left.real, right.real), imag: add(left.imag, right.imag) },
        Operator::Sub => Complex { real: sub(left.real, right.real), imag: sub(left.imag, right.imag) },
        Operator::Mult => product(left, right),
        Operator::Div => quotient(left, right)?,
        Operator::Pow => pow(left, right)?,
        Operator::MatMult
        | Operator::Mod
        | Operator::LShift
        | Operator::RShift
        | Operator::BitOr
        | Operator::BitXor
        | Operator::BitAnd
        | Operator::FloorDiv => return None,
    };
    Some(Constant::Complex { real: result.real, imag: result.imag })
}

fn add(left: f64, right: f64) -> f64 {
    settle_nan(left + right, left, right)
}

fn sub(left: f64, right: f64) -> f64 {
    settle_nan(left - right, left, right)
}

fn mul(left: f64, right: f64) -> f64 {
    settle_nan(left * right, left, right)
}

fn div(left: f64, right: f64) -> f64 {
    settle_nan(left / right, left, right)
}

/// CPython: `Objects/complexobject.c` `_Py_c_prod` (3.8–3.13)
fn product(a: Complex, b: Complex) -> Complex {
    Complex {
        real: sub(mul(a.real, b.real), mul(a.imag, b.imag)),
        imag: add(mul(a.real, b.imag), mul(a.imag, b.real)),
    }
}

/// Divides by whichever part of the divisor is larger first; `None` for division by zero.
///
/// CPython: `Objects/complexobject.c` `_Py_c_quot` (3.8–3.13)
fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    if b.real.is_nan() || b.imag.is_nan() {
        return Some(Complex { real: f64::NAN, imag: f64::NAN });
    }
    if b.real.abs() >= b.imag.abs() {
        if b.real == 0.0 {
            return None;
        }
        let ratio = div(b.imag, b.real);
        let denominator = add(b.real, mul(b.imag, ratio));
        Some(Complex {
            real: div(add(a.real, mul(a.imag, ratio)), denominator),
            imag: div(sub(a.imag, mul(a.real, ratio)), denominator),
        })
    } else {
        let ratio = div(b.real, b.imag);
        let denominator = add(mul(b.real, ratio), b.imag);
        Some(Complex {
            real: div(add(mul(a.real, ratio), a.imag), denominator),
            imag: div(sub(mul(a.imag, ratio), a.real), denominator),
        })
    }
}

/// CPython: `Objects/complexobject.c` `complex_pow` (3.8–3.13)
fn pow(base: Complex, exponent: Complex) -> Option<Complex> {
    let real = exponent.real;
    let result = if exponent.imag == 0.0 && real == real.floor() && real.abs() <= 100.0 {
        integer_pow(base, real as i32)?
    } else {
        polar_pow(base, exponent)?
    };
    (!result.real.is_infinite() && !result.imag.is_infinite()).then_some(result)
}

/// CPython: `Objects/complexobject.c` `c_powi` (3.8–3.13)
fn integer_pow(base: Complex, exponent: i32) -> Option<Complex> {
    let mut result = Complex::ONE;
    let mut square = base;
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if bits & 1 != 0 {
            result = product(result, square);
        }
        bits >>= 1;
        square = product(square, square);
    }
    if exponent > 0 { Some(result) } else { quotient(Complex::ONE, result) }
}

/// CPython: `Objects/complexobject.c` `_Py_c_pow` (3.8–3.13)
fn polar_pow(base: Complex, exponent: Complex) -> Option<Complex> {
    if exponent.real == 0.0 && exponent.imag == 0.0 {
        return Some(Complex::ONE);
    }
    if base.real == 0.0 && base.imag == 0.0 {
        let undefined = exponent.imag != 0.0 || exponent.real < 0.0;
        return (!undefined).then_some(Complex { real: 0.0, imag: 0.0 });
    }
    let magnitude = base.real.hypot(base.imag);
    let mut length = magnitude.powf(exponent.real);
    let angle = base.imag.atan2(base.real);
    let mut phase = angle * exponent.real;
    if exponent.imag != 0.0 {
        length /= (angle * exponent.imag).exp();
        phase += exponent.imag * magnitude.ln();
    }
    // The sine of infinity is an error of the domain.
    (!phase.is_infinite()).then(|| Complex { real: mul(length, phase.cos()), imag: mul(length, phase.sin()) })
}
