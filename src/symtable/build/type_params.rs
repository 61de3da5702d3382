//! Type parameters and type aliases (PEP 695).

use rustc_hash::FxHashSet;

use super::super::{MangledNames, Outcome, ScopeKind, SymbolFlags, TypeVariableValue, fault};
use super::Builder;
use crate::names::{Ident, known};
use crate::source::Location;
use crate::syntax::ast::{Expr, ExprKind, NodeId, TypeAlias, TypeParam, TypeParamKind, TypeParams};

/// What type parameters belong to.
pub(super) enum Generic {
    Function { has_kwdefaults: bool },
    Class,
    TypeAlias,
}

impl Builder<'_, '_> {
    /// Opens the scope of type parameters and visits them. Besides them it holds what the code
    /// around the definition hands to its code: the class's namespace, the tuple of parameters and
    /// the base `Generic[...]` of a class, the defaults of a function (positional ones always, even
    /// if there are none).
    ///
    /// CPython: `Python/symtable.c` `symtable_enter_type_param_block` (3.12)
    pub(super) fn enter_type_params(
        &mut self,
        type_params: &TypeParams<'_>,
        name: Ident,
        owner: Generic,
        location: Location,
    ) -> Outcome {
        self.table.is_plain = false;
        let is_in_class = self.scope().kind == ScopeKind::Class;
        self.enter(ScopeKind::TypeParams, name, type_params.id, location);
        if is_in_class {
            self.see_class(location)?;
        }
        match owner {
            Generic::Class => {
                let set_and_used = SymbolFlags::DEF_LOCAL | SymbolFlags::USE;
                self.add_def(known::DOT_TYPE_PARAMS, set_and_used, location)?;
                self.add_def(known::DOT_GENERIC_BASE, set_and_used, location)?;
                self.private = Some(name);
                if self.features.generic_class_mangles_type_params_only {
                    self.restrict_mangling();
                }
            }
            Generic::Function { has_kwdefaults } => {
                self.add_def(known::DOT_DEFAULTS, SymbolFlags::DEF_PARAM, location)?;
                if has_kwdefaults {
                    self.add_def(known::DOT_KWDEFAULTS, SymbolFlags::DEF_PARAM, location)?;
                }
            }
            Generic::TypeAlias => {}
        }
        type_params.params.iter().try_for_each(|param| self.visit_type_param(param))
    }

    /// From here on only type parameters are mangled, as long as the current scope lasts.
    fn restrict_mangling(&mut self) {
        let names = MangledNames(self.table.mangled_names.len() as u32);
        self.table.mangled_names.push(FxHashSet::default());
        self.scope().mangled_names = Some(names);
    }

    /// CPython: `Python/symtable.c` `symtable_visit_type_param` (3.12–)
    fn visit_type_param(&mut self, param: &TypeParam<'_>) -> Outcome {
        self.descend()?;
        let has_defaults = self.features.type_param_default;
        if !has_defaults {
            self.check_not_reserved(param)?;
        }
        if let Some(names) = self.scope().mangled_names {
            self.table.mangled_names[names.0 as usize].insert(param.name);
        }
        self.add_def(param.name, SymbolFlags::DEF_TYPE_PARAM | SymbolFlags::DEF_LOCAL, param.location)?;
        if has_defaults {
            self.check_not_reserved(param)?;
        }
        if let Some(bound) = param.bound {
            let at = if has_defaults { bound.location } else { param.location };
            let is_constraint = has_defaults && matches!(bound.kind, ExprKind::Tuple { .. });
            let value = if is_constraint { TypeVariableValue::Constraint } else { TypeVariableValue::Bound };
            self.type_variable(param, param.id, value, bound, at)?;
        }
        if let Some(default) = param.default_value {
            let value = match param.kind {
                TypeParamKind::TypeVar => TypeVariableValue::TypeVarDefault,
                TypeParamKind::TypeVarTuple => TypeVariableValue::TypeVarTupleDefault,
                TypeParamKind::ParamSpec => TypeVariableValue::ParamSpecDefault,
            };
            self.type_variable(param, param.default_id, value, default, default.location)?;
        }
        self.ascend();
        Ok(())
    }

    fn check_not_reserved(&self, param: &TypeParam<'_>) -> Outcome {
        if param.name == known::CLASSDICT && self.features.classdict_type_param_refused {
            let message = "reserved name '__classdict__' cannot be used for type parameter";
            return fault(param.location, message);
        }
        Ok(())
    }

    /// Visits a bound, constraints or a default in a scope of their own, as they are evaluated on
    /// demand.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_type_param_bound_or_default` (3.13–)
    fn type_variable(
        &mut self,
        param: &TypeParam<'_>,
        node: NodeId,
        value: TypeVariableValue,
        expr: &Expr<'_>,
        location: Location,
    ) -> Outcome {
        let is_in_class = self.scope().can_see_class_scope;
        self.enter(ScopeKind::TypeVariable(value), param.name, node, location);
        if is_in_class {
            self.see_class(expr.location)?;
        }
        self.visit_expr(expr)?;
        self.exit();
        Ok(())
    }

    pub(super) fn type_alias(&mut self, alias: &TypeAlias<'_>, location: Location) -> Outcome {
        self.visit_expr(alias.name)?;
        let ExprKind::Name { id: name, .. } = alias.name.kind else {
            unreachable!("the grammar has only a name there");
        };
        self.table.is_plain = false;
        let is_in_class = self.scope().kind == ScopeKind::Class;
        if let Some(type_params) = alias.type_params {
            self.enter_type_params(type_params, name, Generic::TypeAlias, location)?;
        }
        self.enter(ScopeKind::TypeAlias, name, alias.id, location);
        if is_in_class {
            self.see_class(alias.value.location)?;
        }
        self.visit_expr(alias.value)?;
        self.exit();
        if alias.type_params.is_some() {
            self.exit();
        }
        Ok(())
    }
}
