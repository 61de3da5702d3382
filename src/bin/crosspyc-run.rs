//! The `crosspyc-run` command: runs a bundle, with no compiler inside.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use crosspyc::internals::escape::escaped_lines;
use crosspyc::internals::runner::{self, Carried, EXIT_NOT_STARTED, Run, Start};

const USAGE: &str = "\
Runs a bundle that crosspyc made

Usage: crosspyc-run [OPTIONS] APP.pyb [ARG]...

Options:
      --python PYTHON         the interpreter to use: a path, a name, or a version such as 3.12
                              [env: CROSSPYC_PYTHON]
      --python-arg ARG        pass an option to the interpreter, such as -Xdev or -O; repeatable
      --prefer-system         use a Python of this machine, if one fits, before the one that the bundle
                              brings
      --inherit-path          let the program import from PYTHONPATH
      --system-site-packages  let the program import from the site-packages of the interpreter and of
                              the user
      --isolated              ignore the environment variables of Python, as python -I does
      --module NAME           start another module of the bundle, as python -m does
      --interpreter           start the interpreter, which can import the bundle's modules
      --trusted-key FILE      run the bundle only if it is signed with a key in FILE (minisign's
                              NAME.pub); repeatable [env: CROSSPYC_TRUSTED_KEYS]
      --expect NAME           require that the signature is for the application NAME
      --min-version VERSION   require that the signature is for this version of the application or
                              a newer one (PEP 440)
      --verify                compare the unpacked files with the archive byte by byte first
      --max-unpacked SIZE     allow the bundle to take SIZE bytes unpacked, such as 500M or 16G
                              [env: CROSSPYC_MAX_UNPACKED; default: 100 times its length, from 64 MB
                              to 16 GB]
      --which                 print which interpreter would be used and why; run nothing
      --where                 print the folder of the unpacked bundle, a virtual environment; run
                              nothing
  -q, --quiet                 print no notes
  -h, --help                  print this help
  -V, --version               print the version

If a bundle has several entry points, the name by which it is started selects one.
CROSSPYC_ENTRY takes precedence over that name.
";

/// The end of every usage error.
const HINT: &str = "Usage: crosspyc-run [OPTIONS] APP.pyb [ARG]...\n\nFor more information, try '--help'.";

/// The request of the command line.
enum Request {
    Run(Run, Notes),
    Which(Run),
    Where(Run),
    Help,
    Version,
}

/// Whether the user sees notes.
#[derive(Clone, Copy)]
enum Notes {
    Printed,
    Dropped,
}

fn main() -> ExitCode {
    if let Some(code) = runner::redirected() {
        std::process::exit(code);
    }
    let mut arguments = std::env::args_os();
    let called = arguments.next();
    // A standalone executable passes all its arguments to its program.
    let request = match runner::carried() {
        Carried::Archive(archive) => {
            let run = Run { archive, called, arguments: arguments.collect(), ..Run::default() };
            Ok(Request::Run(run, Notes::Printed))
        }
        Carried::Lost(message) => {
            tell(&message);
            return ExitCode::from(EXIT_NOT_STARTED);
        }
        Carried::Nothing => parse(arguments),
    };
    let done = match request {
        Ok(Request::Help) => return print(USAGE),
        Ok(Request::Version) => return print(&format!("crosspyc-run {}\n", env!("CARGO_PKG_VERSION"))),
        Ok(Request::Which(run)) => runner::which(&run).map(|text| print(&format!("{text}\n"))),
        Ok(Request::Where(run)) => {
            runner::locate(&run).map(|folder| print(&format!("{}\n", folder.display())))
        }
        // An exit code can have more bits than `ExitCode` holds.
        Ok(Request::Run(run, notes)) => {
            let notice = |note: &str| match notes {
                Notes::Printed => tell(&format!("note: {note}")),
                Notes::Dropped => {}
            };
            runner::run(&run, notice).map(|code| std::process::exit(code))
        }
        Err(message) => {
            tell(&format!("{message}\n\n{HINT}"));
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        tell(&error.to_string());
        ExitCode::from(EXIT_NOT_STARTED)
    })
}

/// Prints to standard output. A closed pipe is not a failure.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(escaped_lines(text).as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            tell(&format!("failed to write to standard output: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Prints to standard error. Write errors are ignored: the exit code still shows the failure.
fn tell(message: &str) {
    let _ = writeln!(std::io::stderr(), "crosspyc-run: {}", escaped_lines(message));
}

/// Options come before the archive. All arguments after it belong to the program.
fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut run = Run::default();
    let mut notes = Notes::Printed;
    let mut other: Option<fn(Run) -> Request> = None;
    let name_it = "name the bundle to run";
    let archive = loop {
        let argument = arguments.next().ok_or(name_it)?;
        let (option, mut value) = split_option(&argument);
        let mut value = |name: &str| {
            let value = value.take().or_else(|| arguments.next()).filter(|value| !value.is_empty());
            value.ok_or_else(|| format!("--{name} needs a value"))
        };
        match option {
            Some("-h" | "--help") => return Ok(Request::Help),
            Some("-V" | "--version") => return Ok(Request::Version),
            Some("--python") => run.python = Some(value("python")?),
            Some("--python-arg") => run.python_args.push(value("python-arg")?),
            Some("--trusted-key") => run.trusted_keys.push(value("trusted-key")?.into()),
            Some("--expect") => run.expected.name = Some(text("expect", value("expect")?)?),
            Some("--min-version") => {
                let version = text("min-version", value("min-version")?)?.parse();
                run.expected.min_version = Some(version.map_err(|error| format!("--min-version: {error}"))?);
            }
            Some("--max-unpacked") => {
                let size = text("max-unpacked", value("max-unpacked")?)?.parse();
                run.max_unpacked = Some(size.map_err(|error| format!("--max-unpacked: {error}"))?);
            }
            Some("--verify") => run.verify = true,
            Some("--prefer-system") => run.prefer_system = true,
            Some("--inherit-path") => run.inherit_path = true,
            Some("--system-site-packages") => run.system_site_packages = true,
            Some("--isolated") => run.isolated = true,
            Some("--module") => run.start = Start::Module(value("module")?),
            Some("--interpreter") => run.start = Start::Interpreter,
            Some("--which") => other = Some(Request::Which),
            Some("--where") => other = Some(Request::Where),
            Some("-q" | "--quiet") => notes = Notes::Dropped,
            Some("--") => break arguments.next().ok_or(name_it)?,
            Some(option) => return Err(format!("unknown option `{option}`")),
            None => break argument,
        }
    };
    let run = Run { archive: archive.into(), arguments: arguments.collect(), ..run };
    Ok(match other {
        Some(other) => other(run),
        None => Request::Run(run, notes),
    })
}

fn text(option: &str, value: OsString) -> Result<String, String> {
    value.into_string().map_err(|_| format!("the value of --{option} is not UTF-8"))
}

/// Splits `--option=value` or `--option`. The option is `None` if the argument is not one.
fn split_option(argument: &OsString) -> (Option<&str>, Option<OsString>) {
    let Some(text) = argument.to_str().filter(|text| text.starts_with('-') && text.len() > 1) else {
        return (None, None);
    };
    match text.split_once('=') {
        Some((option, value)) if option.starts_with("--") => (Some(option), Some(value.into())),
        _ => (Some(text), None),
    }
}
