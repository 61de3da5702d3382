//! Python's abstract syntax, in the shapes and with the names of CPython's `Parser/Python.asdl`.
//!
//! The tree is immutable and lives in an arena (`'a`). Every node is `Copy`: a rewrite makes a new
//! node and shares the children that did not change. Names are [`Ident`]s, NFKC-normalised;
//! positions are [`Location`]s (1-based lines, 0-based columns in UTF-8 bytes), as CPython's AST
//! has them.
//!
//! Where `Python.asdl` has two node classes that differ in one bit (`For`/`AsyncFor`), there is one
//! struct with that bit. Nodes that open scopes carry a [`NodeId`], the key of their scope in the
//! symbol table.
//!
//! CPython: `Parser/Python.asdl` (3.8–)

use crate::code::{Constant, PyStr};
use crate::names::{Ident, known};
use crate::source::Location;

/// Identifies a scope-opening node within one [`Module`]; dense, numbered from 0 in source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A parsed file. Its docstring is the first statement; later stages look for it there.
#[derive(Clone, Copy, Debug)]
pub struct Module<'a> {
    pub body: &'a [Stmt<'a>],
    /// How many [`NodeId`]s the tree uses: all are below this.
    pub node_count: u32,
}

/// The docstring of a module, class or function: a string that is the first statement of its body.
///
/// CPython: `Python/ast.c` `_PyAST_GetDocString` (3.8–)
pub fn docstring<'a>(body: &[Stmt<'a>]) -> Option<PyStr<'a>> {
    match body.first()?.kind {
        StmtKind::Expr(value) => match value.kind.as_constant()? {
            Constant::Str(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Stmt<'a> {
    pub kind: StmtKind<'a>,
    pub location: Location,
    /// Something in it [may fold](ExprKind::may_fold). Always true where statements and expressions
    /// nest deeper than [`SHALLOW`](crate::targets::limits::SHALLOW).
    pub may_fold: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum StmtKind<'a> {
    FunctionDef(&'a FunctionDef<'a>),
    ClassDef(&'a ClassDef<'a>),
    Return(Option<&'a Expr<'a>>),
    Delete(&'a [Expr<'a>]),
    Assign { targets: &'a [Expr<'a>], value: &'a Expr<'a> },
    TypeAlias(&'a TypeAlias<'a>),
    AugAssign { target: &'a Expr<'a>, op: Operator, value: &'a Expr<'a> },
    AnnAssign(&'a AnnAssign<'a>),
    For(&'a For<'a>),
    While { test: &'a Expr<'a>, body: &'a [Stmt<'a>], orelse: &'a [Stmt<'a>] },
    If { test: &'a Expr<'a>, body: &'a [Stmt<'a>], orelse: &'a [Stmt<'a>] },
    With(&'a With<'a>),
    Match { subject: &'a Expr<'a>, cases: &'a [MatchCase<'a>] },
    Raise { exc: Option<&'a Expr<'a>>, cause: Option<&'a Expr<'a>> },
    Try(&'a Try<'a>),
    Assert { test: &'a Expr<'a>, msg: Option<&'a Expr<'a>> },
    Import { names: &'a [Alias], is_lazy: bool },
    ImportFrom { module: Option<Ident>, names: &'a [Alias], level: u32, is_lazy: bool },
    Global(&'a [Ident]),
    Nonlocal(&'a [Ident]),
    Expr(&'a Expr<'a>),
    Pass,
    Break,
    Continue,
}

impl StmtKind<'_> {
    /// Whether statements stand in it that may or may not run.
    pub fn has_blocks(&self) -> bool {
        matches!(
            self,
            StmtKind::For(_)
                | StmtKind::While { .. }
                | StmtKind::If { .. }
                | StmtKind::With(_)
                | StmtKind::Match { .. }
                | StmtKind::Try(_)
        )
    }
}

/// `FunctionDef` and `AsyncFunctionDef`. The statement's location starts at `def` or `async`, after the
/// decorators.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDef<'a> {
    pub id: NodeId,
    pub is_async: bool,
    pub name: Ident,
    pub args: &'a Arguments<'a>,
    pub body: &'a [Stmt<'a>],
    pub decorator_list: &'a [Expr<'a>],
    pub returns: Option<&'a Expr<'a>>,
    pub type_params: Option<&'a TypeParams<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct ClassDef<'a> {
    pub id: NodeId,
    pub name: Ident,
    pub bases: &'a [Expr<'a>],
    pub keywords: &'a [Keyword<'a>],
    pub body: &'a [Stmt<'a>],
    pub decorator_list: &'a [Expr<'a>],
    pub type_params: Option<&'a TypeParams<'a>>,
}

