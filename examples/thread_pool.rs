//! Compiles the files given as arguments for all versions, on threads of its own. Each thread has a
//! compiler, whose memory serves file after file.
//!
//! ```console
//! $ cargo run --example thread_pool -- *.py
//! a.py: 8 pycs
//! SyntaxError: unexpected EOF while parsing (b.py, line 1)
//! ```

#![expect(clippy::print_stdout, reason = "examples print")]

use std::sync::Mutex;
use std::sync::mpsc;
use std::{env, fs, thread};

use crosspyc::{Compiler, Invalidation, Options, Target, targets};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let targets = targets("all")?;
    let files: Vec<String> = env::args().skip(1).collect();
    let files = Mutex::new(files.iter());
    let (sender, answers) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, files, targets) = (sender.clone(), &files, &targets);
            scope.spawn(move || {
                let mut compiler = Compiler::new();
                let next = || files.lock().ok()?.next();
                while let Some(file) = next() {
                    let _ = sender.send(answer(&mut compiler, file, targets));
                }
            });
        }
    });
    drop(sender);
    let mut answers: Vec<String> = answers.iter().collect();
    answers.sort();
    println!("{}", answers.join("\n"));
    Ok(())
}

/// Compiles a file for each target, or says why it does not compile. A build tool would write or
/// send the pycs here.
fn answer(compiler: &mut Compiler, file: &str, targets: &[Target]) -> String {
    let source = match fs::read(file) {
        Ok(source) => source,
        Err(error) => return format!("{file}: {error}"),
    };
    let mut parsed = compiler.parse(&source);
    let pycs: Result<Vec<Vec<u8>>, _> = targets
        .iter()
        .map(|&target| Ok(parsed.compile(target, &Options::new(file))?.pyc(Invalidation::CheckedHash)))
        .collect::<Result<_, crosspyc::CompileError>>();
    match pycs {
        Ok(pycs) => format!("{file}: {} pycs", pycs.len()),
        Err(error) => error.to_string(),
    }
}
