//! Finding and removing the pycs of sources that are gone.
//!
//! Only files that a run like this one writes are looked at: in `__pycache__` those with the tag of
//! a target of the run, in a source-less mirror those with a target's magic number. A source that
//! is there but excluded is not gone.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::FileError;
use super::output::{Layout, Placement, Plan, Root, split_cache_name};
use crate::pyc::{CACHE_DIR, HEADER_LEN, Header};
use crate::targets::Target;

/// The pycs whose sources are gone, in order, and the folders that could not be looked at.
#[derive(Debug, Default)]
pub struct Orphans {
    pub pycs: Vec<PathBuf>,
    pub errors: Vec<FileError>,
}

/// Looks for orphans among the pycs beside the sources, or in the mirror, which is taken to mirror
/// only `roots`.
pub fn orphans(plan: &Plan, roots: &[Root], placement: &Placement) -> Orphans {
    let mut orphans = Orphans::default();
    let outputs = plan.modules.iter().flat_map(|module| &module.outputs);
    let kept: HashSet<&Path> = outputs.map(|output| output.path.as_path()).collect();
    match &placement.out_dir {
        Some(dir) => orphans.in_mirror(dir, roots, placement.layout, &kept),
        None => {
            for (cache, targets) in &plan.caches {
                orphans.in_cache(cache, targets, &kept);
            }
        }
    }
    orphans
}

/// Removes an orphan, and the folders that are empty without it, up to `out_dir` or the
/// `__pycache__` itself.
pub fn remove(pyc: &Path, out_dir: Option<&Path>) -> Result<(), FileError> {
    match fs::remove_file(pyc) {
        // Another run was faster.
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(FileError::new("remove", pyc, error));
        }
        _ => {}
    }
    for folder in pyc.ancestors().skip(1) {
        let is_ours = match out_dir {
            Some(dir) => folder != dir && folder.starts_with(dir),
            None => folder.file_name() == Some(OsStr::new(CACHE_DIR)),
        };
        // Fails for a folder with anything in it, which is what keeps this safe.
        if !is_ours || fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

impl Orphans {
    fn in_cache(&mut self, cache: &Path, targets: &[Target], kept: &HashSet<&Path>) {
        let entries = match fs::read_dir(cache).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.errors.push(FileError::new("read", cache, error)),
        };
        let mut pycs: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
        pycs.sort();
        let folder = cache.parent().unwrap_or(Path::new(""));
        pycs.retain(|pyc| {
            !kept.contains(pyc.as_path())
                && cached_stem(pyc, targets).is_some_and(|stem| !has_source(folder, stem))
        });
        self.pycs.extend(pycs);
    }

    fn in_mirror(&mut self, dir: &Path, roots: &[Root], layout: Layout, kept: &HashSet<&Path>) {
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
            let parent = pyc.parent().unwrap_or(dir);
            let in_cache = parent.file_name() == Some(OsStr::new(CACHE_DIR));
            let (folder, stem) = match layout {
                Layout::Pycache if in_cache => (parent.parent(), cached_stem(pyc, &targets)),
                Layout::Sourceless if !in_cache => (Some(parent), sourceless_stem(pyc, &targets)),
                _ => continue,
            };
            let relative = folder.and_then(|folder| folder.strip_prefix(dir).ok());
            if let (Some(relative), Some(stem)) = (relative, stem)
                && !roots.iter().any(|root| root.has(relative, stem))
            {
                self.pycs.push(pyc.to_owned());
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

/// Whether a folder has the source of a module, or something that may be it: when in doubt, it has.
fn has_source(folder: &Path, stem: &OsStr) -> bool {
    ["", ".py", ".pyw"].into_iter().any(|suffix| {
        let mut name = stem.to_owned();
        name.push(suffix);
        // A folder `mod/` is no source of `mod.cpython-312.pyc`.
        match fs::metadata(folder.join(name)) {
            Ok(metadata) => !metadata.is_dir(),
            Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        }
    })
}
