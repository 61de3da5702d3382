//! Selects the files for a bundle: those of the project, then those of the folders named with
//! `--with`, in order.
//!
//! Distributions are taken whole, by their RECORD ([`place`](super::place)). From the other files,
//! hidden ones, keys, earlier builds and the like are left out and reported. Files that `--include`
//! names are taken unchanged; sources among them are not compiled.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::distribution::Distribution;
use super::left_out::{LeftOut, Reason};
use super::place::{Claim, Place, Role};
use super::rules::{GitIgnores, file_reason, folder_reason, real};
use super::shebang::portable_script;
use super::{Folder, PackError, Project, TargetSet};
use crate::project::FileError;
use crate::project::globs::Globs;
use crate::project::walk::is_source;
use crate::pyc::CACHE_DIR;

/// A file that goes into the bundle.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its path in the bundle, with `/`. For a module, the path of its source.
    pub path: String,
    /// Its path on this machine.
    pub file: PathBuf,
    /// Contents that replace those of the file.
    pub made: Option<Vec<u8>>,
    pub size: u64,
    pub kind: Kind,
    /// The user asked for it by name.
    pub included: bool,
    /// The number of its folder: 0 for the project.
    pub folder: usize,
    /// The number of its distribution.
    pub owner: Option<usize>,
    pub targets: TargetSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A source to be compiled.
    Module,
    /// Taken unchanged.
    Data,
    /// Taken unchanged, and executable.
    Script,
}

impl Item {
    pub(super) fn read(&self) -> Result<Vec<u8>, FileError> {
        self.made.clone().map_or_else(|| read(&self.file), Ok)
    }

    pub(super) fn is_executable(&self) -> bool {
        self.kind == Kind::Script || is_executable(&self.file)
    }
}

/// The files of all folders, by path. If paths are equal, those of the earlier folder come first.
pub(super) struct Gathered {
    pub items: Vec<Item>,
    pub distributions: Vec<Distribution>,
    pub left_out: Vec<LeftOut>,
}

impl Gathered {
    /// Sorts by path. Files of the earlier folder come first.
    pub(super) fn sort(&mut self) {
        self.items.sort_by(|a, b| (&a.path, a.folder).cmp(&(&b.path, b.folder)));
    }
}

/// The folder under `project` that holds its packages: `src` beside a pyproject.toml. Build tools
/// look there too.
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

pub(super) fn gather(project: &Project, errors: &mut Vec<FileError>) -> Result<Gathered, PackError> {
    let mut gathered = Gathered { items: Vec::new(), distributions: Vec::new(), left_out: Vec::new() };
    for folder in project.folders() {
        if !folder.path.is_dir() {
            let error = if folder.path.exists() { PackError::NotAFolder } else { PackError::NoFolder };
            return Err(error(folder.path.to_owned()));
        }
        let number = folder.number;
        if let Some(module) = project.module.as_ref().filter(|_| number == 0) {
            gathered.items.push(only_module(module, folder.targets)?);
            continue;
        }
        let place = Place::new(&folder, project, &mut gathered.distributions)?;
        let others = other_places(project, &place.site);
        let ignores = (number == 0 && project.gitignore)
            .then(|| GitIgnores::new(&real(&place.site), &real(&project.root)));
        let gatherer = Gatherer {
            project,
            folder,
            real: real(&place.site),
            excludes: if number == 0 { &project.excludes } else { &project.with_excludes },
            place: &place,
            others,
            ignores,
            seen: HashSet::new(),
            gathered: &mut gathered,
            errors,
        };
        gatherer.run()?;
    }
    gathered.sort();
    gathered.left_out.sort();
    gathered.left_out.dedup();
    Ok(gathered)
}

