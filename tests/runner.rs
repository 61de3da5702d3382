//! `crosspyc-run` with interpreters that only pretend: which one it chooses, what it says when it
//! cannot start, and what it hands over.

#![cfg(feature = "cli")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crosspyc::internals::bundle::{Contents, EntryPoint, File, Variant, WriteOptions, write};

const FITS: &str = "echo cpython 3.12.1 cpython-312 3531 64 linux-x86_64";

const MEMORY: &str = "interpreters-3.json";

/// A folder with a bundle, a cache, and pretended interpreters; PATH leads to `bin` alone.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().expect("a temporary folder can be made"));
        place.bundle(&contents());
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn bundle(&self, contents: &Contents) {
        write(contents.clone(), &self.path("app.pyb"), &WriteOptions::default()).expect("it can be written");
    }

    /// An interpreter that answers with a shell command.
    fn interpreter(&self, name: &str, answer: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the place")).expect("it can be made");
        symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/runner/python"), &path).expect("linked");
        fs::write(self.path(&format!("{name}.answer")), answer).expect("it can be written");
        path
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.env_clear().env("PATH", self.path("bin")).env("CROSSPYC_CACHE_DIR", self.path("cache"));
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn run(&self) -> Ran {
        ran(self.command().arg("app.pyb"))
    }

    /// The names in the cache, without the memory of interpreters.
    fn cached(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("cache")).into_iter().flatten();
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("listed").file_name();
        entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .filter(|name| name != "CACHEDIR.TAG" && name != MEMORY)
            .collect()
    }

    /// Asserts that a run starts nothing, leaves nothing behind and says this, the place being `.`.
    fn assert_refused(&self, command: &mut Command, message: &str) {
        let ran = ran(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
        let stderr = ran.stderr.replace(&format!("{}/", self.0.path().display()), "./");
        assert_eq!(stderr, format!("crosspyc-run: {message}\n"));
        assert_eq!(self.cached(), [""; 0]);
    }
}

#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

fn ran(command: &mut Command) -> Ran {
    command.output().expect("it can be started").into()
}

fn contents() -> Contents {
    let (version, tag) = ("3.12".into(), "cpython-312".into());
    let variant = Variant { version, tag, magic: 3531, optimize: 0, platforms: Vec::new() };
    let file = |text: &str| File::from(text.as_bytes().to_vec());
    Contents {
        name: "app".into(),
        entry_point: EntryPoint::Main,
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: BTreeMap::from([("data/é.txt".into(), file("data"))]),
        variants: vec![(variant, BTreeMap::from([("__main__.pyc".into(), file("main"))]))],
        has_sources: false,
        version: None,
        requires_python: None,
    }
}

#[test]
fn interpreters_are_chosen_in_order() {
    let place = Place::new();
    let named = place.interpreter("named", FITS);
    let variable = place.interpreter("variable", FITS);
    let files = ["venv/bin/python", "bin/python3.12", "bin/python3", "bin/python"];
    for file in files {
        place.interpreter(file, FITS);
    }
    let command = || {
        let mut command = place.command();
        command.env("CROSSPYC_PYTHON", &variable).env("VIRTUAL_ENV", place.path("venv"));
        command
    };
    for option in [vec![OsStr::new("--python"), named.as_os_str()], vec![OsStr::new("--python=./named")]] {
        assert!(ran(command().args(option).arg("app.pyb")).stdout.starts_with("started named\n"));
    }
    assert!(ran(command().arg("app.pyb")).stdout.starts_with("started variable\n"));
    for (name, file) in ["python", "python3.12", "python3", "python"].into_iter().zip(files) {
        let ran = ran(command().env("CROSSPYC_PYTHON", "").arg("app.pyb"));
        assert!(ran.stdout.starts_with(&format!("started {name}\n")), "{file}: {ran:?}");
        fs::remove_file(place.path(file)).expect("removed");
    }
    assert_eq!(ran(command().env("CROSSPYC_PYTHON", "").arg("app.pyb")).code, Some(127));
}

/// What a Python of a target says of itself.
fn says(version: &str, magic: u16) -> String {
    let tag = version.replace('.', "");
    format!(
        "echo cpython {version}.0 cpython-{tag} {magic} 64 linux-x86_64; echo {version} >>\"${{0%/*}}/asked\""
    )
}

fn several_targets() -> Contents {
    let mut contents = contents();
    for (version, magic) in [("3.13", 3571), ("3.14", 3627)] {
        let mut variant = contents.variants[0].clone();
        variant.0 = Variant {
            version: version.into(),
            tag: format!("cpython-{}", version.replace('.', "")),
            magic,
            ..variant.0
        };
        contents.variants.push(variant);
    }
    contents
}

