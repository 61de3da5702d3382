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
/// construct wants it. Up to 3.9 nothing but statements and expressions sets it, and no instruction
/// is without.
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
        let state = self.state();
        state.has_line &= state.location.lineno == location.lineno;
        state.location = location;
    }

    /// The same where a line begins even if it is the current one.
    pub(super) fn begin_line(&mut self, location: Location) {
        self.set_location(location);
        self.state().has_line = false;
    }

    /// What follows stands for no source.
    pub(crate) fn unset_location(&mut self) {
        self.relocate(Location::NONE);
    }

    /// Makes `location` the current one for what belongs to a construct, after the statements or
    /// expressions that are part of it; but not where only these set it.
    pub(crate) fn relocate(&mut self, location: Location) {
        if !self.features.locations.is_line() {
            self.set_location(location);
        }
    }

    /// Gives a fault the current location, if the target's have it: nothing has changed that since.
    #[cold]
    pub(super) fn locate_fault(&mut self, mut fault: Box<Diagnostic>) -> Box<Diagnostic> {
        let is_current = self.features.locations != LocationRule::Explicit;
        if is_current && fault.kind == DiagnosticKind::SyntaxError {
            fault.location = self.state().location;
        }
        fault
    }

    /// The location of an instruction at `place`.
    pub(super) fn locate(&mut self, place: Place) -> Location {
        match (self.features.locations, place) {
            (LocationRule::LineOnce, _) => {
                let state = self.state();
                // What is dead is not emitted.
                let has_line = state.has_line || state.dead_blocks == 0;
                let is_first = !std::mem::replace(&mut state.has_line, has_line);
                if is_first { state.location } else { Location::new(0, 0, 0, 0) }
            }
            (LocationRule::Line, _) | (LocationRule::Current, Place::At(_) | Place::AfterBody) => {
                self.state().location
            }
            _ => place.location(),
        }
    }
}
