//! Expressions: the dispatch over their kinds.