#[test]
fn the_newest_target_wins_and_nobody_is_asked_in_vain() {
    let place = Place::new();
    place.bundle(&several_targets());
    place.interpreter("bin/python3", &says("3.12", 3531));
    place.interpreter("home/.pyenv/versions/3.13.1/bin/python3", &says("3.13", 3571));
    place.interpreter("home/.pyenv/versions/3.12.9/bin/python3", &says("3.12", 3531));
    let run = || ran(place.command().env("HOME", place.path("home")).arg("app.pyb"));
    let chosen = || ran(place.command().env("HOME", place.path("home")).args(["--which", "app.pyb"])).stdout;
    for _ in 0..2 {
        assert_eq!(run().code, Some(0));
    }
    let asked = |file: &str| fs::read_to_string(place.path(file).with_file_name("asked")).unwrap_or_default();
    // `python3` could have been the newest. The answers are remembered.
    assert_eq!(asked("bin/python3"), "3.12\n");
    assert_eq!(asked("home/.pyenv/versions/3.13.1/bin/python3"), "3.13\n");
    assert_eq!(asked("home/.pyenv/versions/3.12.9/bin/python3"), "");
    let first = chosen();
    assert!(
        first.starts_with(&format!("{}\n", place.path("home/.pyenv/versions/3.13.1/bin/python3").display())),
        "{first}"
    );
    assert!(first.contains("runs the modules for 3.13 (magic number 3571)"), "{first}");
    assert!(!first.contains("started"), "{first}");
    place.interpreter("bin/python3.14", &says("3.14", 3627));
    assert!(chosen().starts_with(&format!("{}\n", place.path("bin/python3.14").display())));
}

#[test]
fn a_hanging_interpreter_is_waited_for_once() {
    let place = Place::new();
    place.interpreter("bin/python3.12", "echo x >>\"${0%/*}/asked\"; exec /bin/sleep 60");
    place.interpreter("bin/python3", FITS);
    for _ in 0..2 {
        assert!(place.run().stdout.starts_with("started python3\n"));
    }
    assert_eq!(fs::read_to_string(place.path("bin/asked")).expect("it was asked"), "x\n");
}

#[test]
fn before_a_run_is_refused_everyone_is_asked_again() {
    let place = Place::new();
    let mut contents = contents();
    contents.variants[0].0.platforms.push("manylinux-2.34-x86_64".into());
    place.bundle(&contents);
    for (library, code) in [("2.31", 127), ("2.36", 0)] {
        // The system's C library changes, the interpreter does not.
        let says = format!("echo cpython 3.12.1 cpython-312 3531 64 manylinux-{library}-x86_64");
        match place.path("bin/python3").exists() {
            true => fs::write(place.path("bin/python3.answer"), says).expect("written"),
            false => drop(place.interpreter("bin/python3", &says)),
        }
        let ran = place.run();
        assert_eq!(ran.code, Some(code), "{library}: {ran:?}");
    }
}

#[test]
fn pythons_are_found_where_their_managers_put_them() {
    let folders = [
        ("HOME", "home", "home/.pyenv/versions/3.12.9/bin/python3"),
        ("HOME", "home", "home/.local/share/uv/python/cpython-3.12.9-linux-x86_64-gnu/bin/python3"),
        ("PYENV_ROOT", "pyenv", "pyenv/versions/3.12.9/bin/python3"),
        ("UV_PYTHON_INSTALL_DIR", "uv", "uv/cpython-3.12.9-linux-x86_64-gnu/bin/python3"),
        ("XDG_DATA_HOME", "data", "data/uv/python/cpython-3.12-linux-x86_64-gnu/bin/python3"),
        ("HOMEBREW_PREFIX", "brew", "brew/bin/python3.12"),
    ];
    for (variable, value, python) in folders {
        let place = Place::new();
        place.interpreter(python, FITS);
        let ran = ran(place.command().env(variable, place.path(value)).arg("app.pyb"));
        assert!(ran.stdout.starts_with("started python3"), "{variable}: {ran:?}");
    }
}

#[test]
fn damaged_memories_are_made_anew() {
    let place = Place::new();
    place.interpreter("bin/python3", FITS);
    place.run();
    let whole = fs::read(place.path("cache").join(MEMORY)).expect("it is there");
    for damaged in [&whole[..whole.len() / 2], b"", b"{}", b"[1]", b"\xff"] {
        fs::write(place.path("cache").join(MEMORY), damaged).expect("written");
        assert!(place.run().stdout.starts_with("started python3\n"));
        assert!(fs::read(place.path("cache").join(MEMORY)).is_ok_and(|now| now.len() >= whole.len() - 9));
    }
}

