//! Starts the interpreter. Arguments, streams, signals and exit code are the program's own.
//!
//! The program runs in the virtual environment of its entry, so it needs no variables. Two are
//! changed. `CROSSPYC_ENTRY` is removed, because it selected an entry point of this bundle only.
//! `CROSSPYC_HIDDEN_PATH` is set if the user has a `PYTHONPATH`. The environment's `.pth` file
//! removes its folders from `sys.path`. `PYTHONPATH` itself stays: other Pythons that the program
//! starts may need it, and folders that the program adds to it for its own children are not hidden.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitStatus};

use super::attend::attend;
use super::cache::Entry;
use super::choice::Program;
use super::interpreters::{Answer, Origin, Serves};
use super::{Interpreter, Run, RunError, Unpacked, nonempty_variable};
use crate::bundle::Manifest;

/// Runs a module as `-m` does, without the working directory on `sys.path`. From 3.11 on, `-P` has
/// this effect.
const RUN_MODULE: &str = "import runpy, sys; sys.path[:] = filter(None, sys.path); \
    runpy._run_module_as_main(sys.argv.pop(1))";

/// The folders of the user's `PYTHONPATH` that are hidden from the program.
const HIDDEN_PATH: &str = "CROSSPYC_HIDDEN_PATH";

/// Variables that name the places of a Python.
const OF_ANOTHER_PYTHON: [&str; 3] = ["PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONEXECUTABLE"];

/// Starts an unpacked program. On Unix the program replaces this process, and this returns only if
/// that failed, or if the entry is temporary.
pub(super) fn launch(
    run: &Run,
    program: &Program<'_>,
    manifest: &Manifest,
    unpacked: &Unpacked,
) -> Result<ExitStatus, RunError> {
    let Unpacked { interpreter, entry, .. } = unpacked;
    let mut command = match program {
        Program::Script(name) if !entry.is_script(&entry.program(name)) => Command::new(entry.program(name)),
        _ => python_with_program(run, program, manifest, interpreter, entry),
    };
    command.args(&run.arguments);
    set_environment(&mut command, run);
    if interpreter.origin == Origin::Bundle {
        // They are for another Python. The one of the bundle knows its own places.
        OF_ANOTHER_PYTHON.iter().for_each(|name| {
            command.env_remove(name);
        });
    }
    // Temporary files must be removed at the end.
    let started = if unpacked.is_temporary() { attend(command) } else { hand_over(command) };
    started.map_err(|source| RunError::Launch { python: entry.python(), source })
}

/// The interpreter with its options and the program.
fn python_with_program(
    run: &Run,
    program: &Program<'_>,
    manifest: &Manifest,
    interpreter: &Interpreter,
    entry: &Entry,
) -> Command {
    let mut command = python(entry);
    command.args(&run.python_args).args(run.isolated.then_some("-I"));
    command.args(level_option(run, manifest, interpreter.serves));
    match program {
        Program::Main => command.arg(entry.site_packages()),
        Program::Module(module) if has_safe_path(&interpreter.answer) => {
            command.args(["-P", "-m"]).arg(module)
        }
        Program::Module(module) => command.args(["-c", RUN_MODULE]).arg(module),
        Program::Function { name, entry_point } => command.args(entry.script(entry_point, name)),
        Program::Script(name) => command.arg(entry.program(name)),
        Program::Interpreter => &mut command,
    };
    command
}

/// The interpreter of the environment.
#[cfg(not(windows))]
fn python(entry: &Entry) -> Command {
    Command::new(entry.python())
}

/// The base interpreter, started as if by the environment's launcher.
#[cfg(windows)]
fn python(entry: &Entry) -> Command {
    // A program without a console has a Python without one.
    let is_windowed = super::redirector::runs_windowed();
    let name = if is_windowed { "pythonw.exe" } else { "python.exe" };
    let base = match is_windowed {
        true => entry.base_python().with_file_name(name),
        false => entry.base_python().to_owned(),
    };
    let mut command = Command::new(base);
    command.env(super::redirector::LAUNCHER, entry.python().with_file_name(name));
    command
}

fn set_environment(command: &mut Command, run: &Run) {
    command.env_remove(super::choice::VARIABLE).env_remove(HIDDEN_PATH);
    if run.isolated {
        let of_python = |name: &OsString| name.as_encoded_bytes().starts_with(b"PYTHON");
        for (name, _) in env::vars_os().filter(|(name, _)| of_python(name)) {
            command.env_remove(name);
        }
    } else if let Some(path) = nonempty_variable("PYTHONPATH").filter(|_| !run.inherit_path) {
        command.env(HIDDEN_PATH, path);
    }
}

/// `-P` came with 3.11. Other implementations may not have it.
fn has_safe_path(answer: &Answer) -> bool {
    answer.implementation == "cpython" && answer.numbers().is_some_and(|release| release >= [3, 11, 0])
}

/// An interpreter only finds pycs of its own level beside their sources.
fn level_option(run: &Run, manifest: &Manifest, serves: Serves) -> Option<&'static str> {
    let Serves::Variant(number) = serves else { return None };
    let level = manifest.variants[number].optimize;
    if !manifest.has_sources || level_asked(&run.python_args).unwrap_or(0) == level {
        return None;
    }
    // Python counts these options. The user may give more than the archive has.
    let own = run.python_args.iter().filter(|argument| is_level(argument)).count();
    match level {
        1 if own == 0 => Some("-O"),
        2 if own == 0 => Some("-OO"),
        _ => None,
    }
}

/// A message for the user if the interpreter's options name an optimisation level that the bundle
/// lacks. With sources, Python makes the bytecode itself.
pub(super) fn level_note(run: &Run, manifest: &Manifest, serves: Serves) -> Option<String> {
    let Serves::Variant(number) = serves else { return None };
    let (own, asked) = (manifest.variants[number].optimize, level_of_options(&run.python_args)?);
    let note =
        || format!("the bundle has no bytecode of optimization level {asked}; that of level {own} runs");
    (own != asked && !manifest.has_sources).then(note)
}

/// The optimisation level from the interpreter's options or `PYTHONOPTIMIZE`.
pub(super) fn level_asked(python_args: &[OsString]) -> Option<u8> {
    if let Some(level) = level_of_options(python_args) {
        return Some(level);
    }
    let variable = nonempty_variable("PYTHONOPTIMIZE").filter(|_| !ignores_environment(python_args))?;
    Some(variable.to_str().and_then(|text| text.parse::<i64>().ok()).unwrap_or(1).clamp(0, 2) as u8)
}

fn level_of_options(python_args: &[OsString]) -> Option<u8> {
    let options = python_args.iter().filter(|argument| is_level(argument)).map(|argument| argument.len() - 1);
    Some(options.sum()).filter(|&level: &usize| level > 0).map(|level| level.min(2) as u8)
}

/// Whether one of the options is `-E` or `-I`, alone or combined with others: `-Es`.
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

/// On systems where a process cannot replace itself.
#[cfg(not(unix))]
fn hand_over(command: Command) -> std::io::Result<ExitStatus> {
    attend(command)
}
