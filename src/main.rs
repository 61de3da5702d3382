//! The `crosspyc` command.

fn main() {}
