//! Assignments of all kinds, and type aliases.

use super::mistakes::Use;
use super::operators::operator_of;
use super::shapes::{Part, shape};
use super::targets::{is_single_target, is_star_target};
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::SyntaxFeature;

impl<'a> Parser<'a, '_> {
    /// A statement that begins with an expression.
    pub(super) fn expression_statement(&mut self) -> Step<StmtKind<'a>> {
        if self.second_run {
            return self.checked_expression_statement();
        }
        if self.at_type_alias()
            && let Some(alias) = self.attempt(Self::type_alias)?
        {
            return Ok(alias);
        }
        self.predicted_expression_statement()
    }

    /// The same in the second run, alternative by alternative.
    #[cold]
    fn checked_expression_statement(&mut self) -> Step<StmtKind<'a>> {
        let mark = self.mark();
        let statement = self.attempt(Self::predicted_expression_statement)?;
        match statement {
            Some(StmtKind::Expr(_)) => self.back_to(mark),
            Some(assignment) => return Ok(assignment),
            None if self.at_augmented_assignment()? => return Err(Stop),
            None => {}
        }
        self.invalid_assignment()?;
        if self.at_type_alias()
            && let Some(alias) = self.attempt(Self::type_alias)?
        {
            return Ok(alias);
        }
        let value = self.assigned_value()?;
        Ok(StmtKind::Expr(value))
    }

    /// After its operator, an augmented assignment is no other statement.
    fn at_augmented_assignment(&mut self) -> Step<bool> {
        let target = self.fits(|this| {
            let target = this.primary()?;
            match augmented_operator(this.kind()) {
                Some(_) => Ok(target),
                None => Err(Stop),
            }
        })?;
        Ok(target.is_some_and(|target| is_single_target(target)))
    }

    /// An expression, or an assignment to it, as the token after it says.
    #[inline]
    fn predicted_expression_statement(&mut self) -> Step<StmtKind<'a>> {
        let start = self.position;
        let first = self.assigned_value()?;
        if self.dialect.is_lenient && self.tokens[start].kind == TokenKind::Yield {
            return Ok(StmtKind::Expr(first));
        }
        match self.kind() {
            TokenKind::Newline | TokenKind::Semicolon => Ok(StmtKind::Expr(first)),
            TokenKind::Equal => self.assignment(start, first),
            TokenKind::Colon => self.annotated_assignment(start, first),
            kind => match augmented_operator(kind) {
                Some(op) => self.augmented_assignment(start, first, op),
                None => Ok(StmtKind::Expr(first)),
            },
        }
    }

    /// `target = target = value`, after the first target.
    fn assignment(&mut self, mut start: usize, first: &'a Expr<'a>) -> Step<StmtKind<'a>> {
        let from = self.exprs.len();
        let mut value = first;
        while self.at(TokenKind::Equal) {
            if self.dialect.is_lenient {
                self.check_target_later(start, value, Use::Assign);
            } else if !is_star_target(value) {
                return Err(Stop);
            }
            let target = self.stored(value);
            self.exprs.push(target);
            self.bump();
            start = self.position;
            value = self.assigned_value()?;
        }
        let targets = self.take_exprs(from);
        Ok(StmtKind::Assign { targets, value })
    }

    fn annotated_assignment(&mut self, start: usize, target: &'a Expr<'a>) -> Step<StmtKind<'a>> {
        if !is_single_target(target) {
            if !self.dialect.is_lenient {
                return Err(Stop);
            }
            self.check_annotated_later(start, target);
        }
        self.bump();
        let annotation = self.expression()?;
        let value = self.after(TokenKind::Equal, Self::assigned_value)?;
        let is_name = matches!(target.kind, ExprKind::Name { .. });
        let assign = AnnAssign {
            target: self.stored(target),
            annotation,
            value,
            simple: is_name && self.tokens[start].kind == TokenKind::Name,
        };
        Ok(StmtKind::AnnAssign(self.arena.alloc(assign)))
    }

    fn augmented_assignment(
        &mut self,
        start: usize,
        target: &'a Expr<'a>,
        op: Operator,
    ) -> Step<StmtKind<'a>> {
        if !is_single_target(target) {
            if !self.dialect.is_lenient {
                return Err(Stop);
            }
            self.check_augmented_later(start, target);
        }
        self.bump();
        let value = if self.at(TokenKind::Yield) { self.yield_expression()? } else { self.maybe_starred()? };
        let (target, value) = (self.stored(target), value);
        Ok(StmtKind::AugAssign { target, op, value })
    }

    /// Whether `type` is next, and a name after it.
    fn at_type_alias(&self) -> bool {
        let is_alias = self.kind_ahead(1) == TokenKind::Name && self.at_name("type");
        is_alias && self.dialect.has(SyntaxFeature::TypeAlias)
    }

    /// CPython: `type_alias` (3.12–)
    fn type_alias(&mut self) -> Step<StmtKind<'a>> {
        let start = self.bump();
        let name = self.name_expression(ExprContext::Store)?;
        let id = self.node_id();
        let type_params = self.optional_type_params()?;
        self.expect(TokenKind::Equal)?;
        let value = self.expression()?;
        if !self.allows(SyntaxFeature::TypeAlias, start) {
            return Err(Stop);
        }
        let alias = TypeAlias { id, name, type_params, value };
        Ok(StmtKind::TypeAlias(self.arena.alloc(alias)))
    }

    /// The ways in which a statement that is no assignment could have been meant as one.
    ///
    /// CPython: `invalid_assignment` (3.9–)
    fn invalid_assignment(&mut self) -> Step<()> {
        self.invalid_annotation()?;
        let targets = Part::Skip(&|this| {
            let target = |this: &mut Self| {
                this.star_targets()?;
                this.expect(TokenKind::Equal)
            };
            this.repeat(target).map(drop)
        });
        if let Some(found) = self.find(shape![{targets} star_expressions "="])? {
            return self.check_target(found.expr(1), Use::Assign);
        }
        let message = "assignment to yield expression not possible";
        self.report(shape![{targets} yield_expression "="], 1..=1, message)?;
        let operator = Part::Skip(&|this| {
            augmented_operator(this.kind()).ok_or(Stop)?;
            this.bump();
            Ok(())
        });
        self.report_with(shape![star_expressions {operator} assigned_value], 0..=0, |this, found| {
            format!("'{}' is an illegal expression for augmented assignment", this.describe(found.expr(0)))
        })
    }

    fn invalid_annotation(&mut self) -> Step<()> {
        use TokenKind::Comma;
        self.report_with(shape![invalid_ann_assign_target ":" expression], 0..=0, |this, found| {
            format!("only single target (not {}) can be annotated", this.describe(found.expr(0)))
        })?;
        let elements = Part::Skip(&|this| {
            let element = |this: &mut Self| {
                this.star_named_expression()?;
                this.eat(Comma);
                Ok(())
            };
            this.repeat(element).map(drop)
        });
        let message = "only single target (not tuple) can be annotated";
        self.report(shape![star_named_expression "," {elements} ":" expression], 0..=0, message)?;
        self.report(shape![expression ":" expression], 0..=0, "illegal target for annotation")
    }

    /// A list or a tuple, in parentheses or not.
    fn invalid_ann_assign_target(&mut self) -> Step<&'a Expr<'a>> {
        if !self.at_any(TokenKind::LeftParen.bit() | TokenKind::LeftBracket.bit()) {
            return Err(Stop);
        }
        let target = self.atom()?;
        match target.kind {
            ExprKind::List { .. } | ExprKind::Tuple { .. } => Ok(target),
            _ => Err(Stop),
        }
    }
}

/// The operator of an augmented assignment.
fn augmented_operator(kind: TokenKind) -> Option<Operator> {
    if kind > TokenKind::Equal { operator_of(kind) } else { None }
}
