//! Executables that bring their Python. Most tests use a made-up distribution, whose interpreter is
//! an executable but no Python. The others use a real CPython 3.12, and say so where there is none.

#![cfg(all(feature = "cli", target_os = "linux"))]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with a project, a made-up distribution and a cache.
struct Lab(tempfile::TempDir);

const PROJECT: [(&str, &str); 3] = [
    (
        "project/app/__main__.py",
        "import sys, json\nfrom app import data\nprint(json.dumps([sys.argv[1:], data.text()]))\nsys.exit(7)\n",
    ),
    ("project/app/__init__.py", ""),
    (
        "project/app/data.py",
        "import pkgutil\ndef text(): return pkgutil.get_data('app', 'data.txt').decode()\n",
    ),
];

/// The files of the made-up distribution, besides the interpreter.
const DISTRIBUTION: [(&str, &str); 12] = [
    ("include/python3.12/patchlevel.h", "#define PY_VERSION              \"3.12.1\"\n"),
    ("lib/python3.12/os.py", "import abc\n"),
    ("lib/python3.12/abc.py", ""),
    ("lib/python3.12/json/__init__.py", "from . import decoder\n"),
    ("lib/python3.12/json/decoder.py", "import re\n"),
    ("lib/python3.12/re.py", ""),
    ("lib/python3.12/nobody_imports_it.py", ""),
    ("lib/python3.12/encodings/__init__.py", "import codecs\n"),
    ("lib/python3.12/codecs.py", ""),
    ("lib/python3.12/test/test_os.py", "this does not compile"),
    ("lib/python3.12/tkinter/__init__.py", ""),
    ("lib/python3.12/LICENSE.txt", "the licence"),
];

impl Lab {
    fn new() -> Lab {
        let lab = Lab(tempfile::tempdir().expect("a temporary folder can be made"));
        for (path, text) in PROJECT {
            lab.write(path, text);
        }
        lab.write("project/app/data.txt", "data");
        for (path, text) in DISTRIBUTION {
            lab.write(&format!("python/{path}"), text);
        }
        fs::create_dir_all(lab.path("python/bin")).expect("made");
        fs::copy(runner(), lab.path("python/bin/python3.12")).expect("copied");
        lab
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in the lab")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn crosspyc(&self, arguments: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_crosspyc"))
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("crosspyc can be started")
    }

    fn bundle(&self, options: &str) -> Output {
        self.crosspyc(&format!("bundle project -m app {options}"))
    }

    /// Starts an executable with no other variables than these.
    fn start(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Command::new(self.path(program))
            .args(arguments)
            .env_clear()
            .env("CROSSPYC_CACHE_DIR", self.path("cache"))
            .envs(variables.iter().copied())
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .expect("it can be started")
    }
}

fn runner() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_crosspyc-run"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_distribution_that_does_not_fit_is_refused_before_anything_is_compiled() {
    type Change = fn(&Lab);
    let cases: [(&str, Change, &str); 11] = [
        ("--embed-python nowhere", |_| {}, "failed to read `nowhere`"),
        ("--embed-python project", |_| {}, "is no CPython: it has neither bin/python3.X"),
        ("--embed-python project/app/data.txt", |_| {}, "is neither a folder nor a .tar.gz"),
        ("--embed-python python -t 3.13", |_| {}, "`python` is Python 3.12, not 3.13"),
        ("--embed-python python -t 3.12.2", |_| {}, "`python` is Python 3.12.1, not 3.12.2"),
        (
            "--embed-python python",
            |lab| fs::remove_file(lab.path("python/lib/python3.12/os.py")).expect("removed"),
            "has no standard library: lib/python3.12/os.py is missing",
        ),
        (
            "--embed-python python",
            |lab| lab.write("python/lib/python3.12/_sysconfigdata_x.py", "{'Py_GIL_DISABLED': 1,\n}"),
            "is a free-threaded build",
        ),
        (
            "--embed-python python",
            |lab| lab.write("python/lib/python3.12/_sysconfigdata_x.py", "{'Py_DEBUG': 1,\n}"),
            "is a debug build",
        ),
        (
            "--embed-python python",
            |lab| lab.write("python/pyvenv.cfg", "home = /usr/bin\n"),
            "made with: /usr/bin",
        ),
        (
            "--embed-python python",
            |lab| lab.write("python/bin/python3.12", "#!/bin/sh\n"),
            "is for an unknown platform",
        ),
        (
            "--embed-python python --keep nothing",
            |_| {},
            "--keep nothing: the Python in `python` has no such module",
        ),
    ];
    for (options, change, expected) in cases {
        let lab = Lab::new();
        lab.write(
            "project/app/broken.py",
            if options.contains("--keep") { "" } else { "this does not compile" },
        );
        change(&lab);
        let output = lab.bundle(&format!("{options} --runner {} -o app", runner().display()));
        let errors = text(&output.stderr);
        assert!(!output.status.success(), "{options}: {errors}");
        assert!(errors.contains(expected), "{options}: {errors}");
        assert!(!errors.contains("broken.py") && !lab.path("app").exists(), "{options}: {errors}");
    }
}

