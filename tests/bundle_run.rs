//! Bundles run by a real CPython 3.12, from another folder and with no sources in reach. Where
//! there is no such Python, the tests say so and pass.

#![cfg(feature = "cli")]

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A CPython 3.12: on PATH, or one of pyenv's.
#[expect(clippy::print_stderr, reason = "a test that passes without having run says so")]
fn python() -> Option<PathBuf> {
    let on_path = ["python3.12", "python3", "python"].map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let of_pyenv = versions.into_iter().flatten().flatten().map(|version| version.path().join("bin/python"));
    let found = on_path.into_iter().chain(of_pyenv).find(|python| is_3_12(python));
    if found.is_none() {
        eprintln!("skipped: there is no CPython 3.12 here to run a bundle");
    }
    found
}

fn is_3_12(python: &Path) -> bool {
    let question = ["-c", "import sys; print(sys.implementation.cache_tag)"];
    let answer = Command::new(python).args(question).stderr(Stdio::null()).output();
    answer.is_ok_and(|output| output.status.success() && output.stdout.trim_ascii() == b"cpython-312")
}

/// A folder with a bundle `app.pyb`, a folder `elsewhere` to run it from, and a cache.
struct App {
    folder: tempfile::TempDir,
    python: PathBuf,
}

impl App {
    /// Bundles a project of these files, and removes it.
    fn new(files: &[(&str, &str)], options: &[&str]) -> Option<App> {
        let python = python()?;
        let app = App { folder: tempfile::tempdir().expect("a temporary folder can be made"), python };
        fs::create_dir(app.path("elsewhere")).expect("made");
        for (path, text) in files {
            let path = app.path("project").join(path);
            fs::create_dir_all(path.parent().expect("it is in the project")).expect("made");
            fs::write(path, text).expect("written");
        }
        let output = app.bundle(options, "app.pyb");
        assert!(output.status.success(), "{output:?}");
        fs::remove_dir_all(app.path("project")).expect("removed");
        Some(app)
    }

    /// The example project.
    fn greeter(options: &[&str]) -> Option<App> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/programs/greeter");
        let (mut files, mut folders) = (Vec::new(), vec![folder.clone()]);
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).expect("listed").flatten() {
                match entry.file_type().expect("known").is_dir() {
                    true if entry.file_name() == "__pycache__" => {}
                    true => folders.push(entry.path()),
                    false => files.push((entry.path(), fs::read_to_string(entry.path()).expect("text"))),
                }
            }
        }
        let relative =
            |path: &Path| path.strip_prefix(&folder).expect("it is in it").to_string_lossy().into_owned();
        let files: Vec<(String, String)> =
            files.into_iter().map(|(path, text)| (relative(&path), text)).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        App::new(&files, options)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn bundle(&self, options: &[&str], output: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_crosspyc"))
            .args(["bundle", "project", "-t", "3.12", "-o", output])
            .args(options)
            .current_dir(self.folder.path())
            .output()
            .expect("crosspyc can be started")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.arg("--python").arg(&self.python).arg(self.path("app.pyb")).args(arguments);
        command.current_dir(self.path("elsewhere")).env("CROSSPYC_CACHE_DIR", self.path("cache"));
        command.env_remove("PYTHONPATH").env("PYTHONUTF8", "1").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.command(arguments).output().expect("crosspyc-run can be started");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// The modules of the only entry of the cache.
    fn site_packages(&self) -> PathBuf {
        let below = if cfg!(windows) { "Lib/site-packages" } else { "lib/python3.12/site-packages" };
        let entries = fs::read_dir(self.path("cache")).expect("listed").flatten().map(|entry| entry.path());
        let mut found = entries.map(|entry| entry.join(below)).filter(|folder| folder.exists());
        found.next().expect("it is there")
    }

    /// Asserts that a run succeeds and prints this.
    fn assert_prints(&self, arguments: &[&str], expected: &str) {
        let (code, stdout, stderr) = self.run(arguments);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), expected, ""));
    }
}

const GREETINGS: &str = "Guten Tag, Welt! ('de')\nGuten Tag, Zoë! ('de')\n";

