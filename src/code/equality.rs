//! Python's `==` and `hash` between constants, by which sets and dicts tell their keys apart: `1`,
//! `1.0` and `True` are one key.
//!
//! Not to be confused with the sameness of entries of `co_consts`, which is [`Constant`]'s own
//! `==`.

use std::borrow::Cow;

use bumpalo::Bump;
use rustc_hash::FxHashSet;

use super::{Constant, Int, PyStr};

/// A set of constants under Python's equality.
#[derive(Debug, Default)]
pub(crate) struct ConstantSet<'a> {
    keys: FxHashSet<Key<'a>>,
}

impl<'a> ConstantSet<'a> {
    /// Whether `value` was not there yet.
    pub(crate) fn insert(&mut self, value: Constant<'a>) -> bool {
        // A NaN equals nothing, not even another NaN.
        Key::of(value).is_none_or(|key| self.keys.insert(key))
    }
}

impl<'a> Constant<'a> {
    /// `frozenset(items)`: of equal elements the first stays.
    pub(crate) fn frozenset(arena: &'a Bump, items: &[Constant<'a>]) -> Constant<'a> {
        let mut seen = ConstantSet::default();
        let distinct: Vec<_> = items.iter().copied().filter(|&item| seen.insert(item)).collect();
        Constant::FrozenSet(arena.alloc_slice_copy(&distinct))
    }
}

/// What equal constants have in common: numbers are brought to the narrowest type that holds them.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key<'a> {
    None,
    Ellipsis,
    Int(i64),
    BigInt {
        negative: bool,
        magnitude: Cow<'a, [u32]>,
    },
    Float(u64),
    Complex(u64, u64),
    Str(PyStr<'a>),
    Bytes(&'a [u8]),
    Tuple(Vec<Key<'a>>),
    Slice(Vec<Key<'a>>),
    /// Sorted.
    FrozenSet(Vec<Key<'a>>),
    /// By address.
    Code(usize),
}

impl<'a> Key<'a> {
    /// `None` for what does not equal itself.
    fn of(value: Constant<'a>) -> Option<Key<'a>> {
        Some(match value {
            Constant::None => Key::None,
            Constant::Ellipsis => Key::Ellipsis,
            Constant::False => Key::Int(0),
            Constant::True => Key::Int(1),
            Constant::Int(Int::Small(value)) => Key::Int(value),
            Constant::Int(Int::Big { negative, magnitude }) => {
                Key::BigInt { negative, magnitude: Cow::Borrowed(magnitude) }
            }
            Constant::Float(value) => return Key::of_float(value),
            Constant::Complex { real, imag } => return Key::of_complex(real, imag),
            Constant::Str(text) | Constant::Name(text) => Key::Str(text),
            Constant::Bytes(bytes) => Key::Bytes(bytes),
            Constant::Tuple(items) => Key::Tuple(Key::of_all(items)?),
            Constant::Slice(parts) => Key::Slice(Key::of_all(parts)?),
            Constant::FrozenSet(items) => {
                let mut keys = Key::of_all(items)?;
                keys.sort_unstable();
                Key::FrozenSet(keys)
            }
            Constant::Code(code) => Key::Code(std::ptr::from_ref(code).addr()),
        })
    }

    fn of_all(items: &[Constant<'a>]) -> Option<Vec<Key<'a>>> {
        items.iter().copied().map(Key::of).collect()
    }

    fn of_float(value: f64) -> Option<Key<'a>> {
        /// 2 to the 63rd, the first positive value outside `i64`.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;

        if value.is_nan() {
            return None;
        }
        Some(if value.is_infinite() || value.fract() != 0.0 {
            Key::Float(value.to_bits())
        } else if (-LIMIT..LIMIT).contains(&value) {
            Key::Int(value as i64)
        } else {
            Key::BigInt { negative: value < 0.0, magnitude: Cow::Owned(magnitude(value)) }
        })
    }

    fn of_complex(real: f64, imag: f64) -> Option<Key<'a>> {
        if imag == 0.0 {
            return Key::of_float(real);
        }
        if real.is_nan() || imag.is_nan() {
            return None;
        }
        // Adding 0.0 makes -0.0, which equals 0.0, the same bits.
        Some(Key::Complex((real + 0.0).to_bits(), imag.to_bits()))
    }
}

/// The digits, base 2^32 and little-endian, of an integral `value` outside `i64`.
fn magnitude(value: f64) -> Vec<u32> {
    let bits = value.to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    // At least 11, as the value has 64 bits or more.
    let shift = (bits >> 52 & 0x7ff) as usize - 1075;
    let shifted = u128::from(mantissa) << (shift % 32);
    let mut digits = vec![0; shift / 32];
    digits.extend((0..3).map(|index| (shifted >> (32 * index)) as u32));
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_equal(a: Constant<'_>, b: Constant<'_>) -> bool {
        let mut set = ConstantSet::default();
        set.insert(a);
        !set.insert(b)
    }

    #[test]
    fn numbers_are_equal_across_types() {
        let one = Constant::Int(Int::Small(1));
        let two_to_the_64 = Constant::Int(Int::Big { negative: false, magnitude: &[0, 0, 1] });
        for (a, b, equal) in [
            (one, Constant::True, true),
            (one, Constant::Float(1.0), true),
            (one, Constant::Complex { real: 1.0, imag: -0.0 }, true),
            (one, Constant::Float(1.5), false),
            (Constant::False, Constant::Float(-0.0), true),
            (two_to_the_64, Constant::Float(18_446_744_073_709_551_616.0), true),
            (two_to_the_64, Constant::Float(-18_446_744_073_709_551_616.0), false),
            (two_to_the_64, Constant::Float(36_893_488_147_419_103_232.0), false),
            (Constant::Float(f64::NAN), Constant::Float(f64::NAN), false),
            (Constant::Tuple(&[Constant::True]), Constant::Tuple(&[Constant::Float(1.0)]), true),
            (Constant::Str("a".into()), Constant::Bytes(b"a"), false),
        ] {
            assert_eq!(are_equal(a, b), equal, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_frozenset_keeps_the_first_of_equal_elements() {
        let arena = Bump::new();
        let items = [Constant::True, Constant::None, Constant::Int(Int::Small(1)), Constant::None];
        assert_eq!(
            Constant::frozenset(&arena, &items),
            Constant::FrozenSet(&[Constant::True, Constant::None])
        );
    }
}
