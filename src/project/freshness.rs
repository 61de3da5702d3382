//! Whether a pyc that is there can stay, without compiling.
//!
//! It can if Python would take it for the source, whoever wrote it: its magic number is the
//! target's, and its hash or timestamp is that of the source. A hash that Python does not check
//! (`unchecked-hash`) is checked here. [`Depth`] says whether the code object is looked at too.
//!
//! Two more things count where they make a difference: the invalidation mode, if the user asked for
//! one; and `co_filename` in source-less pycs. Python replaces `co_filename` in the pycs of
//! `__pycache__` when it imports them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use bumpalo::Bump;

use super::file_buffer::FileBuffer;
use crate::marshal;
use crate::pyc::{HEADER_LEN, Header, Invalidation, Origin};
use crate::targets::Target;

/// What is found where a pyc should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Current,
    Missing,
    /// With `--force` the pyc is not looked at.
    Forced,
    Stale(Reason),
}

/// Why a pyc must be written again.
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

/// How far a pyc is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Its header, and that a code object follows, as `compileall` does. A run with nothing to do
    /// then reads a few bytes of each pyc.
    Header,
    /// To its end.
    Whole,
}

/// What a pyc is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    pub target: Target,
    /// Any mode, if `None`.
    pub invalidation: Option<Invalidation>,
    /// Any name, if `None`. Needs [`Depth::Whole`].
    pub co_filename: Option<&'e [u8]>,
    /// The bytes of the source. They are used if the pyc that is there has a hash.
    pub source: &'e [u8],
    pub mtime: i64,
    pub size: u64,
}

/// Reads the file at `path` into `buffer` and returns its header, or the state of what is there if
/// it has none.
pub fn look(path: &Path, depth: Depth, buffer: &mut FileBuffer) -> Result<Header, State> {
    let read = File::open(path).and_then(|file| match depth {
        Depth::Header => buffer.read_start(&file, HEADER_LEN + 1),
        Depth::Whole => buffer.read(&file, file.metadata()?.len()),
    });
    match read {
        Ok(()) => Header::read(buffer.bytes()).map_err(|error| State::Stale(damaged(&error))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(State::Missing),
        Err(error) => Err(State::Stale(Reason::Unreadable(error.to_string()))),
    }
}

fn damaged(error: &dyn std::error::Error) -> Reason {
    Reason::Damaged(error.to_string())
}

impl Expected<'_> {
    /// The state of a pyc that [`look()`] found. `body` is what it read after the header.
    pub fn state(&self, found: Header, body: &[u8], depth: Depth) -> State {
        let checked = self.check_header(found).and_then(|()| match depth {
            Depth::Header if marshal::starts_code(body) => Ok(()),
            Depth::Header | Depth::Whole => self.check_body(body),
        });
        checked.map_or_else(State::Stale, |()| State::Current)
    }

    fn check_header(&self, found: Header) -> Result<(), Reason> {
        let mode = found.invalidation();
        if found.magic != self.target.features().magic {
            return Err(Reason::Magic);
        }
        if self.invalidation.is_some_and(|wanted| wanted != mode) {
            return Err(Reason::Invalidation);
        }
        if found != self.header(mode) {
            return Err(Reason::Source);
        }
        Ok(())
    }

    /// The header of a pyc of this mode.
    fn header(&self, mode: Invalidation) -> Header {
        match mode {
            Invalidation::Timestamp => timestamp_header(self.target.features().magic, self.mtime, self.size),
            hashed => Header::new(self.target, hashed, self.source, self.mtime),
        }
    }

    fn check_body(&self, body: &[u8]) -> Result<(), Reason> {
        let arena = Bump::new();
        let code = marshal::read(&arena, body, self.target).map_err(|error| damaged(&error))?;
        match self.co_filename {
            Some(name) if code.filename.0 != name => {
                Err(Reason::Filename(String::from_utf8_lossy(code.filename.0).into_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// The header of a timestamp pyc, for which the source need not be read.
pub fn timestamp_header(magic: u16, mtime: i64, size: u64) -> Header {
    Header { magic, origin: Origin::Timestamp { mtime: mtime as u32, size: size as u32 } }
}

/// The modification time in whole seconds, rounded as Python does. Python computes with a float, to
/// which 0.99999999 s is the next second.
///
/// CPython: `Modules/posixmodule.c` `fill_time`; `Lib/importlib/_bootstrap_external.py`
/// `_pack_uint32` (3.8–)
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
