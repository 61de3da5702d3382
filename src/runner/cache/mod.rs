//! The per-user cache of unpacked bundles: an entry for each archive and variant, there whole or not at all.
//!
//! ```text
//! ROOT/CACHEDIR.TAG
//! ROOT/IDENTITY-VARIANT/files/      what stands on sys.path; no other module is in it
//! ROOT/IDENTITY-VARIANT/bin/NAME    the console script, if that is what is started
//! ROOT/IDENTITY-VARIANT/pycache/    what Python compiles of carried sources; nothing of ours
//! ROOT/IDENTITY-VARIANT/in-use    locked by programs that were started from the entry
//! ROOT/IDENTITY-VARIANT/record      what the files looked like when they were unpacked; its time is that of the last use
//! ROOT/.unpacking-*                 where a run unpacks
//! ROOT/.turn-*                      held by the run that makes an entry
//! ```
//!
//! An entry is made in a temporary folder and renamed, complete. Its record is compared at every start with what the system says of the files (sizes,
//! times, inodes); where something differs, or when asked to, the files are compared with the archive's digests. One that is damaged is renamed
//! away and made anew: running programs find the new files under the old names.
//!
//! Without a cache that can be used the files go to a temporary folder, which lives as long as the [`Entry`].

mod check;
mod facts;
mod place;
mod prune;
mod record;
mod script;
mod trust;
mod unpack;
mod usage;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bundle::{Archive, Manifest, ReadError};
use crate::escape::shown_path;
pub use prune::{Listed, clean, list, remove, root};
pub use record::Header;
pub(in crate::runner) use trust::{TrustedFolder, open_regular};
use unpack::{Turn, Unpacking};
use usage::Marking;

/// How long a run waits for another that is making the entry it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// So much of the identity names an entry; the whole is in its record.
const NAME_DIGITS: usize = 32;

/// So often an entry is put into its place before that is given up: others may be doing the same.
const ATTEMPTS: usize = 5;

/// A bundle's unpacked files.
#[derive(Debug)]
pub struct Entry {
    place: PathBuf,
    /// Of one in the cache: `prune` leaves it alone.
    _in_use: Option<usage::Mark>,
    temporary: Option<Unpacking>,
    note: Option<String>,
}

impl Entry {
    /// The folder for `sys.path`. Python must write nothing into it.
    pub fn folder(&self) -> PathBuf {
        files(&self.place)
    }

    /// The console script, where the entry point is a function.
    pub fn script(&self, manifest: &Manifest) -> PathBuf {
        script::path(&self.place, manifest)
    }

    /// Where Python may put what it compiles of carried sources (`PYTHONPYCACHEPREFIX`).
    pub fn pycache(&self) -> PathBuf {
        self.place.join("pycache")
    }

    /// Whether the files are gone when this is dropped.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }

    /// Why the cache was not used, for the user.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// Why a bundle could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the unpacked copy in {path} {damage}, and it cannot be made again: {source}", path = shown_path(path))]
    Irreparable { path: PathBuf, damage: String, source: ReadError },
    #[error("the cache cannot be used: {0}")]
    Unusable(String),
    #[error(
        "there is no place to unpack to: {cache}, and {temporary}; set CROSSPYC_CACHE_DIR to a folder that you, and no other user, can write to"
    )]
    NoPlace { cache: String, temporary: String },
}

/// Why the cache cannot be used.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("there is no folder for caches")]
    NoPlace,
    #[error("{path} {reason}", path = shown_path(path))]
    Untrusted { path: PathBuf, reason: &'static str },
    #[error("failed to unpack to {path}: {source}", path = shown_path(path))]
    Io { path: PathBuf, source: io::Error },
}

/// What keeps an entry from being made: the archive itself, or this place.
#[derive(Debug)]
enum Failure {
    Archive(ReadError),
    Damage(CacheError),
    Cache(Obstacle),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        Failure::Archive(error)
    }
}

impl From<Obstacle> for Failure {
    fn from(obstacle: Obstacle) -> Failure {
        Failure::Cache(obstacle)
    }
}

/// The unpacked files of one of the archive's variants (without one, of a run from carried sources): from the cache if they are there and
/// look untouched, else unpacked now. With `verify` every byte of them is compared with the archive.
pub fn entry(archive: &Archive, variant: Option<usize>, verify: bool) -> Result<Entry, CacheError> {
    let wanted = Wanted::new(archive, variant, verify);
    match wanted.marked() {
        Ok((place, mark)) => Ok(Entry { _in_use: mark, place, temporary: None, note: None }),
        Err(Failure::Archive(error)) => Err(error.into()),
        Err(Failure::Damage(error)) => Err(error),
        Err(Failure::Cache(obstacle)) => wanted.in_temporary(&obstacle),
    }
}

/// The folder of the cache, if it is there and can be trusted.
pub(super) fn folder() -> Option<TrustedFolder> {
    TrustedFolder::open(&place::root().ok()?).ok()
}

/// The same, made if need be.
pub(super) fn made_folder() -> Option<TrustedFolder> {
    place::cache().ok()
}

fn files(place: &Path) -> PathBuf {
    place.join("files")
}

/// The entry that is asked for.
struct Wanted<'a> {
    archive: &'a Archive,
    variant: Option<usize>,
    verify: bool,
    header: Header,
    /// The entry's name in the cache.
    name: String,
}

/// How an entry is found.
enum State {
    Whole,
    Absent,
    Damaged(String),
}

