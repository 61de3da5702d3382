//! Reading `co_linetable`: which place of the source each code unit stands for.

use super::CodeObject;
use super::varint::Varints;
use crate::source::Location;
use crate::targets::LineTable;

/// The entries of a location table; it ends where the table does, be that in the middle of an
/// entry.
#[derive(Clone, Debug)]
pub struct Locations<'t> {
    table: Varints<'t>,
    form: LineTable,
    line: i32,
    /// The last line was given.
    is_at_end: bool,
}

/// One place, and how many code units in a row stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocationEntry {
    /// How many code units, of two bytes each.
    pub units: usize,
    /// [`Location::NONE`], or without columns, where that is all the table says.
    pub location: Location,
}

impl CodeObject<'_> {
    /// The places of the code, in order. What a damaged table says may be nonsense.
    ///
    /// CPython: `Objects/locations.md` (3.11–)
    pub fn locations(&self) -> Locations<'_> {
        Locations {
            table: Varints::new(self.linetable),
            form: self.line_table,
            line: self.firstlineno,
            is_at_end: false,
        }
    }

    /// Where lines start: offsets in bytes, each with a line that differs from the one before.
    ///
    /// CPython: `Lib/dis.py` `findlinestarts` (3.11–)
    pub fn line_starts(&self) -> Vec<(usize, i32)> {
        let (mut starts, mut units, mut current) = (Vec::new(), 0, None);
        for entry in self.locations() {
            let Location { lineno, .. } = entry.location;
            if entry.location != Location::NONE && current != Some(lineno) {
                starts.push((units * 2, lineno));
                current = Some(lineno);
            }
            units += entry.units;
        }
        starts
    }
}

impl Iterator for Locations<'_> {
    type Item = LocationEntry;

    /// CPython: `Include/cpython/code.h` `_PyCodeLocationInfoKind` (3.11–)
    fn next(&mut self) -> Option<LocationEntry> {
        match self.form {
            LineTable::LnotabWithRepeats | LineTable::Lnotab => return self.step(),
            LineTable::Ranges => return self.range(),
            LineTable::LocationsApart | LineTable::Locations => {}
        }
        let first = self.table.byte()?;
        let units = usize::from(first & 7) + 1;
        let location = match first >> 3 & 15 {
            code @ 0..=9 => {
                let columns = self.table.byte()?;
                let start = i32::from(code) << 3 | i32::from(columns >> 4 & 7);
                self.on_line(0, start, start + i32::from(columns & 15))
            }
            code @ 10..=12 => {
                let (start, end) = (self.table.byte()?, self.table.byte()?);
                self.on_line(i32::from(code) - 10, start.into(), end.into())
            }
            13 => {
                let delta = self.table.signed()?;
                self.on_line(delta, -1, -1)
            }
            14 => self.over_lines()?,
            _ => Location::NONE,
        };
        Some(LocationEntry { units, location })
    }
}

impl Locations<'_> {
    /// A range of code on one line; those without code only change the line.
    ///
    /// CPython: `Objects/lnotab_notes.txt` (3.10)
    fn range(&mut self) -> Option<LocationEntry> {
        loop {
            let (bytes, delta) = (self.table.byte()?, self.table.byte()?.cast_signed());
            let has_line = delta != i8::MIN;
            if has_line {
                self.line = self.line.wrapping_add(delta.into());
            }
            if bytes > 0 {
                let location = if has_line { self.on_line(0, -1, -1) } else { Location::NONE };
                return Some(LocationEntry { units: usize::from(bytes / 2), location });
            }
        }
    }

    /// The code on one line, up to where another begins; the last line has no end.
    ///
    /// CPython: `Objects/lnotab_notes.txt` (3.8–3.9)
    fn step(&mut self) -> Option<LocationEntry> {
        if self.is_at_end {
            return None;
        }
        let mut location = self.on_line(0, -1, -1);
        let mut bytes = 0;
        while let (Some(step), Some(delta)) = (self.table.byte(), self.table.byte()) {
            bytes += usize::from(step);
            let after = self.on_line(delta.cast_signed().into(), -1, -1);
            if delta != 0 && bytes > 0 {
                return Some(LocationEntry { units: bytes / 2, location });
            }
            location = after;
        }
        self.is_at_end = true;
        Some(LocationEntry { units: usize::MAX >> 16, location })
    }

    fn on_line(&mut self, delta: i32, start: i32, end: i32) -> Location {
        self.line = self.line.wrapping_add(delta);
        Location::new(self.line, self.line, start, end)
    }

    fn over_lines(&mut self) -> Option<Location> {
        self.line = self.line.wrapping_add(self.table.signed()?);
        let end_line = self.line.wrapping_add(self.table.little_endian()?.cast_signed());
        // Columns are written with 1 added, so that 0 is for none.
        let start = self.table.little_endian()?.cast_signed().wrapping_sub(1);
        let end = self.table.little_endian()?.cast_signed().wrapping_sub(1);
        Some(Location::new(self.line, end_line, start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_an_entry_is_read() {
        type Entries<'e> = &'e [(usize, Location)];
        let cases: [(&[u8], Entries<'_>); 7] = [
            (b"\x81\x11", &[(2, Location::new(7, 7, 1, 2))]),
            (b"\x88\x7f", &[(1, Location::new(7, 7, 15, 30))]),
            (b"\xd8\x04\x09", &[(1, Location::new(8, 8, 4, 9))]),
            (b"\xe9\x03", &[(2, Location::new(6, 6, -1, -1))]),
            (b"\xf0\x02\x01\x01\x02", &[(1, Location::new(8, 9, 0, 1))]),
            (b"\xf8\x80\x00", &[(1, Location::NONE), (1, Location::new(7, 7, 0, 0))]),
            (b"\xf0\x02\x41", &[]),
        ];
        for (table, expected) in cases {
            let entries: Vec<_> = Locations {
                table: Varints::new(table),
                form: LineTable::Locations,
                line: 7,
                is_at_end: false,
            }
            .map(|LocationEntry { units, location }| (units, location))
            .collect();
            assert_eq!(entries, expected, "{table:x?}");
        }
    }

    #[test]
    fn ranges_are_read() {
        let table = Varints::new(b"\x04\x01\x02\x80\x00\x7f\x02\x02\x01");
        let entries: Vec<_> = Locations { table, form: LineTable::Ranges, line: 7, is_at_end: false }
            .map(|LocationEntry { units, location }| (units, location.lineno))
            .collect();
        assert_eq!(entries, [(2, 8), (1, -1), (1, 137)]);
    }
}
