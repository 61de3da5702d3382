//! The other things that `crosspyc bundle` makes: zipapps and executables, run where there is a
//! CPython of a target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crosspyc::internals::bundle::Archive;

use crate::lab::Lab;

/// A CPython with this cache tag: on PATH, or one of pyenv's.
#[expect(clippy::print_stderr, reason = "a test that passes without having run says so")]
fn python(tag: &str) -> Option<PathBuf> {
    let version = tag.replace("cpython-3", "python3.");
    let on_path = [version.as_str(), "python3", "python"].map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let of_pyenv = versions.into_iter().flatten().flatten().map(|version| version.path().join("bin/python"));
    let question = ["-c", "import sys; print(sys.implementation.cache_tag)"];
    let has_tag = |python: &PathBuf| {
        let answer = Command::new(python).args(question).stderr(Stdio::null()).output();
        answer.is_ok_and(|output| output.status.success() && output.stdout.trim_ascii() == tag.as_bytes())
    };
    let found = on_path.into_iter().chain(of_pyenv).find(has_tag);
    if found.is_none() {
        eprintln!("skipped: there is no {tag} here");
    }
    found
}

const PROGRAM: [(&str, &str); 5] = [
    ("project/thing-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.5\n"),
    ("project/thing-1.5.dist-info/entry_points.txt", "[things]\none = tool\n"),
    ("project/tool/__init__.py", ""),
    (
        "project/tool/__main__.py",
        "import sys\nfrom importlib.metadata import entry_points, version\nfrom importlib.resources import files\nfrom space.inner import word\n\ndef main():\n    print(__name__, sys.argv[1:], word, files('tool').joinpath('data/x.txt').read_text(), version('thing'), len(entry_points(group='things')))\n    return 5\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
    ),
    ("project/tool/data/x.txt", "data"),
];

#[test]
fn a_zipapp_runs_without_the_runner() {
    let lab = Lab::new(&PROGRAM);
    lab.write("project/space/inner.py", "word = 'word'\n");
    for (options, name) in [("-m tool", "__main__"), ("-e tool.__main__:main", "tool.__main__")] {
        let output = lab.bundle(&format!("project {options} -t 3.12-3.14 --as zipapp -o app.pyz"));
        assert!(output.status.success(), "{output:?}");
        for tag in ["cpython-312", "cpython-313"] {
            let Some(python) = python(tag) else { continue };
            let ran =
                Command::new(python).arg("app.pyz").args(["-x", "y z"]).current_dir(lab.path("")).output();
            let ran = ran.expect("it starts");
            let printed = String::from_utf8_lossy(&ran.stdout).trim_end().to_owned();
            assert_eq!(printed, format!("{name} ['-x', 'y z'] word data 1.5 1"), "{ran:?}");
            assert_eq!(ran.status.code(), Some(5));
        }
    }
    let Some(python) = python("cpython-312") else { return };
    assert!(lab.bundle("project -m tool -t 3.14 --as zipapp -o app.pyz").status.success());
    let ran = Command::new(python).arg(lab.path("app.pyz")).output().expect("it starts");
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&ran.stderr).contains("holds modules for CPython 3.14; this is"),
        "{ran:?}"
    );
}

