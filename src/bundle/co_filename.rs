//! Replaces `co_filename` in the code objects of a pyc by the path at which the module is
//! installed, as `compileall` would set it.
//!
//! # Problem
//!
//! If there is no source beside a pyc, Python takes the module's file name from its code objects.
//! Tracebacks, `inspect`, `warnings` and packages that look for their own files depend on it.
//! Marshal writes equal strings once and refers to them by number. A constant or a name may be the
//! same string, and must not change.
//!
//! # Strategy
//!
//! A [`walk`] over the pyc finds every `co_filename` and every reference. Each `co_filename` that
//! equals that of the module's own code object is replaced, as in `importlib`'s `_fix_co_filename`.
//!
//! | position | old | new |
//! |---|---|---|
//! | `co_filename` | the text | the new text, with the same flag |
//! | `co_filename` | a reference to a `co_filename` | the same |
//! | `co_filename` | a reference to something else | the new text, without a number |
//! | elsewhere | a reference to a `co_filename` | the old text, without a number |
//!
//! No object gains or loses its number, so all other references stay valid.
//!
//! CPython: `Python/import.c` `update_code_filenames` (3.8–)

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::manifest::Form;
use super::streams::{Mover, fields, walk};
use crate::marshal::{FLAG_REF, kind};

/// The pyc with this `co_filename`, in UTF-8 with surrogates. `None` if the walk fails.
pub fn with_co_filename(pyc: &[u8], form: Form, filename: &[u8]) -> Option<Vec<u8>> {
    let mut finder = Finder { pyc, ..Finder::default() };
    walk(&mut finder, fields(form)?)?;
    (finder.at == pyc.len()).then(|| finder.replaced(filename)).flatten()
}

/// The length of a reference.
const REFERENCE: usize = 5;

/// Replacing references by strings may lengthen a pyc by this factor. The output of compilers stays
/// far below it.
const MOST_GROWTH: usize = 16;

/// The positions of the strings and references in a pyc.
#[derive(Default)]
struct Finder<'p> {
    pyc: &'p [u8],
    at: usize,
    /// The offset of each numbered object.
    numbered: Vec<usize>,
    /// Every `co_filename`. That of the module's own code object is the last.
    filenames: Vec<Range<usize>>,
    /// The offset of each reference, and the number that it refers to.
    references: Vec<(usize, usize)>,
}

impl<'p> Finder<'p> {
    fn take(&mut self, len: usize) -> Option<&'p [u8]> {
        let bytes = self.pyc.get(self.at..)?.get(..len)?;
        self.at += len;
        Some(bytes)
    }

    /// The offset of the object that the reference at `at` refers to; `at` itself if it is not a
    /// reference.
    fn origin(&self, at: usize) -> Option<usize> {
        match self.references.binary_search_by_key(&at, |&(at, _)| at) {
            Ok(found) => self.numbered.get(self.references[found].1).copied(),
            Err(_) => Some(at),
        }
    }

    fn replaced(&self, filename: &[u8]) -> Option<Vec<u8>> {
        let old = text(self.pyc, self.origin(self.filenames.last()?.start)?)?;
        let mut edits = Vec::new();
        // For the offset of each string, whether it is the old name. A long string is compared only
        // once.
        let mut compared = HashMap::new();
        let mut renamed = HashSet::new();
        for Range { start, end } in self.filenames.iter().cloned() {
            let origin = self.origin(start)?;
            let is_old = || text(self.pyc, origin).is_some_and(|found| found.value == old.value);
            if !*compared.entry(origin).or_insert_with(is_old) || renamed.contains(&origin) {
                continue;
            }
            let flag = if start == origin { self.pyc[start] & FLAG_REF } else { 0 };
            edits.push((start..end, written(filename, old.is_interned, flag)));
            if start == origin {
                renamed.insert(origin);
            }
        }
        let is_filename = |at: usize| self.filenames.binary_search_by_key(&at, |range| range.start).is_ok();
        for &(at, number) in &self.references {
            let origin = *self.numbered.get(number)?;
            if renamed.contains(&origin) && !is_filename(at) {
                edits.push((at..at + REFERENCE, written(old.value, text(self.pyc, origin)?.is_interned, 0)));
                if edits.len().saturating_mul(old.value.len()) > MOST_GROWTH.saturating_mul(self.pyc.len()) {
                    return None;
                }
            }
        }
        edits.sort_unstable_by_key(|(range, _)| range.start);
        Some(edited(self.pyc, &edits))
    }
}

