//! What a second run does: nothing if nothing has changed, else what is needed and no more.

use std::fs;

use crate::tree::{Tree, without_times};

const MODES: [&str; 3] = ["checked-hash", "unchecked-hash", "timestamp"];
const PYC: &str = "src/__pycache__/a.cpython-312.pyc";

fn tree() -> Tree {
    let tree = Tree::with(&[("src/a.py", "a = 1\n"), ("src/b.py", "b = 1\n")]);
    tree.age("src/a.py", 1000);
    tree.age("src/b.py", 1000);
    tree
}

fn compile(tree: &Tree, options: &[&str]) -> String {
    without_times(&tree.line(&[&["compile", "src", "-t", "3.12"], options].concat()))
}

#[test]
fn a_second_run_does_nothing_in_every_mode() {
    for mode in MODES {
        let tree = tree();
        let options = ["--invalidation", mode];
        assert_eq!(compile(&tree, &options), "compiled 2 modules for 3.12 in TIME", "{mode}");
        let before = fs::metadata(tree.path(PYC)).expect("it is there");
        assert_eq!(compile(&tree, &options), "nothing to do: 2 modules up to date for 3.12", "{mode}");
        let after = fs::metadata(tree.path(PYC)).expect("it is there");
        assert_eq!(before.modified().expect("a time"), after.modified().expect("a time"), "{mode}");
    }
}

#[test]
fn a_changed_source_is_compiled_alone_in_every_mode() {
    for mode in MODES {
        let tree = tree();
        let options = ["--invalidation", mode];
        compile(&tree, &options);
        tree.write("src/a.py", "a = 2\n");
        assert_eq!(compile(&tree, &options), "compiled 1 module for 3.12 in TIME, 1 up to date", "{mode}");
        assert_eq!(compile(&tree, &options), "nothing to do: 2 modules up to date for 3.12", "{mode}");
    }
}

#[test]
fn a_touched_source_is_compiled_only_where_timestamps_count() {
    for mode in MODES {
        let tree = tree();
        let options = ["--invalidation", mode];
        compile(&tree, &options);
        tree.age("src/a.py", 500);
        let expected = match mode {
            "timestamp" => "compiled 1 module for 3.12 in TIME, 1 up to date",
            _ => "nothing to do: 2 modules up to date for 3.12",
        };
        assert_eq!(compile(&tree, &options), expected, "{mode}");
    }
}

#[test]
fn another_invalidation_mode_counts_only_if_it_is_asked_for() {
    for before in MODES {
        let tree = tree();
        compile(&tree, &["--invalidation", before]);
        assert_eq!(compile(&tree, &[]), "nothing to do: 2 modules up to date for 3.12", "{before}");
        assert_eq!(compile(&tree, &["--check"]), "checked 2 modules for 3.12, 2 up to date", "{before}");
        for after in MODES.into_iter().filter(|after| *after != before) {
            compile(&tree, &["--invalidation", before]);
            let check = tree.run(&["compile", "src", "-t", "3.12", "--check", "--invalidation", after]);
            assert!(check.stdout.ends_with("2 stale\n"), "{before} {after}: {check:?}");
            let line = compile(&tree, &["--invalidation", after]);
            assert_eq!(line, "compiled 2 modules for 3.12 in TIME", "{before} {after}");
        }
        tree.write("pyproject.toml", format!("[tool.crosspyc]\ninvalidation = '{before}'\n"));
        assert_eq!(compile(&tree, &[]), "compiled 2 modules for 3.12 in TIME", "{before}");
    }
}

#[test]
fn python_would_not_take_a_changed_source_in_any_mode() {
    for mode in MODES {
        let tree = tree();
        compile(&tree, &["--invalidation", mode]);
        tree.write("src/a.py", "a = 2\n");
        let check = tree.run(&["compile", "src", "-t", "3.12", "--check"]);
        assert_eq!(check.code, Some(1), "{mode}: {check:?}");
        assert!(check.stdout.ends_with("checked 2 modules for 3.12, 1 up to date, 1 stale\n"), "{check:?}");
        assert_eq!(compile(&tree, &[]), "compiled 1 module for 3.12 in TIME, 1 up to date", "{mode}");
    }
}

#[test]
fn how_the_path_is_written_does_not_count() {
    let tree = Tree::with(&[("src/pkg/__init__.py", ""), ("src/pkg/a.py", "a = 1\n")]);
    let absolute = tree.path("src");
    let paths = [".", "src", "./src", "src/pkg/..", "src/pkg", "src/pkg/a.py"];
    let paths = paths.into_iter().chain(absolute.to_str());
    for written in paths.clone() {
        tree.line(&["compile", "src", "-t", "3.12", "--force"]);
        tree.line(&["compile", written, "-t", "3.12", "--force"]);
        for checked in paths.clone() {
            let line = tree.line(&["compile", checked, "-t", "3.12", "--check", "--prepend-dir", "/app"]);
            assert!(line.ends_with(" up to date"), "{written}, {checked}: {line}");
        }
    }
}

