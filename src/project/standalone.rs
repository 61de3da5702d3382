//! The runner that a standalone executable begins with.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::{FileError, shown};

/// Stands in every runner.
const USAGE: &[u8] = b"Usage: crosspyc-run";

/// Why there is no runner.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    #[error("the runner `{path}` is not beside crosspyc; name one with --runner FILE", path = shown(.0))]
    Missing(PathBuf),
    #[error("`{path}` is no runner: it is not an executable of Linux, macOS or Windows", path = shown(.0))]
    NotExecutable(PathBuf),
    #[error("`{path}` is no runner: it is another program than crosspyc-run", path = shown(.0))]
    NotRunner(PathBuf),
    #[error(transparent)]
    File(#[from] FileError),
}

/// An executable of the runner.
pub struct Runner {
    pub bytes: Vec<u8>,
    /// It is for Windows, where names of programs end with `.exe`.
    pub is_windows: bool,
    /// It is for macOS, where programs are signed.
    pub is_macos: bool,
}

impl Runner {
    /// Reads the runner named, else the one beside this executable.
    pub fn read(named: Option<&Path>) -> Result<Runner, RunnerError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => {
                let here = env::current_exe()
                    .map_err(|error| FileError::new("find", Path::new("crosspyc"), error))?;
                let path = here.with_file_name(format!("crosspyc-run{}", env::consts::EXE_SUFFIX));
                if !path.is_file() {
                    return Err(RunnerError::Missing(path));
                }
                path
            }
        };
        let bytes = fs::read(&path).map_err(|error| FileError::new("read", &path, error))?;
        let is_windows = bytes.starts_with(b"MZ");
        // Of one processor or of several.
        let is_macos =
            [b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"].iter().any(|start| bytes.starts_with(*start));
        if !is_windows && !is_macos && !bytes.starts_with(b"\x7fELF") {
            return Err(RunnerError::NotExecutable(path));
        }
        if memchr::memmem::find(&bytes, USAGE).is_none() {
            return Err(RunnerError::NotRunner(path));
        }
        Ok(Runner { bytes, is_windows, is_macos })
    }
}
