//! Pycs under the absolute paths of their sources: `PYTHONPYCACHEPREFIX` and `--pycache-prefix`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tree::{Ran, Tree, python_3_12};

/// A tree in its canonical folder, and the folder of pycs that mirrors `src`.
fn tree() -> (Tree, PathBuf, PathBuf) {
    let tree = Tree::with(&[("src/a.py", "a = 1\n"), ("src/pkg/b.py", "b = 1\n")]);
    let root = tree.real_root();
    let inside: PathBuf =
        root.components().filter(|part| matches!(part, std::path::Component::Normal(_))).collect();
    let mirror = root.join("cache").join(inside).join("src");
    (tree, root, mirror)
}

fn run(root: &Path, prefix: Option<&str>, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
    command.args(arguments).args(["--color", "never"]).current_dir(root).env_remove("PYTHONPYCACHEPREFIX");
    if let Some(prefix) = prefix {
        command.env("PYTHONPYCACHEPREFIX", root.join(prefix));
    }
    command.output().expect("crosspyc can be started").into()
}

#[test]
fn the_option_and_the_variable_have_one_layout() {
    for (prefix, options) in [(Some("cache"), &[][..]), (None, &["--pycache-prefix", "cache"])] {
        let (tree, root, mirror) = tree();
        let all = |arguments: &[&str]| {
            let ran = run(&root, prefix, &[arguments, options].concat());
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ran:?}");
            ran.stdout
        };
        all(&["compile", "src", "-t", "3.12", "-O", "0,1"]);
        for name in ["a.cpython-312.pyc", "a.cpython-312.opt-1.pyc", "pkg/b.cpython-312.pyc"] {
            assert!(mirror.join(name).is_file(), "{name}: {:?}", tree.files(""));
        }
        assert_eq!(tree.pycs().len(), 4);
        for path in ["src", ".", "src/pkg/../pkg", "src/a.py"] {
            all(&["compile", path, "-t", "3.12", "--check"]);
        }
        let cache = ["verify", "cache"];
        assert_eq!(all(&cache), "4 pycs: 4 whole and current\n");
        tree.write("src/a.py", "a = 2\n");
        let stale = run(&root, prefix, &[&cache[..], options].concat());
        assert!(stale.stdout.ends_with("4 pycs: 2 whole and current, 2 stale\n"), "{stale:?}");
        std::fs::remove_file(root.join("src/pkg/b.py")).expect("it is there");
        tree.write(mirror.join("pkg/.crosspyc-left.tmp"), "");
        let pruned = all(&["compile", "src", "-t", "3.12", "--prune"]);
        assert!(pruned.contains("compiled 1 module") && pruned.ends_with("2 removed\n"), "{pruned}");
        assert!(!mirror.join("pkg/b.cpython-312.pyc").exists() && mirror.join("a.cpython-312.pyc").exists());
        assert_eq!(tree.files("cache").len(), 2);
    }
}

#[test]
fn the_variable_does_not_concern_other_layouts() {
    let (tree, root, _) = tree();
    for options in
        [&["-o", "out"][..], &["--layout", "sourceless"], &["--layout", "sourceless", "-o", "bare"]]
    {
        let ran = run(&root, Some("cache"), &[&["compile", "src", "-t", "3.12"], options].concat());
        assert_eq!(ran.code, Some(0), "{options:?}: {ran:?}");
        assert_eq!(tree.files("cache"), [""; 0], "{options:?}");
    }
    // An empty variable counts as none.
    let mut command = tree.command(&["compile", "src", "-t", "3.12"]);
    assert!(command.env("PYTHONPYCACHEPREFIX", "").status().expect("it runs").success());
    assert!(tree.path("src/__pycache__/a.cpython-312.pyc").is_file());
}

#[test]
fn python_finds_the_pycs_of_the_prefix() {
    let Some(python) = python_3_12() else { return };
    let (tree, root, mirror) = tree();
    let ran = run(&root, Some("cache"), &["compile", "src", "-t", "3.12"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let imported = Command::new(&python)
        .args(["-B", "-c", "import a, pkg.b; print(a.__cached__); print(pkg.b.__cached__)"])
        .current_dir(root.join("src"))
        .env("PYTHONPYCACHEPREFIX", root.join("cache"))
        .env("PYTHONPATH", root.join("src"))
        .output()
        .expect("python runs");
    let told = String::from_utf8_lossy(&imported.stdout).replace("\r\n", "\n");
    let expected = ["a.cpython-312.pyc", "pkg/b.cpython-312.pyc"].map(|name| mirror.join(name));
    let found: Vec<PathBuf> = told.lines().map(PathBuf::from).collect();
    assert_eq!(found, expected, "{imported:?}");
    // Both write the same files.
    let compileall = Command::new(python)
        .args(["-m", "compileall", "-q", "-o", "1", "src"])
        .current_dir(&root)
        .env("PYTHONPYCACHEPREFIX", root.join("cache"))
        .status();
    assert!(compileall.expect("python runs").success());
    let checked = run(&root, Some("cache"), &["compile", "src", "-t", "3.12", "-O", "0,1", "--check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(tree.pycs().len(), 4);
}