#[test]
fn sources_run_where_no_variant_does() {
    let place = Place::new();
    let pypy = "echo pypy 3.11.13 pypy311 432 64 linux-x86_64";
    place.interpreter("bin/pypy3", pypy);
    let run = |contents: &Contents| {
        place.bundle(contents);
        place.run()
    };
    let mut contents = contents();
    let ran = run(&contents);
    let reason =
        "pypy3: is PyPy 3.11.13 (pypy311), which needs an archive with its sources (--include-source)\n";
    assert!(ran.stderr.contains(reason), "{ran:?}");
    contents.has_sources = true;
    assert!(run(&contents).stdout.starts_with("started pypy3\n"));
    contents.requires_python = Some(">=3.12".into());
    let ran = run(&contents);
    assert!(ran.stderr.contains("CPython 3.12 or any Python >=3.12 for its sources"), "{ran:?}");
    assert!(ran.stderr.contains("and the sources require Python >=3.12"), "{ran:?}");
    contents.requires_python = Some(">=3.9".into());
    place.interpreter("bin/python3.12", FITS);
    assert!(run(&contents).stdout.starts_with("started python3.12\n"));
}

#[test]
fn with_a_trusted_key_an_unsigned_archive_is_not_run() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let keys = minisign::KeyPair::generate_unencrypted_keypair().expect("made");
    fs::write(place.path("key.pub"), keys.pk.to_box().expect("boxed").to_string()).expect("written");
    for ran in [
        ran(place.command().args(["--trusted-key", "key.pub", "app.pyb"])),
        ran(place.command().env("CROSSPYC_TRUSTED_KEYS", place.path("key.pub")).arg("app.pyb")),
        ran(place.command().args(["--trusted-key", "nowhere.pub", "app.pyb"])),
    ] {
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
    }
    assert_eq!(place.run().code, Some(0));
}

