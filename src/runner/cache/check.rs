//! Comparing an entry with the archive, byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use super::unpack::in_parallel;
use crate::bundle::{FileEntry, Index};

/// What is wrong with the first file, in the order of paths, that is not as the archive has it; none if all are, and nothing else is there that
/// Python would find. What else a program has put beside its modules (a database, uploads) is left alone.
pub(super) fn damage(folder: &Path, index: &Index, variant: Option<usize>) -> Option<String> {
    let entries: Vec<&FileEntry> = index.files(variant).collect();
    let mut expected: BTreeMap<&str, &FileEntry> =
        entries.iter().map(|entry| (entry.path.as_str(), *entry)).collect();
    let mut stray = BTreeSet::new();
    if let Err(error) = walk(folder, "", &mut expected, &mut stray) {
        return Some(format!("cannot be read: {error}"));
    }
    if let Some(path) = stray.first() {
        return Some(format!("has `{path}`, which is not in the archive"));
    }
    if let Some(path) = expected.keys().next() {
        return Some(format!("lacks `{path}`"));
    }
    let altered = Mutex::new(BTreeSet::new());
    let _ = in_parallel(&entries, |entry| {
        let path = folder.join(&entry.path);
        if !is_as_packed(&path, index, entry).unwrap_or(false) {
            altered.lock().unwrap_or_else(|error| error.into_inner()).insert(entry.path.as_str());
        }
        Ok::<_, ()>(())
    });
    let altered = altered.into_inner().unwrap_or_else(|error| error.into_inner());
    altered.first().map(|path| format!("has an altered `{path}`"))
}

/// Takes the files that are there out of `expected`; what should not be there goes to `stray`.
fn walk(
    folder: &Path,
    prefix: &str,
    expected: &mut BTreeMap<&str, &FileEntry>,
    stray: &mut BTreeSet<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), expected, stray)?;
        } else if !(kind.is_file() && (expected.remove(path.as_str()).is_some() || is_mere_data(&path))) {
            stray.insert(path);
        }
    }
    Ok(())
}

/// Whether Python neither imports a file of this name nor takes it for what a package says of itself.
pub(super) fn is_mere_data(path: &str) -> bool {
    let describes_package = |part: &str| part.ends_with(".dist-info") || part.ends_with(".egg-info");
    let is_module = [".py", ".pyc", ".pyw", ".so", ".pyd"].iter().any(|suffix| path.ends_with(suffix));
    !is_module && !path.split('/').any(describes_package)
}

fn is_as_packed(path: &Path, index: &Index, entry: &FileEntry) -> io::Result<bool> {
    let blob = &index.blobs[entry.blob];
    let metadata = fs::symlink_metadata(path)?;
    if metadata.len() != blob.size || !has_mode(&metadata, entry.executable) {
        return Ok(false);
    }
    Ok(blake3::hash(&fs::read(path)?).to_hex().as_str() == blob.blake3)
}

#[cfg(unix)]
fn has_mode(metadata: &fs::Metadata, executable: bool) -> bool {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata);
    (mode & 0o100 != 0) == executable
}

#[cfg(not(unix))]
fn has_mode(_: &fs::Metadata, _: bool) -> bool {
    true
}
