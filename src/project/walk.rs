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

/// Which files a walk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    Sources,
    All,
}

/// Which names with a leading dot a walk leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    Folders,
    /// Folders and files, such as `.env`.
    All,
    /// Those at the top of the tree. Deeper ones are parts of installed packages (`numpy/.dylibs`).
    Top,
}

/// The rules of a walk.
#[derive(Clone, Debug)]
pub struct Rules<'r> {
    pub files: Files,
    pub links: FolderLinks,
    pub hidden: Hidden,
    pub excludes: &'r Globs,
    /// Files and folders that are taken even if another rule leaves them out.
    pub includes: &'r Globs,
}

/// A file that was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// The PATH, continued.
    pub path: PathBuf,
    /// The path inside the PATH; the file's name if the PATH is the file.
    pub relative: PathBuf,
    pub size: u64,
    /// The file, or a folder that it is in, matches `includes`.
    pub included: bool,
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
            let (path, size, included) = (root.to_owned(), metadata.len(), false);
            walk.sources.push(Source { path, relative, size, included });
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
        // The depths of the outermost enclosing folders that are left out and included.
        let (mut left_out, mut included) = (None, None);
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.errors.extend(file_error(error));
                    continue;
                }
            };
            let depth = entry.depth();
            left_out = left_out.filter(|&outer| depth > outer);
            included = included.filter(|&outer| depth > outer);
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let is_included = included.is_some() || depth > 0 && rules.includes.matches(relative);
            let is_left_out = left_out.is_some() || depth > 0 && rules.leave_out(&entry, relative);
            if entry.file_type().is_dir() {
                if entry.file_name() == CACHE_DIR {
                    self.caches.push(entry.path().to_owned());
                }
                if is_included {
                    included = included.or(Some(depth));
                } else if is_left_out && rules.includes.is_empty() {
                    entries.skip_current_dir();
                } else if is_left_out {
                    left_out = left_out.or(Some(depth));
                }
            } else if is_included || !is_left_out && rules.wants(entry.path()) {
                self.file(&entry, relative, is_included);
            }
        }
    }

    /// Takes a file or a link to one. A dangling link is not an error: editors use them as locks.
    fn file(&mut self, entry: &DirEntry, relative: &Path, included: bool) {
        match fs::metadata(entry.path()) {
            Ok(metadata) if metadata.is_file() => self.sources.push(Source {
                path: entry.path().to_owned(),
                relative: relative.to_owned(),
                size: metadata.len(),
                included,
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
    fn wants(&self, file: &Path) -> bool {
        self.files == Files::All || is_source(file)
    }

    fn leave_out(&self, entry: &DirEntry, relative: &Path) -> bool {
        let is_folder = entry.file_type().is_dir();
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".")
            && match self.hidden {
                Hidden::Folders => is_folder,
                Hidden::All => true,
                Hidden::Top => entry.depth() == 1,
            };
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
