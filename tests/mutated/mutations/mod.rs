//! Changes to valid inputs, for the tests and the fuzz targets: sources, marshalled data, archives.
//!
//! All of them follow from the numbers of a [`Random`], so that a seed gives the same input again.

mod archives;
mod bytes;
mod seal;
mod sources;

pub(crate) use archives::mutate_archive;
pub(crate) use bytes::mutate_bytes;
pub(crate) use sources::mutate_source;

/// Marsaglia's xorshift: the same numbers each time.
pub(crate) struct Random(u64);

impl Random {
    /// Any seed will do: zero, of which xorshift makes zeros alone, is changed.
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub(crate) fn of<'t, T: ?Sized>(&mut self, items: &[&'t T]) -> &'t T {
        items[self.below(items.len())]
    }
}
