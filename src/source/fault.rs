//! The errors in the bytes of a source, for each target.

use super::Location;
use crate::diagnostic::Diagnostic;
use crate::targets::Target;

/// A fault of a source's bytes. Some targets find it before they read the source's tokens, others
/// when they come to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteFault {
    /// What targets say that check the whole source first; without it, what the others say.
    pub(super) early: Option<Box<Diagnostic>>,
    /// What the others say; nothing if the bytes are in comments only.
    pub(super) late: Option<Box<Diagnostic>>,
    /// Where the token of `late` begins; [`Location::NONE`] if the fault is found before any token.
    pub(super) token: Location,
}

impl ByteFault {
    /// The diagnostic of a target for bytes that no target can decode.
    pub fn of(&self, target: Target) -> &Diagnostic {
        self.refusal(target).expect("every target refuses such bytes")
    }

    /// The diagnostic of a target, if it refuses the bytes.
    pub fn refusal(&self, target: Target) -> Option<&Diagnostic> {
        self.early(target).or(self.late.as_deref())
    }

    /// The token at which a target comes to the fault; [`Location::NONE`] if it does so before any
    /// token.
    pub(crate) fn token(&self, target: Target) -> Location {
        if self.early(target).is_some() { Location::NONE } else { self.token }
    }

    /// What a target says that checks the whole source first.
    fn early(&self, target: Target) -> Option<&Diagnostic> {
        self.early.as_deref().filter(|_| target.features().syntax.source_bytes_checked_first)
    }
}

/// The same fault for all targets, found before any token.
impl From<Diagnostic> for ByteFault {
    fn from(diagnostic: Diagnostic) -> ByteFault {
        ByteFault { early: None, late: Some(Box::new(diagnostic)), token: Location::NONE }
    }
}
