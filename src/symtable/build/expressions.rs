//! Expressions; lambdas, comprehensions and assignment expressions go to their own files.

use super::super::{ComprehensionKind, Outcome, ScopeKind, SymbolFlags, TypeVariableValue, fault};
use super::Builder;
use crate::names::{Ident, known};
use crate::source::Location;
use crate::syntax::ast::{Call, Compare, Dict, Expr, ExprContext, ExprKind, Keyword, Slice};

impl Builder<'_, '_> {
    pub(super) fn visit_exprs(&mut self, exprs: &[Expr<'_>]) -> Outcome {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    pub(super) fn visit_option(&mut self, expr: Option<&Expr<'_>>) -> Outcome {
        match expr {
            Some(expr) => self.visit_expr(expr),
            None => Ok(()),
        }
    }

    /// CPython: `Python/symtable.c` `symtable_visit_expr` (3.12)
    pub(super) fn visit_expr(&mut self, expr: &Expr<'_>) -> Outcome {
        self.descend()?;
        let location = expr.location;
        match expr.kind {
            ExprKind::Name { id, ctx } => self.name(id, ctx, location)?,
            ExprKind::Constant(_) | ExprKind::UnicodeConstant(_) => {}
            ExprKind::Attribute { value, attr, ctx } => {
                self.check_name(attr, ctx, location)?;
                self.visit_expr(value)?;
            }
            ExprKind::Starred { value, .. } => self.visit_expr(value)?,
            ExprKind::Call(call) => self.call(call)?,
            ExprKind::BoolOp { values, .. } => self.visit_exprs(values)?,
            ExprKind::NamedExpr { target, value } => self.named_expr(target, value, location)?,
            ExprKind::BinOp { left, right, .. } => {
                self.visit_expr(left)?;
                self.visit_expr(right)?;
            }
            ExprKind::UnaryOp { operand, .. } => self.visit_expr(operand)?,
            ExprKind::Lambda(lambda) => self.lambda(lambda, location)?,
            ExprKind::IfExp(if_exp) => {
                self.visit_expr(if_exp.test)?;
                self.visit_expr(if_exp.body)?;
                self.visit_expr(if_exp.orelse)?;
            }
            ExprKind::Dict(Dict { keys, values }) => {
                keys.iter().flatten().try_for_each(|key| self.visit_expr(key))?;
                self.visit_exprs(values)?;
            }
            ExprKind::Set(elts) | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.visit_exprs(elts)?;
            }
            ExprKind::ListComp(comp) => self.comprehension(comp, ComprehensionKind::List, location)?,
            ExprKind::SetComp(comp) => self.comprehension(comp, ComprehensionKind::Set, location)?,
            ExprKind::DictComp(comp) => self.comprehension(comp, ComprehensionKind::Dict, location)?,
            ExprKind::GeneratorExp(comp) => {
                self.comprehension(comp, ComprehensionKind::Generator, location)?;
            }
            ExprKind::Await(value) => {
                self.check_not_in_annotation("await expression", location)?;
                self.check_await(location)?;
                self.visit_expr(value)?;
                self.scope().coroutine = true;
            }
            ExprKind::Yield(value) => self.yield_expr(value, location)?,
            ExprKind::YieldFrom(value) => self.yield_expr(Some(value), location)?,
            ExprKind::Compare(Compare { left, comparators, .. }) => {
                self.visit_expr(left)?;
                self.visit_exprs(comparators)?;
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.visit_expr(value)?;
                self.visit_option(format_spec)?;
            }
            ExprKind::Interpolation(field) => {
                self.visit_expr(field.value)?;
                self.visit_option(field.format_spec)?;
            }
            ExprKind::JoinedStr(values) | ExprKind::TemplateStr(values) => self.visit_exprs(values)?,
            ExprKind::Subscript { value, slice, .. } => {
                self.visit_expr(value)?;
                self.visit_expr(slice)?;
            }
            ExprKind::Slice(&Slice { lower, upper, step }) => {
                [lower, upper, step].into_iter().try_for_each(|bound| self.visit_option(bound))?;
            }
        }
        self.ascend();
        Ok(())
    }

    /// In a function, `super` counts as a use of `__class__` too.
    fn name(&mut self, id: Ident, ctx: ExprContext, location: Location) -> Outcome {
        if self.scope().in_unevaluated_annotation {
            return Ok(());
        }
        self.check_name(id, ctx, location)?;
        let is_use = ctx == ExprContext::Load;
        let flag = if is_use { SymbolFlags::USE } else { SymbolFlags::DEF_LOCAL };
        self.add_def(id, flag, location)?;
        if is_use && id == known::SUPER && self.scope().is_function_like() {
            self.add_def(known::CLASS, SymbolFlags::USE, location)?;
        }
        Ok(())
    }

    fn call(&mut self, call: &Call<'_>) -> Outcome {
        self.visit_expr(call.func)?;
        self.visit_exprs(call.args)?;
        self.keywords(call.keywords)
    }

    pub(super) fn keywords(&mut self, keywords: &[Keyword<'_>]) -> Outcome {
        for keyword in keywords {
            if let Some(arg) = keyword.arg {
                self.check_name(arg, ExprContext::Store, keyword.location)?;
            }
        }
        keywords.iter().try_for_each(|keyword| self.visit_expr(keyword.value))
    }

    fn yield_expr(&mut self, value: Option<&Expr<'_>>, location: Location) -> Outcome {
        self.check_not_in_annotation("yield expression", location)?;
        self.visit_option(value)?;
        self.scope().generator = true;
        if self.features.faults_at_scopes { Ok(()) } else { self.check_no_yield(location) }
    }

    /// Refuses a `yield` that is directly in the current scope, if that is a comprehension.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension` (3.8–3.9),
    /// `symtable_raise_if_comprehension_block` (3.10–)
    pub(super) fn check_no_yield(&mut self, location: Location) -> Outcome {
        let scope = self.scope();
        match scope.comprehension.filter(|_| scope.generator) {
            None => Ok(()),
            Some(ComprehensionKind::List) => fault(location, "'yield' inside list comprehension"),
            Some(ComprehensionKind::Set) => fault(location, "'yield' inside set comprehension"),
            Some(ComprehensionKind::Dict) => fault(location, "'yield' inside dict comprehension"),
            Some(ComprehensionKind::Generator) => fault(location, "'yield' inside generator expression"),
        }
    }

    /// CPython: `Python/symtable.c` `symtable_raise_if_annotation_block` (3.12)
    pub(super) fn check_not_in_annotation(&mut self, what: &str, location: Location) -> Outcome {
        let place = match self.scope().kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable(value) => value.described(),
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParams => "the definition of a generic",
            ScopeKind::Function | ScopeKind::Class | ScopeKind::Module => return Ok(()),
        };
        if !self.features.annotation_contents_unquoted {
            return fault(location, format!("'{what}' can not be used within {place}"));
        }
        fault(location, format!("{what} cannot be used within {place}"))
    }
}

impl TypeVariableValue {
    fn described(self) -> &'static str {
        match self {
            TypeVariableValue::Bound => "a TypeVar bound",
            TypeVariableValue::Constraint => "a TypeVar constraint",
            TypeVariableValue::TypeVarDefault => "a TypeVar default",
            TypeVariableValue::TypeVarTupleDefault => "a TypeVarTuple default",
            TypeVariableValue::ParamSpecDefault => "a ParamSpec default",
        }
    }
}
