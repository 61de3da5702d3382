//! Several runs at once, runs that are killed, any number of workers, readers that go away.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::tree::{Ran, Tree};

const MODULES: usize = 120;

/// A tree of modules of different sizes; the same one each time.
fn large_tree() -> Tree {
    let tree = Tree::new();
    for module in 0..MODULES {
        let mut text = String::from("import sys\n");
        for function in 0..module * 7 % 40 {
            let _ = write!(
                text,
                "\ndef f{function}(a, b={function}, *c):\n    return [a + x for x in c if x != b]\n"
            );
        }
        tree.write(format!("src/pkg{}/mod{module}.py", module % 7), text);
    }
    tree
}

fn contents(tree: &Tree) -> Vec<(String, Vec<u8>)> {
    tree.pycs().into_iter().map(|pyc| (pyc.clone(), tree.read(pyc))).collect()
}

#[test]
fn any_number_of_workers_writes_the_same_bytes() {
    let compiled = ["1", "2", "7"].map(|jobs| {
        let tree = large_tree();
        tree.line(&["compile", "src", "-t", "3.12", "-j", jobs, "-O0", "-O2"]);
        contents(&tree)
    });
    assert_eq!(compiled[0].len(), 2 * MODULES);
    assert!(compiled[0] == compiled[1] && compiled[0] == compiled[2]);
}

#[test]
fn messages_come_in_the_same_order_at_any_number_of_workers() {
    let tree = large_tree();
    for module in (0..MODULES).step_by(3) {
        tree.write(format!("src/pkg{}/mod{module}.py", module % 7), format!("x = {module}\nreturn x\n"));
    }
    let complaints = ["1", "4"].map(|jobs| {
        let ran = tree.run(&["compile", "src", "-t", "3.12", "-j", jobs, "--force"]);
        assert_eq!(ran.code, Some(1));
        ran.stderr
    });
    assert_eq!(complaints[0].matches("SyntaxError").count(), MODULES / 3);
    assert_eq!(complaints[0], complaints[1]);
}

