//! Type parameters and type aliases (PEP 695).
//!
//! Whatever has type parameters is made inside a function of its own, called at once, in which they
//! are locals.

use super::functions::FunctionFlags;
use super::{AtEnd, Compiler, Result, UnitKind};
use crate::code::{Constant, Int};
use crate::diagnostic::Diagnostic;
use crate::names::Ident;
use crate::source::Location;
use crate::symtable::ScopeId;
use crate::syntax::ast::{
    Expr, ExprContext, ExprKind, NodeId, TypeAlias, TypeParam, TypeParamKind, TypeParams,
};
use crate::targets::{Intrinsic1, Intrinsic2, Opcode};

impl<'a> Compiler<'a, '_> {
    /// Enters the scope of the type parameters of the function, class or alias `name`.
    pub(super) fn enter_type_params(&mut self, name: Ident, type_params: &TypeParams<'_>, firstlineno: i32) {
        let text = format!("<generic parameters of {}>", self.interner.text(name));
        let name = self.interner.intern(&text);
        let scope = self.symtable.scope_of(type_params.id);
        self.enter_unit(name, UnitKind::Annotation, scope, firstlineno);
    }

    /// Binds the type parameters, and leaves a tuple of them on the stack.
    ///
    /// CPython: `Python/compile.c` `compiler_type_params` (3.12–)
    pub(super) fn type_params(&mut self, type_params: &'a TypeParams<'a>) -> Result {
        let mut seen_default = false;
        for param in type_params.params {
            let location = param.location;
            self.emit_const(self.name_constant(param.name), location);
            self.type_param(param)?;
            if let Some(default) = param.default_value {
                seen_default = true;
                self.type_variable(param, param.default_id, default)?;
                self.call_intrinsic_2(Intrinsic2::SetTypeParamDefault, location);
            } else if seen_default {
                return Err(Box::new(self.default_missing(param)));
            }
            self.emit_arg(Opcode::COPY, 1, location);
            self.name_op(location, param.name, ExprContext::Store)?;
        }
        let params = type_params.params;
        self.emit_arg(Opcode::BUILD_TUPLE, params.len() as u32, params[0].location);
        Ok(())
    }

    /// Makes a type parameter of its name, on top of the stack.
    fn type_param(&mut self, param: &'a TypeParam<'a>) -> Result {
        let location = param.location;
        match (param.kind, param.bound) {
            (TypeParamKind::TypeVar, Some(bound)) => {
                self.type_variable(param, param.id, bound)?;
                let intrinsic = match bound.kind {
                    ExprKind::Tuple { .. } => Intrinsic2::TypeVarWithConstraints,
                    _ => Intrinsic2::TypeVarWithBound,
                };
                self.call_intrinsic_2(intrinsic, location);
            }
            (TypeParamKind::TypeVar, None) => self.call_intrinsic_1(Intrinsic1::TypeVar, location),
            (TypeParamKind::TypeVarTuple, _) => self.call_intrinsic_1(Intrinsic1::TypeVarTuple, location),
            (TypeParamKind::ParamSpec, _) => self.call_intrinsic_1(Intrinsic1::ParamSpec, location),
        }
        Ok(())
    }

    #[cold]
    fn default_missing(&self, param: &TypeParam<'_>) -> Diagnostic {
        let name = self.interner.text(param.name);
        let message = format!("non-default type parameter '{name}' follows default type parameter");
        Diagnostic::syntax_error(param.location, message)
    }

    /// A bound, constraints or a default: they are evaluated on demand, by a function.
    ///
    /// CPython: `Python/compile.c` `compiler_type_param_bound_or_default` (3.13)
    fn type_variable(&mut self, param: &'a TypeParam<'a>, node: NodeId, value: &'a Expr<'a>) -> Result {
        let has_defaults = self.features.type_param_default;
        let location = if has_defaults { value.location } else { param.location };
        let scope = self.symtable.scope_of(node);
        let flags =
            self.enter_value(location, param.name, UnitKind::Annotation, scope, value.location.lineno);
        match value.kind {
            // `*Ts = *X`
            ExprKind::Starred { value: starred, .. } if param.kind == TypeParamKind::TypeVarTuple => {
                self.visit_expr(starred)?;
                self.emit_arg(Opcode::UNPACK_SEQUENCE, 1, value.location);
            }
            _ => self.visit_expr(value)?,
        }
        self.emit(Opcode::RETURN_VALUE, location);
        let code = self.leave_unit(AtEnd::ReturnNone)?;
        self.make_closure(location, code, flags)
    }

    /// Enters the function that evaluates the value of a type parameter or alias, a unit of `kind`
    /// if it takes no format. It may take a format, by default that of plain values, which is put
    /// on the stack for it.
    fn enter_value(
        &mut self,
        location: Location,
        name: Ident,
        kind: UnitKind,
        scope: ScopeId,
        firstlineno: i32,
    ) -> FunctionFlags {
        const VALUE: Constant<'static> = Constant::Int(Int::Small(1));
        if self.features.deferred_annotations {
            self.emit_const(Constant::Tuple(&[VALUE]), location);
            self.enter_on_demand(location, name, scope);
            FunctionFlags::DEFAULTS
        } else {
            self.enter_unit(name, kind, scope, firstlineno);
            FunctionFlags::NONE
        }
    }

    /// CPython: `Python/compile.c` `compiler_typealias` (3.12)
    pub(super) fn type_alias(&mut self, location: Location, node: &'a TypeAlias<'a>) -> Result {
        let ExprKind::Name { id: name, .. } = node.name.kind else {
            unreachable!("the target of a type alias is a name");
        };
        if let Some(type_params) = node.type_params {
            self.null_before_callable(location);
            self.enter_type_params(name, type_params, location.lineno);
            self.emit_const(self.name_constant(name), location);
            self.type_params(type_params)?;
            self.type_alias_body(location, name, node)?;
            let code = self.leave_unit(AtEnd::ReturnTop)?;
            self.make_closure(location, code, FunctionFlags::NONE)?;
            self.null_after_callable(location);
            self.emit_arg(Opcode::CALL, 0, location);
        } else {
            self.emit_const(self.name_constant(name), location);
            self.emit_const(Constant::None, location);
            self.type_alias_body(location, name, node)?;
        }
        self.name_op(location, name, ExprContext::Store)
    }

    /// The value becomes a function, evaluated on demand; name, type parameters and it make the
    /// alias.
    ///
    /// CPython: `Python/compile.c` `compiler_typealias_body` (3.12)
    fn type_alias_body(&mut self, location: Location, name: Ident, node: &'a TypeAlias<'a>) -> Result {
        let scope = self.symtable.scope_of(node.id);
        let flags = self.enter_value(location, name, UnitKind::Function, scope, location.lineno);
        self.begin_consts(None);
        self.visit_expr(node.value)?;
        self.emit(Opcode::RETURN_VALUE, location);
        let code = self.leave_unit(AtEnd::ReturnTop)?;
        self.make_closure(location, code, flags)?;
        self.emit_arg(Opcode::BUILD_TUPLE, 3, location);
        self.call_intrinsic_1(Intrinsic1::TypeAlias, location);
        Ok(())
    }

    fn call_intrinsic_2(&mut self, intrinsic: Intrinsic2, location: Location) {
        self.emit_arg(Opcode::CALL_INTRINSIC_2, intrinsic as u32, location);
    }

    fn call_intrinsic_1(&mut self, intrinsic: Intrinsic1, location: Location) {
        self.emit_arg(Opcode::CALL_INTRINSIC_1, intrinsic as u32, location);
    }
}
