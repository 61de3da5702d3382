//! The pages name exactly the settings, variables and options that the program has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

use crate::page::blocks;
use crate::{pages, read, root};

/// The keys that a table of pyproject.toml may have, as its error message lists them.
fn keys(table: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("pyproject.toml"), format!("[{table}]\nno-such-key = 1\n"))
        .expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
    let output = command.args(["compile", "."]).current_dir(folder.path()).output().expect("it runs");
    let message = String::from_utf8(output.stderr).expect("it is UTF-8");
    let (_, list) = message.split_once("expected one of ").expect("it lists the keys");
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_setting_is_described() {
    let page = read(Path::new("docs/reference/settings.md"));
    for (table, least) in [("tool.crosspyc", 8), ("tool.crosspyc.bundle", 14)] {
        let heading = format!("## `[{table}]`\n");
        let (_, section) = page.split_once(&heading).expect("there is a section for the table");
        let section = section.split("\n## ").next().expect("it has text");
        let keys = keys(table);
        assert!(keys.len() >= least, "{keys:?}");
        for key in keys {
            assert!(section.contains(&format!("| `{key}` |")) || key == "bundle", "{table}: {key}");
        }
    }
}

#[test]
fn every_variable_is_described() {
    let name = Regex::new(r"\bCROSSPYC_[A-Z]+(_[A-Z]+)*\b").expect("valid");
    let mut used = BTreeSet::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is a folder") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("it is a source");
                used.extend(name.find_iter(&text).map(|found| found.as_str().to_owned()));
            }
        }
    }
    let page = read(Path::new("docs/reference/environment.md"));
    let described: BTreeSet<String> = name.find_iter(&page).map(|found| found.as_str().to_owned()).collect();
    assert_eq!(described, used);
}

/// In container files and workflows, crosspyc is called with options that it has.
#[test]
fn commands_in_files_have_valid_options() {
    let call = Regex::new(r"\bcrosspyc (?:compile|bundle|verify|dis|extract|inspect|cache)\b[^&|\n]*")
        .expect("valid");
    let mut found = 0;
    for path in pages() {
        for block in blocks(&read(&path)) {
            if !matches!(block.language.as_str(), "dockerfile" | "yaml" | "toml" | "makefile") {
                continue;
            }
            let text = block.lines.join("\n").replace("\\\n", " ");
            for call in call.find_iter(&text) {
                found += 1;
                let arguments = call.as_str().strip_prefix("crosspyc ").expect("the pattern begins so");
                let mut command = Command::new(env!("CARGO_BIN_EXE_crosspyc"));
                let arguments = arguments.split_whitespace().map(|word| word.trim_matches('"'));
                let output = command.args(arguments).arg("--help").output().expect("it runs");
                let place = format!("{}:{}", path.display(), block.line);
                assert!(output.status.success(), "{place}: {}: {output:?}", call.as_str());
            }
        }
    }
    assert!(found >= 5, "the pages have {found} such commands");
}

/// Links between pages lead to files and to headings that exist, and every page is in the menu.
#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("valid");
    let menu = read(Path::new("mkdocs.yml"));
    for path in pages() {
        let text = read(&path);
        if let Ok(page) = path.strip_prefix("docs") {
            assert!(
                menu.contains(&format!(" {}\n", page.display())),
                "{} is not in mkdocs.yml",
                page.display()
            );
        }
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if target.starts_with("http") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { beside(&path, file) };
            assert!(root().join(&file).exists(), "{}: {target}", path.display());
            if !anchor.is_empty() {
                let anchors: Vec<String> = headings(&read(&file)).collect();
                assert!(
                    anchors.iter().any(|known| known == anchor),
                    "{}: {target}: {anchors:?}",
                    path.display()
                );
            }
        }
    }
}

fn beside(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().expect("it is in a folder").to_owned();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path
}

/// The anchors of the headings, as the site and GitHub make them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept: String = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect();
        kept.replace(' ', "-")
    })
}
