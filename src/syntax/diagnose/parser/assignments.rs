//! Assignments of all kinds, and what is not assigned to.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{Expr, ExprKind, Use};

/// The operators of augmented assignments.
const AUGMENTED: [&str; 13] =
    ["+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//="];

impl Parser<'_> {
    pub(super) fn assignment(&mut self) -> Step<()> {
        if self.attempt(Self::annotated_assignment)?.is_some() {
            return Ok(());
        }
        if self.attempt(Self::plain_assignment)?.is_some() {
            return Ok(());
        }
        let target = self.primary()?;
        if !is_single_target(&target) || !self.at_any(&AUGMENTED) {
            return Err(Stop::Dead);
        }
        self.bump();
        self.assigned()
    }

    fn annotated_assignment(&mut self) -> Step<()> {
        let target = self.primary()?;
        if !is_single_target(&target) {
            return Err(Stop::Dead);
        }
        self.expect(":")?;
        self.expression()?;
        if self.at("=") {
            self.attempt(|this| {
                this.bump();
                this.assigned()
            })?;
        }
        Ok(())
    }

    fn plain_assignment(&mut self) -> Step<()> {
        self.assigned_targets()?;
        self.assigned()?;
        if self.at("=") { Err(Stop::Dead) } else { Ok(()) }
    }

    /// One or more targets, each with its `=`.
    fn assigned_targets(&mut self) -> Step<()> {
        let mut count = 0;
        while self.attempt(Self::assigned_target)?.is_some() {
            count += 1;
        }
        if count == 0 { Err(Stop::Dead) } else { Ok(()) }
    }

    fn assigned_target(&mut self) -> Step<usize> {
        self.targets()?;
        self.expect("=")
    }

    fn assigned(&mut self) -> Step<()> {
        if self.at("yield") { self.yield_expr() } else { self.star_expressions() }.map(|_| ())
    }

    /// The ways in which a statement that is no assignment could have been meant as one.
    pub(super) fn check_assignment(&mut self) -> Step<()> {
        self.check_annotation()?;
        self.check_assigned_targets()?;
        let Some(target) = self.fits(Self::star_expressions)? else { return Ok(()) };
        let is_augmented = self.fits(|this| {
            this.star_expressions()?;
            if !this.at_any(&AUGMENTED) {
                return Err(Stop::Dead);
            }
            this.bump();
            this.assigned()
        })?;
        // A target that could be assigned to has had its chance.
        if is_augmented.is_some() && !is_single_target(&target) {
            let description = target.description();
            let message = format!("'{description}' is an illegal expression for augmented assignment");
            return self.mistake_in(&target, message);
        }
        Ok(())
    }

    fn check_annotation(&mut self) -> Step<()> {
        let annotated = self.fits(|this| {
            let target = this.primary()?;
            this.expect(":")?;
            this.expression()?;
            Ok(target)
        })?;
        if let Some(target) = annotated
            && matches!(target.kind, ExprKind::List | ExprKind::Tuple)
        {
            let kind = target.description();
            let message = format!("only single target (not {kind}) can be annotated");
            return self.mistake_in(&target, message);
        }
        self.check_tuple_annotation()?;
        let annotated = self.fits(|this| {
            let target = this.expression()?;
            this.expect(":")?;
            this.expression()?;
            Ok(target)
        })?;
        match annotated {
            Some(target) => self.mistake_in(&target, "illegal target for annotation"),
            None => Ok(()),
        }
    }

    fn check_tuple_annotation(&mut self) -> Step<()> {
        let first = self.fits(|this| {
            let first = this.star_named_expression()?;
            this.expect(",")?;
            while this.attempt(Self::star_named_expression)?.is_some() {
                this.eat(",");
            }
            this.expect(":")?;
            this.expression()?;
            Ok(first)
        })?;
        match first {
            Some(first) => self.mistake_in(&first, "only single target (not tuple) can be annotated"),
            None => Ok(()),
        }
    }

    fn check_assigned_targets(&mut self) -> Step<()> {
        let start = self.position;
        while self.attempt(Self::assigned_target)?.is_some() {}
        let last = self.position;
        let target = self.fits(|this| {
            let target = if this.at("yield") { this.yield_expr()? } else { this.star_expressions()? };
            this.expect("=")?;
            Ok(target)
        })?;
        self.position = start;
        let Some(target) = target else { return Ok(()) };
        if target.kind == ExprKind::Yield && self.text_of(self.tokens[last]) == "yield" {
            return self.mistake_in(&target, "assignment to yield expression not possible");
        }
        match target.invalid_target(Use::Assign) {
            Some(invalid) => {
                let message = format!("cannot assign to {}", invalid.description());
                self.mistake_in(invalid, message)
            }
            None => Ok(()),
        }
    }

    /// The name of a `type` statement, and what it stands for.
    pub(super) fn type_alias(&mut self) -> Step<()> {
        self.bump();
        self.name()?;
        self.optional_type_parameters()?;
        self.expect("=")?;
        self.expression().map(|_| ())
    }

    pub(super) fn optional_type_parameters(&mut self) -> Step<()> {
        if self.at("[") {
            self.attempt(Self::type_parameters)?;
        }
        Ok(())
    }
}

fn is_single_target(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name | ExprKind::Attribute | ExprKind::Subscript)
}
