//! What there is to say of a text that no version takes.

use crate::diagnostic::{Diagnostic, Warning};
use crate::targets::{Target, Version};

/// Why a text is not Python. Versions may say different things: what is the first fault to one may be syntax to a newer one, which then
/// says what is wrong further on.
#[derive(Clone, Debug)]
pub struct Fault {
    diagnostic: Diagnostic,
    /// What the versions from some on say instead, oldest first.
    later: Vec<(Version, Diagnostic)>,
}

impl Fault {
    pub(super) fn new(diagnostic: Diagnostic, later: Vec<(Version, Diagnostic)>) -> Fault {
        Fault { diagnostic, later }
    }

    /// What it is to `target`.
    pub fn of(&self, target: Target) -> &Diagnostic {
        let later = self.later.iter().rev().find(|(since, _)| *since <= target.version());
        later.map_or(&self.diagnostic, |(_, diagnostic)| diagnostic)
    }

    /// The warnings that CPython issues before it rejects the text. None are recognized yet.
    pub fn warnings(&self, _target: Target) -> Vec<Warning> {
        Vec::new()
    }
}

impl From<Diagnostic> for Fault {
    fn from(diagnostic: Diagnostic) -> Fault {
        Fault { diagnostic, later: Vec::new() }
    }
}
