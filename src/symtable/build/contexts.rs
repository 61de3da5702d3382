//! What may not stand where it stands: bindings of `__debug__`, `await` outside coroutines, future
//! statements and lazy imports out of place.
//!
//! For targets that leave all but the last to code generation, these checks find nothing.

use super::super::{Outcome, ScopeKind, fault};
use super::Builder;
use crate::names::{Ident, known};
use crate::preprocess::Future;
use crate::source::Location;
use crate::syntax::ast::{Alias, ExprContext, MatchClass};

impl Builder<'_, '_> {
    /// Refuses to bind or delete `__debug__`.
    ///
    /// CPython: `Python/symtable.c` `check_name` (3.14–)
    #[inline]
    pub(super) fn check_name(&self, name: Ident, ctx: ExprContext, location: Location) -> Outcome {
        if name != known::DEBUG || !self.features.contexts_checked_in_symtable {
            return Ok(());
        }
        match ctx {
            ExprContext::Load => Ok(()),
            ExprContext::Store => fault(location, "cannot assign to __debug__"),
            ExprContext::Del => fault(location, "cannot delete __debug__"),
        }
    }

    /// CPython: `Python/symtable.c` `check_kwd_patterns` (3.14–)
    pub(super) fn check_keyword_patterns(&self, class: &MatchClass<'_>) -> Outcome {
        class
            .kwd_attrs
            .iter()
            .zip(class.kwd_patterns)
            .try_for_each(|(&attr, pattern)| self.check_name(attr, ExprContext::Store, pattern.location))
    }

    /// CPython: `Python/symtable.c` `symtable_visit_expr` (3.14–)
    pub(super) fn check_await(&mut self, location: Location) -> Outcome {
        if !self.features.contexts_checked_in_symtable {
            return Ok(());
        }
        if !self.scope().is_function_like() {
            return fault(location, "'await' outside function");
        }
        if !self.is_async_def() && self.scope().comprehension.is_none() {
            return fault(location, "'await' outside async function");
        }
        Ok(())
    }

    fn is_async_def(&mut self) -> bool {
        let scope = self.scope();
        scope.kind == ScopeKind::Function && scope.coroutine
    }

    /// CPython: `Python/symtable.c` `symtable_raise_if_not_coroutine` (3.14–)
    pub(super) fn check_coroutine(&mut self, statement: &str, location: Location) -> Outcome {
        if self.features.contexts_checked_in_symtable && !self.scope().coroutine {
            return fault(location, format!("'{statement}' outside async function"));
        }
        Ok(())
    }

    /// Refuses an asynchronous comprehension in the current scope, unless what it is in may be
    /// asynchronous too.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension` (3.14–)
    pub(super) fn check_async_comprehension(&mut self, location: Location) -> Outcome {
        let may_await = self.is_async_def() || self.scope().comprehension.is_some();
        if self.features.contexts_checked_in_symtable && !may_await {
            return fault(location, "asynchronous comprehension outside of an asynchronous function");
        }
        Ok(())
    }

    /// Refuses an import from `__future__` after other statements.
    ///
    /// CPython: `Python/symtable.c` `check_import_from` (3.14–)
    pub(super) fn check_future(&self, level: u32, location: Location) -> Outcome {
        if self.features.contexts_checked_in_symtable && level == 0 && self.future.is_before(location) {
            return fault(location, Future::TOO_LATE);
        }
        Ok(())
    }

    pub(super) fn check_lazy_import_from(&mut self, names: &[Alias], location: Location) -> Outcome {
        self.check_lazy("from ... import", location)?;
        if names.iter().any(|alias| alias.name == known::STAR) {
            return fault(location, "lazy from ... import * is not allowed");
        }
        Ok(())
    }

    /// Only the top level of a module may import lazily, and not where a failure would be caught.
    ///
    /// CPython: `Python/symtable.c` `check_lazy_import_context` (3.15–)
    pub(super) fn check_lazy(&mut self, import: &str, location: Location) -> Outcome {
        let scope = self.scope();
        let place = match scope.kind {
            _ if scope.in_try_block => "try/except blocks",
            ScopeKind::Function => "functions",
            ScopeKind::Class => "classes",
            _ => return Ok(()),
        };
        fault(location, format!("lazy {import} not allowed inside {place}"))
    }
}
