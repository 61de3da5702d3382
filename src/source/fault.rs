//! The errors in the bytes of a source, for each target.

use super::Location;
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::targets::{ParserFeatures, Target};

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

    /// Fails if a target refuses the bytes, unless it finds the error `syntax` of the text before.
    pub(crate) fn check(&self, target: Target, syntax: Option<&Diagnostic>) -> Result<(), Diagnostic> {
        match self.refusal(target) {
            Some(refusal) if syntax.is_none_or(|syntax| self.precedes(syntax, &target.features().syntax)) => {
                Err(refusal.clone())
            }
            _ => Ok(()),
        }
    }

    /// The diagnostic of a target, if it refuses the bytes.
    pub fn refusal(&self, target: Target) -> Option<&Diagnostic> {
        match &self.early {
            Some(early) if target.features().syntax.source_bytes_checked_first => Some(early),
            _ => self.late.as_deref(),
        }
    }

    /// Whether a target reports this fault rather than `syntax`, which it finds in the text.
    ///
    /// A target that checks bytes token by token may find a syntax error before it comes to them.
    /// On one line it does not, because it explains a syntax error only after it has read the
    /// tokens around it; indentation comes before tokens.
    fn precedes(&self, syntax: &Diagnostic, features: &ParserFeatures) -> bool {
        use DiagnosticKind::{IndentationError, TabError};
        let is_early = self.early.is_some() && features.source_bytes_checked_first;
        let is_indentation = matches!(syntax.kind, IndentationError | TabError);
        let lines = (self.token.lineno, syntax.location.lineno);
        is_early || self.token == Location::NONE || lines.0 < lines.1 || lines.0 == lines.1 && !is_indentation
    }
}

/// The same fault for all targets, found before any token.
impl From<Diagnostic> for ByteFault {
    fn from(diagnostic: Diagnostic) -> ByteFault {
        ByteFault { early: None, late: Some(Box::new(diagnostic)), token: Location::NONE }
    }
}
