//! Folders whose contents only the user and the administrator can change.
//!
//! Files in such a folder run as the user. Checking the folder alone is not enough: whoever can
//! write to a folder above it can replace it between the check and the start. Every folder on the
//! path from the root is checked, and so is every symbolic link on it. A folder is created first
//! and then checked, so that there is no race.
//!
//! Unix has owners and modes, see `unix.rs`. Windows has owners and access control lists, see
//! `windows.rs`. Both are read at every start, because that takes less than a millisecond: a check
//! that is remembered would miss later changes.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::Obstacle;

#[cfg(any(windows, test))]
mod lists;
#[cfg(any(windows, test))]
mod sddl;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix::Judge;
#[cfg(windows)]
use windows::Judge;

/// The number of symbolic links to follow, the same as Linux's.
const MOST_LINKS: usize = 40;

/// Who may add files to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Only the user and the administrator. Names of files may be predictable.
    Private,
    /// Everyone, as in `/tmp`. Nobody can rename or remove the files of others.
    Shared,
}

/// A folder or link that belongs to the user or the administrator. Others cannot replace the files
/// in it.
#[derive(Clone, Copy, Debug)]
struct Standing {
    is_link: bool,
    /// Others can add files.
    is_open: bool,
}

/// A folder that was created and checked. Files that will run are only written to such a folder.
#[derive(Clone, Debug)]
pub(in crate::runner) struct TrustedFolder(PathBuf);

impl TrustedFolder {
    /// Checks the folder at this absolute path, which is created if necessary.
    pub(super) fn make(path: &Path) -> Result<TrustedFolder, Obstacle> {
        Judge::new()?.make(path)?;
        TrustedFolder::open(path)
    }

    /// Checks the folder at this absolute path.
    pub(super) fn open(path: &Path) -> Result<TrustedFolder, Obstacle> {
        check(path, Access::Private)?;
        Ok(TrustedFolder(path.to_owned()))
    }

    /// Checks the folder at this absolute path, in which all users may create files. Names of new
    /// files in it must be unpredictable.
    pub(super) fn open_shared(path: &Path) -> Result<TrustedFolder, Obstacle> {
        check(path, Access::Shared)?;
        Ok(TrustedFolder(path.to_owned()))
    }

    pub(in crate::runner) fn path(&self) -> &Path {
        &self.0
    }

    pub(in crate::runner) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Creates a folder in it that only the user and the administrator can change.
    pub(super) fn create_private(&self, folder: &Path) -> io::Result<()> {
        debug_assert!(folder.starts_with(&self.0));
        Judge::new().and_then(|judge| judge.create(folder)).map_err(|obstacle| match obstacle {
            Obstacle::Io { source, .. } => source,
            other => io::Error::new(io::ErrorKind::PermissionDenied, other),
        })
    }
}

/// Resolves `path` as the system does, and checks each folder and link on it.
fn check(path: &Path, access: Access) -> Result<(), Obstacle> {
    let judge = Judge::new()?;
    let mut here = PathBuf::new();
    let mut is_open = false;
    let mut to_come = parts(path);
    let mut links = 0;
    while let Some(part) = to_come.pop() {
        let next = here.join(&part);
        // `C:` alone means the working directory of that drive.
        if let [Component::Prefix(_)] = next.components().collect::<Vec<_>>()[..] {
            here = next;
            continue;
        }
        let standing = judge.look(&next, to_come.is_empty())?;
        if standing.is_link {
            links += 1;
            let target = match links {
                0..=MOST_LINKS => fs::read_link(&next),
                _ => Err(io::Error::other("there are too many symbolic links")),
            };
            let target = target.map_err(|source| Obstacle::Io { path: next, source })?;
            to_come.extend(parts(&target));
            continue;
        }
        is_open = standing.is_open;
        match part == ".." {
            true => drop(here.pop()),
            false => here = next,
        }
    }
    match access {
        Access::Private if is_open => Err(writable(here)),
        Access::Private | Access::Shared => Ok(()),
    }
}

/// The parts of a path, the last one first. An absolute path has its root among them.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.rev().map(|part| part.as_os_str().to_owned()).collect()
}

fn writable(path: PathBuf) -> Obstacle {
    Obstacle::Untrusted { path, reason: "can be written by other users" }
}

fn foreign(path: PathBuf) -> Obstacle {
    Obstacle::Untrusted { path, reason: "belongs to another user" }
}

/// Whether a file or folder belongs to this user. If that is unknown, it does not.
pub(super) fn is_own(path: &Path) -> bool {
    Judge::new().is_ok_and(|judge| judge.is_own(path))
}

/// Creates folders that other users can neither read nor write. On Windows they inherit that from
/// the folder above them.
pub(super) fn folder_builder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Opens a regular file. Does not follow a symbolic link, and does not wait for a pipe.
pub(in crate::runner) fn open_regular(path: &Path, options: &OpenOptions) -> io::Result<File> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has flags"))]
    let mut options = options.clone();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32).mode(0o600);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}
