//! Operations on constant strings, bytes and tuples. `None` always means: not folded.
//!
//! CPython: `Objects/abstract.c`, `Python/ast_opt.c` `safe_multiply` (3.8–3.13),
//! `Python/flowgraph.c` `const_folding_safe_multiply` (3.14–)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::arithmetic::as_int;
use crate::code::{Constant, Int, PyStr};

/// Elements of the longest repeated tuple.
const MAX_COLLECTION_SIZE: usize = 256;
/// Characters of the longest repeated string, or bytes.
const MAX_STR_SIZE: usize = 4096;
/// Elements of the largest repeated tuple, those of the tuples in it included.
const MAX_TOTAL_ITEMS: usize = 1024;

pub(super) fn is_sequence(value: Constant<'_>) -> bool {
    matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
}

/// `left + right`, of whatever size.
pub(super) fn concat<'a>(arena: &'a Bump, left: Constant<'a>, right: Constant<'a>) -> Option<Constant<'a>> {
    match (left, right) {
        (Constant::Str(left), Constant::Str(right)) => {
            Some(Constant::Str(PyStr(joined(arena, &[left.0, right.0]))))
        }
        (Constant::Bytes(left), Constant::Bytes(right)) => {
            Some(Constant::Bytes(joined(arena, &[left, right])))
        }
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            Some(Constant::Tuple(joined(arena, &[left, right])))
        }
        _ => None,
    }
}

fn joined<'a, T: Copy>(arena: &'a Bump, parts: &[&[T]]) -> &'a [T] {
    let mut whole = Vec::with_capacity_in(parts.iter().map(|part| part.len()).sum(), arena);
    for part in parts {
        whole.extend_from_slice_copy(part);
    }
    whole.into_bump_slice()
}

fn repeated<'a, T: Copy>(arena: &'a Bump, part: &[T], count: usize) -> &'a [T] {
    let mut whole = Vec::with_capacity_in(part.len() * count, arena);
    for _ in 0..count {
        whole.extend_from_slice_copy(part);
    }
    whole.into_bump_slice()
}

/// `value * count`, for a sequence, within the limits of size.
///
/// CPython: `Python/ast_opt.c` `safe_multiply` (3.8–3.13)
pub(super) fn repeat<'a>(arena: &'a Bump, value: Constant<'a>, count: Int<'_>) -> Option<Constant<'a>> {
    let Int::Small(count) = count else { return None };
    let (size, limit) = match value {
        Constant::Str(text) => (text_length(text), MAX_STR_SIZE),
        Constant::Bytes(bytes) => (bytes.len(), MAX_STR_SIZE),
        Constant::Tuple(items) => (items.len(), MAX_COLLECTION_SIZE),
        _ => return None,
    };
    if size == 0 {
        return Some(value);
    }
    let count = usize::try_from(count).ok().filter(|&count| count <= limit / size)?;
    match value {
        Constant::Str(text) => Some(Constant::Str(PyStr(repeated(arena, text.0, count)))),
        Constant::Bytes(bytes) => Some(Constant::Bytes(repeated(arena, bytes, count))),
        Constant::Tuple(items) => {
            if let Some(limit) = MAX_TOTAL_ITEMS.checked_div(count) {
                within_complexity(value, limit)?;
            }
            Some(Constant::Tuple(repeated(arena, items, count)))
        }
        _ => None,
    }
}

/// What is left of `limit` items after those of a value, the nested ones included; `None` if there
/// are more.
///
/// CPython: `Python/ast_opt.c` `check_complexity` (3.8–3.13)
fn within_complexity(value: Constant<'_>, limit: usize) -> Option<usize> {
    match value {
        Constant::Tuple(items) | Constant::FrozenSet(items) => {
            let limit = limit.checked_sub(items.len())?;
            items.iter().try_fold(limit, |limit, &item| within_complexity(item, limit))
        }
        _ => Some(limit),
    }
}

