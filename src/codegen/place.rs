//! Where instructions are located.

use crate::source::Location;

/// Where an instruction is located: what each `emit` method asks for.
///
/// Constructs name the location they mean; [`Place::location`] alone decides what the instruction
/// gets. CPython up to 3.10 keeps a current line in the compiler and has no columns, so its rule
/// belongs there too, and not in the constructs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    At(Location),
    /// The instruction stands for no source: what jumps to it or falls through to it may lend it a
    /// line.
    Nowhere,
    /// At the location of the instruction after it.
    ///
    /// CPython: `Include/internal/pycore_compile.h` `NEXT_LOCATION` (3.14–)
    Next,
}

impl Place {
    pub(crate) fn location(self) -> Location {
        match self {
            Place::At(location) => location,
            Place::Nowhere => Location::NONE,
            Place::Next => Location::NEXT,
        }
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Place {
        Place::At(location)
    }
}
