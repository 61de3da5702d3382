//! Expressions but for literals.

use ruff_python_ast as ruff;
use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use super::{Lowerer, NOTHING, start};
use crate::code::Constant;
use crate::source::Location;
use crate::syntax::ast::*;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn expr(&mut self, expr: &ruff::Expr) -> Expr<'a> {
        // Half of all expressions are names: they need no room for anything within.
        if let ruff::Expr::Name(name) = expr {
            let location = self.location(name.range);
            return Expr { kind: self.name(name), location };
        }
        let nothing = || Expr { kind: NOTHING, location: Location::NONE };
        self.nested(|this| this.expr_unchecked(expr), nothing)
    }

    #[inline]
    fn expr_unchecked(&mut self, expr: &ruff::Expr) -> Expr<'a> {
        let location = self.location(expr.range());
        Expr { kind: self.expr_kind(expr), location }
    }

    fn expr_kind(&mut self, expr: &ruff::Expr) -> ExprKind<'a> {
        match expr {
            ruff::Expr::Name(expr) => self.name(expr),
            ruff::Expr::Attribute(expr) => ExprKind::Attribute {
                value: self.boxed(&expr.value),
                attr: self.identifier(&expr.attr),
                ctx: context(expr.ctx),
            },
            ruff::Expr::Call(expr) => self.call(expr),
            ruff::Expr::StringLiteral(expr) => self.string(expr),
            ruff::Expr::BytesLiteral(expr) => self.bytes(expr),
            ruff::Expr::NumberLiteral(expr) => self.number(expr),
            ruff::Expr::FString(expr) => self.fstring(expr),
            ruff::Expr::BooleanLiteral(expr) => {
                ExprKind::Constant(if expr.value { Constant::True } else { Constant::False })
            }
            ruff::Expr::NoneLiteral(_) => ExprKind::Constant(Constant::None),
            ruff::Expr::EllipsisLiteral(_) => ExprKind::Constant(Constant::Ellipsis),
            ruff::Expr::BoolOp(expr) => {
                let op = if expr.op == ruff::BoolOp::And { BoolOp::And } else { BoolOp::Or };
                ExprKind::BoolOp { op, values: self.exprs(&expr.values) }
            }
            ruff::Expr::Named(expr) => {
                if expr.target.start() != expr.start() {
                    self.fail_at(expr.target.range(), "cannot use assignment expressions with name");
                }
                ExprKind::NamedExpr { target: self.boxed(&expr.target), value: self.boxed(&expr.value) }
            }
            ruff::Expr::BinOp(expr) => ExprKind::BinOp {
                left: self.boxed(&expr.left),
                op: operator(expr.op),
                right: self.boxed(&expr.right),
            },
            ruff::Expr::UnaryOp(expr) => {
                // In a pattern the crate has seen a `-`.
                let is_plus = expr.op == ruff::UnaryOp::USub && self.byte_at(start(expr)) == Some(b'+');
                let op = if is_plus { UnaryOp::UAdd } else { unary_op(expr.op) };
                ExprKind::UnaryOp { op, operand: self.boxed(&expr.operand) }
            }
            ruff::Expr::Lambda(expr) => self.lambda(expr),
            ruff::Expr::If(expr) => self.if_exp(expr),
            ruff::Expr::Compare(expr) => self.compare(expr),
            ruff::Expr::Subscript(expr) => ExprKind::Subscript {
                value: self.boxed(&expr.value),
                slice: self.boxed(&expr.slice),
                ctx: context(expr.ctx),
            },
            ruff::Expr::Starred(expr) => {
                ExprKind::Starred { value: self.boxed(&expr.value), ctx: context(expr.ctx) }
            }
            ruff::Expr::List(expr) => ExprKind::List { elts: self.exprs(&expr.elts), ctx: context(expr.ctx) },
            ruff::Expr::Tuple(expr) => {
                ExprKind::Tuple { elts: self.exprs(&expr.elts), ctx: context(expr.ctx) }
            }
            ruff::Expr::Set(expr) => ExprKind::Set(self.exprs(&expr.elts)),
            ruff::Expr::Dict(expr) => self.dict(expr),
            _ => self.rare_expr_kind(expr),
        }
    }

    fn name(&mut self, expr: &ruff::ExprName) -> ExprKind<'a> {
        ExprKind::Name { id: self.intern(expr.id.as_str()), ctx: context(expr.ctx) }
    }

    fn rare_expr_kind(&mut self, expr: &ruff::Expr) -> ExprKind<'a> {
        match expr {
            ruff::Expr::Slice(expr) => ExprKind::Slice {
                lower: self.optional(expr.lower.as_deref()),
                upper: self.optional(expr.upper.as_deref()),
                step: self.optional(expr.step.as_deref()),
            },
            ruff::Expr::Await(expr) => ExprKind::Await(self.boxed(&expr.value)),
            ruff::Expr::Yield(expr) => {
                if expr.value.is_none() {
                    self.end_of_bare_yield(expr.range());
                }
                ExprKind::Yield(self.optional(expr.value.as_deref()))
            }
            ruff::Expr::YieldFrom(expr) => ExprKind::YieldFrom(self.boxed(&expr.value)),
            ruff::Expr::ListComp(expr) => {
                ExprKind::ListComp(self.comprehension_expr(&expr.elt, None, &expr.generators))
            }
            ruff::Expr::SetComp(expr) => {
                ExprKind::SetComp(self.comprehension_expr(&expr.elt, None, &expr.generators))
            }
            ruff::Expr::DictComp(expr) => {
                let (key, value) = match expr.key.as_deref() {
                    Some(key) => (key, Some(&*expr.value)),
                    None => (&*expr.value, None),
                };
                ExprKind::DictComp(self.comprehension_expr(key, value, &expr.generators))
            }
            ruff::Expr::Generator(expr) => {
                ExprKind::GeneratorExp(self.comprehension_expr(&expr.elt, None, &expr.generators))
            }
            ruff::Expr::TString(expr) => self.tstring(expr),
            _ => {
                self.fail_at(expr.range(), "invalid syntax");
                NOTHING
            }
        }
    }

    /// A `yield` without a value is no operand: what follows it must end what it stands in.
    fn end_of_bare_yield(&mut self, range: TextRange) {
        let next = self.tokens.after(range.end()).iter().find(|token| !token.kind().is_trivia());
        let ends = next.is_none_or(|token| {
            matches!(
                token.kind(),
                TokenKind::Newline
                    | TokenKind::EndOfFile
                    | TokenKind::Semi
                    | TokenKind::Rpar
                    | TokenKind::Rbrace
                    | TokenKind::Equal
                    | TokenKind::Colon
                    | TokenKind::Exclamation
            )
        });
        if !ends {
            self.fail_at(range, "invalid syntax");
        }
    }

    fn call(&mut self, expr: &ruff::ExprCall) -> ExprKind<'a> {
        let func = self.boxed(&expr.func);
        let args = match &*expr.arguments.args {
            // The parentheses of the call are those of a generator expression that is its only argument.
            [arg @ ruff::Expr::Generator(generator)]
                if !generator.parenthesized && expr.arguments.keywords.is_empty() =>
            {
                let mut arg = self.expr(arg);
                arg.location = self.location(expr.arguments.range);
                self.arena.alloc_slice_copy(&[arg])
            }
            args => self.exprs(args),
        };
        let keywords = self.keywords(&expr.arguments.keywords);
        ExprKind::Call(self.arena.alloc(Call { func, args, keywords }))
    }

    pub(super) fn keywords(&mut self, keywords: &[ruff::Keyword]) -> &'a [Keyword<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(keywords.iter().map(|keyword| Keyword {
            arg: self.optional_identifier(keyword.arg.as_ref()),
            value: self.boxed(&keyword.value),
            location: self.location(keyword.range),
        }))
    }

    fn lambda(&mut self, expr: &ruff::ExprLambda) -> ExprKind<'a> {
        let lambda = Lambda {
            id: self.node_id(),
            args: match &expr.parameters {
                Some(parameters) => self.parameters(parameters),
                None => self.no_parameters(),
            },
            body: self.boxed(&expr.body),
        };
        ExprKind::Lambda(self.arena.alloc(lambda))
    }

    fn if_exp(&mut self, expr: &ruff::ExprIf) -> ExprKind<'a> {
        let if_exp = IfExp {
            test: self.boxed(&expr.test),
            body: self.boxed(&expr.body),
            orelse: self.boxed(&expr.orelse),
        };
        ExprKind::IfExp(self.arena.alloc(if_exp))
    }

    fn compare(&mut self, expr: &ruff::ExprCompare) -> ExprKind<'a> {
        let compare = Compare {
            left: self.boxed(&expr.left),
            ops: self.arena.alloc_slice_fill_iter(expr.ops.iter().map(|&op| cmp_op(op))),
            comparators: self.exprs(&expr.comparators),
        };
        ExprKind::Compare(self.arena.alloc(compare))
    }

    fn dict(&mut self, expr: &ruff::ExprDict) -> ExprKind<'a> {
        let arena = self.arena;
        let keys = expr.items.iter().map(|item| item.key.as_ref().map(|key| self.expr(key)));
        let keys = arena.alloc_slice_fill_iter(keys);
        let values = arena.alloc_slice_fill_iter(expr.items.iter().map(|item| self.expr(&item.value)));
        ExprKind::Dict(arena.alloc(Dict { keys, values }))
    }

    fn comprehension_expr(
        &mut self,
        elt: &ruff::Expr,
        value: Option<&ruff::Expr>,
        generators: &[ruff::Comprehension],
    ) -> &'a ComprehensionExpr<'a> {
        let arena = self.arena;
        let expr = ComprehensionExpr {
            id: self.node_id(),
            elt: self.boxed(elt),
            value: self.optional(value),
            generators: arena.alloc_slice_fill_iter(generators.iter().map(|generator| Comprehension {
                is_async: generator.is_async,
                target: self.boxed(&generator.target),
                iter: self.boxed(&generator.iter),
                ifs: self.exprs(&generator.ifs),
            })),
        };
        arena.alloc(expr)
    }

    pub(super) fn constant(&mut self, constant: Constant<'a>, range: TextRange) -> Expr<'a> {
        Expr { kind: ExprKind::Constant(constant), location: self.location(range) }
    }
}