#[test]
fn what_a_signature_has_to_say_is_asked_for_with_a_key_only() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    for options in [["--expect", "app"], ["--min-version", "1.0"]] {
        let ran = ran(place.command().args(options).arg("app.pyb"));
        assert!(
            ran.code == Some(127) && ran.stderr.contains("name a public key with --trusted-key"),
            "{ran:?}"
        );
    }
    let ran = ran(place.command().args(["--min-version", "new", "app.pyb"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

/// An empty list of keys is a mistake, such as a variable in it that is not set.
#[test]
fn a_list_of_trusted_keys_that_lists_none_turns_nothing_off() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    for list in ["", ":", "::"] {
        let ran = ran(place.command().env("CROSSPYC_TRUSTED_KEYS", list).arg("app.pyb"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{list:?}: {ran:?}");
        assert!(ran.stderr.contains("CROSSPYC_TRUSTED_KEYS is set but lists no file"), "{list:?}: {ran:?}");
    }
}

#[test]
fn a_name_without_a_folder_is_looked_up_on_path() {
    let place = Place::new();
    place.interpreter("bin/pypy", FITS);
    let ran = ran(place.command().args(["--python", "pypy", "app.pyb"]));
    assert!(ran.stdout.starts_with("started pypy\n"), "{ran:?}");
}

#[test]
fn what_does_not_fit_is_passed_over() {
    let place = Place::new();
    place.interpreter("bin/python3.12", "echo cpython 3.12.0b4 cpython-312 3530 64 linux-x86_64");
    place.interpreter("bin/python3", "echo cpython 3.11.7 cpython-311 3495 64 linux-x86_64");
    place.interpreter("bin/python", FITS);
    assert!(place.run().stdout.starts_with("started python\n"));
}

#[test]
fn what_is_no_program_is_not_looked_at() {
    let place = Place::new();
    place.interpreter("other/python3.12", FITS);
    fs::create_dir_all(place.path("bin")).expect("made");
    fs::write(place.path("bin/python3.12"), "").expect("written");
    let path = std::env::join_paths([place.path("bin"), place.path("other")]).expect("joined");
    let ran = ran(place.command().env("PATH", path).arg("app.pyb"));
    assert!(ran.stdout.starts_with("started python3.12\n"), "{ran:?}");
}

#[test]
fn what_stands_in_for_a_python_is_passed_over_with_its_reason() {
    let place = Place::new();
    place.interpreter("shims/python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127");
    place.interpreter(
        "shims/python3",
        "echo 'No version is set for command python3' >&2; echo more >&2; exit 126",
    );
    place.interpreter("bin/python3", "echo Welcome; echo cpython 3.11.7 cpython-311 3495 64 linux-x86_64");
    place.interpreter("bin/graalpy", "echo graalpy 3.12.8 graalpy250-312 21000 64 linux-x86_64");
    let path = std::env::join_paths([place.path("shims"), place.path("bin")]).expect("joined");
    let command = || {
        let mut command = place.command();
        command.env("PATH", &path).env("VIRTUAL_ENV", place.path("gone")).arg("app.pyb");
        command
    };
    place.assert_refused(
        &mut command(),
        "no Python here can run app, which needs CPython 3.12\n  \
         ./gone/bin/python: cannot be started: No such file or directory (os error 2)\n  \
         ./bin/python3: is CPython 3.11.7 (cpython-311)\n  \
         ./shims/python3.12: is not a working Python 3 (exit status: 127: pyenv: python3.12: command not found)\n  \
         ./shims/python3: is not a working Python 3 (exit status: 126: No version is set for command python3)\n  \
         ./bin/graalpy: is GraalPy 3.12.8 (graalpy250-312), which needs an archive with its sources (--include-source)\n\
         install one of these versions, or name an interpreter with --python or CROSSPYC_PYTHON",
    );
    place.interpreter("bin/python", &format!("echo Welcome; {FITS}"));
    assert!(ran(&mut command()).stdout.starts_with("started python\n"));
}

#[test]
fn an_active_environment_of_conda_comes_first_but_not_its_base() {
    let place = Place::new();
    place.interpreter("conda/bin/python", FITS);
    place.interpreter("bin/python3.12", FITS);
    for (environment, started) in
        [(Some("app"), "python"), (Some("base"), "python3.12"), (None, "python3.12")]
    {
        let mut command = place.command();
        command
            .env("CONDA_PREFIX", place.path("conda"))
            .envs(environment.map(|name| ("CONDA_DEFAULT_ENV", name)));
        let ran = ran(command.arg("app.pyb"));
        assert!(ran.stdout.starts_with(&format!("started {started}\n")), "{environment:?}: {ran:?}");
    }
}

#[test]
fn each_refused_interpreter_is_named_with_its_reason() {
    let place = Place::new();
    fs::create_dir_all(place.path("venv/bin")).expect("made");
    fs::write(place.path("venv/bin/python"), "no program").expect("written");
    place.interpreter("bin/python3.12", "echo cpython 3.12.0b4 cpython-312 3530 64 linux-x86_64");
    place.interpreter("bin/python3", "echo cpython 3.11.7 cpython-311 3495 64 linux-x86_64");
    place.interpreter("bin/python", "echo hello");
    place.assert_refused(
        place.command().env("VIRTUAL_ENV", place.path("venv")).arg("app.pyb"),
        "no Python here can run app, which needs CPython 3.12\n  \
         ./venv/bin/python: cannot be started: Permission denied (os error 13)\n  \
         ./bin/python3.12: is CPython 3.12.0b4 (cpython-312) with magic number 3530, not 3531: a pre-release?\n  \
         ./bin/python3: is CPython 3.11.7 (cpython-311)\n  \
         ./bin/python: is not a Python\n\
         install one of these versions, or name an interpreter with --python or CROSSPYC_PYTHON",
    );
}

#[test]
fn a_named_interpreter_is_used_or_refused() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let broken = place.interpreter("broken", "exit 3");
    let needs = "no Python here can run app, which needs CPython 3.12\n";
    let another = "name another interpreter with --python, or leave the option out";
    let status = "is not a working Python 3 (exit status: 3)";
    place.assert_refused(
        place.command().arg("--python").arg(&broken).arg("app.pyb"),
        &format!("{needs}  ./broken: {status}\n{another}"),
    );
    place.assert_refused(
        place.command().args(["--python", "./nowhere", "app.pyb"]),
        &format!("{needs}  ./nowhere: cannot be started: No such file or directory (os error 2)\n{another}"),
    );
    place.assert_refused(
        place.command().env("CROSSPYC_PYTHON", &broken).arg("app.pyb"),
        &format!("{needs}  ./broken: {status}\nset CROSSPYC_PYTHON to another interpreter, or unset it"),
    );
}

#[test]
fn without_an_interpreter_it_says_what_to_install() {
    let place = Place::new();
    let message = "no Python here can run app, which needs CPython 3.12; none was found\n\
        install one of these versions, or name an interpreter with --python or CROSSPYC_PYTHON";
    place.assert_refused(place.command().arg("app.pyb"), message);
    place.assert_refused(place.command().env_remove("PATH").arg("app.pyb"), message);
}

#[test]
fn a_bundle_with_native_modules_runs_on_its_platform_only() {
    let gnu = ".cpython-312-x86_64-linux-gnu.so,.abi3.so,.so";
    let table = [
        ("manylinux-2.17-x86_64", format!("64 manylinux-2.31-x86_64 {gnu}"), None),
        ("linux-x86_64", format!("64 manylinux-2.31-x86_64 {gnu}"), None),
        (
            "manylinux-2.34-x86_64",
            format!("64 manylinux-2.31-x86_64 {gnu}"),
            Some("are for manylinux-2.34-x86_64: they need glibc 2.34 or newer"),
        ),
        (
            "manylinux-2.17-x86_64",
            "64 musllinux-1.2-x86_64 .cpython-312-x86_64-linux-musl.so,.abi3.so,.so".into(),
            Some(
                "for musllinux-1.2-x86_64, and the native extension modules for 3.12 are for manylinux-2.17-x86_64",
            ),
        ),
        (
            "musllinux-1.2-x86_64",
            format!("64 manylinux-2.31-x86_64 {gnu}"),
            Some("are for musllinux-1.2-x86_64"),
        ),
        ("manylinux-2.17-x86_64", format!("32 manylinux-2.31-x86_64 {gnu}"), Some("for manylinux-2.31-i686")),
        (
            "macosx-14.0-arm64",
            "64 macosx-13.6-arm64 .cpython-312-darwin.so".into(),
            Some("they need macOS 14.0 or newer"),
        ),
        ("macosx-11.0-arm64", "64 macosx-13.6-arm64 .cpython-312-darwin.so".into(), None),
        ("win-amd64", "32 win32 .cp312-win32.pyd".into(), Some("for win32, and")),
        (
            "manylinux-2.17-x86_64",
            "64 manylinux-2.31-x86_64 .cpython-312t-x86_64-linux-gnu.so".into(),
            Some("a free-threaded build"),
        ),
        ("amiga-m68k", format!("64 linux-x86_64 {gnu}"), Some("are for amiga-m68k")),
    ];
    for (built, says, reason) in table {
        let place = Place::new();
        place.interpreter("bin/python3.12", &format!("echo cpython 3.12.1 cpython-312 3531 {says}"));
        let mut contents = contents();
        contents.variants[0].0.platforms.push(built.into());
        place.bundle(&contents);
        let ran = place.run();
        match reason {
            None => assert!(ran.stdout.starts_with("started python3.12\n"), "{built} on {says}: {ran:?}"),
            Some(reason) => {
                assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{built} on {says}");
                let needs = format!("which needs CPython 3.12 on {built}\n");
                assert!(
                    ran.stderr.contains(&needs) && ran.stderr.contains(reason),
                    "{built} on {says}: {ran:?}"
                );
            }
        }
    }
}

#[test]
fn bundles_without_native_modules_run_on_any_build() {
    for says in [
        "64 musllinux-1.2-x86_64 -",
        "64 manylinux-2.36-x86_64 .cpython-312t-x86_64-linux-gnu.so",
        "32 win32 _d.cp312-win32.pyd",
    ] {
        let place = Place::new();
        place.interpreter("bin/python3.12", &format!("echo cpython 3.12.1 cpython-312 3531 {says}"));
        assert!(place.run().stdout.starts_with("started python3.12\n"), "{says}");
    }
}

#[test]
fn the_cache_is_where_the_system_has_caches_and_its_path_absolute() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let home =
        if cfg!(target_os = "macos") { "home/Library/Caches/crosspyc" } else { "home/.cache/crosspyc" };
    let mut cases = vec![
        ("CROSSPYC_CACHE_DIR", PathBuf::from("relative"), "relative"),
        ("HOME", place.path("home"), home),
    ];
    if cfg!(target_os = "linux") {
        cases.push(("XDG_CACHE_HOME", place.path("xdg"), "xdg/crosspyc"));
        cases.push(("XDG_CACHE_HOME", PathBuf::from("xdg"), home));
    }
    for (variable, value, folder) in cases {
        let mut command = place.command();
        command.env_remove("CROSSPYC_CACHE_DIR").env("HOME", place.path("home")).env(variable, value);
        let ran = ran(command.arg("app.pyb"));
        let root = fs::canonicalize(place.path("")).expect("it is there").join(folder);
        assert!(ran.stdout.contains(&format!("<{}/", root.display())), "{variable}: {root:?} {ran:?}");
    }
}

#[test]
fn a_damaged_bundle_is_not_run() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let whole = fs::read(place.path("app.pyb")).expect("it is there");
    let mut damaged: Vec<Vec<u8>> =
        [0, 1, 63, 64, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec()).into();
    // In a file's data, in the manifest, in the trailer.
    for place in [whole.len() - 1, whole.len() - 40, whole.len() - 100, 12] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        damaged.push(bytes);
    }
    for bytes in damaged {
        fs::write(place.path("app.pyb"), &bytes).expect("written");
        let ran = place.run();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{ran:?}");
        assert!(ran.stderr.contains("build or copy it again") && ran.stderr.contains("app.pyb"), "{ran:?}");
        assert_eq!(place.cached(), [""; 0]);
    }
    fs::remove_file(place.path("app.pyb")).expect("removed");
    assert_eq!(
        place.run().stderr,
        "crosspyc-run: failed to read app.pyb: No such file or directory (os error 2)\n"
    );
}

