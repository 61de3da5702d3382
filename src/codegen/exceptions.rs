//! `try` with `except`, `except*` and `finally`.
