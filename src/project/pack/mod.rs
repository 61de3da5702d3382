//! From a project's folder, and folders of installed packages, to the contents of a bundle: modules compiled, data files as they are.
//!
//! ```text
//! folders ─ gather ─> items ─ native: for which targets and platforms ─ settle ─> one item for each path and target
//!                       └─ entry: what is started           modules ─ compile ─> pycs ─┬─> Contents
//!                                                           data files ────────────────┘
//! ```

mod compile;
mod entry;
mod gather;
mod native;
mod output;
mod platforms;
mod shelves;
mod wheels;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::globs::Globs;
use super::module::Failure;
use super::{FileError, shown};
use crate::bundle::{Contents, EntryPoint, PathError, path_errors};
use crate::target::Target;
use gather::{Item, Kind};
use shelves::Shelves;

pub use gather::source_root;

/// A project to be packed, and how.
#[derive(Debug)]
pub struct Project {
    /// The folder that is to stand on sys.path.
    pub folder: PathBuf,
    /// Folders of installed packages, as `pip install --target` leaves them.
    pub with: Vec<PathBuf>,
    pub name: String,
    pub start: Start,
    /// `[project.scripts]`: names and `module:function`.
    pub scripts: BTreeMap<String, String>,
    /// Oldest first.
    pub targets: Vec<Target>,
    /// The levels, ascending.
    pub optimize: Vec<u8>,
    /// For the project's own folder.
    pub excludes: Globs,
    /// For the folders of installed packages.
    pub with_excludes: Globs,
    pub includes: Globs,
    /// The archive to be: an older one that stands in the folder is none of its files.
    pub output: PathBuf,
    /// Take native extension modules along.
    pub native: bool,
    /// Take the modules' sources along.
    pub include_source: bool,
    pub requires_python: Option<String>,
}

/// What is asked to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The project's `__main__.py`, else its only script.
    Default,
    /// The console script of this name.
    Script(String),
    At(EntryPoint),
}

/// Why a project cannot be packed at all.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("`{folder}` is not a folder; name the folder that is to stand on sys.path", folder = shown(.0))]
    NotAFolder(PathBuf),
    #[error(
        "`{folder}` has no __main__.py{several}; name an entry point with -m MODULE, -e MODULE:FUNCTION or -c SCRIPT",
        folder = shown(folder)
    )]
    NoEntryPoint { folder: PathBuf, several: String },
    #[error("there is no console script `{name}`; {known}")]
    NoScript { name: String, known: String },
    #[error("the console script `{name}` is `{value}`, which is not of the form MODULE:FUNCTION")]
    Script { name: String, value: String },
    #[error("the entry point's module `{module}` is not in `{folder}`", folder = shown(folder))]
    NoModule { module: String, folder: PathBuf },
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
        "`{path}` is {what}, which binds the bundle to one platform: allow that with --native, or install a pure-Python build",
        path = shown(path)
    )]
    Native { path: PathBuf, what: &'static str },
    #[error(
        "`{name}` has no build for {missing}, only for {has}; add a folder that has one (--with), or leave {missing} out (--target)"
    )]
    NoBuild { name: String, missing: String, has: String },
    #[error("for {target} there is no platform that all native modules serve: {platforms}")]
    NoPlatform { target: String, platforms: String },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("failed to start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A line for each of the first errors.
fn list(errors: &[PathError]) -> String {
    const MOST: usize = 20;
    let mut lines: String = errors.iter().take(MOST).map(|error| format!("  {error}\n")).collect();
    if errors.len() > MOST {
        lines += &format!("  and {} more\n", errors.len() - MOST);
    }
    lines
}

/// A packed project; the contents are whole if there are no failures and no errors.
#[derive(Debug)]
pub struct Packed {
    pub contents: Contents,
    pub tally: Tally,
}

/// What was packed, and what was not.
#[derive(Debug)]
pub struct Tally {
    pub modules: usize,
    pub data_files: usize,
    /// Bundles made before, which were in the project's folder.
    pub bundles: Vec<PathBuf>,
    /// What did not compile, by module.
    pub failures: Vec<Failed>,
    pub errors: Vec<FileError>,
}

/// A module that does not compile for some targets.
#[derive(Debug)]
pub struct Failed {
    pub source: PathBuf,
    pub targets: Vec<Target>,
    /// It does not compile for any.
    pub everywhere: bool,
    pub failure: Failure,
    /// What is started is in it.
    pub is_entry_point: bool,
}

/// Some of a project's targets, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TargetSet(u32);

impl TargetSet {
    fn all(count: usize) -> TargetSet {
        (0..count).fold(TargetSet(0), |set, number| set.with(number))
    }

    fn with(self, number: usize) -> TargetSet {
        TargetSet(self.0 | 1 << number)
    }

    fn has(self, number: usize) -> bool {
        self.0 >> number & 1 == 1
    }

    fn union(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 | other.0)
    }

    fn without(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 & !other.0)
    }

    fn common(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 & other.0)
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Packs a project with `jobs` threads; `done` is called with the number of all modules after each, from any thread.
pub fn pack(project: &Project, jobs: usize, done: impl Fn(usize) + Sync) -> Result<Packed, PackError> {
    output::check(project)?;
    let mut errors = Vec::new();
    let mut items = gather::gather(project, &mut errors)?;
    let platforms = native::bind(project, &mut items)?;
    let items = gather::settle(items)?;
    check_names(project, &items)?;
    let entry_point = entry::resolve(project, &items)?;
    let (modules, data): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| item.kind == Kind::Module);
    let mut shelves = Shelves::new(project, &platforms);
    let (mut data_files, mut bundles) = (0, Vec::new());
    for item in &data {
        match gather::read(&item.file) {
            Ok(bytes) if output::is_older_bundle(item, &bytes) => bundles.push(item.file.clone()),
            Ok(bytes) => {
                shelves.put_data(item, bytes);
                data_files += 1;
            }
            Err(error) => errors.push(error),
        }
    }
    let compiled = compile::compile(project, &modules, jobs, || done(modules.len()))?;
    let mut failures = Vec::new();
    for (module, result) in modules.iter().zip(compiled) {
        match result {
            Ok(compiled) => failures.extend(shelves.put_module(module, compiled, &entry_point)),
            Err(error) => errors.push(error),
        }
    }
    let contents = shelves.into_contents(entry_point);
    let tally = Tally { modules: modules.len(), data_files, bundles, failures, errors };
    Ok(Packed { contents, tally })
}

/// Refuses names that cannot stand side by side on every system, before the long work begins.
fn check_names(project: &Project, items: &[Item]) -> Result<(), PackError> {
    for target in 0..project.targets.len() {
        let of_target = items.iter().filter(|item| item.targets.has(target));
        let errors = path_errors(of_target.map(|item| item.path.as_str()));
        if !errors.is_empty() {
            return Err(PackError::Names(errors));
        }
    }
    Ok(())
}