#[test]
fn a_package_runs_with_its_data_files() {
    let Some(app) = App::greeter(&["-m", "greeter"]) else { return };
    app.assert_prints(&["Welt", "Zoë", "--language", "de"], GREETINGS);
    let (code, stdout, stderr) = app.run(&["Welt", "--language", "xx"]);
    assert_eq!((code, stdout.as_str()), (Some(3), ""));
    assert!(stderr.starts_with("greeter: no greeting in 'xx'"), "{stderr}");
}

#[test]
fn spawned_processes_find_the_modules() {
    for options in [["-m", "greeter"], ["-e", "greeter.cli:main"]] {
        let Some(app) = App::greeter(&options) else { return };
        app.assert_prints(&["Welt", "Zoë", "--language", "de", "--processes", "2"], GREETINGS);
    }
}

#[test]
fn what_an_entry_function_returns_is_the_exit_code() {
    let Some(app) = App::greeter(&["-e", "greeter.cli:main"]) else { return };
    app.assert_prints(&["Welt", "Zoë", "--language", "de"], GREETINGS);
    assert_eq!(app.run(&["Welt", "--language", "xx"]).0, Some(3));
    let files = [("tool.py", "class C:\n    @staticmethod\n    def run():\n        return 'refused'\n")];
    let Some(app) = App::new(&files, &["-e", "tool:C.run"]) else { return };
    assert_eq!(app.run(&[]), (Some(1), String::new(), "refused\n".to_owned()));
}

#[test]
fn the_main_module_is_what_it_is_without_a_bundle() {
    let main = "import os, sys\nimport other\n\
        print(__name__, other.__name__, sys.modules['__main__'].__dict__ is globals())\n\
        print(sys.argv[1:], os.path.basename(sys.argv[0]), os.path.basename(__file__))\n\
        print(__package__, __spec__.name, os.path.isabs(__file__), os.getcwd() in sys.path)\n\
        print(other.f.__code__.co_filename == os.path.abspath(other.__file__)[:-1], os.path.basename(other.__file__), other.__cached__ is None or other.__cached__ == other.__file__)\n";
    let files = [("__main__.py", main), ("other.py", "def f(): pass\n")];
    let Some(app) = App::new(&files, &[]) else { return };
    let (code, stdout, stderr) = app.run(&["-x", "a b", ""]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "__main__ other True");
    assert!(lines[1].starts_with("['-x', 'a b', ''] ") && lines[1].ends_with(" __main__.pyc"), "{stdout}");
    assert_eq!(lines[2..], [" __main__ True False", "True other.pyc True"]);
    let main = main.replace("import other", "from . import other");
    let files = [("pkg/__init__.py", ""), ("pkg/__main__.py", &main), ("pkg/other.py", "def f(): pass\n")];
    let Some(app) = App::new(&files, &["-m", "pkg"]) else { return };
    assert_eq!(
        app.run(&["-x"]).1,
        "__main__ pkg.other True\n['-x'] __main__.pyc __main__.pyc\npkg pkg.__main__ True False\nTrue other.pyc True\n"
    );
}

#[test]
fn namespace_packages_and_names_beyond_ascii_are_imported() {
    let files = [
        (
            "start.py",
            "from raum.größe import maß\nimport importlib.resources as r\nprint(maß, (r.files('raum') / 'dätä/x.txt').read_text())\n",
        ),
        ("raum/größe.py", "maß = 'ß'\n"),
        ("raum/dätä/x.txt", "x"),
    ];
    let Some(app) = App::new(&files, &["-m", "start"]) else { return };
    app.assert_prints(&[], "ß x\n");
}

#[test]
fn a_traceback_shows_lines_though_there_is_no_source() {
    let files = [("app/__init__.py", ""), ("app/__main__.py", "def f():\n    raise KeyError('x')\n\nf()\n")];
    let Some(app) = App::new(&files, &["-m", "app"]) else { return };
    let (code, _, stderr) = app.run(&[]);
    assert_eq!(code, Some(1));
    let main = app.site_packages().join("app").join("__main__.py");
    for line in [
        &format!("  File \"{}\", line 4, in <module>", main.display()),
        &format!("  File \"{}\", line 2, in f", main.display()),
        "KeyError: 'x'",
    ] {
        assert!(stderr.lines().any(|found| found == line), "{line}: {stderr}");
    }
}

