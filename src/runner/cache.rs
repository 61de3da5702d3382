//! The per-user cache of unpacked bundles: one folder for each archive and target, there whole or not at all.
//!
//! A bundle is unpacked into a temporary folder beside its final place, every file verified, and the folder is then renamed.
//! Of two first runs at once, one's rename wins and the other uses what it finds. What a killed run leaves behind is in nobody's way,
//! and a later run that unpacks removes it.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bundle::{Archive, ReadError};

/// How the names of folders begin in which a run unpacks.
const UNPACKING: &str = ".unpacking-";

/// No run unpacks for so long: such a folder was left by one that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a bundle could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(
        "there is no place for the cache of unpacked bundles: set CROSSPYC_CACHE_DIR to a folder you can write to"
    )]
    NoPlace,
    #[error("failed to unpack into {path}: {source}; set CROSSPYC_CACHE_DIR to a folder you can write to", path = path.display())]
    Unpack { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The folder with the archive's files for one of its variants, unpacked now if it is not there.
pub(super) fn unpacked(archive: &Archive, variant: usize) -> Result<PathBuf, CacheError> {
    let root = root().ok_or(CacheError::NoPlace)?;
    let tag = &archive.manifest().variants[variant].tag;
    let place = root.join(format!("{}-{tag}", archive.identity().to_hex()));
    if place.is_dir() {
        return Ok(place);
    }
    create_private(&root).map_err(|source| CacheError::Unpack { path: root.clone(), source })?;
    remove_abandoned(&root);
    let unpack_error = |source| CacheError::Unpack { path: place.clone(), source };
    let temporary = temporary_folder(&root).map_err(unpack_error)?;
    archive.files(Some(variant), |entry, data| {
        let path = temporary.path().join(&entry.path);
        write_file(&path, data).map_err(|source| CacheError::Unpack { path, source })
    })?;
    match fs::rename(temporary.path(), &place) {
        Ok(()) => {
            // It has left the name under which it would be removed.
            let _ = temporary.keep();
            Ok(place)
        }
        Err(_) if place.is_dir() => Ok(place),
        Err(source) => Err(unpack_error(source)),
    }
}

fn write_file(path: &Path, data: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Names that differ only in case are one file on some systems; the second must not overwrite the first.
    fs::File::create_new(path)?.write_all(data)
}

/// What cannot be removed is left: it takes room, and no more.
fn remove_abandoned(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().as_encoded_bytes().starts_with(UNPACKING.as_bytes());
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
        if is_ours && matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// `CROSSPYC_CACHE_DIR`, else `crosspyc` in the system's folder for a user's caches. Absolute: the program may change its folder.
fn root() -> Option<PathBuf> {
    configured_root().and_then(|root| std::path::absolute(root).ok())
}

fn configured_root() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("CROSSPYC_CACHE_DIR") {
        return Some(folder);
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    caches.map(|folder| folder.join("crosspyc"))
}

/// A folder to unpack into. It becomes the entry, and is as private as that.
fn temporary_folder(root: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix(UNPACKING).tempdir_in(root)
}

/// Nobody else shall read or plant files here.
#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
