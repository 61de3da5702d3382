//! The launcher of an environment on Windows, where an entry has no links to the interpreter.
//!
//! `Scripts\python.exe` is a copy of the runner. Like the redirector of `venv` it starts the base
//! interpreter from `pyvenv.cfg` with its own arguments. `__PYVENV_LAUNCHER__` tells the interpreter
//! which environment it is in. `Scripts\NAME.exe`, another copy, starts `Scripts\NAME-script.py`.
//! The launcher leaves Ctrl-C to the program, ends together with it, and returns all 32 bits of its
//! exit code.

use std::fs;
use std::path::{Path, PathBuf};

/// The variable that tells Python on Windows the path of the launcher that started it.
pub(super) const LAUNCHER: &str = "__PYVENV_LAUNCHER__";

/// The program that a launcher starts.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    /// The base interpreter.
    base: PathBuf,
    /// The interpreter of the environment.
    python: PathBuf,
    script: Option<PathBuf>,
}

/// The target of the launcher at this path. `None` if the path is not in an environment, or if it
/// is another program.
fn target(launcher: &Path) -> Option<Target> {
    let folder = launcher.parent()?;
    let settings = fs::read_to_string(folder.parent()?.join("pyvenv.cfg")).ok()?;
    let base = PathBuf::from(setting(&settings, "executable")?);
    let stem = launcher.file_stem()?.to_str()?;
    let windowless = || base.with_file_name("pythonw.exe");
    let started = |base: PathBuf, python: &str, script| Target { base, python: folder.join(python), script };
    if stem.eq_ignore_ascii_case("python") {
        return Some(started(base, "python.exe", None));
    }
    if stem.eq_ignore_ascii_case("pythonw") {
        return Some(started(windowless(), "pythonw.exe", None));
    }
    let script =
        |ending: &str| Some(folder.join(format!("{stem}-script.{ending}"))).filter(|it| it.is_file());
    match (script("py"), script("pyw")) {
        (Some(script), _) => Some(started(base, "python.exe", Some(script))),
        (None, Some(script)) => Some(started(windowless(), "pythonw.exe", Some(script))),
        (None, None) => None,
    }
}

/// The value of a key of `pyvenv.cfg`.
fn setting<'s>(settings: &'s str, key: &str) -> Option<&'s str> {
    let mut pairs = settings.lines().filter_map(|line| line.split_once('='));
    pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
}

/// Starts the interpreter if this program is the launcher of an environment, and returns its exit
/// code.
pub fn redirected() -> Option<i32> {
    // Other systems have links to the interpreter.
    if !cfg!(windows) {
        return None;
    }
    let target = target(&std::env::current_exe().ok()?)?;
    let mut command = std::process::Command::new(&target.base);
    command.args(target.script).args(std::env::args_os().skip(1)).env(LAUNCHER, target.python);
    Some(match super::attend::attend(command) {
        Ok(status) => super::attend::end_as(status),
        Err(_) => super::EXIT_NOT_STARTED.into(),
    })
}

/// The launcher for a new environment: `crosspyc-run`, without the archive of a standalone
/// executable.
pub(super) fn launcher(archive: &Path, archive_start: u64) -> std::io::Result<Vec<u8>> {
    let own = std::env::current_exe()?;
    if own == archive {
        let mut bytes = fs::read(own)?;
        bytes.truncate(usize::try_from(archive_start).unwrap_or(usize::MAX));
        return Ok(bytes);
    }
    let beside = own.with_file_name("crosspyc-run.exe");
    fs::read(if beside.is_file() { beside } else { own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launcher_starts_what_its_name_says() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let scripts = folder.path().join("Scripts");
        fs::create_dir(&scripts).expect("made");
        let target = |name: &str| target(&scripts.join(name));
        assert_eq!(target("python.exe"), None);
        let settings = "home = C:/py\nexecutable = C:/py/python.exe\n";
        fs::write(folder.path().join("pyvenv.cfg"), settings).expect("written");
        for script in ["tool-script.py", "window-script.pyw"] {
            fs::write(scripts.join(script), "").expect("written");
        }
        for (name, base, python, script) in [
            ("python.exe", "C:/py/python.exe", "python.exe", None),
            ("PythonW.exe", "C:/py/pythonw.exe", "pythonw.exe", None),
            ("tool.exe", "C:/py/python.exe", "python.exe", Some("tool-script.py")),
            ("window.exe", "C:/py/pythonw.exe", "pythonw.exe", Some("window-script.pyw")),
        ] {
            let expected = Target {
                base: base.into(),
                python: scripts.join(python),
                script: script.map(|script| scripts.join(script)),
            };
            assert_eq!(target(name), Some(expected), "{name}");
        }
        assert_eq!(target("crosspyc-run.exe"), None);
    }
}
