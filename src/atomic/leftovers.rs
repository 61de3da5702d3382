//! What an interrupted run would leave behind: temporary folders, and child processes that it waits
//! for.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// Held by the thread that ends the run while it removes folders, until the run ends.
static LEFT: Mutex<Left> = Mutex::new(Left { folders: Vec::new(), children: Vec::new(), ends: false });

/// What there is to remove.
pub(super) struct Left {
    folders: Vec<PathBuf>,
    /// Processes that are not reaped.
    children: Vec<u32>,
    /// The run was interrupted.
    ends: bool,
}

fn left() -> MutexGuard<'static, Left> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder. It is removed on drop, or if the run is interrupted.
#[derive(Debug)]
pub struct TemporaryFolder(TempDir);

impl TemporaryFolder {
    /// Creates a folder in the system's folder for temporary files.
    pub fn new(prefix: &str) -> io::Result<TemporaryFolder> {
        let mut left = left();
        let folder = TempDir::with_prefix(prefix)?;
        left.folders.push(folder.path().to_owned());
        Ok(TemporaryFolder(folder))
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // An interrupt waits for this.
        let mut left = left();
        let _ = std::fs::remove_dir_all(self.0.path());
        left.folders.retain(|folder| folder != self.0.path());
    }
}

/// As long as this lives, a child ends with an interrupted run. It must not be reaped before. The
/// thread that drops this has seen the end of the child's output, so the child's own children have
/// ended too, or do not write any more.
#[derive(Debug)]
pub struct EndsToo(u32);

impl EndsToo {
    /// Lets a child end with an interrupted run.
    pub fn new(child: &Child) -> EndsToo {
        left().children.push(child.id());
        EndsToo(child.id())
    }
}

impl Drop for EndsToo {
    /// An interrupted run does not go on with the result.
    fn drop(&mut self) {
        let mut left = left();
        left.children.retain(|child| *child != self.0);
        let ends = left.ends;
        drop(left);
        if ends {
            loop {
                std::thread::park();
            }
        }
    }
}

/// Ends the children, waits for them, and removes the folders. As long as the result lives, no other
/// thread makes new ones. A signal from the terminal has reached the children too, so they have some
/// time to clean up.
#[cfg(unix)]
pub(super) fn clean_up() -> MutexGuard<'static, Left> {
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process};

    const UNTIL_ASKED: Duration = Duration::from_secs(1);
    const UNTIL_LEFT: Duration = Duration::from_secs(5);
    let start = Instant::now();
    left().ends = true;
    while !left().children.is_empty() && start.elapsed() < UNTIL_LEFT {
        std::thread::sleep(Duration::from_millis(10));
        if start.elapsed() > UNTIL_ASKED {
            for child in left().children.iter().filter_map(|&child| Pid::from_raw(child as i32)) {
                let _ = kill_process(child, Signal::TERM);
            }
        }
    }
    let left = left();
    for folder in &left.folders {
        let _ = std::fs::remove_dir_all(folder);
    }
    left
}
