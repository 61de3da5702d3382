//! Writing a file whole or not at all: to a temporary name in the same folder, then renamed.
//!
//! An interrupted run ends between writes. One that is killed outright leaves at most a `.NAME.XXXXXX.tmp`, which no Python reads and no later run minds.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::interrupt::uninterrupted;

/// So that names of the longest kind still leave room for what makes them temporary.
const MAX_PREFIX: usize = 200;

/// Writes `bytes` to `path`, making the folders that lack. `mode` is what a file newly made is given, less the umask.
///
/// As `py_compile` does, a symbolic link or something that is no file is not replaced.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `_write_atomic`; `Lib/py_compile.py` `compile` (3.8–)
pub fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    write_parts_atomically(path, &[bytes], mode)
}

/// As [`write_atomically`], `parts` one after the other.
pub fn write_parts_atomically(path: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("something that is not a regular file is there"));
    }
    uninterrupted(|| match write_in_folder(path, parts, mode) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder_of(path))?;
            write_in_folder(path, parts, mode)
        }
        result => result,
    })
}

fn write_in_folder(path: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut end = name.len().min(MAX_PREFIX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let prefix = format!(".{}.", &name[..end]);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = builder.tempfile_in(folder_of(path)).map_err(plain)?;
    parts.iter().try_for_each(|part| file.write_all(part)).map_err(plain)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The error without the temporary name, which the crate adds to its text.
fn plain(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((text, _)) => io::Error::new(error.kind(), text),
        None => error,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The permission bits of a pyc: those of its source, not executable, and always writable by its owner.
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
