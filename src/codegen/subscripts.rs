//! Subscripts and slices. A slice of two parts that is no constant is never made an object where it
//! is loaded or stored.

use super::{Compiler, Result};
use crate::code::Constant;
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprContext, ExprKind, Slice};
use crate::targets::{Opcode, SUBSCRIPT_OP, Subscripts};

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_subscript` (3.12)
    pub(super) fn subscript(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        ctx: ExprContext,
    ) -> Result {
        if ctx == ExprContext::Load {
            self.check_subscripter(value);
            self.check_index(value, slice);
        }
        self.visit_expr(value)?;
        if ctx != ExprContext::Del && self.two_part_slice(slice)? {
            let is_load = ctx == ExprContext::Load;
            self.emit(if is_load { Opcode::BINARY_SLICE } else { Opcode::STORE_SLICE }, location);
            return Ok(());
        }
        self.visit_expr(slice)?;
        match ctx {
            ExprContext::Load => self.load_subscript(location),
            ExprContext::Store => self.emit(Opcode::STORE_SUBSCR, location),
            ExprContext::Del => self.emit(Opcode::DELETE_SUBSCR, location),
        }
        Ok(())
    }

    /// Replaces an object and an index on top of the stack by the item.
    pub(super) fn load_subscript(&mut self, location: Location) {
        if self.features.subscripts == Subscripts::BinaryOp {
            self.emit_arg(Opcode::BINARY_OP, SUBSCRIPT_OP, location);
        } else {
            self.emit(Opcode::BINARY_SUBSCR, location);
        }
    }

    /// If `slice` is `lower:upper` and no constant, pushes its two bounds; else does nothing. Tells
    /// which.
    pub(super) fn two_part_slice(&mut self, slice: &'a Expr<'a>) -> Result<bool> {
        let ExprKind::Slice(&Slice { lower, upper, step: None }) = slice.kind else { return Ok(false) };
        if !self.features.slice_instructions || self.constant_slice(lower, upper, None).is_some() {
            return Ok(false);
        }
        self.slice_bounds(slice.location, lower, upper)?;
        Ok(true)
    }

    pub(super) fn slice_object(
        &mut self,
        location: Location,
        &Slice { lower, upper, step }: &Slice<'a>,
    ) -> Result {
        if let Some(parts) = self.constant_slice(lower, upper, step) {
            self.emit_const(Constant::Slice(self.arena.alloc(parts)), location);
            return Ok(());
        }
        self.slice_bounds(location, lower, upper)?;
        if let Some(step) = step {
            self.visit_expr(step)?;
        }
        self.emit_arg(Opcode::BUILD_SLICE, 2 + u32::from(step.is_some()), location);
        Ok(())
    }

    /// The parts of a slice that is a constant.
    ///
    /// CPython: `Python/codegen.c` `is_constant_slice` (3.14–)
    fn constant_slice(
        &self,
        lower: Option<&Expr<'a>>,
        upper: Option<&Expr<'a>>,
        step: Option<&Expr<'a>>,
    ) -> Option<[Constant<'a>; 3]> {
        if !self.features.constant_slices {
            return None;
        }
        let part =
            |part: Option<&Expr<'a>>| part.map_or(Some(Constant::None), |part| part.kind.as_constant());
        Some([part(lower)?, part(upper)?, part(step)?])
    }

    /// CPython: `Python/compile.c` `compiler_slice` (3.12)
    fn slice_bounds(
        &mut self,
        location: Location,
        lower: Option<&'a Expr<'a>>,
        upper: Option<&'a Expr<'a>>,
    ) -> Result {
        for bound in [lower, upper] {
            match bound {
                Some(bound) => self.visit_expr(bound)?,
                None => self.emit_const(Constant::None, location),
            }
        }
        Ok(())
    }
}