#[test]
fn a_standalone_executable_is_the_program() {
    let lab = Lab::new(&PROGRAM);
    lab.write("project/space/inner.py", "word = 'word'\n");
    let runner = env!("CARGO_BIN_EXE_crosspyc-run");
    let name = format!("app{}", std::env::consts::EXE_SUFFIX);
    let output = lab.bundle(&format!("project -m tool -t 3.12 --standalone --runner {runner} -o {name}"));
    assert!(output.status.success(), "{output:?}");
    Archive::open(&lab.path(&name)).expect("it ends with an archive");
    assert!(
        lab.refused("project -m tool -t 3.12 --standalone --runner project/tool/data/x.txt", 2)
            .contains("is not a runner")
    );
    assert!(!String::from_utf8_lossy(&output.stderr).contains("codesign"), "{output:?}");
    fs::write(lab.path("program"), b"\x7fELF and so on").expect("written");
    assert!(
        lab.refused("project -m tool -t 3.12 --standalone --runner program", 2)
            .contains("is not crosspyc-run")
    );
    let for_macos = b"\xcf\xfa\xed\xfe crosspyc-run carries a bundle: 0 and so on";
    fs::write(lab.path("for-macos"), for_macos).expect("written");
    let output = lab.bundle("project -m tool -t 3.12 --standalone --runner for-macos -o mac");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("codesign cannot sign it again"), "{output:?}");
    let Some(python) = python("cpython-312") else { return };
    let mut command = Command::new(lab.path(&name));
    command.args(["--version", "-x"]).env("CROSSPYC_PYTHON", python);
    command.env("CROSSPYC_CACHE_DIR", lab.path("cache")).stdin(Stdio::null());
    let ran = command.output().expect("it starts");
    assert_eq!(
        String::from_utf8_lossy(&ran.stdout).trim_end(),
        "__main__ ['--version', '-x'] word data 1.5 1"
    );
    assert_eq!(ran.status.code(), Some(5));
}

/// By `strip`, by a copy that was cut off, by something appended.
#[test]
fn a_standalone_executable_knows_that_it_lost_its_bundle() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let runner = env!("CARGO_BIN_EXE_crosspyc-run");
    let name = format!("app{}", std::env::consts::EXE_SUFFIX);
    let output = lab.bundle(&format!("project -t 3.12 --standalone --runner {runner} -o {name}"));
    assert!(output.status.success(), "{output:?}");
    let whole = fs::read(lab.path(&name)).expect("it is there");
    let runner_length = fs::metadata(runner).expect("it is there").len() as usize;
    let appended = [&whole[..], b"x\n"].concat();
    for damaged in [&whole[..whole.len() - 5], &whole[..runner_length], &appended] {
        fs::write(lab.path(&name), damaged).expect("written");
        let ran = Command::new(lab.path(&name)).arg("--help").output().expect("it starts");
        assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(127), &b""[..]), "{ran:?}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains("is damaged or missing"), "{ran:?}");
    }
}

/// An executable that its user cannot read. The administrator can read everything, and starts it as
/// somebody else.
#[cfg(unix)]
#[test]
fn a_standalone_executable_that_cannot_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let runner = env!("CARGO_BIN_EXE_crosspyc-run");
    assert!(lab.bundle(&format!("project -t 3.12 --standalone --runner {runner} -o app")).status.success());
    for (path, mode) in [("", 0o711), ("app", 0o111)] {
        fs::set_permissions(lab.path(path), fs::Permissions::from_mode(mode)).expect("it is ours");
    }
    let mut command = Command::new(lab.path("app"));
    command.arg("--help").current_dir("/").env("CROSSPYC_CACHE_DIR", lab.path("cache"));
    if fs::read(lab.path("app")).is_ok() {
        command.uid(1002);
    }
    let ran = command.output().expect("it starts");
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(127), &b""[..]), "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot be read: "), "{ran:?}");
}

/// Code in a zipapp is named by where it is, so the module of a frame is found.
#[test]
fn code_of_a_zipapp_knows_its_place() {
    let lab = Lab::new(&[
        ("project/pkg/__init__.py", ""),
        (
            "project/pkg/mod.py",
            "import inspect, sys\ndef where():\n    frame = sys._getframe()\n    return frame.f_code.co_filename, inspect.getmodule(frame).__name__\n",
        ),
        ("project/main.py", "from pkg import mod\nprint(*mod.where())\nprint(__file__)\n1 / 0\n"),
    ]);
    for options in ["", "--include-source"] {
        assert!(lab.bundle(&format!("project -m main -t 3.12 {options} -o app.pyz")).status.success());
        // A file of this name in the current folder is not taken for the module's source.
        lab.write("w/main.py", "x\nx\nx\nwrong = line\n");
        let Some(python) = python("cpython-312") else { return };
        let ran =
            Command::new(python).arg("../app.pyz").current_dir(lab.path("w")).output().expect("it starts");
        let root = lab.path("app.pyz").canonicalize().expect("it is there").join("cpython-312");
        let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
        let module = root.join("pkg").join("mod.py").display().to_string();
        assert!(printed.starts_with(&format!("{module} pkg.mod\n")), "{ran:?}");
        let traceback = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(traceback.contains(&format!("{}\", line 4", root.join("main.py").display())), "{traceback}");
        assert!(!traceback.contains("wrong = line"), "{traceback}");
    }
}

