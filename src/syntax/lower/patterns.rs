//! The patterns of `match`.

use ruff_python_ast as ruff;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange};

use super::{Lowerer, end};
use crate::code::Constant;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::*;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn boxed_pattern(&mut self, pattern: &ruff::Pattern) -> &'a Pattern<'a> {
        let pattern = self.pattern(pattern);
        self.arena.alloc(pattern)
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> &'a [Pattern<'a>] {
        let arena = self.arena;
        arena.alloc_slice_fill_iter(patterns.iter().map(|pattern| self.pattern(pattern)))
    }

    fn pattern(&mut self, pattern: &ruff::Pattern) -> Pattern<'a> {
        let location = self.location(pattern.range());
        let nothing = || Pattern { kind: PatternKind::MatchStar(None), location: Location::NONE };
        self.nested(|this| Pattern { kind: this.pattern_kind(pattern), location }, nothing)
    }

    fn pattern_kind(&mut self, pattern: &ruff::Pattern) -> PatternKind<'a> {
        match pattern {
            ruff::Pattern::MatchValue(pattern) => {
                self.no_wildcard_root(&pattern.value);
                self.no_parenthesized_operand(&pattern.value);
                PatternKind::MatchValue(self.boxed(&pattern.value))
            }
            ruff::Pattern::MatchSingleton(pattern) => PatternKind::MatchSingleton(match pattern.value {
                ruff::Singleton::None => Constant::None,
                ruff::Singleton::True => Constant::True,
                ruff::Singleton::False => Constant::False,
            }),
            ruff::Pattern::MatchSequence(pattern) => {
                pattern.patterns.windows(2).for_each(|pair| self.comma_between(&pair[0], &pair[1]));
                PatternKind::MatchSequence(self.patterns(&pattern.patterns))
            }
            ruff::Pattern::MatchMapping(pattern) => self.match_mapping(pattern),
            ruff::Pattern::MatchClass(pattern) => self.match_class(pattern),
            ruff::Pattern::MatchStar(pattern) => {
                self.no_group_around(pattern.range());
                PatternKind::MatchStar(self.optional_identifier(pattern.name.as_ref()))
            }
            ruff::Pattern::MatchAs(pattern) => PatternKind::MatchAs {
                pattern: pattern.pattern.as_deref().map(|pattern| self.boxed_pattern(pattern)),
                name: self.optional_identifier(pattern.name.as_ref()),
            },
            ruff::Pattern::MatchOr(pattern) => PatternKind::MatchOr(self.patterns(&pattern.patterns)),
        }
    }

    fn match_mapping(&mut self, pattern: &ruff::PatternMatchMapping) -> PatternKind<'a> {
        for key in &pattern.keys {
            self.no_parenthesized_operand(key);
            let before = self.tokens.before(key.start()).iter().rev().find(|token| !token.kind().is_trivia());
            if before.is_some_and(|token| token.kind() == TokenKind::Lpar) {
                self.fail_at(key.range(), "invalid syntax");
            }
        }
        PatternKind::MatchMapping {
            keys: self.exprs(&pattern.keys),
            patterns: self.patterns(&pattern.patterns),
            rest: self.optional_identifier(pattern.rest.as_ref()),
        }
    }

    /// The crate misses no comma after the first pattern in brackets.
    fn comma_between(&mut self, left: &ruff::Pattern, right: &ruff::Pattern) {
        let mut between =
            self.tokens.after(left.end()).iter().take_while(|token| token.end() <= right.start());
        if !between.any(|token| token.kind() == TokenKind::Comma) {
            self.fail_at(right.range(), "invalid syntax");
        }
    }

    /// A star stands in a sequence, and parentheses without a comma are none.
    fn no_group_around(&mut self, range: TextRange) {
        let is_trivia = |token: &&Token| token.kind().is_trivia();
        let before = self.tokens.before(range.start()).iter().rev().find(|token| !is_trivia(token));
        let after = self.tokens.after(range.end()).iter().find(|token| !is_trivia(token));
        if before.is_some_and(|token| token.kind() == TokenKind::Lpar)
            && after.is_some_and(|token| token.kind() == TokenKind::Rpar)
        {
            self.fail_at(range, "invalid syntax");
        }
    }

    /// A `_` is the wildcard, which has no attributes.
    fn no_wildcard_root(&mut self, expr: &ruff::Expr) {
        let mut root = expr;
        while let ruff::Expr::Attribute(attribute) = root {
            root = &attribute.value;
        }
        if root.as_name_expr().is_some_and(|name| name.id.as_str() == "_") {
            self.fail_at(root.range(), "invalid syntax");
        }
    }

    /// A sign has a number as its operand, and neither that nor those of the sum of a complex number stand in parentheses.
    fn no_parenthesized_operand(&mut self, expr: &ruff::Expr) {
        let is_bare = match expr {
            ruff::Expr::BinOp(sum) => {
                self.no_parenthesized_operand(&sum.left);
                sum.left.start() == sum.start() && sum.right.end() == sum.end()
            }
            ruff::Expr::UnaryOp(sign) => {
                sign.operand.is_number_literal_expr() && sign.operand.end() == sign.end()
            }
            _ => true,
        };
        if !is_bare {
            self.fail_at(expr.range(), "invalid syntax");
        }
    }

    fn match_class(&mut self, pattern: &ruff::PatternMatchClass) -> PatternKind<'a> {
        let arena = self.arena;
        self.no_wildcard_root(&pattern.cls);
        if pattern.cls.start() != pattern.start() || self.byte_at(end(&*pattern.cls)) == Some(b')') {
            self.fail_at(pattern.cls.range(), "invalid syntax");
        }
        let keywords = &pattern.arguments.keywords;
        // After a positional pattern, a `_` is one too, whatever follows.
        if let [first, ..] = &keywords[..]
            && !pattern.arguments.patterns.is_empty()
            && first.attr.range.is_empty()
        {
            self.fail_at(first.range, "invalid syntax");
        }
        let class = MatchClass {
            cls: self.boxed(&pattern.cls),
            patterns: self.patterns(&pattern.arguments.patterns),
            kwd_attrs: arena
                .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.keyword_attribute(keyword))),
            kwd_patterns: arena
                .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.pattern(&keyword.pattern))),
        };
        PatternKind::MatchClass(arena.alloc(class))
    }

    fn keyword_attribute(&mut self, keyword: &ruff::PatternKeyword) -> Ident {
        // The crate has no name for a `_`.
        if keyword.attr.range.is_empty() {
            return self.interner.intern("_");
        }
        if keyword.attr.start() != keyword.start() {
            self.fail_at(keyword.attr.range, "invalid syntax");
        }
        self.identifier(&keyword.attr)
    }
}
