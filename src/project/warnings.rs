//! The warnings of one source file, merged over its targets and optimization levels.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Deserialize;

use crate::code::CodeObject;
use crate::compile::Compilation;
use crate::diagnostic::{Diagnostic, Warning, WarningCategory};
use crate::rejection::{Place, SourceLines};
use crate::targets::Target;

/// What to do about warnings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WarningPolicy {
    /// Report them.
    #[default]
    Default,
    /// Reject the source, as `python -W error` does. Warnings that Python does not turn into an
    /// error (see [`Warning::to_error`]) are reported.
    Error,
    /// Drop them.
    Ignore,
}

impl WarningPolicy {
    /// The error to reject a source with because of its warnings: that of the first one that
    /// becomes an error.
    fn rejection(self, warnings: &[Warning]) -> Option<Diagnostic> {
        match self {
            WarningPolicy::Error => warnings.iter().find_map(Warning::to_error),
            WarningPolicy::Default | WarningPolicy::Ignore => None,
        }
    }

    /// Applies the policy to the compilation of `source` for one target: returns the code, or the
    /// error to report, and the warnings to report.
    pub fn apply<'a>(
        self,
        compilation: Compilation<'a>,
        target: Target,
        source: &[u8],
    ) -> (Result<&'a CodeObject<'a>, Diagnostic>, Vec<SourceWarning>) {
        let mut warnings = WarningSet::default();
        let code = warnings.judge(self, compilation, target);
        (code, warnings.into_sorted(source))
    }
}

/// A warning, and the targets that issue it.
#[derive(Clone, Debug)]
pub struct SourceWarning {
    pub category: WarningCategory,
    pub message: String,
    pub place: Option<Place>,
    /// In the order of compilation.
    pub targets: Vec<Target>,
}

/// Collects the warnings of a file. Equal warnings are kept once, whichever targets and levels
/// issue them and however often.
#[derive(Debug, Default)]
pub(super) struct WarningSet {
    warnings: Vec<(Warning, Vec<Target>)>,
    /// The index of each warning in `warnings`.
    index: HashMap<Key, usize>,
}

/// Category, message, and the location's start.
type Key = (WarningCategory, String, (i32, i32));

impl WarningSet {
    /// Applies `policy` to a compilation for `target`: collects its warnings, or rejects the source
    /// because of them.
    pub(super) fn judge<'a>(
        &mut self,
        policy: WarningPolicy,
        Compilation { code, warnings }: Compilation<'a>,
        target: Target,
    ) -> Result<&'a CodeObject<'a>, Diagnostic> {
        if let Some(error) = policy.rejection(&warnings) {
            return Err(error);
        }
        if policy != WarningPolicy::Ignore {
            self.add(warnings, target);
        }
        code
    }

    fn add(&mut self, warnings: Vec<Warning>, target: Target) {
        for warning in warnings {
            let start = (warning.location.lineno, warning.location.col_offset);
            match self.index.entry((warning.category, warning.message.clone(), start)) {
                Entry::Occupied(entry) => {
                    let targets = &mut self.warnings[*entry.get()].1;
                    if targets.last() != Some(&target) {
                        targets.push(target);
                    }
                }
                Entry::Vacant(entry) => {
                    entry.insert(self.warnings.len());
                    self.warnings.push((warning, vec![target]));
                }
            }
        }
    }

    /// The warnings in the order of their locations, each with its line of `source`.
    pub(super) fn into_sorted(mut self, source: &[u8]) -> Vec<SourceWarning> {
        if self.warnings.is_empty() {
            return Vec::new();
        }
        self.warnings.sort_by_key(|(warning, _)| (warning.location.lineno, warning.location.col_offset));
        let lines = SourceLines::new(source);
        let located = |(warning, targets): (Warning, Vec<Target>)| SourceWarning {
            category: warning.category,
            place: lines.place(warning.location),
            message: warning.message,
            targets,
        };
        self.warnings.into_iter().map(located).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Location;

    #[test]
    fn equal_warnings_are_kept_once_with_their_targets() {
        let [old, new]: [Target; 2] = ["3.12", "3.13"].map(|text| text.parse().expect("supported"));
        let at = |line, message: &str| Warning::syntax_warning(Location::new(line, line, 0, 1), message);
        let mut set = WarningSet::default();
        set.add(vec![at(2, "b"), at(2, "b"), at(1, "a")], old);
        set.add(vec![at(2, "b"), at(2, "c")], new);
        let found = set.into_sorted(b"x\ny\n");
        let found: Vec<_> = found.iter().map(|found| (&*found.message, found.targets.as_slice())).collect();
        assert_eq!(found, [("a", &[old][..]), ("b", &[old, new]), ("c", &[new])]);
    }
}
