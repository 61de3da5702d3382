//! The virtual environment in an entry: the files that connect it to its interpreter.
//!
//! Python treats the folder above its own as a virtual environment if it contains a `pyvenv.cfg`.
//! That file names the folder of the base interpreter, which has the standard library.
//! `sys.prefix`, `sysconfig`, `site` and `importlib.metadata` then refer to the entry, also in
//! child processes that are started with `sys.executable`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf, absolute};

use crate::runner::Interpreter;

/// The folder of programs in an environment.
pub(super) const SCRIPTS: &str = if cfg!(windows) { "Scripts" } else { "bin" };

/// The interpreter of an environment.
pub(super) const PYTHON: &str = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };

/// The file that makes a folder an environment.
pub(super) const SETTINGS: &str = "pyvenv.cfg";

/// The folder beside sources to which Python writes their bytecode.
pub(super) const BYTECODE: &str = "__pycache__";

/// What an environment depends on.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    /// The interpreter outside of any environment.
    pub base: PathBuf,
    /// The release of Python.
    pub release: [u32; 3],
    /// The folder of the packages, relative to the environment.
    pub site_packages: String,
    /// The program can also import the packages of the base.
    pub has_system_site_packages: bool,
}

/// Resolves a symbolic link to another name in the same folder, such as `python3` to `python3.12`.
/// All names of an interpreter then share an environment, and a name that is later changed does not
/// affect it.
fn without_alias(mut python: PathBuf) -> PathBuf {
    // Links can form a loop.
    for _ in 0..8 {
        match fs::read_link(&python) {
            Ok(target) if target.components().count() == 1 => python.set_file_name(target),
            _ => break,
        }
    }
    python
}

impl Environment {
    pub(super) fn new(interpreter: &Interpreter, has_system_site_packages: bool) -> Environment {
        let answer = &interpreter.answer;
        let release = answer.numbers().unwrap_or_default();
        let usual = || match cfg!(windows) {
            true => "Lib/site-packages".to_owned(),
            false => format!("lib/python{}.{}/site-packages", release[0], release[1]),
        };
        let base = answer.base.as_ref().map_or_else(|| interpreter.path.clone(), PathBuf::from);
        Environment {
            base: without_alias(absolute(&base).unwrap_or(base)),
            release,
            site_packages: answer.site_packages.clone().unwrap_or_else(usual),
            has_system_site_packages,
        }
    }

    /// Distinguishes the entries of one bundle. It covers everything that their files depend on,
    /// including the folder of the entry.
    pub(super) fn digest(&self, root: &Path) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for part in [root.as_os_str().as_encoded_bytes(), self.site_packages.as_bytes(), &self.settings()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.finalize()
    }

    /// `3.12`
    pub(super) fn version(&self) -> String {
        format!("{}.{}", self.release[0], self.release[1])
    }

    /// The contents of `pyvenv.cfg`, as `venv` writes it.
    pub(super) fn settings(&self) -> Vec<u8> {
        let [major, minor, micro] = self.release;
        let home = self.base.parent().unwrap_or(&self.base);
        let lines: [(&str, OsString); 4] = [
            ("home", home.into()),
            ("include-system-site-packages", self.has_system_site_packages.to_string().into()),
            ("version", format!("{major}.{minor}.{micro}").into()),
            ("executable", self.base.clone().into()),
        ];
        let line = |(key, value): &(&str, OsString)| {
            [key.as_bytes(), b" = ", value.as_encoded_bytes(), b"\n"].concat()
        };
        lines.iter().flat_map(line).collect()
    }

    /// The name of the interpreter that has no console, on Windows.
    pub(super) const WINDOWED: &'static str = "pythonw.exe";

    /// The names of the interpreter in the folder of programs.
    pub(super) fn interpreters(&self) -> Vec<String> {
        if cfg!(windows) {
            return ["python.exe", Environment::WINDOWED].map(str::to_owned).into();
        }
        let mut names = vec!["python".to_owned(), "python3".to_owned(), format!("python{}", self.version())];
        // `python3.13t`, `pypy3`
        let own = self.base.file_name().and_then(OsStr::to_str).map(str::to_owned);
        names.extend(own.filter(|own| own.starts_with("python3.") || own.starts_with("pypy")));
        names.sort_unstable();
        names.dedup();
        names
    }
}
