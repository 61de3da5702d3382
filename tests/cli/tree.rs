//! A temporary folder to run `crosspyc` in, and what a run gives back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

/// A temporary folder, the working directory of its runs.
pub(crate) struct Tree(tempfile::TempDir);

/// The end of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tree {
    pub(crate) fn new() -> Tree {
        Tree(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Tree {
        let tree = Tree::new();
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// The root as the system names the current folder of a run in it.
    pub(crate) fn real_root(&self) -> PathBuf {
        if cfg!(windows) {
            self.root().to_owned()
        } else {
            fs::canonicalize(self.root()).expect("it is there")
        }
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in the tree")).expect("its folder can be made");
        fs::write(path, contents).expect("it can be written");
    }

    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(path);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Sets the modification time, in seconds before or after now.
    pub(crate) fn age(&self, path: &str, seconds: u64) {
        let file = fs::File::options().append(true).open(self.path(path)).expect("it is there");
        let time = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(time).expect("its time can be set");
    }

    /// The files under a folder, sorted, with `/`; temporary ones too.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let (mut files, mut folders) = (Vec::new(), vec![self.path(folder)]);
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else {
                    let relative = path.strip_prefix(self.root()).expect("it is in the tree");
                    files.push(relative.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        files.sort();
        files
    }

    /// The pycs under the tree.
    pub(crate) fn pycs(&self) -> Vec<String> {
        self.files("").into_iter().filter(|file| file.ends_with(".pyc")).collect()
    }

    /// The command, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
        command.args(arguments).current_dir(self.root()).env_remove("NO_COLOR");
        command.env_remove("PYTHONPYCACHEPREFIX");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().expect("crosspyc can be started").into()
    }

    /// Runs what is expected to succeed and print one line.
    pub(crate) fn line(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ran:?}");
        let line = ran.stdout.strip_suffix('\n').unwrap_or_default();
        assert!(!line.is_empty() && !line.contains('\n'), "{arguments:?}: {ran:?}");
        line.to_owned()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A text with the time in `… in 12 ms` and `"seconds":0.012` made `TIME`.
pub(crate) fn without_times(text: &str) -> String {
    let (before, seconds) = text.split_once("\"seconds\":").unwrap_or((text, ""));
    if let Some(end) = seconds.find([',', '}']) {
        return format!("{before}\"seconds\":TIME{}", &seconds[end..]);
    }
    let mut words: Vec<&str> = text.split(' ').collect();
    let mut index = 0;
    while index + 2 < words.len() {
        let unit = words[index + 2].trim_end_matches([',', '\n']);
        if words[index] == "in" && matches!(unit, "s" | "ms") && words[index + 1].parse::<f64>().is_ok() {
            words[index + 1] = "TIME";
        }
        index += 1;
    }
    words.join(" ").replace("TIME ms", "TIME").replace("TIME s", "TIME")
}

/// A CPython 3.12 of this machine, for tests that compare with it.
pub(crate) fn python_3_12() -> Option<PathBuf> {
    let on_path = ["python3.12", "python3", "python"].map(PathBuf::from);
    let versions = std::env::home_dir().map(|home| fs::read_dir(home.join(".pyenv/versions")));
    let versions = versions.into_iter().flatten().flatten().flatten();
    let of_pyenv = versions.map(|version| version.path().join("bin/python"));
    on_path.into_iter().chain(of_pyenv).find(|python| {
        let question = ["-c", "import sys; print(sys.implementation.cache_tag)"];
        let answer = Command::new(python).args(question).output();
        answer.is_ok_and(|output| output.stdout.trim_ascii() == b"cpython-312")
    })
}