#[test]
fn runs_at_the_same_time_all_succeed() {
    let tree = large_tree();
    let runs: Vec<_> = (0..3)
        .map(|_| {
            let mut command = tree.command(&["compile", "src", "-t", "3.12", "--force"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
        })
        .collect();
    for run in runs {
        let ran: Ran = run.wait_with_output().expect("it ends").into();
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    }
    assert_eq!(tree.pycs().len(), MODULES);
    assert_eq!(tree.files("src").len(), 2 * MODULES, "no temporary files are left");
    assert_eq!(tree.run(&["verify", "src"]).code, Some(0));
}

#[test]
fn a_killed_run_leaves_only_whole_pycs() {
    for patience in [0, 2, 10, 30] {
        let tree = large_tree();
        let mut command = tree.command(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2"]);
        let mut run = command.stdout(Stdio::null()).spawn().expect("started");
        let started = Instant::now();
        while tree.pycs().is_empty() && started.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(patience));
        let _ = run.kill();
        run.wait().expect("it has ended");
        assert_eq!(tree.run(&["verify", "src"]).code, Some(0), "after {patience} ms");
        tree.line(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2"]);
        assert_eq!(tree.pycs().len(), 3 * MODULES);
    }
}

/// Killed in the middle of a write, again and again, until a temporary file is left.
#[cfg(unix)]
#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let is_left = |tree: &Tree| tree.files("src").iter().any(|file| file.ends_with(".tmp"));
    let left = || {
        let tree = large_tree();
        while !is_left(&tree) {
            let mut run = tree
                .command(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2", "--force"])
                .stdout(Stdio::null())
                .spawn()
                .expect("started");
            while !is_left(&tree) && run.try_wait().expect("it can be asked").is_none() {
                std::thread::yield_now();
            }
            let _ = run.kill();
            run.wait().expect("it has ended");
        }
        tree
    };
    let tree = left();
    tree.line(&["compile", "src", "-t", "3.12", "--force"]);
    assert!(!is_left(&tree), "{:?}", tree.files("src"));
    // A run with nothing to write looks for them with --prune.
    let tree = left();
    tree.line(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2"]);
    tree.write("src/pkg0/__pycache__/.crosspyc-left.tmp", "");
    tree.line(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2"]);
    let ran = tree.run(&["compile", "src", "-t", "3.12", "-O0", "-O1", "-O2", "--prune", "-v"]);
    let removed = "removed: src/pkg0/__pycache__/.crosspyc-left.tmp (a killed run left it)\n";
    assert!(ran.stdout.contains(removed) && !is_left(&tree), "{ran:?}");
}

#[cfg(unix)]
fn send(signal: &str, run: &Child) {
    let sent = Command::new("kill").args([signal, &run.id().to_string()]).status().expect("kill runs");
    assert!(sent.success(), "{signal}");
}

/// Each run is stopped again and again until it is in the middle of a write, and then interrupted. It
/// cannot end earlier: it prints more than a pipe holds, and nobody reads.
#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_by_the_signal_and_leaves_no_temporary_files() {
    use std::os::unix::process::ExitStatusExt as _;
    const MODULES: usize = 600;
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        let tree = Tree::new();
        (0..MODULES).for_each(|module| tree.write(format!("src/m{module}.py"), "x = 1\n"));
        let folder = "f".repeat(200);
        let arguments = ["compile", "src", "-t", "3.12", "-j", "8", "-v", "-o", &folder];
        let mut run = tree.command(&arguments).stdout(Stdio::piped()).spawn().expect("started");
        loop {
            send("-STOP", &run);
            let files = tree.files(&folder);
            if files.len() == MODULES || files.iter().any(|file| file.ends_with(".tmp")) {
                break;
            }
            send("-CONT", &run);
        }
        send(signal, &run);
        send("-CONT", &run);
        assert_eq!(run.wait().expect("it has ended").signal(), Some(number));
        let files = tree.files(&folder);
        assert!(files.iter().all(|file| file.ends_with(".pyc")), "{signal}: {files:?}");
        assert_eq!(tree.run(&["verify", &folder]).code, Some(0), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_ignored_signal_stays_ignored() {
    let tree = large_tree();
    let script = format!(
        "trap '' HUP; {} compile src -t 3.12 -O0 -O1 -O2 -j1 & until test -e src/pkg0/__pycache__; do :; done; kill -HUP $!; wait $!",
        env!("CARGO_BIN_EXE_crosspyc")
    );
    let ran = Command::new("sh").args(["-c", &script]).current_dir(tree.root()).output().expect("started");
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(tree.pycs().len(), 3 * MODULES);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let tree = large_tree();
    let mut command = tree.command(&["compile", "src", "-t", "3.12", "-v"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    drop(run.stdout.take());
    let ran: Ran = run.wait_with_output().expect("it ends").into();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(tree.pycs().len(), MODULES);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let tree = Tree::with(&[("a.py", "")]);
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = tree.command(&["compile", "-t", "3.12"]).stdout(full).output();
    let ran: Ran = output.expect("started").into();
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("error: failed to write to standard output: "), "{ran:?}");
}

#[test]
fn json_is_one_object_a_line() {
    let tree = Tree::with(&[("a.py", "x = 1\n"), ("b.py", "x = +\n")]);
    for arguments in [
        &["compile", "-t", "3.12", "--format", "json", "--timings", "nowhere", "."][..],
        &["verify", ".", "--format", "json"],
        &["inspect", "__pycache__/a.cpython-312.pyc", "--format", "json"],
        &["dis", "a.py", "--format", "json"],
        &["targets", "--format", "json"],
    ] {
        let ran = tree.run(arguments);
        assert_eq!(ran.stderr, "", "{arguments:?}");
        assert!(!ran.stdout.is_empty(), "{arguments:?}");
        for line in ran.stdout.lines() {
            let object: serde_json::Value = serde_json::from_str(line).expect(line);
            assert!(object["type"].is_string(), "{line}");
        }
    }
}
