//! Comprehensions, and assignment expressions, which bind their target outside of the comprehension
//! they stand in.

use super::super::{ComprehensionKind, Outcome, ScopeKind, SymbolFlags, fault};
use super::{Builder, flags_in};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::syntax::ast::{Comprehension, ComprehensionExpr, Expr, ExprKind};

impl Builder<'_, '_> {
    /// The outermost iterable belongs to the scope around, and is handed in as the parameter `.0`.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension` (3.12)
    pub(super) fn comprehension(
        &mut self,
        comp: &ComprehensionExpr<'_>,
        kind: ComprehensionKind,
        location: Location,
    ) -> Outcome {
        if self.scope().can_see_class_scope && !self.features.annotation_scopes_in_classes_hold_functions {
            return fault(location, "Cannot use comprehension in annotation scope within class scope");
        }
        let (outermost, inner) = comp.generators.split_first().expect("the grammar asks for a `for`");
        self.comprehension_iterable(outermost.iter)?;
        self.enter(ScopeKind::Function, scope_name(kind), comp.id, location);
        let scope = self.scope();
        scope.comprehension = Some(kind);
        scope.coroutine = outermost.is_async;
        self.add_def(known::DOT_ZERO, SymbolFlags::DEF_PARAM, location)?;
        self.comprehension_target(outermost.target)?;
        self.visit_exprs(outermost.ifs)?;
        inner.iter().try_for_each(|generator| self.inner_generator(generator))?;
        self.visit_option(comp.value)?;
        self.visit_expr(comp.elt)?;
        if self.features.faults_at_scopes {
            self.check_no_yield(location)?;
        }

        let is_generator = kind == ComprehensionKind::Generator;
        let scope = self.scope();
        scope.generator = is_generator;
        let is_async = scope.coroutine && !is_generator;
        self.exit();
        if is_async {
            self.check_async_comprehension(location)?;
            if self.features.async_comprehension_makes_coroutine {
                self.scope().coroutine = true;
            }
        }
        Ok(())
    }

    fn inner_generator(&mut self, generator: &Comprehension<'_>) -> Outcome {
        self.comprehension_target(generator.target)?;
        self.comprehension_iterable(generator.iter)?;
        self.visit_exprs(generator.ifs)?;
        self.scope().coroutine |= generator.is_async;
        Ok(())
    }

    fn comprehension_target(&mut self, target: &Expr<'_>) -> Outcome {
        self.scope().comp_iter_target = true;
        self.visit_expr(target)?;
        self.scope().comp_iter_target = false;
        Ok(())
    }

    fn comprehension_iterable(&mut self, iter: &Expr<'_>) -> Outcome {
        self.scope().comp_iter_expr += 1;
        self.visit_expr(iter)?;
        self.scope().comp_iter_expr -= 1;
        Ok(())
    }

    /// CPython: `Python/symtable.c` `symtable_handle_namedexpr` (3.12)
    pub(super) fn named_expr(&mut self, target: &Expr<'_>, value: &Expr<'_>, location: Location) -> Outcome {
        self.check_not_in_annotation("named expression", location)?;
        let scope = self.scope();
        if scope.comp_iter_expr > 0 {
            let message = "assignment expression cannot be used in a comprehension iterable expression";
            return fault(self.assignment_location(location), message);
        }
        if scope.comprehension.is_some() {
            let ExprKind::Name { id, .. } = target.kind else {
                unreachable!("the grammar has only a name there");
            };
            self.extend_named_expr_scope(id, target.location)?;
        }
        self.visit_expr(value)?;
        self.visit_expr(target)
    }

    /// Binds the target of an assignment expression in the nearest scope around that is no
    /// comprehension.
    ///
    /// CPython: `Python/symtable.c` `symtable_extend_namedexpr_scope` (3.12)
    fn extend_named_expr_scope(&mut self, target: Ident, location: Location) -> Outcome {
        for at in (0..self.stack.len()).rev() {
            let id = self.stack[at];
            let is_mangled = self.features.walrus_target_mangled_before_lookup;
            let name = if is_mangled { self.mangle_in(id, target) } else { target };
            let scope = self.table.scope(id);
            let known = flags_in(scope, name);
            if scope.comprehension.is_some() {
                if known.contains(SymbolFlags::DEF_COMP_ITER) && known.contains(SymbolFlags::DEF_LOCAL) {
                    return self.rebinds_iteration_variable(target, self.assignment_location(location));
                }
                continue;
            }
            let (here, there) = match scope.kind {
                ScopeKind::Function if known.contains(SymbolFlags::DEF_GLOBAL) => {
                    (SymbolFlags::DEF_GLOBAL, SymbolFlags::DEF_LOCAL)
                }
                ScopeKind::Function => (SymbolFlags::DEF_NONLOCAL, SymbolFlags::DEF_LOCAL),
                ScopeKind::Module => (SymbolFlags::DEF_GLOBAL, SymbolFlags::DEF_GLOBAL),
                ScopeKind::Annotation => continue,
                ScopeKind::Class => {
                    return cannot_be_used("in a class body", self.assignment_location(location));
                }
                ScopeKind::TypeParams => {
                    return cannot_be_used("within the definition of a generic", location);
                }
                ScopeKind::TypeAlias => return cannot_be_used("in a type alias", location),
                ScopeKind::TypeVariable(_) => return cannot_be_used("in a TypeVar bound", location),
            };
            self.add_def(target, here, location)?;
            self.record_directive(target, location);
            return self.add_def_to(id, target, there, location);
        }
        unreachable!("the module's scope is on the stack");
    }

    /// Where a fault of an assignment expression at `location` is reported.
    #[cold]
    fn assignment_location(&self, location: Location) -> Location {
        let before = i32::from(self.features.faults_at_scopes);
        Location { col_offset: location.col_offset - before, ..location }
    }

    #[cold]
    fn rebinds_iteration_variable(&self, target: Ident, location: Location) -> Outcome {
        let text = self.interner.text(target);
        fault(
            location,
            format!("assignment expression cannot rebind comprehension iteration variable '{text}'"),
        )
    }
}

#[cold]
fn cannot_be_used(place: &str, location: Location) -> Outcome {
    fault(location, format!("assignment expression within a comprehension cannot be used {place}"))
}

fn scope_name(kind: ComprehensionKind) -> Ident {
    match kind {
        ComprehensionKind::List => known::LISTCOMP_SCOPE,
        ComprehensionKind::Set => known::SETCOMP_SCOPE,
        ComprehensionKind::Dict => known::DICTCOMP_SCOPE,
        ComprehensionKind::Generator => known::GENEXPR_SCOPE,
    }
}