#[test]
fn arguments_streams_and_exit_code_are_the_programs() {
    let place = Place::new();
    let python = place.interpreter("bin/python3.12", FITS);
    fs::write(place.path("input"), "typed\n").expect("written");
    let arguments = [
        OsStr::new("--python"),
        OsStr::new(""),
        OsStr::new("a b"),
        OsStr::from_bytes(b"caf\xe9"),
        OsStr::new("--"),
    ];
    let programs =
        [(env!("CARGO_BIN_EXE_crosspyc-run"), None), (env!("CARGO_BIN_EXE_crosspyc"), Some("run"))];
    for (program, command) in programs {
        let output = Command::new(program)
            .args(command)
            .arg("--python")
            .arg(&python)
            .arg(place.path("app.pyb"))
            .args(arguments)
            .env("CROSSPYC_CACHE_DIR", place.path("cache"))
            .env("FAKE_END", "echo failed >&2; exit 42")
            .stdin(fs::File::open(place.path("input")).expect("it is there"))
            .output()
            .expect("it can be started");
        assert_eq!(output.status.code(), Some(42), "{output:?}");
        assert_eq!(output.stderr, b"failed\n");
        let expected = b"<--python>\n<>\n<a b>\n<caf\xe9>\n<-->\ntyped\n";
        assert!(output.stdout.ends_with(expected), "{output:?}");
    }
}