#[test]
fn sourceless_pycs_are_named_after_their_place() {
    let tree = Tree::with(&[("src/pkg/a.py", "")]);
    let root = tree.real_root();
    let place = |path: &str| path.split('/').fold(root.clone(), |place, part| place.join(part));
    let name = |path: &str| place(path).to_str().expect("UTF-8").to_owned();
    for (options, pyc, co_filename) in [
        (&["src"][..], "src/pkg/a.pyc", name("src/pkg/a.py")),
        (&["./src/pkg/../"], "src/pkg/a.pyc", name("src/pkg/a.py")),
        (&["src", "-o", "out"], "out/pkg/a.pyc", name("out/pkg/a.py")),
        (&["src", "-o", "src/../out"], "out/pkg/a.pyc", name("out/pkg/a.py")),
        (&["src/pkg/a.py", "-o", "single"], "single/a.pyc", name("single/a.py")),
        (&["src", "-o", "out", "--prepend-dir", "/app"], "out/pkg/a.pyc", "/app/src/pkg/a.py".to_owned()),
        (
            &["src", "-o", "out", "--strip-dir", "src", "--prepend-dir", "/app"],
            "out/pkg/a.pyc",
            "/app/pkg/a.py".to_owned(),
        ),
    ] {
        let arguments = [&["compile", "-t", "3.12", "--layout", "sourceless"], options].concat();
        let run = |more: &[&str]| {
            let mut command = tree.command(&[&arguments[..], more].concat());
            crate::tree::Ran::from(command.current_dir(&root).output().expect("it runs"))
        };
        assert_eq!(run(&[]).code, Some(0), "{options:?}");
        let bytes = tree.read(pyc);
        let is_in = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(is_in(&co_filename), "{options:?}: {co_filename}");
        let checked = run(&["--check"]);
        assert_eq!(checked.code, Some(0), "{options:?}: {checked:?}");
    }
    let ran = tree.run(&["compile", "src", "-t", "3.12", "--layout", "sourceless", "-o", "out", "--check"]);
    assert!(ran.stdout.contains("stale: out/pkg/a.pyc (its co_filename is `/app/pkg/a.py`)"), "{ran:?}");
}

/// compileall, pip and uv write the pycs that py_compile writes.
#[test]
fn pycs_of_python_itself_are_up_to_date() {
    let Some(python) = crate::tree::python_3_12() else { return };
    for mode in MODES {
        let tree = tree();
        let options = ["-m", "compileall", "-q", "--invalidation-mode", mode, "src"];
        let made = std::process::Command::new(&python).args(options).current_dir(tree.root()).status();
        assert!(made.expect("it runs").success());
        assert_eq!(compile(&tree, &["--check"]), "checked 2 modules for 3.12, 2 up to date", "{mode}");
        assert_eq!(compile(&tree, &[]), "nothing to do: 2 modules up to date for 3.12", "{mode}");
        assert_eq!(tree.line(&["verify", "src"]), "2 pycs: 2 whole and current", "{mode}");
    }
}

#[test]
fn a_pyc_with_a_damaged_header_is_compiled_again() {
    let tree = tree();
    compile(&tree, &[]);
    let whole = tree.read(PYC);
    let mut foreign = whole.clone();
    foreign[..2].copy_from_slice(&3495u16.to_le_bytes());
    let mut no_code = whole.clone();
    no_code[16] = 0;
    for damaged in [&whole[..0], &whole[..10], &whole[..16], &foreign, &no_code] {
        tree.write(PYC, damaged);
        assert_eq!(compile(&tree, &[]), "compiled 1 module for 3.12 in TIME, 1 up to date");
        assert_eq!(tree.read(PYC), whole);
    }
}

/// As with compileall, a run reads the header. `--check` and `verify` read the rest too.
#[test]
fn a_damaged_code_object_is_found_by_a_check() {
    let tree = tree();
    compile(&tree, &[]);
    let whole = tree.read(PYC);
    tree.write(PYC, &whole[..whole.len() - 1]);
    assert_eq!(compile(&tree, &[]), "nothing to do: 2 modules up to date for 3.12");
    let ran = tree.run(&["compile", "src", "-t", "3.12", "--check"]);
    assert!(ran.stdout.contains("stale: src/__pycache__/a.cpython-312.pyc (it is damaged: "), "{ran:?}");
    assert_eq!(compile(&tree, &["-f"]), "compiled 2 modules for 3.12 in TIME");
    assert_eq!(tree.read(PYC), whole);
}

#[test]
fn a_missing_level_is_added_alone() {
    let tree = tree();
    compile(&tree, &["-O", "0"]);
    let ran = tree.run(&["compile", "src", "-t", "3.12", "-O", "0", "-O", "2", "-v"]);
    let written: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("written")).collect();
    assert_eq!(
        written,
        [
            "written: src/__pycache__/a.cpython-312.opt-2.pyc",
            "written: src/__pycache__/b.cpython-312.opt-2.pyc"
        ]
    );
}

#[test]
fn timestamps_are_those_of_the_source() {
    let tree = tree();
    compile(&tree, &["--invalidation", "timestamp"]);
    let pyc = tree.read(PYC);
    let modified = fs::metadata(tree.path("src/a.py")).and_then(|metadata| metadata.modified());
    let since = modified.expect("a time").duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    assert_eq!(pyc[4..8], [0; 4]);
    assert_eq!(pyc[8..12], (since.as_secs() as u32).to_le_bytes());
    assert_eq!(pyc[12..16], 6u32.to_le_bytes());
}

#[test]
fn the_folder_it_is_built_in_leaves_no_trace() {
    let (one, other) = (tree(), tree());
    let absolute = other.path("src");
    one.line(&["compile", "src", "-t", "3.12"]);
    other.line(&["compile", absolute.to_str().expect("it is UTF-8"), "-t", "3.12"]);
    assert_eq!(one.read(PYC), other.read(PYC));
}
