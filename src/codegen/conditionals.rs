//! `if` statements.
