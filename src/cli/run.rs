//! `crosspyc run`: the same as `crosspyc-run`.

use super::args::RunArgs;
use super::report::Report;
use super::{CommandError, exit};
use crate::runner::{self, Run, RunError, Start};

/// Returns only where the program could not start, or ran as a child (not on Unix).
pub(super) fn run(args: &RunArgs, report: &mut Report) -> Result<u8, CommandError> {
    let Some((archive, arguments)) = args.archive_and_arguments.split_first() else {
        return Err(CommandError::usage("name the bundle to run"));
    };
    let run = Run {
        archive: archive.into(),
        called: None,
        start: match &args.module {
            Some(module) => Start::Module(module.clone()),
            None if args.interpreter => Start::Interpreter,
            None => Start::EntryPoint,
        },
        python: args.python.clone(),
        python_args: args.python_arg.clone(),
        trusted_keys: args.trusted_key.clone(),
        expected: args.expected.expected(),
        max_unpacked: args.max_unpacked,
        verify: args.verify,
        prefer_system: args.prefer_system,
        inherit_path: args.inherit_path,
        system_site_packages: args.system_site_packages,
        isolated: args.isolated,
        arguments: arguments.to_vec(),
    };
    let failed = |error: RunError| CommandError { message: error.to_string(), code: exit::NOT_STARTED };
    if args.which {
        report.lines(&runner::which(&run).map_err(failed)?);
        return Ok(exit::SUCCESS);
    }
    if args.locate {
        report.line(runner::locate(&run).map_err(failed)?.display());
        return Ok(exit::SUCCESS);
    }
    let code = runner::run(&run, |note| report.note_line(note)).map_err(failed)?;
    // An exit code can have more bits than `ExitCode` takes.
    std::process::exit(code)
}