#[test]
fn a_signal_ends_the_run_as_it_ends_the_program() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let output = place.command().arg("app.pyb").env("FAKE_END", "kill -TERM $$").output().expect("it runs");
    assert_eq!(output.status.signal(), Some(15), "{output:?}");
}

#[test]
fn its_own_options_are_few() {
    let place = Place::new();
    let of = |arguments: &[&str]| ran(place.command().args(arguments));
    let help = of(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    assert!(help.stdout.contains("Usage: crosspyc-run"), "{help:?}");
    assert_eq!(of(&["-V"]).stdout, concat!("crosspyc-run ", env!("CARGO_PKG_VERSION"), "\n"));
    for (arguments, message) in [
        (&["--pyton", "app.pyb"][..], "unknown option `--pyton`"),
        (&[], "name the bundle to run"),
        (&["--python"], "--python needs a value"),
    ] {
        let ran = of(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.starts_with(&format!("crosspyc-run: {message}\n")), "{ran:?}");
    }
}

/// A distribution whose wheel has files outside its packages, and declares programs.
fn distribution() -> Contents {
    let mut contents = contents();
    let mut add = |path: &str, text: &str| {
        contents.common.insert(path.to_owned(), File::from(text.as_bytes().to_vec()));
    };
    add(
        "d-1.0.dist-info/entry_points.txt",
        "[console_scripts]\ntool = d.cli:run\nold = d:old\npython = d:no\n",
    );
    add("d-1.0.data/scripts/old", "#!python -u\nprint(1)\n");
    add("d-1.0.data/scripts/shell", "#!/bin/sh\n");
    add("d-1.0.data/data/share/d/a.txt", "a");
    add("d-1.0.data/headers/sub/d.h", "h");
    add("d-1.0.data/purelib/pure.txt", "p");
    add("e-1.0.data/data/share/e.txt", "not of a distribution");
    contents
}

#[test]
fn files_of_wheels_stand_where_an_installer_puts_them() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let mut contents = distribution();
    contents.common.insert("d-1.0.data/data/LIB/b.txt".to_owned(), File::from(b"b".to_vec()));
    place.bundle(&contents);
    assert_eq!(place.run().code, Some(0));
    let [entry] = place.cached().try_into().expect("one entry");
    let entry = place.path("cache").join(entry);
    let read = |path: &str| fs::read_to_string(entry.join(path)).expect(path);
    let python = entry.join("bin/python");
    let shebang = match python.as_os_str().len() {
        ..=124 => format!("#!{}\n", python.display()),
        _ => format!("#!/bin/sh\n'''exec' \"{}\" \"$0\" \"$@\"\n' '''\n", python.display()),
    };
    let coding = "# -*- coding: utf-8 -*-\n";
    assert_eq!(read("bin/old"), format!("{shebang}{coding}print(1)\n"));
    assert!(read("bin/tool").starts_with(&format!("{shebang}{coding}import re\n")), "{}", read("bin/tool"));
    assert!(read("bin/tool").contains("\nfrom d.cli import run\n"));
    assert_eq!(read("bin/shell"), "#!/bin/sh\n");
    assert_eq!(read("share/d/a.txt"), "a");
    assert_eq!(read("lib/b.txt"), "b");
    assert_eq!(read("include/site/python3.12/d/sub/d.h"), "h");
    assert_eq!(read("lib/python3.12/site-packages/pure.txt"), "p");
    assert_eq!(read("lib/python3.12/site-packages/e-1.0.data/data/share/e.txt"), "not of a distribution");
    assert!(entry.join("bin/python").is_symlink());
    for (name, executable) in [("tool", true), ("old", true), ("shell", true)] {
        let mode = fs::metadata(entry.join("bin").join(name)).expect("there").permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
        assert_eq!(mode & 0o100 != 0, executable, "{name}");
    }
}