#[test]
fn a_runner_for_another_platform_is_refused() {
    let lab = Lab::new();
    let mut other = fs::read(runner()).expect("read");
    // e_machine: s390x
    other[18] = 22;
    fs::write(lab.path("other"), &other).expect("written");
    let output = lab.bundle("--embed-python python --runner other -o app");
    assert!(text(&output.stderr).contains("there is no runner for linux-"), "{output:?}");
    fs::create_dir(lab.path("runners")).expect("made");
    fs::rename(lab.path("other"), lab.path("runners/a")).expect("moved");
    let output = lab.bundle("--embed-python python --runners runners -o app");
    assert!(text(&output.stderr).contains("in `runners`"), "{output:?}");
    fs::copy(runner(), lab.path("runners/b")).expect("copied");
    let output = lab.bundle("--embed-python python --runners runners -o app-{platform}");
    assert!(output.status.success(), "{output:?}");
    let name = format!("app-linux-{}", std::env::consts::ARCH);
    assert!(lab.path(&name).is_file());
    let output = lab.bundle("--embed-python python --embed-python python --runners runners -o app");
    assert!(text(&output.stderr).contains("several Pythons would be written to one file"), "{output:?}");
}

#[test]
fn a_native_module_without_a_build_for_the_python_is_named() {
    let lab = Lab::new();
    lab.write("project/fast.cpython-312-s390x-linux-gnu.so", "");
    lab.write("project/app/broken.py", "this does not compile");
    let output = lab.bundle(&format!("--embed-python python --runner {} -o app", runner().display()));
    let errors = text(&output.stderr);
    assert!(errors.contains("native modules are not for the Python that is embedded"), "{errors}");
    assert!(errors.contains("fast is for linux-s390x") && !errors.contains("broken.py"), "{errors}");
}

#[test]
fn the_archive_of_an_application_of_macos_is_beside_its_runner() {
    let lab = Lab::new();
    let output = lab.bundle("--embed-python python -o app.pyb --as pyb");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let output = lab.bundle("-t 3.12 -o app.pyb");
    assert!(output.status.success(), "{output:?}");
    for folder in ["A.app/Contents/MacOS", "A.app/Contents/Resources"] {
        fs::create_dir_all(lab.path(folder)).expect("made");
    }
    fs::copy(runner(), lab.path("A.app/Contents/MacOS/A")).expect("copied");
    fs::rename(lab.path("app.pyb"), lab.path("A.app/Contents/Resources/A.pyb")).expect("moved");
    // It is a program, which takes no options of the runner.
    let output = lab.start("A.app/Contents/MacOS/A", &["--version"], &[("CROSSPYC_PYTHON", "/bin/true")]);
    assert_eq!(output.status.code(), Some(127), "{output:?}");
}

#[test]
fn what_is_brought_is_shown_and_the_same_each_time() {
    let lab = Lab::new();
    let runner = runner().display();
    let list = |options: &str, name: &str| {
        let output =
            lab.bundle(&format!("--embed-python python --runner {runner} --name app -o {name} {options}"));
        assert!(output.status.success(), "{output:?}");
        let output = lab.crosspyc(&format!("inspect {name}"));
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    let full = list("", "full");
    for line in [
        "  brings: CPython 3.12.1 for ",
        "licence: lib/python3.12/LICENSE.txt",
        "left out: tests (1 file, 21 bytes): programs do not use them",
        "left out: tkinter (1 file, 0 bytes): it is large",
        "left out: headers and static libraries (1 file, ",
    ] {
        assert!(full.contains(line), "{line}\n{full}");
    }
    assert!(!full.contains("left out: modules"), "{full}");
    let imported = list("--stdlib imported", "imported");
    // What os, json and encodings import stays.
    assert!(
        imported.contains("left out: modules (1 file, 0 bytes): the program does not import them"),
        "{imported}"
    );
    let kept = list("--stdlib imported --keep nobody_imports_it --keep tkinter", "kept");
    assert!(!kept.contains("left out: modules") && !kept.contains("left out: tkinter"), "{kept}");
    list("", "again");
    assert_eq!(fs::read(lab.path("full")).expect("read"), fs::read(lab.path("again")).expect("read"));
    assert!(lab.crosspyc("verify full").status.success());
}

/// Writes the distribution as an archive, in a folder as python-build-standalone's `install_only`
/// archives have it.
fn write_archive(lab: &Lab, name: &str) {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all("python", lab.path("python")).expect("it can be read");
    let bytes = tar.into_inner().expect("it is complete");
    let packed = if name.ends_with("gz") {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&bytes).expect("written");
        encoder.finish().expect("written")
    } else if name.ends_with("zst") {
        zstd::encode_all(bytes.as_slice(), 1).expect("compressed")
    } else {
        bytes
    };
    fs::write(lab.path(name), packed).expect("written");
}

