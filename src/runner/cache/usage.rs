//! Which entries running programs use: each holds a lock on its entry's folder.
//!
//! The lock is that of an open folder, not of a process: it stays with the program that this process becomes and with what the program forks, and the
//! system lets go of it when the last of them has ended, however it ended. On Windows nothing need be marked: a running program's files cannot be renamed.

#[cfg(unix)]
pub(super) use unix::{Mark, is_in_use, mark};

#[cfg(unix)]
mod unix {
    use std::fs::{File, TryLockError};
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

    /// The lower numbers are left to the program, as if it had been started by hand.
    const LOWEST_NUMBER: i32 = 10;

    /// In use as long as this lives, or the program that this process becomes.
    #[derive(Debug)]
    pub(in crate::runner::cache) struct Mark(
        #[expect(dead_code, reason = "held for the lock that closing it ends")] OwnedFd,
    );

    /// Marks an entry. Where folders cannot be locked, all do without.
    pub(in crate::runner::cache) fn mark(place: &Path) -> Option<Mark> {
        let folder = File::open(place).ok()?;
        folder.try_lock_shared().ok()?;
        marked(&folder).ok()
    }

    fn marked(folder: &File) -> io::Result<Mark> {
        let descriptor = fcntl_dupfd_cloexec(folder, LOWEST_NUMBER)?;
        fcntl_setfd(&descriptor, FdFlags::empty())?;
        Ok(Mark(descriptor))
    }

    /// Whether a running program has marked it.
    pub(in crate::runner::cache) fn is_in_use(place: &Path) -> bool {
        File::open(place).is_ok_and(|folder| matches!(folder.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Mark, is_in_use, mark};

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    #[derive(Debug)]
    pub(in crate::runner::cache) enum Mark {}

    pub(in crate::runner::cache) fn mark(_: &Path) -> Option<Mark> {
        None
    }

    pub(in crate::runner::cache) fn is_in_use(_: &Path) -> bool {
        false
    }
}
