//! The per-user cache of unpacked bundles. There is an entry for each combination of archive,
//! variant and interpreter. An entry is complete or does not exist. It is a virtual environment of
//! its interpreter.
//!
//! ```text
//! ROOT/CACHEDIR.TAG
//! ROOT/IDENTITY-VARIANT-PYTHON/pyvenv.cfg
//! ROOT/IDENTITY-VARIANT-PYTHON/bin/python                       the interpreter, and scripts
//! ROOT/IDENTITY-VARIANT-PYTHON/lib/python3.12/site-packages/    the modules and their data
//! ROOT/IDENTITY-VARIANT-PYTHON/in-use     locked by programs that were started from the entry
//! ROOT/IDENTITY-VARIANT-PYTHON/record     what the files looked like when they were unpacked; its
//!                                         time is that of the last use
//! ROOT/IDENTITY-python-PLACE/             a Python that bundles bring, with `in-use` and `record`
//! ROOT/.unpacking-*                       where a run unpacks
//! ROOT/.turn-*                            held by the run that makes an entry
//! ```
//!
//! A run unpacks into a temporary folder and renames it when it is complete. Every start compares
//! the entry's record with the metadata of its files (sizes, times, inodes). If something differs,
//! or with `--verify`, it compares the files with those of the archive. A damaged entry is renamed,
//! and a new one takes its place: running programs find the new files under the old names.
//!
//! If the cache is unusable, the files go to a temporary folder, which exists as long as the
//! [`Entry`].

mod check;
mod environment;
mod facts;
mod install;
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

use super::Interpreter;
use crate::bundle::{Archive, Distribution, EntryPoint, Index, ReadError};
use crate::escape::shown_path;
use environment::{Environment, PYTHON, SCRIPTS};
use install::Plan;
pub use prune::{Listed, clean, list, remove, root};
pub use record::Header;
pub(in crate::runner) use trust::{TrustedFolder, open_regular};
use unpack::{Turn, Unpacking};
use usage::Marking;

/// How long a run waits for another run that makes the same entry.
const PATIENCE: Duration = Duration::from_secs(10);

/// The number of digits of the identity in an entry's name. The record has the whole identity.
const NAME_DIGITS: usize = 32;

/// The number of digits of the environment's digest in an entry's name.
const ENVIRONMENT_DIGITS: usize = 8;

/// How often a run tries to move an entry into place. Other runs may do the same at the same time.
const ATTEMPTS: usize = 5;

/// The files of an entry, which stay as long as this lives.
#[derive(Debug)]
struct Held {
    place: PathBuf,
    /// Marks an entry of the cache as in use, so that `prune` keeps it.
    _in_use: Option<usage::Mark>,
    temporary: Option<Unpacking>,
    note: Option<String>,
}

/// The virtual environment with a bundle's files.
#[derive(Debug)]
pub struct Entry {
    held: Held,
    environment: Environment,
}

/// A Python that a bundle brings.
#[derive(Debug)]
pub struct PythonEntry(Held);

impl PythonEntry {
    /// The folder of the Python, `sys.base_prefix`.
    pub fn folder(&self) -> &Path {
        &self.0.place
    }

    /// Whether the files are removed when this is dropped.
    pub fn is_temporary(&self) -> bool {
        self.0.temporary.is_some()
    }
}

impl Entry {
    /// The folder of the environment, `sys.prefix`.
    pub fn folder(&self) -> &Path {
        &self.held.place
    }

    /// The folder of the modules.
    pub fn site_packages(&self) -> PathBuf {
        install::join(&self.held.place, &self.environment.site_packages)
    }

    /// The interpreter of the environment, `sys.executable`.
    pub fn python(&self) -> PathBuf {
        install::join(&self.held.place, PYTHON)
    }

    /// The interpreter outside of the environment.
    pub fn base_python(&self) -> &Path {
        &self.environment.base
    }

    /// The console script that starts a function, by the name of the application or of the further
    /// entry point.
    pub fn script(&self, entry_point: &EntryPoint, name: &str) -> Option<PathBuf> {
        let name = script::name(entry_point, name)?;
        let windowed = self.program(&script::file_name(name, true));
        let is_windowed = cfg!(windows) && windowed.is_file();
        Some(if is_windowed { windowed } else { self.program(&script::file_name(name, false)) })
    }

    /// A file in the folder of programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.held.place.join(SCRIPTS).join(name)
    }

    /// Whether the program is a script for the environment's interpreter.
    pub fn is_script(&self, program: &Path) -> bool {
        script::is_for(&self.held.place, program)
    }

    /// Whether the files are removed when this is dropped.
    pub fn is_temporary(&self) -> bool {
        self.held.temporary.is_some()
    }

    /// Why the cache was not used, as a message for the user.
    pub fn note(&self) -> Option<&str> {
        self.held.note.as_deref()
    }
}

