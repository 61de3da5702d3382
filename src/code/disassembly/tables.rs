//! Reading the location table and the exception table of a code object. Damaged tables give what could be read of them.

/// A row of the exception table, in bytes of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handler {
    pub(super) start: usize,
    /// The last instruction covered begins before it.
    pub(super) end: usize,
    pub(super) target: usize,
    pub(super) depth: u32,
    pub(super) lasti: bool,
}

/// The line of every code unit, where it has one.
///
/// CPython: `Objects/locations.md` (3.11–)
pub(super) fn lines(linetable: &[u8], firstlineno: i32) -> Vec<Option<i32>> {
    let mut lines = Vec::new();
    let mut line = firstlineno;
    let mut bytes = linetable.iter().copied();
    while let Some(first) = bytes.next() {
        let units = usize::from(first & 7) + 1;
        let code = first >> 3 & 15;
        let (delta, skipped) = match code {
            0..=9 => (0, 1),
            10..=12 => (i32::from(code) - 10, 2),
            13 => (signed_varint(&mut bytes), 0),
            14 => {
                let delta = signed_varint(&mut bytes);
                for _ in 0..3 {
                    varint(&mut bytes);
                }
                (delta, 0)
            }
            _ => (0, 0),
        };
        bytes.by_ref().take(skipped).for_each(drop);
        line = line.saturating_add(delta);
        lines.extend(std::iter::repeat_n((code != 15).then_some(line), units));
    }
    lines
}

/// CPython: `Objects/exception_handling_notes.txt` (3.11–)
pub(super) fn handlers(table: &[u8]) -> Vec<Handler> {
    let mut bytes = table.iter().copied().peekable();
    let mut handlers = Vec::new();
    while bytes.peek().is_some() {
        let mut next = || big_endian_varint(&mut bytes);
        let (start, length, target, depth) = (next(), next(), next(), next());
        handlers.push(Handler {
            start: start as usize * 2,
            end: (start as usize + length as usize) * 2,
            target: target as usize * 2,
            depth: depth >> 1,
            lasti: depth & 1 != 0,
        });
    }
    handlers
}

/// Six bits a byte, the least first; bit 6 says that more follow.
fn varint(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let (mut value, mut shift) = (0u32, 0);
    for byte in bytes {
        value |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
        shift += 6;
        if byte & 64 == 0 {
            break;
        }
    }
    value
}

/// The sign is in the lowest bit.
fn signed_varint(bytes: &mut impl Iterator<Item = u8>) -> i32 {
    let value = varint(bytes);
    let magnitude = (value >> 1).cast_signed();
    if value & 1 == 0 { magnitude } else { -magnitude }
}

/// Six bits a byte, the greatest first.
fn big_endian_varint(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let mut value = 0u32;
    for byte in bytes {
        value = value << 6 | u32::from(byte & 63);
        if byte & 64 == 0 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_location_is_read() {
        for (table, expected) in [
            (&b"\x81\x11"[..], vec![Some(7), Some(7)]),
            (b"\xd8\x04\x09", vec![Some(8)]),
            (b"\xe9\x03", vec![Some(6), Some(6)]),
            (b"\xf0\x02\x01\x01\x02", vec![Some(8)]),
            (b"\xf8\x80\x00", vec![None, Some(7)]),
            (b"\xf0", vec![Some(7)]),
        ] {
            assert_eq!(lines(table, 7), expected, "{table:x?}");
        }
    }

    #[test]
    fn the_exception_table_is_read() {
        let handler = Handler { start: 4, end: 134, target: 8, depth: 1, lasti: true };
        assert_eq!(handlers(b"\x82\x41\x01\x04\x03"), [handler]);
        assert_eq!(handlers(b"").len(), 0);
        assert_eq!(handlers(b"\x82").len(), 1);
    }
}
