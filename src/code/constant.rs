//! The values that stand in `co_consts`, and when two of them are the same constant.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};

use num_bigint::BigUint;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::CodeObject;

/// A Python `str`: UTF-8 in which a lone surrogate takes its three bytes too (what marshal calls
/// `surrogatepass`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PyStr<'a>(pub &'a [u8]);

impl<'a> From<&'a str> for PyStr<'a> {
    fn from(text: &'a str) -> Self {
        PyStr(text.as_bytes())
    }
}

impl<'a> PyStr<'a> {
    /// The text, if it has no lone surrogates.
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// Whether all characters are ASCII.
    pub fn is_ascii(self) -> bool {
        self.0.is_ascii()
    }
}

/// A Python `int`: small ones by value, the others by sign and magnitude.
///
/// Invariant: `Big` holds only values outside `i64`; its digits are little-endian base 2^32, the
/// last not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Int<'a> {
    Small(i64),
    Big { negative: bool, magnitude: &'a [u32] },
}

/// In decimal digits, as Python shows it.
impl fmt::Display for Int<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Int::Small(value) => value.fmt(f),
            Int::Big { negative, magnitude } => {
                let sign = if negative { "-" } else { "" };
                write!(f, "{sign}{}", BigUint::from_slice(magnitude))
            }
        }
    }
}

/// A constant of a code object (or of a `Constant` node of the AST, which has no code).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Constant<'a> {
    None,
    True,
    False,
    Ellipsis,
    Int(Int<'a>),
    Float(f64),
    Complex {
        real: f64,
        imag: f64,
    },
    Str(PyStr<'a>),
    /// A name of the source as a string: its object is the name's own, which is interned, rather
    /// than that of a literal.
    Name(PyStr<'a>),
    Bytes(&'a [u8]),
    Tuple(&'a [Constant<'a>]),
    /// Elements in the order of first appearance, without repeats.
    FrozenSet(&'a [Constant<'a>]),
    /// Start, stop and step.
    Slice(&'a [Constant<'a>; 3]),
    Code(&'a CodeObject<'a>),
}

impl Constant<'_> {
    /// Python's `bool(value)`.
    pub fn is_truthy(&self) -> bool {
        match *self {
            Constant::None | Constant::False => false,
            Constant::True | Constant::Ellipsis | Constant::Slice(_) | Constant::Code(_) => true,
            Constant::Int(int) => int != Int::Small(0),
            Constant::Float(value) => value != 0.0,
            Constant::Complex { real, imag } => real != 0.0 || imag != 0.0,
            Constant::Str(text) | Constant::Name(text) => !text.0.is_empty(),
            Constant::Bytes(bytes) => !bytes.is_empty(),
            Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
        }
    }
}

impl Constant<'_> {
    /// A number that is the same for the same constants, made at a glance: others mostly have
    /// another.
    pub(crate) fn fingerprint(&self) -> u32 {
        let of_bytes = |bytes: &[u8]| match *bytes {
            [] => 0,
            [first, .., last] => (bytes.len() as u32) << 16 | u32::from(first) << 8 | u32::from(last),
            [only] => u32::from(only),
        };
        let (kind, value) = match *self {
            Constant::None => (0, 0),
            Constant::True => (0, 1),
            Constant::False => (0, 2),
            Constant::Ellipsis => (0, 3),
            Constant::Int(Int::Small(value)) => (1, value as u32),
            Constant::Int(Int::Big { magnitude, .. }) => (2, magnitude[0]),
            Constant::Float(value) => (3, (value.to_bits() >> 32) as u32),
            Constant::Complex { imag, .. } => (4, (imag.to_bits() >> 32) as u32),
            Constant::Str(text) | Constant::Name(text) => (5, of_bytes(text.0)),
            Constant::Bytes(bytes) => (6, of_bytes(bytes)),
            Constant::Tuple(items) => (7, items.len() as u32),
            Constant::FrozenSet(items) => (8, items.len() as u32),
            Constant::Slice([start, stop, _]) => (9, start.fingerprint() ^ stop.fingerprint().rotate_left(8)),
            Constant::Code(code) => (10, code.firstlineno.cast_unsigned()),
        };
        (kind as u32) << 28 ^ value
    }
}