/// Why a bundle could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the unpacked copy in {path} {damage}, and it cannot be made again: {source}", path = shown_path(path))]
    Irreparable { path: PathBuf, damage: String, source: ReadError },
    #[error("the bundle cannot be installed: {0}; build it again")]
    NotInstallable(String),
    #[error("the cache cannot be used: {0}")]
    Unusable(String),
    #[error(
        "there is no folder to unpack to: {cache}, and {temporary}; set CROSSPYC_CACHE_DIR to a folder that you, and no other user, can write to"
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

/// Why an entry could not be made.
#[derive(Debug)]
enum Failure {
    Archive(ReadError),
    /// Another folder would not help.
    Final(CacheError),
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

/// The parameters of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The number of the archive's variant; without one, its sources run.
    pub variant: Option<usize>,
    pub interpreter: &'r Interpreter,
    /// The program can import from the interpreter's site-packages.
    pub system_site_packages: bool,
    /// Compare every byte with the archive.
    pub verify: bool,
}

/// Returns the unpacked files of an archive: from the cache if they look unchanged, else newly
/// unpacked.
pub fn entry(archive: &Archive, request: Request<'_>) -> Result<Entry, CacheError> {
    let manifest = archive.manifest();
    let has_system_site_packages = request.system_site_packages || manifest.system_site_packages;
    let environment = Environment::new(request.interpreter, has_system_site_packages);
    let wanted = Wanted::environment(archive, request, &environment);
    let held = wanted.held()?;
    Ok(Entry { held, environment })
}

/// Returns the unpacked files of the archive of a Python, in the same way.
pub fn python(
    archive: &Archive,
    distribution: &Distribution,
    verify: bool,
) -> Result<PythonEntry, CacheError> {
    Wanted::python(archive, distribution, verify).held().map(PythonEntry)
}

/// The folder of the cache, if it exists and can be trusted.
pub(super) fn folder() -> Option<TrustedFolder> {
    TrustedFolder::open(&place::root().ok()?).ok()
}

/// The folder of the cache, created if necessary.
pub(super) fn made_folder() -> Option<TrustedFolder> {
    place::cache().ok()
}

/// The requested entry.
struct Wanted<'a> {
    archive: &'a Archive,
    form: Form<'a>,
    verify: bool,
    header: Header,
    /// The beginning of the entry's name in the cache. The rest depends on the cache's path.
    name: String,
}

