//! Functions, classes and lambdas, and their parameters.

use super::super::{Outcome, ScopeKind, SymbolFlags, fault};
use super::Builder;
use super::type_params::Generic;
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::{self, Arguments, ClassDef, FunctionDef, Lambda};

impl Builder<'_, '_> {
    /// Defaults and decorators belong to the scope around the function, annotations to that of its
    /// type parameters, if there are any.
    pub(super) fn function_def(&mut self, def: &FunctionDef<'_>, location: Location) -> Outcome {
        self.add_def(def.name, SymbolFlags::DEF_LOCAL, location)?;
        self.defaults(def.args)?;
        self.visit_exprs(def.decorator_list)?;
        if let Some(type_params) = def.type_params {
            let has_kwdefaults = def.args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(type_params, def.name, Generic::Function { has_kwdefaults }, location)?;
        }
        let annotations = self.function_annotations(def.args, def.returns, location)?;
        self.enter(ScopeKind::Function, def.name, def.id, location);
        let scope = self.scope();
        scope.coroutine = def.is_async;
        scope.annotations = annotations;
        scope.has_docstring = ast::docstring(def.body).is_some();
        self.parameters(def.args)?;
        self.visit_stmts(def.body)?;
        self.exit();
        if def.type_params.is_some() {
            self.exit();
        }
        Ok(())
    }

    /// The name that private names are mangled with is put back after the class. Where all names
    /// around a generic class are mangled with it, it is put back to what the type parameters left
    /// behind, so that whatever follows in the same scope is mangled too.
    pub(super) fn class_def(&mut self, def: &ClassDef<'_>, location: Location) -> Outcome {
        self.add_def(def.name, SymbolFlags::DEF_LOCAL, location)?;
        self.visit_exprs(def.decorator_list)?;
        let before = self.private;
        if let Some(type_params) = def.type_params {
            self.enter_type_params(type_params, def.name, Generic::Class, location)?;
        }
        self.visit_exprs(def.bases)?;
        self.keywords(def.keywords)?;
        self.enter(ScopeKind::Class, def.name, def.id, location);
        let outer = self.private.replace(def.name);
        if def.type_params.is_some() {
            self.add_def(known::TYPE_PARAMS, SymbolFlags::DEF_LOCAL, location)?;
            self.add_def(known::DOT_TYPE_PARAMS, SymbolFlags::USE, location)?;
        }
        self.scope().has_docstring = ast::docstring(def.body).is_some();
        self.visit_stmts(def.body)?;
        let leaks = !self.features.generic_class_mangles_type_params_only;
        self.private = if leaks { outer } else { before };
        self.exit();
        if def.type_params.is_some() {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn lambda(&mut self, lambda: &Lambda<'_>, location: Location) -> Outcome {
        if self.scope().can_see_class_scope && !self.features.annotation_scopes_in_classes_hold_functions {
            return fault(location, "Cannot use lambda in annotation scope within class scope");
        }
        self.defaults(lambda.args)?;
        self.enter(ScopeKind::Function, known::LAMBDA_SCOPE, lambda.id, location);
        self.parameters(lambda.args)?;
        self.visit_expr(lambda.body)?;
        self.exit();
        Ok(())
    }

    fn defaults(&mut self, args: &Arguments<'_>) -> Outcome {
        self.visit_exprs(args.defaults)?;
        args.kw_defaults.iter().flatten().try_for_each(|default| self.visit_expr(default))
    }

    /// CPython: `Python/symtable.c` `symtable_visit_arguments` (3.12)
    fn parameters(&mut self, args: &Arguments<'_>) -> Outcome {
        let named = args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs);
        for arg in named.chain(args.vararg).chain(args.kwarg) {
            self.add_def(arg.arg, SymbolFlags::DEF_PARAM, arg.location)?;
        }
        let scope = self.scope();
        scope.varargs = args.vararg.is_some();
        scope.varkeywords = args.kwarg.is_some();
        Ok(())
    }
}
