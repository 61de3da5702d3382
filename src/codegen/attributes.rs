//! Attributes: loading, storing and deleting them, and the direct ways for methods and for
//! `super().name`.
//!
//! An attribute that stands on another line than its object begins, as in a chain of calls, gets
//! its own line:
//!
//! ```text
//! value = (query
//!          .filter(name)      # LOAD_ATTR filter is located here, not at `query`
//!          .all())
//! ```

use super::{Compiler, Result, UnitKind};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::symtable::{SymbolFlags, SymbolScope, SymbolTable};
use crate::syntax::ast::{Call, Expr, ExprContext, ExprKind};
use crate::targets::{AttributeLocation, Opcode};

/// What an instruction that loads an attribute leaves on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttributeLoad {
    /// The attribute.
    Value,
    /// What `CALL` needs: the method and its object, or `NULL` and the attribute.
    Method,
}

/// A call of `super` whose attribute can be looked up without making the `super` object.
#[derive(Clone, Copy, Debug)]
pub(super) struct SuperCall<'a> {
    location: Location,
    func_location: Location,
    /// Empty, or the class and the object.
    args: &'a [Expr<'a>],
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn attribute(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        attr: Ident,
        ctx: ExprContext,
    ) -> Result {
        if ctx == ExprContext::Load
            && let Some(call) = self.optimizable_super_call(value, attr)
        {
            return self.super_attribute(location, call, attr, AttributeLoad::Value);
        }
        self.visit_expr(value)?;
        let is_deleted_at_start = ctx == ExprContext::Del
            && self.features.attribute_location == AttributeLocation::NameUnlessDeleted;
        let location =
            if is_deleted_at_start { location } else { self.start_at_attribute(location, location, attr) };
        self.relocate(location);
        match ctx {
            ExprContext::Load => self.load_attribute(attr, AttributeLoad::Value, location),
            ExprContext::Store => {
                self.forbidden_name(location, attr, ctx)?;
                if is_self(value) {
                    self.add_static_attribute(attr);
                }
                self.emit_name(Opcode::STORE_ATTR, attr, location);
            }
            ExprContext::Del => self.emit_name(Opcode::DELETE_ATTR, attr, location),
        }
        Ok(())
    }

    /// Replaces the object on top of the stack by its attribute.
    ///
    /// Where `LOAD_ATTR` loads methods too, its argument is the index of the name above one bit that
    /// says whether one is wanted.
    pub(super) fn load_attribute(&mut self, attr: Ident, load: AttributeLoad, location: Location) {
        let index = self.attribute_index(attr);
        match load {
            _ if self.features.load_attr_loads_methods => {
                self.emit_arg(Opcode::LOAD_ATTR, index << 1 | load as u32, location);
            }
            AttributeLoad::Value => self.emit_arg(Opcode::LOAD_ATTR, index, location),
            AttributeLoad::Method => self.emit_arg(Opcode::LOAD_METHOD, index, location),
        }
    }

    /// Loads `super().attr`.
    ///
    /// The argument of `LOAD_SUPER_ATTR` is the index of the name above two bits: whether `super`
    /// has arguments, and whether a method is wanted.
    pub(super) fn super_attribute(
        &mut self,
        location: Location,
        call: SuperCall<'a>,
        attr: Ident,
        load: AttributeLoad,
    ) -> Result {
        self.load_super_arguments(call)?;
        let index = self.attribute_index(attr);
        let has_args = u32::from(!call.args.is_empty());
        self.emit_arg(Opcode::LOAD_SUPER_ATTR, index << 2 | has_args << 1 | load as u32, location);
        let location = self.start_at_attribute(location, location, attr);
        self.emit(Opcode::NOP, location);
        Ok(())
    }

    fn attribute_index(&mut self, attr: Ident) -> u32 {
        let name = self.mangle(attr);
        self.unit().names.add(name)
    }

    /// Whether `value` is a name that the module imports somewhere at its top level: then
    /// `value.f()` calls a function of a module more likely than a method.
    ///
    /// CPython: `Python/compile.c` `is_import_originated` (3.12)
    pub(super) fn is_import_originated(&self, value: &Expr<'a>) -> bool {
        let ExprKind::Name { id, .. } = value.kind else { return false };
        let symbol = self.symtable.scope(SymbolTable::TOP).symbols.get(id);
        symbol.is_some_and(|symbol| symbol.flags.contains(SymbolFlags::DEF_IMPORT))
    }

    /// The call if `value` is `super()` or `super(cls, obj)`, nothing in sight shadows `super`, and
    /// `attr` can be looked up directly.
    ///
    /// CPython: `Python/compile.c` `can_optimize_super_call` (3.12)
    pub(super) fn optimizable_super_call(&mut self, value: &Expr<'a>, attr: Ident) -> Option<SuperCall<'a>> {
        if !self.features.super_attributes {
            return None;
        }
        let ExprKind::Call(&Call { func, args, keywords }) = value.kind else { return None };
        let ExprKind::Name { id: known::SUPER, .. } = func.kind else { return None };
        if attr == known::CLASS || !keywords.is_empty() || !self.super_is_builtin() {
            return None;
        }
        let is_optimizable = match args {
            [] => self.knows_class_and_first_argument(),
            [cls, object] => ![cls, object].iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. })),
            _ => false,
        };
        is_optimizable.then_some(SuperCall { location: value.location, func_location: func.location, args })
    }

    fn super_is_builtin(&self) -> bool {
        let top = self.symtable.scope(SymbolTable::TOP).symbols.get(known::SUPER);
        let here = self.scope().symbols.get(known::SUPER);
        here.and_then(|symbol| symbol.scope) == Some(SymbolScope::GlobalImplicit)
            && top.is_none_or(|symbol| symbol.scope.is_none())
    }

    /// What `super()` without arguments needs: a parameter, and the cell `__class__` from outside.
    fn knows_class_and_first_argument(&mut self) -> bool {
        let class_symbol = self.scope().symbols.get(known::CLASS);
        let state = self.state();
        let has_parameter = state.unit.argcount > 0 || state.unit.posonlyargcount > 0;
        has_parameter
            && state.kind != UnitKind::Class
            && class_symbol.and_then(|symbol| symbol.scope) == Some(SymbolScope::Free)
    }

    /// CPython: `Python/compile.c` `load_args_for_super` (3.12)
    fn load_super_arguments(&mut self, call: SuperCall<'a>) -> Result {
        self.name_op(call.func_location, known::SUPER, ExprContext::Load)?;
        if !call.args.is_empty() {
            return self.visit_exprs(call.args);
        }
        self.name_op(call.location, known::CLASS, ExprContext::Load)?;
        let first = self.unit().varnames.idents().first().copied();
        let first = first.expect("a unit with parameters has a variable for each");
        self.name_op(call.location, first, ExprContext::Load)
    }

    /// `location`, but starting at the name `attr` where the attribute, which ends as `attribute`
    /// does, stands on a later line.
    ///
    /// CPython: `Python/compile.c` `update_start_location_to_match_attr` (3.12)
    pub(super) fn start_at_attribute(
        &self,
        location: Location,
        attribute: Location,
        attr: Ident,
    ) -> Location {
        let at_start = self.features.attribute_location == AttributeLocation::Expression;
        if at_start || location.lineno == attribute.end_lineno {
            return location;
        }
        let mut location = Location { lineno: attribute.end_lineno, ..location };
        // In characters, though columns are in bytes.
        let length = self.interner.text(attr).chars().count() as i32;
        if length <= attribute.end_col_offset {
            location.col_offset = attribute.end_col_offset - length;
        } else {
            location.col_offset = -1;
            location.end_col_offset = -1;
        }
        location.end_lineno = location.end_lineno.max(location.lineno);
        if location.lineno == location.end_lineno {
            location.end_col_offset = location.end_col_offset.max(location.col_offset);
        }
        location
    }
}

/// Whether it is the name that methods usually give to their object.
fn is_self(value: &Expr<'_>) -> bool {
    matches!(value.kind, ExprKind::Name { id: known::SELF, .. })
}