/// Two constants are the same when they have the same type and value, `-0.0` and `0.0` (and `True`
/// and `1`) told apart: then one entry of `co_consts` serves both. Two code objects are the same
/// when they would run alike and, on most targets, report the same places, as it is with the two
/// copies of a `finally` body.
///
/// A NaN, which only folding makes, is the same only as itself: see [`identity`](super::identity).
///
/// CPython: `Objects/codeobject.c` `_PyCode_ConstantKey` (3.8–)
impl PartialEq for Constant<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Constant::None, Constant::None)
            | (Constant::True, Constant::True)
            | (Constant::False, Constant::False)
            | (Constant::Ellipsis, Constant::Ellipsis) => true,
            (Constant::Int(a), Constant::Int(b)) => a == b,
            (Constant::Float(a), Constant::Float(b)) => a.to_bits() == b.to_bits(),
            (Constant::Complex { real: a, imag: b }, Constant::Complex { real: c, imag: d }) => {
                a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
            }
            (Constant::Str(a) | Constant::Name(a), Constant::Str(b) | Constant::Name(b)) => a == b,
            (Constant::Bytes(a), Constant::Bytes(b)) => a == b,
            (Constant::Tuple(a), Constant::Tuple(b)) => a == b,
            (Constant::FrozenSet(a), Constant::FrozenSet(b)) => a == b || same_elements(a, b),
            (Constant::Slice(a), Constant::Slice(b)) => a == b,
            (Constant::Code(a), Constant::Code(b)) => same_code(a, b),
            _ => false,
        }
    }
}

impl Eq for Constant<'_> {}

/// Whether two sets have the same elements, in whatever order.
fn same_elements(a: &[Constant<'_>], b: &[Constant<'_>]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let elements: FxHashSet<&Constant<'_>> = b.iter().collect();
    a.iter().all(|item| elements.contains(item))
}

/// Neither the qualified name nor the kinds of the locals count.
///
/// CPython: `Objects/codeobject.c` `code_richcompare` (3.8–)
fn same_code(a: &CodeObject<'_>, b: &CodeObject<'_>) -> bool {
    std::ptr::eq(a, b)
        || a.name == b.name
            && a.argcount == b.argcount
            && a.posonlyargcount == b.posonlyargcount
            && a.kwonlyargcount == b.kwonlyargcount
            && a.flags == b.flags
            && a.firstlineno == b.firstlineno
            && a.code == b.code
            && a.consts == b.consts
            && a.names == b.names
            && a.localsplus.iter().map(|local| local.name).eq(b.localsplus.iter().map(|local| local.name))
            && (a.linetable == b.linetable || !a.line_table.tells_code_apart())
            && a.exceptiontable == b.exceptiontable
}

/// Hashes the length, and of long bytes (docstrings, location tables) only both ends, which nearly
/// always tell them apart.
fn hash_ends<H: Hasher>(bytes: &[u8], state: &mut H) {
    const END: usize = 32;
    match (bytes.first_chunk::<END>(), bytes.last_chunk::<END>()) {
        (Some(first), Some(last)) => (bytes.len(), first, last).hash(state),
        _ => bytes.hash(state),
    }
}

/// The location table of code up to this size may have no columns at all.
const SHORT_LINETABLE: usize = 16;

impl Hash for Constant<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Of the same string, whether it is a name or not.
        let kind = if let Constant::Name(text) = *self { Constant::Str(text) } else { *self };
        std::mem::discriminant(&kind).hash(state);
        match kind {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis => {}
            Constant::Int(int) => int.hash(state),
            Constant::Float(value) => value.to_bits().hash(state),
            Constant::Complex { real, imag } => (real.to_bits(), imag.to_bits()).hash(state),
            Constant::Str(text) | Constant::Name(text) => hash_ends(text.0, state),
            Constant::Bytes(bytes) => hash_ends(bytes, state),
            Constant::Tuple(items) => items.hash(state),
            Constant::Slice(parts) => parts.hash(state),
            // Equal sets may hold their elements in another order.
            Constant::FrozenSet(items) => {
                let hashes = items.iter().map(|item| FxBuildHasher.hash_one(item));
                hashes.fold(0, u64::wrapping_add).hash(state);
            }
            Constant::Code(code) => {
                (code.firstlineno, code.name).hash(state);
                let has_columns = code.line_table.tells_code_apart();
                if has_columns {
                    hash_ends(code.linetable, state);
                }
                // What stands at one line has other columns, unless it is a lambda so short that it
                // keeps none.
                if !has_columns || code.linetable.len() <= SHORT_LINETABLE {
                    (code.names, code.consts).hash(state);
                }
            }
        }
    }
}
