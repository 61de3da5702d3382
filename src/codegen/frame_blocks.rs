//! Frame blocks: what `break`, `continue` and `return` unwind on their way out.
