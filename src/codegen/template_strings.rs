//! Template strings (PEP 750): a tuple of the texts, which begins and ends with one, and a tuple of
//! the interpolations between them.

use super::formatted_strings::conversion_oparg;
use super::{Compiler, Result};
use crate::code::{Constant, PyStr};
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprKind, Interpolation};
use crate::targets::Opcode;

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/codegen.c` `codegen_template_str` (3.14–)
    pub(super) fn template_str(&mut self, location: Location, values: &'a [Expr<'a>]) -> Result {
        self.template_texts(location, values)?;
        let mut interpolations = 0;
        for value in values {
            if let ExprKind::Interpolation(field) = value.kind {
                self.interpolation(value.location, field)?;
                interpolations += 1;
            }
        }
        self.emit_arg(Opcode::BUILD_TUPLE, interpolations, location);
        self.emit(Opcode::BUILD_TEMPLATE, location);
        Ok(())
    }

    /// Where two interpolations meet there is an empty text between them.
    fn template_texts(&mut self, location: Location, values: &'a [Expr<'a>]) -> Result {
        let empty = Constant::Str(PyStr::default());
        let mut count = 0;
        let mut after_interpolation = true;
        for value in values {
            let is_interpolation = matches!(value.kind, ExprKind::Interpolation(_));
            if !is_interpolation {
                self.visit_expr(value)?;
                count += 1;
            } else if after_interpolation {
                self.emit_const(empty, location);
                count += 1;
            }
            after_interpolation = is_interpolation;
        }
        if after_interpolation {
            self.emit_const(empty, location);
            count += 1;
        }
        self.emit_arg(Opcode::BUILD_TUPLE, count, location);
        Ok(())
    }

    /// The argument of `BUILD_INTERPOLATION` has a bit that says whether a format specification is
    /// on the stack, one that is always set, and above these the conversion.
    ///
    /// CPython: `Python/codegen.c` `codegen_interpolation` (3.14–)
    pub(super) fn interpolation(&mut self, location: Location, field: &'a Interpolation<'a>) -> Result {
        self.visit_expr(field.value)?;
        self.emit_const(Constant::Str(field.str), location);
        if let Some(format_spec) = field.format_spec {
            self.visit_expr(format_spec)?;
        }
        let has_spec = u32::from(field.format_spec.is_some());
        let conversion = conversion_oparg(field.conversion);
        self.emit_arg(Opcode::BUILD_INTERPOLATION, conversion << 2 | 2 | has_spec, location);
        Ok(())
    }
}
