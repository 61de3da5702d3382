//! Finds files that may be interpreters, by platform. Nothing is started.
//!
//! | where | |
//! |---|---|
//! | PATH | `python3.X` (the newest target first), `python3`, `python`, `pypy3`, `graalpy`, in every folder |
//! | pyenv | `$PYENV_ROOT`, else `~/.pyenv`; on Windows `~/.pyenv/pyenv-win` |
//! | uv | `$UV_PYTHON_INSTALL_DIR`, else `uv/python` in the user's folder of data |
//! | macOS | Homebrew's folders and `/Library/Frameworks/Python.framework` |
//! | Windows | the registry (PEP 514), and the folders in which the installer, the `py` launcher's manager and the Store put Pythons |
//!
//! Shims of version managers, which are scripts that start one Python or another, come last.
//! Programs that may ask the user to install something are [not started](super::caution), unless
//! the user named them.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::bundle::Manifest;
use crate::runner::nonempty_variable;

/// Names without a version. Those of other implementations come last.
const NAMES: [&str; 4] = ["python3", "python", "pypy3", "graalpy"];

/// The minor versions of Python 3 to look for by name. The range extends far beyond the existing
/// ones.
const MINOR_VERSIONS: std::ops::Range<u16> = 3..31;

/// How an interpreter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The bundle brings it.
    Bundle,
    Option,
    Variable,
    VirtualEnvironment,
    Path,
    Pyenv,
    Uv,
    System,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Bundle => "in the bundle",
            Origin::Option => "named by --python",
            Origin::Variable => "named by CROSSPYC_PYTHON",
            Origin::VirtualEnvironment => "the active virtual environment",
            Origin::Path => "on PATH",
            Origin::Pyenv => "of pyenv",
            Origin::Uv => "of uv",
            Origin::System => "installed",
        })
    }
}

/// The version that the name of a file or of its folder suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    Unknown,
    /// A minor version of Python 3.
    Minor(u16),
    OtherImplementation,
}

/// A file that may be an interpreter.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub path: PathBuf,
    pub origin: Origin,
    pub hint: Hint,
}

impl Candidate {
    pub(super) fn new(path: PathBuf, origin: Origin) -> Candidate {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let named = |path: &Path| path.file_name().map_or(Hint::Unknown, |name| hint(name, "python3."));
        let hint = match named(&path) {
            Hint::Unknown => named(&real),
            known => known,
        };
        Candidate { path, origin, hint }
    }

    /// Whether it is a script of a version manager. Its answer depends on more than the file.
    pub(super) fn is_shim(&self) -> bool {
        self.path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "shims")
    }
}

/// The version in names of files, such as `python3.12` and `python3.12.exe`, and of folders, such
/// as `3.12.1` and `cpython-3.12.1-linux-x86_64-gnu`.
fn hint(name: &OsStr, prefix: &str) -> Hint {
    let name = name.to_string_lossy();
    if name.starts_with("pypy") || name.starts_with("graalpy") {
        return Hint::OtherImplementation;
    }
    let Some(rest) = name.strip_prefix(prefix) else { return Hint::Unknown };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().map_or(Hint::Unknown, Hint::Minor)
}

/// The Python of the active virtual environment, even if the file does not exist. Without one, that
/// of the active conda environment unless it is conda's base, which is always active.
pub(super) fn virtual_environment() -> Option<Candidate> {
    let conda = || {
        let is_base = nonempty_variable("CONDA_DEFAULT_ENV").is_none_or(|name| name == "base");
        let folder = nonempty_variable("CONDA_PREFIX").filter(|_| !is_base)?;
        Some((folder, if cfg!(windows) { "python.exe" } else { "bin/python" }))
    };
    let program = if cfg!(windows) { "Scripts\\python.exe" } else { "bin/python" };
    let environment = nonempty_variable("VIRTUAL_ENV").map(|folder| (folder, program));
    let (folder, program) = environment.or_else(conda)?;
    Some(Candidate::new(Path::new(&folder).join(program), Origin::VirtualEnvironment))
}

