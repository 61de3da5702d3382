//! Whether a pyc is what a compilation would write, without compiling.
//!
//! It is when its magic number is the target's, its invalidation mode the one asked for, its hash or timestamp that of the source,
//! its `co_filename` the one it would get, and the code object whole. `co_filename` counts because it is part of the output:
//! else a tree built with another `--prepend-dir`, or by another Python, would keep its names for ever.

use std::fs;
use std::io;
use std::path::Path;

use bumpalo::Bump;

use crate::marshal;
use crate::pyc::{HEADER_LEN, Header, Origin};

/// What is found where a pyc should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Current,
    Missing,
    /// `--force` asks for no further reason.
    Forced,
    Stale(Reason),
}

/// Why a pyc that is there is not the one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the source has changed")]
    Source,
    #[error("it has another invalidation mode")]
    Invalidation,
    #[error("it is for another Python")]
    Magic,
    #[error("its co_filename is `{0}`")]
    Filename(String),
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Compares the file at `path` with what it should be.
pub fn state(path: &Path, expected: &Header, co_filename: &[u8]) -> State {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return State::Missing,
        Err(error) => return State::Stale(Reason::Unreadable(error.to_string())),
    };
    let reason = match Header::read(&bytes) {
        Ok(found) if found == *expected => body_fault(&bytes[HEADER_LEN..], co_filename),
        Ok(found) => Some(difference(&found, expected)),
        Err(error) => Some(Reason::Damaged(error.to_string())),
    };
    reason.map_or(State::Current, State::Stale)
}

fn difference(found: &Header, expected: &Header) -> Reason {
    if found.magic != expected.magic {
        Reason::Magic
    } else if found.invalidation() != expected.invalidation() {
        Reason::Invalidation
    } else {
        Reason::Source
    }
}

fn body_fault(body: &[u8], co_filename: &[u8]) -> Option<Reason> {
    let arena = Bump::new();
    match marshal::read(&arena, body) {
        Ok(code) if code.filename.0 == co_filename => None,
        Ok(code) => Some(Reason::Filename(String::from_utf8_lossy(code.filename.0).into_owned())),
        Err(error) => Some(Reason::Damaged(error.to_string())),
    }
}

/// What the header of a timestamp pyc says, of a source that need not be read for it.
pub fn timestamp_header(magic: u16, mtime: i64, size: u64) -> Header {
    Header { magic, origin: Origin::Timestamp { mtime: mtime as u32, size: size as u32 } }
}

/// The modification time in whole seconds, rounded as Python does, which goes through a float: 0.99999999 s is the next second to it.
///
/// CPython: `Modules/posixmodule.c` `fill_time`; `Lib/importlib/_bootstrap_external.py` `_pack_uint32` (3.8–)
pub fn mtime_seconds(metadata: &fs::Metadata) -> io::Result<i64> {
    let modified = metadata.modified()?;
    let (seconds, nanos) = match modified.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => (after.as_secs() as f64, f64::from(after.subsec_nanos())),
        Err(error) => {
            let before = error.duration();
            (-(before.as_secs() as f64), -f64::from(before.subsec_nanos()))
        }
    };
    Ok((seconds + 1e-9 * nanos) as i64)
}
