//! Arithmetic of `complex`, step by step as CPython does it, for the roundings show in the result.
//!
//! CPython: `Objects/complexobject.c` (3.8–)

use super::{Number, int, settle_nan};
use crate::code::Constant;
use crate::syntax::ast::Operator;
use crate::targets::ComplexArithmetic;

#[derive(Clone, Copy)]
pub(super) struct Complex {
    pub(super) real: f64,
    pub(super) imag: f64,
}

impl Complex {
    const ONE: Complex = Complex { real: 1.0, imag: 0.0 };

    fn is_nan(self) -> bool {
        self.real.is_nan() && self.imag.is_nan()
    }

    fn is_infinite(self) -> bool {
        self.real.is_infinite() || self.imag.is_infinite()
    }

    fn is_finite(self) -> bool {
        self.real.is_finite() && self.imag.is_finite()
    }

    fn map(self, part: impl Fn(f64) -> f64) -> Complex {
        Complex { real: part(self.real), imag: part(self.imag) }
    }
}

/// An operand of an operation on complex numbers.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    Real(f64),
    Complex(Complex),
}

impl Operand {
    /// `None` for an `int` too large for a float.
    pub(super) fn of(number: Number<'_>) -> Option<Operand> {
        match number {
            Number::Int(value) => int::to_f64(value).map(Operand::Real),
            Number::Float(real) => Some(Operand::Real(real)),
            Number::Complex(value) => Some(Operand::Complex(value)),
        }
    }

    fn widened(self) -> Complex {
        match self {
            Operand::Real(real) => Complex { real, imag: 0.0 },
            Operand::Complex(value) => value,
        }
    }
}

/// The value of a binary operation.
pub(super) fn binary<'a>(
    left: Operand,
    op: Operator,
    right: Operand,
    rules: ComplexArithmetic,
) -> Option<Constant<'a>> {
    let stays_real = rules.annex_g && op != Operator::Pow;
    let result = match (left, right) {
        (Operand::Complex(left), Operand::Real(right)) if stays_real => with_real(left, op, right)?,
        (Operand::Real(left), Operand::Complex(right)) if stays_real => real_with(left, op, right)?,
        _ => both_complex(left.widened(), op, right.widened(), rules)?,
    };
    Some(Constant::Complex { real: result.real, imag: result.imag })
}

/// A power of real numbers that is not real.
pub(super) fn pow_of_reals<'a>(base: f64, exponent: f64) -> Option<Constant<'a>> {
    // What the rules differ in needs an imaginary exponent, or an integral one.
    let rules = ComplexArithmetic { pow_multiplies: false, annex_g: false };
    binary(Operand::Real(base), Operator::Pow, Operand::Real(exponent), rules)
}

/// CPython: `Objects/complexobject.c` `_Py_cr_sum`, `_Py_cr_diff`, `_Py_cr_prod`, `_Py_cr_quot`
/// (3.14–)
fn with_real(a: Complex, op: Operator, b: f64) -> Option<Complex> {
    match op {
        Operator::Add => Some(Complex { real: add(a.real, b), ..a }),
        Operator::Sub => Some(Complex { real: sub(a.real, b), ..a }),
        Operator::Mult => Some(a.map(|part| mul(part, b))),
        Operator::Div if b != 0.0 => Some(a.map(|part| div(part, b))),
        _ => None,
    }
}

/// CPython: `Objects/complexobject.c` `_Py_rc_sum`, `_Py_rc_diff`, `_Py_rc_prod`, `_Py_rc_quot`
/// (3.14–)
fn real_with(a: f64, op: Operator, b: Complex) -> Option<Complex> {
    match op {
        Operator::Add | Operator::Mult => with_real(b, op, a),
        Operator::Sub => Some(Complex { real: sub(a, b.real), imag: -b.imag }),
        Operator::Div => real_quotient(a, b),
        _ => None,
    }
}

