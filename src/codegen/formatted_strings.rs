//! f-strings.
