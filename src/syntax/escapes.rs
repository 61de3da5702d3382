//! Backslash escapes of string and bytes literals.
//!
//! Input: the text between the quotes. Output: the value, with a lone surrogate as its three bytes,
//! and the first escape that is none; or the text of the `UnicodeDecodeError` or `ValueError` that
//! CPython makes a `SyntaxError` of.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::targets::{Dialect, Mistake};

/// The value of a text with escapes.
pub(super) struct Decoded<'a> {
    pub(super) value: &'a [u8],
    /// The offset of the backslash of the first invalid escape: one that no escape begins with, or
    /// an octal one beyond `\\377`.
    pub(super) invalid_escape: Option<usize>,
    /// Whether there is a `\N{...}`, or an octal escape beyond `\\377`: which names exist and what is
    /// invalid depends on the dialect.
    pub(super) varies: bool,
}

/// Decodes the inside of a string literal that is not raw.
///
/// CPython: `Parser/string_parser.c` `decode_unicode_with_escapes`,
/// `Objects/unicodeobject.c` `_PyUnicode_DecodeUnicodeEscapeInternal` (3.12)
pub(super) fn decode_str<'a>(
    arena: &'a Bump,
    source: &str,
    dialect: &Dialect,
) -> Result<Decoded<'a>, String> {
    let bytes = source.as_bytes();
    let mut has_names = false;
    let decoded = decode(arena, bytes, b"NuU", dialect, |value, start| {
        has_names |= bytes.get(start + 1) == Some(&b'N');
        str_escape(value, source, start, dialect)
    })?;
    Ok(Decoded { varies: decoded.varies || has_names, ..decoded })
}

/// Decodes with the function that appends the escape at an offset and returns where it ends;
/// `letters` begin escapes besides those of bytes.
fn decode<'a>(
    arena: &'a Bump,
    bytes: &[u8],
    letters: &[u8],
    dialect: &Dialect,
    mut escape: impl FnMut(&mut BumpVec<'a, u8>, usize) -> Result<usize, String>,
) -> Result<Decoded<'a>, String> {
    let mut value = BumpVec::with_capacity_in(bytes.len(), arena);
    let (mut invalid_escape, mut varies) = (None, false);
    let mut offset = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[offset..]) {
        let start = offset + found;
        value.extend_from_slice_copy(&bytes[offset..start]);
        if invalid_escape.is_none() && is_invalid(bytes, start, letters) {
            let is_octal = bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
            varies |= is_octal;
            invalid_escape = (!is_octal || dialect.knows(Mistake::OctalEscape)).then_some(start);
        }
        offset = escape(&mut value, start)?;
    }
    value.extend_from_slice_copy(&bytes[offset..]);
    Ok(Decoded { value: value.into_bump_slice(), invalid_escape, varies })
}

/// Whether the escape at `start` is invalid; `letters` begin escapes besides those of bytes.
///
/// A backslash before a character that is not ASCII is valid in a `str`: CPython rewrites it before
/// it decodes. At the end of a piece of an f-string, a brace comes after it.
fn is_invalid(bytes: &[u8], start: usize, letters: &[u8]) -> bool {
    match bytes.get(start + 1) {
        Some(b'4'..=b'7') => octal(bytes, start + 1).0 > 0o377,
        Some(byte) if b"0123\n\\'\"abtnvfrx".contains(byte) => false,
        Some(byte) => byte.is_ascii() && !letters.contains(byte),
        None => true,
    }
}

/// Decodes the escape at `start` and returns where it ends.
fn str_escape(
    value: &mut BumpVec<'_, u8>,
    source: &str,
    start: usize,
    dialect: &Dialect,
) -> Result<usize, String> {
    let bytes = source.as_bytes();
    // A backslash may end a piece of an f-string.
    let Some(&kind) = bytes.get(start + 1) else {
        value.push(b'\\');
        return Ok(start + 1);
    };
    match kind {
        b'0'..=b'7' => {
            let (ordinal, end) = octal(bytes, start + 1);
            push_ordinal(value, ordinal);
            Ok(end)
        }
        b'x' => hex_escape(value, source, start, 2),
        b'u' => hex_escape(value, source, start, 4),
        b'U' => hex_escape(value, source, start, 8),
        b'N' => named_escape(value, source, start, dialect),
        _ => Ok(simple_escape(value, bytes, start)),
    }
}

fn hex_escape(
    value: &mut BumpVec<'_, u8>,
    source: &str,
    start: usize,
    digits: usize,
) -> Result<usize, String> {
    let mut ordinal = 0;
    for (offset, _) in (start + 2..).zip(0..digits) {
        match source.as_bytes().get(offset).and_then(|&byte| (byte as char).to_digit(16)) {
            Some(digit) => ordinal = ordinal << 4 | digit,
            None => {
                let reason = match digits {
                    2 => "truncated \\xXX escape",
                    4 => "truncated \\uXXXX escape",
                    _ => "truncated \\UXXXXXXXX escape",
                };
                return Err(unicode_error(source, start, offset, reason));
            }
        }
    }
    let end = start + 2 + digits;
    if ordinal > char::MAX as u32 {
        return Err(unicode_error(source, start, end, "illegal Unicode character"));
    }
    push_ordinal(value, ordinal);
    Ok(end)
}

