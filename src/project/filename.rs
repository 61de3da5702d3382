//! `co_filename`: the name of a module's file in tracebacks.
//!
//! ```text
//! crosspyc compile src                                      src/pkg/mod.py -> pkg/mod.py
//! crosspyc compile src --layout sourceless -o out                          -> /home/me/out/pkg/mod.py
//! crosspyc compile src --prepend-dir /app                                  -> /app/src/pkg/mod.py
//! crosspyc compile src --strip-dir src --prepend-dir /app                  -> /app/pkg/mod.py
//! ```
//!
//! Relative names, and those that the two options make, have `/` on every system.

use std::path::Path;

/// How paths of sources become `co_filename`s.
///
/// CPython: `Lib/compileall.py` `compile_file` (3.9–); since 3.13 a directory to strip that is not
/// a prefix of the path strips nothing
#[derive(Clone, Debug, Default)]
pub struct FileNames {
    pub strip_dir: Option<String>,
    pub prepend_dir: Option<String>,
}

impl FileNames {
    /// The `co_filename` of the source at `path`: UTF-8 with `surrogatepass`. Without the two
    /// options it is `plain_name`.
    pub fn of(&self, path: &Path, plain_name: &Path) -> Vec<u8> {
        if self.strip_dir.is_none() && self.prepend_dir.is_none() {
            let name = python_str(plain_name);
            return if plain_name.is_relative() { with_slashes(name) } else { name };
        }
        let path = with_slashes(python_str(path));
        let stripped = match &self.strip_dir {
            Some(dir) => strip(&path, dir.as_bytes()).unwrap_or(&path),
            None => &path,
        };
        match &self.prepend_dir {
            Some(dir) => join(dir.as_bytes(), stripped),
            None => stripped.to_vec(),
        }
    }
}

/// `path` without the folders of `dir`, if it begins with them.
fn strip<'p>(path: &'p [u8], dir: &[u8]) -> Option<&'p [u8]> {
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    let rest = path.strip_prefix(dir)?;
    let rest = rest.strip_prefix(b"/")?;
    (!rest.is_empty()).then_some(rest)
}

/// CPython: `Lib/posixpath.py` `join` (3.8–)
fn join(dir: &[u8], path: &[u8]) -> Vec<u8> {
    match dir {
        _ if path.starts_with(b"/") => path.to_vec(),
        [] | [.., b'/'] => [dir, path].concat(),
        _ => [dir, b"/", path].concat(),
    }
}

/// On Windows, `/` in place of `\`.
fn with_slashes(mut path: Vec<u8>) -> Vec<u8> {
    if cfg!(windows) {
        path.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    path
}

/// A path in the form of Python's `str`: a byte that is not UTF-8 becomes a lone surrogate
/// (`surrogateescape`).
pub(crate) fn python_str(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        // Windows paths are encoded as Python's `surrogatepass` does.
        return bytes.to_vec();
    }
    let mut text = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend(chunk.valid().as_bytes());
        for &byte in chunk.invalid() {
            // U+DC80 to U+DCFF, in three bytes.
            text.extend([0xED, 0xB0 | byte >> 6, 0x80 | byte & 0x3F]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(strip_dir: &str, prepend_dir: &str) -> FileNames {
        let option = |text: &str| (text != "-").then(|| text.to_owned());
        FileNames { strip_dir: option(strip_dir), prepend_dir: option(prepend_dir) }
    }

    #[test]
    fn names_are_those_of_compileall() {
        for (strip_dir, prepend_dir, path, name) in [
            ("-", "-", "/b/src/pkg/mod.py", "pkg/mod.py"),
            ("/b", "-", "/b/src/pkg/mod.py", "src/pkg/mod.py"),
            ("/b/", "-", "/b/src/pkg/mod.py", "src/pkg/mod.py"),
            ("/b/src", "/app", "/b/src/pkg/mod.py", "/app/pkg/mod.py"),
            ("src", "/app/", "src/pkg/mod.py", "/app/pkg/mod.py"),
            ("-", "/app", "src/pkg/mod.py", "/app/src/pkg/mod.py"),
            ("-", "/app", "./pkg/mod.py", "/app/./pkg/mod.py"),
            ("-", "/app", "/b/src/pkg/mod.py", "/b/src/pkg/mod.py"),
            ("sr", "-", "src/pkg/mod.py", "src/pkg/mod.py"),
            ("src/pkg/mod.py", "-", "src/pkg/mod.py", "src/pkg/mod.py"),
        ] {
            let name_given = names(strip_dir, prepend_dir).of(Path::new(path), Path::new("pkg/mod.py"));
            assert_eq!(String::from_utf8_lossy(&name_given), name, "{strip_dir} {prepend_dir} {path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_utf8_become_surrogates() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9/\x80\xff.py"));
        let name = FileNames::default().of(path, path);
        assert_eq!(name, b"caf\xed\xb3\xa9/\xed\xb2\x80\xed\xb3\xbf.py");
    }
}
