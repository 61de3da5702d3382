//! Expressions as far as messages tell them apart.

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExprKind {
    Name,
    None,
    True,
    False,
    Ellipsis,
    Literal,
    FString,
    Attribute,
    Subscript,
    Call,
    Starred,
    Tuple,
    List,
    Set,
    Dict,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Lambda,
    Await,
    Yield,
    Comparison,
    /// The operands of an `in`.
    Membership,
    Conditional,
    Named,
    /// An arithmetic or boolean operation.
    Operation,
    /// A boolean operation, whose operands are not bitwise.
    Boolean,
}

/// An expression of the tokens from `start` to `end`.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The elements of a tuple or list, what is starred, or the left side of an `in`.
    pub(super) parts: Vec<Expr>,
}

/// What is to happen to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Assign,
    Delete,
    For,
}

impl Expr {
    pub(super) fn new(kind: ExprKind, start: usize, end: usize) -> Self {
        Expr { kind, start, end, parts: Vec::new() }
    }

    pub(super) fn with_parts(mut self, parts: Vec<Expr>) -> Self {
        self.parts = parts;
        self
    }

    /// What messages call it.
    ///
    /// CPython: `Parser/pegen.c` `_PyPegen_get_expr_name` (3.9–)
    pub(super) fn description(&self) -> &'static str {
        match self.kind {
            ExprKind::Name => "name",
            ExprKind::None => "None",
            ExprKind::True => "True",
            ExprKind::False => "False",
            ExprKind::Ellipsis => "ellipsis",
            ExprKind::Literal => "literal",
            ExprKind::FString => "f-string expression",
            ExprKind::Attribute => "attribute",
            ExprKind::Subscript => "subscript",
            ExprKind::Call => "function call",
            ExprKind::Starred => "starred",
            ExprKind::Tuple => "tuple",
            ExprKind::List => "list",
            ExprKind::Set => "set display",
            ExprKind::Dict => "dict literal",
            ExprKind::ListComp => "list comprehension",
            ExprKind::SetComp => "set comprehension",
            ExprKind::DictComp => "dict comprehension",
            ExprKind::Generator => "generator expression",
            ExprKind::Lambda => "lambda",
            ExprKind::Await => "await expression",
            ExprKind::Yield => "yield expression",
            ExprKind::Comparison | ExprKind::Membership => "comparison",
            ExprKind::Conditional => "conditional expression",
            ExprKind::Named => "named expression",
            ExprKind::Operation | ExprKind::Boolean => "expression",
        }
    }

    /// The part of it that cannot be assigned to, deleted or looped over with.
    pub(super) fn invalid_target(&self, purpose: Use) -> Option<&Expr> {
        match self.kind {
            ExprKind::Name | ExprKind::Attribute | ExprKind::Subscript => None,
            ExprKind::Tuple | ExprKind::List => {
                self.parts.iter().find_map(|part| part.invalid_target(purpose))
            }
            ExprKind::Starred if purpose != Use::Delete => self.parts.first()?.invalid_target(purpose),
            // `x in y` in place of a target is a target, `in` and what is looped over.
            ExprKind::Membership if purpose == Use::For => self.parts.first()?.invalid_target(purpose),
            ExprKind::Comparison if purpose == Use::For => None,
            _ => Some(self),
        }
    }

    pub(super) fn is_target(&self, purpose: Use) -> bool {
        !matches!(self.kind, ExprKind::Comparison | ExprKind::Membership)
            && self.invalid_target(purpose).is_none()
    }

    /// Whether operators of comparison and logic bind less tightly than what it is made with.
    pub(super) fn is_bitwise(&self) -> bool {
        !matches!(
            self.kind,
            ExprKind::Comparison
                | ExprKind::Membership
                | ExprKind::Boolean
                | ExprKind::Conditional
                | ExprKind::Lambda
                | ExprKind::Named
                | ExprKind::Yield
                | ExprKind::Starred
        )
    }
}
