//! Running a bundle: find an interpreter, unpack into the cache, hand over.
//!
//! This module needs only [`crate::bundle`]'s reader: `crosspyc-run` links neither the parser nor the compiler.
//! Nothing is run unless every step before it succeeded.

mod attend;
pub mod cache;
mod interpreter;
mod launch;

use std::ffi::OsString;
use std::path::PathBuf;

pub use cache::CacheError;
pub use interpreter::{FindError, Interpreter};

use crate::bundle::{Archive, ReadError};

/// Exit code of a runner that could not start the program, as `env` and shells have it.
pub const EXIT_NOT_STARTED: u8 = 127;

/// What to run, and with what.
#[derive(Debug)]
pub struct Run {
    pub archive: PathBuf,
    /// The interpreter the user named; no other is tried then.
    pub python: Option<OsString>,
    /// For the program.
    pub arguments: Vec<OsString>,
}

/// Why a bundle did not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(
        "{name} has native extension modules for {needed}, and this machine is {here}; build the bundle for this platform"
    )]
    Platform { name: String, needed: String, here: String },
    #[error(transparent)]
    Find(#[from] FindError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error("failed to start {python}: {source}", python = python.display())]
    Launch { python: PathBuf, source: std::io::Error },
}

/// Runs a bundle and gives its exit code. On Unix this process becomes the program, and the call returns only when it could not start,
/// or its files were temporary. `notice` is told, before the start, what the user should know.
pub fn run(run: &Run, notice: impl FnOnce(&str)) -> Result<u8, RunError> {
    let archive = Archive::open(&run.archive)?;
    let manifest = archive.manifest();
    let interpreter = interpreter::find(run.python.as_deref(), &manifest.name, &manifest.variants)?;
    let variant = &manifest.variants[interpreter.variant];
    if !variant.platforms.is_empty() && !variant.platforms.contains(&host_platform()) {
        let (name, here) = (manifest.name.clone(), host_platform());
        return Err(RunError::Platform { name, needed: variant.platforms.join(", "), here });
    }
    let entry = cache::entry(&archive, Some(interpreter.variant), false)?;
    if let Some(note) = entry.note() {
        notice(note);
    }
    let status = launch::launch(&interpreter, &entry, &manifest.entry_point, &run.arguments)?;
    drop(entry);
    Ok(attend::end_as(status))
}

/// The operating system and processor, as [`crate::bundle::Variant::platforms`] names them.
pub fn host_platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}