impl Mover for Finder<'_> {
    fn skeleton(&mut self, len: usize) -> Option<&[u8]> {
        self.take(len)
    }

    fn code(&mut self, len: usize) -> Option<()> {
        self.take(len).map(drop)
    }

    fn tables(&mut self, len: usize) -> Option<()> {
        self.take(len).map(drop)
    }

    fn reference(&mut self, _: u32) -> Option<()> {
        let start = self.at - 1;
        let number = self.length()?;
        self.references.push((start, number));
        Some(())
    }

    fn is_numbered(&mut self) {
        self.numbered.push(self.at - 1);
    }

    fn filename_starts(&mut self) {
        self.filenames.push(self.at..self.at);
    }

    fn filename_ends(&mut self) {
        if let Some(filename) = self.filenames.last_mut() {
            filename.end = self.at;
        }
    }
}

/// A marshalled string.
struct Text<'p> {
    value: &'p [u8],
    is_interned: bool,
}

/// The string at this offset, if the object is one.
fn text(pyc: &[u8], start: usize) -> Option<Text<'_>> {
    let (&type_byte, rest) = pyc.get(start..)?.split_first()?;
    let type_byte = type_byte & !FLAG_REF;
    let (len, rest) = match type_byte {
        kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED => {
            rest.split_first().map(|(&len, rest)| (usize::from(len), rest))?
        }
        kind::ASCII | kind::ASCII_INTERNED | kind::UNICODE | kind::INTERNED => {
            rest.split_first_chunk().map(|(&len, rest)| (u32::from_le_bytes(len) as usize, rest))?
        }
        _ => return None,
    };
    let interned = [kind::SHORT_ASCII_INTERNED, kind::ASCII_INTERNED, kind::INTERNED];
    Some(Text { value: rest.get(..len)?, is_interned: interned.contains(&type_byte) })
}

/// A string as marshal writes it.
fn written(value: &[u8], is_interned: bool, flag: u8) -> Vec<u8> {
    let [short, ascii, unicode] = match is_interned {
        true => [kind::SHORT_ASCII_INTERNED, kind::ASCII_INTERNED, kind::INTERNED],
        false => [kind::SHORT_ASCII, kind::ASCII, kind::UNICODE],
    };
    let len = value.len() as u32;
    match u8::try_from(len) {
        Ok(len) if value.is_ascii() => [&[short | flag, len], value].concat(),
        _ => {
            let type_byte = if value.is_ascii() { ascii } else { unicode };
            [&[type_byte | flag][..], &len.to_le_bytes(), value].concat()
        }
    }
}

