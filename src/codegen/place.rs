//! Where instructions are located.

use super::Compiler;
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::targets::LocationRule;

/// Where an instruction is located: what each `emit` method asks for.
///
/// Constructs name the location they mean; [`Compiler::locate`] alone decides what the instruction
/// gets. CPython up to 3.11 keeps a current location in the compiler, which statements and
/// expressions set: there every instruction that is located at all is located at that, wherever the
/// construct wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    At(Location),
    /// The instruction stands for no source: what jumps to it or falls through to it may lend it a
    /// line.
    Nowhere,
    /// After statements that are part of a construct: nowhere, or at the current location, which
    /// is what the last of them has left.
    AfterBody,
    /// At the location of the instruction after it.
    ///
    /// CPython: `Include/internal/pycore_compile.h` `NEXT_LOCATION` (3.14–)
    Next,
}

impl Place {
    pub(crate) fn location(self) -> Location {
        match self {
            Place::At(location) => location,
            Place::Nowhere | Place::AfterBody => Location::NONE,
            Place::Next => Location::NEXT,
        }
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Place {
        Place::At(location)
    }
}

impl Compiler<'_, '_> {
    /// Makes `location` the current one.
    pub(crate) fn set_location(&mut self, location: Location) {
        self.state().location = location;
    }

    /// What follows stands for no source.
    pub(crate) fn unset_location(&mut self) {
        self.set_location(Location::NONE);
    }

    /// Gives a fault the current location, if the target's have it: nothing has changed that since.
    #[cold]
    pub(super) fn locate_fault(&mut self, mut fault: Box<Diagnostic>) -> Box<Diagnostic> {
        let is_current = self.features.locations == LocationRule::Current;
        if is_current && fault.kind == DiagnosticKind::SyntaxError {
            fault.location = self.state().location;
        }
        fault
    }

    /// The location of an instruction at `place`.
    pub(super) fn locate(&mut self, place: Place) -> Location {
        match (self.features.locations, place) {
            (LocationRule::Current, Place::At(_) | Place::AfterBody) => self.state().location,
            _ => place.location(),
        }
    }
}
