//! One program for all versions, under each CPython that is here: bundles, pycs beside sources,
//! pycs without sources. Where a version is not here, the tests say so and go on.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crosspyc::{Target, Version};
use serde_json::Value;

/// A program with a dependency, a data file, and code that differs in kind between the versions:
/// a `return` through a `with` and a `finally`, an asynchronous comprehension, an f-string, a class
/// with a cell.
const FILES: [(&str, &str); 4] = [
    (
        "project/app/__main__.py",
        "import asyncio, pkgutil, sys\nimport dep\n\
         data = pkgutil.get_data('app', 'data.txt').decode().strip()\n\
         print('%d.%d' % sys.version_info[:2], data, dep.name(2), asyncio.run(dep.numbers()), *sys.argv[1:])\n\
         try:\n    dep.fails()\nexcept KeyError as error:\n    \
         at = error.__traceback__.tb_next\n    \
         print(at.tb_frame.f_code.co_name, at.tb_lineno)\nsys.exit(dep.leaves())\n",
    ),
    ("project/app/__init__.py", ""),
    ("project/app/data.txt", "data\n"),
    (
        "deps/dep.py",
        "import contextlib\n\ndef name(n, /, *, unit='x'):\n    return f'{n=} {n:>{n}}{unit!r}'\n\n\
         async def count():\n    for i in range(3):\n        yield i\n\n\
         async def numbers():\n    return [i async for i in count() if i]\n\n\
         class Base:\n    def get(self):\n        return 4\n\n\
         class Derived(Base):\n    def get(self):\n        return super().get() + 3\n\n\
         def leaves():\n    for _ in range(2):\n        with contextlib.suppress(ValueError):\n            \
         try:\n                return Derived().get()\n            finally:\n                name(1)\n\n\
         def fails():\n    return {}[\n        'key']\n",
    ),
];

fn all_targets() -> [Target; 8] {
    Version::ALL.map(Target::newest)
}

/// What the program prints. It ends with exit code 7.
fn expected(target: &Target) -> String {
    format!("{} data n=2  2'x' [1, 2] a b\nfails 30\n", target.version())
}

struct Lab(tempfile::TempDir);

impl Lab {
    fn new() -> Lab {
        let lab = Lab(tempfile::tempdir().expect("a temporary folder"));
        for (path, text) in FILES {
            let path = lab.path(path);
            fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        lab
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.0.path()).env("CROSSPYC_CACHE_DIR", self.path("cache"));
        command.env_remove("PYTHONPATH").env("PYTHONUTF8", "1").stdin(Stdio::null());
        command
    }

