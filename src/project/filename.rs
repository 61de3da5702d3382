//! `co_filename`: what tracebacks call a module's file.
//!
//! ```text
//! crosspyc compile src                                   src/pkg/mod.py -> pkg/mod.py
//! crosspyc compile src --prepend-dir /app                src/pkg/mod.py -> /app/src/pkg/mod.py
//! crosspyc compile src --strip-dir src --prepend-dir /app   …           -> /app/pkg/mod.py
//! ```
//!
//! Always with `/`, and without the two options relative to the PATH given: the output does not depend on where it was built.

use std::path::Path;

/// How paths of sources become `co_filename`s.
///
/// CPython: `Lib/compileall.py` `compile_file` (3.9–); that a directory to strip which is no prefix strips nothing is the rule of 3.13
#[derive(Clone, Debug, Default)]
pub struct FileNames {
    pub strip_dir: Option<String>,
    pub prepend_dir: Option<String>,
}

impl FileNames {
    /// The `co_filename` of the source at `path`, which is `relative` inside the PATH given; UTF-8 with `surrogatepass`.
    pub fn of(&self, path: &Path, relative: &Path) -> Vec<u8> {
        if self.strip_dir.is_none() && self.prepend_dir.is_none() {
            return python_str(relative);
        }
        let path = python_str(path);
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

/// A path as Python's `str` has it, with `/`: a byte that is no UTF-8 becomes a lone surrogate (`surrogateescape`).
fn python_str(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        // There the encoding is that of Python's `surrogatepass` already.
        return bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect();
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
