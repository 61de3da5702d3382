//! Runs the sessions of `testdata/cli/*.txt` and compares the output. `BLESS=1` records the new
//! output.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::tree::{Tree, without_times};

#[test]
fn sessions_print_what_is_written_down() {
    let mut files: Vec<PathBuf> = fs::read_dir("testdata/cli")
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let differing: Vec<String> = files.iter().filter_map(|file| difference(file)).collect();
    assert!(differing.is_empty(), "{}\nBLESS=1 writes down what is printed now", differing.join("\n"));
}

/// Runs a session again; what differs, if anything does.
fn difference(file: &Path) -> Option<String> {
    let expected = fs::read_to_string(file).expect("a text").replace("\r\n", "\n");
    let got = session(file, &expected);
    if got == expected {
        return None;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(file, got).expect("it can be written");
        return None;
    }
    Some(format!("== {}, expected:\n{expected}\n== got:\n{got}", file.display()))
}

/// The text of a session as it goes now.
fn session(file: &Path, text: &str) -> String {
    let tree = Tree::new();
    let mut got = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let mut content = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
            match line.strip_prefix("  | ").or_else(|| (line == "  |").then_some("")) {
                Some(line) => content.push_str(&format!("{line}\n")),
                // What a command printed is found out anew.
                None => {
                    let is_printed = ["  >", "  !", "  ="].iter().any(|mark| line.starts_with(mark));
                    assert!(is_printed, "{}: what is `{line}`?", file.display());
                }
            }
        }
        let _ = writeln!(got, "{line}");
        for line in content.lines() {
            let _ = writeln!(got, "{}", format!("  | {line}").trim_end());
        }
        got.push_str(&step(&tree, line, &content));
    }
    got
}

/// Does what a line says and returns what there is to see of it.
fn step(tree: &Tree, line: &str, content: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [] => {}
        [word, ..] if word.starts_with('#') => {}
        ["write", path] => tree.write(path, content),
        ["remove", path] => fs::remove_file(tree.path(path)).expect("it is there"),
        ["truncate", path, length] => {
            let length: usize = length.parse().expect("a number");
            tree.write(path, &tree.read(path)[..length]);
        }
        ["files"] => return printed("  >", &tree.files("").join("\n")),
        ["files", folder] => return printed("  >", &tree.files(folder).join("\n")),
        ["crosspyc", arguments @ ..] => return run(tree, arguments),
        _ => panic!("what is `{line}`?"),
    }
    String::new()
}

fn run(tree: &Tree, arguments: &[&str]) -> String {
    let ran = tree.run(arguments);
    let root = tree.root().to_string_lossy();
    let plain = |text: &str| without_times(&text.replace(&*root, "ROOT"));
    let mut text = printed("  >", &plain(&ran.stdout)) + &printed("  !", &plain(&ran.stderr));
    match ran.code {
        Some(0) => {}
        Some(code) => text.push_str(&format!("  = {code}\n")),
        None => text.push_str("  = killed\n"),
    }
    text
}

fn printed(mark: &str, text: &str) -> String {
    text.lines().map(|line| format!("{mark} {line}").trim_end().to_owned() + "\n").collect()
}
