//! Console scripts, as an installer writes them to the environment's folder of programs.
//!
//! A function is started by a file instead of an option of the interpreter: some programs restart
//! themselves as `[sys.executable, *sys.argv]` (servers that reload do), and the file appears in
//! tracebacks.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::check::is_mere_data;
use super::environment::PYTHON;
use crate::bundle::{DeclaredScript, EntryPoint, check_path, declared_scripts};

/// The maximum length of a shebang. Linux accepts 256 bytes, older versions 128.
const MOST_SHEBANG: usize = 127;

/// The text that `pip` writes after the first line. The program's name is that of the script.
const BODY: &str = r#"import re
import sys
from @MODULE@ import @IMPORT@
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\.pyw?|\.exe)?$', '', sys.argv[0])
    sys.exit(@FUNCTION@())
"#;

/// The name of the script for an application's entry point, if that is a function. The
/// application's name may be impossible for a file, or hide a module: `json.py`.
pub(super) fn name<'a>(entry_point: &EntryPoint, application: &'a str) -> Option<&'a str> {
    let EntryPoint::Function { .. } = entry_point else { return None };
    Some(if is_name(application) { application } else { "app" })
}

/// The file name of a script. On Windows a launcher with the script's name starts it.
pub(super) fn file_name(name: &str, is_windowed: bool) -> String {
    match (cfg!(windows), is_windowed) {
        (true, false) => format!("{name}-script.py"),
        (true, true) => format!("{name}-script.pyw"),
        (false, _) => name.to_owned(),
    }
}

/// Whether a script may have this name.
pub(super) fn is_name(name: &str) -> bool {
    !is_interpreter(name) && !name.contains('/') && check_path(name).is_ok() && is_mere_data(name)
}

/// `python`, `python3.13t`, `pypy3`, `pythonw.exe`
pub(super) fn is_interpreter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".exe").unwrap_or(&name);
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == 't');
    ["python", "pythonw", "pypy", "pypyw", "graalpy"].contains(&stem)
}

/// The text of a script that starts a function of a module, for the environment at `place`.
pub(super) fn text(place: &Path, module: &str, function: &str) -> Vec<u8> {
    let import = function.split('.').next().unwrap_or(function);
    // No part contains the placeholder of another, because all parts are dotted names.
    let body = BODY.replace("@MODULE@", module).replace("@IMPORT@", import).replace("@FUNCTION@", function);
    [first_lines(place), body.into_bytes()].concat()
}

/// Whether a console script can import the function: both names are dotted names.
pub(super) fn can_be_imported(module: &str, function: &str) -> bool {
    let is_identifier = |part: &str| {
        let is_part = |c: char| c == '_' || c.is_alphanumeric();
        !part.starts_with(|c: char| c.is_ascii_digit()) && !part.is_empty() && part.chars().all(is_part)
    };
    [module, function].iter().all(|name| name.split('.').all(is_identifier))
}

/// A script of a wheel. If its first line is `#!python`, it names the environment's interpreter
/// instead. `None` for other files.
pub(super) fn of_wheel(place: &Path, script: &[u8]) -> Option<Vec<u8>> {
    let rest = script.strip_prefix(b"#!python")?;
    let rest = rest.strip_prefix(b"w").unwrap_or(rest);
    let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
    Some([&first_lines(place), &rest[end..]].concat())
}

/// Whether a file is a script for the interpreter of the environment at `place`.
pub(super) fn is_for(place: &Path, script: &Path) -> bool {
    let expected = first_lines(place);
    let mut start = Vec::new();
    let read = File::open(script).and_then(|file| file.take(expected.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == expected
}

/// The shebang. If the path is too long or has spaces, a shell starts the interpreter: the same
/// lines are a command for the shell and a string for Python.
fn first_lines(place: &Path) -> Vec<u8> {
    let python = place.join(PYTHON);
    let python = python.as_os_str().as_encoded_bytes();
    let shebang = [b"#!", python, b"\n"].concat();
    let is_plain = !python.iter().any(u8::is_ascii_whitespace) && shebang.len() <= MOST_SHEBANG;
    let coding = b"# -*- coding: utf-8 -*-\n";
    match is_plain || cfg!(windows) {
        true => [&shebang, &coding[..]].concat(),
        false => {
            let escaped = |&byte: &u8| if b"\"$`\\".contains(&byte) { vec![b'\\', byte] } else { vec![byte] };
            let python: Vec<u8> = python.iter().flat_map(escaped).collect();
            [b"#!/bin/sh\n'''exec' \"", &python[..], b"\" \"$0\" \"$@\"\n' '''\n", coding].concat()
        }
    }
}

/// A function of a module that a script can start.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declared<'t> {
    pub name: &'t str,
    pub module: &'t str,
    pub function: &'t str,
    pub is_windowed: bool,
}

/// The scripts that an `entry_points.txt` declares and that can be written.
pub(super) fn declared(text: &str) -> impl Iterator<Item = Declared<'_>> {
    declared_scripts(text).filter_map(|DeclaredScript { name, value, is_windowed }| {
        // Extras follow in brackets.
        let (module, function) = value.split('[').next()?.split_once(':')?;
        let (module, function) = (module.trim(), function.trim());
        let can_be_written = is_name(name) && can_be_imported(module, function);
        can_be_written.then_some(Declared { name, module, function, is_windowed })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_have_the_name_of_the_application_if_that_harms_nothing() {
        let function = EntryPoint::Function { module: "a".into(), function: "b".into() };
        for (application, expected) in [
            ("my.app", "my.app"),
            ("größe", "größe"),
            ("a b", "a b"),
            ("pythonic", "pythonic"),
            ("json.py", "app"),
            ("python", "app"),
            ("Python3.12", "app"),
            ("pypy3", "app"),
            ("../up", "app"),
            ("a/b", "app"),
            ("con", "app"),
            ("", "app"),
        ] {
            assert_eq!(name(&function, application), Some(expected), "{application}");
        }
        assert_eq!(name(&EntryPoint::Main, "app"), None);
    }

    #[test]
    fn scripts_that_cannot_be_written_are_left_out() {
        let text =
            "[console_scripts]\na = pkg.mod:main\nb-c=pkg:f.g [extra]\npython = a:b\nc = a\nd = a b:c\n";
        let found: Vec<_> = declared(text).map(|it| (it.name, it.module, it.function)).collect();
        assert_eq!(found, [("a", "pkg.mod", "main"), ("b-c", "pkg", "f.g")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_starts_the_interpreter_whose_path_no_shebang_takes() {
        let long = format!("/{}", "x".repeat(200));
        for (place, start) in [
            ("/e", "#!/e/bin/python\n# -*- coding: utf-8 -*-\n".to_owned()),
            ("/a b", "#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''\n".to_owned()),
            (&long, format!("#!/bin/sh\n'''exec' \"{long}/bin/python\" \"$0\" \"$@\"\n' '''\n")),
        ] {
            let text = String::from_utf8(text(Path::new(place), "a.b", "c.d")).expect("text");
            assert!(text.starts_with(&start), "{text}");
            assert!(text.contains("from a.b import c\n") && text.contains("sys.exit(c.d())"), "{text}");
            let of_wheel = of_wheel(Path::new(place), b"#!python -u\nprint(1)\n").expect("it is one");
            assert!(of_wheel.starts_with(start.as_bytes()) && of_wheel.ends_with(b"\nprint(1)\n"));
        }
        assert_eq!(of_wheel(Path::new("/e"), b"#!/bin/sh\n"), None);
    }
}
