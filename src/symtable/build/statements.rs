//! Statements that open no scope; those that do go to their own files.

use super::super::{Outcome, ScopeKind, SymbolFlags, SymbolTable, fault};
use super::Builder;
use crate::names::{Ident, known};
use crate::source::Location;
use crate::syntax::ast::{
    Alias, AnnAssign, ExceptHandler, Expr, ExprKind, MatchCase, Stmt, StmtKind, Try, With,
};

impl Builder<'_, '_> {
    pub(super) fn visit_stmts(&mut self, stmts: &[Stmt<'_>]) -> Outcome {
        stmts.iter().try_for_each(|stmt| self.visit_stmt(stmt))
    }

    /// CPython: `Python/symtable.c` `symtable_visit_stmt` (3.12)
    fn visit_stmt(&mut self, stmt: &Stmt<'_>) -> Outcome {
        self.descend()?;
        match stmt.kind {
            StmtKind::FunctionDef(def) => self.function_def(def, stmt.location)?,
            StmtKind::ClassDef(def) => self.class_def(def, stmt.location)?,
            StmtKind::TypeAlias(alias) => self.type_alias(alias, stmt.location)?,
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.visit_expr(value)?;
                    self.scope().returns_value = true;
                }
            }
            StmtKind::Delete(targets) => self.visit_exprs(targets)?,
            StmtKind::Assign { targets, value } => {
                self.visit_exprs(targets)?;
                self.visit_expr(value)?;
            }
            StmtKind::AugAssign { target, value, op: _ } => {
                self.visit_expr(target)?;
                self.visit_expr(value)?;
            }
            StmtKind::AnnAssign(assign) => self.ann_assign(assign, stmt.location)?,
            StmtKind::For(for_) => {
                if for_.is_async {
                    self.check_coroutine("async for", stmt.location)?;
                }
                self.visit_expr(for_.target)?;
                self.visit_expr(for_.iter)?;
                self.conditional_blocks([for_.body, for_.orelse])?;
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.visit_expr(test)?;
                self.conditional_blocks([body, orelse])?;
            }
            StmtKind::With(with) => self.with(with, stmt.location)?,
            StmtKind::Match { subject, cases } => {
                self.visit_expr(subject)?;
                cases.iter().try_for_each(|case| self.match_case(case))?;
            }
            StmtKind::Raise { exc, cause } => {
                self.visit_option(exc)?;
                self.visit_option(cause)?;
            }
            StmtKind::Try(try_) => self.try_statement(try_)?,
            StmtKind::Assert { test, msg } => {
                self.visit_expr(test)?;
                self.visit_option(msg)?;
            }
            StmtKind::Import { names, is_lazy } => {
                if is_lazy {
                    self.check_lazy("import", stmt.location)?;
                }
                self.aliases(names)?;
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                if is_lazy {
                    self.check_lazy_import_from(names, stmt.location)?;
                }
                self.aliases(names)?;
                if module == Some(known::FUTURE) {
                    self.check_future(level, stmt.location)?;
                }
            }
            StmtKind::Global(names) => self.directive(names, Directive::Global, stmt.location)?,
            StmtKind::Nonlocal(names) => self.directive(names, Directive::Nonlocal, stmt.location)?,
            StmtKind::Expr(value) => self.visit_expr(value)?,
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
        self.ascend();
        Ok(())
    }

    fn with(&mut self, with: &With<'_>, location: Location) -> Outcome {
        if with.is_async {
            self.check_coroutine("async with", location)?;
        }
        for item in with.items {
            self.visit_expr(item.context_expr)?;
            self.visit_option(item.optional_vars)?;
        }
        self.conditional_blocks([with.body])
    }

