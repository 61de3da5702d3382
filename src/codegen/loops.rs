//! `while`, `for` and `async for`.
