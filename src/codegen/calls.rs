//! Calls and their arguments.
