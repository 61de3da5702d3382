//! Asks a program which Python it is, within a time limit.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::bundle::check_path;
use crate::runner::children::Group;

/// How long an interpreter may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The script that prints an [`Answer`] on one line.
const QUESTION: &str = include_str!("question.py");

/// The maximum output that is read.
const ENOUGH: u64 = 1 << 16;

/// The properties of an interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `cpython`
    pub implementation: String,
    /// `3.12.1`
    pub release: String,
    /// The tag of files in `__pycache__`, such as `cpython-312`.
    pub tag: String,
    /// The magic number of its pycs.
    pub magic: u16,
    /// The size of a pointer.
    pub bits: u8,
    /// Its platform, in the form of [`Variant::platforms`](crate::bundle::Variant::platforms), with
    /// the version of this machine's C library or macOS: `manylinux-2.36-x86_64`, `win-amd64`.
    pub platform: String,
    /// The suffixes of native modules that it loads: `.cpython-312-x86_64-linux-gnu.so`. `None` if
    /// it did not answer.
    pub suffixes: Option<Vec<String>>,
    /// The base of its virtual environments (`sys._base_executable`): itself, unless it is in one.
    /// `None` if it did not answer, or the path is not UTF-8.
    pub base: Option<String>,
    /// The folder of packages in a virtual environment of it: `lib/python3.12/site-packages`.
    /// `None` if it did not answer.
    pub site_packages: Option<String>,
}

/// Why a program gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    #[error("cannot be started: {0}")]
    NotStarted(String),
    #[error("did not answer within {} seconds", .0.as_secs_f32())]
    Hung(Duration),
    /// With the first line of its error message.
    #[error("is not a working Python 3 ({0}{colon}{1})", colon = if .1.is_empty() { "" } else { ": " })]
    Failed(ExitStatus, String),
    #[error("is not a Python")]
    Nonsense,
}

impl Answer {
    pub(super) fn parse(line: &str) -> Option<Answer> {
        let mut words = line.split_whitespace();
        let mut word = || words.next();
        let answer = Answer {
            implementation: word()?.to_owned(),
            release: word()?.to_owned(),
            tag: word()?.to_owned(),
            magic: word()?.parse().ok()?,
            bits: word()?.parse().ok()?,
            platform: word()?.to_owned(),
            suffixes: word().map(|list| list.split(',').filter(|&it| it != "-").map(str::to_owned).collect()),
            base: word().and_then(from_hexadecimal),
            site_packages: word().filter(|path| check_path(path).is_ok()).map(str::to_owned),
        };
        words.next().is_none().then_some(answer)
    }

    /// The numbers of its release. A pre-release has those of the release.
    pub fn numbers(&self) -> Option<[u32; 3]> {
        let end = self.release.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(self.release.len());
        let mut numbers = self.release[..end].split('.').map(|number| number.parse().ok());
        Some([numbers.next()??, numbers.next()??, numbers.next()??])
    }

    /// Its platform. For a 32-bit interpreter on a 64-bit system, that of the system.
    pub fn host(&self) -> String {
        let replaced = |processor: &str, own: &str| {
            Some(format!("{}{own}", self.platform.strip_suffix(processor).filter(|_| self.bits == 32)?))
        };
        let linux = self.platform.contains("linux");
        let own = || replaced("-x86_64", "-i686").or_else(|| replaced("-aarch64", "-armv7l"));
        if linux { own() } else { None }.unwrap_or_else(|| self.platform.clone())
    }

    /// How its build differs from the usual one, if it loads other native modules.
    pub(super) fn build(&self) -> &'static str {
        let Some(suffix) = self.suffixes.iter().flatten().next() else { return "a build that loads none" };
        // `312t` of `.cpython-312t-darwin.so` and of `.cp312t-win_amd64.pyd`.
        let abi = suffix.trim_start_matches(".cpython-").trim_start_matches(".cp").split(['-', '.']).next();
        let flags = abi.unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_digit());
        match flags {
            "t" => "a free-threaded build",
            // On Windows `_d.cp312-win_amd64.pyd`.
            "d" | "_d" => "a debug build",
            _ => "a build of its own kind",
        }
    }

    /// Whether it loads native modules with this pyc tag in their names, `cpython-312` or, on
    /// Windows, `cp312`. A debug build does on some systems, a free-threaded one does not.
    pub(super) fn loads(&self, tag: &str) -> bool {
        let short = tag.replace("cpython-", "cp");
        let is_for = |suffix: &String, tag: &str| {
            let rest = suffix.strip_prefix('.').and_then(|suffix| suffix.strip_prefix(tag));
            rest.is_some_and(|rest| rest.starts_with(['-', '.']))
        };
        let Some(suffixes) = &self.suffixes else { return true };
        suffixes.iter().any(|suffix| is_for(suffix, tag) || is_for(suffix, &short))
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

/// Decodes the hexadecimal digits of a UTF-8 text.
fn from_hexadecimal(digits: &str) -> Option<String> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    String::from_utf8(digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?).ok()
}

