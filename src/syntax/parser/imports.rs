//! Imports.

use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::names::{Ident, known};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

const TRAILING_COMMA: &str = "trailing comma not allowed without surrounding parentheses";

const NOTHING_IMPORTED: &str = "Expected one or more names after 'import'";

impl<'a> Parser<'a, '_> {
    /// At `import`, `from`, or a `lazy` with one of them after it.
    ///
    /// CPython: `import_stmt` (3.9–)
    pub(super) fn import_statement(&mut self) -> Step<StmtKind<'a>> {
        let start = self.position;
        let is_lazy = self.at(TokenKind::Name);
        if is_lazy {
            self.bump();
            if !self.allows(SyntaxFeature::LazyImport, start) {
                return Err(Stop);
            }
        }
        if self.second_run && self.at(TokenKind::Import) && !is_lazy {
            self.invalid_import()?;
        }
        if self.at(TokenKind::Import) {
            return self.import_name(is_lazy);
        }
        if self.second_run && !is_lazy && self.knows(Mistake::MisplacedLazy) {
            self.invalid_import_from()?;
        }
        self.import_from(start, is_lazy)
    }

    fn import_name(&mut self, is_lazy: bool) -> Step<StmtKind<'a>> {
        self.bump();
        Ok(StmtKind::Import { names: self.separated(Self::dotted_as_name)?, is_lazy })
    }

    fn dotted_as_name(&mut self) -> Step<Alias> {
        if self.second_run && self.knows(Mistake::ImportTarget) {
            self.invalid_import_target(|this| this.dotted_name().map(drop))?;
        }
        let start = self.position;
        let name = self.dotted_name()?;
        let asname = self.after(TokenKind::As, Self::name)?;
        Ok(Alias { name, asname, location: self.span(start) })
    }

    /// A dotted name is one identifier, with its dots.
    fn dotted_name(&mut self) -> Step<Ident> {
        let first = self.name()?;
        if !self.at(TokenKind::Dot) {
            return Ok(first);
        }
        let mut text = self.interner.text(first).to_owned();
        while let Some(part) = self.after(TokenKind::Dot, Self::name)? {
            text.push('.');
            text.push_str(self.interner.text(part));
        }
        Ok(self.interner.intern(&text))
    }

    /// CPython: `import_from` (3.9–)
    fn import_from(&mut self, start: usize, is_lazy: bool) -> Step<StmtKind<'a>> {
        self.expect(TokenKind::From)?;
        let first_dot = self.position;
        let level = self.dots();
        let name = self.position;
        let module = match self.at(TokenKind::Import) && level > 0 {
            true => None,
            false => Some(self.dotted_name()?),
        };
        self.expect(TokenKind::Import)?;
        let names = self.import_from_targets()?;
        if let Some(module) = module {
            self.check_module(start, module, level, names, is_lazy)?;
            self.note_relative_lazy(first_dot, name, module, is_lazy);
        }
        Ok(StmtKind::ImportFrom { module, names, level, is_lazy })
    }

    /// How many dots come next: an ellipsis is three of them.
    fn dots(&mut self) -> u32 {
        let mut level = 0;
        loop {
            level += match self.kind() {
                TokenKind::Dot => 1,
                TokenKind::Ellipsis => 3,
                _ => return level,
            };
            self.bump();
        }
    }

    /// CPython: `Parser/action_helpers.c` `_PyPegen_checked_future_import` (3.12.10–)
    fn check_module(
        &mut self,
        start: usize,
        module: Ident,
        level: u32,
        names: &[Alias],
        is_lazy: bool,
    ) -> Step<()> {
        if module != known::FUTURE || level > 0 {
            return Ok(());
        }
        if is_lazy {
            return self.mistake(start, start, "lazy from __future__ import is not allowed");
        }
        if names.iter().any(|alias| self.interner.text(alias.name) == "barry_as_FLUFL") {
            self.depends_on_dialect = true;
            self.flufl = self.knows(Mistake::FluflStatement);
        }
        Ok(())
    }

    /// `from . lazy import a` may have been meant as `lazy from . import a`.
    fn note_relative_lazy(&mut self, first_dot: usize, name: usize, module: Ident, is_lazy: bool) {
        let has_blank = name > first_dot && self.tokens[name - 1].end != self.tokens[name].start;
        if !is_lazy && has_blank && self.interner.text(module) == "lazy" {
            let dots = (first_dot..name).map(|index| self.text_of(index)).collect();
            self.lazy_notice(name, dots);
        }
    }

    fn import_from_targets(&mut self) -> Step<&'a [Alias]> {
        let start = self.position;
        if self.eat(TokenKind::LeftParen) {
            let names = self.import_from_as_names()?;
            self.eat(TokenKind::Comma);
            self.expect(TokenKind::RightParen)?;
            return Ok(names);
        }
        if self.eat(TokenKind::Star) {
            let alias = Alias { name: known::STAR, asname: None, location: self.span(start) };
            return Ok(self.arena.alloc_slice_copy(&[alias]));
        }
        let names = self.attempt(|this| {
            let names = this.import_from_as_names()?;
            if this.dialect.is_lenient && this.eat(TokenKind::Comma) {
                this.refuse_later(start, TRAILING_COMMA);
            }
            if this.at(TokenKind::Comma) { Err(Stop) } else { Ok(names) }
        })?;
        if names.is_none() && self.second_run {
            self.invalid_import_from_targets()?;
        }
        names.ok_or(Stop)
    }

    fn import_from_as_names(&mut self) -> Step<&'a [Alias]> {
        self.separated(Self::import_from_as_name)
    }

    fn import_from_as_name(&mut self) -> Step<Alias> {
        if self.second_run && self.knows(Mistake::ImportTarget) {
            self.invalid_import_target(|this| this.name().map(drop))?;
        }
        let start = self.position;
        let name = self.name()?;
        let asname = self.after(TokenKind::As, Self::name)?;
        Ok(Alias { name, asname, location: self.span(start) })
    }

    /// `import a from b`, `import` alone.
    ///
    /// CPython: `invalid_import` (3.10–)
    #[cold]
    fn invalid_import(&mut self) -> Step<()> {
        let names = Part::Skip(&|this| this.separated(Self::dotted_name).map(drop));
        if self.knows(Mistake::ImportFromReversed) {
            let message = "Did you mean to use 'from ... import ...' instead?";
            self.report_from(shape!["import" {names} "from" [dotted_name]], 0, message)?;
        }
        match self.knows(Mistake::NothingImported) {
            true => self.report_from(shape!["import" "NEWLINE"], 1, NOTHING_IMPORTED),
            false => Ok(()),
        }
    }

    /// `import a as b.c`.
    ///
    /// CPython: `invalid_dotted_as_name`, `invalid_import_from_as_name` (3.14–)
    #[cold]
    fn invalid_import_target(&mut self, name: fn(&mut Self) -> Step<()>) -> Step<()> {
        let target = Part::Parse(|this: &mut Self| match this.is_whole_import_alias() {
            true => Err(Stop),
            false => this.expression(),
        });
        self.report_with(shape![{Part::Skip(&name)} "as" {target}], 2..=2, |this, found| {
            format!("cannot use {} as import target", this.describe(found.expr(2)))
        })
    }

    fn is_whole_import_alias(&mut self) -> bool {
        use TokenKind::{Comma, Name, Newline, RightParen, Semicolon};
        if !self.at(Name) {
            return false;
        }
        self.farthest = self.farthest.max(self.position + 1);
        matches!(self.kind_ahead(1), Comma | RightParen | Semicolon | Newline)
    }

    /// `from a lazy import b`.
    ///
    /// CPython: `invalid_import_from` (3.15–)
    #[cold]
    fn invalid_import_from(&mut self) -> Step<()> {
        let module = Part::Skip(&|this| {
            this.dots();
            this.dotted_name()?;
            if this.at_name("lazy") { Ok(()) } else { Err(Stop) }
        });
        let message = "use 'lazy from ... ' instead of 'from ... lazy import'";
        self.report(shape!["from" {module} "NAME" "import" [import_from_targets]], 2..=2, message)
    }

    /// CPython: `invalid_import_from_targets` (3.9–)
    #[cold]
    fn invalid_import_from_targets(&mut self) -> Step<()> {
        self.report_here(shape![[import_from_as_names] "," "NEWLINE"], TRAILING_COMMA)?;
        match self.knows(Mistake::NothingImported) {
            true => self.report_from(shape!["NEWLINE"], 0, NOTHING_IMPORTED),
            false => Ok(()),
        }
    }
}