#[test]
fn standard_input_is_the_programs() {
    let files = [("__main__.py", "import sys\nprint(sys.stdin.read().upper())\n")];
    let Some(app) = App::new(&files, &[]) else { return };
    let mut run = app.command(&[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    run.stdin.take().expect("piped").write_all(b"typed").expect("read");
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.stdout.trim_ascii(), b"TYPED");
}

#[cfg(unix)]
#[test]
fn an_interrupt_reaches_the_program() {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::process::ExitStatusExt as _;
    // Tests may run in the background, where interrupts are ignored unless a program says
    // otherwise.
    let listen = "import signal, sys, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n";
    let plain = "print('ready', flush=True)\ntime.sleep(60)\n";
    let handled = "try:\n    print('ready', flush=True)\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    sys.exit(9)\n";
    for (main, code, signal) in [(plain, None, Some(2)), (handled, Some(9), None)] {
        let Some(app) = App::new(&[("__main__.py", &format!("{listen}{main}"))], &[]) else { return };
        let mut run =
            app.command(&[]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(run.stdout.take().expect("piped")).read_line(&mut line).expect("read");
        assert_eq!(line, "ready\n");
        let killed = Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill runs");
        assert!(killed.success());
        let status = run.wait().expect("it ends");
        assert_eq!((status.code(), status.signal()), (code, signal));
    }
}

/// Prints what a worker returns in a child of each kind, and what the program does at its top.
const WORKERS: &str = "import multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor
from .tasks import square
sys.stdout.write(f'top {__name__}\\n')
def start(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        print(method, pool.map(square, [1, 2, 3]), flush=True)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        print(method, list(executor.map(square, [4, 5])), flush=True)
def main():
    for method in multiprocessing.get_all_start_methods():
        start(method)
if __name__ == '__main__':
    main()
";

#[test]
fn child_processes_of_every_kind_work_and_do_not_rerun_the_program() {
    let files = [
        ("app/__init__.py", ""),
        ("app/__main__.py", WORKERS),
        ("app/tasks.py", "def square(x): return x * x\n"),
    ];
    for options in [["-m", "app"], ["-e", "app.__main__:main"]] {
        let Some(app) = App::new(&files, &options) else { return };
        let (code, stdout, stderr) = app.run(&[]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let top = if options[0] == "-m" { "top __main__\n" } else { "top app.__main__\n" };
        assert_eq!(stdout.lines().next(), Some(top.trim_end()), "{stdout}");
        // A spawned process imports the console script, and by it the module.
        let others: Vec<&str> = stdout.lines().filter(|line| !line.starts_with("top ")).collect();
        let others = format!("{}\n", others.join("\n"));
        let methods: &[&str] = if cfg!(windows) { &["spawn"] } else { &["fork", "spawn", "forkserver"] };
        for method in methods {
            let lines = format!("{method} [1, 4, 9]\n{method} [16, 25]\n");
            assert!(others.contains(&lines), "{stdout}");
        }
    }
}

#[test]
fn functions_of_the_main_module_run_in_spawned_processes() {
    let start = "import multiprocessing\nprint('top', __name__, flush=True)\ndef double(x): return 2 * x\n\
        if __name__ == '__main__':\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [1, 2]))\n";
    let Some(app) = App::new(&[("start.py", start)], &["-m", "start"]) else { return };
    app.assert_prints(&[], "top __main__\ntop __mp_main__\n[2, 4]\n");
}

#[test]
fn the_interpreter_started_anew_finds_the_modules() {
    let main = "import subprocess, sys\n\
        for arguments in [['-m', 'app.tool', 'x'], ['-c', 'import app.tool']]:\n    \
        print(subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout, end='')\n";
    let files = [
        ("app/__init__.py", ""),
        ("app/__main__.py", main),
        ("app/tool.py", "import sys\nprint(__name__, sys.argv[1:])\n"),
    ];
    let Some(app) = App::new(&files, &["-m", "app"]) else { return };
    app.assert_prints(&[], "__main__ ['x']\napp.tool []\n");
}

#[test]
fn packages_modules_and_distributions_are_listed() {
    let main = "import importlib.metadata as m, importlib.resources as r, pkgutil, app\n\
        print([module.name for module in pkgutil.walk_packages(app.__path__, 'app.')])\n\
        print(m.version('thing'), [e.value for e in m.entry_points(group='things')])\n\
        print(pkgutil.get_data('app', 'data/a.txt'), sorted(f.name for f in r.files('app').joinpath('data').iterdir()))\n";
    let files = [
        ("app/__init__.py", ""),
        ("app/__main__.py", main),
        ("app/sub/__init__.py", ""),
        ("app/sub/leaf.py", ""),
        ("app/data/a.txt", "a"),
        ("thing-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.5\n"),
        ("thing-1.5.dist-info/entry_points.txt", "[things]\none = app.sub:leaf\n"),
    ];
    let Some(app) = App::new(&files, &["-m", "app"]) else { return };
    app.assert_prints(
        &[],
        "['app.__main__', 'app.sub', 'app.sub.leaf']\n1.5 ['app.sub:leaf']\nb'a' ['a.txt']\n",
    );
}

#[test]
fn the_debugger_stops_at_a_breakpoint() {
    let Some(app) = App::new(&[("__main__.py", "x = 6 * 7\nbreakpoint()\nprint('on')\n")], &[]) else {
        return;
    };
    let mut command = app.command(&[]);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    run.stdin.take().expect("piped").write_all(b"p x\nc\n").expect("read");
    let output = run.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && stdout.contains("(Pdb) 42") && stdout.trim_end().ends_with("on"),
        "{stdout}"
    );
}

#[test]
fn the_program_starts_as_if_by_hand() {
    let main = "import os, sys\n\
        print(os.path.basename(sys.argv[0]), sys.argv[1:], sys.flags.optimize, sys.flags.dev_mode, sys.stdin.isatty())\n\
        print(sys.path.count(os.path.dirname(os.path.abspath(__file__))), os.getcwd() in sys.path, '' in sys.path)\n\
        def run(): sys.exit(300 if os.name == 'nt' else 44)\n\
        if __name__ == '__main__': run()\n";
    for (options, name, code) in [(["-m", "start"], "start.pyc", 44), (["-e", "start:run"], "app", 44)] {
        let Some(app) = App::new(&[("start.py", main)], &options) else { return };
        let code = if cfg!(windows) { 300 } else { code };
        let (ended, stdout, stderr) = app.run(&["-O", "--python"]);
        assert_eq!(stderr, "");
        assert_eq!(stdout, format!("{name} ['-O', '--python'] 0 False False\n1 False False\n"));
        assert_eq!(ended, Some(code));
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.args(["--python-arg=-O", "--python-arg", "-X", "--python-arg", "dev", "--python"]);
        command.arg(&app.python).arg(app.path("app.pyb")).stdin(Stdio::null());
        let output = command.env("CROSSPYC_CACHE_DIR", app.path("cache")).output().expect("it runs");
        assert!(
            String::from_utf8_lossy(&output.stdout).starts_with(&format!("{name} [] 1 True False")),
            "{output:?}"
        );
    }
}

#[test]
fn what_the_user_has_elsewhere_leaks_in_only_when_asked() {
    let main = "import json, site\ntry:\n    import stray\nexcept ImportError:\n    stray = None\n\
        print(json.__file__ is not None, hasattr(json, 'dumps'), stray is not None, site.ENABLE_USER_SITE)\n";
    let Some(app) = App::new(&[("start.py", main)], &["-m", "start"]) else { return };
    let folder = app.path("elsewhere");
    fs::create_dir(app.path("stray")).expect("made");
    fs::write(app.path("stray/stray.py"), "").expect("written");
    fs::write(folder.join("start.py"), "print('not this')").expect("written");
    for (option, expected) in
        [(None, "True True False False\n"), (Some("--inherit-path"), "True True True False\n")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.args(option).arg("--python").arg(&app.python).arg(app.path("app.pyb")).current_dir(&folder);
        command.env("PYTHONPATH", app.path("stray")).env("CROSSPYC_CACHE_DIR", app.path("cache"));
        let output = command.output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).replace('\r', ""), expected, "{output:?}");
    }
}

/// Servers that reload start themselves anew as `[sys.executable, *sys.argv]`.
#[test]
fn a_console_script_is_a_file_that_can_be_started_anew() {
    let tool = "import os, subprocess, sys\n\
        def run():\n    \
        print(os.path.basename(sys.argv[0]), os.path.isfile(sys.argv[0]), sys.argv[1:], flush=True)\n    \
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n    \
        print(sys.path[0] == os.path.dirname(sys.argv[0]), sys.path.count(folder), flush=True)\n    \
        if sys.argv[1:] == ['again']:\n        \
        environment = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}\n        \
        sys.exit(subprocess.run([sys.executable, sys.argv[0], 'x'], env=environment).returncode)\n    \
        if sys.argv[1:] == ['fail']:\n        raise KeyError('x')\n    \
        return 7\n";
    let files = [("app/__init__.py", ""), ("app/tool.py", tool)];
    let Some(app) = App::new(&files, &["-e", "app.tool:run"]) else { return };
    let expected = "app True ['again']\nTrue 1\napp True ['x']\nTrue 1\n";
    assert_eq!(app.run(&["again"]), (Some(7), expected.to_owned(), String::new()));
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let entry = app
        .site_packages()
        .ancestors()
        .nth(if cfg!(windows) { 2 } else { 3 })
        .expect("it is in one")
        .join(bin);
    fs::write(entry.join("subprocess.py"), "not_this").expect("written");
    let stderr = app.run(&["fail"]).2;
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines[1].contains(&format!("{}app\"", std::path::MAIN_SEPARATOR)), "{stderr}");
    assert_eq!(lines[2], "    sys.exit(run())", "{stderr}");
}