/// Replaces ranges of bytes. The edits are in order.
fn edited(bytes: &[u8], edits: &[(Range<usize>, Vec<u8>)]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len() + edits.iter().map(|(_, new)| new.len()).sum::<usize>());
    let mut at = 0;
    for (range, new) in edits {
        result.extend_from_slice(&bytes[at..range.start]);
        result.extend_from_slice(new);
        at = range.end;
    }
    result.extend_from_slice(&bytes[at..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pyc::HEADER_LEN;

    /// A pyc of 3.11 and later whose module has this constant and this `co_filename`, marshalled.
    fn pyc(constant: &[u8], filename: &[u8]) -> Vec<u8> {
        let code = |constants: &[u8], filename: &[u8]| {
            let bytes = b"s\0\0\0\0";
            let tuple = b")\0";
            [
                b"c",
                &[0; 20][..],
                bytes,
                b")\x01",
                constants,
                tuple,
                tuple,
                bytes,
                filename,
                b"z\x01m",
                b"z\x01m",
                &[0; 4],
                bytes,
                bytes,
            ]
            .concat()
        };
        [&[0; HEADER_LEN][..], &code(constant, filename)].concat()
    }

    const REF: &[u8] = b"r\0\0\0\0";

    #[test]
    fn a_name_is_written_and_everything_else_stays() {
        let long = "x".repeat(300);
        let long_written = [b"a\x2c\x01\0\0", long.as_bytes()].concat();
        type Case<'c> = [&'c [u8]; 5];
        // The constant, `co_filename`, the new name; both afterwards.
        let table: [Case<'_>; 8] = [
            [b"N", b"z\x04a.py", b"b", b"N", b"z\x01b"],
            [b"N", b"\xfaa\x04a.py", b"b", b"", b""],
            [b"N", b"\xfa\x04a.py", b"b", b"N", b"\xfa\x01b"],
            [b"N", b"\xda\x04a.py", b"b", b"N", b"\xda\x01b"],
            [b"N", b"z\x04a.py", b"\xc3\xa9", b"N", b"u\x02\0\0\0\xc3\xa9"],
            [b"N", b"Z\x04a.py", b"\xc3\xa9", b"N", b"t\x02\0\0\0\xc3\xa9"],
            // A constant that is the same text.
            [b"\xfa\x04a.py", REF, b"b", b"\xfa\x04a.py", b"z\x01b"],
            [b"N", b"z\x04a.py", long.as_bytes(), b"N", &long_written],
        ];
        for [constant, filename, new, new_constant, new_filename] in table {
            let renamed = with_co_filename(&pyc(constant, filename), Form::Pyc311, new);
            let expected = (!new_filename.is_empty()).then(|| pyc(new_constant, new_filename));
            assert_eq!(renamed, expected, "{filename:?}");
        }
    }

    #[test]
    fn nested_code_objects_share_the_name_and_constants_keep_theirs() {
        let inner = |constant: &[u8], filename: &[u8]| pyc(constant, filename)[HEADER_LEN..].to_vec();
        let before = [
            (pyc(&inner(b"N", b"\xfa\x04a.py"), REF), pyc(&inner(b"N", b"\xfa\x01b"), REF)),
            (pyc(&inner(b"N", b"z\x05other"), b"z\x04a.py"), pyc(&inner(b"N", b"z\x05other"), b"z\x01b")),
            (
                pyc(&inner(&inner(b"N", b"\xfa\x04a.py"), REF), REF),
                pyc(&inner(&inner(b"N", b"\xfa\x01b"), REF), REF),
            ),
            // `)\x02`: two constants, a code object and its own name once more.
            (
                pyc(&[b")\x02", &inner(b"N", b"\xfa\x04a.py")[..], REF].concat(), REF),
                pyc(&[b")\x02", &inner(b"N", b"\xfa\x01b")[..], b"z\x04a.py"].concat(), REF),
            ),
        ];
        for (before, after) in before {
            assert_eq!(with_co_filename(&before, Form::Pyc311, b"b"), Some(after));
        }
    }

    #[test]
    fn what_cannot_be_walked_is_left_alone() {
        let whole = pyc(b"N", b"z\x04a.py");
        for end in 0..whole.len() {
            assert_eq!(with_co_filename(&whole[..end], Form::Pyc311, b"b"), None, "{end}");
        }
        assert_eq!(with_co_filename(&[whole, vec![0]].concat(), Form::Pyc311, b"b"), None);
    }

    #[test]
    fn a_damaged_pyc_is_left_alone_or_renamed_once_and_for_all() {
        let inner = pyc(b"N", b"\xfa\x04a.py")[HEADER_LEN..].to_vec();
        let whole = pyc(&[b")\x02", &inner[..], REF].concat(), REF);
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                if let Some(renamed) = with_co_filename(&damaged, Form::Pyc311, b"b") {
                    assert_eq!(with_co_filename(&renamed, Form::Pyc311, b"b"), Some(renamed), "{at} {bit}");
                }
            }
        }
    }
}
