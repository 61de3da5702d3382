//! Subscripts and slices.
