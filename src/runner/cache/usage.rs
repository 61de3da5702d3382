//! Which entries running programs use: each holds a lock on the file `in-use` of its entry.
//!
//! The lock belongs to an open file, not to a process: it stays with the program that this process
//! becomes and with what the program forks. The system releases it when the last of them has ended,
//! however it ended. So the program inherits a descriptor, 10 or above. It is of an empty regular
//! file: it gives a program that locks itself in (`chroot`) no way out, as a folder's would. The
//! runner cannot keep the program from passing the descriptor on to programs that it starts without
//! closing descriptors (`os.system`, not `subprocess`); such a program keeps the entry as long as it
//! runs.
//!
//! Windows needs no mark: the files of a running program cannot be renamed.

/// What came of marking an entry.
#[derive(Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing is marked there"))]
pub(super) enum Marking {
    /// It stays in its place until the mark is dropped.
    Marked(Mark),
    /// Locks cannot be had here; all do without.
    Unmarked,
    /// Somebody has just removed it.
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

    /// In an entry.
    const NAME: &str = "in-use";

    /// The lower numbers are left to the program, as if it had been started by hand.
    const LOWEST_NUMBER: i32 = 10;

    /// Removing an entry takes as long as renaming a folder.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// In use as long as this lives, or the program that this process becomes.
    #[derive(Debug)]
    pub(in crate::runner::cache) struct Mark(
        #[expect(dead_code, reason = "held for the lock that closing it ends")] OwnedFd,
    );

    /// Marks an entry as one in use.
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

    /// In a cache that cannot be written the file may be missing.
    fn open(place: &Path) -> io::Result<File> {
        let path = place.join(NAME);
        match open_regular(&path, File::options().read(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                open_regular(&path, File::options().read(true).append(true).create(true))
            }
            opened => opened,
        }
    }

    /// Whether the entry that stands in this place has the file.
    fn is_in(place: &Path, file: &File) -> bool {
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let there = fs::symlink_metadata(place.join(NAME)).map(identity).ok();
        there.is_some() && there == file.metadata().map(identity).ok()
    }

    /// Lets the program inherit the lock on a file.
    pub(in crate::runner::cache) fn inherited(file: &File) -> Option<Mark> {
        let descriptor = fcntl_dupfd_cloexec(file, LOWEST_NUMBER).ok()?;
        fcntl_setfd(&descriptor, FdFlags::empty()).ok()?;
        Some(Mark(descriptor))
    }

    /// The right to remove an entry: no program uses it, and none can mark it as long as this lives.
    #[derive(Debug)]
    pub(in crate::runner::cache) struct Removal {
        _lock: Option<File>,
    }

    impl Removal {
        /// None if a running program uses the entry.
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
