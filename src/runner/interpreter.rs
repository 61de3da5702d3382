//! Finding a Python that can run a bundle.
//!
//! An interpreter is judged by what it says of itself: its pyc tag and magic number. One that the user named is used or refused;
//! else the first that fits serves, of: the active virtual environment, then `python3.N` for each target (the newest first), `python3` and `python` on PATH.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::bundle::Variant;

/// How long an interpreter may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The answer of an interpreter: tag and magic number on one line.
const QUESTION: &str = "import sys, importlib.util as u; \
    print(sys.implementation.cache_tag, int.from_bytes(u.MAGIC_NUMBER[:2], 'little'))";

/// An interpreter that fits.
#[derive(Clone, Debug)]
pub struct Interpreter {
    pub path: PathBuf,
    /// The number of the bundle's variant that it runs.
    pub variant: usize,
}

/// No interpreter fits.
#[derive(Debug, thiserror::Error)]
#[error("no Python here can run {name}, which needs {needs}{looked}\n{hint}")]
pub struct FindError {
    name: String,
    needs: String,
    /// A line for each candidate and why it does not serve.
    looked: String,
    hint: &'static str,
}

/// Finds an interpreter for one of `targets`.
pub(super) fn find(
    python: Option<&OsStr>,
    name: &str,
    targets: &[Variant],
) -> Result<Interpreter, FindError> {
    let named = python.map(|python| ("--python", python.to_owned()));
    let named = named.or_else(|| Some(("CROSSPYC_PYTHON", nonempty_variable("CROSSPYC_PYTHON")?)));
    let mut looked = String::new();
    let mut seen = Vec::new();
    let candidates = match &named {
        Some((_, python)) => vec![resolve(python)],
        None => candidates(targets),
    };
    for candidate in candidates {
        if seen.contains(&candidate) {
            continue;
        }
        match ask(&candidate, PATIENCE).and_then(|answer| judge(answer, targets)) {
            Ok(variant) => return Ok(Interpreter { path: candidate, variant }),
            Err(reason) => {
                let _ = write!(looked, "\n  {}: {reason}", candidate.display());
            }
        }
        seen.push(candidate);
    }
    let versions = targets.iter().map(|target| format!("CPython {}", target.version)).collect::<Vec<_>>();
    let hint = match named {
        Some(("--python", _)) => "name another interpreter with --python, or leave the option out",
        Some(_) => "set CROSSPYC_PYTHON to another interpreter, or unset it",
        None => "install one of these versions, or name an interpreter with --python or CROSSPYC_PYTHON",
    };
    if looked.is_empty() {
        looked.push_str("; none was found on PATH");
    }
    Err(FindError { name: name.to_owned(), needs: versions.join(" or "), looked, hint })
}

fn nonempty_variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// A name without a folder is looked up on PATH, as a shell does.
fn resolve(python: &OsStr) -> PathBuf {
    let path = Path::new(python);
    if path.components().count() > 1 {
        return path.to_owned();
    }
    on_path(python).unwrap_or_else(|| path.to_owned())
}

fn candidates(targets: &[Variant]) -> Vec<PathBuf> {
    let environment = nonempty_variable("VIRTUAL_ENV").map(|folder| {
        let program = if cfg!(windows) { "Scripts\\python.exe" } else { "bin/python" };
        Path::new(&folder).join(program)
    });
    let numbered = targets.iter().rev().map(|target| format!("python{}", target.version));
    let names = numbered.chain(["python3".to_owned(), "python".to_owned()]);
    let on_path = names.filter_map(|name| on_path(OsStr::new(&name)));
    environment.into_iter().filter(|python| python.exists()).chain(on_path).collect()
}

/// The first file of this name in the folders of PATH.
fn on_path(name: &OsStr) -> Option<PathBuf> {
    let mut file = name.to_owned();
    file.push(env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// What an interpreter says of itself, or why it says nothing.
fn ask(python: &Path, patience: Duration) -> Result<(String, u16), String> {
    let deadline = Instant::now() + patience;
    let mut child = Command::new(python)
        .args(["-I", "-S", "-c", QUESTION])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let answer = first_line(&mut child, deadline);
    let Some(status) = wait_until(&mut child, deadline)? else {
        return Err(format!("gave no answer in {} seconds", patience.as_secs_f32()));
    };
    if !status.success() {
        return Err(format!("is not a working Python ({status})"));
    }
    let (tag, magic) = answer.trim().split_once(' ').ok_or("is not a Python")?;
    Ok((tag.to_owned(), magic.parse().map_err(|_| "is not a Python")?))
}

/// What a child prints first. A thread reads it: the pipe can outlive the child, held open by a child of its own.
fn first_line(child: &mut Child, deadline: Instant) -> String {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut line = Vec::new();
            let _ = BufReader::new(stdout.take(1000)).read_until(b'\n', &mut line);
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
        });
    }
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap_or_default()
}

/// The child's end; `None` if it had to be killed.
fn wait_until(child: &mut Child, deadline: Instant) -> Result<Option<ExitStatus>, String> {
    loop {
        match child.try_wait() {
            Ok(None) if Instant::now() >= deadline => {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(None);
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            Ok(status) => return Ok(status),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
}

/// The number of the variant that serves it: the magic number decides, and the tag is what people know it by.
fn judge((tag, magic): (String, u16), targets: &[Variant]) -> Result<usize, String> {
    if let Some(number) = targets.iter().position(|target| target.magic == magic && target.tag == tag) {
        return Ok(number);
    }
    match targets.iter().find(|target| target.tag == tag) {
        Some(target) => {
            Err(format!("is {tag} with magic number {magic}, not {}: a pre-release?", target.magic))
        }
        None => Err(format!("is {tag}")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// What a shell script says when it is asked.
    fn answer(script: &str) -> Result<(String, u16), String> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let python = folder.path().join("python");
        std::fs::write(&python, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
        std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        ask(&python, Duration::from_secs(2))
    }

    #[test]
    fn a_hanging_interpreter_is_given_up() {
        let started = Instant::now();
        assert_eq!(answer("exec sleep 60"), Err("gave no answer in 2 seconds".to_owned()));
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_an_interpreter_leaves_running_is_not_waited_for() {
        let started = Instant::now();
        assert_eq!(answer("sleep 60 & echo cpython-312 3531"), Ok(("cpython-312".to_owned(), 3531)));
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