/// Looks up a name without a folder on PATH, as a shell does.
pub(super) fn resolve(python: &OsStr) -> PathBuf {
    let path = Path::new(python);
    if path.components().count() > 1 {
        return path.to_owned();
    }
    let mut name = python.to_owned();
    if !python.to_string_lossy().ends_with(env::consts::EXE_SUFFIX) {
        name.push(env::consts::EXE_SUFFIX);
    }
    let found = folders_of_path().into_iter().map(|folder| folder.join(&name)).find(|path| is_program(path));
    found.unwrap_or_else(|| path.to_owned())
}

/// All candidates for this archive, each file once.
pub(super) fn everything(manifest: &Manifest) -> Vec<Candidate> {
    let mut names: Vec<String> = Vec::new();
    for variant in manifest.variants.iter().rev() {
        let name = format!("python{}", variant.version);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.extend(NAMES.map(str::to_owned));
    if manifest.has_sources {
        names.extend(MINOR_VERSIONS.rev().map(|minor| format!("python3.{minor}")));
    }
    with_names(&names)
}

/// All candidates for any Python 3.
pub(super) fn of_any_version() -> Vec<Candidate> {
    let numbered = MINOR_VERSIONS.rev().map(|minor| format!("python3.{minor}"));
    with_names(&numbered.chain(NAMES.map(str::to_owned)).collect::<Vec<_>>())
}

fn with_names(names: &[String]) -> Vec<Candidate> {
    let mut found = in_folders(folders_of_path(), names, Origin::Path);
    found.extend(of_pyenv());
    found.extend(of_uv());
    found.extend(in_folders(folders_of_the_system(), names, Origin::System));
    #[cfg(windows)]
    found.extend(super::registry::registered().chain(in_folders_of_installers()));
    let mut seen = Vec::new();
    found.retain(|candidate| {
        // One file can have several names in a folder, such as python3 and python3.12.
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let place = (candidate.path.parent().map(real), real(&candidate.path));
        let is_new = !seen.contains(&place) || is_script(&candidate.path);
        seen.push(place);
        is_new
    });
    found.sort_by_key(Candidate::is_shim);
    found
}

/// A script's answer may depend on the name by which it is called.
fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}

