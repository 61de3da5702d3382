//! Checks that every file system can hold the paths of an archive side by side.
//!
//! An archive is unpacked on any system, so the rules of Linux are not enough. Windows reserves
//! names and characters, and drops trailing dots and spaces. Windows and macOS do not distinguish
//! names that differ only in case. macOS does not distinguish names that differ only in how an
//! accent is composed. Two such files would overwrite each other.
//!
//! A part of a path has at most 255 bytes, the limit of most file systems. A path has at most 768
//! bytes: the 1,024 of macOS less room for the folder that it is unpacked into. Windows allows 259
//! characters in all unless long paths are enabled. No limit that suits every package leaves room
//! for every user's folder there. If a path is too long, unpacking fails and names it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::escape::is_hidden;

const MAX_PART: usize = 255;
const MAX_LENGTH: usize = 768;

/// Checks that a path may be in an archive: it is relative, contains no `.` or `..`, and on no
/// system leaves the root or has a special meaning.
///
/// # Errors
/// Says what is wrong with the path.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty");
    }
    if path.len() > MAX_LENGTH {
        return Err("is longer than 768 bytes");
    }
    path.split('/').try_for_each(check_part)
}

/// A name of a file or folder.
fn check_part(part: &str) -> Result<(), &'static str> {
    let forbidden =
        |char: char| matches!(char, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\') || char.is_control();
    match part {
        "" => Err("is absolute or has an empty part"),
        "." | ".." => Err("has a part that is `.` or `..`"),
        _ if part.len() > MAX_PART => Err("has a part longer than 255 bytes"),
        _ if part.contains(forbidden) => {
            Err(r#"has a control character or one of <>:"|?*\, which Windows does not take"#)
        }
        _ if part.ends_with(['.', ' ']) => {
            Err("has a part that ends with a dot or a space, which Windows drops")
        }
        _ if is_device(part) => Err("has a part that is a device on Windows, whatever its ending"),
        _ => Ok(()),
    }
}

/// Whether the name is that of a device, such as `CON`. Windows compares the part before the first
/// dot.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end_matches(' ').to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let number = |port: &str| {
        matches!(port, "¹" | "²" | "³") || port.len() == 1 && port.as_bytes()[0].is_ascii_digit()
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || port.is_some_and(number)
}

/// Why files cannot be in the same folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("the path `{path}` {reason}", path = shown(path))]
    Path { path: String, reason: &'static str },
    #[error("`{path}` occurs twice", path = shown(.0))]
    Twice(String),
    #[error("`{file}` is a file, and `{path}` is in it", file = shown(file), path = shown(path))]
    InFile { file: String, path: String },
    #[error(
        "`{first}` and `{second}` are the same file on systems that ignore case or the composition of accents",
        first = shown(first), second = shown(second)
    )]
    Clash { first: String, second: String },
}

/// A path for messages. Line breaks and combining characters are made visible.
fn shown(path: &str) -> String {
    let is_seen = |char: char| !is_hidden(char) && !is_combining_mark(char);
    path.chars()
        .map(|char| if is_seen(char) { char.to_string() } else { char.escape_default().to_string() })
        .collect()
}

/// All folders above the files with these paths. A folder comes after its parent.
pub fn folders<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<&'p str> {
    paths.flat_map(|path| path.match_indices('/').map(|(end, _)| &path[..end])).collect()
}

/// The reasons why files with these paths cannot share a folder. If a whole folder clashes with
/// another file or folder, only its first file is reported.
pub fn path_errors<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<PathError> {
    let mut tree = Tree::default();
    paths.filter_map(|path| tree.add_one(path).err()).collect()
}

/// The paths in a folder, compared as on the file system that distinguishes the fewest names.
#[derive(Default)]
pub(super) struct Tree<'t> {
    /// A tree whose paths count as present.
    base: Option<&'t Tree<'t>>,
    /// The names, by the form that such a file system compares.
    entries: HashMap<String, Name<'t>>,
    /// The folder of the previous path. Files of a folder usually follow each other.
    last_folder: &'t str,
}

/// A file, or a folder.
#[derive(Clone, Copy)]
struct Name<'t> {
    /// As it is written.
    name: &'t str,
    /// The file, or the first in the folder.
    path: &'t str,
}

