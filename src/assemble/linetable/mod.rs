//! Where instructions stand in the source: the tables that tracebacks and debuggers read.

mod lnotab;
mod locations;
mod ranges;

use bumpalo::Bump;

use crate::source::Location;
use crate::targets::{AssemblyFeatures, LineTable};
use lnotab::Lnotab;
use locations::LocationTable;
use ranges::LineRanges;

/// The table of the unit being assembled, in the form that the target has.
#[derive(Default)]
pub(super) struct Table {
    lnotab: Lnotab,
    locations: LocationTable,
    ranges: LineRanges,
}

impl Table {
    /// Begins the table of a unit; what was there before is gone.
    pub(super) fn begin(&mut self, features: &AssemblyFeatures, firstlineno: i32) {
        match features.line_table {
            LineTable::LnotabWithRepeats | LineTable::Lnotab => self.lnotab.begin(firstlineno),
            LineTable::Ranges => self.ranges.begin(firstlineno),
            LineTable::LocationsApart | LineTable::Locations => self.locations.begin(firstlineno),
        }
    }

    /// The next `units` code units stand for `location`; `ends_block` says that an instruction ends
    /// there which control cannot simply go on from.
    #[inline]
    pub(super) fn add(
        &mut self,
        features: &AssemblyFeatures,
        location: Location,
        units: u32,
        ends_block: impl Fn() -> bool,
    ) {
        match features.line_table {
            LineTable::LnotabWithRepeats => self.lnotab.add(location.lineno, units, true),
            LineTable::Lnotab => self.lnotab.add(location.lineno, units, false),
            LineTable::Ranges => self.ranges.add(location.lineno, units),
            LineTable::LocationsApart => self.locations.add_apart(location, units),
            LineTable::Locations => {
                let ends = location.is_next() && ends_block();
                self.locations.add(if ends { Location::NONE } else { location }, units);
            }
        }
    }

    /// The entries of a table that the peephole optimiser changes.
    pub(super) fn entries(&mut self) -> &mut [[u8; 2]] {
        self.lnotab.entries()
    }

    pub(super) fn finish<'a>(&mut self, arena: &'a Bump, features: &AssemblyFeatures) -> &'a [u8] {
        match features.line_table {
            LineTable::LnotabWithRepeats | LineTable::Lnotab => arena.alloc_slice_copy(self.lnotab.bytes()),
            LineTable::Ranges => self.ranges.finish(arena),
            LineTable::LocationsApart | LineTable::Locations => self.locations.finish(arena),
        }
    }
}
