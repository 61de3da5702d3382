//! Tuples, lists, sets and dictionaries.
