//! Comparing an entry with the archive, byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use super::unpack::{folders, in_parallel};
use crate::bundle::{FileEntry, Index};

/// What is wrong with the first file, in the order of paths, that is not as the archive has it; none if all are, and nothing else is there.
pub(super) fn damage(folder: &Path, index: &Index, variant: Option<usize>) -> Option<String> {
    let entries: Vec<&FileEntry> = index.files(variant).collect();
    let mut expected: BTreeMap<&str, &FileEntry> =
        entries.iter().map(|entry| (entry.path.as_str(), *entry)).collect();
    let mut stray = BTreeSet::new();
    if let Err(error) = walk(folder, "", &folders(&entries), &mut expected, &mut stray) {
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
    folders: &BTreeSet<&str>,
    expected: &mut BTreeMap<&str, &FileEntry>,
    stray: &mut BTreeSet<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && folders.contains(path.as_str()) {
            walk(&entry.path(), &format!("{path}/"), folders, expected, stray)?;
        } else if !(kind.is_file() && expected.remove(path.as_str()).is_some()) {
            stray.insert(path);
        }
    }
    Ok(())
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
