//! Class definitions.
