//! Source texts: from the bytes of a file to text, as CPython reads the bytes that importing and `py_compile` hand to `compile()`.
//!
//! ```text
//! b"# coding: latin-1\r\nx = '\xe9'"  ->  "# coding: latin-1\nx = 'é'"
//! ```
//!
//! A file without carriage returns that is UTF-8 is borrowed, not copied.

mod declaration;
mod encodings;
mod location;
mod undecodable;

pub use location::Location;

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use crate::diagnostic::Diagnostic;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The text of a source file: decoded by its BOM or PEP 263 declaration (UTF-8 by default), newlines made `\n`, BOM removed.
///
/// As in CPython, bytes that are not UTF-8 pass inside comments, unless another encoding is declared; each becomes a `?`.
///
/// CPython: `Python/pythonrun.c` `_Py_SourceAsString`, `Parser/tokenizer.c` `decode_str` (3.8–)
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Diagnostic> {
    if memchr(0, bytes).is_some() {
        let message = "source code string cannot contain null bytes";
        return Err(Diagnostic::syntax_error(Location::NONE, message));
    }
    let (has_bom, text) = without_bom(universal_newlines(bytes));
    match declaration::find(&text, has_bom)? {
        Some(name) => encodings::decode(name, &text).map(Cow::Owned),
        None => decode_utf8(text),
    }
}

/// CPython: `Parser/tokenizer.c` `translate_newlines` (3.8–)
fn universal_newlines(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    let mut start = 0;
    for carriage_return in memchr_iter(b'\r', bytes) {
        text.extend_from_slice(&bytes[start..carriage_return]);
        if bytes.get(carriage_return + 1) != Some(&b'\n') {
            text.push(b'\n');
        }
        start = carriage_return + 1;
    }
    text.extend_from_slice(&bytes[start..]);
    Cow::Owned(text)
}

/// Whether there is a BOM, and the text after it.
fn without_bom(text: Cow<'_, [u8]>) -> (bool, Cow<'_, [u8]>) {
    if !text.starts_with(BOM) {
        return (false, text);
    }
    let rest = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[BOM.len()..]),
        Cow::Owned(mut text) => {
            text.drain(..BOM.len());
            Cow::Owned(text)
        }
    };
    (true, rest)
}

fn decode_utf8(text: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Diagnostic> {
    let invalid = match text {
        Cow::Borrowed(text) => match std::str::from_utf8(text) {
            Ok(text) => return Ok(Cow::Borrowed(text)),
            Err(_) => text.to_owned(),
        },
        Cow::Owned(text) => match String::from_utf8(text) {
            Ok(text) => return Ok(Cow::Owned(text)),
            Err(error) => error.into_bytes(),
        },
    };
    undecodable::mask_in_comments(invalid).map(Cow::Owned)
}
