//! The loops of comprehensions, and the targets of loops.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{Expr, ExprKind, Use};
use crate::targets::SyntaxFeature;

impl Parser<'_> {
    /// A comprehension of `element`, whose loops come next.
    pub(super) fn comprehension(
        &mut self,
        kind: ExprKind,
        start: usize,
        element: Expr,
        close: &str,
    ) -> Step<Expr> {
        let is_starred = element.kind == ExprKind::Starred && self.text_of(self.tokens[element.start]) == "*";
        if is_starred && !self.grammar.has(SyntaxFeature::UnpackingInComprehension) {
            if self.has_checks && self.fits(Self::for_if_clauses)?.is_some() {
                return self.mistake_in(&element, "iterable unpacking cannot be used in comprehension");
            }
            return Err(Stop::Dead);
        }
        self.for_if_clauses()?;
        self.expect(close)?;
        Ok(Expr::new(kind, start, self.position))
    }

    pub(super) fn for_if_clauses(&mut self) -> Step<()> {
        self.for_if_clause()?;
        while self.at_any(&["for", "async"]) {
            if self.attempt(Self::for_if_clause)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn for_if_clause(&mut self) -> Step<()> {
        self.eat("async");
        self.expect("for")?;
        self.for_targets()?;
        self.disjunction()?;
        while self.at("if") {
            let condition = self.attempt(|this| {
                this.bump();
                this.disjunction()
            })?;
            if condition.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// The targets of a loop and the `in` after them.
    pub(super) fn for_targets(&mut self) -> Step<()> {
        let targets = self.position;
        let fits = self.attempt(|this| {
            this.targets()?;
            this.expect("in")
        })?;
        if fits.is_some() {
            return Ok(());
        }
        if self.has_checks {
            self.position = targets;
            if let Some(expr) = self.fits(Self::star_expressions)?
                && let Some(invalid) = expr.invalid_target(Use::For)
            {
                let message = format!("cannot assign to {}", invalid.description());
                return self.mistake_in(invalid, message);
            }
        }
        Err(Stop::Dead)
    }

    /// One or more targets.
    pub(super) fn targets(&mut self) -> Step<Expr> {
        let start = self.position;
        let first = self.target()?;
        self.tuple_rest(start, first, Self::target)
    }

    pub(super) fn target(&mut self) -> Step<Expr> {
        let target = if self.at("*") { self.starred(Self::primary)? } else { self.primary()? };
        if target.is_target(Use::Assign) { Ok(target) } else { Err(Stop::Dead) }
    }
}