#[test]
fn files_that_would_stand_in_for_those_of_the_environment_are_refused() {
    for (path, message) in [
        ("data/pyvenv.cfg", "`pyvenv.cfg` occurs twice"),
        ("data/record", "`record` occurs twice"),
        ("scripts/python3", "`bin/python3` occurs twice"),
        ("scripts/python3.13", "`bin/python3.13` would replace the interpreter"),
        ("data/bin/pypy3", "`bin/pypy3` would replace the interpreter"),
        (
            "data/lib/python3.12/site-packages/__main__.pyc",
            "`lib/python3.12/site-packages/__main__.pyc` occurs twice",
        ),
        ("purelib/0_crosspyc.pth", "occurs twice"),
    ] {
        let place = Place::new();
        place.interpreter("bin/python3.12", FITS);
        let mut contents = distribution();
        contents.common.insert(format!("d-1.0.data/{path}"), File::from(b"x".to_vec()));
        place.bundle(&contents);
        let ran = place.run();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{path}: {ran:?}");
        assert!(
            ran.stderr.contains("cannot be installed: ") && ran.stderr.contains(message),
            "{path}: {ran:?}"
        );
        assert_eq!(place.cached(), [""; 0]);
    }
}

/// The names become part of a script.
#[test]
fn an_entry_point_that_is_no_name_is_refused() {
    for (module, function) in [("@FUNCTION@", "main"), ("a; import os", "main"), ("a", "f(1)"), ("a.", "f")] {
        let place = Place::new();
        place.interpreter("bin/python3.12", FITS);
        let entry_point = EntryPoint::Function { module: module.into(), function: function.into() };
        place.bundle(&Contents { entry_point, ..distribution() });
        let ran = place.run();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(127), ""), "{module}:{function}: {ran:?}");
        let message = format!("its entry point `{module}:{function}` is not a function");
        assert!(ran.stderr.contains(&message), "{ran:?}");
    }
}

#[test]
fn the_name_or_a_variable_chooses_the_entry_point() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let mut contents = contents();
    let function = EntryPoint::Function { module: "d.cli".into(), function: "run".into() };
    contents.scripts = BTreeMap::from([
        ("tool".to_owned(), function),
        ("serve".to_owned(), EntryPoint::Module("d.serve".to_owned())),
    ]);
    place.bundle(&contents);
    for name in ["tool", "serve.pyb"] {
        symlink("app.pyb", place.path(name)).expect("linked");
    }
    let of = |archive: &str, variable: Option<&str>| {
        ran(place.command().envs(variable.map(|name| ("CROSSPYC_ENTRY", name))).arg(archive)).stdout
    };
    for (archive, variable, started) in [
        ("app.pyb", None, "/site-packages>\n"),
        ("tool", None, "/bin/tool>\n"),
        ("serve.pyb", None, "<-P>\n<-m>\n<d.serve>\n"),
        ("app.pyb", Some("tool"), "/bin/tool>\n"),
        ("tool", Some("serve"), "<d.serve>\n"),
        ("tool", Some("app"), "/site-packages>\n"),
        ("tool", Some(""), "/bin/tool>\n"),
    ] {
        let stdout = of(archive, variable);
        assert!(stdout.ends_with(started), "{archive} {variable:?}: {stdout}");
    }
    let refused = ran(place.command().env("CROSSPYC_ENTRY", "nope").arg("app.pyb"));
    let message = "CROSSPYC_ENTRY=nope is not an entry point of app; set it to serve, tool, app, or unset it";
    assert!(refused.code == Some(127) && refused.stderr.contains(message), "{refused:?}");
}

/// A declared script of nearly the same name gives way: on some systems they would be one file.
#[test]
fn the_script_of_the_bundle_has_its_name() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let function = EntryPoint::Function { module: "mine".into(), function: "main".into() };
    place.bundle(&Contents { name: "Tool".into(), entry_point: function, ..distribution() });
    assert!(place.run().stdout.ends_with("/bin/Tool>\n"));
    let [entry] = place.cached().try_into().expect("one entry");
    let bin = place.path("cache").join(entry).join("bin");
    assert!(fs::read_to_string(bin.join("Tool")).expect("there").contains("from mine import main"));
    assert!(!bin.join("tool").exists());
}

#[test]
fn the_name_of_a_standalone_executable_chooses_the_entry_point() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let mut contents = contents();
    contents.scripts = BTreeMap::from([("serve".to_owned(), EntryPoint::Module("d.serve".to_owned()))]);
    let runner = fs::read(env!("CARGO_BIN_EXE_crosspyc-run")).expect("it was built");
    let options = WriteOptions { prefix: &runner, ..WriteOptions::default() };
    write(contents, &place.path("app"), &options).expect("it can be written");
    symlink("app", place.path("serve")).expect("linked");
    for (name, started) in [("app", "/site-packages>\n<--help>\n"), ("serve", "<d.serve>\n<--help>\n")] {
        let mut command = Command::new(place.path(name));
        command.env_clear().env("PATH", place.path("bin")).env("CROSSPYC_CACHE_DIR", place.path("cache"));
        let ran = ran(command.arg("--help").stdin(Stdio::null()));
        assert!(ran.stdout.ends_with(started), "{name}: {ran:?}");
    }
}

