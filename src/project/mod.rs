//! A tree of sources and its pycs: which files to compile, where their pycs go, which are up to
//! date, and writing the others.
//!
//! ```text
//! PATHs ─ settings ─> roots ─ walk, filename, output ─> Plan ─ build (workers) ─> a report for each module
//!                                                         └─ prune: pycs whose sources are gone
//! ```
//!
//! Nothing here prints. What goes wrong with one file is in that file's report; the others go on.
//!
//! Invariant: after a run without failures the tree holds what a first run would have written,
//! whatever was there before (but for pycs of another patch level of the same version, which
//! nothing in a pyc tells apart; `--force` rewrites them).

pub mod build;
pub mod examine;
pub mod filename;
pub mod freshness;
pub mod globs;
pub mod guard;
pub mod inline;
pub mod interrupt;
pub mod module;
pub mod output;
pub mod pack;
pub mod prune;
pub mod rejection;
pub mod requirements;
pub mod settings;
pub mod signing;
pub mod standalone;
pub mod timings;
pub mod walk;
pub mod warnings;
pub mod workers;
pub mod write;
pub mod zipapp;

use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that could not be read, written or removed.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} `{path}`: {source}", path = shown(path))]
pub struct FileError {
    /// A verb: `read`, `write`.
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

/// A path for people: without the `./` of the folder one is in; bytes that are no UTF-8 are
/// replaced, control characters escaped.
pub fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").ok().filter(|path| !path.as_os_str().is_empty()).unwrap_or(path);
    let text = path.to_string_lossy();
    if !text.chars().any(char::is_control) {
        return text.into_owned();
    }
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

impl FileError {
    pub(crate) fn new(action: &'static str, path: &Path, source: io::Error) -> FileError {
        FileError { action, path: path.to_owned(), source }
    }
}
