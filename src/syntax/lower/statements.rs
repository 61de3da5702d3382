//! Statements.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Lowerer, NOTHING, end};
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::*;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn body(&mut self, body: &[ruff::Stmt]) -> &'a [Stmt<'a>] {
        self.slice(body, Self::stmt)
    }

    fn stmt(&mut self, stmt: &ruff::Stmt) -> Stmt<'a> {
        let nothing = || Stmt { kind: StmtKind::Pass, location: Location::NONE };
        self.nested(|this| this.stmt_unchecked(stmt), nothing)
    }

    fn stmt_unchecked(&mut self, stmt: &ruff::Stmt) -> Stmt<'a> {
        let location = match stmt {
            ruff::Stmt::FunctionDef(def) => self.definition(&def.decorator_list, stmt.range()),
            ruff::Stmt::ClassDef(class) => self.definition(&class.decorator_list, stmt.range()),
            ruff::Stmt::For(_)
            | ruff::Stmt::While(_)
            | ruff::Stmt::If(_)
            | ruff::Stmt::With(_)
            | ruff::Stmt::Match(_)
            | ruff::Stmt::Try(_) => self.compound(stmt.range()),
            _ => self.location(stmt.range()),
        };
        Stmt { kind: self.stmt_kind(stmt), location }
    }

    /// The location of a compound statement: a `;` at the end of its last line belongs to it.
    fn compound(&mut self, range: TextRange) -> Location {
        let mut offset = range.end().to_usize();
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\x0c' | b'\\') = bytes.get(offset) {
            offset += if bytes[offset] == b'\\' { 2 } else { 1 };
        }
        let end = if bytes.get(offset) == Some(&b';') { offset as u32 + 1 } else { range.end().to_u32() };
        self.span(range.start().to_u32(), end)
    }

    /// The location of a definition: it starts at `def`, `class` or `async`, after the last decorator's line.
    fn definition(&mut self, decorators: &[ruff::Decorator], range: TextRange) -> Location {
        let Some(last) = decorators.last() else { return self.compound(range) };
        let mut offset = end(last) as usize;
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(offset) {
            match byte {
                b'#' => offset += memchr::memchr(b'\n', &bytes[offset..]).unwrap_or(bytes.len() - offset),
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => offset += 1,
                _ => break,
            }
        }
        let start = TextSize::new(offset as u32).min(range.end());
        self.compound(TextRange::new(start, range.end()))
    }

    fn stmt_kind(&mut self, stmt: &ruff::Stmt) -> StmtKind<'a> {
        match stmt {
            ruff::Stmt::FunctionDef(def) => self.function_def(def),
            ruff::Stmt::ClassDef(class) => self.class_def(class),
            ruff::Stmt::Return(stmt) => StmtKind::Return(self.optional(stmt.value.as_deref())),
            ruff::Stmt::Delete(stmt) => StmtKind::Delete(self.exprs(&stmt.targets)),
            ruff::Stmt::TypeAlias(stmt) => self.type_alias(stmt),
            ruff::Stmt::Assign(stmt) => {
                StmtKind::Assign { targets: self.exprs(&stmt.targets), value: self.boxed(&stmt.value) }
            }
            ruff::Stmt::AugAssign(stmt) => StmtKind::AugAssign {
                target: self.boxed(&stmt.target),
                op: super::expressions::operator(stmt.op),
                value: self.boxed(&stmt.value),
            },
            ruff::Stmt::AnnAssign(stmt) => self.ann_assign(stmt),
            ruff::Stmt::For(stmt) => self.for_stmt(stmt),
            ruff::Stmt::While(stmt) => StmtKind::While {
                test: self.boxed(&stmt.test),
                body: self.body(&stmt.body),
                orelse: self.body(&stmt.orelse),
            },
            ruff::Stmt::If(stmt) => self.if_stmt(stmt),
            ruff::Stmt::With(stmt) => self.with_stmt(stmt),
            ruff::Stmt::Match(stmt) => self.match_stmt(stmt),
            ruff::Stmt::Raise(stmt) => StmtKind::Raise {
                // An exception that the crate misses before a `;` is an empty name.
                exc: self.optional(stmt.exc.as_deref().filter(|exc| !exc.range().is_empty())),
                cause: self.optional(stmt.cause.as_deref()),
            },
            ruff::Stmt::Try(stmt) => self.try_stmt(stmt),
            ruff::Stmt::Assert(stmt) => {
                StmtKind::Assert { test: self.boxed(&stmt.test), msg: self.optional(stmt.msg.as_deref()) }
            }
            ruff::Stmt::Import(stmt) => {
                StmtKind::Import { names: self.aliases(&stmt.names), is_lazy: stmt.is_lazy }
            }
            ruff::Stmt::ImportFrom(stmt) => self.import_from(stmt),
            ruff::Stmt::Global(stmt) => StmtKind::Global(self.identifiers(&stmt.names)),
            ruff::Stmt::Nonlocal(stmt) => StmtKind::Nonlocal(self.identifiers(&stmt.names)),
            ruff::Stmt::Expr(stmt) => StmtKind::Expr(self.boxed(&stmt.value)),
            ruff::Stmt::Pass(_) => StmtKind::Pass,
            ruff::Stmt::Break(_) => StmtKind::Break,
            ruff::Stmt::Continue(_) => StmtKind::Continue,
            ruff::Stmt::IpyEscapeCommand(stmt) => {
                self.fail_at(stmt.range(), "invalid syntax");
                StmtKind::Pass
            }
        }
    }

    fn import_from(&mut self, stmt: &ruff::StmtImportFrom) -> StmtKind<'a> {
        let module = self.optional_identifier(stmt.module.as_ref());
        if stmt.is_lazy && stmt.level == 0 && module == Some(known::FUTURE) {
            let keyword = TextRange::at(stmt.start(), TextSize::of("lazy"));
            self.fail_at(keyword, "lazy from __future__ import is not allowed");
        }
        let names = self.aliases(&stmt.names);
        StmtKind::ImportFrom { module, names, level: stmt.level, is_lazy: stmt.is_lazy }
    }

    fn function_def(&mut self, def: &ruff::StmtFunctionDef) -> StmtKind<'a> {
        let decorator_list = self.decorators(&def.decorator_list);
        let function = FunctionDef {
            id: self.node_id(),
            is_async: def.is_async,
            name: self.identifier(&def.name),
            type_params: self.type_params(def.type_params.as_deref()),
            args: self.parameters(&def.parameters),
            returns: self.optional(def.returns.as_deref()),
            body: self.body(&def.body),
            decorator_list,
        };
        StmtKind::FunctionDef(self.arena.alloc(function))
    }

    fn class_def(&mut self, class: &ruff::StmtClassDef) -> StmtKind<'a> {
        let decorator_list = self.decorators(&class.decorator_list);
        let class = ClassDef {
            id: self.node_id(),
            name: self.identifier(&class.name),
            type_params: self.type_params(class.type_params.as_deref()),
            bases: self.exprs(class.bases()),
            keywords: self.keywords(class.keywords()),
            body: self.body(&class.body),
            decorator_list,
        };
        StmtKind::ClassDef(self.arena.alloc(class))
    }

    fn decorators(&mut self, decorators: &[ruff::Decorator]) -> &'a [Expr<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(decorators.iter().map(|decorator| self.expr(&decorator.expression)))
    }

    fn type_alias(&mut self, stmt: &ruff::StmtTypeAlias) -> StmtKind<'a> {
        let alias = TypeAlias {
            id: self.node_id(),
            name: self.boxed(&stmt.name),
            type_params: self.type_params(stmt.type_params.as_deref()),
            value: self.boxed(&stmt.value),
        };
        StmtKind::TypeAlias(self.arena.alloc(alias))
    }

    fn ann_assign(&mut self, stmt: &ruff::StmtAnnAssign) -> StmtKind<'a> {
        let assign = AnnAssign {
            target: self.boxed(&stmt.target),
            annotation: self.boxed(&stmt.annotation),
            value: self.optional(stmt.value.as_deref()),
            simple: stmt.simple,
        };
        StmtKind::AnnAssign(self.arena.alloc(assign))
    }

    fn for_stmt(&mut self, stmt: &ruff::StmtFor) -> StmtKind<'a> {
        let lowered = For {
            is_async: stmt.is_async,
            target: self.boxed(&stmt.target),
            iter: self.boxed(&stmt.iter),
            body: self.body(&stmt.body),
            orelse: self.body(&stmt.orelse),
        };
        StmtKind::For(self.arena.alloc(lowered))
    }

    fn if_stmt(&mut self, stmt: &ruff::StmtIf) -> StmtKind<'a> {
        StmtKind::If {
            test: self.boxed(&stmt.test),
            body: self.body(&stmt.body),
            orelse: self.elif_else(&stmt.elif_else_clauses, stmt.range().end()),
        }
    }

    /// An `elif` is an `If` in the `orelse` of the one before it, and reaches to the end of the whole statement.
    fn elif_else(&mut self, clauses: &[ruff::ElifElseClause], end: TextSize) -> &'a [Stmt<'a>] {
        let Some((clause, rest)) = clauses.split_first() else { return &[] };
        let Some(test) = &clause.test else { return self.body(&clause.body) };
        let location = self.compound(TextRange::new(clause.start(), end));
        let lower = |this: &mut Self| StmtKind::If {
            test: this.boxed(test),
            body: this.body(&clause.body),
            orelse: this.elif_else(rest, end),
        };
        let kind = self.nested(lower, || StmtKind::Pass);
        self.arena.alloc_slice_copy(&[Stmt { kind, location }])
    }

    fn with_stmt(&mut self, stmt: &ruff::StmtWith) -> StmtKind<'a> {
        let arena = self.arena;
        let items = arena.alloc_slice_fill_iter(stmt.items.iter().map(|item| WithItem {
            context_expr: self.boxed(&item.context_expr),
            optional_vars: self.optional(item.optional_vars.as_deref()),
        }));
        let body = self.body(&stmt.body);
        StmtKind::With(arena.alloc(With { is_async: stmt.is_async, items, body }))
    }

    fn match_stmt(&mut self, stmt: &ruff::StmtMatch) -> StmtKind<'a> {
        let arena = self.arena;
        let subject = self.boxed(&stmt.subject);
        let cases = arena.alloc_slice_fill_iter(stmt.cases.iter().map(|case| MatchCase {
            pattern: self.boxed_pattern(&case.pattern),
            guard: self.optional(case.guard.as_deref()),
            body: self.body(&case.body),
        }));
        StmtKind::Match { subject, cases }
    }

    fn try_stmt(&mut self, stmt: &ruff::StmtTry) -> StmtKind<'a> {
        let arena = self.arena;
        let body = self.body(&stmt.body);
        let handlers = arena.alloc_slice_fill_iter(stmt.handlers.iter().map(|handler| {
            let ruff::ExceptHandler::ExceptHandler(handler) = handler;
            ExceptHandler {
                type_: self.optional(handler.type_.as_deref()),
                name: self.optional_identifier(handler.name.as_ref()),
                body: self.body(&handler.body),
                location: self.compound(handler.range),
            }
        }));
        let lowered = Try {
            is_star: stmt.is_star,
            body,
            handlers,
            orelse: self.body(&stmt.orelse),
            finalbody: self.body(&stmt.finalbody),
        };
        StmtKind::Try(arena.alloc(lowered))
    }

    fn aliases(&mut self, names: &[ruff::Alias]) -> &'a [Alias] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(names.iter().map(|alias| Alias {
            name: self.identifier(&alias.name),
            asname: self.optional_identifier(alias.asname.as_ref()),
            location: self.location(alias.range),
        }))
    }

    fn identifiers(&mut self, names: &[ruff::Identifier]) -> &'a [crate::names::Ident] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(names.iter().map(|name| self.identifier(name)))
    }

    pub(super) fn nothing(&mut self) -> Expr<'a> {
        Expr { kind: NOTHING, location: Location::NONE }
    }
}