/// `type NAME[PARAMS] = VALUE`. `name` is always an `ExprKind::Name`.
#[derive(Clone, Copy, Debug)]
pub struct TypeAlias<'a> {
    pub id: NodeId,
    pub name: &'a Expr<'a>,
    pub type_params: Option<&'a TypeParams<'a>>,
    pub value: &'a Expr<'a>,
}

/// `simple` says that the target is a bare name without parentheses.
#[derive(Clone, Copy, Debug)]
pub struct AnnAssign<'a> {
    pub target: &'a Expr<'a>,
    pub annotation: &'a Expr<'a>,
    pub value: Option<&'a Expr<'a>>,
    pub simple: bool,
}

/// `For` and `AsyncFor`.
#[derive(Clone, Copy, Debug)]
pub struct For<'a> {
    pub is_async: bool,
    pub target: &'a Expr<'a>,
    pub iter: &'a Expr<'a>,
    pub body: &'a [Stmt<'a>],
    pub orelse: &'a [Stmt<'a>],
}

/// `With` and `AsyncWith`.
#[derive(Clone, Copy, Debug)]
pub struct With<'a> {
    pub is_async: bool,
    pub items: &'a [WithItem<'a>],
    pub body: &'a [Stmt<'a>],
}

/// `Try` and, with `is_star`, `TryStar`.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    pub is_star: bool,
    pub body: &'a [Stmt<'a>],
    pub handlers: &'a [ExceptHandler<'a>],
    pub orelse: &'a [Stmt<'a>],
    pub finalbody: &'a [Stmt<'a>],
}

/// `type` is spelled `type_`, Rust's keyword being in the way.
#[derive(Clone, Copy, Debug)]
pub struct ExceptHandler<'a> {
    pub type_: Option<&'a Expr<'a>>,
    pub name: Option<Ident>,
    pub body: &'a [Stmt<'a>],
    pub location: Location,
}

#[derive(Clone, Copy, Debug)]
pub struct WithItem<'a> {
    pub context_expr: &'a Expr<'a>,
    pub optional_vars: Option<&'a Expr<'a>>,
}

/// One name of an `import`; `name` keeps its dots (`os.path`), and is `*` for a star import.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    pub name: Ident,
    pub asname: Option<Ident>,
    pub location: Location,
}

#[derive(Clone, Copy, Debug)]
pub struct Expr<'a> {
    pub kind: ExprKind<'a>,
    pub location: Location,
}

