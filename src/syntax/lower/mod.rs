//! From the parser crate's tree to CPython's: what it merges is merged, what it keeps is dropped, and every place is
//! that of CPython's AST.
//!
//! Input: a tree without errors (but for undecoded string literals). Output: our tree in the arena. The first fault found is kept,
//! and the tree is then of no use; the invariant otherwise is that no node nests deeper than [`limits::MAX_NESTING`].
//!
//! CPython: `Parser/action_helpers.c`, `Grammar/python.gram` (3.12)

mod debug_text;
mod expressions;
mod fstrings;
mod numbers;
mod parameters;
mod patterns;
mod statements;
mod strings;

use bumpalo::Bump;
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use debug_text::DebugText;

use super::ast::*;
use super::lines::Lines;
use super::substitute::{REPLACED_NAME, Substitute};
use crate::code::Constant;
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::{Ident, Interner};
use crate::source::Location;
use crate::targets::{FStringRules, limits};

/// A lowered module and what came up on the way.
pub(super) struct Lowered<'a> {
    pub(super) module: Module<'a>,
    /// How deeply statements, expressions and patterns nest, or up to [`limits::STACK_CHECK_INTERVAL`] less.
    pub(super) depth: u32,
    /// Whether other rules may give another tree, or another fault.
    pub(super) depends_on_rules: bool,
    pub(super) fault: Option<Box<Diagnostic>>,
}

/// Lowers the statements of a module. `text` is what they were parsed from.
pub(super) fn module<'a, 't>(
    arena: &'a Bump,
    interner: &'t mut Interner<'a>,
    rules: FStringRules,
    text: &'a str,
    substitute: &'t Substitute<'a>,
    body: &[ruff::Stmt],
    tokens: &'t ruff::token::Tokens,
) -> Lowered<'a> {
    let mut lowerer = Lowerer {
        arena,
        text,
        substitute,
        tokens,
        lines: Lines::new(text),
        interner,
        rules,
        depends_on_rules: false,
        debug_texts: FxHashMap::default(),
        nodes: 0,
        depth: 0,
        deepest: 0,
        fault: None,
    };
    let body = lowerer.body(body);
    let module = Module { body, node_count: lowerer.nodes };
    let Lowerer { deepest: depth, depends_on_rules, fault, .. } = lowerer;
    Lowered { module, depth, depends_on_rules, fault }
}

struct Lowerer<'a, 't> {
    arena: &'a Bump,
    text: &'a str,
    /// What was parsed in place of `text`.
    substitute: &'t Substitute<'a>,
    tokens: &'t ruff::token::Tokens,
    lines: Lines,
    interner: &'t mut Interner<'a>,
    rules: FStringRules,
    /// Whether something was met that `rules` decide on.
    depends_on_rules: bool,
    /// The texts of debug fields, for each outermost field that was asked for, by its start.
    debug_texts: FxHashMap<u32, Vec<DebugText>>,
    nodes: u32,
    /// How many expressions, statements and patterns are open.
    depth: u32,
    /// How many there were at most, seen at each [`limits::STACK_CHECK_INTERVAL`].
    deepest: u32,
    fault: Option<Box<Diagnostic>>,
}

impl<'a> Lowerer<'a, '_> {
    fn location(&mut self, range: TextRange) -> Location {
        self.lines.location(range)
    }

    /// The location from the start of one node to the end of another.
    fn span(&mut self, start: u32, end: u32) -> Location {
        self.lines.location(TextRange::new(start.into(), end.into()))
    }

    fn source(&self, range: TextRange) -> &'a str {
        &self.text[range]
    }

    fn byte_at(&self, offset: u32) -> Option<u8> {
        self.text.as_bytes().get(offset as usize).copied()
    }

    fn node_id(&mut self) -> NodeId {
        let id = NodeId(self.nodes);
        self.nodes += 1;
        id
    }

    fn identifier(&mut self, name: &ruff::Identifier) -> Ident {
        self.intern(name.as_str())
    }

    fn intern(&mut self, name: &str) -> Ident {
        let is_substitute = !self.substitute.name.is_empty() && name == self.substitute.name;
        self.interner.intern(if is_substitute { REPLACED_NAME } else { name })
    }

    fn optional_identifier(&mut self, name: Option<&ruff::Identifier>) -> Option<Ident> {
        name.map(|name| self.identifier(name))
    }

    /// Keeps the first fault.
    #[cold]
    fn fail(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.fault.is_none() {
            self.fault = Some(Box::new(diagnostic()));
        }
    }

    #[cold]
    fn fail_at(&mut self, range: TextRange, message: impl Into<String>) {
        let location = self.location(range);
        self.fail(|| Diagnostic::syntax_error(location, message));
    }

    /// Runs `lower` one level deeper, on a larger stack when this one runs short; beyond the limit it does not run, and there is `nothing`.
    #[inline]
    fn nested<T>(&mut self, lower: impl FnOnce(&mut Self) -> T, nothing: impl FnOnce() -> T) -> T {
        self.depth += 1;
        // The result goes right to its place: a node that is moved once more costs as much as all the rest.
        let result = if self.depth.is_multiple_of(limits::STACK_CHECK_INTERVAL) {
            self.on_checked_stack(lower, nothing)
        } else {
            lower(self)
        };
        self.depth -= 1;
        result
    }

    #[cold]
    fn on_checked_stack<T>(&mut self, lower: impl FnOnce(&mut Self) -> T, nothing: impl FnOnce() -> T) -> T {
        if self.depth < limits::MAX_NESTING {
            self.deepest = self.deepest.max(self.depth);
            return stacker::maybe_grow(limits::STACK_RED_ZONE, limits::STACK_CHUNK, || lower(self));
        }
        self.fail(|| {
            let message = "maximum recursion depth exceeded during compilation";
            Diagnostic::new(DiagnosticKind::RecursionError, Location::NONE, message)
        });
        nothing()
    }

    fn exprs(&mut self, exprs: &[ruff::Expr]) -> &'a [Expr<'a>] {
        self.slice(exprs, Self::expr)
    }

    /// Lowers each of `nodes` right to its place in a slice.
    fn slice<T, U>(&mut self, nodes: &[T], mut lower: impl FnMut(&mut Self, &T) -> U) -> &'a [U] {
        self.arena.alloc_slice_fill_with(nodes.len(), |index| lower(self, &nodes[index]))
    }

    fn boxed(&mut self, expr: &ruff::Expr) -> &'a Expr<'a> {
        self.arena.alloc_with(|| self.expr(expr))
    }

    fn optional(&mut self, expr: Option<&ruff::Expr>) -> Option<&'a Expr<'a>> {
        expr.map(|expr| self.boxed(expr))
    }
}

/// What stands for a node that was not lowered because of a fault.
const NOTHING: ExprKind<'static> = ExprKind::Constant(Constant::None);

fn start(node: &impl Ranged) -> u32 {
    node.start().to_u32()
}

fn end(node: &impl Ranged) -> u32 {
    node.end().to_u32()
}
