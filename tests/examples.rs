//! The programs of `examples/`, built by cargo and run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Builds an example as this test was built, and runs it in `folder`.
fn run(example: &str, arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.args(["--example", example, "--"]).args(arguments).current_dir(folder);
    command.output().expect("cargo starts")
}

/// What it prints, if it exits with `code`.
fn printed(example: &str, arguments: &[&str], folder: &Path, code: i32) -> String {
    let Output { status, stdout, stderr } = run(example, arguments, folder);
    assert_eq!(status.code(), Some(code), "{example}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("UTF-8")
}

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    folder
}

const SOURCE: &[u8] = include_bytes!("../testdata/marshal/sharing.py");
/// Of CPython 3.12.1.
const PYC: &[u8] = include_bytes!("../testdata/marshal/sharing.pyc");

#[test]
fn embed_writes_a_pyc() {
    let folder = folder_with(&[("a.py", b"x = 1\n")]);
    printed("embed", &["a.py", "a.pyc"], folder.path(), 0);
    let pyc = fs::read(folder.path().join("a.pyc")).expect("it was written");
    // `py_compile` of 3.12.1, with `checked-hash`.
    assert!(pyc.starts_with(b"\xcb\x0d\r\n\x03\0\0\0\x15\x22\x56\x19\x17\xf5\xdf\x08\xe3\0\0\0\0"));
}

/// The library's promise: a program of fewer lines embeds it.
#[test]
fn embed_is_short() {
    let text = include_str!("../examples/embed.rs");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("//!"));
    assert!(lines.count() < 15);
}

#[test]
fn thread_pool_reports_each_file() {
    let folder = folder_with(&[("a.py", b"x = 1\n"), ("b.py", b"x = (1,\n"), ("c.py", b"")]);
    let text = printed("thread_pool", &["a.py", "b.py", "c.py", "d.py"], folder.path(), 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    // As the oldest version says it.
    assert_eq!(lines[0], "SyntaxError: unexpected EOF while parsing (b.py, line 1)");
    assert!(lines[1].starts_with("a.py: ") && lines[1].ends_with(" pycs"), "{text}");
    assert!(lines[3].starts_with("d.py: "), "{text}");
}

#[test]
fn check_pyc_tells_pycs_from_others() {
    let changed = [SOURCE, b"\ndef added():\n    pass\n"].concat();
    let folder = folder_with(&[("s.py", SOURCE), ("s.pyc", PYC), ("changed.py", &changed)]);
    let text = printed("check_pyc", &["s.pyc", "s.py", "3.12.1"], folder.path(), 0);
    assert_eq!(text, "it is, for Python 3.12.1\n");
    let text = printed("check_pyc", &["s.pyc", "changed.py", "3.12.1"], folder.path(), 1);
    assert_eq!(text, "<module> differs\n");
}

#[test]
fn disassemble_shows_every_version() {
    let text = printed("disassemble", &["x += 1"], Path::new(env!("CARGO_MANIFEST_DIR")), 0);
    assert!(text.contains("== 3.12.") && text.contains("== 3.15."), "{text}");
    assert!(text.contains("BINARY_OP") && text.contains("(+=)"), "{text}");
}