/// The module of a project that is a single module.
fn only_module(module: &Path, targets: TargetSet) -> Result<Item, PackError> {
    let size = fs::metadata(module).map_err(|error| FileError::new("read", module, error))?.len();
    Ok(Item {
        path: bundle_path(Path::new(module.file_name().unwrap_or_default()), module)?,
        file: module.to_owned(),
        made: None,
        size,
        kind: Kind::Module,
        included: false,
        folder: 0,
        owner: None,
        targets,
    })
}

/// Paths inside `folder` that do not belong to it: an older archive, and folders that are named
/// themselves.
fn other_places(project: &Project, folder: &Path) -> Vec<PathBuf> {
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let with = project.with.iter().map(|with| &with.folder);
    let named = with.chain([&project.output]).filter_map(|path| path.canonicalize().ok());
    named.filter(|place| place.starts_with(&folder) && *place != folder).collect()
}

/// The walk of one folder.
struct Gatherer<'g> {
    project: &'g Project,
    folder: Folder<'g>,
    place: &'g Place,
    /// The folder, with symbolic links resolved.
    real: PathBuf,
    excludes: &'g Globs,
    others: Vec<PathBuf>,
    ignores: Option<GitIgnores>,
    /// The claimed files that the walk has met.
    seen: HashSet<String>,
    gathered: &'g mut Gathered,
    errors: &'g mut Vec<FileError>,
}

/// The depths of the outermost folders around an entry that are left out and included.
#[derive(Default)]
struct Outer {
    left_out: Option<usize>,
    included: Option<usize>,
}

impl Outer {
    /// Forgets the folders that do not contain an entry at this depth.
    fn leave(&mut self, depth: usize) {
        self.left_out = self.left_out.filter(|&outer| depth > outer);
        self.included = self.included.filter(|&outer| depth > outer);
    }
}

/// Why the walk does not take an entry.
#[derive(Clone, Copy)]
enum Verdict {
    Take,
    /// It is uninteresting or excluded.
    Skip,
    Report(Reason),
}