fn named_escape(
    value: &mut BumpVec<'_, u8>,
    source: &str,
    start: usize,
    dialect: &Dialect,
) -> Result<usize, String> {
    let malformed = |end| unicode_error(source, start, end, "malformed \\N character escape");
    let name_start = start + 3;
    if source.as_bytes().get(start + 2) != Some(&b'{') {
        return Err(malformed(start + 2));
    }
    let Some(len) = memchr::memchr(b'}', &source.as_bytes()[name_start..]) else {
        return Err(malformed(source.len()));
    };
    if len == 0 {
        return Err(malformed(name_start));
    }
    let end = name_start + len + 1;
    match dialect.character(&source[name_start..name_start + len]) {
        Some(character) => {
            push_ordinal(value, character as u32);
            Ok(end)
        }
        None => Err(unicode_error(source, start, end, "unknown Unicode character name")),
    }
}

/// CPython decodes a text in which every character beyond ASCII was replaced by its `\UXXXXXXXX`.
/// The positions in its messages count the bytes of that text.
#[cold]
fn unicode_error(source: &str, start: usize, end: usize, reason: &str) -> String {
    let start_position = escaped_len(&source[..start]);
    let end_position = start_position + escaped_len(&source[start..end]);
    format!(
        "'unicodeescape' codec can't decode bytes in position {start_position}-{}: {reason}",
        end_position - 1
    )
}

/// The length of a text after CPython's preparation for decoding.
fn escaped_len(text: &str) -> usize {
    let mut len = 0;
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        match character {
            '\\' => {
                len += 1;
                match chars.peek() {
                    // The backslash itself is written as an escape there.
                    Some(next) if !next.is_ascii() => len += 5,
                    Some(_) => {
                        chars.next();
                        len += 1;
                    }
                    None => {}
                }
            }
            character if character.is_ascii() => len += 1,
            _ => len += 10,
        }
    }
    len
}

/// Decodes the inside of a bytes literal that is not raw; it is ASCII.
///
/// CPython: `Objects/bytesobject.c` `_PyBytes_DecodeEscape` (3.12)
pub(super) fn decode_bytes<'a>(
    arena: &'a Bump,
    bytes: &[u8],
    dialect: &Dialect,
) -> Result<Decoded<'a>, String> {
    decode(arena, bytes, b"", dialect, |value, start| match bytes.get(start + 1) {
        Some(b'0'..=b'7') => {
            let (ordinal, end) = octal(bytes, start + 1);
            value.push(ordinal as u8);
            Ok(end)
        }
        Some(b'x') => {
            let digit = |index: usize| bytes.get(index).and_then(|&byte| (byte as char).to_digit(16));
            match (digit(start + 2), digit(start + 3)) {
                (Some(high), Some(low)) => value.push((high << 4 | low) as u8),
                _ => return Err(format!("invalid \\x escape at position {start}")),
            }
            Ok(start + 4)
        }
        _ => Ok(simple_escape(value, bytes, start)),
    })
}

/// The escapes of one character, which strings and bytes share; what is none is kept as it is.
fn simple_escape(value: &mut BumpVec<'_, u8>, bytes: &[u8], start: usize) -> usize {
    let byte = match bytes.get(start + 1) {
        Some(b'\n') => return start + 2,
        Some(byte @ (b'\\' | b'\'' | b'"')) => *byte,
        Some(b'a') => 0x07,
        Some(b'b') => 0x08,
        Some(b't') => b'\t',
        Some(b'n') => b'\n',
        Some(b'v') => 0x0b,
        Some(b'f') => 0x0c,
        Some(b'r') => b'\r',
        _ => {
            value.push(b'\\');
            return start + 1;
        }
    };
    value.push(byte);
    start + 2
}

/// Up to three octal digits at `start`, and where they end.
fn octal(bytes: &[u8], start: usize) -> (u32, usize) {
    let digits = bytes[start..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
    digits.fold((0, start), |(ordinal, end), &digit| (ordinal << 3 | u32::from(digit - b'0'), end + 1))
}

/// Appends a code point as UTF-8, a surrogate in the three bytes that marshal gives it.
fn push_ordinal(value: &mut BumpVec<'_, u8>, ordinal: u32) {
    match char::from_u32(ordinal) {
        Some(character) => value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => value.extend_from_slice(&[
            0xe0 | (ordinal >> 12) as u8,
            0x80 | (ordinal >> 6 & 0x3f) as u8,
            0x80 | (ordinal & 0x3f) as u8,
        ]),
    }
}
