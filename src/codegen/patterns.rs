//! `match` statements and their patterns.
