//! f-strings: the replacement fields, and joining them with the text between.

use super::attributes::AttributeLoad;
use super::{Compiler, Result};
use crate::code::{Constant, PyStr};
use crate::source::Location;
use crate::syntax::ast::{Conversion, Expr};
use crate::targets::{FieldFormatting, Opcode};

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_joined_str` (3.12)
    pub(super) fn joined_str(&mut self, location: Location, values: &'a [Expr<'a>]) -> Result {
        if values.len() > self.features.stack_use_guideline {
            return self.long_joined_str(location, values);
        }
        let convert_and_format = self.features.field_formatting == FieldFormatting::ConvertAndFormat;
        if values.is_empty() && convert_and_format {
            self.emit_const(Constant::Str(PyStr::default()), location);
            return Ok(());
        }
        self.visit_exprs(values)?;
        if values.len() != 1 {
            self.emit_arg(Opcode::BUILD_STRING, values.len() as u32, location);
        }
        Ok(())
    }

    /// As `''.join([...])`, for less stack.
    fn long_joined_str(&mut self, location: Location, values: &'a [Expr<'a>]) -> Result {
        self.emit_const(Constant::Str(PyStr::default()), location);
        let join = self.interner.intern("join");
        self.load_attribute(join, AttributeLoad::Method, location);
        self.emit_arg(Opcode::BUILD_LIST, 0, location);
        for value in values {
            self.visit_expr(value)?;
            self.emit_arg(Opcode::LIST_APPEND, 1, location);
        }
        self.emit_method_call(1, location);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_formatted_value` (3.12–3.13)
    pub(super) fn formatted_value(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        conversion: Conversion,
        format_spec: Option<&'a Expr<'a>>,
    ) -> Result {
        self.visit_expr(value)?;
        let conversion = conversion_oparg(conversion);
        let convert_and_format = self.features.field_formatting == FieldFormatting::ConvertAndFormat;
        if convert_and_format && conversion != 0 {
            self.emit_arg(Opcode::CONVERT_VALUE, conversion, location);
        }
        if let Some(format_spec) = format_spec {
            self.visit_expr(format_spec)?;
        }
        match format_spec {
            Some(_) if convert_and_format => self.emit(Opcode::FORMAT_WITH_SPEC, location),
            None if convert_and_format => self.emit(Opcode::FORMAT_SIMPLE, location),
            _ => self.format_value(location, conversion, format_spec.is_some()),
        }
        Ok(())
    }

    /// The argument of `FORMAT_VALUE` is the conversion in two bits, then a bit that says whether a
    /// format specification is on the stack.
    fn format_value(&mut self, location: Location, conversion: u32, has_spec: bool) {
        const HAVE_SPEC: u32 = 4;

        let spec = if has_spec { HAVE_SPEC } else { 0 };
        self.emit_arg(Opcode::FORMAT_VALUE, conversion | spec, location);
    }
}

/// CPython: `Include/ceval.h` `FVC_STR` (3.8–)
pub(super) fn conversion_oparg(conversion: Conversion) -> u32 {
    match conversion {
        Conversion::None => 0,
        Conversion::Str => 1,
        Conversion::Repr => 2,
        Conversion::Ascii => 3,
    }
}
