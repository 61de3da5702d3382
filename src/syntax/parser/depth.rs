//! How deeply CPython's rules call each other, which has a limit, and the stack that our own need.
//!
//! An operand is many rules below its statement. The depth counts those as if they were called at
//! once, so that it reaches the limit where the deepest of CPython's rules does:
//!
//! | source | CPython's rules on each level |
//! |---|---|
//! | `- - a`, `not not a`, `a if b else a if b else c` | 1; the last 2 from 3.15 on |
//! | `a ** a ** b`, `lambda: lambda: a` | 2 |
//! | `lambda a=lambda a=b: c: d` | 8 |
//! | `f(f(a))`, `((a))`, `[[a]]` and other brackets | 24 to 29; 16 to 17 in 3.8 |
//!
//! A parser that is not precise does not count brackets that much, and gives up long before a
//! target could: the precise one then decides.
//!
//! CPython: `Parser/parser.h` `MAXSTACK` (3.8), `Parser/parser.c` `MAXSTACK`, `p->level` (3.9–)

use super::{Parser, Step};
use crate::targets::{Dialect, Mistake, limits};

/// Rules from the default of a parameter up to the lambda.
pub(super) const DEFAULT: u32 = 6;

/// Rules from the statement in a branch of an `if` up to the `if`, less one for its condition.
pub(super) const BRANCH: u32 = 4;

/// What an expression is in.
#[derive(Clone, Copy)]
pub(super) enum Brackets {
    Parentheses,
    List,
    Braces,
    /// Those of a call or a subscript.
    Trailer,
}

/// Whether `expression` calls a rule of its own for conditionals (3.15–).
fn has_rule_for_conditionals(dialect: &Dialect) -> bool {
    dialect.knows(Mistake::UnpackedConditional)
}

/// The depth outside of all statements: that of the operand of an expression in one.
pub(super) fn of_statements(dialect: &Dialect) -> u32 {
    match dialect.is_lenient {
        // The limit leaves them out.
        true => 0,
        false => 29 + u32::from(has_rule_for_conditionals(dialect)),
    }
}

impl Brackets {
    /// Rules from the expression in the brackets up to these, less one for the expression.
    fn rules(self, dialect: &Dialect) -> u32 {
        match (self, has_rule_for_conditionals(dialect)) {
            (Brackets::Braces, _) if dialect.is_lenient => 15,
            _ if dialect.is_lenient => 16,
            (Brackets::Parentheses, false) | (Brackets::List, true) => 27,
            (Brackets::List | Brackets::Braces, false) => 28,
            (Brackets::Parentheses | Brackets::Braces, true) => 26,
            (Brackets::Trailer, false) => 23,
            (Brackets::Trailer, true) => 24,
        }
    }
}

impl Parser<'_, '_> {
    /// Runs `parse` one level deeper, on a larger stack if this one runs short.
    #[inline]
    pub(super) fn nested<T>(&mut self, parse: fn(&mut Self) -> Step<T>) -> Step<T> {
        self.deeper(1, parse)
    }

    /// Runs `parse` in brackets.
    #[inline]
    pub(super) fn bracketed<T>(&mut self, brackets: Brackets, parse: fn(&mut Self) -> Step<T>) -> Step<T> {
        // Our own rules need far less stack for brackets than CPython's count suggests.
        let as_cpython = self.counts_rules() && limits::STACK_GROWS;
        self.deeper(if as_cpython { brackets.rules(self.dialect) } else { 1 }, parse)
    }

    /// Whether the depth is that of CPython's rules.
    #[inline]
    fn counts_rules(&self) -> bool {
        self.precise || self.dialect.is_lenient
    }

    /// Runs `parse` some levels deeper.
    #[inline]
    pub(super) fn deeper<T>(&mut self, levels: u32, parse: fn(&mut Self) -> Step<T>) -> Step<T> {
        self.depth += levels;
        let result = if self.depth % limits::STACK_CHECK_INTERVAL < levels {
            self.on_checked_stack(parse)
        } else {
            parse(self)
        };
        self.depth -= levels;
        result
    }

    #[cold]
    fn on_checked_stack<T>(&mut self, parse: fn(&mut Self) -> Step<T>) -> Step<T> {
        let limit = match self.counts_rules() {
            true if self.dialect.is_lenient => limits::MAX_LENIENT_DEPTH,
            true => limits::MAX_PARSER_DEPTH,
            false => limits::MAX_PREDICTED_DEPTH,
        };
        if self.depth >= limit {
            return self.too_deep();
        }
        self.deepest = self.deepest.max(self.depth + limits::STACK_CHECK_INTERVAL);
        stacker::maybe_grow(limits::STACK_RED_ZONE, limits::STACK_CHUNK, || parse(self))
    }

    /// Counts the operators and calls of a statement, or of the head of one, as levels of nesting.
    pub(super) fn count_chained(&mut self) {
        self.deepest = self.deepest.max(self.depth + self.chained);
        self.chained = 0;
    }
}