    /// Runs `crosspyc` with arguments that have no spaces.
    fn crosspyc(&self, arguments: &str) -> String {
        let mut command = self.command(env!("CARGO_BIN_EXE_crosspyc"));
        let output = command.args(arguments.split(' ')).output().expect("crosspyc starts");
        assert!(output.status.success(), "{arguments}: {output:?}");
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    /// The interpreters that the runner finds, one for each version.
    #[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
    fn pythons(&self) -> Vec<(Target, PathBuf)> {
        let mut found = Vec::new();
        for (record, target) in self.crosspyc("targets --format json").lines().zip(all_targets()) {
            let record: Value = serde_json::from_str(record).expect("JSON");
            match record["interpreters"][0]["path"].as_str() {
                Some(path) => found.push((target, path.into())),
                None => eprintln!("left out: there is no CPython {} here", target.version()),
            }
        }
        found
    }
}

fn assert_answers(output: &Output, target: &Target, what: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let answer = (output.status.code(), text(&output.stdout), text(&output.stderr));
    assert_eq!(answer, (Some(7), expected(target), String::new()), "{what} on {target}");
}

#[test]
fn one_bundle_runs_on_each_version() {
    let lab = Lab::new();
    let runner = env!("CARGO_BIN_EXE_crosspyc-run");
    let bundle = "bundle project -m app --with deps -t all -q";
    lab.crosspyc(&format!("{bundle} -o app.pyb"));
    lab.crosspyc(&format!("{bundle} -o app.pyz --as zipapp"));
    lab.crosspyc(&format!("{bundle} -o app.exe --as standalone --runner {runner}"));
    for file in ["app.pyb", "app.pyz", "app.exe"] {
        lab.crosspyc(&format!("verify {file}"));
        let listed = lab.crosspyc(&format!("inspect {file}"));
        for target in all_targets() {
            assert!(listed.contains(target.pyc_tag()), "{file}, {target}: {listed}");
        }
    }
    lab.crosspyc("extract app.pyb -o unpacked -q");
    for (target, python) in lab.pythons() {
        let mut unpacked = lab.command(&python);
        unpacked.args(["-m", "app", "a", "b"]).current_dir(lab.path("unpacked").join(target.pyc_tag()));
        assert_answers(&unpacked.output().expect("it starts"), &target, "an unpacked bundle");
        let run = |program: &Path, arguments: &[&Path]| {
            let mut command = lab.command(program);
            command.args(arguments).args(["a", "b"]).env("CROSSPYC_PYTHON", &python);
            command.output().expect("it starts")
        };
        for _warm in [false, true] {
            let output = run(runner.as_ref(), &["app.pyb".as_ref()]);
            assert_answers(&output, &target, "a bundle");
        }
        assert_answers(&run(&lab.path("app.exe"), &[]), &target, "an executable");
        assert_answers(&run(&python, &["app.pyz".as_ref()]), &target, "a zipapp");
    }
}

#[test]
fn pycs_without_sources_run_on_each_version() {
    let lab = Lab::new();
    for (target, python) in lab.pythons() {
        lab.crosspyc(&format!("compile project deps -q -t {target} --layout sourceless -o out"));
        fs::copy(lab.path("project/app/data.txt"), lab.path("out/app/data.txt")).expect("copied");
        let mut command = lab.command(&python);
        command.args(["-m", "app", "a", "b"]).current_dir(lab.path("out"));
        assert_answers(&command.output().expect("it starts"), &target, "without sources");
        assert!(lab.crosspyc("dis out/app/__main__.pyc").contains("pkgutil"), "{target}");
    }
}

/// CPython takes a checked hash as its own, and does not write the pyc again.
#[test]
fn hashes_of_sources_are_those_of_each_version() {
    let lab = Lab::new();
    let name = |target: &Target| format!("deps/__pycache__/dep.{}.pyc", target.pyc_tag());
    lab.crosspyc("compile deps -q -t all --invalidation checked-hash");
    for (target, python) in lab.pythons() {
        let ours = fs::read(lab.path(&name(&target))).expect("written");
        let script = "import py_compile; py_compile.compile('deps/dep.py', 'theirs.pyc', doraise=True, \
                      invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)";
        let output = lab.command(&python).args(["-c", script]).output().expect("it starts");
        assert!(output.status.success(), "{output:?}");
        let theirs = fs::read(lab.path("theirs.pyc")).expect("written");
        assert_eq!(ours[..16], theirs[..16], "{target}");
    }
    lab.crosspyc("compile deps -t all --invalidation checked-hash --check");
}

/// What CPython writes before 3.11 depends on what else the process has loaded.
#[test]
fn bytes_do_not_depend_on_what_else_is_compiled() {
    let lab = Lab::new();
    let alone = Lab::new();
    lab.crosspyc("compile project deps -q -t all -O 0,1,2 -j 2");
    for target in all_targets() {
        alone
            .crosspyc(&format!("compile deps/dep.py -q -t {target} -O 2 -j 1 --invalidation unchecked-hash"));
        let name = format!("deps/__pycache__/dep.{}.opt-2.pyc", target.pyc_tag());
        let [first, second] = [&lab, &alone].map(|lab| fs::read(lab.path(&name)).expect("written"));
        assert_eq!(first[16..], second[16..], "{target}");
    }
}
