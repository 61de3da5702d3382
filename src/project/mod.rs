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
//! Invariant: after a run without failures Python takes every pyc of the tree, whatever was there
//! before. Pycs that Python would take anyway stay as they are, whoever made them; `--force`
//! rewrites them. That includes pycs of another patch level of the same version, which nothing in a
//! pyc tells apart.

pub mod build;
pub mod duplicates;
pub mod examine;
pub mod file_buffer;
pub mod filename;
pub mod freshness;
pub mod globs;
pub mod guard;
pub mod inline;
pub mod module;
pub mod output;
pub mod pack;
pub mod prune;
pub mod python;
pub mod regexes;
pub mod requirements;
pub mod settings;
pub mod signing;
pub mod standalone;
pub mod timings;
pub mod walk;
pub mod warnings;
pub mod windows;
pub mod zipapp;

use std::io;
use std::path::{Path, PathBuf};

use crate::escape::shown_path;

/// A file or folder that could not be read, written or removed.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} `{path}`: {source}", path = shown(path))]
pub struct FileError {
    /// A verb: `read`, `write`.
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

/// A path without the `./` of the current folder.
pub fn trimmed(path: &Path) -> &Path {
    path.strip_prefix(".").ok().filter(|path| !path.as_os_str().is_empty()).unwrap_or(path)
}

/// A path for people: without the `./` of the current folder; bytes that are not UTF-8 are
/// replaced, what a terminal would act on is escaped.
pub fn shown(path: &Path) -> String {
    shown_path(trimmed(path))
}

impl FileError {
    pub(crate) fn new(action: &'static str, path: &Path, source: io::Error) -> FileError {
        FileError { action, path: path.to_owned(), source }
    }
}
