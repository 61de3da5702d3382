//! Expressions: the dispatch over their kinds.

use super::sequence::Label;
use super::{Compiler, Result};
use crate::source::Location;
use crate::syntax::ast::{AnnAssign, Expr, Keyword, MatchCase, Operator};

#[expect(unused_variables, reason = "stubs")]
impl<'a> Compiler<'a, '_> {
    pub(crate) fn visit_expr(&mut self, expr: &'a Expr<'a>) -> Result {
        Ok(())
    }
    pub(crate) fn jump_if(
        &mut self,
        location: Location,
        test: &'a Expr<'a>,
        target: Label,
        condition: bool,
    ) -> Result {
        Ok(())
    }
    pub(crate) fn assign(
        &mut self,
        location: Location,
        targets: &'a [Expr<'a>],
        value: &'a Expr<'a>,
    ) -> Result {
        Ok(())
    }
    pub(crate) fn delete(&mut self, targets: &'a [Expr<'a>]) -> Result {
        Ok(())
    }
    pub(crate) fn aug_assign(
        &mut self,
        location: Location,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Result {
        Ok(())
    }
    pub(crate) fn ann_assign(&mut self, location: Location, assign: &'a AnnAssign<'a>) -> Result {
        Ok(())
    }
    pub(crate) fn match_statement(
        &mut self,
        location: Location,
        subject: &'a Expr<'a>,
        cases: &'a [MatchCase<'a>],
    ) -> Result {
        Ok(())
    }
    pub(crate) fn call_args(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        Ok(())
    }
    pub(crate) fn yield_from_await(&mut self, location: Location, is_await: bool) -> Result {
        Ok(())
    }
}