/// The context of a node in a tree without errors.
fn context(ctx: ruff::ExprContext) -> ExprContext {
    match ctx {
        ruff::ExprContext::Load | ruff::ExprContext::Invalid => ExprContext::Load,
        ruff::ExprContext::Store => ExprContext::Store,
        ruff::ExprContext::Del => ExprContext::Del,
    }
}

pub(super) fn operator(op: ruff::Operator) -> Operator {
    match op {
        ruff::Operator::Add => Operator::Add,
        ruff::Operator::Sub => Operator::Sub,
        ruff::Operator::Mult => Operator::Mult,
        ruff::Operator::MatMult => Operator::MatMult,
        ruff::Operator::Div => Operator::Div,
        ruff::Operator::Mod => Operator::Mod,
        ruff::Operator::Pow => Operator::Pow,
        ruff::Operator::LShift => Operator::LShift,
        ruff::Operator::RShift => Operator::RShift,
        ruff::Operator::BitOr => Operator::BitOr,
        ruff::Operator::BitXor => Operator::BitXor,
        ruff::Operator::BitAnd => Operator::BitAnd,
        ruff::Operator::FloorDiv => Operator::FloorDiv,
    }
}

fn unary_op(op: ruff::UnaryOp) -> UnaryOp {
    match op {
        ruff::UnaryOp::Invert => UnaryOp::Invert,
        ruff::UnaryOp::Not => UnaryOp::Not,
        ruff::UnaryOp::UAdd => UnaryOp::UAdd,
        ruff::UnaryOp::USub => UnaryOp::USub,
    }
}

fn cmp_op(op: ruff::CmpOp) -> CmpOp {
    match op {
        ruff::CmpOp::Eq => CmpOp::Eq,
        ruff::CmpOp::NotEq => CmpOp::NotEq,
        ruff::CmpOp::Lt => CmpOp::Lt,
        ruff::CmpOp::LtE => CmpOp::LtE,
        ruff::CmpOp::Gt => CmpOp::Gt,
        ruff::CmpOp::GtE => CmpOp::GtE,
        ruff::CmpOp::Is => CmpOp::Is,
        ruff::CmpOp::IsNot => CmpOp::IsNot,
        ruff::CmpOp::In => CmpOp::In,
        ruff::CmpOp::NotIn => CmpOp::NotIn,
    }
}
