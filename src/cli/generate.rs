//! `crosspyc generate`: the files that packages carry besides the programs, made from the
//! definitions that `--help` shows.
//!
//! ```text
//! DIR/complete/crosspyc.bash, _crosspyc, crosspyc.fish, ...; the same for crosspyc-run
//! DIR/man/crosspyc.1, crosspyc-compile.1, ..., crosspyc-run.1
//! ```

use std::fs;
use std::io;
use std::path::Path;

use clap::{Arg, ArgAction, Args as _, Command, CommandFactory as _, ValueEnum as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::{Arguments, GenerateArgs, RunArgs};
use super::{CommandError, exit};
use crate::project::FileError;

pub(super) fn run(args: &GenerateArgs) -> Result<u8, CommandError> {
    let folder = &args.folder;
    let failure = |error| CommandError::failure(FileError::new("write to", folder, error));
    write(folder).map_err(failure)?;
    Ok(exit::SUCCESS)
}

fn write(folder: &Path) -> io::Result<()> {
    let (completions, man) = (folder.join("complete"), folder.join("man"));
    fs::create_dir_all(&completions)?;
    fs::create_dir_all(&man)?;
    for mut command in [Arguments::command(), runner()] {
        let name = command.get_name().to_owned();
        for &shell in Shell::value_variants() {
            clap_complete::generate_to(shell, &mut command, &name, &completions)?;
        }
    }
    clap_mangen::generate_to(Arguments::command(), &man)?;
    // This page takes the place of that of `crosspyc run`, which has the same name.
    Man::new(runner()).generate_to(&man).map(drop)
}

/// `crosspyc-run` as clap describes it. The program parses its arguments without clap; its options
/// are those of `crosspyc run`.
fn runner() -> Command {
    let quiet = Arg::new("quiet").short('q').long("quiet").action(ArgAction::SetTrue).help("Print no notes");
    let command = Command::new("crosspyc-run").version(env!("CARGO_PKG_VERSION"));
    RunArgs::augment_args(command).arg(quiet).about("Run a bundle that crosspyc made").long_about(
        "Run a bundle that crosspyc made, with a Python interpreter of this machine.\n\n\
         `crosspyc run` does the same, and has the same options.",
    )
}
