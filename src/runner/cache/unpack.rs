//! Unpacks into a temporary folder that no other run touches during this one.
//!
//! Each folder `.unpacking-X` has a file `.unpacking-X.lock` beside it, which is created and locked
//! first. The system releases the lock when its process ends for any reason. A folder with a free
//! lock was left by a killed run. Only a process that holds the lock removes a folder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::install::{Item, Plan, join};
use super::trust::{folder_builder, is_own, open_regular};
use super::usage::{self, Mark};
use super::{Failure, Obstacle, TrustedFolder};
use crate::bundle::write_file;

/// The prefix of temporary folders in the cache.
const IN_CACHE: &str = ".unpacking-";
/// The prefix in the system's folder for temporary files, which other programs use too.
const IN_TEMPORARY: &str = "crosspyc-run-";
/// The number of names to try for a folder.
const ATTEMPTS: usize = 100;

/// The extensions of a folder's lock and of a damaged entry that is being removed.
const LOCK: &str = "lock";
const DISCARDED: &str = "old";

/// The number of files that justify another thread.
const FILES_A_THREAD: usize = 100;
/// More threads than this would wait for the file system.
const MOST_THREADS: usize = 4;

/// A folder that belongs to this run. It is removed on drop unless it was renamed.
#[derive(Debug)]
pub(super) struct Unpacking {
    folder: PathBuf,
    /// Held during the lifetime of this value, then removed.
    lock: tempfile::NamedTempFile,
    /// The program inherits the lock, because it may outlive a killed runner.
    inherited: Option<Mark>,
}

impl Unpacking {
    /// Creates a folder in the cache.
    pub(super) fn in_cache(root: &TrustedFolder) -> io::Result<Unpacking> {
        Unpacking::new(root, IN_CACHE)
    }

    /// Creates a folder for temporary files, and removes those that killed runs left there.
    pub(super) fn in_temporary(folder: &TrustedFolder) -> io::Result<Unpacking> {
        remove_abandoned(folder.path(), IN_TEMPORARY);
        let mut unpacking = Unpacking::new(folder, IN_TEMPORARY)?;
        unpacking.inherited = usage::inherited(unpacking.lock.as_file());
        Ok(unpacking)
    }

    fn new(parent: &TrustedFolder, prefix: &str) -> io::Result<Unpacking> {
        let mut failure = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..ATTEMPTS {
            let lock = tempfile::Builder::new().prefix(prefix).suffix(".lock").tempfile_in(parent.path())?;
            // A run that removes abandoned folders may have taken the lock first. On systems
            // without file locks, no run uses them.
            let is_lost = matches!(lock.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if is_lost || !lock.path().exists() {
                continue;
            }
            let folder = lock.path().with_extension("");
            match parent.create_private(&folder) {
                Ok(()) => return Ok(Unpacking { folder, lock, inherited: None }),
                // Another user can see the lock and create the folder that belongs to it.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failure = error,
                Err(error) => return Err(error),
            }
        }
        Err(failure)
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Moves a damaged entry out of its place and removes it.
    pub(super) fn discard(&self, place: &Path) -> io::Result<()> {
        let discarded = self.folder.with_extension(DISCARDED);
        match fs::rename(place, &discarded) {
            // Another run has removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => {
                // Later runs remove the rest.
                remove(&discarded);
                Ok(())
            }
        }
    }
}

impl Drop for Unpacking {
    fn drop(&mut self) {
        // After a rename there is no folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes a folder or a file. If that fails, it only takes space.
fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_err() {
        let _ = fs::remove_file(path);
    }
}

/// Removes leftovers of killed runs in the cache.
pub(super) fn clean(root: &Path) {
    remove_abandoned(root, IN_CACHE);
}

fn remove_abandoned(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.as_encoded_bytes().starts_with(prefix.as_bytes()) && is_own(&entry.path());
        if is_ours {
            remove_if_abandoned(&entry.path());
        }
    }
}

/// `path` is a folder, its lock, or a discarded entry.
fn remove_if_abandoned(path: &Path) {
    let lock_path = path.with_extension(LOCK);
    match open_regular(&lock_path, File::options().write(true)) {
        Ok(lock) if lock.try_lock().is_ok() => {
            remove(&path.with_extension(""));
            remove(&path.with_extension(DISCARDED));
            let _ = fs::remove_file(&lock_path);
        }
        // The lock is removed last.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            remove(path);
        }
        _ => {}
    }
}

/// The right to make an entry while others wait. It only saves work: entries are correct without
/// it.
pub(super) struct Turn {
    path: PathBuf,
    _lock: File,
}

impl Turn {
    /// Waits until no other run has it, or `patience` ends: a stopped process may hold it forever.
    pub(super) fn wait(root: &TrustedFolder, name: &str, patience: Duration) -> Option<Turn> {
        let path = root.join(&format!(".turn-{name}"));
        let file = open_regular(&path, File::options().create(true).write(true).truncate(false)).ok()?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Turn { path, _lock: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(2));
                }
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes the files of an entry into the existing folder `folder`.
pub(super) fn unpack(plan: &Plan<'_>, folder: &Path) -> Result<(), Failure> {
    let io_error = |path: PathBuf, source| Failure::Cache(Obstacle::Io { path, source });
    for path in plan.folders() {
        let path = join(folder, &path);
        folder_builder().create(&path).map_err(|source| io_error(path, source))?;
    }
    let (launchers, files): (Vec<_>, Vec<_>) =
        plan.items().iter().partition(|item| item.launcher().is_some());
    let write = |item: &Item<'_>| {
        let path = join(folder, &item.path);
        write(&path, plan, item).map_err(|source| io_error(path, source))
    };
    // The launchers of a kind are hard links to one file, if the file system allows it.
    for item in &launchers {
        let first = launchers.iter().find(|first| first.launcher() == item.launcher());
        let linked = first.map(|first| fs::hard_link(join(folder, &first.path), join(folder, &item.path)));
        if !matches!(linked, Some(Ok(()))) {
            write(item)?;
        }
    }
    in_parallel(&files, |item| write(item))
}

fn write(path: &Path, plan: &Plan<'_>, item: &Item<'_>) -> io::Result<()> {
    match item.link() {
        Some(target) => link(target, path),
        None => write_file(path, &plan.bytes(item), item.executable),
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Calls `work` for each item, on several threads if there are many. Stops at the first error.
pub(super) fn in_parallel<T: Sync, E: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let threads = (items.len() / FILES_A_THREAD).clamp(1, MOST_THREADS);
    let next = AtomicUsize::new(0);
    let one = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(item).inspect_err(|_| next.store(items.len(), Ordering::Relaxed))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        // If a thread cannot be started, the others do its work.
        let spawned = (1..threads).map_while(|_| thread::Builder::new().spawn_scoped(scope, one).ok());
        let spawned: Vec<_> = spawned.collect();
        let own = one();
        spawned.into_iter().filter_map(|thread| thread.join().ok()).fold(own, Result::and)
    })
}
