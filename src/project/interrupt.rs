//! Interrupts (Ctrl-C, a closed terminal, `kill`): a run ends by the signal, as if nothing had caught it, but between writes and not within one.
//!
//! So no temporary file is left behind. A second signal does not wait; one that was ignored when the run began (`nohup`) stays so.

use std::sync::{PoisonError, RwLock};

/// Held for reading by every write, and for writing by what ends the run.
static WRITES: RwLock<()> = RwLock::new(());

/// Runs `write` to its end, should an interrupt come meanwhile. Not to be nested.
pub(super) fn uninterrupted<R>(write: impl FnOnce() -> R) -> R {
    let _running = WRITES.read().unwrap_or_else(PoisonError::into_inner);
    write()
}

/// Lets signals end this run between writes; `last` is called before, to leave the terminal clean. For a command to call once.
#[cfg(unix)]
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
            // It does not return from a signal that ends processes.
            let _ = emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().name("interrupts".to_owned()).spawn(wait)?;
    Ok(())
}

/// Elsewhere an interrupted run may leave a temporary file.
#[cfg(not(unix))]
pub fn end_between_writes(_: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Ok(())
}

/// The signals to catch. Where one cannot see which are ignored, a closed terminal ends the run as it would any.
#[cfg(unix)]
fn wanted() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    match ignored() {
        Some(ignored) => {
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
        }
        None => vec![SIGINT, SIGTERM],
    }
}

/// The signals that this process ignores, one a bit, as Linux tells.
#[cfg(unix)]
pub(crate) fn ignored() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
