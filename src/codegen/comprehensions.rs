//! Comprehensions and generator expressions.
