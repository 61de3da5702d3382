//! Runs the commands of a page, in order, in one folder.
//!
//! ```text
//! the folder        greeter/ and pyproject.toml of testdata/programs/greeter,
//!                   and each file that a block with `title="NAME"` shows, from that block on
//! ```
//!
//! A command is a line that begins with `$ ` in a `console` block, with the lines that a `\` at the
//! end of a line continues. It must succeed; the lines after it are what it prints. Times are
//! compared as `TIME`, the folder is `/home/me/project`. A line `...` stands for any lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

use crate::page::{Block, blocks, replaced};
use crate::root;

/// How the pages call the folder in which the commands run.
const FOLDER: &str = "/home/me/project";

/// Gives the page as it should be.
#[expect(clippy::print_stderr, reason = "a test that passes without having run says so")]
pub(crate) fn run(path: &Path, text: &str) -> String {
    let place = Place::new();
    let mut new = Vec::new();
    for block in blocks(text) {
        if let Some(title) = &block.title {
            place.write(title, &block.lines);
        }
        let is_run = block.language == "console" && block.not_run.is_none();
        if is_run && block.needs_python && place.python.is_none() {
            eprintln!("{}:{}: skipped: there is no CPython 3.12 here", path.display(), block.line);
        } else if is_run {
            new.push((block.line, place.session(path, &block)));
        }
    }
    replaced(text, &new)
}

struct Place {
    folder: tempfile::TempDir,
    python: Option<PathBuf>,
}

impl Place {
    fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().expect("a folder can be made"), python: python() };
        for folder in ["project", "home", "bin"] {
            fs::create_dir(place.folder.path().join(folder)).expect("it can be made");
        }
        copy(&root().join("testdata/programs/greeter"), &place.path(""));
        for (name, program) in [
            ("crosspyc", env!("CARGO_BIN_EXE_crosspyc")),
            ("crosspyc-run", env!("CARGO_BIN_EXE_crosspyc-run")),
        ] {
            place.link(name, Path::new(program));
        }
        if let Some(python) = &place.python {
            place.link("python3.12", python);
            place.link("python", python);
        }
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("project").join(path)
    }

    fn link(&self, name: &str, program: &Path) {
        std::os::unix::fs::symlink(program, self.folder.path().join("bin").join(name)).expect("it is linked");
    }

    fn write(&self, path: &str, lines: &[String]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        fs::write(path, lines.join("\n") + "\n").expect("it can be written");
    }

    /// The block with what its commands print now; lines that differ only in times are kept.
    fn session(&self, path: &Path, block: &Block) -> Vec<String> {
        let mut result = Vec::new();
        for (command, shown) in commands(&block.lines) {
            let printed = self.print(path, block, &command.join("\n")["$ ".len()..]);
            result.extend(command);
            if is_shown_by(&printed, &shown) {
                result.extend(shown);
            } else {
                result.extend(printed);
            }
        }
        result
    }

    fn print(&self, path: &Path, block: &Block, command: &str) -> Vec<String> {
        let bin = self.folder.path().join("bin");
        let home = self.folder.path().join("home");
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", &home)
            .env("LANG", "C.UTF-8")
            .env("COLUMNS", "100")
            .current_dir(self.path(""))
            .stdin(Stdio::null())
            .output()
            .expect("there is a bash");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}:{}: {command}: {printed}", path.display(), block.line);
        let real = fs::canonicalize(self.folder.path()).expect("it is there");
        let mut printed =
            printed.replace(&*self.path("").with_file_name("project").to_string_lossy(), FOLDER);
        printed = printed.replace(&*real.join("project").to_string_lossy(), FOLDER);
        printed = printed.replace(&*real.join("home").to_string_lossy(), "/home/me");
        printed.lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

/// The lines of each command, and those that it prints.
fn commands(lines: &[String]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut found: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    let mut continues = false;
    for line in lines {
        if line.starts_with("$ ") || continues {
            if !continues {
                found.push((Vec::new(), Vec::new()));
            }
            found.last_mut().expect("one was pushed").0.push(line.clone());
            continues = line.ends_with('\\');
        } else {
            found.last_mut().expect("a block begins with a command").1.push(line.clone());
        }
    }
    found
}

/// Whether a page shows what was printed, except for times and the lines that `...` replaces.
fn is_shown_by(printed: &[String], shown: &[String]) -> bool {
    match shown {
        [] => printed.is_empty(),
        [dots] if dots == "..." => true,
        [dots, rest @ ..] if dots == "..." => {
            (0..=printed.len()).any(|from| is_shown_by(&printed[from..], rest))
        }
        [first, rest @ ..] => match printed {
            [line, others @ ..] => without_times(line) == without_times(first) && is_shown_by(others, rest),
            [] => false,
        },
    }
}

fn without_times(line: &str) -> String {
    let times = Regex::new(r"\d+(\.\d+)? m?s\b|.seconds.:[0-9.e-]+").expect("it is valid");
    times.replace_all(line, "TIME").into_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it is a folder") {
        let name = entry.expect("it can be read").file_name();
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            if name != "__pycache__" {
                copy(&from, &to);
            }
        } else {
            fs::copy(&from, &to).expect("it can be copied");
        }
    }
}

/// A CPython 3.12: on PATH, or one of pyenv's.
fn python() -> Option<PathBuf> {
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = pyenv.and_then(|pyenv| fs::read_dir(pyenv.join("versions")).ok());
    let of_pyenv = versions.into_iter().flatten().flatten().map(|entry| entry.path().join("bin/python"));
    [PathBuf::from("python3.12")].into_iter().chain(of_pyenv).find_map(|candidate| {
        let ask = "import sys; print(sys.executable if sys.version_info[:2] == (3, 12) else '')";
        let output = Command::new(candidate).args(["-I", "-c", ask]).output().ok()?;
        let found = String::from_utf8(output.stdout).ok()?;
        (!found.trim().is_empty()).then(|| PathBuf::from(found.trim()))
    })
}
