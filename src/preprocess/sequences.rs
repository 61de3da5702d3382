//! Operations on constant strings, bytes and tuples. `None` always means: not folded.
//!
//! CPython: `Objects/abstract.c`, `Python/ast_opt.c` `safe_multiply` (3.8–3.13)

use bumpalo::Bump;
use bumpalo::collections::Vec;

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

/// What is left of `limit` items after those of a value, the nested ones included; `None` if there are more.
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
