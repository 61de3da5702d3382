//! The source of constants: Python's `repr`, but for infinity, which has no literal.
//!
//! CPython: `Objects/unicodeobject.c` `unicode_repr`, `Objects/bytesobject.c` `PyBytes_Repr`,
//! `Python/pystrtod.c` `format_float_short` (3.8–)

use bumpalo::collections::Vec;

use super::{Constant, PyStr};
use crate::targets::unicode::{UnicodeVersion, printable};

/// Appends the source of a constant; infinity is written as a number that is too large.
///
/// CPython: `Python/ast_unparse.c` `append_ast_constant`, `append_repr` (3.8–)
pub(crate) fn constant(text: &mut Vec<'_, u8>, value: Constant<'_>, unicode: UnicodeVersion) {
    match value {
        Constant::None => push(text, "None"),
        Constant::True => push(text, "True"),
        Constant::False => push(text, "False"),
        Constant::Ellipsis => push(text, "Ellipsis"),
        Constant::Int(value) => push(text, &value.to_string()),
        Constant::Float(value) => push(text, &float(value, ".0")),
        Constant::Complex { real, imag } if real == 0.0 && real.is_sign_positive() => {
            push(text, &format!("{}j", float(imag, "")));
        }
        Constant::Complex { real, imag } => {
            let sign = if imag.is_sign_negative() && !imag.is_nan() { "" } else { "+" };
            push(text, &format!("({}{sign}{}j)", float(real, ""), float(imag, "")));
        }
        Constant::Str(value) | Constant::Name(value) => string(text, value, unicode),
        Constant::Bytes(value) => bytes(text, value),
        Constant::Tuple(items) => tuple(text, items, unicode),
        Constant::FrozenSet(_) | Constant::Slice(_) | Constant::Code(_) => {
            unreachable!("no literal makes a frozen set, a slice or a code object")
        }
    }
}

fn push(text: &mut Vec<'_, u8>, part: &str) {
    text.extend_from_slice_copy(part.as_bytes());
}

fn tuple(text: &mut Vec<'_, u8>, items: &[Constant<'_>], unicode: UnicodeVersion) {
    push(text, "(");
    for (index, &item) in items.iter().enumerate() {
        push(text, if index > 0 { ", " } else { "" });
        constant(text, item, unicode);
    }
    push(text, if items.len() == 1 { ",)" } else { ")" });
}

/// The shortest digits that read back as the same float. `whole` follows digits without fraction
/// and exponent.
fn float(value: f64, whole: &str) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}1e309");
    }
    let scientific = format!("{:e}", value.abs());
    let (digits, exponent) = scientific.split_once('e').expect("the format writes an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let magnitude = match exponent {
        -4..16 => {
            let plain = value.abs().to_string();
            if plain.contains('.') { plain } else { plain + whole }
        }
        _ => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    };
    format!("{sign}{magnitude}")
}

/// A string with its quotes. Characters that are not printable in that Unicode version are escaped.
pub(crate) fn string(text: &mut Vec<'_, u8>, value: PyStr<'_>, unicode: UnicodeVersion) {
    let quote = quote(value.0);
    text.push(quote);
    let mut rest = value.0;
    while let Some((point, encoded, behind)) = next_point(rest) {
        rest = behind;
        match point {
            0..0x80 => ascii(text, encoded[0], quote),
            _ if printable(point, unicode) => text.extend_from_slice_copy(encoded),
            0x80..0x100 => push(text, &format!("\\x{point:02x}")),
            0x100..0x10000 => push(text, &format!("\\u{point:04x}")),
            _ => push(text, &format!("\\U{point:08x}")),
        }
    }
    text.push(quote);
}

fn bytes(text: &mut Vec<'_, u8>, value: &[u8]) {
    let quote = quote(value);
    text.push(b'b');
    text.push(quote);
    for &byte in value {
        if byte.is_ascii() {
            ascii(text, byte, quote);
        } else {
            push(text, &format!("\\x{byte:02x}"));
        }
    }
    text.push(quote);
}

/// Single quotes, unless only they would need escaping.
fn quote(value: &[u8]) -> u8 {
    if value.contains(&b'\'') && !value.contains(&b'"') { b'"' } else { b'\'' }
}

fn ascii(text: &mut Vec<'_, u8>, byte: u8, quote: u8) {
    match byte {
        b'\\' => push(text, "\\\\"),
        b'\t' => push(text, "\\t"),
        b'\n' => push(text, "\\n"),
        b'\r' => push(text, "\\r"),
        _ if byte == quote => text.extend_from_slice_copy(&[b'\\', quote]),
        b' '..0x7f => text.push(byte),
        _ => push(text, &format!("\\x{byte:02x}")),
    }
}

/// The first code point, surrogates included, its bytes, and what follows.
fn next_point(text: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let &first = text.first()?;
    let (length, bits) = match first {
        0..0x80 => (1, u32::from(first)),
        0x80..0xe0 => (2, u32::from(first & 0x1f)),
        0xe0..0xf0 => (3, u32::from(first & 0x0f)),
        0xf0.. => (4, u32::from(first & 0x07)),
    };
    let (encoded, rest) = text.split_at(length.min(text.len()));
    let point = encoded[1..].iter().fold(bits, |point, byte| point << 6 | u32::from(byte & 0x3f));
    Some((point, encoded, rest))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;

    fn repr(value: Constant<'_>) -> String {
        let arena = Bump::new();
        let mut text = Vec::new_in(&arena);
        constant(&mut text, value, UnicodeVersion::V15_0);
        String::from_utf8(text.to_vec()).expect("the surrogates are escaped")
    }

    #[test]
    fn floats_are_shown_as_short_as_possible() {
        let floats = [1.0, -0.0, 0.1, 1e16, 123456789012345680.0, 1e15, 1e-4, 1e-5, 1.5e300, f64::INFINITY];
        let shown = floats.map(|value| repr(Constant::Float(value)));
        let expected = [
            "1.0",
            "-0.0",
            "0.1",
            "1e+16",
            "1.2345678901234568e+17",
            "1000000000000000.0",
            "0.0001",
            "1e-05",
            "1.5e+300",
            "1e309",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn complex_numbers_show_a_real_part_that_is_not_zero() {
        let complexes =
            [(0.0, 1.0), (0.0, -2.5), (-0.0, 1.0), (1.0, -0.0), (0.0, f64::INFINITY), (1e16, 2.0)];
        let shown = complexes.map(|(real, imag)| repr(Constant::Complex { real, imag }));
        assert_eq!(shown, ["1j", "-2.5j", "(-0+1j)", "(1-0j)", "1e309j", "(1e+16+2j)"]);
    }

    #[test]
    fn strings_choose_their_quotes_and_escape_what_cannot_be_seen() {
        let strings =
            ["a'b", "a'\"b", "\"", "\\\t\n\r\x00\x7f", "é\u{a0}\u{ad}", "\u{200b}中\u{e000}", "😀\u{e0001}"];
        let shown = strings.map(|text| repr(Constant::Str(text.into())));
        let expected = [
            "\"a'b\"",
            "'a\\'\"b'",
            "'\"'",
            "'\\\\\\t\\n\\r\\x00\\x7f'",
            "'é\\xa0\\xad'",
            "'\\u200b中\\ue000'",
            "'😀\\U000e0001'",
        ];
        assert_eq!(shown, expected);
        assert_eq!(repr(Constant::Str(PyStr(b"\xed\xa0\x80"))), "'\\ud800'");
        assert_eq!(repr(Constant::Bytes(b"a'\xff\n")), "b\"a'\\xff\\n\"");
    }
}
