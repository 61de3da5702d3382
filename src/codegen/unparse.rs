//! From an expression back to its source, in the spelling of CPython's compiler: what `from
//! __future__ import annotations` makes of an annotation.
//!
//! ```python
//! def f(x: ( dict[ str,int ]|None )): ...     # f.__annotations__["x"] is "dict[str, int] | None"
//! ```
//!
//! This is not `ast.unparse`, whose spelling differs here and there.
//!
//! CPython: `Python/ast_unparse.c` (3.7–)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use crate::code::{Constant, PyStr, literal};
use crate::names::{Ident, Interner};
use crate::syntax::ast::*;
use crate::targets::unicode::UnicodeVersion;

/// How tightly an expression binds; one that stands where a tighter one must is put in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

/// The source of an annotation. `unicode` decides which characters of its strings are escaped.
pub(super) fn unparse<'a>(
    arena: &'a Bump,
    interner: &Interner<'a>,
    unicode: UnicodeVersion,
    expr: &Expr<'a>,
) -> PyStr<'a> {
    let mut unparser = Unparser { arena, interner, unicode, text: Vec::new_in(arena) };
    unparser.expr(expr, Level::Test);
    PyStr(unparser.text.into_bump_slice())
}

/// The text is UTF-8 with lone surrogates, as in [`PyStr`]: the literals of an f-string hold them
/// until its `repr` is taken.
struct Unparser<'a, 'i> {
    arena: &'a Bump,
    interner: &'i Interner<'a>,
    unicode: UnicodeVersion,
    text: Vec<'a, u8>,
}

