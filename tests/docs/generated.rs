//! The pages that are made from the program and from its documentation.
//!
//! `docs/reference/commands.md` comes from `--help` of every command, `docs/architecture.md` and
//! `docs/guides/library.md` from the documentation of the crate, and the description of the format in
//! `docs/reference/archive.md` from that of `src/bundle/`.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::{compare, read};

const COMMANDS: &str = "\
# Commands and options

This page is generated from the definitions that also make `--help`. `scripts/reference_docs` writes
it, and a test compares it with the program.

";

const ARCHITECTURE: &str = "\
# Architecture

This page is for contributors. It is generated from the documentation of the crate, in `src/lib.rs`.
[How it works](how-it-works.md) explains the same pipeline to readers who have never seen bytecode.

";

const LIBRARY: &str = "\
# Embedding the library

This page is generated from the documentation of the crate, whose examples are tested. `cargo doc --open`
shows the whole interface. From other languages, start the program with `--format json`: [JSON
records](../reference/json.md).

";

#[test]
fn the_reference_of_commands_is_current() {
    let mut page = COMMANDS.to_owned();
    for command in [
        "compile",
        "bundle",
        "run",
        "verify",
        "inspect",
        "extract",
        "dis",
        "targets",
        "cache",
        "cache list",
        "cache remove",
        "cache prune",
        "cache clear",
    ] {
        page.push_str(&format!("## crosspyc {command}\n\n"));
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        page.push_str(&section(&help(env!("CARGO_BIN_EXE_crosspyc"), &arguments)));
    }
    page.push_str("## crosspyc-run\n\n");
    page.push_str(&section(&help(env!("CARGO_BIN_EXE_crosspyc-run"), &["--help"])));
    page.truncate(page.trim_end().len());
    compare(Path::new("docs/reference/commands.md"), &(page + "\n"));
}

#[test]
fn no_command_is_missing() {
    let page = read(Path::new("docs/reference/commands.md"));
    for above in ["", "cache"] {
        let arguments: Vec<&str> = above.split_whitespace().chain(["--help"]).collect();
        let text = help(env!("CARGO_BIN_EXE_crosspyc"), &arguments);
        let list = text.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
        for line in list.expect("there are commands").lines() {
            let Some(name) = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) else { continue };
            let name = name.split(' ').next().expect("a name");
            let heading = format!("## {} {name}\n", ["crosspyc", above].join(" ").trim_end());
            assert!(name == "help" || page.contains(&heading), "{heading}");
        }
    }
}

#[test]
fn the_architecture_is_that_of_the_crate() {
    let (tour, _) = chapters();
    compare(Path::new("docs/architecture.md"), &format!("{ARCHITECTURE}{}\n", markdown(&tour)));
}

#[test]
fn the_guide_to_the_library_is_that_of_the_crate() {
    let (_, library) = chapters();
    compare(Path::new("docs/guides/library.md"), &format!("{LIBRARY}{}\n", markdown(&library)));
}

/// The tour of the code and the guide to the library, from the documentation of the crate.
fn chapters() -> (String, String) {
    const TOUR: &str = "# The way of a source\n";
    let library = documentation(Path::new("src/lib.rs"));
    let (library, tour) = match library.split_once(TOUR) {
        Some((library, tour)) => (library.to_owned(), tour.to_owned()),
        None => {
            let tour = documentation(Path::new("src/architecture.rs"));
            let (_, tour) = tour.split_once(TOUR).expect("the tour begins so");
            (library, tour.to_owned())
        }
    };
    (format!("{TOUR}{tour}"), library)
}

