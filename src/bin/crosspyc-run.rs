//! The `crosspyc-run` command.

fn main() {}
