//! What a compiler says of a source: the error that rejects it, and the warnings.

use std::fmt;

use crate::diagnostic::{self, Diagnostic};
use crate::rejection::{Place, Rejection, SourceLines};

/// Why a target's compiler rejects a source: the exception that CPython raises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError(Box<Contents>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Contents {
    rejection: Rejection,
    filename: String,
    warnings: Vec<Warning>,
}

impl CompileError {
    pub(super) fn new(
        diagnostic: Diagnostic,
        source: &[u8],
        filename: &str,
        warnings: Vec<Warning>,
    ) -> CompileError {
        let rejection = Rejection::new(diagnostic, source);
        let filename = filename.to_owned();
        CompileError(Box::new(Contents { rejection, filename, warnings }))
    }

    /// The class of the exception: `SyntaxError`, `IndentationError`, `ValueError`.
    pub fn class(&self) -> &'static str {
        self.0.rejection.diagnostic.kind.name()
    }

    /// The target's own words.
    pub fn message(&self) -> &str {
        &self.0.rejection.diagnostic.message
    }

    /// What crosspyc adds, such as the version that brought the syntax.
    pub fn notes(&self) -> &[String] {
        &self.0.rejection.diagnostic.notes
    }

    /// The range of the source that is to blame, if CPython names one.
    pub fn place(&self) -> Option<&Place> {
        self.0.rejection.place.as_ref()
    }

    /// The warnings that were issued before the error.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings
    }
}

/// `SyntaxError: invalid syntax (hello.py, line 1)`, as Python's own text.
impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}", self.class(), self.message(), self.0.filename)?;
        match self.place() {
            Some(place) => write!(f, ", line {})", place.line),
            None => f.write_str(")"),
        }
    }
}

impl std::error::Error for CompileError {}

/// A warning that CPython issues while it compiles a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    category: &'static str,
    message: String,
    place: Option<Place>,
}

impl Warning {
    /// The warnings of a compilation, in the order in which CPython issues them.
    pub(super) fn all(warnings: Vec<diagnostic::Warning>, source: &[u8]) -> Vec<Warning> {
        if warnings.is_empty() {
            return Vec::new();
        }
        let lines = SourceLines::new(source);
        let located = |warning: diagnostic::Warning| Warning {
            category: warning.category.name(),
            place: lines.place(warning.location),
            message: warning.message,
        };
        warnings.into_iter().map(located).collect()
    }

    /// The class of the warning: `SyntaxWarning` or `DeprecationWarning`.
    pub fn category(&self) -> &'static str {
        self.category
    }

    /// The target's own words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The range of the source. CPython itself shows only its first line.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

/// `SyntaxWarning: "is" with 'int' literal (line 1)`
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.category, self.message)?;
        match &self.place {
            Some(place) => write!(f, " (line {})", place.line),
            None => Ok(()),
        }
    }
}
