//! Python's arithmetic on constants. `None` is an exception, or an operation that the operands'
//! types do not have.
//!
//! CPython: `Objects/abstract.c` `binary_op1` (3.8–)

mod complex;
mod float;
mod int;

use bumpalo::Bump;

use crate::code::{Constant, Int};
use crate::syntax::ast::{Operator, UnaryOp};
use crate::targets::ComplexArithmetic;
use complex::{Complex, Operand};

pub(super) use int::bit_length;

/// A number by its type in the order `int`, `float`, `complex`: of two operands the later decides
/// how an operation is done.
enum Number<'a> {
    Int(Int<'a>),
    Float(f64),
    Complex(Complex),
}

impl<'a> Number<'a> {
    fn of(value: Constant<'a>) -> Option<Number<'a>> {
        match value {
            Constant::Float(value) => Some(Number::Float(value)),
            Constant::Complex { real, imag } => Some(Number::Complex(Complex { real, imag })),
            _ => as_int(value).map(Number::Int),
        }
    }
}

/// The value of an `int` or `bool`.
pub(super) fn as_int(value: Constant<'_>) -> Option<Int<'_>> {
    match value {
        Constant::Int(value) => Some(value),
        Constant::True => Some(Int::Small(1)),
        Constant::False => Some(Int::Small(0)),
        _ => None,
    }
}

fn as_bool(value: Constant<'_>) -> Option<bool> {
    match value {
        Constant::True => Some(true),
        Constant::False => Some(false),
        _ => None,
    }
}

fn bool_constant<'a>(value: bool) -> Constant<'a> {
    if value { Constant::True } else { Constant::False }
}

/// The value of a unary operation.
pub(crate) fn unary<'a>(arena: &'a Bump, op: UnaryOp, value: Constant<'a>) -> Option<Constant<'a>> {
    if op == UnaryOp::Not {
        return Some(bool_constant(!value.is_truthy()));
    }
    match (op, Number::of(value)?) {
        (UnaryOp::Invert, Number::Int(value)) => Some(Constant::Int(int::invert(arena, value))),
        (UnaryOp::UAdd, Number::Int(value)) => Some(Constant::Int(value)),
        (UnaryOp::USub, Number::Int(value)) => Some(Constant::Int(int::negative(arena, value))),
        (UnaryOp::UAdd, Number::Float(_) | Number::Complex(_)) => Some(value),
        (UnaryOp::USub, Number::Float(value)) => Some(Constant::Float(-value)),
        (UnaryOp::USub, Number::Complex(Complex { real, imag })) => {
            Some(Constant::Complex { real: -real, imag: -imag })
        }
        (UnaryOp::Invert | UnaryOp::Not, _) => None,
    }
}

/// The value of a binary operation on numbers.
pub(super) fn binary<'a>(
    arena: &'a Bump,
    left: Constant<'a>,
    op: Operator,
    right: Constant<'a>,
    rules: ComplexArithmetic,
) -> Option<Constant<'a>> {
    if let (Some(left), Some(right)) = (as_bool(left), as_bool(right)) {
        match op {
            Operator::BitAnd => return Some(bool_constant(left & right)),
            Operator::BitOr => return Some(bool_constant(left | right)),
            Operator::BitXor => return Some(bool_constant(left ^ right)),
            _ => {}
        }
    }
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(left), Number::Int(right)) => int::binary(arena, left, op, right),
        (left @ Number::Complex(_), right) | (left, right @ Number::Complex(_)) => {
            complex::binary(Operand::of(left)?, op, Operand::of(right)?, rules)
        }
        (Number::Float(left), Number::Float(right)) => float::binary(left, op, right),
        (Number::Float(left), Number::Int(right)) => float::binary(left, op, int::to_f64(right)?),
        (Number::Int(left), Number::Float(right)) => float::binary(int::to_f64(left)?, op, right),
    }
}

/// What an x86 processor makes of an operation's result that is not a number: the operand that was
/// none, else the negative one. The sign is written into the pyc, so it must not depend on the
/// machine that compiles.
fn settle_nan(result: f64, left: f64, right: f64) -> f64 {
    match (result.is_nan(), left.is_nan(), right.is_nan()) {
        (false, _, _) => result,
        (true, true, _) => left,
        (true, false, true) => right,
        (true, false, false) => -f64::NAN.abs(),
    }
}
