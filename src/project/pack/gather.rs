//! Which files go into a bundle: those of the project, then those of the folders named with `--with`, in order.
//!
//! Left out are hidden files and folders, `__pycache__` and other pycs, virtual environments, the `bin` folder with scripts that installers leave,
//! and what is excluded. What an include names is taken all the same, and as it is: a source then stays one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{PackError, Project, TargetSet};
use crate::project::FileError;
use crate::project::walk::{Files, FolderLinks, Hidden, Rules, Source, is_source, walk};

/// A file that goes into the bundle.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it stands, with `/`; for a module that of its source.
    pub path: String,
    /// Where it is now.
    pub file: PathBuf,
    pub size: u64,
    pub kind: Kind,
    /// It was asked for by name.
    pub included: bool,
    /// The number of the folder it comes from: 0 for the project.
    pub folder: usize,
    pub targets: TargetSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A source to be compiled.
    Module,
    /// Taken as it is.
    Data,
}

/// The folder under `project` that its packages are in: `src` beside a pyproject.toml, where build tools look for them too.
pub fn source_root(project: &Path) -> PathBuf {
    let src = project.join("src");
    let has_modules = |folder: &Path| {
        fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| is_source(&entry.path()))
    };
    let has_packages = || {
        let entries = fs::read_dir(&src).into_iter().flatten().flatten();
        has_modules(&src) || entries.into_iter().any(|entry| has_modules(&entry.path()))
    };
    let is_package = src.join("__init__.py").exists() || project.join("__main__.py").exists();
    if project.join("pyproject.toml").exists() && !is_package && has_packages() {
        return src;
    }
    project.to_owned()
}

/// The files of all folders, by path, those of the earlier folder first.
pub(super) fn gather(project: &Project, errors: &mut Vec<FileError>) -> Result<Vec<Item>, PackError> {
    let mut items = Vec::new();
    let folders = std::iter::once(&project.folder).chain(&project.with);
    for (number, folder) in folders.enumerate() {
        if !folder.is_dir() {
            return Err(PackError::NotAFolder(folder.clone()));
        }
        let (hidden, excludes) = match number {
            0 => (Hidden::All, &project.excludes),
            _ => (Hidden::Top, &project.with_excludes),
        };
        let (files, links, includes) = (Files::All, FolderLinks::Follow, &project.includes);
        let walked = walk(folder, &Rules { files, links, hidden, excludes, includes });
        errors.extend(walked.errors);
        let others = other_places(project, folder);
        for source in walked.sources {
            let is_taken = source.included || !is_left_behind(&source, folder, number > 0);
            if is_taken && !others.iter().any(|place| is_below(&source.path, place)) {
                items.push(item(source, number, project)?);
            }
        }
    }
    items.sort_by(|a, b| (&a.path, a.folder).cmp(&(&b.path, b.folder)));
    Ok(items)
}

/// What stands inside of `folder` but is none of its files: an older archive, and folders that are named themselves.
fn other_places(project: &Project, folder: &Path) -> Vec<PathBuf> {
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let named = project.with.iter().chain([&project.output]).filter_map(|path| path.canonicalize().ok());
    named.filter(|place| place.starts_with(&folder) && *place != folder).collect()
}

fn is_below(file: &Path, place: &Path) -> bool {
    file.canonicalize().is_ok_and(|file| file.starts_with(place))
}

/// Pycs belong to sources, which are compiled anew. Scripts that installers made name the interpreter they were made for.
fn is_left_behind(source: &Source, folder: &Path, is_installed: bool) -> bool {
    let is_script = || {
        let top = source.relative.iter().next().unwrap_or_default();
        (top == "bin" || top == "Scripts") && !folder.join(top).join("__init__.py").exists()
    };
    source.path.extension().is_some_and(|kind| kind == "pyc") || is_installed && is_script()
}

fn item(source: Source, folder: usize, project: &Project) -> Result<Item, PackError> {
    let parts: Option<Vec<&str>> = source.relative.iter().map(|part| part.to_str()).collect();
    let path = parts.ok_or_else(|| PackError::Name(source.path.clone()))?.join("/");
    let kind = if is_source(&source.path) && !source.included { Kind::Module } else { Kind::Data };
    let targets = TargetSet::all(project.targets.len());
    let Source { path: file, size, included, .. } = source;
    Ok(Item { path, file, size, kind, included, folder, targets })
}

/// Leaves one file for each path and target. Equal files become one; unequal ones may only serve different targets.
pub(super) fn settle(items: Vec<Item>) -> Result<Vec<Item>, PackError> {
    let mut settled: Vec<Item> = Vec::with_capacity(items.len());
    for mut item in items {
        let first =
            settled.iter().rposition(|earlier| earlier.path != item.path).map_or(0, |index| index + 1);
        let mut is_new = true;
        for earlier in &mut settled[first..] {
            if are_equal(earlier, &item)? {
                earlier.targets = earlier.targets.union(item.targets);
                is_new = false;
                break;
            }
            if earlier.targets.common(item.targets).is_empty() {
                continue;
            }
            if !is_install_record(&item.path) {
                let (first, second) = (earlier.file.clone(), item.file);
                return Err(PackError::Conflict { path: item.path, first, second });
            }
            item.targets = item.targets.without(earlier.targets);
        }
        if is_new && !item.targets.is_empty() {
            settled.push(item);
        }
    }
    Ok(settled)
}

fn are_equal(a: &Item, b: &Item) -> Result<bool, PackError> {
    let read = |item: &Item| read(&item.file).map_err(PackError::File);
    Ok(a.size == b.size && read(a)? == read(b)?)
}

/// What tells how a distribution was built and installed, of which a folder for another Python has another: the first stands. Programs ask about
/// the rest.
fn is_install_record(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, name)| {
        folder.ends_with(".dist-info") && !["METADATA", "entry_points.txt"].contains(&name)
    })
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(file).map_err(|error| FileError::new("read", file, error))
}

pub(super) fn read_text(file: &Path) -> Result<String, FileError> {
    fs::read_to_string(file).map_err(|error: io::Error| FileError::new("read", file, error))
}

/// Whether its owner may run it; nothing on systems that do not say so.
pub(super) fn is_executable(file: &Path) -> bool {
    #[cfg(unix)]
    return fs::metadata(file)
        .is_ok_and(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0);
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
