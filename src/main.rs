//! The `crosspyc` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    crosspyc::cli::main()
}
