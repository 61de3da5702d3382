//! Turns a panic of the compiler (a bug of crosspyc) into an error of one file.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// The message of the last panic, with its place in crosspyc's code.
    static SEEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`. If it panics, the message becomes the error.
///
/// After a panic, the data that `work` borrows mutably may be in any state. Do not use it again.
pub fn guarded<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    let before = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|payload| SEEN.take().unwrap_or_else(|| text_of(payload.as_ref())))
}

/// Keeps panics inside [`guarded`] from being printed, and records where they happened. A program
/// calls this once, at its start.
pub fn install_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if GUARDED.get() {
            let place = info.location().map_or(String::new(), |place| format!(" ({place})"));
            SEEN.set(Some(text_of(info.payload()) + &place));
        } else {
            default(info);
        }
    }));
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("panic without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        let message = guarded(|| -> u8 { panic!("no block {}", 3) }).expect_err("it panics");
        assert!(message.starts_with("no block 3"), "{message}");
        assert_eq!(guarded(|| 1), Ok(1));
    }
}