#[test]
fn isolated_interpreters_find_the_modules() {
    let files = [
        (
            "start.py",
            "import sys, other\ndef run(): print(sys.flags.isolated, sys.path.count(''))\nif __name__ == '__main__': run()\n",
        ),
        ("other.py", ""),
    ];
    for options in [["-m", "start"], ["-e", "start:run"]] {
        let Some(app) = App::new(&files, &options) else { return };
        for (option, expected) in [("-I", "1 0\n"), ("-sE", "0 0\n")] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
            command.args(["--python-arg", option, "--python"]).arg(&app.python).arg(app.path("app.pyb"));
            let output = command.env("CROSSPYC_CACHE_DIR", app.path("cache")).output().expect("it runs");
            assert_eq!(
                String::from_utf8_lossy(&output.stdout).replace('\r', ""),
                expected,
                "{option}: {output:?}"
            );
        }
    }
}

#[test]
fn what_a_program_writes_beside_its_modules_stays_unless_python_would_import_it() {
    let main = "import os, sys\nfolder = os.path.dirname(os.path.abspath(__file__))\n\
        for name in ['data.sqlite3', 'uploads/a.txt', 'json.py']:\n    \
        path = os.path.join(folder, name)\n    \
        print(name, os.path.exists(path))\n    \
        os.makedirs(os.path.dirname(path), exist_ok=True)\n    \
        open(path, 'w').close()\n";
    let Some(app) = App::new(&[("app/__init__.py", ""), ("app/__main__.py", main)], &["-m", "app"]) else {
        return;
    };
    app.assert_prints(&[], "data.sqlite3 False\nuploads/a.txt False\njson.py False\n");
    // The module makes it an altered copy, which is made again.
    app.assert_prints(&[], "data.sqlite3 False\nuploads/a.txt False\njson.py False\n");
    let main = main.replace("'json.py'", "'b.txt'");
    let Some(app) = App::new(&[("app/__init__.py", ""), ("app/__main__.py", &main)], &["-m", "app"]) else {
        return;
    };
    app.assert_prints(&[], "data.sqlite3 False\nuploads/a.txt False\nb.txt False\n");
    app.assert_prints(&[], "data.sqlite3 True\nuploads/a.txt True\nb.txt True\n");
}

