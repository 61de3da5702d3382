//! Python's `repr` of constants, cut to fit on a line.

use bumpalo::Bump;

use super::super::{CodeObject, Constant, Int, PyStr, literal};
use super::{MAX_CHARS, shown};
use crate::targets::unicode::UnicodeVersion;

/// Integers of more than so many digits of 32 bits are shown in hexadecimal: Python itself refuses
/// to write out 4,300 decimal digits.
const MOST_DECIMAL: usize = 446;

/// `repr(constant)` without the addresses of code objects, cut after [`MAX_CHARS`] characters.
/// `unicode` decides which characters are escaped.
pub(super) fn shortened(constant: Constant<'_>, unicode: UnicodeVersion) -> String {
    let mut text = String::new();
    append(&mut text, constant, unicode);
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// `repr(code)` without the address.
///
/// CPython: `Objects/codeobject.c` `code_repr` (3.8–)
pub(super) fn code_object(code: &CodeObject<'_>) -> String {
    let line = if code.firstlineno == 0 { -1 } else { code.firstlineno };
    format!("<code object {}, file \"{}\", line {line}>", shown(code.name), shown(code.filename))
}

/// Appends at least as much of the `repr` as is shown, and not much more: a constant may be huge,
/// and be shown often.
fn append(text: &mut String, constant: Constant<'_>, unicode: UnicodeVersion) {
    match constant {
        Constant::Tuple([item]) => {
            text.push('(');
            append(text, *item, unicode);
            text.push_str(",)");
        }
        Constant::Tuple(items) => list(text, "(", items, ")", unicode),
        Constant::FrozenSet([]) => text.push_str("frozenset()"),
        Constant::FrozenSet(items) => list(text, "frozenset({", items, "})", unicode),
        Constant::Slice(parts) => list(text, "slice(", parts, ")", unicode),
        Constant::Code(code) => text.push_str(&code_object(code)),
        Constant::Str(PyStr(long)) if long.len() > 4 * MAX_CHARS => {
            text.push_str(&source(Constant::Str(PyStr(beginning(long))), unicode));
        }
        Constant::Bytes(long) if long.len() > MAX_CHARS => {
            text.push_str(&source(Constant::Bytes(&long[..=MAX_CHARS]), unicode));
        }
        Constant::Int(Int::Big { negative, magnitude }) if magnitude.len() > MOST_DECIMAL => {
            text.push_str(if negative { "-0x" } else { "0x" });
            let first = magnitude.iter().rev().take(MAX_CHARS / 8 + 2);
            first.enumerate().for_each(|(index, digits)| match index {
                0 => text.push_str(&format!("{digits:x}")),
                _ => text.push_str(&format!("{digits:08x}")),
            });
        }
        // A literal has no infinity of its own, so that unparsing gives one that is too large.
        Constant::Float(_) | Constant::Complex { .. } => {
            text.push_str(&source(constant, unicode).replace("1e309", "inf"));
        }
        other => text.push_str(&source(other, unicode)),
    }
}

/// The source of a constant that a literal can make.
fn source(constant: Constant<'_>, unicode: UnicodeVersion) -> String {
    let arena = Bump::new();
    let mut text = bumpalo::collections::Vec::new_in(&arena);
    literal::constant(&mut text, constant, unicode);
    String::from_utf8_lossy(&text).into_owned()
}

fn list(text: &mut String, open: &str, items: &[Constant<'_>], close: &str, unicode: UnicodeVersion) {
    text.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if text.len() > 4 * MAX_CHARS {
            return;
        }
        append(text, *item, unicode);
    }
    text.push_str(close);
}

/// The first characters of a long text, none of them cut.
fn beginning(text: &[u8]) -> &[u8] {
    let mut end = 4 * MAX_CHARS;
    while text[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}
