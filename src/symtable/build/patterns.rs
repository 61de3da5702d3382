//! The patterns of `match` statements.

use super::super::{Outcome, SymbolFlags};
use super::Builder;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::{Pattern, PatternKind};

impl Builder<'_, '_> {
    /// CPython: `Python/symtable.c` `symtable_visit_pattern` (3.12)
    pub(super) fn visit_pattern(&mut self, pattern: &Pattern<'_>) -> Outcome {
        self.descend()?;
        match pattern.kind {
            PatternKind::MatchValue(value) => self.visit_expr(value)?,
            PatternKind::MatchSingleton(_) => {}
            PatternKind::MatchSequence(patterns) | PatternKind::MatchOr(patterns) => {
                self.visit_patterns(patterns)?;
            }
            PatternKind::MatchStar(name) => self.capture(name, pattern.location)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.visit_exprs(keys)?;
                self.visit_patterns(patterns)?;
                self.capture(rest, pattern.location)?;
            }
            PatternKind::MatchClass(class) => {
                self.visit_expr(class.cls)?;
                self.visit_patterns(class.patterns)?;
                self.check_keyword_patterns(class)?;
                self.visit_patterns(class.kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern: inner, name } => {
                inner.map_or(Ok(()), |inner| self.visit_pattern(inner))?;
                self.capture(name, pattern.location)?;
            }
        }
        self.ascend();
        Ok(())
    }

    fn visit_patterns(&mut self, patterns: &[Pattern<'_>]) -> Outcome {
        patterns.iter().try_for_each(|pattern| self.visit_pattern(pattern))
    }

    fn capture(&mut self, name: Option<Ident>, location: Location) -> Outcome {
        match name {
            Some(name) => self.add_def(name, SymbolFlags::DEF_LOCAL, location),
            None => Ok(()),
        }
    }
}