#[cfg(unix)]
#[test]
fn the_files_of_a_running_program_are_not_pruned() {
    use std::io::{BufRead as _, BufReader};
    let main = "import os, sys\nprint('ready', open(os.devnull).fileno(), flush=True)\nsys.stdin.read()\nimport late\n";
    for (files, options) in [
        ([("main.py", main), ("late.py", "print('late')\n")], &["-m", "main"][..]),
        ([("__main__.py", main), ("late.py", "print('late')\n")], &[]),
    ] {
        let Some(app) = App::new(&files, options) else { return };
        let cache = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
            command.arg("cache").args(arguments).env("CROSSPYC_CACHE_DIR", app.path("cache"));
            String::from_utf8(command.output().expect("crosspyc can be started").stdout).expect("text")
        };
        let mut command = app.command(&[]);
        let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut stdout = BufReader::new(run.stdout.take().expect("piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("read");
        assert_eq!(line, "ready 3\n", "the program's own files have the numbers they have by hand");
        assert!(cache(&["list"]).lines().next().is_some_and(|line| line.ends_with(" in use")));
        for arguments in [&["prune", "--older-than", "0"][..], &["prune", "--max-size", "0"], &["clear"]] {
            assert!(cache(arguments).starts_with("0 entries"), "{arguments:?}");
        }
        drop(run.stdin.take());
        line.clear();
        stdout.read_line(&mut line).expect("read");
        assert_eq!(line, "late\n");
        assert!(run.wait().expect("it ends").success());
        assert!(cache(&["prune", "--max-size", "0"]).starts_with("1 entry"));
    }
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let app = App { folder, python: PathBuf::new() };
    for number in 0..20 {
        let path = app.path("project").join(format!("m{number}.py"));
        fs::create_dir_all(app.path("project")).expect("made");
        fs::write(path, format!("x = [{number}, 'a', {{1, 2}}]\ndef f(): return {number}\n"))
            .expect("written");
    }
    // The last one is written into the project, twice: it is no file of its own.
    let runs = [("1", "a.pyb"), ("4", "a.pyb"), ("4", "project/a.pyb"), ("2", "project/a.pyb")];
    let mut archives = Vec::new();
    for (jobs, output) in runs {
        let ran = app.bundle(&["-m", "m1", "-j", jobs], output);
        assert!(ran.status.success(), "{ran:?}");
        archives.push(fs::read(app.path(output)).expect("it is there"));
    }
    assert!(archives.iter().all(|archive| *archive == archives[0]));
}

#[test]
fn a_project_with_a_module_that_does_not_compile_leaves_the_archive_as_it_was() {
    let app =
        App { folder: tempfile::tempdir().expect("a temporary folder can be made"), python: PathBuf::new() };
    fs::create_dir(app.path("project")).expect("made");
    fs::write(app.path("project/__main__.py"), "print 1\n").expect("written");
    fs::write(app.path("app.pyb"), "as it was").expect("written");
    for output in ["app.pyb", "new.pyb"] {
        let ran = app.bundle(&[], output);
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains("was not written"), "{ran:?}");
    }
    assert_eq!(fs::read(app.path("app.pyb")).expect("it is there"), b"as it was");
    let left: Vec<OsString> =
        fs::read_dir(app.folder.path()).expect("listed").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// A bundle of the project in `folder`, which nobody need be able to run.
#[cfg(unix)]
fn bundled(folder: &Path, output: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
    command.args(["bundle", "project", "-t", "3.12", "-o"]).arg(output).current_dir(folder);
    command.output().expect("crosspyc can be started")
}

#[cfg(unix)]
#[test]
fn an_archive_replaces_what_a_link_leads_to_and_no_devices() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("project")).expect("made");
    fs::write(path("project/__main__.py"), "").expect("written");
    fs::write(path("file"), "older").expect("written");
    symlink("file", path("link")).expect("linked");
    assert!(bundled(folder.path(), &path("link")).status.success());
    assert!(path("link").is_symlink());
    assert!(fs::read(path("file")).expect("there").len() > 100);

    let _socket = UnixListener::bind(path("socket")).expect("bound");
    let ran = bundled(folder.path(), &path("socket"));
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("something that is not a regular file"), "{ran:?}");
    assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 4);
}

