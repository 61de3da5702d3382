//! What a single expression folds to, its operands being folded already. `None` always means: it stays as it is.
//!
//! Results are kept small: an operation whose result would be large stays in the code, where it costs nothing until it runs.
//!
//! CPython: `Python/ast_opt.c` (3.8–3.13)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::{arithmetic, sequences};
use crate::code::{Constant, Int};
use crate::source::Location;
use crate::syntax::ast::{CmpOp, Compare, Expr, ExprContext, ExprKind, Operator, UnaryOp};

/// Bits of the largest product, power or left shift of integers.
const MAX_INT_SIZE: u64 = 128;

/// CPython: `Python/ast_opt.c` `fold_unaryop` (3.8–3.13)
pub(super) fn unary_op<'a>(
    arena: &'a Bump,
    op: UnaryOp,
    operand: &Expr<'a>,
    location: Location,
) -> Option<Expr<'a>> {
    match (op, operand.kind) {
        // The comparison keeps its own location, without the `not`.
        (UnaryOp::Not, ExprKind::Compare(&Compare { left, ops: &[op], comparators })) => {
            let ops = arena.alloc([inverse(op)?]);
            let compare = arena.alloc(Compare { left, ops, comparators });
            Some(Expr { kind: ExprKind::Compare(compare), location: operand.location })
        }
        (op, kind) => {
            let value = arithmetic::unary(arena, op, kind.as_constant()?)?;
            Some(Expr { kind: ExprKind::Constant(value), location })
        }
    }
}

/// The comparison that is true where `op` is not; the others may be overloaded one by one.
fn inverse(op: CmpOp) -> Option<CmpOp> {
    match op {
        CmpOp::Is => Some(CmpOp::IsNot),
        CmpOp::IsNot => Some(CmpOp::Is),
        CmpOp::In => Some(CmpOp::NotIn),
        CmpOp::NotIn => Some(CmpOp::In),
        CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => None,
    }
}

/// CPython: `Python/ast_opt.c` `fold_binop` (3.8–3.13)
pub(super) fn binary_op<'a>(
    arena: &'a Bump,
    left: &Expr<'a>,
    op: Operator,
    right: &Expr<'a>,
) -> Option<ExprKind<'a>> {
    let (left, right) = (left.kind.as_constant()?, right.kind.as_constant()?);
    binary_constant(arena, left, op, right).map(ExprKind::Constant)
}

fn binary_constant<'a>(
    arena: &'a Bump,
    left: Constant<'a>,
    op: Operator,
    right: Constant<'a>,
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
    arithmetic::binary(arena, left, op, right)
}

/// CPython: `Python/ast_opt.c` `safe_multiply` (3.8–3.13)
fn product_is_small(a: Int<'_>, b: Int<'_>) -> bool {
    is_zero(a) || is_zero(b) || arithmetic::bit_length(a) + arithmetic::bit_length(b) <= MAX_INT_SIZE
}

/// CPython: `Python/ast_opt.c` `safe_power` (3.8–3.13)
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

/// CPython: `Python/ast_opt.c` `safe_lshift` (3.8–3.13)
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

/// CPython: `Python/ast_opt.c` `fold_subscr` (3.8–3.13)
pub(super) fn subscript<'a>(value: &Expr<'a>, slice: &Expr<'a>, ctx: ExprContext) -> Option<ExprKind<'a>> {
    if ctx != ExprContext::Load {
        return None;
    }
    let index = arithmetic::as_int(slice.kind.as_constant()?)?;
    sequences::item(value.kind.as_constant()?, index).map(ExprKind::Constant)
}

/// A tuple display of constants.
///
/// CPython: `Python/ast_opt.c` `fold_tuple` (3.8–3.13)
pub(super) fn tuple<'a>(arena: &'a Bump, elts: &[Expr<'a>]) -> Option<ExprKind<'a>> {
    constant_elements(arena, elts).map(|items| ExprKind::Constant(Constant::Tuple(items)))
}

/// A list or set display that is only iterated over: as a constant, or a list at least as a tuple.
///
/// CPython: `Python/ast_opt.c` `fold_iter` (3.8–3.13)
pub(super) fn iterable<'a>(arena: &'a Bump, expr: &Expr<'a>) -> Option<ExprKind<'a>> {
    match expr.kind {
        ExprKind::List { elts, .. } if has_starred(elts) => None,
        ExprKind::List { elts, ctx } => tuple(arena, elts).or(Some(ExprKind::Tuple { elts, ctx })),
        ExprKind::Set(elts) => {
            let items = constant_elements(arena, elts)?;
            Some(ExprKind::Constant(Constant::frozenset(arena, items)))
        }
        _ => None,
    }
}

pub(super) fn has_starred(elts: &[Expr<'_>]) -> bool {
    elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. }))
}

fn constant_elements<'a>(arena: &'a Bump, elts: &[Expr<'a>]) -> Option<&'a [Constant<'a>]> {
    // Most displays are told by their first element.
    if elts.iter().any(|elt| elt.kind.as_constant().is_none()) {
        return None;
    }
    let mut items = Vec::with_capacity_in(elts.len(), arena);
    items.extend(elts.iter().filter_map(|elt| elt.kind.as_constant()));
    Some(items.into_bump_slice())
}

#[cfg(test)]
mod tests {
    use num_bigint::{BigInt, Sign};

    use super::*;
    use crate::code::PyStr;

    /// A constant as `testdata/preprocess/arithmetic.txt` spells it.
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

    /// Each line is an operation and what CPython folds it to, or `-`.
    #[test]
    fn binary_operations_fold_as_cpython_folds_them() {
        let arena = Bump::new();
        let mut wrong = std::vec::Vec::new();
        for line in include_str!("../../testdata/preprocess/arithmetic.txt").lines() {
            let (operation, expected) = line.split_once(" = ").unwrap();
            let [left, op, right] = operation.split(' ').collect::<std::vec::Vec<_>>()[..] else {
                panic!("no operation: {line}")
            };
            let folded = binary_constant(&arena, read(&arena, left), operator(op), read(&arena, right));
            if folded != (expected != "-").then(|| read(&arena, expected)) {
                wrong.push(format!("{line}, not {folded:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
