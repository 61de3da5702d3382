//! Assignments: plain, augmented, annotated; `del`.

use super::attributes::AttributeLoad;
use super::{Compiler, Result, UnitKind};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::Ident;
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{AnnAssign, Expr, ExprContext, ExprKind, Operator, Slice};
use crate::targets::Opcode;

impl<'a> Compiler<'a, '_> {
    pub(crate) fn assign(
        &mut self,
        location: Location,
        targets: &'a [Expr<'a>],
        value: &'a Expr<'a>,
    ) -> Result {
        self.visit_expr(value)?;
        let (last, others) = targets.split_last().expect("an assignment has targets");
        for target in others {
            self.emit_copy(location);
            self.visit_expr(target)?;
        }
        self.visit_expr(last)
    }

    pub(crate) fn delete(&mut self, targets: &'a [Expr<'a>]) -> Result {
        self.visit_exprs(targets)
    }

    /// CPython: `Python/compile.c` `compiler_augassign` (3.12)
    pub(crate) fn aug_assign(
        &mut self,
        location: Location,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Result {
        let operation = AugAssign { location, op, value };
        match target.kind {
            ExprKind::Name { id, .. } => {
                self.set_location(target.location);
                self.name_op(target.location, id, ExprContext::Load)?;
                self.inplace(operation)?;
                self.set_location(target.location);
                self.name_op(target.location, id, ExprContext::Store)
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                self.aug_assign_attribute(target.location, object, attr, operation)
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.aug_assign_subscript(target.location, object, slice, operation)
            }
            _ => Err(Box::new(invalid_target(target.location, "invalid node type for augmented assignment"))),
        }
    }

    /// Replaces the target's old value, on top of the stack, by its new one.
    fn inplace(&mut self, AugAssign { location, op, value }: AugAssign<'a>) -> Result {
        self.set_location(location);
        self.visit_expr(value)?;
        self.emit_inplace(op, location);
        Ok(())
    }

    fn aug_assign_attribute(
        &mut self,
        target: Location,
        object: &'a Expr<'a>,
        attr: Ident,
        operation: AugAssign<'a>,
    ) -> Result {
        self.set_location(target);
        self.visit_expr(object)?;
        self.emit_copy(target);
        let target = self.start_at_attribute(target, target, attr);
        self.set_location(target);
        self.load_attribute(attr, AttributeLoad::Value, target);
        self.inplace(operation)?;
        self.set_location(target);
        self.emit_swap(target);
        self.emit_name(Opcode::STORE_ATTR, attr, target);
        Ok(())
    }

    /// Keeps the object and the index (or the two bounds of the slice) below the value that they
    /// lead to.
    fn aug_assign_subscript(
        &mut self,
        target: Location,
        object: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        operation: AugAssign<'a>,
    ) -> Result {
        self.set_location(target);
        self.visit_expr(object)?;
        let is_two_parts = self.two_part_slice(slice)?;
        let (depth, store) = if is_two_parts {
            for _ in 0..3 {
                self.emit_arg(Opcode::COPY, 3, target);
            }
            self.emit(Opcode::BINARY_SLICE, target);
            (3, Opcode::STORE_SLICE)
        } else {
            self.visit_expr(slice)?;
            self.emit_copy_two(target);
            self.load_subscript(target);
            (2, Opcode::STORE_SUBSCR)
        };
        self.inplace(operation)?;
        self.set_location(target);
        self.emit_rotate(depth + 1, target);
        self.emit(store, target);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_annassign` (3.12)
    pub(crate) fn ann_assign(&mut self, location: Location, assign: &'a AnnAssign<'a>) -> Result {
        let AnnAssign { target, annotation, value, simple } = *assign;
        if let Some(value) = value {
            self.visit_expr(value)?;
            self.visit_expr(target)?;
        }
        match target.kind {
            ExprKind::Name { id, .. } => {
                self.forbidden_name(location, id, ExprContext::Store)?;
                if simple && self.has_annotations() {
                    self.annotate_variable(location, id, annotation)?;
                }
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                self.forbidden_name(location, attr, ExprContext::Store)?;
                if value.is_none() {
                    self.evaluate_and_discard(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                if value.is_none() {
                    self.evaluate_and_discard(object)?;
                    self.check_annotated_subscript(slice)?;
                }
            }
            _ => {
                return Err(Box::new(invalid_target(location, "invalid node type for annotated assignment")));
            }
        }
        let features = self.features;
        let is_evaluated = !self.future.contains(Future::ANNOTATIONS) && !features.deferred_annotations;
        if !simple && is_evaluated && self.has_annotations() {
            self.evaluate_and_discard(annotation)?;
        }
        Ok(())
    }

    /// Whether annotations of variables are kept: only modules and classes have them.
    fn has_annotations(&mut self) -> bool {
        matches!(self.state().kind, UnitKind::Module | UnitKind::Class)
    }

    fn evaluate_and_discard(&mut self, expr: &'a Expr<'a>) -> Result {
        self.visit_expr(expr)?;
        self.emit(Opcode::POP_TOP, expr.location);
        Ok(())
    }

    /// Evaluates the parts of the index of a target that is annotated but not assigned to.
    ///
    /// CPython: `Python/compile.c` `check_ann_subscr` (3.12)
    fn check_annotated_subscript(&mut self, index: &'a Expr<'a>) -> Result {
        match index.kind {
            ExprKind::Slice(&Slice { lower, upper, step }) => [lower, upper, step]
                .into_iter()
                .flatten()
                .try_for_each(|part| self.evaluate_and_discard(part)),
            ExprKind::Tuple { elts, .. } => {
                elts.iter().try_for_each(|elt| self.check_annotated_subscript(elt))
            }
            _ => self.evaluate_and_discard(index),
        }
    }
}

/// What is done to the target of `target op= value`; the location is that of the statement.
#[derive(Clone, Copy, Debug)]
struct AugAssign<'a> {
    location: Location,
    op: Operator,
    value: &'a Expr<'a>,
}

/// The grammar rules such targets out.
#[cold]
fn invalid_target(location: Location, message: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::SystemError, location, message)
}