/// Documentation as `rustdoc` shows it: headings one level lower, links to items as their names, and
/// no lines that examples hide.
fn markdown(documentation: &str) -> String {
    let links =
        Regex::new(r"\[(`[^`]+`)\](\([^)]*\)|\[[^\]]*\])?|\[([a-z]+)\]\([a-z:A-Z]+\)").expect("valid");
    let (mut page, mut in_block) = (String::new(), false);
    for line in documentation.lines() {
        if let Some(language) = line.strip_prefix("```") {
            let shown = if !in_block && language.is_empty() { "```rust" } else { line };
            in_block = !in_block;
            page.push_str(&format!("{shown}\n"));
        } else if in_block {
            if !line.starts_with("# ") {
                page.push_str(&format!("{line}\n"));
            }
        } else {
            let line = links.replace_all(line, "$1$3");
            page.push_str(&format!("{}{line}\n", if line.starts_with('#') { "#" } else { "" }));
        }
    }
    page.trim_end().to_owned()
}

/// The byte table on the page is the one in the source.
#[test]
fn the_archive_is_described_as_in_the_source() {
    let source = documentation(Path::new("src/bundle/mod.rs"));
    let table = source.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    let table = table.expect("there is one").replace("[`Frame`]", "below").replace("[`Index`]", "below");
    let table = table.replace("[`Manifest`]", "below");
    let page = read(Path::new("docs/reference/archive.md"));
    assert!(page.contains(&table), "the page should have:\n{table}");
}

/// The `//!` comment that a file begins with.
fn documentation(path: &Path) -> String {
    let text = read(path);
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

fn help(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("COLUMNS", "100");
    let output = command.output().expect("it runs");
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

/// Help as Markdown: the usage as a block, each list of options as a list of definitions.
fn section(help: &str) -> String {
    let mut page = String::new();
    let mut item = Item::default();
    for line in help.lines() {
        let is_new = line.starts_with("  ") && !line.starts_with("       ") && line.trim().len() > 1;
        if !line.starts_with(' ') {
            item.end(&mut page);
        }
        match line.trim_end() {
            "Options:" | "Arguments:" | "Output:" | "Commands:" => {
                page.push_str(&format!("**{line}**\n\n"));
            }
            usage if usage.starts_with("Usage: ") => {
                page.push_str(&format!("```text\n{}\n```\n\n", &usage["Usage: ".len()..]));
            }
            text if is_new => {
                item.end(&mut page);
                item = Item::new(text.trim_start());
            }
            text if line.starts_with(' ') => item.more(text.trim_start()),
            "" if item.term.is_empty() && !page.ends_with("\n\n") => page.push('\n'),
            "" => item.more(""),
            text => page.push_str(&format!("{}\n", escaped(text))),
        }
    }
    item.end(&mut page);
    page.trim_end().to_owned() + "\n\n"
}

/// An option with its description.
#[derive(Default)]
struct Item {
    term: String,
    paragraphs: Vec<String>,
}

impl Item {
    /// The description stands two spaces or more after the term, or below it.
    fn new(line: &str) -> Item {
        let (term, text) = line.split_once("  ").unwrap_or((line, ""));
        Item { term: term.to_owned(), paragraphs: vec![text.trim().to_owned()] }
    }

    fn more(&mut self, text: &str) {
        let text = text.trim();
        match self.paragraphs.last_mut() {
            _ if text.is_empty() || text.starts_with("- ") => self.paragraphs.push(text.to_owned()),
            Some(last) if last.is_empty() => last.push_str(text),
            Some(last) => {
                last.push(' ');
                last.push_str(text);
            }
            None => {}
        }
    }

    fn end(&mut self, page: &mut String) {
        if !self.term.is_empty() {
            let text: Vec<&String> = self.paragraphs.iter().filter(|text| !text.is_empty()).collect();
            page.push_str(&format!("`{}`\n", self.term));
            let mut mark = ":   ";
            for text in text {
                let gap = if text.starts_with("- ") || mark == ":   " { "" } else { "\n" };
                let gap = if text.starts_with("- ") && page.ends_with(":\n") { "\n" } else { gap };
                page.push_str(&format!("{gap}{mark}{}\n", escaped(text)));
                mark = "    ";
            }
            page.push('\n');
        }
        *self = Item::default();
    }
}

/// Names in angle brackets, globs and dunder names are not markup.
fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace('*', "\\*").replace("__", "\\_\\_")
}