/// What a program finds out about its installation.
const INSTALLATION: &str = "import importlib.metadata, os, site, subprocess, sys, sysconfig
import pkg
entry = sys.prefix
print(sys.prefix != sys.base_prefix, os.path.dirname(os.path.dirname(sys.executable)) == entry)
print(site.getsitepackages()[0] == sysconfig.get_path('purelib') == os.path.dirname(os.path.dirname(pkg.__file__)))
print(importlib.metadata.version('thing'), sys.path[-1] == sysconfig.get_path('purelib'))
print([name for name in os.environ if name.startswith(('PYTHON', 'CROSSPYC_HIDDEN', '__PYVENV'))])
";

#[test]
fn a_program_finds_itself_installed_in_a_virtual_environment() {
    let files = [
        ("start.py", INSTALLATION),
        ("pkg/__init__.py", ""),
        ("thing-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.5\n"),
    ];
    let Some(app) = App::new(&files, &["-m", "start"]) else { return };
    let mut command = app.command(&[]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PYTHON")) {
        command.env_remove(name);
    }
    let output = command.env_remove("PYTHONUTF8").output().expect("it runs");
    let stdout = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    assert_eq!(stdout, "True True\nTrue\n1.5 True\n[]\n", "{output:?}");
}

/// Modules in the current folder and in `PYTHONPATH` that have names of the standard library.
#[test]
fn nothing_in_the_current_folder_is_run() {
    let Some(app) =
        App::new(&[("app.py", "import platform\nprint(platform.python_implementation())\n")], &["-m", "app"])
    else {
        return;
    };
    for name in
        ["platform", "sysconfig", "encodings", "sitecustomize", "usercustomize", "site", "runpy", "app"]
    {
        fs::write(
            app.path("elsewhere").join(format!("{name}.py")),
            "open('ran', 'w')\nraise SystemExit(3)\n",
        )
        .expect("written");
    }
    for option in ["--which", "--where", "--quiet"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.arg(option).arg("--python").arg(&app.python).arg(app.path("app.pyb"));
        command.current_dir(app.path("elsewhere")).env("CROSSPYC_CACHE_DIR", app.path(option));
        let output = command.env("PYTHONPATH", "").output().expect("it runs");
        assert!(output.status.success() && !app.path("elsewhere/ran").exists(), "{option}: {output:?}");
        assert_eq!(option == "--quiet", output.stdout.starts_with(b"CPython"), "{output:?}");
    }
}

