//! Folders whose contents only the user and the administrator can change.
//!
//! Files in such a folder run as the user. Checking the folder alone is not enough: whoever can
//! write to a folder above it can replace it between the check and the start. Every folder on the
//! path from `/` is checked, and so is every symbolic link on it. A folder is created first and
//! then checked, so that there is no race.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::Obstacle;

#[cfg(unix)]
use unix::check;
#[cfg(unix)]
pub(super) use unix::is_own;
#[cfg(windows)]
use windows::check;
#[cfg(windows)]
pub(super) use windows::is_own;

/// Who may add files to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Only the user and the administrator. Names of files may be predictable.
    Private,
    /// Everyone, as in `/tmp`. Nobody can rename or remove the files of others.
    Shared,
}

/// A folder that was created and checked. Files that will run are only written to such a folder.
#[derive(Clone, Debug)]
pub(in crate::runner) struct TrustedFolder(PathBuf);

impl TrustedFolder {
    /// Checks the folder at this absolute path, which is created if necessary.
    pub(super) fn make(path: &Path) -> Result<TrustedFolder, Obstacle> {
        let io_error = |source| Obstacle::Io { path: path.to_owned(), source };
        folder_builder().recursive(true).create(path).map_err(io_error)?;
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
}

/// Creates folders that other users can neither read nor write.
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

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::fs::{self, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Component, Path, PathBuf};

    use super::{Access, Obstacle};

    /// The number of symbolic links to follow, the same as the system's.
    const MOST_LINKS: usize = 40;

    /// Resolves `path` as the system does, and checks each folder and link on it.
    pub(super) fn check(path: &Path, access: Access) -> Result<(), Obstacle> {
        let mut here = PathBuf::from("/");
        let mut mode = checked(&here)?.mode();
        let mut to_come = parts(path);
        let mut links = 0;
        while let Some(part) = to_come.pop() {
            let next = here.join(&part);
            let metadata = checked(&next)?;
            if metadata.is_symlink() {
                links += 1;
                let target = match links {
                    0..=MOST_LINKS => fs::read_link(&next),
                    _ => Err(io::Error::other("there are too many symbolic links")),
                };
                let target = target.map_err(|source| Obstacle::Io { path: next, source })?;
                if target.is_absolute() {
                    here = PathBuf::from("/");
                }
                to_come.extend(parts(&target));
                continue;
            }
            mode = metadata.mode();
            match part == ".." {
                true => drop(here.pop()),
                false => here = next,
            }
        }
        match access {
            Access::Private if mode & 0o022 != 0 => Err(writable(here)),
            Access::Private | Access::Shared => Ok(()),
        }
    }

    /// The parts of a path below its root or folder, the last one first.
    fn parts(path: &Path) -> Vec<OsString> {
        let below = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
        let parts = path.components().filter(below);
        parts.rev().map(|part| part.as_os_str().to_owned()).collect()
    }

    /// Checks a file, folder or link: it belongs to the user or the administrator. If others can
    /// add files to a folder, they cannot replace existing files.
    fn checked(path: &Path) -> Result<Metadata, Obstacle> {
        const WRITABLE: u32 = 0o022;
        const STICKY: u32 = 0o1000;
        let metadata =
            fs::symlink_metadata(path).map_err(|source| Obstacle::Io { path: path.to_owned(), source })?;
        let owner = metadata.uid();
        if owner != 0 && !is_own(&metadata) && Some(owner) != outsider() {
            return Err(Obstacle::Untrusted { path: path.to_owned(), reason: "belongs to another user" });
        }
        let mode = metadata.mode();
        match !metadata.is_symlink() && mode & WRITABLE != 0 && mode & STICKY == 0 {
            true => Err(writable(path.to_owned())),
            false => Ok(metadata),
        }
    }

    fn writable(path: PathBuf) -> Obstacle {
        Obstacle::Untrusted { path, reason: "can be written by other users" }
    }

    pub(in crate::runner::cache) fn is_own(metadata: &Metadata) -> bool {
        metadata.uid() == rustix::process::geteuid().as_raw()
    }

    /// In a user namespace (a sandbox, a rootless container): the owner that all outside users map
    /// to, including that of the system's folders. No process in the namespace can run as that
    /// user.
    fn outsider() -> Option<u32> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let outsider = number(&fs::read_to_string("/proc/sys/kernel/overflowuid").ok()?)?;
        let mapped = fs::read_to_string("/proc/self/uid_map").ok()?;
        let is_mapped = mapped.lines().any(|range| {
            let mut numbers = range.split_whitespace().map(number);
            match (numbers.next().flatten(), numbers.nth(1).flatten()) {
                (Some(first), Some(count)) => outsider.checked_sub(first).is_some_and(|at| at < count),
                _ => true,
            }
        });
        (!is_mapped).then_some(outsider)
    }
}

#[cfg(windows)]
mod windows {
    use std::fs;
    use std::path::Path;

    use super::{Access, Obstacle};

    pub(super) fn check(_: &Path, _: Access) -> Result<(), Obstacle> {
        Ok(())
    }

    pub(in crate::runner::cache) fn is_own(_: &fs::Metadata) -> bool {
        true
    }
}
