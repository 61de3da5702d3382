//! Operations on constant strings, bytes and tuples, and the elements of constant sets. `None` always means: not folded.
//!
//! CPython: `Objects/abstract.c`, `Python/ast_opt.c` `safe_multiply` (3.8–3.13)

use std::hash::{Hash, Hasher};

use bumpalo::Bump;
use bumpalo::collections::Vec;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::arithmetic;
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
            if count > 0 {
                within_complexity(value, MAX_TOTAL_ITEMS / count)?;
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

/// The elements of a set: of those that Python calls equal, the first.
pub(super) fn distinct<'a>(arena: &'a Bump, items: &[Constant<'a>]) -> &'a [Constant<'a>] {
    let mut seen = FxHashSet::with_capacity_and_hasher(items.len(), FxBuildHasher);
    let mut kept = Vec::with_capacity_in(items.len(), arena);
    kept.extend(items.iter().copied().filter(|&item| seen.insert(Element(item))));
    kept.into_bump_slice()
}

/// A constant as an element of a Python set, where `1`, `1.0` and `True` are the same.
struct Element<'a>(Constant<'a>);

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        python_equal(self.0, other.0)
    }
}

impl Eq for Element<'_> {}

impl Hash for Element<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_element(self.0, state);
    }
}

fn hash_element<H: Hasher>(value: Constant<'_>, state: &mut H) {
    match value {
        Constant::Tuple(items) => items.iter().for_each(|&item| hash_element(item, state)),
        Constant::FrozenSet(items) => items.len().hash(state),
        _ => match arithmetic::hash_bits(value) {
            Some(bits) => bits.hash(state),
            None => value.hash(state),
        },
    }
}

fn python_equal(left: Constant<'_>, right: Constant<'_>) -> bool {
    match (left, right) {
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(&left, &right)| python_equal(left, right))
        }
        _ => arithmetic::equal(left, right).unwrap_or_else(|| left == right),
    }
}