/// Another Python that the program starts sees no module of the bundle, and the user's
/// `PYTHONPATH`.
#[test]
fn other_pythons_are_not_disturbed() {
    let main = "import os, subprocess, sys\ntry:\n    import mine\nexcept ImportError:\n    print('hidden')\n\
        environment = {**os.environ, 'PYTHONPATH': sys.argv[2] + os.pathsep + os.environ['PYTHONPATH']}\n\
        own = [sys.executable, '-P', '-c', 'import dep, theirs; print(dep.V)\\ntry: import mine\\nexcept ImportError: print(1)']\n\
        for command in [[sys.argv[1], 'tool.py'], own]:\n    \
        print(subprocess.run(command, env=environment, capture_output=True, text=True).stdout, end='')\n";
    let Some(app) = App::new(&[("app.py", main), ("dep.py", "V = 'bundled'\n")], &["-m", "app"]) else {
        return;
    };
    for (path, text) in [
        ("user/mine.py", ""),
        ("program/theirs.py", ""),
        ("elsewhere/dep.py", "V = 'elsewhere'\n"),
        ("elsewhere/tool.py", "import dep, mine, site\nprint(dep.V, site.ENABLE_USER_SITE)\n"),
    ] {
        fs::create_dir_all(app.path(path).parent().expect("it has one")).expect("made");
        fs::write(app.path(path), text).expect("written");
    }
    let run = |path: &[PathBuf]| {
        let mut command = app.command(&[]);
        command.arg(&app.python).arg(app.path("program"));
        command.env("PYTHONPATH", std::env::join_paths(path).expect("joined"));
        let output = command.output().expect("it runs");
        let stdout = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        assert!(stdout.starts_with("hidden\nelsewhere ") && stdout.ends_with("\nbundled\n1\n"), "{output:?}");
    };
    run(&[app.path("user")]);
    // A program may have put its whole `sys.path` there.
    run(&[app.path("user"), app.site_packages()]);
}