impl Wanted<'_> {
    fn new(archive: &Archive, variant: Option<usize>, verify: bool) -> Wanted<'_> {
        let manifest = archive.manifest();
        let (suffix, label) = match variant {
            None => ("source".to_owned(), "source".to_owned()),
            Some(number) => {
                let label = manifest.variants[number].label();
                (format!("{number}-{label}"), label)
            }
        };
        let identity = archive.identity().to_hex();
        let name = format!("{}-{suffix}", &identity[..NAME_DIGITS]);
        let header = Header { identity: identity.to_string(), name: manifest.name.clone(), variant: label };
        Wanted { archive, variant, verify, header, name }
    }

    /// The place of the entry in the cache, marked as in use. It may be removed before it is marked: then it is made again.
    fn marked(&self) -> Result<(PathBuf, Option<usage::Mark>), Failure> {
        let mut place = self.in_cache()?;
        for _ in 0..ATTEMPTS {
            match usage::mark(&place) {
                Marking::Marked(mark) => return Ok((place, Some(mark))),
                Marking::Unmarked => return Ok((place, None)),
                Marking::Gone => place = self.in_cache()?,
            }
        }
        Err(Obstacle::Io { path: place, source: io::ErrorKind::NotFound.into() }.into())
    }

    /// The place of the entry in the cache, made if need be.
    fn in_cache(&self) -> Result<PathBuf, Failure> {
        let root = place::cache()?;
        let place = root.join(&self.name);
        if let State::Whole = self.state(&place)? {
            return Ok(place);
        }
        let _turn = Turn::wait(&root, &self.name, PATIENCE);
        // Another run may have made it while this one waited.
        let damage = match self.state(&place)? {
            State::Whole => return Ok(place),
            State::Absent => None,
            State::Damaged(damage) => Some(damage),
        };
        unpack::clean(root.path());
        match (self.make(&root, &place), damage) {
            (Err(Failure::Archive(source)), Some(damage)) => {
                Err(Failure::Damage(CacheError::Irreparable { path: place, damage, source }))
            }
            (result, _) => result.map(|()| place),
        }
    }

    fn state(&self, place: &Path) -> Result<State, Failure> {
        match fs::symlink_metadata(place) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
            Err(source) => return Err(Obstacle::Io { path: place.to_owned(), source }.into()),
        }
        if !script::is_there(place, self.archive.manifest()) {
            return Ok(State::Damaged("has an altered console script".to_owned()));
        }
        let files = files(place);
        if !self.verify && record::is_current(place, &files, &self.header) {
            return Ok(State::Whole);
        }
        let index = self.archive.index().map_err(|source| {
            let damage = if self.verify { "cannot be verified" } else { "has changed" }.to_owned();
            Failure::Damage(CacheError::Irreparable { path: place.to_owned(), damage, source })
        })?;
        match check::damage(&files, &index, self.variant) {
            Some(damage) => Ok(State::Damaged(damage)),
            None => {
                // In a cache that cannot be written it is compared at every start.
                let _ = record::write(place, &files, &self.header, &index, self.variant);
                Ok(State::Whole)
            }
        }
    }

    /// Makes the entry, in the place of a damaged one if that is there.
    fn make(&self, root: &TrustedFolder, place: &Path) -> Result<(), Failure> {
        let io_error = |source| Obstacle::Io { path: place.to_owned(), source };
        let unpacking = Unpacking::in_cache(root).map_err(io_error)?;
        self.fill(unpacking.path())?;
        for _ in 0..ATTEMPTS {
            match fs::rename(unpacking.path(), place) {
                Ok(()) => return Ok(()),
                Err(source) if fs::symlink_metadata(place).is_err() => return Err(io_error(source).into()),
                Err(_) => {}
            }
            if let State::Whole = self.state(place)? {
                return Ok(());
            }
            unpacking.discard(place).map_err(io_error)?;
        }
        Err(io_error(io::ErrorKind::AlreadyExists.into()).into())
    }

    fn fill(&self, place: &Path) -> Result<(), Failure> {
        let files = files(place);
        let index = self.archive.index()?;
        unpack::unpack(self.archive, &index, self.variant, &files)?;
        script::write(place, self.archive.manifest())
            .and_then(|()| record::write(place, &files, &self.header, &index, self.variant))
            .map_err(|source| Obstacle::Io { path: place.to_owned(), source }.into())
    }

    fn in_temporary(&self, obstacle: &Obstacle) -> Result<Entry, CacheError> {
        let unpacking = place::temporary().and_then(|parent| {
            let io_error = |source| Obstacle::Io { path: parent.path().to_owned(), source };
            Unpacking::in_temporary(&parent).map_err(io_error)
        });
        let filled = unpacking
            .map_err(Failure::Cache)
            .and_then(|unpacking| self.fill(unpacking.path()).map(|()| unpacking));
        match filled {
            Ok(unpacking) => Ok(Entry {
                place: unpacking.path().to_owned(),
                _in_use: None,
                temporary: Some(unpacking),
                note: Some(format!(
                    "{obstacle}; unpacked to a temporary folder, at every start: set CROSSPYC_CACHE_DIR to a folder of your own"
                )),
            }),
            Err(Failure::Archive(error)) => Err(error.into()),
            Err(Failure::Damage(error)) => Err(error),
            Err(Failure::Cache(other)) => {
                Err(CacheError::NoPlace { cache: obstacle.to_string(), temporary: other.to_string() })
            }
        }
    }
}