impl Gatherer<'_> {
    fn run(mut self) -> Result<(), PackError> {
        let place = self.place;
        let mut entries = WalkDir::new(&place.site).follow_links(true).sort_by_file_name().into_iter();
        let mut outer = Outer::default();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.extend(file_error(error));
                    continue;
                }
            };
            let relative = entry.path().strip_prefix(&place.site).unwrap_or(entry.path()).to_owned();
            outer.leave(entry.depth());
            let is_named = entry.depth() > 0 && self.project.includes.matches(&relative);
            let is_included = is_named || outer.included.is_some();
            if entry.file_type().is_dir() {
                if !self.visit_folder(&entry, &relative, is_included, &mut outer) {
                    entries.skip_current_dir();
                }
            } else if outer.left_out.is_none() || is_included || self.is_claimed(&relative) {
                self.file(&entry, &relative, is_included)?;
            }
        }
        self.beside()?;
        self.missing();
        Ok(())
    }

    /// Decides about a folder. Returns whether its entries are of interest: in a folder that is
    /// left out, some may be included by name.
    fn visit_folder(
        &mut self,
        entry: &DirEntry,
        relative: &Path,
        is_included: bool,
        outer: &mut Outer,
    ) -> bool {
        let depth = entry.depth();
        if is_included {
            outer.included = outer.included.or(Some(depth));
            return true;
        }
        if outer.left_out.is_some() {
            return true;
        }
        let verdict = if depth == 0 { Verdict::Take } else { self.judge_folder(entry, relative) };
        match verdict {
            Verdict::Take => {
                self.enter(depth, relative);
                true
            }
            verdict => {
                self.report(verdict, entry.path());
                outer.left_out = Some(depth);
                !self.project.includes.is_empty()
            }
        }
    }

    fn enter(&mut self, depth: usize, relative: &Path) {
        if let Some(ignores) = &mut self.ignores {
            ignores.enter(depth, &self.real.join(relative));
        }
    }

    fn is_claimed(&self, relative: &Path) -> bool {
        relative.to_str().is_some_and(|path| self.place.claim_of(&path.replace('\\', "/")).is_some())
    }

    fn judge_folder(&mut self, entry: &DirEntry, relative: &Path) -> Verdict {
        let path = relative.to_string_lossy().replace('\\', "/");
        if entry.file_name() == CACHE_DIR || self.excludes.matches(relative) || self.is_other(entry.path()) {
            return Verdict::Skip;
        }
        if self.place.has_claims_in(&path) {
            return Verdict::Take;
        }
        if self.place.has_packages() && path.ends_with(".egg-info") {
            return Verdict::Take;
        }
        let is_of_installer = self.place.has_packages() && is_installers_folder(&path);
        if is_of_installer && !entry.path().join("__init__.py").exists() {
            return Verdict::Report(Reason::InstalledScript);
        }
        let reason = folder_reason(entry.path(), relative);
        let reason = reason.or_else(|| self.ignored(entry.depth(), relative, true));
        reason.map_or(Verdict::Take, Verdict::Report)
    }

    fn ignored(&mut self, depth: usize, relative: &Path, is_folder: bool) -> Option<Reason> {
        let path = self.real.join(relative);
        let is_ignored = self.ignores.as_mut()?.ignores(depth, &path, is_folder);
        is_ignored.then_some(Reason::Ignored)
    }

    fn report(&mut self, verdict: Verdict, path: &Path) {
        if let Verdict::Report(reason) = verdict {
            self.gathered.left_out.push(LeftOut { reason, path: path.to_owned() });
        }
    }

    fn is_other(&self, path: &Path) -> bool {
        !self.others.is_empty() && self.others.contains(&real(path))
    }

    /// Takes a file or a link to one. A dangling link is neither a module nor an error: editors use
    /// them as locks.
    fn file(&mut self, entry: &DirEntry, relative: &Path, included: bool) -> Result<(), PackError> {
        let size = match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(_) if entry.path_is_symlink() => return Ok(()),
            Err(error) => {
                self.errors.push(FileError::new("read", entry.path(), error));
                return Ok(());
            }
        };
        if self.is_other(entry.path()) {
            return Ok(());
        }
        let path = bundle_path(relative, entry.path())?;
        let claim = self.place.claim_of(&path);
        self.seen.insert(path.clone());
        if included {
            return self.take(entry.path(), path, size, None, Kind::Data, true);
        }
        if self.excludes.matches(relative) {
            return Ok(());
        }
        // uv's lock file is left out.
        let is_lock = self.place.has_packages() && path == ".lock";
        match claim {
            Some(Claim::Dropped) => Ok(()),
            None if is_lock => Ok(()),
            Some(Claim::Taken { owner, path, role }) => {
                self.take_claimed(entry.path(), owner, path, role, size)
            }
            None => {
                let reason = file_reason(entry.path(), relative);
                match reason.or_else(|| self.ignored(entry.depth(), relative, false)) {
                    Some(Reason::PathFile) if is_editable(entry.path()) => {
                        let (folder, file) = (self.place.site.clone(), entry.path().to_owned());
                        Err(PackError::EditablePath { folder, file })
                    }
                    Some(reason) => {
                        self.report(Verdict::Report(reason), entry.path());
                        Ok(())
                    }
                    None => self.take(entry.path(), path, size, None, Kind::Data, false),
                }
            }
        }
    }

    fn take_claimed(
        &mut self,
        file: &Path,
        owner: usize,
        path: String,
        role: Role,
        size: u64,
    ) -> Result<(), PackError> {
        let kind = if role == Role::Script { Kind::Script } else { Kind::Data };
        if role != Role::Library {
            let made = portable_script(&read(file)?).filter(|_| role == Role::Script);
            let targets = self.folder.targets;
            let (file, folder, owner) = (file.to_owned(), self.folder.number, Some(owner));
            self.gathered.items.push(Item {
                path,
                file,
                made,
                size,
                kind,
                included: false,
                folder,
                owner,
                targets,
            });
            return Ok(());
        }
        self.take(file, path, size, Some(owner), kind, false)
    }

    /// Adds a file of site-packages: a source as a module, a pyc without source for its target.
    fn take(
        &mut self,
        file: &Path,
        path: String,
        size: u64,
        owner: Option<usize>,
        kind: Kind,
        included: bool,
    ) -> Result<(), PackError> {
        let mut targets = self.folder.targets;
        let kind = if is_source(file) && !included { Kind::Module } else { kind };
        if path.ends_with(".pyc") && !included {
            if file.with_extension("py").exists() {
                return Ok(());
            }
            targets = targets.common(self.targets_of_pyc(file)?);
        }
        let folder = self.folder.number;
        let file = file.to_owned();
        self.gathered.items.push(Item {
            path,
            file,
            made: None,
            size,
            kind,
            included,
            folder,
            owner,
            targets,
        });
        Ok(())
    }

    /// The target whose magic number the pyc has.
    fn targets_of_pyc(&self, file: &Path) -> Result<TargetSet, PackError> {
        let magic = read(file)?.first_chunk().map_or(0, |&bytes| u16::from_le_bytes(bytes));
        let targets = self.project.targets_that(|target| target.features().magic == magic);
        match targets.is_empty() {
            true => Err(PackError::ForeignPyc { path: file.to_owned(), magic }),
            false => Ok(targets),
        }
    }

    /// Takes files of distributions that are outside of site-packages, in a virtual environment.
    fn beside(&mut self) -> Result<(), PackError> {
        for (file, claim) in &self.place.beside {
            let Claim::Taken { owner, path, role } = claim else { continue };
            if self.excludes.matches(Path::new(path)) {
                continue;
            }
            match fs::metadata(file) {
                Ok(metadata) => {
                    self.take_claimed(file, *owner, path.clone(), *role, metadata.len())?;
                }
                Err(_) => self.report(Verdict::Report(Reason::Missing), file),
            }
        }
        Ok(())
    }

    /// Reports the claimed files that do not exist.
    fn missing(&mut self) {
        for path in self.place.expected() {
            let is_excluded = || {
                let folders = Path::new(path).ancestors();
                folders.into_iter().any(|path| self.excludes.matches(path))
            };
            if !self.seen.contains(path) && !path.ends_with(".pyc") && !is_excluded() {
                let path = self.place.site.join(path);
                self.gathered.left_out.push(LeftOut { reason: Reason::Missing, path });
            }
        }
    }
}

