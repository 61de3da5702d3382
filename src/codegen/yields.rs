//! `yield`, `yield from` and `await`.
