//! Records which entries running programs use: each program holds a lock on the file `in-use` of
//! its entry.
//!
//! The lock belongs to an open file, not to a process. The program that replaces this process keeps
//! it, and so do its forks. The system releases it when the last of them ends for any reason. So
//! the program inherits a descriptor with number 10 or above. It refers to an empty regular file:
//! unlike the descriptor of a folder, it gives a program no way out of a `chroot`. The runner
//! cannot prevent the program from passing the descriptor on to programs that it starts without
//! closing descriptors (`os.system`, not `subprocess`). The entry then stays in use as long as they
//! run.
//!
//! Windows needs no mark, because files of a running program cannot be renamed.

/// The result of marking an entry.
#[derive(Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing is marked there"))]
pub(super) enum Marking {
    /// The entry stays in its place until the mark is dropped.
    Marked(Mark),
    /// The file system has no locks.
    Unmarked,
    /// Another run has just removed it.
    Gone,
}

#[cfg(unix)]
pub(super) use unix::{Mark, Removal, inherited, mark};

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, TryLockError};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

    use super::super::trust::open_regular;
    use super::Marking;

    /// The lock file in an entry.
    const NAME: &str = "in-use";

    /// Lower numbers stay free for the program, as if it had been started without the runner.
    const LOWEST_NUMBER: i32 = 10;

    /// Removing an entry takes as long as renaming a folder.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// The entry is in use during the lifetime of this value, or of the program that replaces this
    /// process.
    #[derive(Debug)]
    pub(in crate::runner::cache) struct Mark(
        #[expect(dead_code, reason = "held for the lock that closing it ends")] OwnedFd,
    );

    /// Marks an entry as in use.
    pub(in crate::runner::cache) fn mark(place: &Path) -> Marking {
        let Ok(file) = open(place) else {
            return if place.exists() { Marking::Unmarked } else { Marking::Gone };
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock_shared() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(_) => return Marking::Unmarked,
            }
        }
        match is_in(place, &file) {
            false => Marking::Gone,
            true => inherited(&file).map_or(Marking::Unmarked, Marking::Marked),
        }
    }

    /// In a read-only cache the file may be missing.
    fn open(place: &Path) -> io::Result<File> {
        let path = place.join(NAME);
        match open_regular(&path, File::options().read(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                open_regular(&path, File::options().read(true).append(true).create(true))
            }
            opened => opened,
        }
    }

    /// Whether the file is that of the entry at this path.
    fn is_in(place: &Path, file: &File) -> bool {
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let there = fs::symlink_metadata(place.join(NAME)).map(identity).ok();
        there.is_some() && there == file.metadata().map(identity).ok()
    }

    /// Makes the lock on a file inheritable.
    pub(in crate::runner::cache) fn inherited(file: &File) -> Option<Mark> {
        let descriptor = fcntl_dupfd_cloexec(file, LOWEST_NUMBER).ok()?;
        fcntl_setfd(&descriptor, FdFlags::empty()).ok()?;
        Some(Mark(descriptor))
    }

    /// The right to remove an entry: no program uses it, and none can mark it during the lifetime
    /// of this value.
    #[derive(Debug)]
    pub(in crate::runner::cache) struct Removal {
        _lock: Option<File>,
    }

    impl Removal {
        /// `None` if a running program uses the entry.
        pub(in crate::runner::cache) fn of(place: &Path) -> Option<Removal> {
            let Ok(file) = open_regular(&place.join(NAME), File::options().read(true)) else {
                return Some(Removal { _lock: None });
            };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => None,
                _ => Some(Removal { _lock: Some(file) }),
            }
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Mark, Removal, inherited, mark};

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::File;
    use std::path::Path;

    use super::Marking;

    #[derive(Debug)]
    pub(in crate::runner::cache) enum Mark {}

    pub(in crate::runner::cache) fn mark(_: &Path) -> Marking {
        Marking::Unmarked
    }

    pub(in crate::runner::cache) fn inherited(_: &File) -> Option<Mark> {
        None
    }

    #[derive(Debug)]
    pub(in crate::runner::cache) struct Removal;

    impl Removal {
        pub(in crate::runner::cache) fn of(_: &Path) -> Option<Removal> {
            Some(Removal)
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_entry_is_removed_or_marked_and_never_both() {
        let root = tempfile::tempdir().expect("a folder");
        let (place, away) = (root.path().join("entry"), root.path().join("away"));
        fs::create_dir(&place).expect("made");
        let marking = mark(&place);
        assert!(matches!(marking, Marking::Marked(_)));
        assert!(Removal::of(&place).is_none());
        drop(marking);
        let removal = Removal::of(&place).expect("nobody uses it");
        let marking = std::thread::scope(|scope| {
            let marking = scope.spawn(|| mark(&place));
            std::thread::sleep(Duration::from_millis(50));
            fs::rename(&place, &away).expect("it is ours");
            drop(removal);
            marking.join().expect("it does not panic")
        });
        assert!(matches!(marking, Marking::Gone));
    }
}
