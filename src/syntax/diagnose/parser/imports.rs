//! Imports.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::token::Kind;

impl Parser<'_> {
    pub(super) fn import(&mut self) -> Step<()> {
        let start = self.bump();
        loop {
            self.dotted_name()?;
            self.alias()?;
            if !self.eat(",") {
                return self.check_from(start);
            }
        }
    }

    /// `import x from y`.
    fn check_from(&mut self, start: usize) -> Step<()> {
        if self.has_checks && self.at("from") {
            let end = self.fits(|this| {
                this.bump();
                this.dotted_name()?;
                Ok(this.position)
            })?;
            if let Some(end) = end {
                let message = "Did you mean to use 'from ... import ...' instead?";
                return self.mistake(start, end - 1, message);
            }
        }
        Ok(())
    }

    fn dotted_name(&mut self) -> Step<()> {
        self.name()?;
        while self.at(".") {
            self.bump();
            self.name()?;
        }
        Ok(())
    }

    fn alias(&mut self) -> Step<()> {
        if self.at("as") {
            self.bump();
            self.name()?;
        }
        Ok(())
    }

    pub(super) fn import_from(&mut self) -> Step<()> {
        self.bump();
        let mut has_dots = false;
        while self.at_any(&[".", "..."]) {
            self.bump();
            has_dots = true;
        }
        if !has_dots || self.at_kind(Kind::Name) {
            self.dotted_name()?;
        }
        self.expect("import")?;
        if self.eat("*") {
            return Ok(());
        }
        if self.eat("(") {
            return self.imported_names_in_parentheses();
        }
        loop {
            self.name()?;
            self.alias()?;
            if !self.eat(",") {
                return Ok(());
            }
            if self.at_kind(Kind::Newline) {
                if self.has_checks {
                    let message = "trailing comma not allowed without surrounding parentheses";
                    return self.mistake_here(message);
                }
                return Err(Stop::Dead);
            }
        }
    }

    fn imported_names_in_parentheses(&mut self) -> Step<()> {
        loop {
            self.name()?;
            self.alias()?;
            if !self.eat(",") || self.at(")") {
                break;
            }
        }
        self.expect(")").map(|_| ())
    }
}
