//! Which files to compile, which are up to date, and writing them.
