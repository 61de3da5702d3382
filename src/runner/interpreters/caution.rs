//! Programs called `python` that are not Python: they ask the user to install one.

use std::path::Path;

use super::candidates::{Candidate, Origin};

/// Why a candidate must not be started; `None` if it may. A candidate that the user named is always
/// started.
pub(super) fn not_started(candidate: &Candidate) -> Option<&'static str> {
    let is_named = matches!(candidate.origin, Origin::Option | Origin::Variable);
    let asks_for = || {
        let windows = cfg!(windows) && is_store_alias(&candidate.path);
        let windows = windows.then_some("is the Microsoft Store's alias, which may ask to install Python");
        let macos = cfg!(target_os = "macos") && is_apples_stub(&candidate.path, Path::exists);
        windows.or_else(|| macos.then_some("would ask to install Apple's developer tools"))
    };
    if is_named { None } else { asks_for() }
}

/// The user's `WindowsApps` folder is on PATH. It contains links called `python.exe` even if no
/// Python is installed. They lead to the Store, or to a manager that installs Python. Pythons from
/// the Store have subfolders of their own there.
fn is_store_alias(path: &Path) -> bool {
    let text = path.to_string_lossy().to_lowercase().replace('/', "\\");
    text.rsplit_once('\\').is_some_and(|(folder, _)| folder.ends_with("\\microsoft\\windowsapps"))
}

/// On macOS, `/usr/bin/python3` starts the Python of Apple's developer tools. If they are missing,
/// it opens a window that asks to install them.
fn is_apples_stub(path: &Path, exists: impl Fn(&Path) -> bool) -> bool {
    // The folder chosen with `xcode-select`, and its default folders.
    let tools = [
        "/var/db/xcode_select_link",
        "/Library/Developer/CommandLineTools",
        "/Applications/Xcode.app/Contents/Developer",
    ];
    path.parent() == Some(Path::new("/usr/bin"))
        && !tools.iter().any(|folder| exists(&Path::new(folder).join("usr/bin/python3")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_of_the_store_are_told_by_their_folder() {
        for (path, is_alias) in [
            (r"C:\Users\a\AppData\Local\Microsoft\WindowsApps\python.exe", true),
            (r"c:\users\a\appdata\local\microsoft\windowsapps\python3.12.exe", true),
            (r"C:/Users/a/AppData/Local/Microsoft/WindowsApps/python3.exe", true),
            (
                r"C:\Users\a\AppData\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0\python.exe",
                false,
            ),
            (r"C:\WindowsApps\python.exe", false),
            (r"C:\Python312\python.exe", false),
        ] {
            assert_eq!(is_store_alias(Path::new(path)), is_alias, "{path}");
        }
    }

    #[test]
    fn apples_python_is_started_where_its_tools_are() {
        let tools = |path: &Path| path == Path::new("/Library/Developer/CommandLineTools/usr/bin/python3");
        for (path, with_tools, is_stub) in [
            ("/usr/bin/python3", false, true),
            ("/usr/bin/python3", true, false),
            ("/opt/homebrew/bin/python3", false, false),
        ] {
            let exists = |path: &Path| with_tools && tools(path);
            assert_eq!(is_apples_stub(Path::new(path), exists), is_stub, "{path} {with_tools}");
        }
    }
}
