//! Operators, from `or` down to the operand: precedence climbing.
//!
//! | level | operators |
//! |---|---|
//! | 1 | `or` |
//! | 2 | `and` |
//! | 3 | `not` (prefix) |
//! | 4 | comparisons, which chain |
//! | 5 to 10 | `\|`, `^`, `&`, shifts, `+ -`, `* / // % @` |
//! | 11 | `+ - ~` (prefix) |
//! | 12 | `**`, whose right operand is of level 11 |
//!
//! CPython: `disjunction` to `primary` (3.9–)

use super::shapes::{Part, shape};
use super::{Parser, Rule, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::Mistake;

const UNPARENTHESIZED_NOT: &str = "'not' after an operator must be parenthesized";

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const BITWISE_OR: u8 = 5;
const TERM: u8 = 10;

/// The level of the operator that a kind of token is; 0 for none.
static LEVELS: [u8; 128] = {
    use TokenKind::*;
    let mut levels = [0; 128];
    let groups: [(&[TokenKind], u8); 9] = [
        (&[Or], OR),
        (&[And], AND),
        (&[Less, Greater, LessEqual, GreaterEqual, DoubleEqual, NotEqual, In, Is, Not], COMPARISON),
        (&[Bar], BITWISE_OR),
        (&[Caret], 6),
        (&[Ampersand], 7),
        (&[LeftShift, RightShift], 8),
        (&[Plus, Minus], 9),
        (&[Star, Slash, DoubleSlash, Percent, At], TERM),
    ];
    let (mut group, mut index) = (0, 0);
    while group < groups.len() {
        let (operators, level) = groups[group];
        while index < operators.len() {
            levels[operators[index] as usize] = level;
            index += 1;
        }
        (group, index) = (group + 1, 0);
    }
    levels
};

impl<'a> Parser<'a, '_> {
    #[inline]
    pub(super) fn disjunction(&mut self) -> Step<&'a Expr<'a>> {
        self.remembered(Rule::Disjunction, |this| this.operation(OR))
    }

    pub(super) fn inversion(&mut self) -> Step<&'a Expr<'a>> {
        self.operation(NOT)
    }

    pub(super) fn bitwise_or(&mut self) -> Step<&'a Expr<'a>> {
        self.remembered(Rule::BitwiseOr, |this| this.operation(BITWISE_OR))
    }

    /// Operations whose operators bind at least as tightly as `minimum`.
    fn operation(&mut self, minimum: u8) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if self.second_run && minimum <= TERM && self.knows(Mistake::NotAfterOperator) {
            self.invalid_factor()?;
        }
        let left = match self.kind() {
            TokenKind::Not if minimum <= NOT => self.inverted()?,
            TokenKind::Plus | TokenKind::Minus | TokenKind::Tilde | TokenKind::Await => self.factor()?,
            _ => {
                let base = self.primary()?;
                if self.at(TokenKind::DoubleStar) { self.power_rest(start, base)? } else { base }
            }
        };
        if LEVELS[self.kind() as usize] < minimum {
            return Ok(left);
        }
        self.operation_rest(start, left, minimum)
    }

    /// The operators and operands after the first operand, which starts at `start`.
    fn operation_rest(&mut self, start: usize, mut left: &'a Expr<'a>, minimum: u8) -> Step<&'a Expr<'a>> {
        loop {
            let level = LEVELS[self.kind() as usize];
            if level < minimum || level == 0 {
                return Ok(left);
            }
            let operation = match level {
                OR | AND => self.boolean(start, left, level)?,
                COMPARISON => self.comparison(start, left)?,
                _ => self.binary(start, left, level)?,
            };
            match operation {
                Some(operation) => left = operation,
                None => return Ok(left),
            }
            self.chained += 1;
        }
    }

    /// The rest of an expression that began with a bitwise operation.
    pub(super) fn expression_rest(&mut self, start: usize, left: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let body = self.operation_rest(start, left, OR)?;
        self.conditional_rest(start, body)
    }

    #[inline(never)]
    fn inverted(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        let operand = self.nested(Self::inversion)?;
        Ok(self.node(start, ExprKind::UnaryOp { op: UnaryOp::Not, operand }))
    }

    /// The operands after the first of `or` or `and`, which are one operation.
    fn boolean(&mut self, start: usize, left: &'a Expr<'a>, level: u8) -> Step<Option<&'a Expr<'a>>> {
        let operator = self.kind();
        let from = self.exprs.len();
        self.exprs.push(left);
        while let Some(right) = self.after(operator, |this| this.operation(level + 1))? {
            self.exprs.push(right);
        }
        if self.exprs.len() == from + 1 {
            self.exprs.truncate(from);
            return Ok(None);
        }
        let op = if operator == TokenKind::Or { BoolOp::Or } else { BoolOp::And };
        let kind = ExprKind::BoolOp { op, values: self.take_exprs(from) };
        Ok(Some(self.node(start, kind)))
    }

    /// The operators and operands of a chain of comparisons.
    fn comparison(&mut self, start: usize, left: &'a Expr<'a>) -> Step<Option<&'a Expr<'a>>> {
        let from = self.exprs.len();
        let mut ops = smallvec::SmallVec::<[CmpOp; 4]>::new();
        while LEVELS[self.kind() as usize] == COMPARISON {
            match self.attempt(Self::comparison_rest)? {
                Some((op, right)) => {
                    ops.push(op);
                    self.exprs.push(right);
                }
                None => break,
            }
        }
        if ops.is_empty() {
            return Ok(None);
        }
        let comparators = self.take_exprs(from);
        let ops = self.arena.alloc_slice_copy(&ops);
        let compare = Compare { left, ops, comparators };
        let kind = ExprKind::Compare(self.arena.alloc(compare));
        Ok(Some(self.node(start, kind)))
    }

    /// CPython: `compare_op_bitwise_or_pair`
    fn comparison_rest(&mut self) -> Step<(CmpOp, &'a Expr<'a>)> {
        let operator = self.bump();
        let op = match self.tokens[operator].kind {
            TokenKind::Less => CmpOp::Lt,
            TokenKind::Greater => CmpOp::Gt,
            TokenKind::LessEqual => CmpOp::LtE,
            TokenKind::GreaterEqual => CmpOp::GtE,
            TokenKind::DoubleEqual => CmpOp::Eq,
            TokenKind::NotEqual => {
                self.check_not_equal(operator)?;
                CmpOp::NotEq
            }
            TokenKind::In => CmpOp::In,
            TokenKind::Not => {
                self.expect(TokenKind::In)?;
                CmpOp::NotIn
            }
            _ => {
                if let Some(right) = self.after(TokenKind::Not, Self::bitwise_or)? {
                    return Ok((CmpOp::IsNot, right));
                }
                CmpOp::Is
            }
        };
        Ok((op, self.bitwise_or()?))
    }

    /// `!=` is spelt `<>` after `from __future__ import barry_as_FLUFL`, and only then.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_check_barry_as_flufl` (3.9–)
    fn check_not_equal(&mut self, operator: usize) -> Step<()> {
        let is_flufl = self.text_of(operator) == "<>";
        match (self.flufl, is_flufl) {
            (true, false) => {
                self.farthest = self.farthest.max(operator);
                self.position = operator;
                self.mistake_here("with Barry as BDFL, use '<>' instead of '!='")
            }
            (false, true) => {
                // CPython refuses the token itself: it never looks at the next one.
                self.position = operator;
                if self.second_run && self.knows(Mistake::LessGreater) {
                    let message = "invalid syntax.  Maybe you meant '!=' instead of '<>'?";
                    return self.mistake(operator, operator, message);
                }
                Err(Stop)
            }
            _ => Ok(()),
        }
    }

    fn binary(&mut self, start: usize, left: &'a Expr<'a>, level: u8) -> Step<Option<&'a Expr<'a>>> {
        let operator = self.kind();
        let right = self.after(operator, |this| this.operation(level + 1))?;
        if right.is_none() && self.second_run && level >= 9 && self.knows(Mistake::NotAfterOperator) {
            self.invalid_arithmetic()?;
        }
        let (Some(right), Some(op)) = (right, operator_of(operator)) else { return Ok(None) };
        let kind = ExprKind::BinOp { left, op, right };
        Ok(Some(self.node(start, kind)))
    }

    /// `a + not b`, at the operator.
    ///
    /// CPython: `invalid_arithmetic` (3.13–)
    #[cold]
    fn invalid_arithmetic(&mut self) -> Step<()> {
        self.report(shape![{Part::Token(self.kind())} "not" inversion], 1..=2, UNPARENTHESIZED_NOT)
    }

    /// `- not a`, where a term may begin.
    ///
    /// CPython: `invalid_factor` (3.13–)
    #[cold]
    fn invalid_factor(&mut self) -> Step<()> {
        self.report(shape![("+" "-" "~") "not" factor], 1..=2, UNPARENTHESIZED_NOT)
    }

    pub(super) fn factor(&mut self) -> Step<&'a Expr<'a>> {
        use TokenKind::{Minus, Plus, Tilde};
        if self.at_any(Plus.bit() | Minus.bit() | Tilde.bit()) {
            return self.remembered(Rule::Factor, Self::unary);
        }
        self.power()
    }

    fn unary(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let op = match self.kind() {
            TokenKind::Plus => UnaryOp::UAdd,
            TokenKind::Minus => UnaryOp::USub,
            _ => UnaryOp::Invert,
        };
        self.bump();
        let operand = self.nested(Self::factor)?;
        Ok(self.node(start, ExprKind::UnaryOp { op, operand }))
    }

    fn power(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let base = match self.kind() {
            TokenKind::Await => self.await_primary()?,
            _ => self.primary()?,
        };
        if self.at(TokenKind::DoubleStar) { self.power_rest(start, base) } else { Ok(base) }
    }

    /// `** exponent` after a base that starts at `start`.
    #[inline(never)]
    fn power_rest(&mut self, start: usize, base: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let exponent = self.after(TokenKind::DoubleStar, |this| this.deeper(2, Self::factor))?;
        let Some(exponent) = exponent else { return Ok(base) };
        Ok(self.node(start, ExprKind::BinOp { left: base, op: Operator::Pow, right: exponent }))
    }

    fn await_primary(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        let value = self.primary()?;
        Ok(self.node(start, ExprKind::Await(value)))
    }

    /// An operand with attributes, calls and subscripts.
    #[inline]
    pub(super) fn primary(&mut self) -> Step<&'a Expr<'a>> {
        self.remembered(Rule::Primary, Self::any_primary)
    }

    fn any_primary(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let mut expr = match self.kind() {
            TokenKind::Name => self.name_expression(ExprContext::Load)?,
            _ => self.atom()?,
        };
        loop {
            let kind = match self.kind() {
                TokenKind::Dot => self.attribute(expr)?,
                TokenKind::LeftParen => self.call(expr)?,
                TokenKind::LeftBracket => {
                    self.comprehension_after_primary()?;
                    self.subscript(expr)?
                }
                TokenKind::LeftBrace => {
                    self.brace_after_primary()?;
                    return Ok(expr);
                }
                _ => return Ok(expr),
            };
            match kind {
                Some(kind) => expr = self.node(start, kind),
                None => return Ok(expr),
            }
            self.chained += 1;
        }
    }

    /// After an operand, CPython looks for a generator expression, and so for the mistakes of
    /// comprehensions in all brackets.
    ///
    /// CPython: `primary`, `genexp` (3.9–)
    fn comprehension_after_primary(&mut self) -> Step<()> {
        if self.second_run { self.invalid_comprehension() } else { Ok(()) }
    }

    /// CPython: `invalid_primary` (3.9)
    fn brace_after_primary(&mut self) -> Step<()> {
        if self.second_run && !self.knows(Mistake::Advice) {
            return self.mistake(self.position, self.position, "invalid syntax");
        }
        self.comprehension_after_primary()
    }

    #[inline]
    pub(super) fn attribute(&mut self, value: &'a Expr<'a>) -> Step<Option<ExprKind<'a>>> {
        if self.kind_ahead(1) != TokenKind::Name {
            self.farthest = self.farthest.max(self.position + 1);
            return Ok(None);
        }
        self.bump();
        let name = self.take_token();
        let attr = self.identifier_of(name)?;
        Ok(Some(ExprKind::Attribute { value, attr, ctx: ExprContext::Load }))
    }
}

/// What a binary operator or the operator of an augmented assignment does.
pub(super) fn operator_of(kind: TokenKind) -> Option<Operator> {
    use TokenKind::*;
    Some(match kind {
        Plus | PlusEqual => Operator::Add,
        Minus | MinusEqual => Operator::Sub,
        Star | StarEqual => Operator::Mult,
        At | AtEqual => Operator::MatMult,
        Slash | SlashEqual => Operator::Div,
        Percent | PercentEqual => Operator::Mod,
        LeftShift | LeftShiftEqual => Operator::LShift,
        RightShift | RightShiftEqual => Operator::RShift,
        Bar | BarEqual => Operator::BitOr,
        Caret | CaretEqual => Operator::BitXor,
        Ampersand | AmpersandEqual => Operator::BitAnd,
        DoubleSlash | DoubleSlashEqual => Operator::FloorDiv,
        DoubleStar | DoubleStarEqual => Operator::Pow,
        _ => return Option::None,
    })
}
