//! Shows how Python versions compile the same source: `cargo run --example disassemble -- 'x += 1'`

#![expect(clippy::print_stdout, reason = "examples print")]

use std::{env, error::Error};

use crosspyc::{Arena, Compiler, Options, disassemble, targets};

fn main() -> Result<(), Box<dyn Error>> {
    let source = env::args().nth(1).ok_or("name the source")?;
    let mut compiler = Compiler::new();
    let mut parsed = compiler.parse(source.as_bytes());
    for target in targets("all")? {
        println!("== {target}");
        match parsed.compile(target, &Options::new("<string>")) {
            Ok(compiled) => print!("{}", disassemble(compiled.code(&Arena::new())?, target)),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}