/// A real operand is a complex one with the imaginary part 0.
fn both_complex(left: Complex, op: Operator, right: Complex, rules: ComplexArithmetic) -> Option<Complex> {
    let result = match op {
        Operator::Add => Complex { real: add(left.real, right.real), imag: add(left.imag, right.imag) },
        Operator::Sub => Complex { real: sub(left.real, right.real), imag: sub(left.imag, right.imag) },
        Operator::Mult => product(left, right, rules),
        Operator::Div => quotient(left, right, rules)?,
        Operator::Pow => pow(left, right, rules)?,
        Operator::MatMult
        | Operator::Mod
        | Operator::LShift
        | Operator::RShift
        | Operator::BitOr
        | Operator::BitXor
        | Operator::BitAnd
        | Operator::FloorDiv => return None,
    };
    Some(result)
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

/// CPython: `Objects/complexobject.c` `_Py_c_prod` (3.8–)
fn product(a: Complex, b: Complex, rules: ComplexArithmetic) -> Complex {
    let result = plain_product(a, b);
    if rules.annex_g && result.is_nan() { infinite_product(a, b).unwrap_or(result) } else { result }
}

fn plain_product(a: Complex, b: Complex) -> Complex {
    Complex {
        real: sub(mul(a.real, b.real), mul(a.imag, b.imag)),
        imag: add(mul(a.real, b.imag), mul(a.imag, b.real)),
    }
}

/// The product of `a` and `b` if a factor or a product of their parts is infinite, although the
/// plain product is NaN.
fn infinite_product(mut a: Complex, mut b: Complex) -> Option<Complex> {
    let overflows = [a.real * b.real, a.imag * b.imag, a.real * b.imag, a.imag * b.real];
    let (a_is_infinite, b_is_infinite) = (a.is_infinite(), b.is_infinite());
    if a_is_infinite {
        (a, b) = (a.map(boxed), b.map(nan_to_zero));
    }
    if b_is_infinite {
        (a, b) = (a.map(nan_to_zero), b.map(boxed));
    }
    if !a_is_infinite && !b_is_infinite {
        if !overflows.into_iter().any(f64::is_infinite) {
            return None;
        }
        (a, b) = (a.map(nan_to_zero), b.map(nan_to_zero));
    }
    Some(plain_product(a, b).map(|part| mul(f64::INFINITY, part)))
}

/// One for infinity and zero for all else, of the same sign.
fn boxed(part: f64) -> f64 {
    if part.is_infinite() { 1.0_f64.copysign(part) } else { 0.0_f64.copysign(part) }
}

fn nan_to_zero(part: f64) -> f64 {
    if part.is_nan() { 0.0_f64.copysign(part) } else { part }
}

/// CPython: `Objects/complexobject.c` `_Py_c_quot` (3.8–)
fn quotient(a: Complex, b: Complex, rules: ComplexArithmetic) -> Option<Complex> {
    let result = plain_quotient(a, b)?;
    if !rules.annex_g || !result.is_nan() {
        return Some(result);
    }
    if a.is_infinite() && b.is_finite() {
        return Some(times_conjugate(a.map(boxed), b).map(|part| mul(f64::INFINITY, part)));
    }
    if b.is_infinite() && a.is_finite() {
        return Some(times_conjugate(a, b.map(boxed)).map(|part| mul(0.0, part)));
    }
    Some(result)
}

fn times_conjugate(a: Complex, b: Complex) -> Complex {
    Complex {
        real: add(mul(a.real, b.real), mul(a.imag, b.imag)),
        imag: sub(mul(a.imag, b.real), mul(a.real, b.imag)),
    }
}

/// CPython: `Objects/complexobject.c` `_Py_rc_quot` (3.14–)
fn real_quotient(a: f64, b: Complex) -> Option<Complex> {
    let result = if b.real.is_nan() || b.imag.is_nan() {
        Complex { real: f64::NAN, imag: f64::NAN }
    } else if b.real.abs() >= b.imag.abs() {
        if b.real == 0.0 {
            return None;
        }
        let ratio = div(b.imag, b.real);
        let denominator = add(b.real, mul(b.imag, ratio));
        Complex { real: div(a, denominator), imag: div(mul(-a, ratio), denominator) }
    } else {
        let ratio = div(b.real, b.imag);
        let denominator = add(mul(b.real, ratio), b.imag);
        Complex { real: div(mul(a, ratio), denominator), imag: div(-a, denominator) }
    };
    if result.is_nan() && a.is_finite() && b.is_infinite() {
        let b = b.map(boxed);
        return Some(Complex { real: mul(0.0, mul(a, b.real)), imag: mul(0.0, mul(-a, b.imag)) });
    }
    Some(result)
}

/// Divides by whichever part of the divisor is larger first; `None` for division by zero.
fn plain_quotient(a: Complex, b: Complex) -> Option<Complex> {
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

/// CPython: `Objects/complexobject.c` `complex_pow` (3.8–)
fn pow(base: Complex, exponent: Complex, rules: ComplexArithmetic) -> Option<Complex> {
    let real = exponent.real;
    let result = if exponent.imag == 0.0 && real == real.floor() && real.abs() <= 100.0 {
        integer_pow(base, real as i32, rules)?
    } else {
        polar_pow(base, exponent, rules)?
    };
    (!result.real.is_infinite() && !result.imag.is_infinite()).then_some(result)
}

/// CPython: `Objects/complexobject.c` `c_powi` (3.8–)
fn integer_pow(base: Complex, exponent: i32, rules: ComplexArithmetic) -> Option<Complex> {
    let mut result = Complex::ONE;
    let mut square = base;
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if bits & 1 != 0 {
            result = product(result, square, rules);
        }
        bits >>= 1;
        square = product(square, square, rules);
    }
    if exponent > 0 { Some(result) } else { quotient(Complex::ONE, result, rules) }
}

/// CPython: `Objects/complexobject.c` `_Py_c_pow` (3.8–)
fn polar_pow(base: Complex, exponent: Complex, rules: ComplexArithmetic) -> Option<Complex> {
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
        if rules.pow_multiplies {
            length *= (-angle * exponent.imag).exp();
        } else {
            length /= (angle * exponent.imag).exp();
        }
        phase += exponent.imag * magnitude.ln();
    }
    // The sine of infinity is an error of the domain.
    (!phase.is_infinite()).then(|| Complex { real: mul(length, phase.cos()), imag: mul(length, phase.sin()) })
}
