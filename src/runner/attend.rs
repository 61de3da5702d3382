//! Runs a program as a child process, if this process must outlive it. Signals to this process are
//! passed on to the program, and this process ends as the program does.

use std::io;
use std::process::{Command, ExitStatus};

/// Waits for the program and passes on the signals that ask this process to end.
#[cfg(unix)]
pub(super) fn attend(mut command: Command) -> io::Result<ExitStatus> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, kill_process, waitid};
    use signal_hook::iterator::Signals;

    // The handlers are installed before the child exists, so that no signal leaves it behind. The
    // child starts with the default handlers.
    let mut signals = Signals::new(passed_on())?;
    let handle = signals.handle();
    let mut child = command.spawn()?;
    let process = Pid::from_child(&child);
    let passing = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let number = rustix::process::Signal::from_named_raw(signal);
            if let Some(number) = number.filter(|_| !came_from_terminal(signal)) {
                let _ = kill_process(process, number);
            }
        }
    });
    // The process ID stays reserved until the child is reaped below. No signal can follow then.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let _ = rustix::io::retry_on_intr(|| waitid(WaitId::Pid(process), options));
    handle.close();
    if let Ok(passing) = passing {
        let _ = passing.join();
    }
    child.wait()
}

/// Waits for the program. The program ends when this process does, and decides what Ctrl-C means.
#[cfg(windows)]
pub(super) fn attend(mut command: Command) -> io::Result<ExitStatus> {
    // Ctrl-C reaches every process of the console. This process ignores it and waits for the
    // program.
    let _ = ctrlc::set_handler(|| {});
    // Where jobs are not to be had, the program goes on if this process is killed.
    let job = super::children::OwnJob::enter();
    let mut child = command.spawn()?;
    if let Ok(job) = &job {
        job.close_to_others();
    }
    child.wait()
}

/// Leaves out ignored signals: the program ignores them too (`nohup`).
#[cfg(unix)]
fn passed_on() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    let ignored = crate::signals::ignored().unwrap_or(0);
    let mut signals = vec![SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
    signals.retain(|signal| ignored >> (signal - 1) & 1 == 0);
    signals
}

/// Signals from the terminal reach the program directly, and must not reach it twice.
#[cfg(unix)]
fn came_from_terminal(signal: i32) -> bool {
    use signal_hook::consts::{SIGINT, SIGQUIT};
    let is_in_foreground = || {
        let terminal = std::fs::File::open("/dev/tty")?;
        io::Result::Ok(rustix::termios::tcgetpgrp(terminal)? == rustix::process::getpgrp())
    };
    [SIGINT, SIGQUIT].contains(&signal) && is_in_foreground().unwrap_or(false)
}

/// The exit code of the program. If a signal ended the program, it also ends this process.
pub(super) fn end_as(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // The default handler does not return from a signal that ends processes.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
