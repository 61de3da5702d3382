//! Diagnostics: errors and warnings about the user's Python, as the target CPython reports them.

use crate::source::Location;

/// The exception class that CPython raises for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// The source is nested too deeply.
    RecursionError,
    /// The source is too large for a table of the code object, or nested too deeply for the parser.
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

/// An error in a source file. `location` is in bytes of the decoded text; [`Location::NONE`] where
/// no place is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub kind: DiagnosticKind,
    pub message: String,
    /// In bytes of the decoded text; [`Location::NONE`] if the error has no location.
    pub location: Location,
    pub notes: Vec<String>,
}

impl Diagnostic {
    #[cold]
    pub fn new(kind: DiagnosticKind, location: Location, message: impl Into<String>) -> Self {
        Diagnostic { kind, message: message.into(), location, notes: Vec::new() }
    }

    /// An error of the most frequent kind.
    #[cold]
    pub fn syntax_error(location: Location, message: impl Into<String>) -> Self {
        Diagnostic::new(DiagnosticKind::SyntaxError, location, message)
    }

    /// The error of a source that nests more deeply than the compiler's stages may recurse.
    #[cold]
    pub fn recursion_error() -> Self {
        let message = "maximum recursion depth exceeded during compilation";
        Diagnostic::new(DiagnosticKind::RecursionError, Location::NONE, message)
    }

    #[cold]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// The class of a warning in CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningCategory {
    /// Legal syntax that is probably a mistake, or that a later version will reject.
    SyntaxWarning,
    /// An operation that the compiler evaluated, and that a later version will not have.
    DeprecationWarning,
}

impl WarningCategory {
    /// The name of the warning class.
    pub fn name(self) -> &'static str {
        match self {
            WarningCategory::SyntaxWarning => "SyntaxWarning",
            WarningCategory::DeprecationWarning => "DeprecationWarning",
        }
    }
}

/// A warning that CPython issues while it compiles a source file.
///
/// CPython itself reports only the line. The columns are those of the `SyntaxError` that replaces
/// the warning under `python -W error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub category: WarningCategory,
    pub message: String,
    /// In bytes of the decoded text; may extend past the end of a line, as CPython's does.
    pub location: Location,
    /// The message of the `SyntaxError` that replaces the warning, where it is worded differently.
    pub error_message: Option<String>,
}

impl Warning {
    #[cold]
    pub fn new(category: WarningCategory, location: Location, message: impl Into<String>) -> Self {
        Warning { category, message: message.into(), location, error_message: None }
    }

    /// A warning of the most frequent category.
    #[cold]
    pub fn syntax_warning(location: Location, message: impl Into<String>) -> Self {
        Warning::new(WarningCategory::SyntaxWarning, location, message)
    }

    /// The error that `python -W error` raises instead of the warning.
    ///
    /// `None` for the `DeprecationWarning` that constant folding issues: when it becomes an exception
    /// the compiler drops the exception and does not fold. Another one has an error's message.
    ///
    /// CPython: `Python/errors.c` `_PyErr_EmitSyntaxWarning` (3.14–), `Python/ast_opt.c`
    /// `make_const` (3.12–3.13)
    pub fn to_error(&self) -> Option<Diagnostic> {
        let message = self.error_message.as_ref().unwrap_or(&self.message);
        match self.category {
            WarningCategory::SyntaxWarning => Some(Diagnostic::syntax_error(self.location, message)),
            WarningCategory::DeprecationWarning => {
                let message = self.error_message.as_ref()?;
                Some(Diagnostic::syntax_error(self.location, message))
            }
        }
    }
}