    /// Visits the bodies of a compound statement, which may or may not run.
    fn conditional_blocks<const N: usize>(&mut self, bodies: [&[Stmt<'_>]; N]) -> Outcome {
        let outer = std::mem::replace(&mut self.scope().in_conditional_block, true);
        bodies.into_iter().try_for_each(|body| self.visit_stmts(body))?;
        self.scope().in_conditional_block = outer;
        Ok(())
    }

    fn match_case(&mut self, case: &MatchCase<'_>) -> Outcome {
        self.visit_pattern(case.pattern)?;
        self.visit_option(case.guard)?;
        self.conditional_blocks([case.body])
    }

    fn try_statement(&mut self, try_: &Try<'_>) -> Outcome {
        let else_first = !self.features.try_handlers_before_orelse;
        self.table.is_plain &= try_.handlers.is_empty() || try_.orelse.is_empty();
        let outer = std::mem::replace(&mut self.scope().in_try_block, true);
        self.conditional_blocks([try_.body])?;
        if else_first {
            self.conditional_blocks([try_.orelse])?;
        }
        try_.handlers.iter().try_for_each(|handler| self.except_handler(handler))?;
        if !else_first {
            self.conditional_blocks([try_.orelse])?;
        }
        self.conditional_blocks([try_.finalbody])?;
        self.scope().in_try_block = outer;
        Ok(())
    }

    fn except_handler(&mut self, handler: &ExceptHandler<'_>) -> Outcome {
        self.visit_option(handler.type_)?;
        if let Some(name) = handler.name {
            self.add_def(name, SymbolFlags::DEF_LOCAL, handler.location)?;
        }
        self.conditional_blocks([handler.body])
    }

    /// A bare name that is annotated is local, even without a value; in parentheses only with one.
    fn ann_assign(&mut self, assign: &AnnAssign<'_>, location: Location) -> Outcome {
        match assign.target {
            &Expr { kind: ExprKind::Name { id, .. }, location: name_location } => {
                if assign.simple {
                    self.check_annotated(id, location)?;
                    self.add_def(id, SymbolFlags::DEF_ANNOT | SymbolFlags::DEF_LOCAL, name_location)?;
                }
                if assign.value.is_some() {
                    self.add_def(id, SymbolFlags::DEF_LOCAL, name_location)?;
                }
            }
            target => self.visit_expr(target)?,
        }
        self.variable_annotation(assign.annotation)?;
        self.visit_option(assign.value)
    }

    fn check_annotated(&mut self, name: Ident, location: Location) -> Outcome {
        if self.current == SymbolTable::TOP {
            return Ok(());
        }
        let known = self.lookup(name);
        if known.contains(SymbolFlags::DEF_GLOBAL) {
            return fault(location, self.annotated(name, Directive::Global));
        }
        if known.contains(SymbolFlags::DEF_NONLOCAL) {
            return fault(location, self.annotated(name, Directive::Nonlocal));
        }
        Ok(())
    }

    fn annotated(&self, name: Ident, directive: Directive) -> String {
        format!("annotated name '{}' can't be {}", self.interner.text(name), directive.word())
    }

    fn aliases(&mut self, names: &[Alias]) -> Outcome {
        names.iter().try_for_each(|alias| self.alias(alias))
    }

    /// Binds the part of a dotted name before the first dot.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_alias` (3.12)
    fn alias(&mut self, alias: &Alias) -> Outcome {
        let name = alias.asname.unwrap_or(alias.name);
        if name == known::STAR {
            if self.scope().kind != ScopeKind::Module {
                let location = self.fault_location(self.current, alias.location);
                return fault(location, "import * only allowed at module level");
            }
            return Ok(());
        }
        let store_name = match self.interner.text(name).split_once('.') {
            Some((package, _)) => self.interner.intern(package),
            None => name,
        };
        self.add_def(store_name, SymbolFlags::DEF_IMPORT, alias.location)
    }

    /// `global` and `nonlocal` must come before whatever else the scope does with the name.
    fn directive(&mut self, names: &[Ident], directive: Directive, location: Location) -> Outcome {
        for &name in names {
            let known = self.lookup(name);
            if let Some(message) = self.too_late(name, known, directive) {
                return fault(location, message);
            }
            self.add_def(name, directive.flag(), location)?;
            self.record_directive(name, location);
        }
        Ok(())
    }

    fn too_late(&self, name: Ident, known: SymbolFlags, directive: Directive) -> Option<String> {
        let text = self.interner.text(name);
        let word = directive.word();
        if known.contains(SymbolFlags::DEF_PARAM) {
            Some(format!("name '{text}' is parameter and {word}"))
        } else if known.contains(SymbolFlags::USE) {
            Some(format!("name '{text}' is used prior to {word} declaration"))
        } else if known.contains(SymbolFlags::DEF_ANNOT) {
            Some(self.annotated(name, directive))
        } else if known.contains(SymbolFlags::DEF_LOCAL) {
            Some(format!("name '{text}' is assigned to before {word} declaration"))
        } else {
            None
        }
    }
}

#[derive(Clone, Copy)]
enum Directive {
    Global,
    Nonlocal,
}

impl Directive {
    fn word(self) -> &'static str {
        match self {
            Directive::Global => "global",
            Directive::Nonlocal => "nonlocal",
        }
    }

    fn flag(self) -> u16 {
        match self {
            Directive::Global => SymbolFlags::DEF_GLOBAL,
            Directive::Nonlocal => SymbolFlags::DEF_NONLOCAL,
        }
    }
}
