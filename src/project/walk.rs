//! Finds the sources under a PATH, in an order that does not depend on the file system.
//!
//! Hidden folders, `__pycache__`, virtual environments (folders with a `pyvenv.cfg`), caches
//! (folders with a `CACHEDIR.TAG`) and excluded files are skipped. The PATH itself is always taken.
//! A file or folder that cannot be read becomes an error in the result, and the walk continues.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::FileError;
use super::globs::Globs;
use crate::pyc::CACHE_DIR;

/// What to do with a symbolic link to a folder. Links to files are always taken, because Python
/// looks for the pyc beside the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderLinks {
    /// As compileall does: their targets are found on another path, or are outside of the PATH.
    Skip,
    /// Loops are detected and cut.
    Follow,
}

/// The rules of a walk.
#[derive(Clone, Debug)]
pub struct Rules<'r> {
    pub links: FolderLinks,
    pub excludes: &'r Globs,
}

/// A source that was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// The PATH, continued.
    pub path: PathBuf,
    /// The path inside the PATH; the file's name if the PATH is the file.
    pub relative: PathBuf,
    pub size: u64,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub struct Walk {
    pub sources: Vec<Source>,
    /// The `__pycache__` folders.
    pub caches: Vec<PathBuf>,
    pub errors: Vec<FileError>,
}

/// Walks a file or folder.
pub fn walk(root: &Path, rules: &Rules<'_>) -> Walk {
    let mut walk = Walk::default();
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => walk.folder(root, rules),
        Ok(metadata) if metadata.is_file() => {
            let relative = root.file_name().map_or_else(|| root.to_owned(), PathBuf::from);
            walk.sources.push(Source { path: root.to_owned(), relative, size: metadata.len() });
        }
        Ok(_) => {
            let neither = io::Error::other("it is neither a file nor a folder");
            walk.errors.push(FileError::new("compile", root, neither));
        }
        Err(error) => walk.errors.push(FileError::new("read", root, error)),
    }
    walk
}

impl Walk {
    fn folder(&mut self, root: &Path, rules: &Rules<'_>) {
        let follow = rules.links == FolderLinks::Follow;
        let mut entries = WalkDir::new(root).follow_links(follow).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.extend(file_error(error));
                    continue;
                }
            };
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let is_left_out = entry.depth() > 0 && rules.leave_out(&entry, relative);
            if entry.file_type().is_dir() {
                if entry.file_name() == CACHE_DIR {
                    self.caches.push(entry.path().to_owned());
                }
                if is_left_out {
                    entries.skip_current_dir();
                }
            } else if !is_left_out && is_source(entry.path()) {
                self.file(&entry, relative);
            }
        }
    }

    /// Takes a file or a link to one. A dangling link is not an error: editors use them as locks.
    fn file(&mut self, entry: &DirEntry, relative: &Path) {
        match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_file() => self.sources.push(Source {
                path: entry.path().to_owned(),
                relative: relative.to_owned(),
                size: metadata.len(),
            }),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) if entry.path_is_symlink() => {}
            Err(error) => self.errors.push(FileError::new("read", entry.path(), error)),
        }
    }
}

/// Whether the file's name is that of a Python source.
pub fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

impl Rules<'_> {
    fn leave_out(&self, entry: &DirEntry, relative: &Path) -> bool {
        let is_folder = entry.file_type().is_dir();
        let is_hidden = is_folder && entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_pycache = is_folder && entry.file_name() == CACHE_DIR;
        let is_marked = |by: &str| is_folder && entry.path().join(by).exists();
        let is_made_anew = is_pycache || is_marked("pyvenv.cfg") || is_marked("CACHEDIR.TAG");
        is_hidden || is_made_anew || self.excludes.matches(relative)
    }
}

/// The error of a folder that could not be listed; none for a loop of links or a dangling link.
fn file_error(error: walkdir::Error) -> Option<FileError> {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    let source = if error.loop_ancestor().is_some() { None } else { error.into_io_error() }?;
    let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    (!is_link).then(|| FileError::new("read", &path, source))
}
