//! The walk over the tree that folds constants, copying what it changes.
//!
//! Every `fn x(&mut self, &'a X) -> Result<X>` below gives the node with its children folded. Where
//! the result is the same as before is known by a count of rewrites, so that unchanged nodes and
//! slices are shared with the tree that came in.
//!
//! CPython: `Python/ast_opt.c` (3.8–3.13), `Python/ast_preprocess.c` (3.14–)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::{FoldedTree, Future, constants, format};
use crate::code::Constant;
use crate::diagnostic::Diagnostic;
use crate::folding::Nans;
use crate::names::known;
use crate::source::Location;
use crate::syntax::ast::*;
use crate::targets::{ComplexArithmetic, ConstantFolding, PreprocessFeatures};

type Result<T> = std::result::Result<T, Diagnostic>;

/// What a folded tree depends on, besides the tree that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// What `__debug__` is.
    debug: bool,
    folds_deleted_debug: bool,
    /// Whether operations and displays become constants here.
    folds_constants: bool,
    formats_joined: bool,
    named_exprs_folded: bool,
    complex_arithmetic: ComplexArithmetic,
    removes_docstrings: bool,
    /// Whether annotations are folded. Most targets show those that become strings as written.
    annotations: bool,
}

impl Rules {
    pub(super) fn new(features: &PreprocessFeatures, optimize: u8, future: &Future) -> Rules {
        Rules {
            debug: optimize == 0,
            folds_deleted_debug: features.deleted_debug_folded,
            folds_constants: features.folding == ConstantFolding::Tree,
            formats_joined: features.formats_joined,
            named_exprs_folded: features.named_exprs_folded,
            complex_arithmetic: features.complex_arithmetic,
            removes_docstrings: features.docstrings_removed_early && optimize >= 2,
            annotations: features.postponed_annotations_folded || !future.contains(Future::ANNOTATIONS),
        }
    }
}

/// Folds the constants of a module whose statements, expressions and patterns may nest up to
/// `limit`. Returns also how deeply they do.
pub(super) fn module<'a>(
    arena: &'a Bump,
    rules: Rules,
    limit: u32,
    module: &Module<'a>,
) -> Result<FoldedTree<'a>> {
    let mut folder = Folder {
        arena,
        rules,
        depth: 0,
        deepest: 0,
        limit,
        rewrites: 0,
        nans: Nans::default(),
        bool_inversions: std::vec::Vec::new(),
    };
    let folded = Module { body: folder.body(module.body)?, ..*module };
    let Folder { deepest: depth, bool_inversions, .. } = folder;
    Ok(FoldedTree { body: module.body, rules, module: folded, depth, bool_inversions })
}

struct Folder<'a> {
    arena: &'a Bump,
    rules: Rules,
    /// How many statements, expressions and patterns are around the one at hand; how many there
    /// ever were, it included; and how many there may be.
    depth: u32,
    deepest: u32,
    limit: u32,
    /// How many nodes were made anew so far.
    rewrites: u32,
    nans: Nans,
    /// The locations of the `~` operations on a `bool` that were folded.
    bool_inversions: std::vec::Vec<Location>,
}

impl<'a> Folder<'a> {
    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth > self.limit { Err(Diagnostic::recursion_error()) } else { Ok(()) }
    }

    /// A node behind a reference: the old one, if `fold` changes nothing.
    fn node<T: Copy>(
        &mut self,
        node: &'a T,
        fold: impl FnOnce(&mut Self, &'a T) -> Result<T>,
    ) -> Result<&'a T> {
        let before = self.rewrites;
        let folded = fold(self, node)?;
        Ok(if self.rewrites == before { node } else { self.arena.alloc(folded) })
    }

    fn optional<T: Copy>(
        &mut self,
        node: Option<&'a T>,
        fold: impl FnOnce(&mut Self, &'a T) -> Result<T>,
    ) -> Result<Option<&'a T>> {
        node.map(|node| self.node(node, fold)).transpose()
    }

    /// The elements of a slice: the old slice, if `fold` changes none.
    fn slice<T: Copy>(
        &mut self,
        nodes: &'a [T],
        mut fold: impl FnMut(&mut Self, &'a T) -> Result<T>,
    ) -> Result<&'a [T]> {
        for (index, node) in nodes.iter().enumerate() {
            let before = self.rewrites;
            let folded = fold(self, node)?;
            if self.rewrites != before {
                let mut changed = Vec::with_capacity_in(nodes.len(), self.arena);
                changed.extend_from_slice_copy(&nodes[..index]);
                changed.push(folded);
                for node in &nodes[index + 1..] {
                    changed.push(fold(self, node)?);
                }
                return Ok(changed.into_bump_slice());
            }
        }
        Ok(nodes)
    }

    fn rewritten<T>(&mut self, node: T) -> T {
        self.rewrites += 1;
        node
    }
}

