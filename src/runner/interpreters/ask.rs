//! Asking a program what Python it is: with patience, but not for ever.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::runner::children;

/// How long an interpreter may take to say what it is.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What it is asked: to print an [`Answer`] in one line.
const QUESTION: &str = "import sys, sysconfig, importlib.util as u; v = sys.version_info; \
    print(sys.implementation.name, \
    '%d.%d.%d' % v[:3] + {'alpha': 'a', 'beta': 'b', 'candidate': 'rc'}.get(v[3], '') + str(v[4]) * (v[3] != 'final'), \
    sys.implementation.cache_tag, int.from_bytes(u.MAGIC_NUMBER[:2], 'little'), \
    sys.maxsize.bit_length() + 1, sysconfig.get_platform())";

/// What an interpreter says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `cpython`
    pub implementation: String,
    /// `3.12.1`
    pub release: String,
    /// `cpython-312`, as files in `__pycache__` are named.
    pub tag: String,
    /// Of its pycs.
    pub magic: u16,
    /// The size of its pointers.
    pub bits: u8,
    /// `sysconfig.get_platform()`
    pub platform: String,
}

/// Why a program gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    #[error("cannot be started: {0}")]
    NotStarted(String),
    #[error("gave no answer in {} seconds", .0.as_secs_f32())]
    Hung(Duration),
    #[error("is not a working Python 3 ({0})")]
    Failed(ExitStatus),
    #[error("is not a Python")]
    Nonsense,
}

impl Answer {
    pub(super) fn parse(line: &str) -> Option<Answer> {
        let [implementation, release, tag, magic, bits, platform] =
            line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some(Answer {
            implementation: implementation.to_owned(),
            release: release.to_owned(),
            tag: tag.to_owned(),
            magic: magic.parse().ok()?,
            bits: bits.parse().ok()?,
            platform: platform.to_owned(),
        })
    }

    /// The numbers of its release, of which a pre-release has the same.
    pub fn numbers(&self) -> Option<[u32; 3]> {
        let end = self.release.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(self.release.len());
        let mut numbers = self.release[..end].split('.').map(|number| number.parse().ok());
        Some([numbers.next()??, numbers.next()??, numbers.next()??])
    }

    /// Its platform; one of 32 bits on a system of 64 says the system's.
    pub fn host(&self) -> &str {
        match (self.platform.as_str(), self.bits) {
            ("linux-x86_64", 32) => "linux-i686",
            ("linux-aarch64", 32) => "linux-armv7l",
            (platform, _) => platform,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let implementation = match self.implementation.as_str() {
            "cpython" => "CPython",
            "pypy" => "PyPy",
            "graalpy" => "GraalPy",
            other => other,
        };
        write!(f, "{implementation} {} ({})", self.release, self.tag)
    }
}

/// What an interpreter says of itself. No file in the current folder and no variable has a say in it.
pub(super) fn ask(python: &Path, patience: Duration) -> Result<Answer, Silence> {
    let deadline = Instant::now() + patience;
    let mut command = Command::new(python);
    command
        .args(["-I", "-S", "-c", QUESTION])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let not_started = |error: std::io::Error| Silence::NotStarted(error.to_string());
    let mut group = children::Group::spawn(&mut command).map_err(not_started)?;
    let answer = first_line(group.child(), deadline);
    let status = wait_until(group.child(), deadline).map_err(not_started)?;
    let Some(status) = status else {
        group.kill();
        return Err(Silence::Hung(patience));
    };
    if !status.success() {
        return Err(Silence::Failed(status));
    }
    Answer::parse(&answer).ok_or(Silence::Nonsense)
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

/// The child's end; `None` if it does not come in time.
fn wait_until(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        match child.try_wait()? {
            None if Instant::now() >= deadline => return Ok(None),
            None => std::thread::sleep(Duration::from_millis(1)),
            status => return Ok(status),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    const FITS: &str = "cpython 3.12.1 cpython-312 3531 64 linux-x86_64";

    /// What a shell script says when it is asked.
    fn answer(script: &str) -> Result<Answer, Silence> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let python = folder.path().join("python");
        std::fs::write(&python, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
        std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        ask(&python, Duration::from_secs(2))
    }

    #[test]
    fn a_hanging_interpreter_is_given_up_with_its_children() {
        let started = Instant::now();
        assert_eq!(answer("exec sleep 60"), Err(Silence::Hung(Duration::from_secs(2))));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("alive");
        let child = format!("(sleep 4; echo >{}) & sleep 60", file.display());
        assert_eq!(answer(&child), Err(Silence::Hung(Duration::from_secs(2))));
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_secs(3));
        assert!(!file.exists());
    }

    #[test]
    fn what_an_interpreter_leaves_running_is_not_waited_for() {
        let started = Instant::now();
        assert_eq!(answer(&format!("sleep 60 & echo {FITS}")), Ok(Answer::parse(FITS).expect("it is one")));
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn nonsense_is_no_answer() {
        for script in ["echo hello", "echo cpython 3.12.1", "true", "head -c 500 /dev/zero"] {
            assert_eq!(answer(script), Err(Silence::Nonsense), "{script}");
        }
        for script in ["exit 3", "kill -9 $$", "yes", "while :; do printf x; done"] {
            assert!(matches!(answer(script), Err(Silence::Failed(_) | Silence::Hung(_))), "{script}");
        }
    }

    #[test]
    fn a_release_has_three_numbers() {
        let numbers = |release: &str| {
            Answer { release: release.to_owned(), ..Answer::parse(FITS).expect("one") }.numbers()
        };
        assert_eq!(numbers("3.12.1"), Some([3, 12, 1]));
        assert_eq!(numbers("3.15.0rc2"), Some([3, 15, 0]));
        assert_eq!(numbers("3.x"), None);
    }
}
