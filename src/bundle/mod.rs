//! The bundle archive.