/// `Interpolation` is a replacement field of a template string. `UnicodeConstant` is a string
/// literal with the prefix `u` (`Constant(kind='u')`), which unparsing shows.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind<'a> {
    BoolOp { op: BoolOp, values: &'a [Expr<'a>] },
    NamedExpr { target: &'a Expr<'a>, value: &'a Expr<'a> },
    BinOp { left: &'a Expr<'a>, op: Operator, right: &'a Expr<'a> },
    UnaryOp { op: UnaryOp, operand: &'a Expr<'a> },
    Lambda(&'a Lambda<'a>),
    IfExp(&'a IfExp<'a>),
    Dict(&'a Dict<'a>),
    Set(&'a [Expr<'a>]),
    ListComp(&'a ComprehensionExpr<'a>),
    SetComp(&'a ComprehensionExpr<'a>),
    DictComp(&'a ComprehensionExpr<'a>),
    GeneratorExp(&'a ComprehensionExpr<'a>),
    Await(&'a Expr<'a>),
    Yield(Option<&'a Expr<'a>>),
    YieldFrom(&'a Expr<'a>),
    Compare(&'a Compare<'a>),
    Call(&'a Call<'a>),
    FormattedValue { value: &'a Expr<'a>, conversion: Conversion, format_spec: Option<&'a Expr<'a>> },
    JoinedStr(&'a [Expr<'a>]),
    Interpolation(&'a Interpolation<'a>),
    TemplateStr(&'a [Expr<'a>]),
    Constant(Constant<'a>),
    UnicodeConstant(PyStr<'a>),
    Attribute { value: &'a Expr<'a>, attr: Ident, ctx: ExprContext },
    Subscript { value: &'a Expr<'a>, slice: &'a Expr<'a>, ctx: ExprContext },
    Starred { value: &'a Expr<'a>, ctx: ExprContext },
    Name { id: Ident, ctx: ExprContext },
    List { elts: &'a [Expr<'a>], ctx: ExprContext },
    Tuple { elts: &'a [Expr<'a>], ctx: ExprContext },
    Slice(&'a Slice<'a>),
}

impl<'a> ExprKind<'a> {
    /// The value of a constant expression, whichever way it was spelled.
    pub fn as_constant(&self) -> Option<Constant<'a>> {
        match *self {
            ExprKind::Constant(value) => Some(value),
            ExprKind::UnicodeConstant(text) => Some(Constant::Str(text)),
            _ => None,
        }
    }

    /// Whether preprocessing may make another expression of this one, if nothing in it folds. Of
    /// f-strings, whose depth the parser does not count, it is always true.
    pub fn may_fold(&self) -> bool {
        let is_constant = |expr: &Expr<'_>| expr.kind.as_constant().is_some();
        match *self {
            ExprKind::UnaryOp { operand, .. } => {
                is_constant(operand) || matches!(operand.kind, ExprKind::Compare(_))
            }
            ExprKind::BinOp { left, .. } => is_constant(left),
            ExprKind::Subscript { value, .. } => is_constant(value),
            ExprKind::Tuple { elts, .. } => elts.first().is_none_or(is_constant),
            ExprKind::List { .. } | ExprKind::Set(_) => true,
            ExprKind::Name { id, .. } => id == known::DEBUG,
            ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_) => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Lambda<'a> {
    pub id: NodeId,
    pub args: &'a Arguments<'a>,
    pub body: &'a Expr<'a>,
}

#[derive(Clone, Copy, Debug)]
pub struct IfExp<'a> {
    pub test: &'a Expr<'a>,
    pub body: &'a Expr<'a>,
    pub orelse: &'a Expr<'a>,
}

#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    pub lower: Option<&'a Expr<'a>>,
    pub upper: Option<&'a Expr<'a>>,
    pub step: Option<&'a Expr<'a>>,
}

/// What the four kinds of comprehension share. Where `elt` is `Starred`, each element gives many.
///
/// Only a `DictComp` has a `value`; its `elt` is the key. A `DictComp` without a value unpacks the
/// mapping `elt` (`{**elt for ...}`).
#[derive(Clone, Copy, Debug)]
pub struct ComprehensionExpr<'a> {
    pub id: NodeId,
    pub elt: &'a Expr<'a>,
    pub value: Option<&'a Expr<'a>>,
    pub generators: &'a [Comprehension<'a>],
}

/// One `for ... in ... if ...` of a comprehension.
#[derive(Clone, Copy, Debug)]
pub struct Comprehension<'a> {
    pub is_async: bool,
    pub target: &'a Expr<'a>,
    pub iter: &'a Expr<'a>,
    pub ifs: &'a [Expr<'a>],
}

#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub func: &'a Expr<'a>,
    pub args: &'a [Expr<'a>],
    pub keywords: &'a [Keyword<'a>],
}

/// A key of `None` is a `**value`. Both slices have the same length.
#[derive(Clone, Copy, Debug)]
pub struct Dict<'a> {
    pub keys: &'a [Option<Expr<'a>>],
    pub values: &'a [Expr<'a>],
}

