//! Caches the answers of interpreters in the cache folder, so that each is asked once.
//!
//! An answer is valid while the path leads to the same file, with the same size and modification
//! time. If an interpreter hung, it is not asked again for an hour. A damaged or unwritable file
//! counts as empty.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::ask::{self, Answer, Silence};
use super::candidates::Candidate;
use crate::runner::cache::{self, TrustedFolder, open_regular};

/// The file in the cache folder. The number is that of its format.
const FILE_NAME: &str = "interpreters-3.json";

/// The maximum length that is read. No machine has so many Pythons.
const MOST_BYTES: u64 = 16 << 20;

const HANGING: Duration = Duration::from_secs(60 * 60);

/// Answers by the path under which the interpreter was found.
type Answers = BTreeMap<String, Remembered>;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    stamp: Stamp,
    /// `None` if it hung.
    answer: Option<Answer>,
    /// The time of the question, in seconds since 1970.
    asked: u64,
}

/// Metadata that changes when the file does.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    /// The path without symbolic links.
    file: PathBuf,
    size: u64,
    /// The modification time, since 1970.
    modified: Duration,
    /// The modification time of `pyvenv.cfg`. On Windows it tells the launcher of a virtual
    /// environment which Python to start.
    environment: Option<Duration>,
}

pub(super) struct Memory {
    answers: Answers,
    changed: bool,
    /// Cached answers are ignored.
    is_doubted: bool,
    /// A cached answer was used.
    pub(super) was_relied_on: bool,
}

impl Memory {
    pub(super) fn load() -> Memory {
        let answers = cache::folder().and_then(|folder| read(&folder)).unwrap_or_default();
        Memory { answers, changed: false, is_doubted: false, was_relied_on: false }
    }

    /// From now on, ignores cached answers.
    pub(super) fn doubt(&mut self) {
        self.is_doubted = true;
    }

    /// The answer of a candidate, cached or new.
    pub(super) fn ask(&mut self, candidate: &Candidate) -> Result<Answer, String> {
        // A shim may start another Python without changing itself.
        let identity = if candidate.is_shim() { None } else { identity(&candidate.path) };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if let Some((key, stamp)) = &identity
            && let Some(remembered) = self.answers.get(key).filter(|remembered| remembered.stamp == *stamp)
            && !self.is_doubted
        {
            match &remembered.answer {
                Some(answer) => {
                    self.was_relied_on = true;
                    return Ok(answer.clone());
                }
                None if now.abs_diff(remembered.asked) < HANGING.as_secs() => {
                    return Err(Silence::Hung(ask::PATIENCE).to_string());
                }
                None => {}
            }
        }
        let answer = ask::ask(&candidate.path, ask::PATIENCE);
        if let (Some((key, stamp)), Ok(_) | Err(Silence::Hung(_))) = (identity, &answer) {
            let remembered = Remembered { stamp, answer: answer.as_ref().ok().cloned(), asked: now };
            self.answers.insert(key, remembered);
            self.changed = true;
        }
        answer.map_err(|silence| silence.to_string())
    }

    /// Replaces the file atomically. If two runs do this at once, some answers may be lost and are
    /// asked for again.
    pub(super) fn store(&self) {
        if !self.changed {
            return;
        }
        let write = |folder: &TrustedFolder| -> std::io::Result<()> {
            let mut file = tempfile::Builder::new().prefix(".interpreters-").tempfile_in(folder.path())?;
            file.write_all(&serde_json::to_vec(&self.answers)?)?;
            file.persist(folder.join(FILE_NAME))?;
            Ok(())
        };
        // On failure the next run only has to ask again.
        let _ = cache::made_folder().map(|folder| write(&folder));
    }
}

/// Reads the file, up to the maximum length.
fn read(folder: &TrustedFolder) -> Option<Answers> {
    let file = open_regular(&folder.join(FILE_NAME), File::options().read(true)).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// `None` if a path is not UTF-8, or relative: its meaning depends on the working directory.
fn identity(path: &Path) -> Option<(String, Stamp)> {
    let key = path.to_str().filter(|_| path.is_absolute())?.to_owned();
    let file = fs::canonicalize(path).ok().filter(|file| file.to_str().is_some())?;
    let metadata = fs::metadata(&file).ok()?;
    let since_1970 = |metadata: fs::Metadata| metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok();
    let size = metadata.len();
    let environment = || {
        let settings = path.parent()?.parent()?.join("pyvenv.cfg");
        fs::metadata(settings).ok().and_then(since_1970)
    };
    let environment = if cfg!(windows) { environment() } else { None };
    Some((key, Stamp { file, size, modified: since_1970(metadata)?, environment }))
}
