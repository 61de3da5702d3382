//! Trees as text, in the notation of `scripts/golden_ast.py`: `ast.dump` with the location of each
//! node after it (`@line:column-line:column`), and constants spelled so that different ones never
//! look alike.

use std::fmt::Write;

use crosspyc::internals::code::{Constant, Int};
use crosspyc::internals::names::{Ident, Interner};
use crosspyc::internals::source::Location;
use crosspyc::internals::syntax::ast::*;
use crosspyc::internals::targets::{Target, Version};

/// The whole module, one statement of its body a line.
pub(crate) fn dump(interner: &Interner<'_>, target: Target, module: &Module<'_>) -> String {
    let mut dumper = Dumper { interner, version: target.version(), out: String::new() };
    for stmt in module.body {
        dumper.stmt(stmt);
        dumper.out.push('\n');
    }
    dumper.out
}

struct Dumper<'i, 'a> {
    interner: &'i Interner<'a>,
    version: Version,
    out: String,
}

/// Writes `Name(field=value, ...)@location`; a field is an expression that writes its value, an
/// optional one is left out when `None`.
macro_rules! node {
    ($d:ident, $name:expr, [$($field:literal: $value:expr),*]) => {{
        $d.open($name);
        $($d.field($field); $value;)*
        $d.out.push(')');
    }};
}

impl Dumper<'_, '_> {
    fn open(&mut self, name: &str) {
        self.out.push_str(name);
        self.out.push('(');
    }

