//! Handles interrupts (Ctrl-C, a closed terminal, `kill`). A run ends by the signal, as if nothing
//! had caught it. It ends between two writes, so that no temporary file stays behind.
//!
//! Before that, the run removes its [leftovers](super::leftovers).
//!
//! A second signal ends the run at once. A signal that was ignored when the run began (`nohup`)
//! stays ignored.

use std::sync::{PoisonError, RwLock};

/// Held for reading during every write, and for writing by the thread that ends the run.
static WRITES: RwLock<()> = RwLock::new(());

/// Runs `write` to completion, even if an interrupt arrives. Must not be nested.
pub(super) fn uninterrupted<R>(write: impl FnOnce() -> R) -> R {
    let _running = WRITES.read().unwrap_or_else(PoisonError::into_inner);
    write()
}

/// Lets signals end this run between writes. `last` is called first and cleans up the terminal. A
/// command calls this once.
#[cfg(all(unix, feature = "cli"))]
pub fn end_between_writes(last: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
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
            let _none_are_made = super::leftovers::clean_up();
            // The default handler does not return from a signal that ends processes.
            let _ = emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(wait)?;
    Ok(())
}

/// On other systems an interrupted run may leave a temporary file, which the next run removes, or a
/// temporary folder.
#[cfg(all(not(unix), feature = "cli"))]
pub fn end_between_writes(_: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

/// The signals to catch. Where the system does not say which are ignored, a closed terminal ends
/// the run at once.
#[cfg(all(unix, feature = "cli"))]
fn wanted() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    match crate::signals::ignored() {
        Some(ignored) => {
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
        }
        None => vec![SIGINT, SIGTERM],
    }
}
