//! Compiles one file: `cargo run --no-default-features --example embed -- hello.py hello.pyc`.

use std::{env, error::Error, fs};

use crosspyc::{Invalidation, Options, compile};

fn main() -> Result<(), Box<dyn Error>> {
    let [source, pyc] = [1, 2].map(|n| env::args().nth(n).unwrap_or_default());
    let compiled = compile(&fs::read(&source)?, "3.12".parse()?, &Options::new(&source))?;
    fs::write(pyc, compiled.pyc(Invalidation::CheckedHash))?;
    Ok(())
}
