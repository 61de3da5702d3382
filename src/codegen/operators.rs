//! Operators: unary, binary, boolean, comparisons.