fn folders_of_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The first name in all folders, then the second in all, and so on.
fn in_folders(folders: Vec<PathBuf>, names: &[String], origin: Origin) -> Vec<Candidate> {
    let names = names.iter().map(|name| format!("{name}{}", env::consts::EXE_SUFFIX));
    let paths = names.flat_map(|name| folders.iter().map(move |folder| folder.join(&name)));
    paths.filter(|path| is_program(path)).map(|path| Candidate::new(path, origin)).collect()
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// A program from the Microsoft Store can be started, but its file cannot be opened.
#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file() || path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

fn home() -> Option<PathBuf> {
    // Without HOME, a Unix process counts as having no home folder.
    if cfg!(windows) { env::home_dir() } else { nonempty_variable("HOME").map(PathBuf::from) }
}

fn of_pyenv() -> Vec<Candidate> {
    let below = if cfg!(windows) { ".pyenv/pyenv-win" } else { ".pyenv" };
    let root = nonempty_variable("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(home()?.join(below)));
    root.map(|root| in_versions(&root.join("versions"), "3.", Origin::Pyenv)).unwrap_or_default()
}

fn of_uv() -> Vec<Candidate> {
    let data = || match cfg!(windows) {
        true => Some(PathBuf::from(nonempty_variable("APPDATA")?).join("uv/data/python")),
        false => {
            let data = nonempty_variable("XDG_DATA_HOME").map(PathBuf::from);
            Some(data.or_else(|| Some(home()?.join(".local/share")))?.join("uv/python"))
        }
    };
    let root = nonempty_variable("UV_PYTHON_INSTALL_DIR").map(PathBuf::from).or_else(data);
    root.map(|root| in_versions(&root, "cpython-3.", Origin::Uv)).unwrap_or_default()
}

/// The Pythons in a folder that has a subfolder for each, newest first. `prefix` is the part of a
/// subfolder's name before the minor version.
fn in_versions(root: &Path, prefix: &str, origin: Origin) -> Vec<Candidate> {
    let program = if cfg!(windows) { "python.exe" } else { "bin/python3" };
    let versions = fs::read_dir(root).into_iter().flatten().flatten();
    // No bundle is for Python 2.
    let mut names: Vec<_> = versions
        .map(|entry| entry.file_name())
        .filter(|name| !name.as_encoded_bytes().starts_with(b"2."))
        .collect();
    let numbers = |name: &OsStr| -> Vec<u32> {
        let text = name.to_string_lossy();
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
    };
    names.sort_by(|a, b| numbers(b).cmp(&numbers(a)).then_with(|| a.cmp(b)));
    let pythons = names.into_iter().map(|name| (hint(&name, prefix), root.join(name).join(program)));
    let there = pythons.filter(|(_, path)| is_program(path));
    there.map(|(hint, path)| Candidate { path, origin, hint }).collect()
}

/// Folders of interpreters that may not be on PATH.
fn folders_of_the_system() -> Vec<PathBuf> {
    let homebrew = nonempty_variable("HOMEBREW_PREFIX").map(|prefix| Path::new(&prefix).join("bin"));
    let mut folders: Vec<PathBuf> = homebrew.into_iter().collect();
    if cfg!(target_os = "macos") {
        folders.extend(["/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from));
        // Versions that Homebrew has installed without a link in its bin.
        let opt = fs::read_dir("/opt/homebrew/opt").into_iter().chain(fs::read_dir("/usr/local/opt"));
        let opt = opt.flatten().flatten().map(|entry| entry.path());
        let is_python = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"python@3"))
        };
        folders.extend(opt.filter(is_python).map(|path| path.join("bin")));
        let versions = fs::read_dir("/Library/Frameworks/Python.framework/Versions").into_iter().flatten();
        folders.extend(versions.flatten().map(|entry| entry.path().join("bin")));
    }
    folders
}

/// The folders of python.org's installer for one user (`Python312`), of the `py` launcher's manager
/// (`pythoncore-3.12-64`), and of the Store (`PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0`).
#[cfg(windows)]
fn in_folders_of_installers() -> impl Iterator<Item = Candidate> {
    let local = nonempty_variable("LOCALAPPDATA").map(PathBuf::from);
    let python = |folder: &str, prefix| {
        local.as_ref().map(|local| in_versions(&local.join(folder), prefix, Origin::System))
    };
    let found = [
        python("Programs\\Python", "Python3"),
        python("Python", "pythoncore-3."),
        python("Microsoft\\WindowsApps", "PythonSoftwareFoundation.Python.3."),
    ];
    found.into_iter().flatten().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_version() {
        for (name, prefix, expected) in [
            ("python3.12", "python3.", Hint::Minor(12)),
            ("python3.13t.exe", "python3.", Hint::Minor(13)),
            ("python3", "python3.", Hint::Unknown),
            ("pypy3", "python3.", Hint::OtherImplementation),
            ("3.12.1", "3.", Hint::Minor(12)),
            ("pypy3.10-7.3.12", "3.", Hint::OtherImplementation),
            ("cpython-3.14.0-linux-x86_64-gnu", "cpython-3.", Hint::Minor(14)),
            ("Python313-32", "Python3", Hint::Minor(13)),
            (
                "PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0",
                "PythonSoftwareFoundation.Python.3.",
                Hint::Minor(12),
            ),
        ] {
            assert_eq!(hint(OsStr::new(name), prefix), expected, "{name}");
        }
    }
}
