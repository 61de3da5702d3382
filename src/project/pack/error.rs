//! Why a project cannot be packed, and what to do about it.

use std::fmt::Display;
use std::path::PathBuf;

use super::Missing;
use crate::bundle::PathError;
use crate::project::{FileError, shown};

/// Why a project cannot be packed at all.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error(
        "there is no folder `{folder}`; name a project, or a folder with packages (pip install --target {folder} ...)",
        folder = shown(.0)
    )]
    NoFolder(PathBuf),
    #[error("`{file}` is neither a folder nor a Python source; name the project's folder", file = shown(.0))]
    NotAFolder(PathBuf),
    #[error("`{folder}` is a virtual environment without site-packages", folder = shown(.0))]
    NoSitePackages(PathBuf),
    #[error(
        "in `{folder}`, {name} is an editable install: its modules are in `{sources}`; install it there \
         without -e, or leave it out with --exclude",
        folder = shown(folder), sources = shown(sources)
    )]
    Editable { name: String, folder: PathBuf, sources: PathBuf },
    #[error(
        "`{file}` belongs to an editable install, whose modules are not in `{folder}`; install it there \
         without -e, or leave it out with --exclude",
        folder = shown(folder), file = shown(file)
    )]
    EditablePath { folder: PathBuf, file: PathBuf },
    #[error(
        "`{path}` has no source beside it, and its magic number ({magic}) is that of no target; name its \
         Python with --target, or leave it out with --exclude",
        path = shown(path)
    )]
    ForeignPyc { path: PathBuf, magic: u16 },
    #[error(
        "`{folder}` has no __main__.py{several}; name an entry point with -m MODULE, -e MODULE:FUNCTION or -c SCRIPT",
        folder = shown(folder)
    )]
    NoEntryPoint { folder: PathBuf, several: String },
    #[error("there is no console script `{name}`; {known}")]
    NoScript { name: String, known: String },
    #[error("the console script `{name}` is `{value}`, which is not of the form MODULE:FUNCTION")]
    Script { name: String, value: String },
    #[error("the entry point's module `{module}` is not in `{folder}`{hint}", folder = shown(folder))]
    NoModule { module: String, folder: PathBuf, hint: String },
    #[error("the entry point's module `{module}` has no `{function}` at its top level")]
    NoFunction { module: String, function: String },
    #[error("`{module}` is a package without a __main__.py, which -m would start")]
    NotExecutable { module: String },
    #[error("cannot write `{path}`: {reason}", path = shown(path))]
    Output { path: PathBuf, reason: &'static str },
    #[error("`{path}` has a name that is not UTF-8; rename or exclude it", path = shown(.0))]
    Name(PathBuf),
    #[error(
        "these files cannot be unpacked together on every system:\n{list}rename them, or leave them out with --exclude",
        list = list(.0)
    )]
    Names(Vec<PathError>),
    #[error(
        "`{first}` and `{second}` would both be `{path}` in the bundle, and differ; leave one of them out with --exclude",
        first = shown(first), second = shown(second)
    )]
    Conflict { path: String, first: PathBuf, second: PathBuf },
    #[error(
        "`{path}` is {what}, which binds the bundle to one platform: allow that with --native, install a pure-Python build, or leave it out with --exclude if the package does without",
        path = shown(path)
    )]
    Native { path: PathBuf, what: &'static str },
    #[error(
        "`{name}` has no build for {missing}, only for {has}; add a folder that has one (--with), or leave {missing} out (--target)"
    )]
    NoBuild { name: String, missing: String, has: String },
    #[error("no platform supports all native modules for {target}: {platforms}")]
    NoPlatform { target: String, platforms: String },
    #[error(
        "native modules are not for the Python that is embedded ({python}): {modules}; install them for that platform, with -r FILE or \
         pip install --platform"
    )]
    OtherPlatform { python: String, modules: String },
    #[error(
        "these requirements are not met in the bundle:\n{list}add them with -r FILE or --with DIR, or go \
         without them with --allow-missing",
        list = list(.0)
    )]
    Missing(Vec<Missing>),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("failed to start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A line for each of the first errors.
fn list(errors: &[impl Display]) -> String {
    const MOST: usize = 20;
    let mut lines: String = errors.iter().take(MOST).map(|error| format!("  {error}\n")).collect();
    if errors.len() > MOST {
        lines += &format!("  and {} more\n", errors.len() - MOST);
    }
    lines
}
