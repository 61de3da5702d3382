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
fn another_invalidation_mode_compiles_again() {
    for before in MODES {
        for after in MODES.into_iter().filter(|after| *after != before) {
            let tree = tree();
            compile(&tree, &["--invalidation", before]);
            let line = compile(&tree, &["--invalidation", after]);
            assert_eq!(line, "compiled 2 modules for 3.12 in TIME", "{before} {after}");
        }
    }
}

#[test]
fn another_co_filename_compiles_again() {
    let tree = tree();
    compile(&tree, &[]);
    let line = compile(&tree, &["--prepend-dir", "/app"]);
    assert_eq!(line, "compiled 2 modules for 3.12 in TIME");
    let line = compile(&tree, &["--prepend-dir", "/app"]);
    assert_eq!(line, "nothing to do: 2 modules up to date for 3.12");
}

#[test]
fn a_damaged_pyc_is_compiled_again() {
    let tree = tree();
    compile(&tree, &[]);
    let whole = tree.read(PYC);
    let mut foreign = whole.clone();
    foreign[..2].copy_from_slice(&3495u16.to_le_bytes());
    for damaged in [&whole[..0], &whole[..10], &whole[..16], &whole[..whole.len() - 1], &foreign] {
        tree.write(PYC, damaged);
        assert_eq!(compile(&tree, &[]), "compiled 1 module for 3.12 in TIME, 1 up to date");
        assert_eq!(tree.read(PYC), whole);
    }
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