/// Statements, patterns and their parts.
impl<'a> Folder<'a> {
    /// The body of a module, class or function. A string that was not its first statement before is
    /// no docstring, and is hidden in an f-string from those who look for one.
    fn body(&mut self, body: &'a [Stmt<'a>]) -> Result<&'a [Stmt<'a>]> {
        if docstring(body).is_some() && !self.rules.removes_docstrings {
            return self.stmts(body);
        }
        let folded = match docstring(body) {
            Some(_) => self.body_without_docstring(body)?,
            None => self.stmts(body)?,
        };
        let (Some(_), StmtKind::Expr(value)) =
            (docstring(folded), folded.first().map_or(StmtKind::Pass, |stmt| stmt.kind))
        else {
            return Ok(folded);
        };
        let location = folded[0].location;
        let hidden = Expr { kind: ExprKind::JoinedStr(std::slice::from_ref(value)), location };
        let copy = self.arena.alloc_slice_copy(folded);
        copy[0] = Stmt { kind: StmtKind::Expr(self.arena.alloc(hidden)), ..folded[0] };
        Ok(self.rewritten(copy))
    }

    /// What stands behind a docstring, or a `pass` in the place of its first four letters.
    fn body_without_docstring(&mut self, body: &'a [Stmt<'a>]) -> Result<&'a [Stmt<'a>]> {
        let body = match body {
            [docstring] => {
                let Location { lineno, col_offset, .. } = docstring.location;
                let location =
                    Location { end_lineno: lineno, end_col_offset: col_offset + 4, ..docstring.location };
                self.arena.alloc_slice_copy(&[Stmt { kind: StmtKind::Pass, location, may_fold: false }])
            }
            _ => &body[1..],
        };
        let body = self.rewritten(body);
        self.stmts(body)
    }

    fn stmts(&mut self, body: &'a [Stmt<'a>]) -> Result<&'a [Stmt<'a>]> {
        self.slice(body, Self::stmt)
    }

    /// Most statements have nothing to fold. They nest less deeply than any limit.
    fn stmt(&mut self, stmt: &'a Stmt<'a>) -> Result<Stmt<'a>> {
        if !stmt.may_fold && !self.rules.removes_docstrings {
            return Ok(*stmt);
        }
        self.enter()?;
        let kind = self.stmt_kind(stmt.kind)?;
        self.depth -= 1;
        Ok(Stmt { kind, ..*stmt })
    }

    fn stmt_kind(&mut self, kind: StmtKind<'a>) -> Result<StmtKind<'a>> {
        Ok(match kind {
            StmtKind::FunctionDef(def) => StmtKind::FunctionDef(self.node(def, Self::function_def)?),
            StmtKind::ClassDef(def) => StmtKind::ClassDef(self.node(def, Self::class_def)?),
            StmtKind::Return(value) => StmtKind::Return(self.optional_expr(value)?),
            StmtKind::Delete(targets) => StmtKind::Delete(self.exprs(targets)?),
            StmtKind::Assign { targets, value } => {
                StmtKind::Assign { targets: self.exprs(targets)?, value: self.expr(value)? }
            }
            StmtKind::TypeAlias(alias) => StmtKind::TypeAlias(self.node(alias, Self::type_alias)?),
            StmtKind::AugAssign { target, op, value } => {
                StmtKind::AugAssign { target: self.expr(target)?, op, value: self.expr(value)? }
            }
            StmtKind::AnnAssign(assign) => StmtKind::AnnAssign(self.node(assign, Self::ann_assign)?),
            StmtKind::For(stmt) => StmtKind::For(self.node(stmt, Self::for_stmt)?),
            StmtKind::While { test, body, orelse } => StmtKind::While {
                test: self.expr(test)?,
                body: self.stmts(body)?,
                orelse: self.stmts(orelse)?,
            },
            StmtKind::If { test, body, orelse } => {
                StmtKind::If { test: self.expr(test)?, body: self.stmts(body)?, orelse: self.stmts(orelse)? }
            }
            StmtKind::With(with) => StmtKind::With(self.node(with, Self::with)?),
            StmtKind::Match { subject, cases } => {
                StmtKind::Match { subject: self.expr(subject)?, cases: self.slice(cases, Self::match_case)? }
            }
            StmtKind::Raise { exc, cause } => {
                StmtKind::Raise { exc: self.optional_expr(exc)?, cause: self.optional_expr(cause)? }
            }
            StmtKind::Try(stmt) => StmtKind::Try(self.node(stmt, Self::try_stmt)?),
            StmtKind::Assert { test, msg } => {
                StmtKind::Assert { test: self.expr(test)?, msg: self.optional_expr(msg)? }
            }
            StmtKind::Expr(value) => StmtKind::Expr(self.expr(value)?),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => kind,
        })
    }

    fn function_def(&mut self, def: &'a FunctionDef<'a>) -> Result<FunctionDef<'a>> {
        Ok(FunctionDef {
            type_params: self.optional(def.type_params, Self::type_params)?,
            args: self.node(def.args, Self::arguments)?,
            body: self.body(def.body)?,
            decorator_list: self.exprs(def.decorator_list)?,
            returns: self.annotation(def.returns)?,
            ..*def
        })
    }

    fn class_def(&mut self, def: &'a ClassDef<'a>) -> Result<ClassDef<'a>> {
        Ok(ClassDef {
            type_params: self.optional(def.type_params, Self::type_params)?,
            bases: self.exprs(def.bases)?,
            keywords: self.slice(def.keywords, Self::keyword)?,
            body: self.body(def.body)?,
            decorator_list: self.exprs(def.decorator_list)?,
            ..*def
        })
    }

    fn type_alias(&mut self, alias: &'a TypeAlias<'a>) -> Result<TypeAlias<'a>> {
        Ok(TypeAlias {
            type_params: self.optional(alias.type_params, Self::type_params)?,
            value: self.expr(alias.value)?,
            ..*alias
        })
    }

    fn type_params(&mut self, params: &'a TypeParams<'a>) -> Result<TypeParams<'a>> {
        let fold = |folder: &mut Self, param: &'a TypeParam<'a>| {
            Ok(TypeParam {
                bound: folder.optional_expr(param.bound)?,
                default_value: folder.optional_expr(param.default_value)?,
                ..*param
            })
        };
        Ok(TypeParams { params: self.slice(params.params, fold)?, ..*params })
    }

    fn ann_assign(&mut self, assign: &'a AnnAssign<'a>) -> Result<AnnAssign<'a>> {
        let target = self.expr(assign.target)?;
        let annotation =
            if self.rules.annotations { self.expr(assign.annotation)? } else { assign.annotation };
        Ok(AnnAssign { target, annotation, value: self.optional_expr(assign.value)?, ..*assign })
    }

    fn for_stmt(&mut self, stmt: &'a For<'a>) -> Result<For<'a>> {
        let target = self.expr(stmt.target)?;
        let iter = self.expr(stmt.iter)?;
        let body = self.stmts(stmt.body)?;
        let orelse = self.stmts(stmt.orelse)?;
        let iter = if stmt.is_async { iter } else { self.node(iter, Self::iterable)? };
        Ok(For { target, iter, body, orelse, ..*stmt })
    }

    fn with(&mut self, with: &'a With<'a>) -> Result<With<'a>> {
        let fold = |folder: &mut Self, item: &'a WithItem<'a>| {
            Ok(WithItem {
                context_expr: folder.expr(item.context_expr)?,
                optional_vars: folder.optional_expr(item.optional_vars)?,
            })
        };
        Ok(With { items: self.slice(with.items, fold)?, body: self.stmts(with.body)?, ..*with })
    }

    fn try_stmt(&mut self, stmt: &'a Try<'a>) -> Result<Try<'a>> {
        let fold = |folder: &mut Self, handler: &'a ExceptHandler<'a>| {
            let type_ = folder.optional_expr(handler.type_)?;
            Ok(ExceptHandler { type_, body: folder.stmts(handler.body)?, ..*handler })
        };
        Ok(Try {
            body: self.stmts(stmt.body)?,
            handlers: self.slice(stmt.handlers, fold)?,
            orelse: self.stmts(stmt.orelse)?,
            finalbody: self.stmts(stmt.finalbody)?,
            ..*stmt
        })
    }

    fn match_case(&mut self, case: &'a MatchCase<'a>) -> Result<MatchCase<'a>> {
        Ok(MatchCase {
            pattern: self.node(case.pattern, Self::pattern)?,
            guard: self.optional_expr(case.guard)?,
            body: self.stmts(case.body)?,
        })
    }

    fn pattern(&mut self, pattern: &'a Pattern<'a>) -> Result<Pattern<'a>> {
        self.enter()?;
        let kind = match pattern.kind {
            PatternKind::MatchValue(value) => PatternKind::MatchValue(self.node(value, Self::pattern_value)?),
            PatternKind::MatchSequence(patterns) => PatternKind::MatchSequence(self.patterns(patterns)?),
            PatternKind::MatchMapping { keys, patterns, rest } => PatternKind::MatchMapping {
                keys: self.slice(keys, Self::pattern_value)?,
                patterns: self.patterns(patterns)?,
                rest,
            },
            PatternKind::MatchClass(class) => PatternKind::MatchClass(self.node(class, Self::match_class)?),
            PatternKind::MatchAs { pattern, name } => {
                PatternKind::MatchAs { pattern: self.optional(pattern, Self::pattern)?, name }
            }
            PatternKind::MatchOr(patterns) => PatternKind::MatchOr(self.patterns(patterns)?),
            PatternKind::MatchSingleton(_) | PatternKind::MatchStar(_) => pattern.kind,
        };
        self.depth -= 1;
        Ok(Pattern { kind, location: pattern.location })
    }

    /// A value or key of a pattern: signed and complex numbers become constants for all targets.
    ///
    /// CPython: `Python/ast_preprocess.c` `fold_const_match_patterns` (3.14–)
    fn pattern_value(&mut self, value: &'a Expr<'a>) -> Result<Expr<'a>> {
        match value.kind {
            _ if self.rules.folds_constants => self.element(value),
            ExprKind::UnaryOp { op, operand } => Ok(self.unary_op(op, operand, value.location)),
            ExprKind::BinOp { left, op, right } => {
                let left = self.node(left, Self::pattern_value)?;
                let kind = self.constant_binary_op(left, op, right);
                Ok(Expr { kind, location: value.location })
            }
            _ => Ok(*value),
        }
    }

    fn patterns(&mut self, patterns: &'a [Pattern<'a>]) -> Result<&'a [Pattern<'a>]> {
        self.slice(patterns, Self::pattern)
    }

    fn match_class(&mut self, class: &'a MatchClass<'a>) -> Result<MatchClass<'a>> {
        Ok(MatchClass {
            cls: self.expr(class.cls)?,
            patterns: self.patterns(class.patterns)?,
            kwd_patterns: self.patterns(class.kwd_patterns)?,
            ..*class
        })
    }

    fn arguments(&mut self, args: &'a Arguments<'a>) -> Result<Arguments<'a>> {
        Ok(Arguments {
            posonlyargs: self.slice(args.posonlyargs, Self::arg)?,
            args: self.slice(args.args, Self::arg)?,
            vararg: self.optional(args.vararg, Self::arg)?,
            kwonlyargs: self.slice(args.kwonlyargs, Self::arg)?,
            kw_defaults: self.slice(args.kw_defaults, Self::optional_element)?,
            kwarg: self.optional(args.kwarg, Self::arg)?,
            defaults: self.exprs(args.defaults)?,
        })
    }

    fn arg(&mut self, arg: &'a Arg<'a>) -> Result<Arg<'a>> {
        Ok(Arg { annotation: self.annotation(arg.annotation)?, ..*arg })
    }

    fn annotation(&mut self, annotation: Option<&'a Expr<'a>>) -> Result<Option<&'a Expr<'a>>> {
        if self.rules.annotations { self.optional_expr(annotation) } else { Ok(annotation) }
    }

    fn keyword(&mut self, keyword: &'a Keyword<'a>) -> Result<Keyword<'a>> {
        Ok(Keyword { value: self.expr(keyword.value)?, ..*keyword })
    }
}