/// Processes that `multiprocessing` starts do not run the zipapp's `__main__.py`, nor do theirs.
#[test]
fn code_of_a_zipapp_knows_its_place_in_other_processes() {
    let main = "import multiprocessing, sys\nfrom pkg import mod\n\
        def child(queue, depth):\n    \
        if depth: start('spawn', queue, depth - 1)\n    \
        else: queue.put((mod.where(), child.__code__.co_filename))\n\
        def start(method, queue, depth):\n    \
        process = multiprocessing.get_context(method).Process(target=child, args=(queue, depth))\n    \
        process.start()\n    process.join()\n\
        def main():\n    \
        queue = multiprocessing.get_context('spawn').Queue()\n    \
        for method, depth in [('spawn', 0), ('forkserver', 0), ('spawn', 1)]:\n        \
        start(method, queue, depth)\n        print(*queue.get())\n\
        if __name__ == '__main__':\n    main()\n";
    let lab = Lab::new(&[
        ("project/pkg/__init__.py", ""),
        ("project/pkg/mod.py", "def where():\n    return where.__code__.co_filename\n"),
        ("project/main.py", main),
    ]);
    let tags = ["cpython-312", "cpython-313"];
    for options in ["-m main", "-e main:main", "-m main --include-source"] {
        assert!(
            lab.bundle(&format!("project {options} -t 3.12,3.13 --as zipapp -o app.pyz")).status.success()
        );
        for tag in if cfg!(windows) { &[][..] } else { &tags[..] } {
            let Some(python) = python(tag) else { continue };
            let ran =
                Command::new(python).arg("app.pyz").current_dir(lab.path("")).output().expect("it starts");
            let root = lab.path("app.pyz").canonicalize().expect("it is there").join(tag);
            let line = format!("{} {}\n", root.join("pkg/mod.py").display(), root.join("main.py").display());
            assert_eq!(String::from_utf8_lossy(&ran.stdout), line.repeat(3), "{options} {tag}: {ran:?}");
        }
    }
}

#[test]
fn a_bundle_may_begin_with_a_line_that_starts_it() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    for (options, line) in [
        ("--shebang", "#!/usr/bin/env crosspyc-run\n"),
        ("--shebang=#!/opt/crosspyc-run", "#!/opt/crosspyc-run\n"),
    ] {
        lab.bundled(&format!("project -t 3.12 {options}"));
        let bytes = fs::read(lab.path("app.pyb")).expect("it is there");
        assert!(bytes.starts_with(line.as_bytes()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(lab.path("app.pyb")).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o111, 0o111);
        }
    }
    assert!(lab.refused("project -t 3.12 --shebang=crosspyc-run", 2).contains("is not a line that starts"));
    for (options, message) in [
        ("--as zipapp --shebang", "--shebang is only for a .pyb"),
        ("--as zipapp --sign key", "--sign is only for a .pyb or a standalone"),
        ("--as pyb --python python3", "--python is only for a zipapp"),
        ("--as pyb --runner file", "--runner is only for a standalone"),
        ("--format zipapp", "[possible values: text, json]"),
    ] {
        assert!(lab.refused(&format!("project -t 3.12 {options}"), 2).contains(message), "{options}");
    }
    assert_eq!(lab.bundled("project -t 3.12 -O 0,1,2").manifest().variants.len(), 3);
    assert!(
        lab.bundle("project -t 3.12 -o out/")
            .stderr
            .starts_with(b"error: cannot write `out/`: it names a folder")
    );
}
