//! Runs a bundle: finds an interpreter, unpacks into the cache and starts the program.
//!
//! This module only needs the reader of [`crate::bundle`], so `crosspyc-run` links neither the
//! parser nor the compiler. The program starts only if every step before succeeded.

mod attend;
pub mod cache;
mod children;
mod choice;
mod embedded;
mod interpreters;
mod launch;
mod redirector;
mod standalone;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

pub use cache::CacheError;
use cache::{Entry, PythonEntry};
pub use interpreters::{Answer, FindError, Interpreter, Origin, Serves, all as all_interpreters};
pub use redirector::redirected;
pub use standalone::{Carried, carried};

use crate::bundle::{
    Archive, ByteSize, Expected, KeyError, NoSize, OpenError, ReadError, SignatureError, TrustedKeys,
};
use crate::escape::shown_path;

/// Exit code if the runner could not start the program, as in `env` and shells.
pub const EXIT_NOT_STARTED: u8 = 127;

/// A list of files with trusted public keys.
const KEYS_VARIABLE: &str = "CROSSPYC_TRUSTED_KEYS";

/// The size that an archive may take unpacked.
const LIMIT_VARIABLE: &str = "CROSSPYC_MAX_UNPACKED";

/// The bundle to run, and the options.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub archive: PathBuf,
    /// The name by which the user started the bundle, if that is not the archive's. It selects one
    /// of several entry points.
    pub called: Option<OsString>,
    pub start: Start,
    /// The interpreter that the user named, by its path, its name or its version. No other is
    /// tried.
    pub python: Option<OsString>,
    /// Options for the interpreter.
    pub python_args: Vec<OsString>,
    /// Files of public keys. The archive must be signed with one of them. If there are no such
    /// files, `CROSSPYC_TRUSTED_KEYS` lists them. Without that, any archive runs.
    pub trusted_keys: Vec<PathBuf>,
    /// The application that the signature must name.
    pub expected: Expected,
    /// The size that the archive may take unpacked. The default is `CROSSPYC_MAX_UNPACKED`.
    pub max_unpacked: Option<ByteSize>,
    /// Compare every byte of the unpacked files with the archive.
    pub verify: bool,
    /// Use a Python of this machine, if one fits, before the one that the bundle brings.
    pub prefer_system: bool,
    /// Let the program import from the user's `PYTHONPATH`.
    pub inherit_path: bool,
    /// Let the program import from the site-packages of the interpreter and of the user.
    pub system_site_packages: bool,
    /// Ignore the user's environment variables for Python, as `python -I` does.
    pub isolated: bool,
    /// The program's arguments.
    pub arguments: Vec<OsString>,
}

/// The part of a bundle that is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    #[default]
    EntryPoint,
    /// Another module, as `python -m` does.
    Module(OsString),
    /// The interpreter itself, with the arguments as its own.
    Interpreter,
}

/// Why a bundle did not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{0}; only bundles that are signed with a trusted key are run")]
    Signature(#[from] SignatureError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("{KEYS_VARIABLE} is set but lists no file; list files with public keys of minisign, or unset it")]
    NoKeyFiles,
    #[error(
        "--expect and --min-version need a verified signature; name a public key with --trusted-key or {KEYS_VARIABLE}"
    )]
    NoKeys,
    #[error("{name} is not an entry point of {bundle}; {known}")]
    NoEntryPoint { name: String, bundle: String, known: String },
    #[error("{LIMIT_VARIABLE}: {0}")]
    NoSize(NoSize),
    #[error(transparent)]
    Find(#[from] FindError),
    #[error("the Python in the bundle cannot run it: it {0}; build the bundle again")]
    Embedded(String),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error("failed to start {python}: {source}", python = shown_path(python))]
    Launch { python: PathBuf, source: std::io::Error },
}

/// Runs a bundle and returns its exit code. On Unix the program replaces this process, and the call
/// returns only if the program could not start or its files were temporary. `notice` receives
/// messages for the user before the start.
pub fn run(run: &Run, mut notice: impl FnMut(&str)) -> Result<i32, RunError> {
    let archive = trusted_archive(run)?;
    let program = choice::program(run, archive.manifest())?;
    let unpacked = unpacked(run, &archive)?;
    let serves = unpacked.interpreter.serves;
    let notes =
        [unpacked.entry.note().map(str::to_owned), launch::level_note(run, archive.manifest(), serves)];
    notes.iter().flatten().for_each(|note| notice(note));
    let status = launch::launch(run, &program, archive.manifest(), &unpacked)?;
    drop(unpacked);
    Ok(attend::end_as(status))
}

