//! Annotations of functions and variables.
//!
//! Where they are evaluated at once, they belong to the scope they stand in. Where they are
//! deferred (PEP 649), those of a function's parameters have a scope of their own, and those of all
//! variables of a module or class share one. With `from __future__ import annotations` none are
//! evaluated: whatever scope takes their names is no scope's child. Some targets visit even these as
//! if they were evaluated.

use super::super::{Outcome, ScopeId, ScopeKind, SymbolFlags};
use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::{Arg, Arguments, Expr};

impl Builder<'_, '_> {
    /// Visits what annotates the parameters and the result of a function. The scope that is
    /// returned is the function's [`annotations`](super::Scope::annotations).
    pub(super) fn function_annotations(
        &mut self,
        args: &Arguments<'_>,
        returns: Option<&Expr<'_>>,
        location: Location,
    ) -> Result<Option<ScopeId>, Box<Diagnostic>> {
        if self.features.deferred_annotations {
            return self.deferred_function_annotations(args, returns, location).map(Some);
        }
        if self.keeps_annotations_apart() {
            self.enter_unevaluated(location);
            self.parameter_annotations(args)?;
            self.exit_unevaluated();
        } else {
            self.parameter_annotations(args)?;
        }
        returns.map_or(Ok(()), |returns| self.immediate_annotation(returns))?;
        Ok(None)
    }

    /// CPython: `Python/symtable.c` `symtable_visit_annotations` (3.14–)
    fn deferred_function_annotations(
        &mut self,
        args: &Arguments<'_>,
        returns: Option<&Expr<'_>>,
        location: Location,
    ) -> Result<ScopeId, Box<Diagnostic>> {
        let outer = self.scope();
        let sees_class = outer.can_see_class_scope || outer.kind == ScopeKind::Class;
        if self.future_annotations() {
            self.enter_unevaluated(location);
        } else {
            self.enter_child(ScopeKind::Annotation, known::ANNOTATE, location);
        }
        if sees_class {
            self.see_class(location)?;
        }
        let scope = self.current;
        self.scope().annotations_used =
            returns.is_some() || source_order(args).any(|arg| arg.annotation.is_some());
        self.parameter_annotations(args)?;
        self.visit_option(returns)?;
        if self.future_annotations() {
            // Code generation asks for the scope itself, but for none inside it.
            self.table.scopes.truncate(scope.0 as usize + 1);
            self.annotations -= 1;
        }
        self.exit();
        Ok(scope)
    }

    fn parameter_annotations(&mut self, args: &Arguments<'_>) -> Outcome {
        source_order(args).try_for_each(|arg| self.visit_option(arg.annotation))
    }

    pub(super) fn variable_annotation(&mut self, annotation: &Expr<'_>) -> Outcome {
        if self.features.deferred_annotations {
            self.deferred_annotation(annotation)
        } else {
            self.immediate_annotation(annotation)
        }
    }

    fn immediate_annotation(&mut self, annotation: &Expr<'_>) -> Outcome {
        if !self.keeps_annotations_apart() {
            return self.visit_expr(annotation);
        }
        self.enter_unevaluated(annotation.location);
        self.visit_expr(annotation)?;
        self.exit_unevaluated();
        Ok(())
    }

    /// Whether annotations are not evaluated and have no part in the scope they stand in.
    fn keeps_annotations_apart(&self) -> bool {
        self.future_annotations() && !self.features.postponed_annotations_in_scope
    }

    /// The annotations of a function's variables are not evaluated at all; but scopes in them
    /// count.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotation` (3.14–)
    fn deferred_annotation(&mut self, annotation: &Expr<'_>) -> Outcome {
        let is_unevaluated = self.scope().kind == ScopeKind::Function;
        self.scope().annotations_used = true;
        self.note_conditional_annotation(annotation.location)?;
        if self.future_annotations() {
            self.enter_unevaluated(annotation.location);
        } else {
            self.enter_variable_annotations(annotation.location)?;
        }
        self.scope().in_unevaluated_annotation = is_unevaluated;
        self.visit_expr(annotation)?;
        if self.future_annotations() {
            self.exit_unevaluated();
        } else {
            self.exit();
        }
        Ok(())
    }

    /// A module may be left half-way, and a block of a class may not run: which annotations came to
    /// be is kept in a set.
    fn note_conditional_annotation(&mut self, location: Location) -> Outcome {
        let scope = self.scope();
        let is_conditional = match scope.kind {
            ScopeKind::Module => true,
            ScopeKind::Class => scope.in_conditional_block,
            _ => false,
        };
        if is_conditional && !scope.has_conditional_annotations {
            scope.has_conditional_annotations = true;
            self.add_def(known::CONDITIONAL_ANNOTATIONS, SymbolFlags::USE, location)?;
        }
        Ok(())
    }

    /// Enters the scope that the variable annotations of the current one share; the first of them
    /// opens it.
    fn enter_variable_annotations(&mut self, location: Location) -> Outcome {
        let outer = self.current;
        if let Some(shared) = self.scope().variable_annotations {
            self.stack.push(shared);
            self.current = shared;
            return Ok(());
        }
        let is_class = self.scope().kind == ScopeKind::Class;
        let shared = self.enter_child(ScopeKind::Annotation, known::ANNOTATE, location);
        self.table.scope_mut(outer).variable_annotations = Some(shared);
        if is_class {
            let needs_classdict = self.features.class_annotations_need_classdict;
            self.table.scope_mut(outer).needs_classdict |= needs_classdict;
            self.see_class(location)?;
        }
        Ok(())
    }

    /// Opens the scope of annotations that are not evaluated: it takes the uses of names, but no
    /// scope has it as a child.
    fn enter_unevaluated(&mut self, location: Location) {
        self.current = self.open(ScopeKind::Annotation, known::ANNOTATION_SCOPE, location);
        self.annotations += 1;
    }

    /// Nobody asks for the scope of an annotation that is not evaluated, or for those inside it:
    /// they go.
    fn exit_unevaluated(&mut self) {
        self.table.scopes.truncate(self.current.0 as usize);
        self.annotations -= 1;
        self.exit();
    }
}

/// All parameters; `**kwargs` comes before those that are keyword-only.
fn source_order<'t, 'a>(args: &'t Arguments<'a>) -> impl Iterator<Item = &'t Arg<'a>> {
    let starred = args.vararg.into_iter().chain(args.kwarg);
    args.posonlyargs.iter().chain(args.args).chain(starred).chain(args.kwonlyargs)
}
