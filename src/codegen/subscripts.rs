//! Subscripts and slices. A slice of two parts is never made an object where it is loaded or stored.

use super::{Compiler, Result};
use crate::code::Constant;
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprContext, ExprKind};
use crate::target::Opcode;

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_subscript` (3.12)
    pub(super) fn subscript(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        ctx: ExprContext,
    ) -> Result {
        self.visit_expr(value)?;
        if ctx != ExprContext::Del && self.two_part_slice(slice)? {
            let is_load = ctx == ExprContext::Load;
            self.emit(if is_load { Opcode::BINARY_SLICE } else { Opcode::STORE_SLICE }, location);
            return Ok(());
        }
        self.visit_expr(slice)?;
        let opcode = match ctx {
            ExprContext::Load => Opcode::BINARY_SUBSCR,
            ExprContext::Store => Opcode::STORE_SUBSCR,
            ExprContext::Del => Opcode::DELETE_SUBSCR,
        };
        self.emit(opcode, location);
        Ok(())
    }

    /// If `slice` is `lower:upper`, pushes its two bounds; else does nothing. Tells which.
    pub(super) fn two_part_slice(&mut self, slice: &'a Expr<'a>) -> Result<bool> {
        let ExprKind::Slice { lower, upper, step: None } = slice.kind else { return Ok(false) };
        self.slice_bounds(slice.location, lower, upper)?;
        Ok(true)
    }

    pub(super) fn slice_object(
        &mut self,
        location: Location,
        lower: Option<&'a Expr<'a>>,
        upper: Option<&'a Expr<'a>>,
        step: Option<&'a Expr<'a>>,
    ) -> Result {
        self.slice_bounds(location, lower, upper)?;
        if let Some(step) = step {
            self.visit_expr(step)?;
        }
        self.emit_arg(Opcode::BUILD_SLICE, 2 + u32::from(step.is_some()), location);
        Ok(())
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
