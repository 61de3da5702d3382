//! Examines pycs and bundles from any source: whether they are whole and current, and for which
//! Python.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use walkdir::WalkDir;

use super::FileError;
use super::freshness::{mtime_seconds, timestamp_header};
use super::output::source_of;
use crate::bundle::{Archive, Expected, OpenError, ReadError, Signed, TrustedKeys};
use crate::code::CodeObject;
use crate::marshal;
use crate::pyc::{HEADER_LEN, Header, Origin, source_hash};
use crate::targets::Target;

/// The result of examining a pyc.
#[derive(Debug)]
pub struct Examined<'a> {
    pub header: Header,
    pub body: Body<'a>,
    pub currency: Currency,
}

/// The part after the header.
#[derive(Debug)]
pub enum Body<'a> {
    /// The code object, and the target whose format it has.
    Code(&'a CodeObject<'a>, Target),
    /// Marshalled by a Python that crosspyc does not know.
    Foreign,
    Damaged(String),
}

/// A pyc compared with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Currency {
    Current,
    /// The source has another hash, or another modification time or size.
    Stale,
    /// There is no source where imports would look for it.
    NoSource,
    /// The source could not be read, or the hash is of a Python that crosspyc does not know.
    Unknown(String),
}

/// Examines the bytes of the pyc at `path` and its source. `prefix` is the folder of
/// `PYTHONPYCACHEPREFIX`. `Err` says why the bytes are not a pyc.
pub fn examine<'a>(
    arena: &'a Bump,
    path: &Path,
    prefix: Option<&Path>,
    bytes: &'a [u8],
) -> Result<Examined<'a>, String> {
    let header = Header::read(bytes).map_err(|error| error.to_string())?;
    let target = header.version().map(Target::newest);
    let body = match target {
        None => Body::Foreign,
        Some(target) => match marshal::read(arena, &bytes[HEADER_LEN..], target) {
            Ok(code) => Body::Code(code, target),
            Err(error) => Body::Damaged(format!("after the header of {HEADER_LEN} bytes: {error}")),
        },
    };
    let currency = match source_of(path, prefix) {
        Some(source) => currency(&header, target, &source),
        None => Currency::NoSource,
    };
    Ok(Examined { header, body, currency })
}

fn currency(header: &Header, target: Option<Target>, source: &Path) -> Currency {
    match compare(header, target, source) {
        Ok(Some(true)) => Currency::Current,
        Ok(Some(false)) => Currency::Stale,
        Ok(None) => Currency::Unknown("its source hash is that of another Python".to_owned()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Currency::NoSource
        }
        Err(error) => Currency::Unknown(FileError::new("read", source, error).to_string()),
    }
}

/// Whether the header matches this source. `None` if the hash is of an unknown kind.
fn compare(header: &Header, target: Option<Target>, source: &Path) -> io::Result<Option<bool>> {
    match (header.origin, target) {
        (Origin::Hash { hash, .. }, Some(target)) => {
            Ok(Some(source_hash(target, &fs::read(source)?) == hash))
        }
        (Origin::Hash { .. }, None) => fs::metadata(source).map(|_| None),
        (origin @ Origin::Timestamp { .. }, _) => {
            let metadata = fs::metadata(source)?;
            let expected = timestamp_header(header.magic, mtime_seconds(&metadata)?, metadata.len());
            Ok(Some(origin == expected.origin))
        }
    }
}

/// Opens the bundle at `path`; `None` if the file is not a bundle. A bundle is recognized by its
/// trailer, or by its name if the trailer is missing.
pub fn open_bundle(path: &Path) -> Option<Result<Archive, ReadError>> {
    match Archive::open(path) {
        Err(error) if is_no_bundle(path, &error) => None,
        result => Some(result),
    }
}

/// Opens a bundle that must be signed.
pub fn open_signed_bundle(
    path: &Path,
    keys: &TrustedKeys,
    expected: &Expected,
) -> Option<Result<(Archive, Signed), OpenError>> {
    match Archive::open_signed(path, keys, expected) {
        Err(OpenError::Read(error)) if is_no_bundle(path, &error) => None,
        result => Some(result),
    }
}

fn is_no_bundle(path: &Path, error: &ReadError) -> bool {
    match error {
        ReadError::Io { .. } => true,
        ReadError::NotABundle { .. } | ReadError::Zip { .. } => !has_extension(path, "pyb"),
        _ => false,
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The pycs, bundles and zipapps at or under `path`, in order. If `path` is a file, its name does
/// not matter. No folder is skipped.
pub fn find_files(path: &Path, errors: &mut Vec<FileError>) -> Vec<PathBuf> {
    let is_judged = |path: &Path| ["pyc", "pyb", "pyz"].iter().any(|kind| has_extension(path, kind));
    let mut files = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            // Reading a pipe would block.
            Ok(entry) if !entry.path().is_file() && entry.path().exists() => {
                if entry.depth() == 0 || is_judged(entry.path()) {
                    let error = io::Error::other("it is no regular file");
                    errors.push(FileError::new("read", entry.path(), error));
                }
            }
            Ok(entry) if entry.depth() == 0 || is_judged(entry.path()) => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(path).to_owned();
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
                errors.push(FileError::new("read", &path, error));
            }
        }
    }
    files
}
