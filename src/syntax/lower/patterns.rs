//! The patterns of `match`.

use ruff_python_ast as ruff;
use ruff_text_size::Ranged;

use super::Lowerer;
use crate::code::Constant;
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
        self.nested(|this| Pattern { kind: this.pattern_kind(pattern), location })
            .unwrap_or(Pattern { kind: PatternKind::MatchStar(None), location: Location::NONE })
    }

    fn pattern_kind(&mut self, pattern: &ruff::Pattern) -> PatternKind<'a> {
        match pattern {
            ruff::Pattern::MatchValue(pattern) => PatternKind::MatchValue(self.boxed(&pattern.value)),
            ruff::Pattern::MatchSingleton(pattern) => PatternKind::MatchSingleton(match pattern.value {
                ruff::Singleton::None => Constant::None,
                ruff::Singleton::True => Constant::True,
                ruff::Singleton::False => Constant::False,
            }),
            ruff::Pattern::MatchSequence(pattern) => {
                PatternKind::MatchSequence(self.patterns(&pattern.patterns))
            }
            ruff::Pattern::MatchMapping(pattern) => PatternKind::MatchMapping {
                keys: self.exprs(&pattern.keys),
                patterns: self.patterns(&pattern.patterns),
                rest: self.optional_identifier(pattern.rest.as_ref()),
            },
            ruff::Pattern::MatchClass(pattern) => self.match_class(pattern),
            ruff::Pattern::MatchStar(pattern) => {
                PatternKind::MatchStar(self.optional_identifier(pattern.name.as_ref()))
            }
            ruff::Pattern::MatchAs(pattern) => PatternKind::MatchAs {
                pattern: pattern.pattern.as_deref().map(|pattern| self.boxed_pattern(pattern)),
                name: self.optional_identifier(pattern.name.as_ref()),
            },
            ruff::Pattern::MatchOr(pattern) => PatternKind::MatchOr(self.patterns(&pattern.patterns)),
        }
    }

    fn match_class(&mut self, pattern: &ruff::PatternMatchClass) -> PatternKind<'a> {
        let arena = self.arena;
        let keywords = &pattern.arguments.keywords;
        let class = MatchClass {
            cls: self.boxed(&pattern.cls),
            patterns: self.patterns(&pattern.arguments.patterns),
            kwd_attrs: arena
                .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.identifier(&keyword.attr))),
            kwd_patterns: arena
                .alloc_slice_fill_iter(keywords.iter().map(|keyword| self.pattern(&keyword.pattern))),
        };
        PatternKind::MatchClass(arena.alloc(class))
    }
}