/// Lines of a file in the current folder that has the same name, relative, are another program's.
#[test]
fn no_source_is_shown_but_the_modules_own() {
    let files = [
        ("pkg/__init__.py", ""),
        ("pkg/a.py", "import inspect, sys\ndef pay():\n    return inspect.getmodule(sys._getframe())\n"),
        (
            "start.py",
            "import inspect, pkg.a\nprint(pkg.a.pay().__name__)\ntry:\n    print(inspect.getsource(pkg.a.pay))\n\
             except OSError:\n    print('no source')\n",
        ),
    ];
    for (options, expected) in [
        (&["-m", "start"][..], "pkg.a\nno source\n"),
        (
            &["-m", "start", "--include-source"],
            "pkg.a\ndef pay():\n    return inspect.getmodule(sys._getframe())\n\n",
        ),
    ] {
        let Some(app) = App::new(&files, options) else { return };
        fs::create_dir(app.path("elsewhere/pkg")).expect("made");
        fs::write(app.path("elsewhere/pkg/a.py"), "#\ndef other():\n    delete_all()\n").expect("written");
        app.assert_prints(&[], expected);
    }
}

/// A warning is shown for the caller outside of the package, by the files of both.
#[test]
fn warnings_are_attributed_as_without_a_bundle() {
    let package = "import os, warnings\ndef outer():\n    inner()\ndef inner():\n    \
        warnings.warn('old', DeprecationWarning, skip_file_prefixes=(os.path.dirname(__file__),))\n";
    let files = [("start.py", "import pkg\n\npkg.outer()\n"), ("pkg/__init__.py", package)];
    for options in [&["-m", "start"][..], &["-m", "start", "--include-source"]] {
        let Some(app) = App::new(&files, options) else { return };
        let (code, stdout, stderr) = app.run(&[]);
        assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
        let place = app.site_packages().join("start.py");
        let expected = format!("{}:3: DeprecationWarning: old\n", place.display());
        assert!(stderr.starts_with(&expected), "{options:?}: {stderr}");
    }
}

/// Python writes bytecode beside carried sources, of another level too, and what the program wrote
/// stays.
#[test]
fn bytecode_that_python_writes_keeps_the_entry() {
    let main = "import helper, os\npath = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'state')\n\
        print(os.path.exists(path))\nopen(path, 'w').close()\n";
    let files = [("start.py", main), ("helper.py", "x = 1\n")];
    for (options, python) in [
        (&["-m", "start", "--include", "helper.py"][..], &[][..]),
        (&["-m", "start", "--include-source"], &["--python-arg=-O"]),
    ] {
        let Some(app) = App::new(&files, options) else { return };
        for expected in ["False\n", "True\n", "True\n"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
            command.args(python).arg("--python").arg(&app.python).arg(app.path("app.pyb"));
            command.env_remove("PYTHONDONTWRITEBYTECODE").env("CROSSPYC_CACHE_DIR", app.path("cache"));
            let output = command.output().expect("it runs");
            assert_eq!(String::from_utf8_lossy(&output.stdout).replace('\r', ""), expected, "{output:?}");
        }
        let written = fs::read_dir(app.site_packages().join("__pycache__")).expect("listed").flatten();
        let written: Vec<OsString> = written.map(|entry| entry.file_name()).collect();
        assert!(written.iter().any(|name| name.to_string_lossy().starts_with("helper.")), "{written:?}");
    }
}

#[test]
fn the_environment_can_be_found_and_used() {
    let files =
        [("start.py", "print('start')\n"), ("other.py", "import sys\nprint('other', sys.argv[1:])\n")];
    let Some(app) = App::new(&files, &["-m", "start"]) else { return };
    let run = |options: &[&str], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc-run"));
        command.args(options).arg("--python").arg(&app.python).arg(app.path("app.pyb")).args(arguments);
        command.env("CROSSPYC_CACHE_DIR", app.path("cache")).stdin(Stdio::null());
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
    };
    let place = PathBuf::from(run(&["--where"], &[]).trim_end());
    assert!(place.join("pyvenv.cfg").is_file() && app.site_packages().starts_with(&place), "{place:?}");
    assert_eq!(run(&["--module", "other"], &["x"]), "other ['x']\n");
    assert_eq!(run(&["--interpreter"], &["-c", "import other"]), "other []\n");
    let flags = "import sys; print(sys.flags.isolated, sys.flags.ignore_environment)";
    assert_eq!(run(&["--interpreter", "--isolated"], &["-c", flags]), "1 1\n");
    let system = "import sys; print(sum('site-packages' in path for path in sys.path) > 1)";
    assert_eq!(run(&["--interpreter"], &["-c", system]), "False\n");
    assert_eq!(run(&["--interpreter", "--system-site-packages"], &["-c", system]), "True\n");
}
