//! From a project's folder, and folders of installed packages, to the contents of a bundle: modules
//! compiled, data files as they are.
//!
//! ```text
//! folders ─ gather ─> items ─ native: for which targets and platforms ─ settle ─> one item for each path and target
//!                       └─ entry: what is started           modules ─ compile ─> pycs ─┬─> Contents
//!                                                           data files ────────────────┘
//! ```

mod compile;
mod entry;
mod error;
mod gather;
mod native;
mod output;
mod platforms;
mod shelves;
mod target_set;
mod wheels;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::FileError;
use super::globs::Globs;
use super::module::Failure;
use super::warnings::{SourceWarning, WarningPolicy};
use crate::bundle::{Contents, EntryPoint, path_errors};
use crate::targets::Target;
use gather::{Item, Kind};
use shelves::Shelves;
use target_set::TargetSet;

pub use error::PackError;
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
    pub warnings: WarningPolicy,
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
    /// The warnings of each module that has some.
    pub warnings: Vec<(PathBuf, Vec<SourceWarning>)>,
    /// The modules that do not compile.
    pub failures: Vec<Failed>,
    pub errors: Vec<FileError>,
}

/// A module that does not compile for some targets.
#[derive(Debug)]
pub struct Failed {
    pub source: PathBuf,
    pub targets: Vec<Target>,
    pub failure: Failure,
    /// What is started is in it.
    pub is_entry_point: bool,
}

/// Packs a project with `jobs` threads; `done` is called with the number of all modules after each,
/// from any thread.
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
    let (mut warnings, mut failures) = (Vec::new(), Vec::new());
    for (module, result) in modules.iter().zip(compiled) {
        match result {
            Ok(mut compiled) => {
                if !compiled.warnings.is_empty() {
                    warnings.push((module.file.clone(), std::mem::take(&mut compiled.warnings)));
                }
                failures.extend(shelves.put_module(module, compiled, &entry_point));
            }
            Err(error) => errors.push(error),
        }
    }
    let contents = shelves.into_contents(entry_point);
    let tally = Tally { modules: modules.len(), data_files, bundles, warnings, failures, errors };
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
