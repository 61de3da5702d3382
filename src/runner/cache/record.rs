//! The record of an entry: a digest of its files' metadata after unpacking. A start compares it
//! with the present metadata, and need not read the files.
//!
//! ```text
//! 64 hexadecimal digits and a newline   BLAKE3 of the rest of the record and of all metadata
//! JSON and a newline                    what the entry is, see [`Header`]
//! paths, each ended by a zero byte      folders end with `/`; relative to the entry
//! ```
//!
//! The record does not contain the metadata (see [`facts::add`]). Every start collects it again. Any
//! change, also in the record itself, changes the digest.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::check::is_mere_data;
use super::environment::{BYTECODE, SCRIPTS};
use super::facts;
use super::install::{Plan, RECORD};
use super::trust::open_regular;
use crate::bundle::folders;

const DIGEST_LENGTH: usize = 64;

/// The resolution of the time of last use.
const USE_GRANULARITY: Duration = Duration::from_secs(60 * 60);

/// The description of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The identity of the archive, in hexadecimal digits.
    pub identity: String,
    /// The application's name.
    pub name: String,
    /// The pyc tag and optimisation level, or `source`.
    pub variant: String,
    /// The base interpreter: its release and path.
    #[serde(default)]
    pub python: String,
}

impl Header {
    /// The release of the interpreter: `3.12.1`.
    pub fn release(&self) -> &str {
        self.python.split(' ').next().unwrap_or_default()
    }
}

/// Writes the record of the entry at `place`. Its files must be complete.
pub(super) fn write(place: &Path, header: &Header, plan: &Plan<'_>) -> io::Result<()> {
    let mut rest = serde_json::to_vec(header)?;
    rest.push(b'\n');
    for path in paths(plan) {
        rest.extend_from_slice(path.as_bytes());
        rest.push(0);
    }
    let digest = digest(&rest, place)?;
    let mut temporary = tempfile::NamedTempFile::new_in(place)?;
    temporary.write_all(format!("{digest}\n").as_bytes())?;
    temporary.write_all(&rest)?;
    temporary.persist(place.join(RECORD))?;
    Ok(())
}

/// The paths whose metadata a start checks, folders with a `/` at the end: every file, and every
/// folder in which Python would find a new module. Folders of bytecode are left out, because Python
/// writes to them. On Windows the metadata of a folder is that of its files, so all folders are
/// listed.
fn paths(plan: &Plan<'_>) -> Vec<String> {
    let files = || plan.items().iter().map(|item| item.path.as_str());
    let mut watched = folders(files().filter(|path| cfg!(windows) || !is_mere_data(path)));
    // Python finds modules beside a script.
    let all = plan.folders();
    watched.extend(all.get(SCRIPTS).map(String::as_str));
    let watched = watched.into_iter().filter(|folder| !folder.ends_with(BYTECODE));
    let watched = watched.map(|folder| format!("{folder}/"));
    watched.chain(files().map(str::to_owned)).collect()
}

/// Whether the entry matches `header` and its files look unchanged. Records the use.
pub(super) fn is_current(place: &Path, header: &Header) -> bool {
    let Some((bytes, _)) = contents(place) else { return false };
    let Some((said, rest)) = split(&bytes) else { return false };
    let is_current = parse_header(rest).as_ref() == Some(header)
        && digest(rest, place).is_ok_and(|digest| digest.as_bytes() == said);
    if is_current {
        record_use(place);
    }
    is_current
}

/// The header, and the time of last use.
pub(super) fn read(place: &Path) -> Option<(Header, SystemTime)> {
    let (bytes, file) = contents(place)?;
    Some((parse_header(split(&bytes)?.1)?, file.metadata().ok()?.modified().ok()?))
}

fn contents(place: &Path) -> Option<(Vec<u8>, File)> {
    let mut bytes = Vec::new();
    let mut file = open_regular(&place.join(RECORD), File::options().read(true)).ok()?;
    file.read_to_end(&mut bytes).ok()?;
    Some((bytes, file))
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (digest, rest) = bytes.split_at_checked(DIGEST_LENGTH)?;
    Some((digest, rest.strip_prefix(b"\n")?))
}

fn parse_header(rest: &[u8]) -> Option<Header> {
    serde_json::from_slice(rest.split(|&byte| byte == b'\n').next()?).ok()
}

fn digest(rest: &[u8], place: &Path) -> io::Result<String> {
    let start = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&rest[..start]);
    facts::add(&mut hasher, place, &rest[start..])?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Sets the record's modification time, which is the time of last use. In a read-only cache,
/// nothing is recorded.
fn record_use(place: &Path) {
    let path = place.join(RECORD);
    let age = fs::metadata(&path).and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
    // A time in the future is overwritten too.
    if !matches!(age, Ok(Ok(age)) if age < USE_GRANULARITY)
        && let Ok(file) = File::options().write(true).open(&path)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}
