//! Handles interrupts (Ctrl-C, a closed terminal, `kill`). A run ends by the signal, as if nothing
//! had caught it. It ends between two writes, so that no temporary file stays behind.
//!
//! Before that, it ends the child processes that it waits for, and removes its temporary folders.
//!
//! A second signal ends the run at once. A signal that was ignored when the run began (`nohup`)
//! stays ignored.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use tempfile::TempDir;

/// Held for reading during every write, and for writing by the thread that ends the run.
static WRITES: RwLock<()> = RwLock::new(());

/// Held by the thread that ends the run while it removes folders, until the run ends.
static LEFT: Mutex<Left> = Mutex::new(Left { folders: Vec::new(), children: Vec::new(), ends: false });

/// What an interrupted run would leave behind.
struct Left {
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
pub(super) struct EndsToo(u32);

impl EndsToo {
    pub(super) fn new(child: &Child) -> EndsToo {
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

/// Runs `write` to completion, even if an interrupt arrives. Must not be nested.
pub(super) fn uninterrupted<R>(write: impl FnOnce() -> R) -> R {
    let _running = WRITES.read().unwrap_or_else(PoisonError::into_inner);
    write()
}

/// Lets signals end this run between writes. `last` is called first and cleans up the terminal. A
/// command calls this once.
#[cfg(unix)]
pub fn end_between_writes(last: impl FnOnce() + Send + 'static) -> io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::flag;
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let signals = wanted();
    let waiting = Arc::new(AtomicBool::new(false));
    for &signal in &signals {
        flag::register_conditional_default(signal, Arc::clone(&waiting))?;
        flag::register(signal, Arc::clone(&waiting))?;
    }
    let mut received = Signals::new(&signals)?;
    let wait = move || {
        if let Some(signal) = received.forever().next() {
            let _none_runs = WRITES.write().unwrap_or_else(PoisonError::into_inner);
            last();
            end_children();
            let left = left();
            left.folders.iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
            // The default handler does not return from a signal that ends processes.
            let _ = emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(wait)?;
    Ok(())
}

/// Ends the children, and waits for them. A signal from the terminal has reached them too, so they
/// have some time to clean up.
#[cfg(unix)]
fn end_children() {
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
}

/// On other systems an interrupted run may leave a temporary file, which the next run removes, or a
/// temporary folder.
#[cfg(not(unix))]
pub fn end_between_writes(_: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// The signals to catch. Where the system does not say which are ignored, a closed terminal ends
/// the run at once.
#[cfg(unix)]
fn wanted() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    match crate::signals::ignored() {
        Some(ignored) => {
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
        }
        None => vec![SIGINT, SIGTERM],
    }
}
