//! Handing over to the interpreter: arguments, streams, signals and exit code are the program's own.

use std::ffi::OsString;
use std::process::{Command, ExitStatus};

use super::attend::attend;
use super::cache::Entry;
use super::{Interpreter, RunError};
use crate::bundle::EntryPoint;

/// Puts the folder (the first argument) at the head of `sys.path` in place of the current one (which is there unless
/// `PYTHONSAFEPATH` is set), and runs a module (the second) as `-m` does.
const RUN_MODULE: &str = "import runpy, sys; \
    sys.path[: sys.path[:1] == ['']] = [sys.argv.pop(1)]; \
    runpy._run_module_as_main(sys.argv.pop(1))";

/// The same, for a function (the third argument) of a module, as a console script does.
const RUN_FUNCTION: &str = "import importlib, operator, sys; \
    sys.path[: sys.path[:1] == ['']] = [sys.argv.pop(1)]; \
    module, function, sys.argv[0] = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1); \
    sys.exit(operator.attrgetter(function)(importlib.import_module(module))())";

/// Starts the entry point that was unpacked. Where this process becomes the program, it returns only when that failed.
pub(super) fn launch(
    interpreter: &Interpreter,
    entry: &Entry,
    entry_point: &EntryPoint,
    arguments: &[OsString],
) -> Result<ExitStatus, RunError> {
    let folder = &entry.folder();
    let mut command = Command::new(&interpreter.path);
    match entry_point {
        EntryPoint::Main => command.arg(folder),
        EntryPoint::Module(module) => command.args(["-c", RUN_MODULE]).arg(folder).arg(module),
        EntryPoint::Function { module, function } => {
            let name = folder.join(module);
            command.args(["-c", RUN_FUNCTION]).arg(folder).args([module, function]).arg(name)
        }
    };
    command.args(arguments);
    // Temporary files are to be removed at the end.
    let ended = if entry.is_temporary() { attend(command) } else { hand_over(command) };
    ended.map_err(|source| RunError::Launch { python: interpreter.path.clone(), source })
}

#[cfg(unix)]
fn hand_over(mut command: Command) -> std::io::Result<ExitStatus> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

/// Where a process cannot become another: a child that shares the streams, and whose exit code is ours.
#[cfg(not(unix))]
fn hand_over(command: Command) -> std::io::Result<ExitStatus> {
    attend(command)
}
