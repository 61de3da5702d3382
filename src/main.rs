//! The `crosspyc` command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = crosspyc::runner::redirected() {
        std::process::exit(code);
    }
    crosspyc::cli::main()
}
