//! The launcher of an environment on Windows, where an entry has no links to the interpreter.
//!
//! `Scripts\python.exe` is a copy of the runner. Like the redirector of `venv` it starts the base
//! interpreter from `pyvenv.cfg` with its own arguments. `__PYVENV_LAUNCHER__` tells the interpreter
//! which environment it is in. `Scripts\NAME.exe`, another copy, starts `Scripts\NAME-script.py`.
//! The launcher leaves Ctrl-C to the program, ends together with it, and returns all 32 bits of its
//! exit code. `Scripts\pythonw.exe` and the programs of `[gui_scripts]` are copies that differ in two
//! bytes: Windows opens no console for them. A signature of the runner's publisher does not cover
//! them.

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

/// The launchers for a new environment.
#[derive(Debug)]
pub(super) struct Launchers {
    console: Vec<u8>,
    windowed: Vec<u8>,
}

/// Whether a launcher has a console. Windows opens one for each program that has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Console,
    Windowed,
}

impl Kind {
    pub(super) fn windowed(is_windowed: bool) -> Kind {
        if is_windowed { Kind::Windowed } else { Kind::Console }
    }
}

impl Launchers {
    /// Both are `crosspyc-run`, without the archive of a standalone executable.
    pub(super) fn new(archive: &Path, archive_start: u64) -> std::io::Result<Launchers> {
        let own = std::env::current_exe()?;
        let console = if own == archive {
            let mut bytes = fs::read(own)?;
            bytes.truncate(usize::try_from(archive_start).unwrap_or(usize::MAX));
            bytes
        } else {
            let beside = own.with_file_name("crosspyc-run.exe");
            fs::read(if beside.is_file() { beside } else { own })?
        };
        // The runner itself may be windowed.
        let of = |kind| marked(&console, kind).unwrap_or_else(|| console.clone());
        Ok(Launchers { windowed: of(Kind::Windowed), console: of(Kind::Console) })
    }

    pub(super) fn bytes(&self, kind: Kind) -> &[u8] {
        match kind {
            Kind::Console => &self.console,
            Kind::Windowed => &self.windowed,
        }
    }
}

/// Whether this process is of an executable that opens no console.
#[cfg(windows)]
pub(super) fn runs_windowed() -> bool {
    use std::io::Read as _;
    /// The headers are at the beginning.
    const ENOUGH: u64 = 4096;
    let mut start = Vec::new();
    let file = std::env::current_exe().and_then(fs::File::open);
    let read = file.and_then(|file| file.take(ENOUGH).read_to_end(&mut start));
    read.is_ok() && is_windowed(&start) == Some(true)
}

/// Whether an executable opens no console. `None` if it is no executable of Windows.
fn is_windowed(executable: &[u8]) -> Option<bool> {
    let place = subsystem(executable)?;
    match executable.get(place..place + 2)? {
        [WINDOWED, 0] => Some(true),
        [CONSOLE, 0] => Some(false),
        _ => None,
    }
}

/// The same executable, marked as one of this kind. `None` if it is no executable of Windows.
fn marked(executable: &[u8], kind: Kind) -> Option<Vec<u8>> {
    is_windowed(executable)?;
    let mut marked = executable.to_vec();
    let mark = if kind == Kind::Windowed { WINDOWED } else { CONSOLE };
    *marked.get_mut(subsystem(executable)?)? = mark;
    Some(marked)
}

/// The values of `Subsystem`.
const WINDOWED: u8 = 2;
const CONSOLE: u8 = 3;

/// The place of `Subsystem`.
///
/// Format: [PE](https://learn.microsoft.com/windows/win32/debug/pe-format), `Subsystem` in the
/// optional header, which stands at the same place for 32 and for 64 bits.
fn subsystem(executable: &[u8]) -> Option<usize> {
    const START_OF_HEADERS: usize = 0x3c;
    const SUBSYSTEM: usize = 4 + 20 + 68;
    let start = executable.get(START_OF_HEADERS..START_OF_HEADERS + 4)?;
    let headers = u32::from_le_bytes(start.try_into().ok()?) as usize;
    let is_executable = executable.starts_with(b"MZ") && executable.get(headers..)?.starts_with(b"PE\0\0");
    headers.checked_add(SUBSYSTEM).filter(|_| is_executable)
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

    #[test]
    fn an_executable_can_do_without_a_console() {
        // The end of the DOS header, the signature, the headers up to the subsystem, and the rest.
        let executable = |subsystem: u8| {
            let mut bytes = vec![0; 0x80];
            bytes[..2].copy_from_slice(b"MZ");
            bytes[0x3c] = 0x80;
            bytes.extend_from_slice(b"PE\0\0");
            bytes.resize(0x80 + 4 + 20 + 68, 1);
            bytes.extend_from_slice(&[subsystem, 0, 5, 6, 7]);
            bytes
        };
        for (from, kind, to) in
            [(3, Kind::Windowed, 2), (2, Kind::Windowed, 2), (2, Kind::Console, 3), (3, Kind::Console, 3)]
        {
            assert_eq!(marked(&executable(from), kind), Some(executable(to)), "{from} {kind:?}");
        }
        assert_eq!(marked(&executable(1), Kind::Windowed), None);
        let without_console = |executable: &[u8]| marked(executable, Kind::Windowed);
        let whole = executable(3);
        for end in [0, 1, 0x3b, 0x3f, 0x80, 0x83, 0x80 + 4 + 20 + 69] {
            assert_eq!(without_console(&whole[..end]), None, "{end}");
        }
        for (place, byte) in [(0, b'X'), (0x3f, 0xff), (0x81, b'X')] {
            let mut damaged = whole.clone();
            damaged[place] = byte;
            assert_eq!(without_console(&damaged), None, "{place}");
        }
    }
}
