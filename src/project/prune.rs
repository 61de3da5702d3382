//! Finds and removes the pycs of sources that no longer exist.
//!
//! Only files that a run with the same options writes are considered: files with the tag of one of
//! its targets, in a source-less mirror files with a target's magic number, and temporary files. A
//! source that exists but is excluded keeps its pycs.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::FileError;
use super::output::{Cache, Destination, Layout, Placement, Plan, Root, prefixed, split_cache_name};
use crate::atomic::is_temporary;
use crate::pyc::{CACHE_DIR, HEADER_LEN, Header};
use crate::targets::Target;

/// The files that can be removed, in order, and the folders that could not be read.
#[derive(Debug, Default)]
pub struct Orphans {
    pub pycs: Vec<Orphan>,
    /// Temporary files. A run may still be writing some of them.
    pub temporary: Vec<PathBuf>,
    pub errors: Vec<FileError>,
}

/// A pyc whose source no longer exists.
#[derive(Debug)]
pub struct Orphan {
    pub pyc: PathBuf,
    /// The folder that stays even if it becomes empty.
    top: PathBuf,
}

/// Finds orphans in the places where `placement` puts the pycs of `roots`. A mirror must not hold
/// the pycs of other roots.
pub fn orphans(plan: &Plan, roots: &[Root], placement: &Placement) -> Orphans {
    let mut orphans = Orphans::default();
    let outputs = plan.modules.iter().flat_map(|module| &module.outputs);
    let kept: HashSet<&Path> = outputs.map(|output| output.path.as_path()).collect();
    match &placement.destination {
        Destination::BesideSources => plan.caches.iter().for_each(|cache| orphans.in_cache(cache, &kept)),
        Destination::Mirror(dir) => {
            let names = match placement.layout {
                Layout::Pycache => Names::InCaches,
                Layout::Sourceless => Names::Sourceless,
            };
            orphans.in_mirror(dir, dir, roots, names, &kept);
        }
        Destination::Prefix(dir) => {
            for root in roots.iter().filter(|root| root.path.is_dir()) {
                let mirror = prefixed(dir, &root.path);
                orphans.in_mirror(&mirror, dir, std::slice::from_ref(root), Names::Tagged, &kept);
            }
        }
    }
    orphans
}

/// How pycs are named in a mirror.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// With tags, in `__pycache__` folders.
    InCaches,
    /// With tags, where the sources would be.
    Tagged,
    Sourceless,
}

impl Orphan {
    /// Removes the pyc and the folders that become empty: Python treats an empty folder as a
    /// namespace package.
    pub fn remove(&self) -> Result<(), FileError> {
        match fs::remove_file(&self.pyc) {
            // Another run has removed it.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::new("remove", &self.pyc, error));
            }
            _ => {}
        }
        for folder in self.pyc.ancestors().skip(1) {
            let is_inside = folder != self.top && folder.starts_with(&self.top);
            // `remove_dir` fails for a folder that is not empty.
            if !is_inside || fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Orphans {
    fn in_cache(&mut self, cache: &Cache, kept: &HashSet<&Path>) {
        let entries = match fs::read_dir(&cache.path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.errors.push(FileError::new("read", &cache.path, error)),
        };
        let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        files.sort();
        let folder = cache.path.parent().unwrap_or(Path::new(""));
        for file in files {
            let is_gone = |stem| !has_source(folder, stem);
            if is_temporary(&file) {
                self.temporary.push(file);
            } else if !kept.contains(file.as_path())
                && cached_stem(&file, &cache.targets).is_some_and(is_gone)
            {
                self.pycs.push(Orphan { pyc: file, top: cache.root.clone() });
            }
        }
    }

    /// Looks in `dir`, which mirrors `roots`. `top` is `dir` or a folder that it is in.
    fn in_mirror(&mut self, dir: &Path, top: &Path, roots: &[Root], names: Names, kept: &HashSet<&Path>) {
        let targets: Vec<Target> = roots.iter().flat_map(|root| root.targets.iter().copied()).collect();
        for entry in WalkDir::new(dir).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(dir).to_owned();
                    let error = error.into_io_error().filter(|e| e.kind() != io::ErrorKind::NotFound);
                    self.errors.extend(error.map(|error| FileError::new("read", &path, error)));
                    continue;
                }
            };
            let pyc = entry.path();
            if !entry.file_type().is_file() || kept.contains(pyc) {
                continue;
            }
            if is_temporary(pyc) {
                self.temporary.push(pyc.to_owned());
                continue;
            }
            let parent = pyc.parent().unwrap_or(dir);
            let in_cache = parent.file_name() == Some(OsStr::new(CACHE_DIR));
            let (folder, stem) = match names {
                Names::InCaches if in_cache => (parent.parent(), cached_stem(pyc, &targets)),
                Names::Tagged if !in_cache => (Some(parent), cached_stem(pyc, &targets)),
                Names::Sourceless if !in_cache => (Some(parent), sourceless_stem(pyc, &targets)),
                _ => continue,
            };
            let relative = folder.and_then(|folder| folder.strip_prefix(dir).ok());
            if let (Some(relative), Some(stem)) = (relative, stem)
                && !roots.iter().any(|root| root.has(relative, stem))
            {
                self.pycs.push(Orphan { pyc: pyc.to_owned(), top: top.to_owned() });
            }
        }
    }
}

impl Root {
    fn has(&self, relative: &Path, stem: &OsStr) -> bool {
        if self.path.is_dir() {
            has_source(&self.path.join(relative), stem)
        } else {
            relative.as_os_str().is_empty() && self.path.file_stem() == Some(stem)
        }
    }
}

/// The module that a file in `__pycache__` is named after, if its tag is that of a target.
fn cached_stem<'p>(pyc: &'p Path, targets: &[Target]) -> Option<&'p OsStr> {
    let (stem, tag) = split_cache_name(Path::new(pyc.file_name()?))?;
    targets.iter().any(|target| tag == target.features().pyc_tag).then_some(stem)
}

/// The module of a source-less pyc, if it is for one of the targets.
fn sourceless_stem<'p>(pyc: &'p Path, targets: &[Target]) -> Option<&'p OsStr> {
    if pyc.extension()? != "pyc" {
        return None;
    }
    let mut start = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(pyc).ok()?, HEADER_LEN as u64), &mut start)
        .ok()?;
    let magic = Header::read(&start).ok()?.magic;
    targets.iter().any(|target| magic == target.features().magic).then(|| pyc.file_stem())?
}

/// Whether a folder has the source of a module, or something that may be its source.
fn has_source(folder: &Path, stem: &OsStr) -> bool {
    ["", ".py", ".pyw"].into_iter().any(|suffix| {
        let mut name = stem.to_owned();
        name.push(suffix);
        // A folder `mod/` is not the source of `mod.cpython-312.pyc`.
        match fs::metadata(folder.join(name)) {
            Ok(metadata) => !metadata.is_dir(),
            Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        }
    })
}