impl<'a> Unparser<'a, '_> {
    fn push(&mut self, text: &str) {
        self.text.extend_from_slice_copy(text.as_bytes());
    }

    fn name(&mut self, name: Ident) {
        self.push(self.interner.text(name));
    }

    /// In parentheses if `level` asks for something tighter than `own`.
    fn grouped(&mut self, level: Level, own: Level, inside: impl FnOnce(&mut Self)) {
        if level > own {
            self.push("(");
            inside(self);
            self.push(")");
        } else {
            inside(self);
        }
    }

    fn separated<T>(&mut self, items: &[T], separator: &str, mut each: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            each(self, item);
        }
    }

    fn tests(&mut self, exprs: &[Expr<'a>]) {
        self.separated(exprs, ", ", |unparser, expr| unparser.expr(expr, Level::Test));
    }

    fn expr(&mut self, expr: &Expr<'a>, level: Level) {
        match expr.kind {
            ExprKind::BoolOp { op, values } => self.bool_op(op, values, level),
            ExprKind::NamedExpr { target, value } => self.grouped(level, Level::Tuple, |unparser| {
                unparser.expr(target, Level::Atom);
                unparser.push(" := ");
                unparser.expr(value, Level::Atom);
            }),
            ExprKind::BinOp { left, op, right } => self.bin_op(left, op, right, level),
            ExprKind::UnaryOp { op, operand } => self.unary_op(op, operand, level),
            ExprKind::Lambda(lambda) => self.grouped(level, Level::Test, |unparser| unparser.lambda(lambda)),
            ExprKind::IfExp(IfExp { test, body, orelse }) => self.grouped(level, Level::Test, |unparser| {
                unparser.expr(body, Level::Or);
                unparser.push(" if ");
                unparser.expr(test, Level::Or);
                unparser.push(" else ");
                unparser.expr(orelse, Level::Test);
            }),
            ExprKind::Dict(Dict { keys, values }) => self.dict(keys, values),
            ExprKind::Set(elts) => self.enclosed("{", elts, "}"),
            ExprKind::List { elts, .. } => self.enclosed("[", elts, "]"),
            ExprKind::Tuple { elts, .. } => self.tuple(elts, level),
            ExprKind::ListComp(comp) => self.comprehension("[", comp, "]"),
            ExprKind::SetComp(comp) => self.comprehension("{", comp, "}"),
            ExprKind::DictComp(comp) => {
                self.comprehension(if comp.value.is_some() { "{" } else { "{**" }, comp, "}");
            }
            ExprKind::GeneratorExp(comp) => self.comprehension("(", comp, ")"),
            ExprKind::Await(value) => self.grouped(level, Level::Await, |unparser| {
                unparser.push("await ");
                unparser.expr(value, Level::Atom);
            }),
            ExprKind::Yield(None) => self.push("(yield)"),
            ExprKind::Yield(Some(value)) => self.yielded("(yield ", value),
            ExprKind::YieldFrom(value) => self.yielded("(yield from ", value),
            ExprKind::Compare(Compare { left, ops, comparators }) => {
                self.grouped(level, Level::Comparison, |unparser| unparser.compare(left, ops, comparators));
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value);
                self.formatted_how(conversion, format_spec);
            }
            ExprKind::Interpolation(field) => {
                self.field(field.str.0);
                self.formatted_how(field.conversion, field.format_spec);
            }
            ExprKind::JoinedStr(values) => self.joined_str("f", values),
            ExprKind::TemplateStr(values) => self.joined_str("t", values),
            ExprKind::Constant(Constant::Ellipsis) => self.push("..."),
            ExprKind::Constant(value) => literal::constant(&mut self.text, value, self.unicode),
            ExprKind::UnicodeConstant(text) => {
                self.push("u");
                literal::constant(&mut self.text, Constant::Str(text), self.unicode);
            }
            ExprKind::Attribute { value, attr, .. } => self.attribute(value, attr),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom);
                self.push("[");
                self.expr(slice, Level::Tuple);
                self.push("]");
            }
            ExprKind::Starred { value, .. } => {
                self.push("*");
                self.expr(value, Level::BitOr);
            }
            ExprKind::Slice(slice) => self.slice(slice),
            ExprKind::Name { id, .. } => self.name(id),
        }
    }

    fn bool_op(&mut self, op: BoolOp, values: &[Expr<'a>], level: Level) {
        let (text, own, operand) = match op {
            BoolOp::And => (" and ", Level::And, Level::Not),
            BoolOp::Or => (" or ", Level::Or, Level::And),
        };
        self.grouped(level, own, |unparser| {
            unparser.separated(values, text, |unparser, value| unparser.expr(value, operand));
        });
    }

    fn bin_op(&mut self, left: &Expr<'a>, op: Operator, right: &Expr<'a>, level: Level) {
        let (text, own, tighter) = match op {
            Operator::Add => (" + ", Level::Arithmetic, Level::Term),
            Operator::Sub => (" - ", Level::Arithmetic, Level::Term),
            Operator::Mult => (" * ", Level::Term, Level::Factor),
            Operator::MatMult => (" @ ", Level::Term, Level::Factor),
            Operator::Div => (" / ", Level::Term, Level::Factor),
            Operator::Mod => (" % ", Level::Term, Level::Factor),
            Operator::FloorDiv => (" // ", Level::Term, Level::Factor),
            Operator::LShift => (" << ", Level::Shift, Level::Arithmetic),
            Operator::RShift => (" >> ", Level::Shift, Level::Arithmetic),
            Operator::BitOr => (" | ", Level::BitOr, Level::BitXor),
            Operator::BitXor => (" ^ ", Level::BitXor, Level::BitAnd),
            Operator::BitAnd => (" & ", Level::BitAnd, Level::Shift),
            Operator::Pow => (" ** ", Level::Power, Level::Await),
        };
        // Only the power groups from the right.
        let (left_level, right_level) = if op == Operator::Pow { (tighter, own) } else { (own, tighter) };
        self.grouped(level, own, |unparser| {
            unparser.expr(left, left_level);
            unparser.push(text);
            unparser.expr(right, right_level);
        });
    }

    fn unary_op(&mut self, op: UnaryOp, operand: &Expr<'a>, level: Level) {
        let (text, own) = match op {
            UnaryOp::Invert => ("~", Level::Factor),
            UnaryOp::Not => ("not ", Level::Not),
            UnaryOp::UAdd => ("+", Level::Factor),
            UnaryOp::USub => ("-", Level::Factor),
        };
        self.grouped(level, own, |unparser| {
            unparser.push(text);
            unparser.expr(operand, own);
        });
    }

    /// CPython puts no space behind a `lambda` that has no positional parameter, even if it has
    /// others.
    fn lambda(&mut self, lambda: &Lambda<'a>) {
        let positional = !lambda.args.posonlyargs.is_empty() || !lambda.args.args.is_empty();
        self.push(if positional { "lambda " } else { "lambda" });
        self.arguments(lambda.args);
        self.push(": ");
        self.expr(lambda.body, Level::Test);
    }

    fn arguments(&mut self, args: &Arguments<'a>) {
        let positional = args.posonlyargs.len() + args.args.len();
        let mut separator = "";
        for (index, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            self.push(separator);
            separator = ", ";
            let default = (index + args.defaults.len()).checked_sub(positional);
            self.arg(arg, default.and_then(|index| args.defaults.get(index)));
            if index + 1 == args.posonlyargs.len() {
                self.push(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            self.push(separator);
            separator = ", ";
            self.push("*");
            if let Some(arg) = args.vararg {
                self.arg(arg, None);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            self.push(separator);
            separator = ", ";
            self.arg(arg, default.as_ref());
        }
        if let Some(arg) = args.kwarg {
            self.push(separator);
            self.push("**");
            self.arg(arg, None);
        }
    }

    fn arg(&mut self, arg: &Arg<'a>, default: Option<&Expr<'a>>) {
        self.name(arg.arg);
        if let Some(default) = default {
            self.push("=");
            self.expr(default, Level::Test);
        }
    }

    fn dict(&mut self, keys: &[Option<Expr<'a>>], values: &[Expr<'a>]) {
        self.push("{");
        let mut keys = keys.iter();
        self.separated(values, ", ", |unparser, value| match keys.next() {
            Some(Some(key)) => {
                unparser.expr(key, Level::Test);
                unparser.push(": ");
                unparser.expr(value, Level::Test);
            }
            Some(None) | None => {
                unparser.push("**");
                unparser.expr(value, Level::BitOr);
            }
        });
        self.push("}");
    }

    fn enclosed(&mut self, open: &str, elts: &[Expr<'a>], close: &str) {
        self.push(open);
        self.tests(elts);
        self.push(close);
    }

    fn tuple(&mut self, elts: &[Expr<'a>], level: Level) {
        if elts.is_empty() {
            self.push("()");
            return;
        }
        self.grouped(level, Level::Tuple, |unparser| {
            unparser.tests(elts);
            if elts.len() == 1 {
                unparser.push(",");
            }
        });
    }

    fn comprehension(&mut self, open: &str, comp: &ComprehensionExpr<'a>, close: &str) {
        self.push(open);
        self.expr(comp.elt, Level::Test);
        if let Some(value) = comp.value {
            self.push(": ");
            self.expr(value, Level::Test);
        }
        for generator in comp.generators {
            self.push(if generator.is_async { " async for " } else { " for " });
            self.expr(generator.target, Level::Tuple);
            self.push(" in ");
            self.expr(generator.iter, Level::Or);
            for test in generator.ifs {
                self.push(" if ");
                self.expr(test, Level::Or);
            }
        }
        self.push(close);
    }

    fn yielded(&mut self, open: &str, value: &Expr<'a>) {
        self.push(open);
        self.expr(value, Level::Test);
        self.push(")");
    }

    fn compare(&mut self, left: &Expr<'a>, ops: &[CmpOp], comparators: &[Expr<'a>]) {
        self.expr(left, Level::BitOr);
        for (op, comparator) in ops.iter().zip(comparators) {
            self.push(match op {
                CmpOp::Eq => " == ",
                CmpOp::NotEq => " != ",
                CmpOp::Lt => " < ",
                CmpOp::LtE => " <= ",
                CmpOp::Gt => " > ",
                CmpOp::GtE => " >= ",
                CmpOp::Is => " is ",
                CmpOp::IsNot => " is not ",
                CmpOp::In => " in ",
                CmpOp::NotIn => " not in ",
            });
            self.expr(comparator, Level::BitOr);
        }
    }

    fn call(&mut self, call: &Call<'a>) {
        self.expr(call.func, Level::Atom);
        if let ([Expr { kind: ExprKind::GeneratorExp(comp), .. }], []) = (call.args, call.keywords) {
            return self.comprehension("(", comp, ")");
        }
        self.push("(");
        self.tests(call.args);
        if !call.args.is_empty() && !call.keywords.is_empty() {
            self.push(", ");
        }
        self.separated(call.keywords, ", ", |unparser, keyword| {
            match keyword.arg {
                Some(arg) => {
                    unparser.name(arg);
                    unparser.push("=");
                }
                None => unparser.push("**"),
            }
            unparser.expr(keyword.value, Level::Test);
        });
        self.push(")");
    }

    /// A point behind an integer would be its decimal point.
    fn attribute(&mut self, value: &Expr<'a>, attr: Ident) {
        self.expr(value, Level::Atom);
        let integer = matches!(value.kind, ExprKind::Constant(Constant::Int(_)));
        self.push(if integer { " ." } else { "." });
        self.name(attr);
    }

    fn slice(&mut self, &Slice { lower, upper, step }: &Slice<'a>) {
        if let Some(lower) = lower {
            self.expr(lower, Level::Test);
        }
        self.push(":");
        if let Some(upper) = upper {
            self.expr(upper, Level::Test);
        }
        if let Some(step) = step {
            self.push(":");
            self.expr(step, Level::Test);
        }
    }
}

/// F-strings and template strings.
impl<'a> Unparser<'a, '_> {
    /// What is between the quotes is put together first, and then quoted as one string.
    fn joined_str(&mut self, prefix: &str, values: &[Expr<'a>]) {
        let outer = std::mem::replace(&mut self.text, Vec::new_in(self.arena));
        self.joined_values(values);
        let body = std::mem::replace(&mut self.text, outer);
        self.push(prefix);
        literal::string(&mut self.text, PyStr(&body), self.unicode);
    }

    fn joined_values(&mut self, values: &[Expr<'a>]) {
        for value in values {
            match value.kind.as_constant() {
                Some(Constant::Str(literal)) => self.literal(literal),
                _ => self.expr(value, Level::Test),
            }
        }
    }

    fn literal(&mut self, literal: PyStr<'_>) {
        for &byte in literal.0 {
            self.text.push(byte);
            if matches!(byte, b'{' | b'}') {
                self.text.push(byte);
            }
        }
    }

    /// A lambda needs parentheses for its colon.
    fn formatted_value(&mut self, value: &Expr<'a>) {
        let outer = std::mem::replace(&mut self.text, Vec::new_in(self.arena));
        self.expr(value, Level::Or);
        let value = std::mem::replace(&mut self.text, outer);
        self.field(&value);
    }

    /// A replacement field up to the end of its expression.
    fn field(&mut self, value: &[u8]) {
        self.push(if value.starts_with(b"{") { "{ " } else { "{" });
        self.text.extend_from_slice_copy(value);
    }

    /// What follows the expression of a replacement field.
    fn formatted_how(&mut self, conversion: Conversion, format_spec: Option<&Expr<'a>>) {
        self.push(match conversion {
            Conversion::None => "",
            Conversion::Str => "!s",
            Conversion::Repr => "!r",
            Conversion::Ascii => "!a",
        });
        if let Some(spec) = format_spec {
            self.push(":");
            match spec.kind {
                ExprKind::JoinedStr(values) => self.joined_values(values),
                _ => self.joined_values(std::slice::from_ref(spec)),
            }
        }
        self.push("}");
    }
}
