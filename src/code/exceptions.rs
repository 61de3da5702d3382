//! Reading `co_exceptiontable`: where control goes when an exception is raised.

use super::CodeObject;
use super::varint::Varints;

/// An entry of the exception table; offsets are in bytes of `co_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionEntry {
    /// The first instruction that the handler is for.
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    /// The handler.
    pub target: usize,
    /// The height of the stack that the handler finds.
    pub depth: u32,
    /// Whether the offset of the instruction that raised is pushed too.
    pub lasti: bool,
}

/// The entries of an exception table; it ends where the table does, be that in the middle of an
/// entry.
#[derive(Clone, Debug)]
pub struct ExceptionEntries<'t> {
    table: Varints<'t>,
}

impl CodeObject<'_> {
    /// The entries of the exception table. What a damaged table says may be nonsense.
    ///
    /// CPython: `Objects/exception_handling_notes.txt` (3.11–)
    pub fn exception_entries(&self) -> ExceptionEntries<'_> {
        ExceptionEntries { table: Varints::new(self.exceptiontable) }
    }
}

impl Iterator for ExceptionEntries<'_> {
    type Item = ExceptionEntry;

    fn next(&mut self) -> Option<ExceptionEntry> {
        let mut offset = || self.table.big_endian().map(|units| units as usize * 2);
        let (start, length, target) = (offset()?, offset()?, offset()?);
        let depth = self.table.big_endian()?;
        Some(ExceptionEntry { start, end: start + length, target, depth: depth >> 1, lasti: depth & 1 != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_until_the_table_ends() {
        let entries = |table| ExceptionEntries { table: Varints::new(table) }.collect::<Vec<_>>();
        let entry = ExceptionEntry { start: 4, end: 134, target: 8, depth: 1, lasti: true };
        assert_eq!(entries(b"\x82\x41\x01\x04\x03"), [entry]);
        assert_eq!(entries(b"\x82\x41\x01\x04\x03\x84\x01"), [entry]);
        assert_eq!(entries(b""), []);
    }
}
