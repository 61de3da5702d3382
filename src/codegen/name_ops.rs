//! Loading, storing and deleting names: which instruction each scope needs.
