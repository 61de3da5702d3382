//! Running a bundle: find an interpreter, unpack into the cache, hand over.
//!
//! This module needs only [`crate::bundle`]'s reader: `crosspyc-run` links neither the parser nor the compiler.
//! Nothing is run unless every step before it succeeded.

mod attend;
pub mod cache;
mod children;
mod interpreters;
mod launch;
mod standalone;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

pub use cache::CacheError;
pub use interpreters::{Answer, FindError, Interpreter, Origin, Serves, all as all_interpreters};
pub use standalone::own_archive;

use crate::bundle::{Archive, KeyError, ReadError, SignatureError, TrustedKeys};

/// Exit code of a runner that could not start the program, as `env` and shells have it.
pub const EXIT_NOT_STARTED: u8 = 127;

/// What to run, and with what.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub archive: PathBuf,
    /// The interpreter the user named; no other is tried then.
    pub python: Option<OsString>,
    /// Options for the interpreter.
    pub python_args: Vec<OsString>,
    /// Files of public keys: an archive that is signed with none of them is not run. Without such files those count that
    /// `CROSSPYC_TRUSTED_KEYS` lists, and without that any archive is run.
    pub trusted_keys: Vec<PathBuf>,
    /// Compare every byte of the unpacked files with the archive.
    pub verify: bool,
    /// Keep the user's `PYTHONPATH` and site-packages within the program's reach.
    pub inherit_path: bool,
    /// For the program.
    pub arguments: Vec<OsString>,
}

/// Why a bundle did not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{0}; it is not run, because only what is signed with a trusted key is")]
    Signature(#[from] SignatureError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Find(#[from] FindError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error("failed to start {python}: {source}", python = python.display())]
    Launch { python: PathBuf, source: std::io::Error },
}

/// Runs a bundle and gives its exit code. On Unix this process becomes the program, and the call returns only when it could not start,
/// or its files were temporary. `notice` is told, before the start, what the user should know.
pub fn run(run: &Run, notice: impl FnOnce(&str)) -> Result<i32, RunError> {
    let archive = trusted_archive(run)?;
    let manifest = archive.manifest();
    let search = interpreters::search(manifest, run.python.as_deref(), &run.python_args, false);
    let interpreter = search.result()?;
    let variant = match interpreter.serves {
        Serves::Variant(number) => Some(number),
        Serves::Sources => None,
    };
    let entry = cache::entry(&archive, variant, run.verify)?;
    if let Some(note) = entry.note() {
        notice(note);
    }
    let status = launch::launch(run, manifest, &interpreter, &entry)?;
    drop(entry);
    Ok(attend::end_as(status))
}

/// Says which interpreter a run would choose, and why: its path on the first line. All interpreters are asked anew.
pub fn which(run: &Run) -> Result<String, RunError> {
    let archive = trusted_archive(run)?;
    let manifest = archive.manifest();
    let search = interpreters::search(manifest, run.python.as_deref(), &run.python_args, true);
    Ok(search.explain(manifest)?)
}

/// The archive to run, if it may be.
fn trusted_archive(run: &Run) -> Result<Archive, RunError> {
    let archive = Archive::open(&run.archive)?;
    let listed = nonempty_variable("CROSSPYC_TRUSTED_KEYS").filter(|_| run.trusted_keys.is_empty());
    let listed = listed.iter().flat_map(env::split_paths).filter(|path| !path.as_os_str().is_empty());
    let files: Vec<PathBuf> = run.trusted_keys.iter().cloned().chain(listed).collect();
    let keys = TrustedKeys::read_all(files.iter().map(PathBuf::as_path))?;
    if !keys.is_empty() {
        archive.verify_signature(&keys)?;
    }
    Ok(archive)
}

fn nonempty_variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
