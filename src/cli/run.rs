//! `crosspyc run`: what `crosspyc-run` does.

use super::args::RunArgs;
use super::report::Report;
use super::{CommandError, exit};
use crate::runner::{self, Run};

/// Returns only where the program could not start, or ran as a child (not on Unix).
pub(super) fn run(args: &RunArgs, report: &mut Report) -> Result<u8, CommandError> {
    let Some((archive, arguments)) = args.archive_and_arguments.split_first() else {
        return Err(CommandError::usage("name the bundle to run"));
    };
    let run = Run { archive: archive.into(), python: args.python.clone(), arguments: arguments.to_vec() };
    runner::run(&run, |note| report.note_line(note))
        .map_err(|error| CommandError { message: error.to_string(), code: exit::NOT_STARTED })
}
