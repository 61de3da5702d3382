//! The parser crate's tree, and the stack that it takes to free it: freeing recurses as deep as the source is nested.

use std::ops::Deref;

use ruff_python_ast::Mod;
use ruff_python_parser::Parsed;

use crate::targets::limits;

/// A parser's result that may be nested as deeply as its source is long.
pub(super) struct Tree {
    parsed: Option<Parsed<Mod>>,
    /// How many nodes are within each other at most.
    depth: usize,
}

impl Tree {
    pub(super) fn new(parsed: Parsed<Mod>) -> Self {
        // There is no node without a token of its own.
        let depth = parsed.tokens().len();
        Tree { parsed: Some(parsed), depth }
    }

    /// Says that the tree has been walked to its leaves, and so is not deeper than [`limits::MAX_NESTING`].
    pub(super) fn set_walked(&mut self) {
        self.depth = self.depth.min(limits::MAX_NESTING as usize);
    }
}

impl Deref for Tree {
    type Target = Parsed<Mod>;

    fn deref(&self) -> &Parsed<Mod> {
        self.parsed.as_ref().expect("only dropping takes the tree out")
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let parsed = self.parsed.take();
        let stack = self.depth.saturating_mul(limits::STACK_TO_FREE_A_NODE);
        if stack <= limits::MAX_STACK_TO_FREE {
            stacker::maybe_grow(stack, stack, || drop(parsed));
        } else {
            // A rejected source of some 100 MB: to lose its tree is better than to exhaust the stack.
            std::mem::forget(parsed);
        }
    }
}