#[test]
fn each_interpreter_has_an_entry_of_its_own() {
    let place = Place::new();
    for name in ["one", "two"] {
        let python = place.interpreter(name, FITS);
        for _ in 0..2 {
            let ran = ran(place.command().arg("--python").arg(&python).arg("app.pyb"));
            assert!(ran.stdout.starts_with(&format!("started {name}\n")), "{ran:?}");
        }
    }
    assert_eq!(place.cached().len(), 2);
    // Another name of an interpreter in its folder.
    symlink("one", place.path("alias")).expect("linked");
    fs::write(place.path("alias.answer"), FITS).expect("written");
    let ran_alias = ran(place.command().args(["--python", "./alias", "app.pyb"]));
    assert!(ran_alias.stdout.starts_with("started one\n"), "{ran_alias:?}");
    assert_eq!(place.cached().len(), 2);
    assert!(
        ran(place.command().args(["--python", "./one", "--system-site-packages", "app.pyb"])).code == Some(0)
    );
    assert_eq!(place.cached().len(), 3);
}

#[test]
fn a_version_names_an_interpreter() {
    let place = Place::new();
    place.bundle(&several_targets());
    place.interpreter("bin/python3", &says("3.12", 3531));
    place.interpreter("bin/python3.14", &says("3.14", 3627));
    place.interpreter("home/.pyenv/versions/3.13.1/bin/python3", &says("3.13", 3571));
    let of = |version: &str| {
        ran(place.command().env("HOME", place.path("home")).args(["--python", version, "--which", "app.pyb"]))
    };
    for (version, path) in [
        ("3.12", "bin/python3"),
        ("3.13", "home/.pyenv/versions/3.13.1/bin/python3"),
        ("3.14", "bin/python3.14"),
        ("3.13.0", "home/.pyenv/versions/3.13.1/bin/python3"),
        ("3", "bin/python3.14"),
    ] {
        let ran = of(version);
        assert_eq!(ran.stdout.lines().next().map(Path::new), Some(&*place.path(path)), "{version}: {ran:?}");
    }
    for version in ["3.11", "3.12.9", "3.1"] {
        let ran = of(version);
        assert_eq!(ran.code, Some(127), "{version}: {ran:?}");
        assert!(ran.stderr.contains("install one of these versions"), "{ran:?}");
    }
}

#[test]
fn notes_can_be_silenced() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let of = |options: &[&str]| {
        ran(place.command().env_remove("CROSSPYC_CACHE_DIR").args(options).arg("app.pyb")).stderr
    };
    assert!(of(&[]).contains("note: there is no folder for caches"));
    assert_eq!(of(&["-q"]), "");
}

#[test]
fn a_level_that_the_bundle_lacks_is_noted() {
    let place = Place::new();
    place.interpreter("bin/python3.12", FITS);
    let of = |options: &[&str]| {
        let ran = ran(place.command().args(options).arg("app.pyb"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stderr
    };
    let note =
        "crosspyc-run: note: the bundle has no bytecode of optimization level 2; that of level 0 runs\n";
    assert_eq!(of(&["--python-arg=-OO"]), note);
    assert_eq!(of(&["--python-arg=-O", "--python-arg=-O"]), note);
    assert_eq!(of(&[]), "");
    // Python compiles carried sources for the level.
    place.bundle(&Contents { has_sources: true, ..contents() });
    assert_eq!(of(&["--python-arg=-OO"]), "");
}

/// A script of a version manager may choose another Python in another folder.
#[test]
fn a_shim_is_asked_at_every_start() {
    let place = Place::new();
    place.interpreter("shims/python", "read -r version <.python-version; eval \"$version\"");
    fs::create_dir_all(place.path("bin")).expect("made");
    for (folder, answer) in [("fits", FITS), ("old", "echo cpython 3.11.7 cpython-311 3495 64 linux-x86_64")]
    {
        fs::create_dir(place.path(folder)).expect("made");
        fs::write(place.path(folder).join(".python-version"), format!("{answer}\n")).expect("written");
    }
    for (folder, code) in [("fits", 0), ("old", 127), ("fits", 0), ("old", 127)] {
        let mut command = place.command();
        command.env("PATH", place.path("shims")).current_dir(place.path(folder)).arg("../app.pyb");
        let ran = ran(&mut command);
        assert_eq!(ran.code, Some(code), "{folder}: {ran:?}");
    }
}
