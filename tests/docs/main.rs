//! README.md and the documentation site: every command shown is run, the generated pages are
//! current, and the pages name the options and settings that the program has.
//!
//! `BLESS=1 cargo test --test docs` writes down what is printed now, and the generated pages;
//! review the difference. The commands use programs as Linux has them (`od`, `find`).
#![cfg(all(target_os = "linux", feature = "cli"))]

mod generated;
mod mentions;
mod page;
mod session;

use std::fs;
use std::path::{Path, PathBuf};

/// The blocks of commands that cannot run in a test, by the reason given above each.
const NOT_RUN: [(&str, usize); 4] = [
    ("it builds crosspyc", 3),
    ("it needs Docker", 1),
    ("it needs the package index", 8),
    ("it needs AWS", 1),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_blessed() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// README.md and all pages, as paths from the root.
fn pages() -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("it is a folder") {
            let path = folder.join(entry.expect("it can be read").file_name());
            match path.extension() {
                Some(extension) if extension == "md" => found.push(path),
                None => folders.push(path),
                Some(_) => {}
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares a page with what it should be, or makes it so.
fn compare(path: &Path, expected: &str) {
    let found = read(path);
    if is_blessed() && found != expected {
        fs::write(root().join(path), expected).expect("the page can be written");
    } else if found != expected {
        let differs = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
        let line = differs.unwrap_or(found.lines().count().min(expected.lines().count()));
        let at = |text: &str| text.lines().skip(line).take(3).collect::<Vec<_>>().join("\n");
        panic!(
            "{}:{}: the page has\n{}\nand should have\n{}\n(BLESS=1 writes it)",
            path.display(),
            line + 1,
            at(&found),
            at(expected)
        );
    }
}

#[test]
fn commands_print_what_the_pages_show() {
    let mut failures = Vec::new();
    for path in pages() {
        let text = read(&path);
        if !text.contains("```console") {
            // The other tests write the generated pages.
            continue;
        }
        let run = std::panic::catch_unwind(|| compare(&path, &session::run(&path, &text)));
        if let Err(panic) = run {
            failures.push(panic.downcast_ref::<String>().cloned().unwrap_or_default());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn what_is_not_run_is_counted() {
    let mut found: Vec<(String, usize)> =
        NOT_RUN.iter().map(|(reason, _)| ((*reason).to_owned(), 0)).collect();
    for path in pages() {
        for block in page::blocks(&read(&path)) {
            assert!(
                !matches!(block.language.as_str(), "sh" | "bash" | "shell"),
                "{}:{}: commands are in `console` blocks",
                path.display(),
                block.line
            );
            if let Some(reason) = block.not_run {
                let known = found.iter_mut().find(|(known, _)| *known == reason);
                known.unwrap_or_else(|| panic!("{}: unknown reason: {reason}", path.display())).1 += 1;
            }
        }
    }
    let expected: Vec<(String, usize)> =
        NOT_RUN.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
    assert_eq!(found, expected);
}
