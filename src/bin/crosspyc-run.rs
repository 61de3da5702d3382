//! The `crosspyc-run` command: runs a bundle, with no compiler inside.

use std::ffi::OsString;
use std::process::ExitCode;

use crosspyc::runner::{self, EXIT_NOT_STARTED, Run};

const USAGE: &str = "\
Runs a bundle that crosspyc made

Usage: crosspyc-run [--python PATH] APP.pyb [ARG]...

Options:
      --python PATH  the interpreter to run it with [env: CROSSPYC_PYTHON]
  -h, --help         print this help
  -V, --version      print the version
";

/// What the command line asks for.
enum Request {
    Run(Run),
    Help,
    Version,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the command's own output")]
fn main() -> ExitCode {
    match parse(std::env::args_os().skip(1)) {
        Ok(Request::Help) => print!("{USAGE}"),
        Ok(Request::Version) => println!("crosspyc-run {}", env!("CARGO_PKG_VERSION")),
        Ok(Request::Run(run)) => match runner::run(&run, |note| eprintln!("crosspyc-run: note: {note}")) {
            Ok(code) => return ExitCode::from(code),
            Err(error) => {
                eprintln!("crosspyc-run: {error}");
                return ExitCode::from(EXIT_NOT_STARTED);
            }
        },
        Err(message) => {
            eprintln!("crosspyc-run: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Options stand before the archive; all that follows it is the program's.
fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut python = None;
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("-h" | "--help") => return Ok(Request::Help),
            Some("-V" | "--version") => return Ok(Request::Version),
            Some("--python") => python = Some(arguments.next().ok_or("--python needs a path")?),
            Some(option) if option.starts_with("--python=") => {
                python = Some(OsString::from(&option["--python=".len()..]));
            }
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                return Err(format!("unknown option `{option}`"));
            }
            _ => {
                return Ok(Request::Run(Run {
                    archive: argument.into(),
                    python,
                    arguments: arguments.collect(),
                }));
            }
        }
    }
    Err("name the bundle to run".into())
}
