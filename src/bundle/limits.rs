//! Limits on the memory and disk space that an archive may take. Its real size is unknown until it
//! is inflated, and a few kilobytes can inflate to gigabytes.

use std::fmt;
use std::io;
use std::str::FromStr;

/// Files are rarely more than ten times as large as their compressed form.
const LIKELY_RATIO: u64 = 100;

/// The range of the default limit.
const LEAST: u64 = 64 << 20;
const MOST: u64 = 16 << 30;

/// The index is a list of files. A larger index means that the archive is damaged or hostile.
pub(super) const MOST_INDEX: u64 = 256 << 20;

/// An index of a folder with a million files has fewer lists and objects than this.
pub(super) const MOST_OBJECTS: usize = 2_000_000;

/// The limit for an archive of this length, unless the user sets one. In bytes.
pub fn default_limit(length: u64) -> u64 {
    length.saturating_mul(LIKELY_RATIO).clamp(LEAST, MOST)
}

/// A buffer of zeros, or an error if memory is short.
pub(super) fn zeroed(length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    grow(&mut bytes, length)?;
    Ok(bytes)
}

/// Extends a vector with zeros, or returns an error if memory is short.
pub(super) fn grow(bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
    bytes.try_reserve_exact(length - bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.resize(length, 0);
    Ok(())
}

/// A number of bytes, as users write it: `500M`, `16GB`, `1000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// The text is not a number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is a number, optionally followed by k, M, G or T: 500M, 16GB")]
pub struct NoSize;

const UNITS: [(&str, u64); 5] =
    [("", 1), ("k", 1_000), ("m", 1_000_000), ("g", 1_000_000_000), ("t", 1_000_000_000_000)];

impl FromStr for ByteSize {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<ByteSize, NoSize> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = unit.trim_start().to_ascii_lowercase();
        let unit = unit.strip_suffix('b').unwrap_or(&unit);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(NoSize)?;
        let number: u64 = number.parse().map_err(|_| NoSize)?;
        number.checked_mul(*factor).map(ByteSize).ok_or(NoSize)
    }
}

/// Rounds up: the displayed size is large enough when it is used as a limit.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |unit: &&(&str, u64)| self.0 >= unit.1.saturating_mul(10);
        let (name, factor) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
        write!(f, "{}{}", self.0.div_ceil(*factor), name.to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_typed_with_units() {
        for (text, bytes) in
            [("0", 0), ("12", 12), ("500M", 500_000_000), ("16GB", 16_000_000_000), ("1 kB", 1000)]
        {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "M", "-1", "1.5G", "1X", "99999999999T"] {
            assert_eq!(text.parse::<ByteSize>(), Err(NoSize), "{text}");
        }
        for (bytes, text) in
            [(0, "0"), (9_999, "9999"), (64 << 20, "68M"), (16 << 30, "18G"), (3_145_728_001, "3146M")]
        {
            assert_eq!(ByteSize(bytes).to_string(), text);
        }
    }
}