#[test]
fn a_distribution_is_the_same_in_every_form() {
    let lab = Lab::new();
    let options = format!("--runner {} --name app", runner().display());
    let output = lab.bundle(&format!("--embed-python python {options} -o expected"));
    assert!(output.status.success(), "{output:?}");
    let expected = fs::read(lab.path("expected")).expect("read");
    for name in ["p.tar.gz", "p.tgz", "p.tar.zst", "p.tar", "python/bin/python3.12"] {
        if name.starts_with("p.") {
            write_archive(&lab, name);
        }
        let output = lab.bundle(&format!("--embed-python {name} {options} -o other"));
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(fs::read(lab.path("other")).expect("read") == expected, "{name}");
    }
    lab.write("broken.tar.gz", "this is none");
    let output = lab.bundle(&format!("--embed-python broken.tar.gz {options} -o other"));
    assert!(text(&output.stderr).contains("failed to read `broken.tar.gz`"), "{output:?}");
}

#[test]
fn settings_name_the_python() {
    let lab = Lab::new();
    let settings = |more: &str| {
        let text = format!(
            "[project]\nname = 'app'\nrequires-python = '>=3.10'\n[tool.crosspyc.bundle]\n\
             module = 'app'\nwindowed = true\nicon = 'app.ico'\n{more}"
        );
        lab.write("project/pyproject.toml", &text);
    };
    settings(
        "embed-python = ['../python']\nrunners = '../runners'\nstdlib = 'imported'\nkeep = ['tkinter']\nprefer-system = true\n",
    );
    fs::create_dir(lab.path("runners")).expect("made");
    fs::copy(runner(), lab.path("runners/a")).expect("copied");
    let output = lab.crosspyc("bundle project -o app");
    assert!(output.status.success(), "{output:?}");
    let shown = text(&lab.crosspyc("inspect app").stdout);
    for part in ["brings: CPython 3.12.1", "Python of the machine is preferred", "left out: modules (1 file,"]
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(!shown.contains("left out: tkinter"), "{shown}");
    // Another kind of file brings no Python.
    for options in ["-o app.pyb", "--as pyb -o other", "-o app.pyz"] {
        let output = lab.crosspyc(&format!("bundle project -t 3.12 {options}"));
        assert!(output.status.success(), "{options}: {output:?}");
    }
    assert!(!text(&lab.crosspyc("inspect app.pyb").stdout).contains("brings"));
    let output = lab.crosspyc("bundle project -t 3.12 --stdlib imported -o app.pyb");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("name that with --embed-python DIST"), "{output:?}");
}

#[test]
fn a_python_that_the_project_does_not_allow_is_refused() {
    for (requires, options, code) in [
        (">=3.12", "", 0),
        (">=3.12.1", "", 0),
        (">=3.12.2", "", 2),
        ("<3.12", "", 2),
        ("<3.12", "-t 3.12", 0),
    ] {
        let lab = Lab::new();
        lab.write(
            "project/pyproject.toml",
            &format!("[project]\nname = 'app'\nrequires-python = '{requires}'\n"),
        );
        let output =
            lab.bundle(&format!("--embed-python python --runner {} -o app {options}", runner().display()));
        assert_eq!(output.status.code(), Some(code), "{requires} {options}: {output:?}");
        let message = format!("`python` is Python 3.12.1, and the project requires {requires}");
        assert_eq!(text(&output.stderr).contains(&message), code == 2, "{requires}: {output:?}");
    }
}

#[test]
fn the_python_is_extracted() {
    let lab = Lab::new();
    let output = lab.bundle(&format!("--embed-python python --runner {} -o app", runner().display()));
    assert!(output.status.success(), "{output:?}");
    let output = lab.crosspyc("extract app --embedded-python -o out");
    assert!(output.status.success(), "{output:?}");
    assert!(lab.path("out/bin/python3.12").is_file() && lab.path("out/lib/python3.12/os.pyc").is_file());
    let license = fs::read_to_string(lab.path("out/lib/python3.12/LICENSE.txt")).expect("it is there");
    assert_eq!(license, "the licence");
    assert!(!lab.path("out/app").exists());
    assert!(lab.bundle("-t 3.12 -o app.pyb").status.success());
    let output = lab.crosspyc("extract app.pyb --embedded-python -o other");
    assert!(text(&output.stderr).contains("`app.pyb` brings no Python"), "{output:?}");
}

