//! What an archive says of itself: entry point, targets, and every file with its size and digest.

use serde::{Deserialize, Serialize};

/// The manifest of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The application's name, for messages.
    pub name: String,
    pub entry_point: EntryPoint,
    /// Oldest first.
    pub targets: Vec<TargetEntry>,
    /// In the order of their frames.
    pub sections: Vec<Section>,
    /// The operating system and processor that native extension modules in the archive need, like `linux-x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

impl Manifest {
    /// The sections that a run on `tag` needs: the shared one and the target's own.
    pub fn sections_for<'m>(&'m self, tag: &'m str) -> impl Iterator<Item = &'m Section> {
        self.sections.iter().filter(move |section| section.tag.as_deref().is_none_or(|own| own == tag))
    }
}

/// What a run starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryPoint {
    /// The `__main__` module at the root, as `python DIR` does.
    Main,
    /// A module or package, as `python -m NAME` does.
    Module(String),
    /// A function called without arguments whose result is the exit status, as a console script does.
    Function { module: String, function: String },
}

/// A Python the archive has modules for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetEntry {
    /// As in `3.12`.
    pub version: String,
    /// The interpreter's `sys.implementation.cache_tag`, `cpython-312`.
    pub tag: String,
    /// The first two bytes of its pycs.
    pub magic: u16,
}

/// One zstd frame, and the files in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The target that the files are for; without it they are for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Length of the frame.
    pub compressed: u64,
    pub files: Vec<FileEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative to the root of the application, with `/`. See [`check_path`].
    pub path: String,
    pub size: u64,
    /// BLAKE3, 64 hexadecimal digits.
    pub blake3: String,
}

/// Whether a path may stand in an archive: relative, no `.` or `..`, nothing that leaves the root on any system.
///
/// # Errors
/// Says what is wrong with the path.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("is empty");
    }
    if path.contains(['\\', '\0', ':']) {
        return Err("has a character that not every file system takes");
    }
    for part in path.split('/') {
        match part {
            "" => return Err("is absolute or has an empty part"),
            "." | ".." => return Err("has a part that is `.` or `..`"),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_path;

    #[test]
    fn paths_stay_inside_the_root() {
        for good in ["a", "a/b.pyc", "..a/b..", "ä/ö"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for bad in ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "a\\b", "c:/a", "a\0"] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
    }
}
