//! The Python interpreters of this machine: on PATH and among pyenv's versions.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::target::Version;

/// How long an interpreter may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

const QUESTION: &str = "import sys; print(sys.implementation.cache_tag, \
    '%d.%d.%d' % sys.version_info[:3], sys.executable)";

/// An interpreter, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interpreter {
    /// `cpython-312`.
    pub tag: String,
    /// `3.12.1`.
    pub release: String,
    pub path: PathBuf,
}

/// Asks every interpreter that is found, all at once; those that give no answer are left out. In the order of paths, each once.
pub fn find() -> Vec<Interpreter> {
    let mut candidates: Vec<PathBuf> = on_path().chain(of_pyenv()).filter(|path| path.is_file()).collect();
    let mut seen = Vec::new();
    candidates.retain(|path| {
        // One program under several names is asked once.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let is_new = !seen.contains(&real) || is_shim(path);
        seen.push(real);
        is_new
    });
    let mut found: Vec<Interpreter> = thread::scope(|scope| {
        let asked: Vec<_> = candidates.iter().map(|path| scope.spawn(|| ask(path))).collect();
        asked.into_iter().filter_map(|answer| answer.join().ok().flatten()).collect()
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let mut real = Vec::new();
    found.retain(|interpreter| {
        let path = fs::canonicalize(&interpreter.path).unwrap_or_else(|_| interpreter.path.clone());
        let is_new = !real.contains(&path);
        real.push(path);
        is_new
    });
    found
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let numbered = Version::ALL.into_iter().map(|version| format!("python{version}"));
    let names: Vec<String> = numbered
        .chain(["python3".to_owned(), "python".to_owned()])
        .map(|name| name + env::consts::EXE_SUFFIX)
        .collect();
    folders.into_iter().flat_map(move |folder| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>())
}

fn of_pyenv() -> impl Iterator<Item = PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    versions.into_iter().flatten().flatten().map(|entry| entry.path().join("bin").join("python"))
}

/// pyenv's shims are one script whose answer depends on the name it is called by.
fn is_shim(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "shims")
}

fn ask(python: &Path) -> Option<Interpreter> {
    let child = Command::new(python)
        .args(["-I", "-S", "-c", QUESTION])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let answer = answer(child)?;
    let mut words = answer.trim().splitn(3, ' ');
    let (tag, release, path) = (words.next()?, words.next()?, words.next()?);
    Some(Interpreter { tag: tag.to_owned(), release: release.to_owned(), path: path.into() })
}

/// What a program prints, if it ends well and in time. It prints less than a pipe holds.
fn answer(mut child: Child) -> Option<String> {
    let started = Instant::now();
    while child.try_wait().ok()?.is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