#[test]
fn a_damaged_python_is_found() {
    let lab = Lab::new();
    let output = lab.bundle(&format!("--embed-python python --runner {} -o app", runner().display()));
    assert!(output.status.success(), "{output:?}");
    let whole = fs::read(lab.path("app")).expect("read");
    // The archive of the Python follows the runner.
    let start = fs::metadata(runner()).expect("it is there").len() as usize;
    for place in [start + 5, start + 500] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(lab.path("damaged"), damaged).expect("written");
        let output = lab.crosspyc("verify damaged");
        assert_eq!(output.status.code(), Some(1), "{place}: {output:?}");
    }
}

/// The prefix of a real CPython 3.12.
#[expect(clippy::print_stderr, reason = "a test that passes without having run says so")]
fn prefix() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let mut prefixes: Vec<PathBuf> =
        versions.into_iter().flatten().flatten().map(|version| version.path()).collect();
    prefixes.sort();
    let found = prefixes.into_iter().find(|prefix| prefix.join("bin/python3.12").is_file());
    if found.is_none() {
        eprintln!("skipped: pyenv has no CPython 3.12 here to embed");
    }
    found
}

/// The entries of a cache whose names have this part.
fn entries(lab: &Lab, part: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(lab.path("cache")).expect("it was made").flatten().map(|entry| entry.path());
    entries.filter(|path| path.to_string_lossy().contains(part) && path.is_dir()).collect()
}

#[test]
fn a_program_runs_with_its_own_python_and_nothing_else() {
    let Some(prefix) = prefix() else { return };
    let lab = Lab::new();
    let options = format!("--embed-python {} --runner {}", prefix.display(), runner().display());
    for name in ["one", "two"] {
        let output = lab.bundle(&format!("{options} --stdlib imported -o {name}"));
        assert!(output.status.success(), "{output:?}");
    }
    let expected = "[[\"a b\"], \"data\"]\n";
    for variables in [
        &[][..],
        &[("PYTHONHOME", "/nowhere"), ("PYTHONPLATLIBDIR", "x")],
        &[("PYTHONPATH", "/nowhere"), ("VIRTUAL_ENV", "/nowhere")],
    ] {
        let output = lab.start("one", &["a b"], variables);
        assert_eq!((text(&output.stdout).as_str(), output.status.code()), (expected, Some(7)), "{output:?}");
    }
    let pythons = entries(&lab, "-python-");
    assert_eq!(pythons.len(), 1);
    let output = lab.start("two", &["a b"], &[]);
    assert_eq!(text(&output.stdout), expected, "{output:?}");
    assert_eq!((entries(&lab, "-python-"), entries(&lab, "").len()), (pythons.clone(), 3));
    // What was altered does not run.
    let json = pythons[0].join("lib/python3.12/json/__init__.pyc");
    for change in ["altered", "gone", "added"] {
        match change {
            "altered" => fs::write(&json, b"altered").expect("written"),
            "gone" => fs::remove_file(&json).expect("removed"),
            _ => fs::write(json.with_file_name("decoder.py"), "print('altered')").expect("written"),
        }
        let output = lab.start("one", &["a b"], &[]);
        assert_eq!(text(&output.stdout), expected, "{change}: {output:?}");
    }
    // Another Python can be named.
    let output = lab.start("one", &[], &[("CROSSPYC_PYTHON", "/bin/true")]);
    assert_eq!(output.status.code(), Some(127), "{output:?}");
}

#[test]
fn without_a_cache_the_program_runs_from_temporary_folders() {
    let Some(prefix) = prefix() else { return };
    let lab = Lab::new();
    let options = format!("--embed-python {} --runner {} -o app", prefix.display(), runner().display());
    let output = lab.bundle(&format!("{options} --stdlib imported"));
    assert!(output.status.success(), "{output:?}");
    lab.write("file", "");
    let temporary = lab.path("temporary");
    fs::create_dir(&temporary).expect("made");
    fs::set_permissions(&temporary, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let (file, folder) = (lab.path("file"), temporary.to_string_lossy().into_owned());
    let variables = [("CROSSPYC_CACHE_DIR", file.to_str().expect("text")), ("TMPDIR", folder.as_str())];
    let output = lab.start("app", &[], &variables);
    assert_eq!(
        (text(&output.stdout).as_str(), output.status.code()),
        ("[[], \"data\"]\n", Some(7)),
        "{output:?}"
    );
    assert_eq!(fs::read_dir(&temporary).expect("listed").count(), 0);
}
