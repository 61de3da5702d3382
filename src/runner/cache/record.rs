//! The records of an entry: digests of its files' metadata after unpacking. A start compares them
//! with the present metadata, and need not read the files.
//!
//! There are two records of one format. `record` covers the code: whatever Python or the system
//! runs, and the folders in which Python would find a new module. Every start compares it.
//! `record-data` covers the other files, such as templates and message catalogues. A start compares
//! it if the last time of use is more than an hour ago. Packages can have thousands of such files,
//! and each takes more than a microsecond. Only the user can change them, see `docs/THREATS.md`.
//!
//! ```text
//! 64 hexadecimal digits and a newline   BLAKE3 of the rest of the record and of all metadata
//! JSON and a newline                    what the entry is, see [`Header`]
//! paths, each ended by a zero byte      folders end with `/`; relative to the entry
//! ```
//!
//! The record does not contain the metadata (see [`facts`]). Every start collects it again. Any
//! change, also in the record itself, changes the digest.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::check::is_mere_data;
use super::environment::{BYTECODE, SCRIPTS};
use super::facts::facts;
use super::install::{DATA_RECORD, Plan, RECORD};
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

/// Writes the records of the entry at `place`. Its files must be complete.
pub(super) fn write(place: &Path, header: &Header, plan: &Plan<'_>) -> io::Result<()> {
    write_one(place, DATA_RECORD, header, &data_paths(plan))?;
    write_one(place, RECORD, header, &code_paths(plan))
}

fn write_one(place: &Path, name: &str, header: &Header, paths: &[String]) -> io::Result<()> {
    let mut rest = serde_json::to_vec(header)?;
    rest.push(b'\n');
    for path in paths {
        rest.extend_from_slice(path.as_bytes());
        rest.push(0);
    }
    let digest = digest(&rest, place)?;
    let mut temporary = tempfile::NamedTempFile::new_in(place)?;
    temporary.write_all(format!("{digest}\n").as_bytes())?;
    temporary.write_all(&rest)?;
    temporary.persist(place.join(name))?;
    Ok(())
}

/// The code, and every folder in which Python would find a new module, with a `/` at the end.
/// Folders of bytecode are left out, because Python writes to them.
fn code_paths(plan: &Plan<'_>) -> Vec<String> {
    let code = || plan.items().iter().filter(|item| !item.is_data()).map(|item| item.path.as_str());
    let mut watched = folders(code().filter(|path| !is_mere_data(path)));
    // Python finds modules beside a script.
    watched.insert(SCRIPTS);
    watched.retain(|folder| !folder.ends_with(BYTECODE));
    with_folders(watched, code())
}

/// The other files. On Windows a folder's metadata is that of its files, and is collected faster
/// than theirs.
fn data_paths(plan: &Plan<'_>) -> Vec<String> {
    let data = || plan.items().iter().filter(|item| item.is_data()).map(|item| item.path.as_str());
    with_folders(folders(data().filter(|_| cfg!(windows))), data())
}

fn with_folders<'p>(folders: BTreeSet<&str>, files: impl Iterator<Item = &'p str>) -> Vec<String> {
    let folders = folders.into_iter().map(|folder| format!("{folder}/"));
    folders.chain(files.map(str::to_owned)).collect()
}

/// Whether the entry matches `header` and its files look unchanged. Records the use.
pub(super) fn is_current(place: &Path, header: &Header) -> bool {
    if !is_as_recorded(place, RECORD, header) {
        return false;
    }
    if was_used_lately(place) {
        return true;
    }
    let is_current = is_as_recorded(place, DATA_RECORD, header);
    if is_current {
        record_use(place);
    }
    is_current
}

fn is_as_recorded(place: &Path, name: &str, header: &Header) -> bool {
    let Some((bytes, _)) = contents(place, name) else { return false };
    let Some((said, rest)) = split(&bytes) else { return false };
    parse_header(rest).as_ref() == Some(header)
        && digest(rest, place).is_ok_and(|digest| digest.as_bytes() == said)
}

/// The header, and the time of last use.
pub(super) fn read(place: &Path) -> Option<(Header, SystemTime)> {
    let (bytes, file) = contents(place, RECORD)?;
    Some((parse_header(split(&bytes)?.1)?, file.metadata().ok()?.modified().ok()?))
}

fn contents(place: &Path, name: &str) -> Option<(Vec<u8>, File)> {
    let mut bytes = Vec::new();
    let mut file = open_regular(&place.join(name), File::options().read(true)).ok()?;
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
    let start = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
    let facts = facts(place, &rest[start..])?;
    Ok(blake3::Hasher::new().update(rest).update(&facts).finalize().to_hex().to_string())
}

/// Whether the entry was used, and its data compared, within the last hour. A time in the future
/// does not count.
fn was_used_lately(place: &Path) -> bool {
    let time = fs::metadata(place.join(RECORD)).and_then(|metadata| metadata.modified());
    time.is_ok_and(|time| time.elapsed().is_ok_and(|age| age < USE_GRANULARITY))
}

/// Sets the record's modification time, which is the time of last use. In a read-only cache,
/// nothing is recorded, and every start compares the data.
fn record_use(place: &Path) {
    if let Ok(file) = File::options().write(true).open(place.join(RECORD)) {
        let _ = file.set_modified(SystemTime::now());
    }
}