/// What an entry is.
#[derive(Clone, Copy)]
enum Form<'a> {
    Environment { variant: Option<usize>, environment: &'a Environment },
    Python(&'a Distribution),
}

/// The state of an entry.
enum State {
    Whole,
    Absent,
    Damaged(String),
}

impl Wanted<'_> {
    fn environment<'a>(
        archive: &'a Archive,
        request: Request<'_>,
        environment: &'a Environment,
    ) -> Wanted<'a> {
        let manifest = archive.manifest();
        let (suffix, label) = match request.variant {
            None => ("source".to_owned(), "source".to_owned()),
            Some(number) => {
                let label = manifest.variants[number].label();
                (format!("{number}-{label}"), label)
            }
        };
        let identity = archive.identity().to_hex();
        let header = Header {
            identity: identity.to_string(),
            name: manifest.name.clone(),
            variant: label,
            python: format!("{} {}", request.interpreter.answer.release, environment.base.display()),
        };
        let name = format!("{}-{suffix}", &identity[..NAME_DIGITS]);
        let form = Form::Environment { variant: request.variant, environment };
        Wanted { archive, form, verify: request.verify, header, name }
    }

    fn python<'a>(archive: &'a Archive, distribution: &'a Distribution, verify: bool) -> Wanted<'a> {
        let manifest = archive.manifest();
        let identity = archive.identity().to_hex();
        let variant = manifest.variants.first();
        let platform = variant.map(|variant| variant.platforms.join(", ")).unwrap_or_default();
        let header = Header {
            identity: identity.to_string(),
            name: manifest.name.clone(),
            variant: variant.map(|variant| variant.tag.clone()).unwrap_or_default(),
            python: format!("{} {platform}", distribution.release),
        };
        let name = format!("{}-python", &identity[..NAME_DIGITS]);
        Wanted { archive, form: Form::Python(distribution), verify, header, name }
    }

    /// The files, in the cache or in a temporary folder.
    fn held(&self) -> Result<Held, CacheError> {
        match self.marked() {
            Ok((place, in_use)) => Ok(Held { place, _in_use: in_use, temporary: None, note: None }),
            Err(Failure::Archive(error)) => Err(error.into()),
            Err(Failure::Final(error)) => Err(error),
            Err(Failure::Cache(obstacle)) => self.in_temporary(&obstacle),
        }
    }

    /// The path of the entry in the cache, marked as in use. If another run removes the entry
    /// before it is marked, it is made again.
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

    /// The path of the entry in the cache, made if necessary.
    fn in_cache(&self) -> Result<PathBuf, Failure> {
        let root = place::cache()?;
        let dependencies = match self.form {
            Form::Environment { environment, .. } => environment.digest(root.path()),
            Form::Python(_) => blake3::hash(root.path().as_os_str().as_encoded_bytes()),
        };
        let name = format!("{}-{}", self.name, &dependencies.to_hex()[..ENVIRONMENT_DIGITS]);
        let place = root.join(&name);
        if let State::Whole = self.state(&place)? {
            return Ok(place);
        }
        let _turn = Turn::wait(&root, &name, PATIENCE);
        // Another run may have made it while this one waited.
        let damage = match self.state(&place)? {
            State::Whole => return Ok(place),
            State::Absent => None,
            State::Damaged(damage) => Some(damage),
        };
        unpack::clean(root.path());
        match (self.make(&root, &place), damage) {
            (Err(Failure::Archive(source)), Some(damage)) => {
                Err(Failure::Final(CacheError::Irreparable { path: place, damage, source }))
            }
            (result, _) => result.map(|()| place),
        }
    }

    fn state(&self, place: &Path) -> Result<State, Failure> {
        match fs::symlink_metadata(place) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Ok(State::Damaged("is not a folder".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
            Err(source) => return Err(Obstacle::Io { path: place.to_owned(), source }.into()),
        }
        if !self.verify && record::is_current(place, &self.header) {
            return Ok(State::Whole);
        }
        let irreparable = |source| {
            let damage = if self.verify { "cannot be verified" } else { "has changed" }.to_owned();
            Failure::Final(CacheError::Irreparable { path: place.to_owned(), damage, source })
        };
        let index = self.archive.index().map_err(irreparable)?;
        let plan = match self.plan(&index, place) {
            Err(Failure::Archive(source)) => return Err(irreparable(source)),
            plan => plan?,
        };
        match check::damage(place, &plan) {
            Some(damage) => Ok(State::Damaged(damage)),
            None => {
                // In a read-only cache, every start compares the entry.
                let _ = record::write(place, &self.header, &plan);
                Ok(State::Whole)
            }
        }
    }

    fn plan<'p>(&'p self, index: &'p Index, place: &'p Path) -> Result<Plan<'p>, Failure> {
        match self.form {
            Form::Environment { variant, environment } => {
                Plan::of_environment(self.archive, index, variant, environment, place)
            }
            Form::Python(distribution) => Plan::of_python(self.archive, index, distribution, place),
        }
    }

    /// Makes the entry and replaces a damaged one.
    fn make(&self, root: &TrustedFolder, place: &Path) -> Result<(), Failure> {
        let io_error = |source| Obstacle::Io { path: place.to_owned(), source };
        let unpacking = Unpacking::in_cache(root).map_err(io_error)?;
        self.fill(unpacking.path(), place)?;
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

    /// Writes the files into `folder`, which will be renamed to `place`.
    fn fill(&self, folder: &Path, place: &Path) -> Result<(), Failure> {
        let index = self.archive.index()?;
        let plan = self.plan(&index, place)?;
        unpack::unpack(&plan, folder)?;
        record::write(folder, &self.header, &plan)
            .map_err(|source| Obstacle::Io { path: folder.to_owned(), source }.into())
    }

    fn in_temporary(&self, obstacle: &Obstacle) -> Result<Held, CacheError> {
        let unpacking = place::temporary().and_then(|parent| {
            let io_error = |source| Obstacle::Io { path: parent.path().to_owned(), source };
            Unpacking::in_temporary(&parent).map_err(io_error)
        });
        let filled = unpacking
            .map_err(Failure::Cache)
            .and_then(|unpacking| self.fill(unpacking.path(), unpacking.path()).map(|()| unpacking));
        match filled {
            Ok(unpacking) => Ok(Held {
                place: unpacking.path().to_owned(),
                _in_use: None,
                temporary: Some(unpacking),
                note: Some(format!(
                    "{obstacle}; unpacked to a temporary folder, at every start: set CROSSPYC_CACHE_DIR to a folder of your own"
                )),
            }),
            Err(Failure::Archive(error)) => Err(error.into()),
            Err(Failure::Final(error)) => Err(error),
            Err(Failure::Cache(other)) => {
                Err(CacheError::NoPlace { cache: obstacle.to_string(), temporary: other.to_string() })
            }
        }
    }
}
