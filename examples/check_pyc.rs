//! Is this pyc what this source gives? `cargo run --example check_pyc -- hello.pyc hello.py
//! [TARGET]`
//!
//! Prints the names of code objects that differ, and exits with 1 if there are any. Compilers
//! change within a version, and a pyc does not say which patch release made it: TARGET does, such
//! as 3.12.1. Without it, the newest one is compared with.

#![expect(clippy::print_stdout, reason = "examples print")]

use std::process::ExitCode;
use std::{env, error::Error, fs};

use crosspyc::{Arena, CodeObject, Constant, Options, Pyc, Target, compile};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let [pyc, source] = [1, 2].map(|n| env::args().nth(n).unwrap_or_default());
    let (pyc, source) = (fs::read(pyc)?, fs::read(source)?);
    let pyc = Pyc::read(&pyc)?;
    let target = match env::args().nth(3) {
        Some(target) => target.parse::<Target>()?,
        None => pyc.target().ok_or("the pyc is for a Python that crosspyc does not know")?,
    };
    let arena = Arena::new();
    let found = pyc.code(&arena)?;
    let filename = found.filename.as_str().ok_or("the name of the source is not UTF-8")?;

    let compiled = compile(&source, target, &Options::new(filename))?;
    let expected = compiled.code(&arena)?;
    let differences = differences(found, expected);
    for name in &differences {
        println!("{name} differs");
    }
    if differences.is_empty() {
        println!("it is, for Python {target}");
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The qualified names of the code objects that differ, outermost first.
fn differences(found: &CodeObject<'_>, expected: &CodeObject<'_>) -> Vec<String> {
    let own = |code: &CodeObject<'_>| {
        (code.code.to_owned(), code.linetable.to_owned(), code.exceptiontable.to_owned())
    };
    let inner = |code: &CodeObject<'_>| code.consts.len();
    let name = || String::from_utf8_lossy(expected.qualname.0).into_owned();
    if own(found) != own(expected) || found.names != expected.names || inner(found) != inner(expected) {
        return vec![name()];
    }
    let mut differences = Vec::new();
    for constants in found.consts.iter().zip(expected.consts) {
        match constants {
            (Constant::Code(found), Constant::Code(expected)) => {
                differences.extend(self::differences(found, expected));
            }
            (found, expected) if found != expected => differences.push(name()),
            _ => {}
        }
    }
    differences
}
