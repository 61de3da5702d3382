//! The `crosspyc` command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(code) = crosspyc::internals::runner::redirected() {
        std::process::exit(code);
    }
    crosspyc::internals::cli::main()
}
