//! Expressions: the dispatch over their kinds, and those kinds that need little code.
//!
//! Code for an expression pushes its value; for a target (context `Store` or `Del`) it consumes the
//! value on top or deletes.

use super::{Compiler, Place, Result, fault};
use crate::code::Constant;
use crate::source::Location;
use crate::symtable::ComprehensionKind;
use crate::syntax::ast::{Compare, Dict, Expr, ExprContext, ExprKind, IfExp};
use crate::targets::LocationRule;

impl<'a> Compiler<'a, '_> {
    /// Compiles an expression; afterwards the current location is what it was.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_expr` (3.8–)
    pub(crate) fn visit_expr(&mut self, expr: &'a Expr<'a>) -> Result {
        if self.features.locations == LocationRule::Explicit {
            return self.expr(expr);
        }
        if self.features.locations == LocationRule::LineOnce && is_slice(expr) {
            return self.expr(expr);
        }
        let outer = self.state().location;
        self.set_location(expr.location);
        self.expr(expr)?;
        self.set_location(outer);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_visit_expr1` (3.12)
    fn expr(&mut self, expr: &'a Expr<'a>) -> Result {
        let location = expr.location;
        match expr.kind {
            ExprKind::NamedExpr { target, value } => self.named_expr(location, target, value),
            ExprKind::BoolOp { op, values } => self.bool_op(location, op, values),
            ExprKind::BinOp { left, op, right } => self.bin_op(location, left, op, right),
            ExprKind::UnaryOp { op, operand } => self.unary_op(location, op, operand),
            ExprKind::Lambda(lambda) => self.lambda(location, lambda),
            ExprKind::IfExp(if_exp) => self.if_exp(location, if_exp),
            ExprKind::Dict(Dict { keys, values }) => self.dict(location, keys, values),
            ExprKind::Set(elts) => self.set(location, elts),
            ExprKind::GeneratorExp(comp) => self.comprehension(location, ComprehensionKind::Generator, comp),
            ExprKind::ListComp(comp) => self.comprehension(location, ComprehensionKind::List, comp),
            ExprKind::SetComp(comp) => self.comprehension(location, ComprehensionKind::Set, comp),
            ExprKind::DictComp(comp) => self.comprehension(location, ComprehensionKind::Dict, comp),
            ExprKind::Yield(value) => self.yield_expr(location, value),
            ExprKind::YieldFrom(value) => self.yield_from(location, value),
            ExprKind::Await(value) => self.await_expr(location, value),
            ExprKind::Compare(Compare { left, ops, comparators }) => {
                self.compare(location, left, ops, comparators)
            }
            ExprKind::Call(call) => self.call(location, call),
            ExprKind::Constant(value) => {
                self.emit_const(value, location);
                Ok(())
            }
            ExprKind::UnicodeConstant(text) => {
                self.emit_const(Constant::Str(text), location);
                Ok(())
            }
            ExprKind::JoinedStr(values) => self.joined_str(location, values),
            ExprKind::TemplateStr(values) => self.template_str(location, values),
            ExprKind::Interpolation(field) => self.interpolation(location, field),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(location, value, conversion, format_spec)
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(location, value, attr, ctx),
            ExprKind::Subscript { value, slice, ctx } => self.subscript(location, value, slice, ctx),
            ExprKind::Starred { ctx, .. } => starred_error(location, ctx),
            ExprKind::Slice(slice) => self.slice_object(location, slice),
            ExprKind::Name { id, ctx } => self.name_op(location, id, ctx),
            ExprKind::List { elts, ctx } => self.list(location, elts, ctx),
            ExprKind::Tuple { elts, ctx } => self.tuple(location, elts, ctx),
        }
    }

    pub(super) fn visit_exprs(&mut self, exprs: &'a [Expr<'a>]) -> Result {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    fn named_expr(&mut self, location: Location, target: &'a Expr<'a>, value: &'a Expr<'a>) -> Result {
        self.visit_expr(value)?;
        self.emit_copy(location);
        self.visit_expr(target)
    }

    /// CPython: `Python/compile.c` `compiler_ifexp` (3.12)
    fn if_exp(&mut self, location: Location, if_exp: &'a IfExp<'a>) -> Result {
        let end = self.new_label();
        let orelse = self.new_label();
        self.jump_if(location, if_exp.test, orelse, false)?;
        self.visit_expr(if_exp.body)?;
        self.emit_jump_no_interrupt(end, Place::Nowhere);
        self.use_label(orelse);
        self.visit_expr(if_exp.orelse)?;
        self.use_label(end);
        Ok(())
    }
}

/// Whether it is a slice, or a tuple with one: these are no expressions before 3.9.
fn is_slice(expr: &Expr<'_>) -> bool {
    match expr.kind {
        ExprKind::Slice(_) => true,
        ExprKind::Tuple { elts, .. } => elts.iter().any(|elt| matches!(elt.kind, ExprKind::Slice(_))),
        _ => false,
    }
}

/// A starred expression outside the displays, calls and targets that take it apart themselves.
#[cold]
fn starred_error(location: Location, ctx: ExprContext) -> Result {
    let message = match ctx {
        ExprContext::Store => "starred assignment target must be in a list or tuple",
        ExprContext::Load | ExprContext::Del => "can't use starred expression here",
    };
    fault(location, message)
}
