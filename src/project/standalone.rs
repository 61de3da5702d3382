//! The runner at the start of a standalone executable.

use std::env;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use memchr::memmem;
use walkdir::WalkDir;

use super::python::runs_on;
use super::{FileError, shown};
use crate::bundle::RUNNER_MARK;

/// Why no runner can be used.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    #[error("the runner `{path}` is not beside crosspyc; name one with --runner FILE", path = shown(.0))]
    Missing(PathBuf),
    #[error("`{path}` is not a runner: it is not an executable of Linux, macOS or Windows", path = shown(.0))]
    NotExecutable(PathBuf),
    #[error("`{path}` is not crosspyc-run, or that of an older crosspyc; name the runner of this version", path = shown(.0))]
    NoRunner(PathBuf),
    #[error(
        "there is no runner for {platform} {place}; name a crosspyc-run for it with --runner FILE, or a folder that has one with --runners DIR"
    )]
    NoneFor { platform: String, place: String },
    #[error(transparent)]
    File(#[from] FileError),
}

fn beside_crosspyc() -> Result<PathBuf, RunnerError> {
    let here = env::current_exe().map_err(|error| FileError::new("find", Path::new("crosspyc"), error))?;
    let path = here.with_file_name(format!("crosspyc-run{}", env::consts::EXE_SUFFIX));
    if path.is_file() { Ok(path) } else { Err(RunnerError::Missing(path)) }
}

/// The executable of a runner.
pub struct Runner {
    pub bytes: Vec<u8>,
    /// It is for Windows, where names of programs end with `.exe`.
    pub is_windows: bool,
    /// It is for macOS, where programs are signed.
    pub is_macos: bool,
}

impl Runner {
    /// Reads the named runner, else the one beside this executable.
    pub fn read(named: Option<&Path>) -> Result<Runner, RunnerError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => beside_crosspyc()?,
        };
        let mut bytes = fs::read(&path).map_err(|error| FileError::new("read", &path, error))?;
        let Some(system) = System::of(&bytes) else { return Err(RunnerError::NotExecutable(path)) };
        let Some(mark) = memmem::find(&bytes, RUNNER_MARK) else { return Err(RunnerError::NoRunner(path)) };
        // On macOS the program must stay as the linker signed it.
        if system != System::MacOs {
            bytes[mark + RUNNER_MARK.len() - 1] = b'1';
        }
        Ok(Runner { bytes, is_windows: system == System::Windows, is_macos: system == System::MacOs })
    }
}

/// Finds a runner for the platform with this tag of wheels: the named file, else one in a folder, else
/// the one beside this executable. Of several in a folder, one that needs no libraries comes first.
pub fn for_platform(
    tag: &str,
    platform: &str,
    named: Option<&Path>,
    folder: Option<&Path>,
) -> Result<PathBuf, RunnerError> {
    let none = |place: String| RunnerError::NoneFor { platform: platform.to_owned(), place };
    let Some(folder) = folder else {
        let path = match named {
            Some(path) => path.to_owned(),
            None => beside_crosspyc()?,
        };
        let bytes = fs::read(&path).map_err(|error| FileError::new("read", &path, error))?;
        return match runs_on(tag, &bytes) {
            Some(_) => Ok(path),
            None if named.is_some() => Err(none(format!("in `{}`", shown(&path)))),
            None => Err(none("beside crosspyc".to_owned())),
        };
    };
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let found = files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let bytes = fs::read(entry.path()).ok()?;
        memmem::find(&bytes, RUNNER_MARK)?;
        Some((runs_on(tag, &bytes)?, entry.into_path()))
    });
    let found = found.min_by_key(|(linking, _)| *linking).map(|(_, path)| path);
    found.ok_or_else(|| none(format!("in `{}`", shown(folder))))
}

/// The systems that have executables of their own format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    /// Linux and similar systems.
    Elf,
    MacOs,
    Windows,
}

impl System {
    /// The system of an executable that begins with these bytes.
    fn of(bytes: &[u8]) -> Option<System> {
        let starts: [(&[u8], System); 4] = [
            (b"MZ", System::Windows),
            (b"\x7fELF", System::Elf),
            // One for a single processor, and one for several.
            (b"\xcf\xfa\xed\xfe", System::MacOs),
            (b"\xca\xfe\xba\xbe", System::MacOs),
        ];
        starts.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, system)| system)
    }
}

/// Whether the file begins like an executable. A bundle that does is standalone.
pub fn is_executable(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && System::of(&start).is_some()
}
