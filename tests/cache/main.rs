//! The cache of unpacked bundles: whole or not at all, noticed when it is damaged, and dispensable.
//! With the interpreters of `tests/runner.rs` that only pretend.
//!
//! - `entries`: what an entry is, and what becomes of one that was altered
//! - `killed`: runs that are killed, and many at once
//! - `trust`: folders that others can change
//! - `without`: runs that cannot use a cache

#![cfg(feature = "cli")]
#![cfg(unix)]

mod entries;
mod killed;
mod place;
mod trust;
mod without;
