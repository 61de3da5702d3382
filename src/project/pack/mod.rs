//! Packs a project and folders of installed packages into the contents of a bundle: compiled
//! modules and unchanged data files.
//!
//! ```text
//! folders ─ place, rules, gather ─> items ─ native ─ settle ─> one for each path and target
//!                                     └─ entry: what is started
//!           modules ─ compile ─> pycs ─┬─ shelves ─> Contents
//!           sources: those that stay ──┤
//!           data files ────────────────┘
//! ```

mod compile;
mod distribution;
mod entry;
mod error;
mod executable;
mod gather;
pub mod left_out;
mod metadata;
mod native;
mod output;
mod place;
mod platforms;
mod record;
mod requirements;
mod rules;
mod shebang;
mod shelves;
mod sources;
mod target_set;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::FileError;
use super::globs::Globs;
use super::module::Failure;
use super::python::Imports;
use super::warnings::{SourceWarning, WarningPolicy};
use crate::bundle::{Contents, EntryPoint, path_errors};
use crate::targets::Target;
use compile::Compiled;
use gather::{Gathered, Item, Kind};
use left_out::{LeftOut, Reason};
use record::Records;
use shelves::Shelves;
use sources::Sources;
use target_set::TargetSet;

pub use error::PackError;
pub(super) use executable::platforms as image_platforms;
pub use gather::source_root;
pub use metadata::Metadata;
pub(super) use platforms::{are_of_one_machine, is_of_this_machine, names as platform_names};
pub use requirements::Missing;
pub use sources::IncludeSource;

/// A project to pack, and the options.
#[derive(Debug)]
pub struct Project {
    /// The named folder. It may have a pyproject.toml.
    pub root: PathBuf,
    /// The folder whose files are on sys.path: `root`, or one in it.
    pub folder: PathBuf,
    /// The only module of the project. Other files of the folder are not taken.
    pub module: Option<PathBuf>,
    /// Further folders, usually of installed packages.
    pub with: Vec<With>,
    /// `[project]` of pyproject.toml.
    pub metadata: Option<Metadata>,
    /// Pack the project even if requirements are missing.
    pub allow_missing: bool,
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
    /// For the other folders.
    pub with_excludes: Globs,
    /// Leave out what git ignores in the project's folder.
    pub gitignore: bool,
    pub includes: Globs,
    /// The file to write. An older version of it is not a file of the project.
    pub output: PathBuf,
    /// Include native extension modules, shared libraries and executables.
    pub native: bool,
    pub include_source: IncludeSource,
    pub system_site_packages: bool,
    pub requires_python: Option<String>,
    pub warnings: WarningPolicy,
    /// The tag of wheels for the platform of the Python that the program brings.
    pub platform: Option<String>,
    /// Collect the imports of all modules.
    pub wants_imports: bool,
}

/// A folder to add to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct With {
    pub folder: PathBuf,
    /// The target that it is for. `None` means all.
    pub only: Option<Target>,
}

/// The requested entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The project's `__main__.py`, else its only script.
    Default,
    /// The console script of this name.
    Script(String),
    At(EntryPoint),
}

/// A packed project. The contents are complete if there are no failures and no errors.
#[derive(Debug)]
pub struct Packed {
    pub contents: Contents,
    pub tally: Tally,
}

/// What was packed and what was left out.
#[derive(Debug)]
pub struct Tally {
    pub modules: usize,
    pub data_files: usize,
    /// Requirements that the bundle does not meet.
    pub missing: Vec<Missing>,
    /// Sorted.
    pub left_out: Vec<LeftOut>,
    /// The sources that are included as data, by their path in the bundle.
    pub data_sources: Vec<String>,
    /// The warnings of each module that has any.
    pub warnings: Vec<(PathBuf, Vec<SourceWarning>)>,
    /// What the modules import, if that is collected.
    pub imports: Imports,
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
    /// The entry point is in it.
    pub is_entry_point: bool,
}

/// One of a project's folders.
#[derive(Clone, Copy)]
struct Folder<'p> {
    /// 0 for the project's own.
    number: usize,
    path: &'p Path,
    targets: TargetSet,
}

