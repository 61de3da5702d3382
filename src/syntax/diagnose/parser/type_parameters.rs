//! Type parameters.

use super::{Parser, Step};
use crate::syntax::diagnose::expr::ExprKind;

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
        if !self.at(":") {
            return Ok(());
        }
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
}
