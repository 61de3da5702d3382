//! Compares an entry with the archive, byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use super::environment::BYTECODE;
use super::install::{Item, Plan, RECORD, join};
use super::unpack::in_parallel;
use crate::bundle::is_metadata_folder;

/// Describes the first difference between the entry and the plan, in the order of paths. Returns
/// `None` if all planned files are unchanged and there are no other files that Python would run.
///
/// Bytecode that Python wrote beside sources is removed, because nothing proves that it is
/// unchanged. Other files that a program wrote beside its modules (a database, uploads) are left
/// alone.
pub(super) fn damage(place: &Path, plan: &Plan<'_>) -> Option<String> {
    let mut found = Found {
        missing: plan.items().iter().map(|item| (item.path.as_str(), item)).collect(),
        stray: BTreeSet::new(),
    };
    if let Err(error) = walk(place, "", &mut found) {
        return Some(format!("cannot be read: {error}"));
    }
    if let Some(path) = found.stray.first() {
        return Some(format!("has `{path}`, which is not in the archive"));
    }
    if let Some(path) = found.missing.keys().next() {
        return Some(format!("lacks `{path}`"));
    }
    let altered = Mutex::new(BTreeSet::new());
    let _ = in_parallel(plan.items(), |item| {
        if !is_as_planned(&join(place, &item.path), plan, item).unwrap_or(false) {
            altered.lock().unwrap_or_else(|error| error.into_inner()).insert(item.path.clone());
        }
        Ok::<_, ()>(())
    });
    let altered = altered.into_inner().unwrap_or_else(|error| error.into_inner());
    altered.first().map(|path| format!("has an altered `{path}`"))
}

/// The result of a walk over an entry.
struct Found<'p, 'a> {
    /// The planned files that the walk has not met.
    missing: BTreeMap<&'p str, &'p Item<'a>>,
    /// Files that should not exist.
    stray: BTreeSet<String>,
}

fn walk(folder: &Path, prefix: &str, found: &mut Found<'_, '_>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
            continue;
        }
        let planned = found.missing.remove(path.as_str());
        let is_fine = match planned {
            Some(item) => item.link().is_some() == kind.is_symlink(),
            None if is_bytecode(&path) => fs::remove_file(entry.path()).is_ok(),
            None => path == RECORD || kind.is_file() && is_mere_data(&path),
        };
        if !is_fine {
            found.stray.insert(path);
        }
    }
    Ok(())
}

/// Whether Python would load the file as bytecode of a source beside it.
fn is_bytecode(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    path.ends_with(".pyc") && folder.rsplit('/').next() == Some(BYTECODE)
}

/// Whether the file cannot be imported, run at the start, loaded as a library or read as metadata
/// of a package.
pub(super) fn is_mere_data(path: &str) -> bool {
    const ENDINGS: [&str; 9] = [".py", ".pyc", ".pyw", ".so", ".pyd", ".dll", ".dylib", ".pth", ".start"];
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    // `libssl.so.3`; `python312._pth` on Windows.
    let is_code = ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.contains(".so.")
        || name.ends_with("._pth");
    !is_code && !path.split('/').any(is_metadata_folder)
}

fn is_as_planned(path: &Path, plan: &Plan<'_>, item: &Item<'_>) -> io::Result<bool> {
    if let Some(target) = item.link() {
        return Ok(fs::read_link(path)? == target);
    }
    let metadata = fs::symlink_metadata(path)?;
    let bytes = plan.bytes(item);
    if metadata.len() != bytes.len() as u64 || !has_mode(&metadata, item.executable) {
        return Ok(false);
    }
    Ok(fs::read(path)? == *bytes)
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

#[cfg(test)]
mod tests {
    use super::{is_bytecode, is_mere_data};

    #[test]
    fn code_is_told_from_data_by_its_name() {
        for code in [
            "a.py",
            "a/b.pyc",
            "a.cpython-312-darwin.so",
            "lib/libssl.so.3",
            "x.DLL",
            "a.dylib",
            "x.pth",
            "python312._pth",
            "a.dist-info/entry_points.txt",
        ] {
            assert!(!is_mere_data(code), "{code}");
        }
        for data in ["a.txt", "db.sqlite3", "a.pyx", "a/soup", "a.solution", "record"] {
            assert!(is_mere_data(data), "{data}");
        }
    }

    #[test]
    fn bytecode_stands_in_its_folder() {
        for (path, expected) in [
            ("a/__pycache__/b.cpython-312.pyc", true),
            ("__pycache__/b.pypy39.opt-1.pyc", true),
            ("a/b.pyc", false),
            ("a/__pycache__/b.txt", false),
            ("a/__pycache__/b/c.pyc", false),
        ] {
            assert_eq!(is_bytecode(path), expected, "{path}");
        }
    }
}
