//! The command line: one file per command. [`args`] defines the options, [`exit`] the exit codes;
//! only [`report`] prints.

mod args;
mod bundle;
mod cache;
mod compile;
mod dis;
pub mod exit;
mod extract;
mod inspect;
mod json_path;
mod report;
mod run;
mod targets;
mod verify;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::{Args as _, CommandFactory as _, Parser as _};

use crate::project::guard;
use args::{Arguments, Command};
use report::Report;

/// Why a command failed as a whole: the message, which the caller prints, and the exit code.
#[derive(Debug)]
struct CommandError {
    message: String,
    code: u8,
}

impl CommandError {
    /// The options or settings are invalid.
    fn usage(message: impl ToString) -> CommandError {
        CommandError { message: message.to_string(), code: exit::USAGE }
    }

    fn failure(message: impl ToString) -> CommandError {
        CommandError { message: message.to_string(), code: exit::FAILURE }
    }
}

/// The `crosspyc` command: runs the command given by the process's arguments.
pub fn main() -> ExitCode {
    guard::install_hook();
    let arguments = Arguments::parse();
    let mut report = Report::new(&arguments.output);
    let code = panic::catch_unwind(panic::AssertUnwindSafe(|| completed(&arguments, &mut report)));
    let code = code.unwrap_or_else(|_| {
        report.error(None, "internal error in crosspyc; please report it with the message above");
        exit::INTERNAL_ERROR
    });
    ExitCode::from(report.finish(code))
}

/// The command lines of `crosspyc` and `crosspyc-run`, from which completions and manual pages are
/// made. `crosspyc-run` parses its own, which has the options of `crosspyc run`.
pub fn command_lines() -> [clap::Command; 2] {
    let runner = clap::Command::new("crosspyc-run").version(env!("CARGO_PKG_VERSION"));
    let runner = args::RunArgs::augment_args(runner).about("Runs a bundle that crosspyc made").arg(
        clap::Arg::new("quiet")
            .short('q')
            .long("quiet")
            .help("Print no notes")
            .action(clap::ArgAction::SetTrue),
    );
    [Arguments::command(), runner]
}

/// Runs a command within this process, as the fuzz targets do. `words` are as on the command line,
/// the program's name first. The result is the exit code; panics are the caller's.
pub fn run_words<W: Into<OsString> + Clone>(words: impl IntoIterator<Item = W>) -> u8 {
    let arguments = Arguments::parse_from(words);
    let mut report = Report::new(&arguments.output);
    let code = completed(&arguments, &mut report);
    report.finish(code)
}

/// Runs a command, and reports why it failed as a whole.
fn completed(arguments: &Arguments, report: &mut Report) -> u8 {
    run(arguments, report).unwrap_or_else(|error| {
        report.error(None, &error.message);
        error.code
    })
}

fn run(arguments: &Arguments, report: &mut Report) -> Result<u8, CommandError> {
    match &arguments.command {
        Command::Compile(args) => compile::run(args, report),
        Command::Bundle(args) => bundle::run(args, report),
        Command::Run(args) => run::run(args, report),
        Command::Verify(args) => verify::run(args, report),
        Command::Inspect(args) => inspect::run(args, report),
        Command::Extract(args) => extract::run(args, report),
        Command::Dis(args) => dis::run(args, report),
        Command::Targets(args) => targets::run(args, report),
        Command::Cache(args) => cache::run(args, report),
    }
}
