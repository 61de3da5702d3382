//! How much an archive may take in memory and on disk. What it holds is not known before it is
//! inflated, and a few kilobytes can claim, and be, gigabytes.

use std::fmt;
use std::io;
use std::str::FromStr;

/// Compressed files are seldom a tenth of what they hold.
const LIKELY_RATIO: u64 = 100;

/// What every archive may take, and none may take unless the user says so.
const LEAST: u64 = 64 << 20;
const MOST: u64 = 16 << 30;

/// The index is a list of files: for one that is larger, something is wrong with the archive.
pub(super) const MOST_INDEX: u64 = 256 << 20;

/// The index of a folder with a million files has no more lists and objects.
pub(super) const MOST_OBJECTS: usize = 2_000_000;

/// How much an archive of this length may take if the user has not said it.
pub(super) fn default_limit(length: u64) -> u64 {
    length.saturating_mul(LIKELY_RATIO).clamp(LEAST, MOST)
}

/// So many zero bytes, if there is memory for them.
pub(super) fn zeroed(length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    grow(&mut bytes, length)?;
    Ok(bytes)
}

/// Makes a vector longer, if there is memory for it.
pub(super) fn grow(bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
    bytes.try_reserve_exact(length - bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.resize(length, 0);
    Ok(())
}

/// A number of bytes as it is typed: `500M`, `16GB`, `1000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// A text is not a number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is a number, and k, M, G or T after it if need be: 500M, 16GB")]
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

/// Rounded up, so that what is shown is enough when it is typed.
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
