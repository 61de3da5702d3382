//! Which equal constants are different objects in CPython.
//!
//! Marshal numbers objects, not values, so three kinds of constant carry more than their value:
//!
//! - [`Constant::Name`](super::Constant::Name): a name of the source, whose string object is
//!   interned. It equals the string constant of the same text.
//! - A NaN. Each operation whose result is a NaN makes a new object, which is equal only to itself.
//!   [`number_nan`] numbers them in bits that CPython leaves zero, and [`float_bits`] removes the
//!   number.
//! - The `%` that `%%` in a format stands for. CPython has one string object for every other string
//!   of one Latin-1 character, but makes this one anew: [`NEW_PERCENT`] is recognised by its
//!   address, see [`exists_once`].

use super::PyStr;

/// The text that `%%` in a format stands for.
pub(crate) static NEW_PERCENT: [u8; 1] = *b"%";

/// Whether there is one string object for this text in a process: the empty string, and those of
/// one character of Latin-1, except [`NEW_PERCENT`].
///
/// CPython: `Objects/unicodeobject.c` `unicode_result` (3.8–)
pub(crate) fn exists_once(text: PyStr<'_>) -> bool {
    matches!(text.0, [] | [0..=0x7F] | [0xC2 | 0xC3, _]) && !std::ptr::eq(text.0, &NEW_PERCENT[..])
}

/// The bits that CPython's own NaNs set: the sign, the exponent, and the bit of a quiet NaN.
const NAN_BITS: u64 = 0xfff8 << 48;

/// The NaN that is the `number`th object of its kind.
pub(crate) fn number_nan(nan: f64, number: u32) -> f64 {
    debug_assert!(nan.is_nan(), "other floats are compared by value");
    f64::from_bits(nan.to_bits() & NAN_BITS | u64::from(number))
}

/// The bits that CPython has for a float.
pub(crate) fn float_bits(value: f64) -> u64 {
    if value.is_nan() { value.to_bits() & NAN_BITS } else { value.to_bits() }
}