    fn field(&mut self, name: &str) {
        if !self.out.ends_with('(') {
            self.out.push_str(", ");
        }
        self.out.push_str(name);
        self.out.push('=');
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            item(self, value);
        }
        self.out.push(']');
    }

    fn at(&mut self, location: Location) {
        let Location { lineno, end_lineno, col_offset, end_col_offset } = location;
        write!(self.out, "@{lineno}:{col_offset}-{end_lineno}:{end_col_offset}").unwrap();
    }

    /// The location of a node that has none in versions before `version`.
    fn at_since(&mut self, version: Version, location: Location) {
        if self.version >= version {
            self.at(location);
        }
    }

    fn optional_field<T: Copy>(&mut self, name: &str, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        if let Some(value) = value {
            self.field(name);
            write(self, value);
        }
    }

    fn ident(&mut self, ident: Ident) {
        let text = self.interner.text(ident);
        self.quoted(text.as_bytes());
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push('\'');
        for ordinal in ordinals(text) {
            match u8::try_from(ordinal) {
                Ok(byte @ b' '..=b'~') if byte != b'\'' && byte != b'\\' => self.out.push(byte as char),
                _ => write!(self.out, "\\u{{{ordinal:x}}}").unwrap(),
            }
        }
        self.out.push('\'');
    }

    fn constant(&mut self, constant: Constant<'_>) {
        match constant {
            Constant::None => self.out.push_str("None"),
            Constant::True => self.out.push_str("True"),
            Constant::False => self.out.push_str("False"),
            Constant::Ellipsis => self.out.push_str("Ellipsis"),
            Constant::Int(Int::Small(value)) => write!(self.out, "{value}").unwrap(),
            Constant::Int(Int::Big { magnitude, .. }) => {
                self.out.push_str("0x");
                for (index, digit) in magnitude.iter().rev().enumerate() {
                    match index {
                        0 => write!(self.out, "{digit:x}").unwrap(),
                        _ => write!(self.out, "{digit:08x}").unwrap(),
                    }
                }
            }
            Constant::Float(value) => write!(self.out, "float:{:016x}", value.to_bits()).unwrap(),
            Constant::Complex { real, imag } => {
                write!(self.out, "complex:{:016x},{:016x}", real.to_bits(), imag.to_bits()).unwrap();
            }
            Constant::Str(text) => self.quoted(text.0),
            Constant::Bytes(bytes) => {
                self.out.push_str("bytes:");
                bytes.iter().for_each(|byte| write!(self.out, "{byte:02x}").unwrap());
            }
            _ => panic!("the parser makes no such constant"),
        }
    }

    fn stmts(&mut self, body: &[Stmt<'_>]) {
        self.list(body, Self::stmt);
    }

    fn exprs(&mut self, exprs: &[Expr<'_>]) {
        self.list(exprs, Self::expr);
    }

    fn stmt(&mut self, stmt: &Stmt<'_>) {
        self.stmt_kind(&stmt.kind);
        self.at(stmt.location);
    }

    fn stmt_kind(&mut self, kind: &StmtKind<'_>) {
        match *kind {
            StmtKind::FunctionDef(def) => self.function_def(def),
            StmtKind::ClassDef(class) => node!(self, "ClassDef", [
                "name": self.ident(class.name),
                "bases": self.exprs(class.bases),
                "keywords": self.list(class.keywords, Self::keyword),
                "body": self.stmts(class.body),
                "decorator_list": self.exprs(class.decorator_list),
                "type_params": self.type_params(class.type_params)
            ]),
            StmtKind::Return(value) => self.simple("Return", &[("value", value)]),
            StmtKind::Delete(targets) => node!(self, "Delete", ["targets": self.exprs(targets)]),
            StmtKind::Assign { targets, value } => {
                node!(self, "Assign", ["targets": self.exprs(targets), "value": self.expr(value)]);
            }
            StmtKind::TypeAlias(alias) => node!(self, "TypeAlias", [
                "name": self.expr(alias.name),
                "type_params": self.type_params(alias.type_params),
                "value": self.expr(alias.value)
            ]),
            StmtKind::AugAssign { target, op, value } => node!(self, "AugAssign", [
                "target": self.expr(target),
                "op": self.operator(op),
                "value": self.expr(value)
            ]),
            StmtKind::AnnAssign(assign) => {
                self.open("AnnAssign");
                self.field("target");
                self.expr(assign.target);
                self.field("annotation");
                self.expr(assign.annotation);
                self.optional_field("value", assign.value, Self::expr);
                write!(self.out, ", simple={})", u8::from(assign.simple)).unwrap();
            }
            StmtKind::For(stmt) => node!(self, if stmt.is_async { "AsyncFor" } else { "For" }, [
                "target": self.expr(stmt.target),
                "iter": self.expr(stmt.iter),
                "body": self.stmts(stmt.body),
                "orelse": self.stmts(stmt.orelse)
            ]),
            StmtKind::While { test, body, orelse } => node!(self, "While", [
                "test": self.expr(test), "body": self.stmts(body), "orelse": self.stmts(orelse)
            ]),
            StmtKind::If { test, body, orelse } => node!(self, "If", [
                "test": self.expr(test), "body": self.stmts(body), "orelse": self.stmts(orelse)
            ]),
            StmtKind::With(stmt) => node!(self, if stmt.is_async { "AsyncWith" } else { "With" }, [
                "items": self.list(stmt.items, Self::with_item), "body": self.stmts(stmt.body)
            ]),
            StmtKind::Match { subject, cases } => node!(self, "Match", [
                "subject": self.expr(subject), "cases": self.list(cases, Self::match_case)
            ]),
            StmtKind::Raise { exc, cause } => self.simple("Raise", &[("exc", exc), ("cause", cause)]),
            StmtKind::Try(stmt) => node!(self, if stmt.is_star { "TryStar" } else { "Try" }, [
                "body": self.stmts(stmt.body),
                "handlers": self.list(stmt.handlers, Self::handler),
                "orelse": self.stmts(stmt.orelse),
                "finalbody": self.stmts(stmt.finalbody)
            ]),
            StmtKind::Assert { test, msg } => self.simple("Assert", &[("test", Some(test)), ("msg", msg)]),
            StmtKind::Import { names, is_lazy } => {
                self.open("Import");
                self.field("names");
                self.list(names, Self::alias);
                self.out.push_str(if is_lazy { ", is_lazy=1)" } else { ")" });
            }
            StmtKind::ImportFrom { module, names, level, is_lazy } => {
                self.open("ImportFrom");
                self.optional_field("module", module, Self::ident);
                self.field("names");
                self.list(names, Self::alias);
                write!(self.out, ", level={level}").unwrap();
                self.out.push_str(if is_lazy { ", is_lazy=1)" } else { ")" });
            }
            StmtKind::Global(names) => {
                node!(self, "Global", ["names": self.list(names, |this, name| this.ident(*name))]);
            }
            StmtKind::Nonlocal(names) => {
                node!(self, "Nonlocal", ["names": self.list(names, |this, name| this.ident(*name))]);
            }
            StmtKind::Expr(value) => node!(self, "Expr", ["value": self.expr(value)]),
            StmtKind::Pass => self.out.push_str("Pass()"),
            StmtKind::Break => self.out.push_str("Break()"),
            StmtKind::Continue => self.out.push_str("Continue()"),
        }
    }

    /// A node whose fields are all expressions.
    fn simple(&mut self, name: &str, fields: &[(&str, Option<&Expr<'_>>)]) {
        self.open(name);
        for &(field, value) in fields {
            self.optional_field(field, value, Self::expr);
        }
        self.out.push(')');
    }

    fn function_def(&mut self, def: &FunctionDef<'_>) {
        self.open(if def.is_async { "AsyncFunctionDef" } else { "FunctionDef" });
        self.field("name");
        self.ident(def.name);
        self.field("args");
        self.arguments(def.args);
        self.field("body");
        self.stmts(def.body);
        self.field("decorator_list");
        self.exprs(def.decorator_list);
        self.optional_field("returns", def.returns, Self::expr);
        self.field("type_params");
        self.type_params(def.type_params);
        self.out.push(')');
    }

    fn arguments(&mut self, args: &Arguments<'_>) {
        self.open("arguments");
        self.field("posonlyargs");
        self.list(args.posonlyargs, Self::arg);
        self.field("args");
        self.list(args.args, Self::arg);
        self.optional_field("vararg", args.vararg, Self::arg);
        self.field("kwonlyargs");
        self.list(args.kwonlyargs, Self::arg);
        self.field("kw_defaults");
        self.list(args.kw_defaults, Self::optional_expr);
        self.optional_field("kwarg", args.kwarg, Self::arg);
        self.field("defaults");
        self.exprs(args.defaults);
        self.out.push(')');
    }

    fn optional_expr(&mut self, expr: &Option<Expr<'_>>) {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.out.push_str("None"),
        }
    }

    fn arg(&mut self, arg: &Arg<'_>) {
        self.open("arg");
        self.field("arg");
        self.ident(arg.arg);
        self.optional_field("annotation", arg.annotation, Self::expr);
        self.out.push(')');
        self.at(arg.location);
    }

    fn keyword(&mut self, keyword: &Keyword<'_>) {
        self.open("keyword");
        self.optional_field("arg", keyword.arg, Self::ident);
        self.field("value");
        self.expr(keyword.value);
        self.out.push(')');
        self.at_since(Version::V3_9, keyword.location);
    }

    fn type_params(&mut self, params: Option<&TypeParams<'_>>) {
        self.list(params.map_or(&[], |params| params.params), |this, param| {
            this.open(match param.kind {
                TypeParamKind::TypeVar => "TypeVar",
                TypeParamKind::TypeVarTuple => "TypeVarTuple",
                TypeParamKind::ParamSpec => "ParamSpec",
            });
            this.field("name");
            this.ident(param.name);
            this.optional_field("bound", param.bound, Self::expr);
            this.optional_field("default_value", param.default_value, Self::expr);
            this.out.push(')');
            this.at(param.location);
        });
    }

    fn with_item(&mut self, item: &WithItem<'_>) {
        self.open("withitem");
        self.field("context_expr");
        self.expr(item.context_expr);
        self.optional_field("optional_vars", item.optional_vars, Self::expr);
        self.out.push(')');
    }

    fn match_case(&mut self, case: &MatchCase<'_>) {
        self.open("match_case");
        self.field("pattern");
        self.pattern(case.pattern);
        self.optional_field("guard", case.guard, Self::expr);
        self.field("body");
        self.stmts(case.body);
        self.out.push(')');
    }

    fn handler(&mut self, handler: &ExceptHandler<'_>) {
        self.open("ExceptHandler");
        self.optional_field("type", handler.type_, Self::expr);
        self.optional_field("name", handler.name, Self::ident);
        self.field("body");
        self.stmts(handler.body);
        self.out.push(')');
        self.at(handler.location);
    }

    fn alias(&mut self, alias: &Alias) {
        self.open("alias");
        self.field("name");
        self.ident(alias.name);
        self.optional_field("asname", alias.asname, Self::ident);
        self.out.push(')');
        self.at_since(Version::V3_10, alias.location);
    }

    fn operator(&mut self, op: Operator) {
        write!(self.out, "{op:?}()").unwrap();
    }

    fn ctx(&mut self, ctx: ExprContext) {
        write!(self.out, "{ctx:?}()").unwrap();
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        self.expr_kind(&expr.kind);
        self.at(expr.location);
    }

    /// A slice, or a tuple with one, has no location in 3.8.
    fn slice(&mut self, slice: &Expr<'_>) {
        let is_slice = |expr: &Expr<'_>| matches!(expr.kind, ExprKind::Slice(_));
        match slice.kind {
            ExprKind::Slice(_) => self.expr_kind(&slice.kind),
            ExprKind::Tuple { elts, ctx } if elts.iter().any(is_slice) => {
                node!(self, "Tuple", ["elts": self.list(elts, Self::slice), "ctx": self.ctx(ctx)]);
            }
            _ => return self.expr(slice),
        }
        self.at_since(Version::V3_9, slice.location);
    }

    fn expr_kind(&mut self, kind: &ExprKind<'_>) {
        match *kind {
            ExprKind::BoolOp { op, values } => node!(self, "BoolOp", [
                "op": write!(self.out, "{op:?}()").unwrap(), "values": self.exprs(values)
            ]),
            ExprKind::NamedExpr { target, value } => {
                node!(self, "NamedExpr", ["target": self.expr(target), "value": self.expr(value)]);
            }
            ExprKind::BinOp { left, op, right } => node!(self, "BinOp", [
                "left": self.expr(left), "op": self.operator(op), "right": self.expr(right)
            ]),
            ExprKind::UnaryOp { op, operand } => node!(self, "UnaryOp", [
                "op": write!(self.out, "{op:?}()").unwrap(), "operand": self.expr(operand)
            ]),
            ExprKind::Lambda(lambda) => {
                node!(self, "Lambda", ["args": self.arguments(lambda.args), "body": self.expr(lambda.body)]);
            }
            ExprKind::IfExp(expr) => node!(self, "IfExp", [
                "test": self.expr(expr.test), "body": self.expr(expr.body), "orelse": self.expr(expr.orelse)
            ]),
            ExprKind::Dict(Dict { keys, values }) => node!(self, "Dict", [
                "keys": self.list(keys, Self::optional_expr), "values": self.exprs(values)
            ]),
            ExprKind::Set(elts) => node!(self, "Set", ["elts": self.exprs(elts)]),
            ExprKind::ListComp(comp) => self.comprehension("ListComp", comp),
            ExprKind::SetComp(comp) => self.comprehension("SetComp", comp),
            ExprKind::DictComp(comp) => self.comprehension("DictComp", comp),
            ExprKind::GeneratorExp(comp) => self.comprehension("GeneratorExp", comp),
            ExprKind::Await(value) => self.simple("Await", &[("value", Some(value))]),
            ExprKind::Yield(value) => self.simple("Yield", &[("value", value)]),
            ExprKind::YieldFrom(value) => self.simple("YieldFrom", &[("value", Some(value))]),
            ExprKind::Compare(Compare { left, ops, comparators }) => node!(self, "Compare", [
                "left": self.expr(left),
                "ops": self.list(ops, |this, op| write!(this.out, "{op:?}()").unwrap()),
                "comparators": self.exprs(comparators)
            ]),
            ExprKind::Call(call) => node!(self, "Call", [
                "func": self.expr(call.func),
                "args": self.exprs(call.args),
                "keywords": self.list(call.keywords, Self::keyword)
            ]),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.open("FormattedValue");
                self.field("value");
                self.expr(value);
                write!(self.out, ", conversion={conversion:?}").unwrap();
                self.optional_field("format_spec", format_spec, Self::expr);
                self.out.push(')');
            }
            ExprKind::Interpolation(field) => {
                self.open("Interpolation");
                self.field("value");
                self.expr(field.value);
                self.field("str");
                self.quoted(field.str.0);
                write!(self.out, ", conversion={:?}", field.conversion).unwrap();
                self.optional_field("format_spec", field.format_spec, Self::expr);
                self.out.push(')');
            }
            ExprKind::TemplateStr(values) => node!(self, "TemplateStr", ["values": self.exprs(values)]),
            ExprKind::JoinedStr(values) => node!(self, "JoinedStr", ["values": self.exprs(values)]),
            ExprKind::Constant(value) => node!(self, "Constant", ["value": self.constant(value)]),
            ExprKind::UnicodeConstant(text) => {
                let value = Constant::Str(text);
                node!(self, "Constant", ["value": self.constant(value), "kind": self.out.push_str("'u'")]);
            }
            ExprKind::Attribute { value, attr, ctx } => node!(self, "Attribute", [
                "value": self.expr(value), "attr": self.ident(attr), "ctx": self.ctx(ctx)
            ]),
            ExprKind::Subscript { value, slice, ctx } => node!(self, "Subscript", [
                "value": self.expr(value), "slice": self.slice(slice), "ctx": self.ctx(ctx)
            ]),
            ExprKind::Starred { value, ctx } => {
                node!(self, "Starred", ["value": self.expr(value), "ctx": self.ctx(ctx)]);
            }
            ExprKind::Name { id, ctx } => node!(self, "Name", ["id": self.ident(id), "ctx": self.ctx(ctx)]),
            ExprKind::List { elts, ctx } => {
                node!(self, "List", ["elts": self.exprs(elts), "ctx": self.ctx(ctx)]);
            }
            ExprKind::Tuple { elts, ctx } => {
                node!(self, "Tuple", ["elts": self.exprs(elts), "ctx": self.ctx(ctx)]);
            }
            ExprKind::Slice(&Slice { lower, upper, step }) => {
                self.simple("Slice", &[("lower", lower), ("upper", upper), ("step", step)]);
            }
        }
    }

    fn comprehension(&mut self, name: &str, comp: &ComprehensionExpr<'_>) {
        self.open(name);
        self.field(if name == "DictComp" { "key" } else { "elt" });
        self.expr(comp.elt);
        self.optional_field("value", comp.value, Self::expr);
        self.field("generators");
        self.list(comp.generators, |this, generator| {
            node!(this, "comprehension", [
                "target": this.expr(generator.target),
                "iter": this.expr(generator.iter),
                "ifs": this.exprs(generator.ifs),
                "is_async": write!(this.out, "{}", u8::from(generator.is_async)).unwrap()
            ]);
        });
        self.out.push(')');
    }

    fn pattern(&mut self, pattern: &Pattern<'_>) {
        self.pattern_kind(&pattern.kind);
        self.at(pattern.location);
    }

    fn patterns(&mut self, patterns: &[Pattern<'_>]) {
        self.list(patterns, Self::pattern);
    }

    fn pattern_kind(&mut self, kind: &PatternKind<'_>) {
        match *kind {
            PatternKind::MatchValue(value) => self.simple("MatchValue", &[("value", Some(value))]),
            PatternKind::MatchSingleton(value) => {
                node!(self, "MatchSingleton", ["value": self.constant(value)]);
            }
            PatternKind::MatchSequence(patterns) => {
                node!(self, "MatchSequence", ["patterns": self.patterns(patterns)]);
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.open("MatchMapping");
                self.field("keys");
                self.exprs(keys);
                self.field("patterns");
                self.patterns(patterns);
                self.optional_field("rest", rest, Self::ident);
                self.out.push(')');
            }
            PatternKind::MatchClass(class) => node!(self, "MatchClass", [
                "cls": self.expr(class.cls),
                "patterns": self.patterns(class.patterns),
                "kwd_attrs": self.list(class.kwd_attrs, |this, name| this.ident(*name)),
                "kwd_patterns": self.patterns(class.kwd_patterns)
            ]),
            PatternKind::MatchStar(name) => {
                self.open("MatchStar");
                self.optional_field("name", name, Self::ident);
                self.out.push(')');
            }
            PatternKind::MatchAs { pattern, name } => {
                self.open("MatchAs");
                self.optional_field("pattern", pattern, Self::pattern);
                self.optional_field("name", name, Self::ident);
                self.out.push(')');
            }
            PatternKind::MatchOr(patterns) => node!(self, "MatchOr", ["patterns": self.patterns(patterns)]),
        }
    }
}

/// The code points of UTF-8 that may hold surrogates.
fn ordinals(text: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let first = *text.get(offset)?;
        let (len, bits) = match first {
            0..0x80 => (1, u32::from(first)),
            0x80..0xe0 => (2, u32::from(first & 0x1f)),
            0xe0..0xf0 => (3, u32::from(first & 0x0f)),
            _ => (4, u32::from(first & 0x07)),
        };
        let rest = &text[offset + 1..offset + len];
        offset += len;
        Some(rest.iter().fold(bits, |ordinal, &byte| ordinal << 6 | u32::from(byte & 0x3f)))
    })
}
