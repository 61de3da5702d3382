//! UTF-16 and UTF-32. A source in ASCII that declares one of them is nonsense in it, which CPython
//! refuses either here or in the tokenizer.
//!
//! CPython: `Objects/unicodeobject.c` `PyUnicode_DecodeUTF16Stateful`,
//! `PyUnicode_DecodeUTF32Stateful` (3.8–)

use crate::source::undecodable::Undecodable;

/// The order of the bytes of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Little,
    Big,
    /// The order of a BOM; without one, little-endian, as on most machines.
    Marked,
}

/// A text in units of `N` bytes.
struct Units<'b, const N: usize> {
    bytes: &'b [u8],
    is_big: bool,
    codec: &'static str,
    start: usize,
}

impl<'b, const N: usize> Units<'b, N> {
    /// `codecs` has the names of the encoding in little-endian and big-endian order.
    fn new(bytes: &'b [u8], order: Order, codecs: [&'static str; 2]) -> Self {
        let mut units = Units { bytes, is_big: matches!(order, Order::Big), codec: codecs[0], start: 0 };
        if matches!(order, Order::Marked) {
            let bom = |is_big| Units { is_big, ..units }.at(0) == Some(0xFEFF);
            let has_bom = [bom(false), bom(true)];
            units.is_big = has_bom[1];
            units.start = if has_bom.contains(&true) { N } else { 0 };
        }
        units.codec = codecs[usize::from(units.is_big)];
        units
    }

    /// The unit at an offset, if the bytes suffice for one.
    fn at(&self, offset: usize) -> Option<u32> {
        let bytes: [u8; N] = *self.bytes.get(offset..)?.first_chunk()?;
        let append = |unit: u32, byte: u8| unit << 8 | u32::from(byte);
        Some(match self.is_big {
            true => bytes.into_iter().fold(0, append),
            false => bytes.into_iter().rev().fold(0, append),
        })
    }

    /// Refuses at most `len` bytes at an offset.
    fn refused(&self, start: usize, len: usize, reason: &'static str) -> String {
        let bytes = &self.bytes[start..self.bytes.len().min(start + len)];
        Undecodable { codec: self.codec, start, bytes, reason }.message()
    }
}

pub(super) fn decode_utf16(bytes: &[u8], order: Order) -> Result<String, String> {
    let units = Units::<2>::new(bytes, order, ["utf-16-le", "utf-16-be"]);
    let mut text = String::with_capacity(bytes.len());
    let mut start = units.start;
    while start < bytes.len() {
        let first = units.at(start).ok_or_else(|| units.refused(start, 1, "truncated data"))?;
        let second = units.at(start + 2);
        let (ordinal, len) = match (first, second) {
            (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
                (0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF), 4)
            }
            (0xD800..=0xDBFF, Some(_)) => return Err(units.refused(start, 2, "illegal UTF-16 surrogate")),
            (0xD800..=0xDBFF, None) => return Err(units.refused(start, 3, "unexpected end of data")),
            _ => (first, 2),
        };
        text.push(char::from_u32(ordinal).ok_or_else(|| units.refused(start, 2, "illegal encoding"))?);
        start += len;
    }
    Ok(text)
}

pub(super) fn decode_utf32(bytes: &[u8], order: Order) -> Result<String, String> {
    let units = Units::<4>::new(bytes, order, ["utf-32-le", "utf-32-be"]);
    let mut text = String::with_capacity(bytes.len() / 4);
    let mut start = units.start;
    while start < bytes.len() {
        let ordinal = units.at(start).ok_or_else(|| units.refused(start, 4, "truncated data"))?;
        let reason = match ordinal {
            0xD800..=0xDFFF => "code point in surrogate code point range(0xD800, 0xE000)",
            _ => "code point not in range(0x110000)",
        };
        text.push(char::from_u32(ordinal).ok_or_else(|| units.refused(start, 4, reason))?);
        start += 4;
    }
    Ok(text)
}