/// Asks an interpreter. No file in the working directory and no variable influences the answer,
/// unless it is a script of a version manager, which chooses a Python by its own rules.
pub(super) fn ask(python: &Path, patience: Duration) -> Result<Answer, Silence> {
    let deadline = Instant::now() + patience;
    let mut command = Command::new(python);
    command
        .args(["-I", "-S", "-c"])
        // On one line, because a batch file cannot pass more.
        .arg(format!("exec({QUESTION:?})"))
        // Without this, macOS reports an old version to programs that were built long ago.
        .env("SYSTEM_VERSION_COMPAT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let not_started = |error: std::io::Error| Silence::NotStarted(error.to_string());
    let mut group = Group::spawn(command).map_err(not_started)?;
    let (output, errors) = group.pipes();
    let (said, complaint) = (output.map(lines), errors.map(lines));
    let answer = said.and_then(|lines| first(&lines, deadline, Answer::parse));
    let has_ended = wait_until(&mut group, deadline);
    // It may have left children behind.
    let status = group.end().map_err(not_started)?;
    if !has_ended {
        return Err(Silence::Hung(patience));
    }
    if !status.success() {
        let soon = deadline.min(Instant::now() + Duration::from_millis(200));
        let complaint = complaint.map(|lines| complaint_in(&lines, soon));
        return Err(Silence::Failed(status, complaint.unwrap_or_default()));
    }
    answer.ok_or(Silence::Nonsense)
}

/// The lines that a child prints. A thread reads them, because a descendant of the child can keep
/// the pipe open.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe.take(ENOUGH));
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
    receiver
}

/// The first result of `make` for one of the lines.
fn first<T>(lines: &Receiver<String>, deadline: Instant, make: impl Fn(&str) -> Option<T>) -> Option<T> {
    loop {
        let line = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()?;
        if let Some(made) = make(&line) {
            return Some(made);
        }
    }
}

/// The most useful line of an error message: the last of a traceback, else the first. Empty if
/// there is none.
fn complaint_in(lines: &Receiver<String>, deadline: Instant) -> String {
    let mut said = first(lines, deadline, as_shown).unwrap_or_default();
    if said.starts_with("Traceback") {
        while let Some(line) = first(lines, deadline, as_shown) {
            said = line;
        }
    }
    said
}

fn as_shown(line: &str) -> Option<String> {
    let shown: String = line.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    (!shown.is_empty()).then_some(shown)
}

/// Waits for the child. Returns whether it has ended in time.
fn wait_until(group: &mut Group, deadline: Instant) -> bool {
    while !group.has_ended() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
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
    fn what_an_interpreter_leaves_running_is_ended_with_it() {
        for (output, end, expected) in [
            ("", format!("echo {FITS}"), Ok(Answer::parse(FITS).expect("it is one"))),
            ("exec >/dev/null 2>&1;", "echo hello".to_owned(), Err(Silence::Nonsense)),
        ] {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let path = |name: &str| folder.path().join(name);
            // The child does not end with its terminal, and may hold the output open.
            let child = format!(
                "({output} trap '' HUP TERM; while ! [ -e {go} ]; do sleep 0.02; done; echo >{alive}) & {end}",
                go = path("go").display(),
                alive = path("alive").display()
            );
            assert_eq!(answer(&child), expected);
            std::fs::write(path("go"), "").expect("written");
            std::thread::sleep(Duration::from_secs(1));
            assert!(!path("alive").exists(), "{end}");
        }
    }

    #[test]
    fn nonsense_is_no_answer() {
        for script in ["echo hello", "echo cpython 3.12.1", "true", "head -c 500 /dev/zero"] {
            assert_eq!(answer(script), Err(Silence::Nonsense), "{script}");
        }
        for script in ["exit 3", "kill -9 $$", "yes", "while :; do printf x; done"] {
            assert!(matches!(answer(script), Err(Silence::Failed(..) | Silence::Hung(_))), "{script}");
        }
    }

    #[test]
    fn the_answer_stands_in_any_line() {
        let expected = Ok(Answer::parse(FITS).expect("it is one"));
        for script in
            ["echo using Python 3.12", "yes noise | head -n 500", "echo; echo x >&2; printf '\\377\\n'"]
        {
            assert_eq!(answer(&format!("{script}; echo {FITS}; echo more")), expected, "{script}");
        }
    }

    #[test]
    fn who_fails_says_why() {
        for (script, reason) in [
            ("exit 3", "is not a working Python 3 (exit status: 3)"),
            (
                "echo >&2; printf 'no\\033[1m version\\nis set\\n' >&2; exit 126",
                "is not a working Python 3 (exit status: 126: no[1m version)",
            ),
            (
                "printf 'Traceback (most recent call last):\\n  File\\nImportError: no\\n' >&2; exit 1",
                "is not a working Python 3 (exit status: 1: ImportError: no)",
            ),
            ("sleep 60 >&2 & exit 1", "is not a working Python 3 (exit status: 1)"),
        ] {
            assert_eq!(answer(script).expect_err(script).to_string(), reason);
        }
    }

    #[test]
    fn one_that_stops_is_killed() {
        // As one does that reads a terminal from the background.
        assert!(matches!(answer("kill -STOP $$"), Err(Silence::Hung(_))));
    }

    #[test]
    fn names_of_native_modules_tell_the_build() {
        for (suffixes, loads) in [
            ("", true),
            (".cpython-312-x86_64-linux-gnu.so,.abi3.so,.so", true),
            (".cpython-312-darwin.so,.abi3.so,.so", true),
            (".cp312-win_amd64.pyd,.pyd", true),
            (".cpython-312d-x86_64-linux-gnu.so,.cpython-312-x86_64-linux-gnu.so,.so", true),
            (".cpython-312d-x86_64-linux-gnu.so,.so", false),
            (".cpython-312t-x86_64-linux-gnu.so,.so", false),
            (".cp312t-win_amd64.pyd,.pyd", false),
            ("_d.cp312-win_amd64.pyd,_d.pyd", false),
            ("-", false),
        ] {
            let answer = Answer::parse(&format!("{FITS} {suffixes}")).expect("it is one");
            assert_eq!(answer.loads("cpython-312"), loads, "{suffixes}");
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
