//! `with` and `async with`.
