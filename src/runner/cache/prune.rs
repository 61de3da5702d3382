//! Lists and removes entries of the cache.
//!
//! An entry is renamed before it is removed, so a run that starts meanwhile finds it complete or
//! not at all. Entries of running programs stay: such a program would miss the modules that it has
//! not imported yet. The time of last use is recorded at a program's start, to the hour.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::unpack::{self, Unpacking};
use super::{CacheError, Obstacle, TrustedFolder, place, record, usage};

/// An entry of the cache.
#[derive(Clone, Debug)]
pub struct Listed {
    pub path: PathBuf,
    /// The record's header. `None` if the record is unreadable.
    pub header: Option<super::Header>,
    /// The size of all files, in bytes.
    pub size: u64,
    pub last_use: SystemTime,
    /// A running program was started from it. This is unknown on Windows, but such an entry cannot
    /// be removed there.
    pub in_use: bool,
}

impl Listed {
    /// The digits that distinguish entries. They begin with those of the archive's identity.
    pub fn digits(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

/// The folder of the cache.
pub fn root() -> Result<PathBuf, CacheError> {
    let unusable = |obstacle: Obstacle| CacheError::Unusable(obstacle.to_string());
    let root = place::root().map_err(unusable)?;
    match TrustedFolder::open(&root) {
        Err(Obstacle::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(root),
        opened => opened.map(|_| root).map_err(unusable),
    }
}

/// The entries of the cache, most recently used first. Foreign files are left out.
pub fn list(root: &Path) -> io::Result<Vec<Listed>> {
    let mut entries = Vec::new();
    match fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
        Ok(found) => {
            for entry in found.filter_map(Result::ok) {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && entry.file_name().to_str().is_some_and(is_entry_name) {
                    entries.push(listed(entry.path()));
                }
            }
        }
    }
    entries.sort_by(|one, other| other.last_use.cmp(&one.last_use).then_with(|| one.path.cmp(&other.path)));
    Ok(entries)
}

/// Whether the name consists of the digits of an identity and a variant.
fn is_entry_name(name: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.split_once('-')
        .is_some_and(|(identity, _)| identity.len() == super::NAME_DIGITS && identity.bytes().all(is_digit))
}

fn listed(path: PathBuf) -> Listed {
    let (header, last_use) = match record::read(&path) {
        Some((header, last_use)) => (Some(header), last_use),
        None => {
            let made = fs::metadata(&path).and_then(|metadata| metadata.modified());
            (None, made.unwrap_or(SystemTime::UNIX_EPOCH))
        }
    };
    Listed {
        size: size(&path, &mut HashSet::new()),
        in_use: usage::Removal::of(&path).is_none(),
        path,
        header,
        last_use,
    }
}

/// The size of all readable files below a folder. The launchers of Windows, which are hard links to
/// one file, count once; `launchers` has those that were seen.
fn size(folder: &Path, launchers: &mut HashSet<same_file::Handle>) -> u64 {
    let mut is_counted = |path: &Path| {
        let is_launcher = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("exe"));
        is_launcher && same_file::Handle::from_path(path).is_ok_and(|launcher| !launchers.insert(launcher))
    };
    let (mut total, mut folders) = (0, Vec::new());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
            Ok(metadata) if !is_counted(&entry.path()) => total += metadata.len(),
            _ => {}
        }
    }
    total + folders.iter().map(|folder| size(folder, launchers)).sum::<u64>()
}

/// Removes an entry from the cache, unless a running program uses it.
pub fn remove(root: &Path, entry: &Listed) -> io::Result<()> {
    let Some(_removal) = usage::Removal::of(&entry.path) else {
        return Err(io::ErrorKind::ResourceBusy.into());
    };
    let root = TrustedFolder::open(root).map_err(io::Error::other)?;
    Unpacking::in_cache(&root)?.discard(&entry.path)
}

/// Removes leftovers of killed runs.
pub fn clean(root: &Path) {
    unpack::clean(root);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_links_to_a_launcher_count_once() {
        let entry = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| entry.path().join(name);
        fs::create_dir(path("Scripts")).expect("made");
        fs::write(path("Scripts/python.exe"), [0; 1000]).expect("written");
        fs::hard_link(path("Scripts/python.exe"), path("Scripts/tool.EXE")).expect("linked");
        fs::write(path("Scripts/pythonw.exe"), [0; 200]).expect("written");
        fs::write(path("record"), [0; 30]).expect("written");
        assert_eq!(size(entry.path(), &mut HashSet::new()), 1230);
    }
}