/// Expressions.
impl<'a> Folder<'a> {
    fn expr(&mut self, expr: &'a Expr<'a>) -> Result<&'a Expr<'a>> {
        if self.is_settled(expr) { Ok(expr) } else { self.node(expr, Self::element) }
    }

    /// Whether it is clear at a glance that there is nothing to fold and nothing within, as with
    /// most expressions.
    fn is_settled(&mut self, expr: &Expr<'a>) -> bool {
        let is_leaf = match expr.kind {
            ExprKind::Constant(_) | ExprKind::UnicodeConstant(_) => true,
            ExprKind::Name { id, .. } => id != known::DEBUG,
            _ => false,
        };
        self.deepest = self.deepest.max(self.depth + 1);
        is_leaf && self.depth < self.limit
    }

    fn optional_expr(&mut self, expr: Option<&'a Expr<'a>>) -> Result<Option<&'a Expr<'a>>> {
        self.optional(expr, Self::element)
    }

    fn exprs(&mut self, exprs: &'a [Expr<'a>]) -> Result<&'a [Expr<'a>]> {
        if exprs.iter().all(|expr| self.is_settled(expr)) {
            return Ok(exprs);
        }
        self.slice(exprs, Self::element)
    }

    fn optional_element(&mut self, expr: &'a Option<Expr<'a>>) -> Result<Option<Expr<'a>>> {
        expr.as_ref().map(|expr| self.element(expr)).transpose()
    }

    /// An expression by value, as slices hold it.
    fn element(&mut self, expr: &'a Expr<'a>) -> Result<Expr<'a>> {
        self.enter()?;
        let folded = self.fold(expr)?;
        self.depth -= 1;
        Ok(folded)
    }

    fn fold(&mut self, expr: &'a Expr<'a>) -> Result<Expr<'a>> {
        let kind = match expr.kind {
            ExprKind::Constant(_) | ExprKind::UnicodeConstant(_) => expr.kind,
            ExprKind::Name { id: known::DEBUG, ctx }
                if ctx == ExprContext::Load || ctx == ExprContext::Del && self.rules.folds_deleted_debug =>
            {
                let debug = if self.rules.debug { Constant::True } else { Constant::False };
                self.rewritten(ExprKind::Constant(debug))
            }
            ExprKind::Name { .. } => expr.kind,
            ExprKind::UnaryOp { op, operand } => {
                let operand = self.expr(operand)?;
                if self.rules.folds_constants {
                    return Ok(self.unary_op(op, operand, expr.location));
                }
                ExprKind::UnaryOp { op, operand }
            }
            ExprKind::BinOp { left, op, right } => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                self.binary_op(left, op, right)
            }
            ExprKind::Compare(compare) => ExprKind::Compare(self.node(compare, Self::compare)?),
            ExprKind::Subscript { value, slice, ctx } => {
                let (value, slice) = (self.expr(value)?, self.expr(slice)?);
                let folds = self.rules.folds_constants && ctx == ExprContext::Load;
                let folded = if folds { constants::subscript(self.arena, value, slice) } else { None };
                self.folded_or(folded, ExprKind::Subscript { value, slice, ctx })
            }
            ExprKind::Tuple { elts, ctx } => {
                let elts = self.exprs(elts)?;
                let folds = self.rules.folds_constants && ctx == ExprContext::Load;
                let folded = if folds { constants::tuple(self.arena, elts) } else { None };
                self.folded_or(folded, ExprKind::Tuple { elts, ctx })
            }
            kind => self.children(kind)?,
        };
        Ok(Expr { kind, location: expr.location })
    }

    fn unary_op(&mut self, op: UnaryOp, operand: &'a Expr<'a>, location: Location) -> Expr<'a> {
        match constants::unary_op(self.arena, op, operand, location) {
            Some(Expr { kind, location }) => {
                let is_bool = |value| matches!(value, Constant::True | Constant::False);
                if op == UnaryOp::Invert && operand.kind.as_constant().is_some_and(is_bool) {
                    self.bool_inversions.push(location);
                }
                // `+` gives the very object back.
                let kind = if op == UnaryOp::UAdd { kind } else { self.with_nan_numbered(kind) };
                self.rewritten(Expr { kind, location })
            }
            None => Expr { kind: ExprKind::UnaryOp { op, operand }, location },
        }
    }

    fn binary_op(&mut self, left: &'a Expr<'a>, op: Operator, right: &'a Expr<'a>) -> ExprKind<'a> {
        let joined = self.rules.formats_joined.then(|| format::percent(self.arena, left, op, right));
        match joined.flatten() {
            Some(joined) => self.rewritten(joined),
            None if self.rules.folds_constants => self.constant_binary_op(left, op, right),
            None => ExprKind::BinOp { left, op, right },
        }
    }

    fn constant_binary_op(&mut self, left: &'a Expr<'a>, op: Operator, right: &'a Expr<'a>) -> ExprKind<'a> {
        let folded = constants::binary_op(self.arena, left, op, right, self.rules.complex_arithmetic);
        let folded = folded.map(|kind| self.with_nan_numbered(kind));
        self.folded_or(folded, ExprKind::BinOp { left, op, right })
    }

    fn folded_or(&mut self, folded: Option<ExprKind<'a>>, kind: ExprKind<'a>) -> ExprKind<'a> {
        match folded {
            Some(folded) => self.rewritten(folded),
            None => kind,
        }
    }

    /// A result that is a NaN, as an object of its own.
    fn with_nan_numbered(&mut self, kind: ExprKind<'a>) -> ExprKind<'a> {
        match kind {
            ExprKind::Constant(value) => ExprKind::Constant(self.nans.numbered(value)),
            _ => kind,
        }
    }

    /// The expressions that are never constant themselves.
    fn children(&mut self, kind: ExprKind<'a>) -> Result<ExprKind<'a>> {
        Ok(match kind {
            ExprKind::BoolOp { op, values } => ExprKind::BoolOp { op, values: self.exprs(values)? },
            ExprKind::NamedExpr { target, value } if self.rules.named_exprs_folded => {
                ExprKind::NamedExpr { target, value: self.expr(value)? }
            }
            ExprKind::NamedExpr { .. } => kind,
            ExprKind::Lambda(lambda) => ExprKind::Lambda(self.node(lambda, Self::lambda)?),
            ExprKind::IfExp(if_exp) => ExprKind::IfExp(self.node(if_exp, Self::if_exp)?),
            ExprKind::Dict(dict) => ExprKind::Dict(self.node(dict, Self::dict)?),
            ExprKind::Set(elts) => ExprKind::Set(self.exprs(elts)?),
            ExprKind::ListComp(comp) => ExprKind::ListComp(self.node(comp, Self::comprehension_expr)?),
            ExprKind::SetComp(comp) => ExprKind::SetComp(self.node(comp, Self::comprehension_expr)?),
            ExprKind::DictComp(comp) => ExprKind::DictComp(self.node(comp, Self::comprehension_expr)?),
            ExprKind::GeneratorExp(comp) => {
                ExprKind::GeneratorExp(self.node(comp, Self::comprehension_expr)?)
            }
            ExprKind::Await(value) => ExprKind::Await(self.expr(value)?),
            ExprKind::Yield(value) => ExprKind::Yield(self.optional_expr(value)?),
            ExprKind::YieldFrom(value) => ExprKind::YieldFrom(self.expr(value)?),
            ExprKind::Call(call) => ExprKind::Call(self.node(call, Self::call)?),
            ExprKind::FormattedValue { value, conversion, format_spec } => ExprKind::FormattedValue {
                value: self.expr(value)?,
                conversion,
                format_spec: self.optional_expr(format_spec)?,
            },
            ExprKind::JoinedStr(values) => ExprKind::JoinedStr(self.exprs(values)?),
            ExprKind::Interpolation(field) => ExprKind::Interpolation(self.node(field, Self::interpolation)?),
            ExprKind::TemplateStr(values) => ExprKind::TemplateStr(self.exprs(values)?),
            ExprKind::Attribute { value, attr, ctx } => {
                ExprKind::Attribute { value: self.expr(value)?, attr, ctx }
            }
            ExprKind::Starred { value, ctx } => ExprKind::Starred { value: self.expr(value)?, ctx },
            ExprKind::List { elts, ctx } => ExprKind::List { elts: self.exprs(elts)?, ctx },
            ExprKind::Slice(slice) => ExprKind::Slice(self.node(slice, Self::bounds)?),
            ExprKind::UnaryOp { .. }
            | ExprKind::BinOp { .. }
            | ExprKind::Compare(_)
            | ExprKind::Subscript { .. }
            | ExprKind::Tuple { .. }
            | ExprKind::Name { .. }
            | ExprKind::Constant(_)
            | ExprKind::UnicodeConstant(_) => kind,
        })
    }

    fn bounds(&mut self, slice: &'a Slice<'a>) -> Result<Slice<'a>> {
        Ok(Slice {
            lower: self.optional_expr(slice.lower)?,
            upper: self.optional_expr(slice.upper)?,
            step: self.optional_expr(slice.step)?,
        })
    }

    fn interpolation(&mut self, field: &'a Interpolation<'a>) -> Result<Interpolation<'a>> {
        Ok(Interpolation {
            value: self.expr(field.value)?,
            format_spec: self.optional_expr(field.format_spec)?,
            ..*field
        })
    }

    fn lambda(&mut self, lambda: &'a Lambda<'a>) -> Result<Lambda<'a>> {
        Ok(Lambda {
            args: self.node(lambda.args, Self::arguments)?,
            body: self.expr(lambda.body)?,
            ..*lambda
        })
    }

    fn if_exp(&mut self, if_exp: &'a IfExp<'a>) -> Result<IfExp<'a>> {
        Ok(IfExp {
            test: self.expr(if_exp.test)?,
            body: self.expr(if_exp.body)?,
            orelse: self.expr(if_exp.orelse)?,
        })
    }

    fn dict(&mut self, dict: &'a Dict<'a>) -> Result<Dict<'a>> {
        let keys = self.slice(dict.keys, Self::optional_element)?;
        Ok(Dict { keys, values: self.exprs(dict.values)? })
    }

    fn compare(&mut self, compare: &'a Compare<'a>) -> Result<Compare<'a>> {
        let left = self.expr(compare.left)?;
        Ok(Compare { left, comparators: self.comparators(compare.ops, compare.comparators)?, ..*compare })
    }

    fn call(&mut self, call: &'a Call<'a>) -> Result<Call<'a>> {
        Ok(Call {
            func: self.expr(call.func)?,
            args: self.exprs(call.args)?,
            keywords: self.slice(call.keywords, Self::keyword)?,
        })
    }

    fn comprehension_expr(&mut self, comp: &'a ComprehensionExpr<'a>) -> Result<ComprehensionExpr<'a>> {
        let fold = |folder: &mut Self, generator: &'a Comprehension<'a>| {
            let target = folder.expr(generator.target)?;
            let iter = folder.expr(generator.iter)?;
            let ifs = folder.exprs(generator.ifs)?;
            Ok(Comprehension { target, iter: folder.node(iter, Self::iterable)?, ifs, ..*generator })
        };
        Ok(ComprehensionExpr {
            elt: self.expr(comp.elt)?,
            value: self.optional_expr(comp.value)?,
            generators: self.slice(comp.generators, fold)?,
            ..*comp
        })
    }

    /// The right-hand sides of a comparison. The last is only iterated over if its operator is `in`
    /// or `not in`.
    fn comparators(&mut self, ops: &[CmpOp], comparators: &'a [Expr<'a>]) -> Result<&'a [Expr<'a>]> {
        let comparators = self.exprs(comparators)?;
        match (ops.last(), comparators.split_last()) {
            (Some(CmpOp::In | CmpOp::NotIn), Some((last, _))) => {
                let last_iterable = |folder: &mut Self, expr: &'a Expr<'a>| {
                    if std::ptr::eq(expr, last) { folder.iterable(expr) } else { Ok(*expr) }
                };
                self.slice(comparators, last_iterable)
            }
            _ => Ok(comparators),
        }
    }

    /// An expression, itself folded, that is only iterated over.
    fn iterable(&mut self, expr: &'a Expr<'a>) -> Result<Expr<'a>> {
        let folded = if self.rules.folds_constants { constants::iterable(self.arena, expr) } else { None };
        Ok(Expr { kind: self.folded_or(folded, expr.kind), location: expr.location })
    }
}
