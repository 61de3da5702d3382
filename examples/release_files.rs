//! Writes the files that releases carry besides the programs: shell completions and manual pages.
//!
//! ```console
//! $ cargo run --example release_files -- DIR
//! ```
//!
//! They are made from the definitions that `--help` shows. The programs do not carry the
//! generators.
//!
//! ```text
//! DIR/completions/crosspyc.bash, _crosspyc, crosspyc.fish, _crosspyc.ps1, crosspyc.elv
//! DIR/man/crosspyc.1, crosspyc-compile.1, ...
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, ValueEnum as _};
use clap_complete::Shell;
use crosspyc::internals::cli::command_lines;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name the folder to write to")?;
    let (completions, man) = (folder.join("completions"), folder.join("man"));
    fs::create_dir_all(&completions)?;
    fs::create_dir_all(&man)?;
    let [crosspyc, runner] = command_lines();
    for command in [&crosspyc, &runner] {
        for &shell in Shell::value_variants() {
            clap_complete::generate_to(shell, &mut command.clone(), command.get_name(), &completions)?;
        }
    }
    clap_mangen::generate_to(crosspyc, &man)?;
    // This page is that of `crosspyc run` too.
    page(runner, &man)
}

fn page(command: Command, folder: &Path) -> Result<(), Box<dyn Error>> {
    let man = clap_mangen::Man::new(command);
    Ok(man.generate_to(folder).map(drop)?)
}