impl<'t> Tree<'t> {
    /// A tree that contains the paths of `base`.
    pub(super) fn on(base: &'t Tree<'t>) -> Tree<'t> {
        Tree { base: Some(base), ..Tree::default() }
    }

    /// Adds files.
    ///
    /// # Errors
    /// Names the first path that cannot be added, and the one that it clashes with.
    pub(super) fn add(&mut self, mut paths: impl Iterator<Item = &'t str>) -> Result<(), PathError> {
        paths.try_for_each(|path| self.add_one(path))
    }

    fn add_one(&mut self, path: &'t str) -> Result<(), PathError> {
        check_path(path).map_err(|reason| PathError::Path { path: path.to_owned(), reason })?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder != std::mem::replace(&mut self.last_folder, folder) {
            for (end, _) in path.match_indices('/') {
                self.insert(Name { name: &path[..end], path })?;
            }
        }
        self.insert(Name { name: path, path })
    }

    fn insert(&mut self, new: Name<'t>) -> Result<(), PathError> {
        let key = compared(new.name);
        let based = self.base.and_then(|base| base.entries.get(&key)).copied();
        let old = match (based, self.entries.entry(key)) {
            (Some(old), _) => old,
            (None, Entry::Occupied(entry)) => *entry.get(),
            (None, Entry::Vacant(entry)) => {
                entry.insert(new);
                return Ok(());
            }
        };
        let is_file = |name: Name<'_>| name.name.len() == name.path.len();
        let (first, second) = (old.path.to_owned(), new.path.to_owned());
        match (is_file(old), is_file(new)) {
            _ if old.name != new.name => Err(PathError::Clash { first, second }),
            (true, true) => Err(PathError::Twice(first)),
            (true, false) => Err(PathError::InFile { file: first, path: second }),
            (false, true) => Err(PathError::InFile { file: second, path: first }),
            (false, false) => Ok(()),
        }
    }
}

/// The form in which names are compared: equal for two names that some file system treats as one.
/// Accents are decomposed, invisible characters are removed (as on HFS+), and letters are replaced
/// by the lower case of their upper case. The latter is equivalent to Unicode's full case folding:
/// `ß` and `ẞ` become `ss`, `ς` becomes `σ`.
fn compared(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let seen = name.nfd().filter(|&char| !is_hidden(char));
    let small = seen.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    small.nfd().collect()
}

#[cfg(test)]
mod tests {
    use super::{PathError, Tree, check_path, path_errors, shown};

    #[test]
    fn paths_that_every_file_system_takes() {
        let long = "a".repeat(255);
        for good in ["a", "a/b.pyc", "..a/..b", ".a", "ä/ö", "console", "COM10", "a.con", "comx.py", &long]
        {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn paths_that_some_file_system_does_not_take() {
        let (long, longer) = ("a".repeat(256), vec!["a"; 400].join("/"));
        for bad in
            ["", "/a", "a//b", "a/", "..", "../a", "a/../b", "./a", "a\\b", "c:/a", "a\0", "a\n/b", "a?"]
        {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
        for bad in [
            "CON",
            "a/nul.txt",
            "Aux .py",
            "com1",
            "LPT9.a.b",
            "com².x",
            "conin$",
            "a./b",
            "a ",
            &long,
            &longer,
        ] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }

    fn add(paths: &[&str]) -> Result<(), String> {
        Tree::default().add(paths.iter().copied()).map_err(|error: PathError| error.to_string())
    }

    #[test]
    fn names_that_are_one_to_some_file_system() {
        assert_eq!(add(&["a/b", "a/c", "b/a", "a/d", "ab"]), Ok(()));
        assert_eq!(add(&["a/b", "a/b"]).unwrap_err(), "`a/b` occurs twice");
        assert_eq!(add(&["a", "a/b"]).unwrap_err(), "`a` is a file, and `a/b` is in it");
        assert_eq!(add(&["a/b", "a"]).unwrap_err(), "`a` is a file, and `a/b` is in it");
        let clashes = [
            ["README", "Readme"],
            ["A/x", "a/y"],
            ["A", "a/y"],
            ["ä", "a\u{308}"],
            ["Ä", "a\u{308}"],
            ["straße", "STRASSE"],
            ["straße", "straẞe"],
            ["STRASSE", "straẞe"],
            ["a\u{200d}b", "ab"],
            ["σ", "ς"],
        ];
        for [first, second] in clashes {
            let message = add(&[first, second]).unwrap_err();
            let names = format!("`{}` and `{}` are the same file", shown(first), shown(second));
            assert!(message.starts_with(&names), "{message}");
        }
    }

    #[test]
    fn a_folder_that_clashes_is_told_once() {
        let errors = path_errors(["A/x", "A/y", "a/p", "a/q", "b?", "c"].into_iter());
        let messages: Vec<String> = errors.iter().map(PathError::to_string).collect();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages[0].starts_with("`A/x` and `a/p` are the same file"), "{messages:?}");
        assert!(messages[1].starts_with("the path `b?` has"), "{messages:?}");
    }

    #[test]
    fn what_cannot_be_seen_in_a_name_is_written_out() {
        assert_eq!(shown("a\nb/a\u{308}ä"), "a\\nb/a\\u{308}ä");
    }

    #[test]
    fn a_tree_has_what_its_base_has() {
        let mut base = Tree::default();
        base.add(["a/b"].into_iter()).unwrap();
        assert_eq!(Tree::on(&base).add(["a/c"].into_iter()), Ok(()));
        let clash = Tree::on(&base).add(["A/c"].into_iter());
        assert_eq!(clash, Err(PathError::Clash { first: "a/b".into(), second: "A/c".into() }));
    }
}