/// Python's `len(text)`.
fn text_length(text: PyStr<'_>) -> usize {
    text.0.iter().filter(|&&byte| !is_continuation(byte)).count()
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// `value[index]`.
pub(super) fn item<'a>(value: Constant<'a>, index: Int<'_>) -> Option<Constant<'a>> {
    let Int::Small(index) = index else { return None };
    match value {
        Constant::Str(text) => character(text, index).map(Constant::Str),
        Constant::Bytes(bytes) => {
            let byte = *bytes.get(position(bytes.len(), index)?)?;
            Some(Constant::Int(Int::Small(i64::from(byte))))
        }
        Constant::Tuple(items) => items.get(position(items.len(), index)?).copied(),
        _ => None,
    }
}

/// `value[start:stop:step]`
///
/// CPython: `Objects/sliceobject.c` `PySlice_Unpack`, `PySlice_AdjustIndices` (3.8–)
pub(super) fn slice<'a>(
    arena: &'a Bump,
    value: Constant<'a>,
    parts: &[Constant<'_>; 3],
) -> Option<Constant<'a>> {
    match value {
        Constant::Bytes(bytes) => {
            Some(Constant::Bytes(selected(arena, bytes, &indices(bytes.len(), parts)?)))
        }
        Constant::Tuple(items) => {
            Some(Constant::Tuple(selected(arena, items, &indices(items.len(), parts)?)))
        }
        Constant::Str(text) => {
            let characters: std::vec::Vec<&[u8]> = characters(text.0).collect();
            let mut whole = Vec::new_in(arena);
            for index in indices(characters.len(), parts)? {
                whole.extend_from_slice_copy(characters[index]);
            }
            Some(Constant::Str(PyStr(whole.into_bump_slice())))
        }
        _ => None,
    }
}

fn selected<'a, T: Copy>(arena: &'a Bump, items: &[T], indices: &[usize]) -> &'a [T] {
    arena.alloc_slice_fill_iter(indices.iter().map(|&index| items[index]))
}

/// Which of `length` items a slice selects.
fn indices(length: usize, parts: &[Constant<'_>; 3]) -> Option<std::vec::Vec<usize>> {
    let length = i64::try_from(length).ok()?;
    let [start, stop, step] = parts;
    let step = bound(step, 1)?;
    let (first, last) = if step < 0 { (length - 1, -1) } else { (0, length) };
    let within = |part, default| {
        let index = bound(part, default)?;
        let from_start =
            if index < 0 && !matches!(part, Constant::None) { index.saturating_add(length) } else { index };
        Some(from_start.clamp(first.min(last), first.max(last)))
    };
    let (mut index, stop) = (within(start, first)?, within(stop, last)?);
    let mut selected = std::vec::Vec::new();
    while step > 0 && index < stop || step < 0 && index > stop {
        selected.push(usize::try_from(index).ok()?);
        index = index.saturating_add(step);
    }
    (step != 0).then_some(selected)
}

/// A part of a slice as a number; those beyond `i64` are as good as its ends.
fn bound(part: &Constant<'_>, default: i64) -> Option<i64> {
    match (part, as_int(*part)) {
        (Constant::None, _) => Some(default),
        (_, Some(Int::Small(value))) => Some(value),
        (_, Some(Int::Big { negative, .. })) => Some(if negative { i64::MIN } else { i64::MAX }),
        (_, None) => None,
    }
}

/// The bytes of each character.
fn characters(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts = (0..text.len()).filter(|&at| !is_continuation(text[at])).peekable();
    std::iter::from_fn(move || {
        let start = starts.next()?;
        Some(&text[start..starts.peek().copied().unwrap_or(text.len())])
    })
}

/// Where an index that may count from the end points to.
fn position(length: usize, index: i64) -> Option<usize> {
    let index = if index < 0 { index.checked_add(i64::try_from(length).ok()?)? } else { index };
    usize::try_from(index).ok()
}

fn character(text: PyStr<'_>, index: i64) -> Option<PyStr<'_>> {
    let wanted = position(text_length(text), index)?;
    let mut starts = text.0.iter().enumerate().filter(|&(_, &byte)| !is_continuation(byte));
    let (start, _) = starts.nth(wanted)?;
    let end = starts.next().map_or(text.0.len(), |(end, _)| end);
    Some(PyStr(&text.0[start..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_select_as_python_does() {
        let arena = Bump::new();
        let part = |text: &str| match text {
            "" => Constant::None,
            number => Constant::Int(Int::Small(number.parse().unwrap())),
        };
        for (parts, expected) in [
            (["", "", ""], Some("aäb😀")),
            (["1", "", ""], Some("äb😀")),
            (["-3", "-1", ""], Some("äb")),
            (["", "", "2"], Some("ab")),
            (["", "", "-1"], Some("😀bäa")),
            (["2", "0", "-1"], Some("bä")),
            (["9", "-9", "-2"], Some("😀ä")),
            (["3", "1", ""], Some("")),
            (["", "", "0"], None),
        ] {
            let parts = parts.map(part);
            let selected = slice(&arena, Constant::Str("aäb😀".into()), &parts);
            assert_eq!(selected, expected.map(|text| Constant::Str(text.into())), "{parts:?}");
        }
        let parts = ["1", "3", ""].map(part);
        assert_eq!(slice(&arena, Constant::Bytes(b"abcd"), &parts), Some(Constant::Bytes(b"bc")));
        assert_eq!(slice(&arena, Constant::True, &parts), None);
    }
}
