//! What is wrong with the user's Python: a headline, a place and notes, as the target CPython would report it.

use crate::source::Location;

/// The exception class that CPython raises for the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// The source is nested too deeply, or too large for a table of the code object.
    RecursionError,
    MemoryError,
    ValueError,
    OverflowError,
    SystemError,
    UnicodeEncodeError,
    UnicodeDecodeError,
}

impl DiagnosticKind {
    /// The name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            DiagnosticKind::SyntaxError => "SyntaxError",
            DiagnosticKind::IndentationError => "IndentationError",
            DiagnosticKind::TabError => "TabError",
            DiagnosticKind::RecursionError => "RecursionError",
            DiagnosticKind::MemoryError => "MemoryError",
            DiagnosticKind::ValueError => "ValueError",
            DiagnosticKind::OverflowError => "OverflowError",
            DiagnosticKind::SystemError => "SystemError",
            DiagnosticKind::UnicodeEncodeError => "UnicodeEncodeError",
            DiagnosticKind::UnicodeDecodeError => "UnicodeDecodeError",
        }
    }
}

/// A fault in a source file. `location` is in bytes of the decoded text; [`Location::NONE`] where no place is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub kind: DiagnosticKind,
    pub message: String,
    pub location: Location,
    pub notes: Vec<String>,
}

impl Diagnostic {
    #[cold]
    pub fn new(kind: DiagnosticKind, location: Location, message: impl Into<String>) -> Self {
        Diagnostic { kind, message: message.into(), location, notes: Vec::new() }
    }

    /// The most frequent kind.
    #[cold]
    pub fn syntax_error(location: Location, message: impl Into<String>) -> Self {
        Diagnostic::new(DiagnosticKind::SyntaxError, location, message)
    }

    #[cold]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
