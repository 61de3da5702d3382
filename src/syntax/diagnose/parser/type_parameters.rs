//! Type parameters.

use super::{Parser, Step};
use crate::syntax::diagnose::expr::ExprKind;
use crate::targets::SyntaxFeature;

impl Parser<'_> {
    pub(super) fn type_parameters(&mut self) -> Step<()> {
        self.expect("[")?;
        loop {
            self.type_parameter()?;
            if !self.eat(",") || self.at("]") {
                break;
            }
        }
        self.expect("]").map(|_| ())
    }

    fn type_parameter(&mut self) -> Step<()> {
        let kind = if self.eat("*") {
            Some("TypeVarTuple")
        } else if self.eat("**") {
            Some("ParamSpec")
        } else {
            None
        };
        self.name()?;
        if self.at(":") {
            self.bound(kind)?;
        }
        if self.grammar.has(SyntaxFeature::TypeParameterDefault) && self.eat("=") {
            self.type_parameter_default(kind)?;
        }
        Ok(())
    }

    /// Only a type variable may have one.
    fn bound(&mut self, kind: Option<&str>) -> Step<()> {
        let colon = self.bump();
        let bound = self.expression()?;
        match kind {
            Some(kind) => {
                let what = if bound.kind == ExprKind::Tuple { "constraints" } else { "bound" };
                self.mistake(colon, colon, format!("cannot use {what} with {kind}"))
            }
            None => Ok(()),
        }
    }

    fn type_parameter_default(&mut self, kind: Option<&str>) -> Step<()> {
        match kind {
            Some("TypeVarTuple") => self.star_expression(),
            _ => self.expression(),
        }
        .map(|_| ())
    }
}
