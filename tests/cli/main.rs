//! The `crosspyc` command, run as users run it.
//!
//! - `scenarios`: the files of `testdata/cli/`, each a short session with what it prints (the README
//!   there says how they are written)
//! - `freshness`: what a second run does, over all invalidation modes and all that can have changed
//! - `prefix`: pycs in the folder of `PYTHONPYCACHEPREFIX`
//! - `files`: odd files, folders and links
//! - `runs`: several runs at once, runs that are killed, any number of workers, readers that go away

#![cfg(feature = "cli")]

mod files;
mod freshness;
mod prefix;
mod runs;
mod scenarios;
mod tree;