/// The folder of the virtual environment that a run would use, unpacked if necessary.
pub fn locate(run: &Run) -> Result<PathBuf, RunError> {
    let archive = trusted_archive(run)?;
    let Unpacked { entry, .. } = unpacked(run, &archive)?;
    match entry.note() {
        Some(note) => Err(CacheError::Unusable(note.to_owned()).into()),
        None => Ok(entry.folder().to_owned()),
    }
}

/// What a program needs to start. The entries stay as long as this lives.
struct Unpacked {
    interpreter: Interpreter,
    /// The Python, if the bundle brings it.
    python: Option<PythonEntry>,
    entry: Entry,
}

impl Unpacked {
    /// Whether files are removed when this is dropped.
    fn is_temporary(&self) -> bool {
        self.entry.is_temporary() || self.python.as_ref().is_some_and(PythonEntry::is_temporary)
    }
}

fn unpacked(run: &Run, archive: &Archive) -> Result<Unpacked, RunError> {
    let (interpreter, python) = interpreter(run, archive)?;
    let variant = match interpreter.serves {
        Serves::Variant(number) => Some(number),
        Serves::Sources => None,
    };
    let request = cache::Request {
        variant,
        interpreter: &interpreter,
        system_site_packages: run.system_site_packages,
        verify: run.verify,
    };
    let entry = cache::entry(archive, request)?;
    Ok(Unpacked { interpreter, python, entry })
}

/// The interpreter that the user named, else the one that the bundle brings, else one of the
/// machine.
fn interpreter(run: &Run, archive: &Archive) -> Result<(Interpreter, Option<PythonEntry>), RunError> {
    let search =
        || interpreters::search(archive.manifest(), run.python.as_deref(), &run.python_args, false).result();
    if let Some(embedded) = embedded::Embedded::of(run, archive)? {
        if embedded.prefers_system
            && let Ok(found) = search()
        {
            return Ok((found, None));
        }
        let (interpreter, python) = embedded.unpacked(run, archive.manifest())?;
        return Ok((interpreter, Some(python)));
    }
    Ok((search()?, None))
}

/// The interpreter that a run would choose, and why. The first line is its path. All interpreters
/// are asked again.
pub fn which(run: &Run) -> Result<String, RunError> {
    let archive = trusted_archive(run)?;
    let manifest = archive.manifest();
    let search = interpreters::search(manifest, run.python.as_deref(), &run.python_args, true);
    match embedded::Embedded::of(run, &archive)? {
        Some(embedded) if !(embedded.prefers_system && search.result().is_ok()) => {
            let (interpreter, _) = embedded.unpacked(run, manifest)?;
            Ok(interpreters::explain(&interpreter, manifest))
        }
        _ => Ok(search.explain(manifest)?),
    }
}

impl From<OpenError> for RunError {
    fn from(error: OpenError) -> RunError {
        match error {
            OpenError::Read(error) => RunError::Read(error),
            OpenError::Signature(error) => RunError::Signature(error),
        }
    }
}

/// The archive to run, if it may run.
fn trusted_archive(run: &Run) -> Result<Archive, RunError> {
    let limit = match nonempty_variable(LIMIT_VARIABLE).filter(|_| run.max_unpacked.is_none()) {
        Some(text) => Some(text.to_string_lossy().parse().map_err(RunError::NoSize)?),
        None => run.max_unpacked,
    };
    Ok(signed_archive(run)?.with_limit(limit))
}

fn signed_archive(run: &Run) -> Result<Archive, RunError> {
    let files = key_files(run)?;
    if files.is_empty() {
        return match run.expected.requires_nothing() {
            true => Ok(Archive::open(&run.archive)?),
            false => Err(RunError::NoKeys),
        };
    }
    let keys = TrustedKeys::read_all(files.iter().map(PathBuf::as_path))?;
    let (archive, _) = Archive::open_signed(&run.archive, &keys, &run.expected)?;
    Ok(archive)
}

/// The files of trusted keys. Empty if every archive may run. A variable that lists no file is an
/// error, because it must not turn the check off.
fn key_files(run: &Run) -> Result<Vec<PathBuf>, RunError> {
    let listed = match env::var_os(KEYS_VARIABLE) {
        Some(listed) if run.trusted_keys.is_empty() => listed,
        _ => return Ok(run.trusted_keys.clone()),
    };
    let files = env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty());
    Some(files.collect()).filter(|files: &Vec<PathBuf>| !files.is_empty()).ok_or(RunError::NoKeyFiles)
}

fn nonempty_variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