/// `str` is the source of `value`, which the template shows.
#[derive(Clone, Copy, Debug)]
pub struct Interpolation<'a> {
    pub value: &'a Expr<'a>,
    pub str: PyStr<'a>,
    pub conversion: Conversion,
    pub format_spec: Option<&'a Expr<'a>>,
}

/// `ops` and `comparators` have the same length.
#[derive(Clone, Copy, Debug)]
pub struct Compare<'a> {
    pub left: &'a Expr<'a>,
    pub ops: &'a [CmpOp],
    pub comparators: &'a [Expr<'a>],
}

/// `arg` is `None` for `**value`.
#[derive(Clone, Copy, Debug)]
pub struct Keyword<'a> {
    pub arg: Option<Ident>,
    pub value: &'a Expr<'a>,
    pub location: Location,
}

/// The parameters of a function or lambda. `defaults` belong to the last of `posonlyargs` + `args`;
/// `kw_defaults` is as long as `kwonlyargs`.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    pub posonlyargs: &'a [Arg<'a>],
    pub args: &'a [Arg<'a>],
    pub vararg: Option<&'a Arg<'a>>,
    pub kwonlyargs: &'a [Arg<'a>],
    pub kw_defaults: &'a [Option<Expr<'a>>],
    pub kwarg: Option<&'a Arg<'a>>,
    pub defaults: &'a [Expr<'a>],
}

#[derive(Clone, Copy, Debug)]
pub struct Arg<'a> {
    pub arg: Ident,
    pub annotation: Option<&'a Expr<'a>>,
    pub location: Location,
}

/// `[T, *Ts, **P]` after a function, class or type alias; never empty. Opens a scope of its own.
#[derive(Clone, Copy, Debug)]
pub struct TypeParams<'a> {
    pub id: NodeId,
    pub params: &'a [TypeParam<'a>],
}

/// `TypeVar`, `TypeVarTuple` or `ParamSpec`. Its `id` keys the scope of its bound (or constraints);
/// `default_id` the scope of its default.
#[derive(Clone, Copy, Debug)]
pub struct TypeParam<'a> {
    pub id: NodeId,
    pub default_id: NodeId,
    pub kind: TypeParamKind,
    pub name: Ident,
    /// Only a `TypeVar` has one.
    pub bound: Option<&'a Expr<'a>>,
    pub default_value: Option<&'a Expr<'a>>,
    pub location: Location,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeParamKind {
    TypeVar,
    TypeVarTuple,
    ParamSpec,
}

#[derive(Clone, Copy, Debug)]
pub struct MatchCase<'a> {
    pub pattern: &'a Pattern<'a>,
    pub guard: Option<&'a Expr<'a>>,
    pub body: &'a [Stmt<'a>],
}

#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    pub kind: PatternKind<'a>,
    pub location: Location,
}

/// A `MatchSingleton` is `None`, `True` or `False`. A `MatchAs` with neither pattern nor name is the
/// wildcard `_`.
#[derive(Clone, Copy, Debug)]
pub enum PatternKind<'a> {
    MatchValue(&'a Expr<'a>),
    MatchSingleton(Constant<'a>),
    MatchSequence(&'a [Pattern<'a>]),
    MatchMapping { keys: &'a [Expr<'a>], patterns: &'a [Pattern<'a>], rest: Option<Ident> },
    MatchClass(&'a MatchClass<'a>),
    MatchStar(Option<Ident>),
    MatchAs { pattern: Option<&'a Pattern<'a>>, name: Option<Ident> },
    MatchOr(&'a [Pattern<'a>]),
}

/// `kwd_attrs` and `kwd_patterns` have the same length.
#[derive(Clone, Copy, Debug)]
pub struct MatchClass<'a> {
    pub cls: &'a Expr<'a>,
    pub patterns: &'a [Pattern<'a>],
    pub kwd_attrs: &'a [Ident],
    pub kwd_patterns: &'a [Pattern<'a>],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// The `!s`, `!r` or `!a` of a replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    None,
    Str,
    Repr,
    Ascii,
}
