//! Finding the sources under a PATH: from a file or folder to its `.py` files, in an order that does not depend on the file system.
//!
//! Skipped are hidden folders, `__pycache__`, virtual environments (a folder with `pyvenv.cfg`) and what is excluded; a PATH itself is always taken.
//! What cannot be read is an error in the result, the rest is walked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::FileError;
use super::exclude::Excludes;
use crate::pyc::CACHE_DIR;

/// What to do with a symbolic link to a folder. Links to files are always taken; Python looks for the pyc beside the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderLinks {
    /// As compileall does: what they lead to is reached anyway, or lies outside of the PATH.
    Skip,
    /// Loops are cut.
    Follow,
}

/// Which files a walk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    Sources,
    All,
}

/// A file that was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// The PATH, continued.
    pub path: PathBuf,
    /// The path inside the PATH; the file's name if the PATH is the file.
    pub relative: PathBuf,
    pub size: u64,
}

/// What is under a PATH.
#[derive(Debug, Default)]
pub struct Walk {
    pub sources: Vec<Source>,
    /// The `__pycache__` folders met.
    pub caches: Vec<PathBuf>,
    pub errors: Vec<FileError>,
}

/// Walks a file or folder.
pub fn walk(root: &Path, excludes: &Excludes, links: FolderLinks, files: Files) -> Walk {
    let mut walk = Walk::default();
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => walk.folder(root, excludes, links, files),
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
    fn folder(&mut self, root: &Path, excludes: &Excludes, links: FolderLinks, files: Files) {
        let mut entries =
            WalkDir::new(root).follow_links(links == FolderLinks::Follow).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.extend(file_error(error));
                    continue;
                }
            };
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let excluded = entry.depth() > 0 && excludes.matches(relative);
            if entry.file_type().is_dir() {
                if entry.file_name() == CACHE_DIR {
                    self.caches.push(entry.path().to_owned());
                }
                if entry.depth() > 0 && (excluded || is_skipped_folder(&entry)) {
                    entries.skip_current_dir();
                }
            } else if !excluded && (files == Files::All || is_source(entry.path())) {
                self.file(&entry, relative);
            }
        }
    }

    /// Takes a file or a link to one. A dangling link is no module, and not an error: editors leave them as locks.
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

fn is_skipped_folder(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    name.starts_with(b".") || name == CACHE_DIR.as_bytes() || entry.path().join("pyvenv.cfg").exists()
}

/// The error of a folder that could not be listed; none for a loop of links or a link that leads nowhere.
fn file_error(error: walkdir::Error) -> Option<FileError> {
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    let source = if error.loop_ancestor().is_some() { None } else { error.into_io_error() }?;
    let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    (!is_link).then(|| FileError::new("read", &path, source))
}