/// The path in the bundle.
fn bundle_path(relative: &Path, file: &Path) -> Result<String, PackError> {
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    Ok(parts.ok_or_else(|| PackError::Name(file.to_owned()))?.join("/"))
}

fn is_installers_folder(path: &str) -> bool {
    ["bin", "Scripts"].contains(&path)
}

/// Whether a `.pth` file points to the sources of an editable install.
fn is_editable(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("__editable__") || name == "easy-install.pth"
}

/// The error of a folder that could not be listed. `None` for a loop of links or a dangling link.
fn file_error(error: walkdir::Error) -> Option<FileError> {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    let source = if error.loop_ancestor().is_some() { None } else { error.into_io_error() }?;
    let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    (!is_link).then(|| FileError::new("read", &path, source))
}

/// Leaves one file for each path and target. Equal files are merged. Different files with one path
/// must be for different targets.
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
    let may_be = a.size == b.size || a.made.is_some() || b.made.is_some();
    Ok(may_be && a.read()? == b.read()?)
}

/// Whether the file describes how a distribution was built. Folders for several Pythons may have
/// different ones, and the first is taken. METADATA and entry_points.txt must be equal, because
/// programs read them.
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

/// Whether its owner may execute it. Always false on systems without such permissions.
fn is_executable(file: &Path) -> bool {
    #[cfg(unix)]
    return fs::metadata(file)
        .is_ok_and(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o100 != 0);
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
