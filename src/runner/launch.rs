//! Handing over to the interpreter: arguments, streams, signals and exit code are the program's own.
//!
//! The program's folder stands first on `sys.path`. A function is started by a console script in the cache, as an installer would have written it.
//! What is set in the environment, for the processes that the program starts:
//!
//! | variable | value |
//! |---|---|
//! | `PYTHONPATH` | the program's folder, so that `sys.executable -m PACKAGE` finds its modules; the user's own follows with `--inherit-path`, else it is left out |
//! | `PYTHONNOUSERSITE` | `1`, unless `--inherit-path` is given |
//! | `PYTHONPYCACHEPREFIX` | a folder of the cache, for a run from carried sources |

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitStatus};

use super::attend::attend;
use super::cache::Entry;
use super::interpreters::{Answer, Serves};
use super::{Interpreter, Run, RunError, nonempty_variable};
use crate::bundle::{EntryPoint, Manifest};

/// Runs a module (the second argument) of a folder (the first) as `-m` does, without the current folder on `sys.path`. From 3.11 on `-P` does that,
/// if Python looks at `PYTHONPATH`.
const RUN_MODULE: &str = "import runpy, sys; \
    sys.path[:] = [path for path in dict.fromkeys([sys.argv.pop(1), *sys.path]) if path]; \
    runpy._run_module_as_main(sys.argv.pop(1))";

/// Starts the entry point that was unpacked. Where this process becomes the program, it returns only when that failed.
pub(super) fn launch(
    run: &Run,
    manifest: &Manifest,
    interpreter: &Interpreter,
    entry: &Entry,
) -> Result<ExitStatus, RunError> {
    let folder = &entry.folder();
    let mut command = Command::new(&interpreter.path);
    command.args(&run.python_args);
    command.args(level_option(run, manifest, interpreter.serves));
    match &manifest.entry_point {
        EntryPoint::Main => command.arg(folder),
        EntryPoint::Module(module)
            if has_safe_path(&interpreter.answer) && !ignores_environment(&run.python_args) =>
        {
            command.args(["-P", "-m", module.as_str()])
        }
        EntryPoint::Module(module) => command.args(["-c", RUN_MODULE]).arg(folder).arg(module),
        EntryPoint::Function { .. } | EntryPoint::Script(_) => command.arg(entry.script(manifest)),
    };
    command.args(&run.arguments);
    let failed = |source| RunError::Launch { python: interpreter.path.clone(), source };
    set_environment(&mut command, folder, run.inherit_path).map_err(failed)?;
    if interpreter.serves == Serves::Sources {
        command.env("PYTHONPYCACHEPREFIX", entry.pycache());
    }
    // Temporary files are to be removed at the end.
    if entry.is_temporary() { attend(command) } else { hand_over(command) }.map_err(failed)
}

fn set_environment(command: &mut Command, folder: &Path, inherit_path: bool) -> std::io::Result<()> {
    let inherited = nonempty_variable("PYTHONPATH").filter(|_| inherit_path);
    let inherited = inherited.iter().flat_map(env::split_paths);
    let folders = std::iter::once(folder.to_owned()).chain(inherited);
    let path = env::join_paths(folders).map_err(|error| std::io::Error::other(error.to_string()))?;
    command.env("PYTHONPATH", path);
    if !inherit_path {
        command.env("PYTHONNOUSERSITE", "1");
    }
    Ok(())
}

/// `-P` came with 3.11; of the other implementations nobody knows.
fn has_safe_path(answer: &Answer) -> bool {
    answer.implementation == "cpython" && answer.numbers().is_some_and(|release| release >= [3, 11, 0])
}

/// Where pycs lie beside their sources, an interpreter finds those of its own level only.
fn level_option(run: &Run, manifest: &Manifest, serves: Serves) -> Option<&'static str> {
    let Serves::Variant(number) = serves else { return None };
    let level = manifest.variants[number].optimize;
    if !manifest.has_sources || level_asked(&run.python_args).unwrap_or(0) == level {
        return None;
    }
    // Python adds them up: those of the user may be more than the archive has.
    let own = run.python_args.iter().filter(|argument| is_level(argument)).count();
    match level {
        1 if own == 0 => Some("-O"),
        2 if own == 0 => Some("-OO"),
        _ => None,
    }
}

/// The optimisation level that the user asked for, by the interpreter's options or `PYTHONOPTIMIZE`.
pub(super) fn level_asked(python_args: &[OsString]) -> Option<u8> {
    let options = python_args.iter().filter(|argument| is_level(argument)).map(|argument| argument.len() - 1);
    let level: usize = options.sum();
    if level > 0 {
        return Some(level.min(2) as u8);
    }
    let variable = nonempty_variable("PYTHONOPTIMIZE").filter(|_| !ignores_environment(python_args))?;
    Some(variable.to_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or(1).clamp(0, 2) as u8)
}

/// Whether one of the options is `-E` or `-I`, which may be written together with others: `-Es`.
fn ignores_environment(python_args: &[OsString]) -> bool {
    python_args.iter().any(|argument| {
        let letters = argument.as_encoded_bytes().strip_prefix(b"-").unwrap_or_default();
        let without_value = letters.iter().take_while(|&letter| !b"XWcm".contains(letter));
        without_value.into_iter().any(|letter| b"EI".contains(letter))
    })
}

/// `-O`, `-OO`
fn is_level(argument: &OsStr) -> bool {
    let bytes = argument.as_encoded_bytes();
    bytes.len() > 1 && bytes[0] == b'-' && bytes[1..].iter().all(|&byte| byte == b'O')
}

#[cfg(unix)]
fn hand_over(mut command: Command) -> std::io::Result<ExitStatus> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec())
}

/// Where a process cannot become another.
#[cfg(not(unix))]
fn hand_over(command: Command) -> std::io::Result<ExitStatus> {
    attend(command)
}
