//! What a single expression folds to, its operands being folded already. `None` always means: it
//! stays as it is.
//!
//! CPython: `Python/ast_opt.c` (3.8–3.13)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use crate::code::Constant;
use crate::folding;
use crate::source::Location;
use crate::syntax::ast::{CmpOp, Compare, Expr, ExprKind, Operator, UnaryOp};
use crate::targets::ComplexArithmetic;

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
            let value = folding::unary(arena, op, kind.as_constant()?)?;
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
    rules: ComplexArithmetic,
) -> Option<ExprKind<'a>> {
    let (left, right) = (left.kind.as_constant()?, right.kind.as_constant()?);
    folding::binary(arena, left, op, right, rules).map(ExprKind::Constant)
}

/// CPython: `Python/ast_opt.c` `fold_subscr` (3.8–3.13)
pub(super) fn subscript<'a>(arena: &'a Bump, value: &Expr<'a>, slice: &Expr<'a>) -> Option<ExprKind<'a>> {
    folding::subscript(arena, value.kind.as_constant()?, slice.kind.as_constant()?).map(ExprKind::Constant)
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
    // The first element of most displays decides this.
    if elts.iter().any(|elt| elt.kind.as_constant().is_none()) {
        return None;
    }
    let mut items = Vec::with_capacity_in(elts.len(), arena);
    items.extend(elts.iter().filter_map(|elt| elt.kind.as_constant()));
    Some(items.into_bump_slice())
}
