//! Statements: the dispatch over their kinds, and the simple ones.