impl Project {
    /// All folders, the project's first.
    fn folders(&self) -> impl Iterator<Item = Folder<'_>> {
        let own = Folder { number: 0, path: &self.folder, targets: self.all_targets() };
        let with = self.with.iter().enumerate().map(|(index, with)| Folder {
            number: index + 1,
            path: &with.folder,
            targets: match with.only {
                Some(only) => self.targets_that(|target| *target == only),
                None => self.all_targets(),
            },
        });
        std::iter::once(own).chain(with)
    }

    fn all_targets(&self) -> TargetSet {
        TargetSet::all(self.targets.len())
    }

    fn targets_that(&self, is_meant: impl Fn(&Target) -> bool) -> TargetSet {
        let numbers = (0..self.targets.len()).filter(|&number| is_meant(&self.targets[number]));
        numbers.fold(TargetSet::NONE, TargetSet::with)
    }

    fn has_all_sources(&self) -> bool {
        matches!(self.include_source, IncludeSource::All)
    }
}

/// Packs a project with `jobs` threads. After each module, `done` is called with the number of all
/// modules, from any thread.
pub fn pack(project: &Project, jobs: usize, done: impl Fn(usize) + Sync) -> Result<Packed, PackError> {
    output::check(project)?;
    let mut errors = Vec::new();
    let mut gathered = gather::gather(project, &mut errors)?;
    metadata::add(project, &mut gathered);
    let platforms = native::bind(project, &gathered.distributions, &mut gathered.items)?;
    let missing = requirements::missing(project, &gathered, &platforms);
    if !missing.is_empty() && !project.allow_missing {
        return Err(PackError::Missing(missing));
    }
    gathered.items = gather::settle(gathered.items)?;
    check_names(project, &gathered.items)?;
    let starts = entry::resolve(project, &gathered)?;
    let Gathered { items, distributions, mut left_out } = gathered;
    let sources = Sources::new(&project.include_source, &items);
    let (modules, data): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.kind == Kind::Module);
    let mut shelves = Shelves::new(project, &platforms, Records::new(&distributions));
    let mut data_files = 0;
    for item in data {
        match item.read() {
            Ok(bytes) if output::is_older_bundle(item, &bytes) => {
                left_out.push(LeftOut { reason: Reason::Bundle, path: item.file.clone() });
            }
            Ok(bytes) => {
                shelves.put_data(item, bytes);
                data_files += 1;
            }
            Err(error) => errors.push(error),
        }
    }
    left_out.sort();
    let compiled = compile::compile(project, &modules, jobs, || done(modules.len()))?;
    let mut tally = Tally {
        modules: modules.len(),
        data_files,
        left_out,
        missing,
        data_sources: Vec::new(),
        warnings: Vec::new(),
        imports: Imports::new(),
        failures: Vec::new(),
        errors,
    };
    put_modules(&mut shelves, sources, &modules, compiled, &starts.entry_point, &mut tally);
    let version = metadata::version(project, &distributions);
    Ok(Packed { contents: shelves.into_contents(starts, version), tally })
}

fn put_modules(
    shelves: &mut Shelves<'_>,
    mut sources: Sources<'_>,
    modules: &[&Item],
    compiled: Vec<Result<Compiled, FileError>>,
    entry_point: &EntryPoint,
    tally: &mut Tally,
) {
    for (module, compiled) in modules.iter().zip(&compiled) {
        if let Ok(compiled) = compiled {
            sources.add_mentions(module, &compiled.source);
        }
    }
    for (module, compiled) in modules.iter().zip(compiled) {
        let mut compiled = match compiled {
            Ok(compiled) => compiled,
            Err(error) => {
                tally.errors.push(error);
                continue;
            }
        };
        let warnings = std::mem::take(&mut compiled.warnings);
        tally.imports.append(&mut compiled.imports);
        let is_needed = entry::is_needed(entry_point, &module.path);
        // A file of an installed package that Python cannot compile is never imported, so it is
        // data.
        let fails = compiled.pycs.iter().any(|(.., pyc)| pyc.is_err());
        let is_data = !is_needed && (sources.are_data(module) || fails && module.owner.is_some());
        if is_data {
            tally.data_sources.push(module.path.clone());
        }
        let stays = is_data || sources.are_named(module);
        let failures = shelves.put_module(module, compiled, stays, is_needed);
        let is_bug = |failed: &Failed| matches!(failed.failure, Failure::Internal(_));
        tally.failures.extend(failures.into_iter().filter(|failed| !is_data || is_bug(failed)));
        if !is_data {
            tally.warnings.extend((!warnings.is_empty()).then(|| (module.file.clone(), warnings)));
        }
    }
}

/// Rejects names that cannot exist side by side on every system, before the compilation begins.
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
