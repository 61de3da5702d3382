//! From the bytes of a source file to its text, as CPython's `compile()` decodes the bytes that
//! importing and `py_compile` pass to it.
//!
//! ```text
//! b"# coding: latin-1\r\nx = '\xe9'"  ->  "# coding: latin-1\nx = 'é'"
//! ```
//!
//! A UTF-8 file without carriage returns is borrowed, not copied. A file is decoded once for all
//! targets: where they differ in what they refuse, the result holds a [`ByteFault`], which each
//! target judges by its features.

mod declaration;
mod encodings;
mod fault;
mod location;
mod undecodable;

pub use fault::ByteFault;
pub use location::Location;

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// The text of every source with a null byte: targets refuse it without a look at the rest, each by
/// an exception of its own.
const NULL: &str = "\0";

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A decoded source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'s> {
    /// The text with line feeds as newlines and without BOM. Bytes that are not UTF-8 have become
    /// `?`, one for one.
    pub text: Cow<'s, str>,
    /// What targets have against bytes that are not UTF-8.
    pub fault: Option<ByteFault>,
}

/// Decodes a source file by its BOM or its PEP 263 declaration; UTF-8 is the default.
///
/// The error is one for every target; a fault of the result is one for some only.
///
/// CPython: `Python/pythonrun.c` `_Py_SourceAsString`, `Parser/tokenizer.c` `decode_str` (3.8–)
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, ByteFault> {
    if memchr(0, bytes).is_some() {
        return Ok(Decoded { text: Cow::Borrowed(NULL), fault: None });
    }
    let (has_bom, text) = without_bom(universal_newlines(bytes));
    match declaration::find(&text, has_bom)? {
        Some(name) => {
            let text = encodings::decode(name, &text)?;
            Ok(Decoded { text: Cow::Owned(text), fault: None })
        }
        None => Ok(decode_utf8(text)),
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

fn decode_utf8(text: Cow<'_, [u8]>) -> Decoded<'_> {
    let invalid = match text {
        Cow::Borrowed(text) => match std::str::from_utf8(text) {
            Ok(text) => return Decoded { text: Cow::Borrowed(text), fault: None },
            Err(_) => text.to_owned(),
        },
        Cow::Owned(text) => match String::from_utf8(text) {
            Ok(text) => return Decoded { text: Cow::Owned(text), fault: None },
            Err(error) => error.into_bytes(),
        },
    };
    let (text, fault) = undecodable::mask(invalid);
    Decoded { text: Cow::Owned(text), fault: Some(fault) }
}
