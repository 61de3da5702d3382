//! Writes files atomically: to a temporary file in the same folder, which is then renamed.
//!
//! An interrupted run ends between writes. A killed run leaves at most one `.crosspyc-XXXXXX.tmp`
//! for each of its threads. Python does not read such files. The next run that writes to the folder
//! removes them. A lock shows whether the writer is still running.

pub mod interrupt;
#[cfg(feature = "cli")]
pub mod leftovers;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use interrupt::uninterrupted;

const TEMPORARY_PREFIX: &str = ".crosspyc-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Writes `bytes` to `path`, and creates missing folders. `mode` contains the permissions of a new
/// file before the umask.
///
/// As in `py_compile`, a symbolic link or something that is not a file is not replaced.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `_write_atomic`; `Lib/py_compile.py` `compile`
/// (3.8–)
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    write_parts_atomically(path, &[bytes], mode)
}

/// The same for several `parts`, which are written one after the other.
pub fn write_parts_atomically(path: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("something that is not a regular file is there"));
    }
    uninterrupted(|| match write_in_folder(path, parts, mode) {
        // The folder is missing, or another run removed the file before it was locked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder_of(path))?;
            write_in_folder(path, parts, mode)
        }
        result => result,
    })
}

fn write_in_folder(path: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    let builder = with_permissions(temporary(), mode);
    let mut file = builder.tempfile_in(folder_of(path)).map_err(plain)?;
    // On file systems without locks, leftovers stay.
    let _ = file.as_file().try_lock();
    parts.iter().try_for_each(|part| file.write_all(part)).map_err(plain)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes temporary files with names that [`is_temporary`] recognizes.
pub(crate) fn temporary() -> Builder {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    builder
}

type Builder = tempfile::Builder<'static, 'static>;

#[cfg(unix)]
fn with_permissions(mut builder: Builder, mode: u32) -> Builder {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    builder
}

/// Other systems have no such permissions.
#[cfg(not(unix))]
fn with_permissions(builder: Builder, _mode: u32) -> Builder {
    builder
}

/// Whether the file's name is that of a temporary file: one that is being written, or a leftover of
/// a killed run.
pub fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX)
}

/// Removes a temporary file unless a run is writing it. Returns whether it was removed.
pub fn remove_leftover(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let is_free = |file: File| file.try_lock().is_ok();
    is_file && File::options().write(true).open(path).is_ok_and(is_free) && fs::remove_file(path).is_ok()
}

/// Removes leftovers of killed runs from a folder. Folders that cannot be listed are ignored.
pub fn remove_leftovers(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| is_temporary(path)) {
        remove_leftover(&path);
    }
}

/// The error without the temporary name, which the crate adds to its text.
fn plain(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((text, _)) => io::Error::new(error.kind(), text),
        None => error,
    }
}

/// The folder of a file; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The permission bits of a pyc: those of its source, not executable, and always writable by its
/// owner.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `_calc_mode` (3.8–)
pub fn mode_for(source: &fs::Metadata) -> u32 {
    #[cfg(unix)]
    return std::os::unix::fs::PermissionsExt::mode(&source.permissions()) & 0o666 | 0o200;
    #[cfg(not(unix))]
    {
        let _ = source;
        0o666
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_their_folders_are_made() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("a/b/mod.pyc");
        write_atomically(&path, b"one", 0o644).expect("written");
        write_atomically(&path, b"two", 0o644).expect("written again");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        assert_eq!(fs::read_dir(dir.path().join("a/b")).expect("a folder").count(), 1);
    }

    #[test]
    fn long_names_can_be_written() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join(format!("{}.cpython-312.pyc", "é".repeat(119)));
        write_atomically(&path, b"x", 0o644).expect("written");
        assert!(path.exists());
    }

    #[test]
    fn leftovers_are_removed_unless_a_run_holds_them() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let names = [".crosspyc-a.tmp", ".crosspyc-b.tmp", ".other.tmp", "crosspyc-a.tmp"];
        names.iter().for_each(|name| fs::write(dir.path().join(name), "").expect("written"));
        let held = File::options().write(true).open(dir.path().join(names[1])).expect("there");
        held.lock().expect("locked");
        remove_leftovers(dir.path());
        let left: Vec<&str> = names.into_iter().filter(|name| dir.path().join(name).exists()).collect();
        assert_eq!(left, &names[1..]);
        drop(held);
        remove_leftovers(dir.path());
        assert!(!dir.path().join(names[1]).exists());
    }

    #[test]
    fn a_folder_in_place_of_the_file_is_an_error() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let error = write_atomically(dir.path(), b"x", 0o644).expect_err("a folder is there");
        assert_eq!(error.to_string(), "something that is not a regular file is there");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_replaced() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (link, file) = (dir.path().join("link"), dir.path().join("file"));
        fs::write(&file, "kept").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert!(write_atomically(&link, b"x", 0o644).is_err());
        assert_eq!(fs::read(&file).expect("there"), b"kept");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_follow_the_source() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a temporary folder");
        let source = dir.path().join("mod.py");
        fs::write(&source, "").expect("written");
        fs::set_permissions(&source, fs::Permissions::from_mode(0o500)).expect("changed");
        let mode = mode_for(&fs::metadata(&source).expect("there"));
        let path = dir.path().join("mod.pyc");
        write_atomically(&path, b"x", mode).expect("written");
        let written = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(written & 0o777, 0o600);
    }
}
