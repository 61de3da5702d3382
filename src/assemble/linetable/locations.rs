//! The location table: for every code unit a range of lines and columns.
//!
//! An entry stands for up to eight code units. Its first byte has the top bit, the form (four bits)
//! and the number of units less one; what follows depends on the form. Lines are relative to the
//! entry before, the first to `co_firstlineno`.
//!
//! CPython: `Python/assemble.c` `write_location_info_entry`, `Objects/locations.md` (3.11–)

use bumpalo::Bump;

use crate::source::Location;

/// How many code units an entry stands for at most.
const MAX_UNITS: u32 = 8;

/// `PyCodeLocationInfoKind`: 0 to 9 are the short form, by column in groups of eight, 10 to 12 the
/// one-line form, by line.
const ONE_LINE: u8 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NONE: u8 = 15;

/// Made for one unit after another, in the same memory.
pub(in crate::assemble) struct LocationTable {
    bytes: Vec<u8>,
    /// The line of the last entry that had one.
    lineno: i32,
    /// The location of the last instructions.
    open: Location,
    /// How many code units these take together.
    units: u32,
    /// How many code units wait for the location that is added next.
    at_next: u32,
}

impl Default for LocationTable {
    fn default() -> LocationTable {
        LocationTable { bytes: Vec::new(), lineno: 0, open: Location::NONE, units: 0, at_next: 0 }
    }
}

impl LocationTable {
    /// Begins the table of a unit; what was there before is gone.
    pub(in crate::assemble) fn begin(&mut self, firstlineno: i32) {
        self.bytes.clear();
        self.lineno = firstlineno;
        self.open = Location::NONE;
        (self.units, self.at_next) = (0, 0);
    }

    /// The next `units` code units stand for `location`. If that is [`Location::NEXT`], it is
    /// whatever is added next.
    ///
    /// CPython: `Python/assemble.c` `assemble_location_info` (3.12–)
    #[inline]
    pub(in crate::assemble) fn add(&mut self, location: Location, units: u32) {
        if location != self.open {
            if location.is_next() {
                self.at_next += units;
                return;
            }
            self.close();
            self.open = location;
        }
        self.units += units + std::mem::take(&mut self.at_next);
    }

    /// The same, in entries of their own.
    pub(in crate::assemble) fn add_apart(&mut self, location: Location, units: u32) {
        self.close();
        self.open = location;
        self.units = units + std::mem::take(&mut self.at_next);
    }

    pub(in crate::assemble) fn finish<'a>(&mut self, arena: &'a Bump) -> &'a [u8] {
        self.close();
        arena.alloc_slice_copy(&self.bytes)
    }

    #[inline]
    fn close(&mut self) {
        while self.units > MAX_UNITS {
            self.write_entry(self.open, MAX_UNITS);
            self.units -= MAX_UNITS;
        }
        if self.units > 0 {
            self.write_entry(self.open, self.units);
        }
        self.units = 0;
    }

    /// Nearly every entry has the short form or the one-line form.
    #[inline]
    fn write_entry(&mut self, location: Location, units: u32) {
        let Location { lineno, end_lineno, col_offset: column, end_col_offset: end_column } = location;
        let line_delta = lineno.wrapping_sub(self.lineno);
        let width = end_column.wrapping_sub(column);
        // Without branches: which of these fails is hard to foretell.
        let is_short =
            (line_delta == 0) & (end_lineno == lineno) & (0..80).contains(&column) & (0..16).contains(&width);
        if is_short {
            let columns = ((column & 7) << 4 | width) as u8;
            self.bytes.extend_from_slice(&[start((column >> 3) as u8, units), columns]);
        } else if end_lineno == lineno && (0..3).contains(&line_delta) && (column | end_column) >> 7 == 0 {
            self.lineno = lineno;
            let form = start(ONE_LINE + line_delta as u8, units);
            self.bytes.extend_from_slice(&[form, column as u8, end_column as u8]);
        } else {
            self.write_longer_entry(location, units);
        }
    }

    #[inline(never)]
    fn write_longer_entry(&mut self, location: Location, units: u32) {
        let Location { lineno, end_lineno, col_offset: column, end_col_offset: end_column } = location;
        if lineno < 0 {
            return self.bytes.push(start(NONE, units));
        }
        let line_delta = lineno.wrapping_sub(self.lineno);
        self.lineno = lineno;
        if (column < 0 || end_column < 0) && (end_lineno == lineno || end_lineno == -1) {
            self.bytes.push(start(NO_COLUMNS, units));
            return self.write_signed(line_delta);
        }
        self.bytes.push(start(LONG, units));
        self.write_signed(line_delta);
        self.write(end_lineno.wrapping_sub(lineno) as u32);
        self.write((column + 1) as u32);
        self.write((end_column + 1) as u32);
    }

    /// Little-endian in groups of six bits; bit 6 says that more follow.
    fn write(&mut self, mut value: u32) {
        while value >= 64 {
            self.bytes.push(0x40 | (value & 0x3F) as u8);
            value >>= 6;
        }
        self.bytes.push(value as u8);
    }

    /// The sign in the lowest bit.
    fn write_signed(&mut self, value: i32) {
        self.write(value.unsigned_abs() << 1 | u32::from(value < 0));
    }
}

/// The first byte of an entry.
fn start(form: u8, units: u32) -> u8 {
    0x80 | form << 3 | (units - 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(Location, u32)]) -> Vec<u8> {
        let arena = Bump::new();
        let mut table = LocationTable::default();
        table.begin(1);
        for &(location, units) in entries {
            table.add(location, units);
        }
        table.finish(&arena).to_vec()
    }

    #[test]
    fn every_form() {
        for (location, expected) in [
            (Location::NONE, &[0xF8][..]),
            (Location::new(1, 1, 9, 12), &[0x88, 0x13]),
            (Location::new(3, 3, 9, 12), &[0xE0, 9, 12]),
            (Location::new(1, 1, 9, 100), &[0xD0, 9, 100]),
            (Location::new(4, 4, -1, -1), &[0xE8, 6]),
            (Location::new(4, -1, -1, -1), &[0xE8, 6]),
            (Location::new(70, 71, 0, 5), &[0xF0, 0x40 | 10, 2, 1, 1, 6]),
            (Location::new(1, 1, 9, 128), &[0xF0, 0, 0, 10, 0x40 | 1, 2]),
        ] {
            assert_eq!(table(&[(location, 1)]), expected, "{location:?}");
        }
        assert_eq!(
            table(&[(Location::new(2, 2, 0, 1), 1), (Location::new(1, 1, 0, 1), 1)])[3..],
            [0xF0, 3, 0, 1, 2]
        );
    }

    #[test]
    fn what_is_at_the_next_location_shares_its_entry() {
        let (here, there) = (Location::new(1, 1, 0, 1), Location::new(1, 1, 2, 3));
        assert_eq!(table(&[(here, 1), (Location::NEXT, 2), (here, 1)]), [0x83, 1]);
        assert_eq!(table(&[(here, 1), (Location::NEXT, 2), (there, 1)]), [0x80, 1, 0x82, 0x21]);
    }

    #[test]
    fn equal_neighbours_share_entries_of_up_to_eight_units() {
        let location = Location::new(1, 1, 0, 1);
        assert_eq!(table(&[(location, 5), (location, 5)]), [0x87, 1, 0x81, 1]);
    }
}
