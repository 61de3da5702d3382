//! Finding a Python that can run a bundle.
//!
//! An interpreter is judged by what it says of itself: its pyc tag and magic number. One that the user named is used or refused;
//! else the first that fits serves, of: the active virtual environment, then `python3.N` for each target (the newest first), `python3` and `python` on PATH.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bundle::TargetEntry;

/// How long an interpreter may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The answer of an interpreter: tag and magic number on one line.
const QUESTION: &str = "import sys, importlib.util as u; \
    print(sys.implementation.cache_tag, int.from_bytes(u.MAGIC_NUMBER[:2], 'little'))";

/// An interpreter that fits.
#[derive(Clone, Debug)]
pub struct Interpreter {
    pub path: PathBuf,
    /// Its pyc tag, one of the bundle's.
    pub tag: String,
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
    targets: &[TargetEntry],
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
        match ask(&candidate).and_then(|answer| judge(answer, targets)) {
            Ok(tag) => return Ok(Interpreter { path: candidate, tag }),
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

fn candidates(targets: &[TargetEntry]) -> Vec<PathBuf> {
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
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// What an interpreter says of itself, or why it says nothing.
fn ask(python: &Path) -> Result<(String, u16), String> {
    let mut child = Command::new(python)
        .args(["-I", "-S", "-c", QUESTION])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("gave no answer in {} seconds", PATIENCE.as_secs()));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    };
    if !status.success() {
        return Err(format!("is not a working Python ({status})"));
    }
    let mut answer = String::new();
    if let Some(stdout) = child.stdout.take() {
        let _ = stdout.take(1000).read_to_string(&mut answer);
    }
    let (tag, magic) = answer.trim().split_once(' ').ok_or("is not a Python")?;
    Ok((tag.to_owned(), magic.parse().map_err(|_| "is not a Python")?))
}

/// The tag, if the bundle serves it.
fn judge((tag, magic): (String, u16), targets: &[TargetEntry]) -> Result<String, String> {
    match targets.iter().find(|target| target.tag == tag) {
        Some(target) if target.magic == magic => Ok(tag),
        Some(target) => {
            Err(format!("is {tag} with magic number {magic}, not {}: a pre-release?", target.magic))
        }
        None => Err(format!("is {tag}")),
    }
}
