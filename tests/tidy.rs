//! The invariants of the source tree that no type holds: see `src/architecture.rs`.
//!
//! Each test collects all violations, and so fails with a list of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source file of the crate.
struct Source {
    /// Relative to the package, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The lines of the file that are not comments, numbered from 1. Unit tests, which come last,
    /// are left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = (1..).zip(self.text.lines());
        lines
            .take_while(|(_, line)| *line != "mod tests {")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The modules of the crate that the code names: `crate::NAME`.
    fn imports(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code().flat_map(|(number, line)| {
            line.split("crate::").skip(1).map(move |after| {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                (number, &after[..end.unwrap_or(after.len())])
            })
        })
    }

    /// Whether the file is, or is in, the module `name` of the crate.
    fn is_of(&self, name: &str) -> bool {
        let Some(rest) = self.path.strip_prefix("src/").and_then(|rest| rest.strip_prefix(name)) else {
            return false;
        };
        rest == ".rs" || rest.starts_with('/')
    }

    /// Whether the whole file is for tests.
    fn is_test(&self) -> bool {
        ["src/codegen/tests.rs", "src/flowgraph/testing.rs"].contains(&&*self.path)
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below `folder`.
fn sources(folder: &str) -> Vec<Source> {
    let mut todo = vec![package().join(folder)];
    let mut sources = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder of the package");
            todo.extend(entries.map(|entry| entry.expect("a folder of the package").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(package()).expect("it is below the package");
            let path_text = relative.to_str().expect("names are ASCII").replace('\\', "/");
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            sources.push(Source { path: path_text, text });
        }
    }
    assert!(!sources.is_empty(), "{folder} has sources");
    sources
}

fn assert_none(rule: &str, mut violations: Vec<String>) {
    violations.sort_unstable();
    assert!(violations.is_empty(), "{rule}:\n{}", violations.join("\n"));
}

#[test]
fn only_targets_compares_versions() {
    let marks = ["Version::V3_", ".minor()", "> Version", ">= Version", "< Version", "<= Version"];
    let compares_target = |line: &str| {
        ["<= target.version()", ">= target.version()", "target.version() <", "target.version() >"]
            .iter()
            .any(|mark| line.contains(mark))
    };
    let mut violations = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_of("targets") && !source.is_test()) {
        for (number, line) in source.code() {
            if marks.iter().any(|mark| line.contains(mark)) || compares_target(line) {
                violations.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert_none("ask for a feature of the target, not for its version", violations);
}

/// The stages of the compiler, first to last.
const STAGES: [&str; 8] =
    ["source", "syntax", "preprocess", "symtable", "codegen", "flowgraph", "assemble", "marshal"];

/// What several stages share; it knows no stage from code generation on.
const SHARED: [&str; 7] = ["code", "diagnostic", "folding", "instructions", "names", "pyc", "targets"];

/// What stands around the stages.
const AROUND: [&str; 8] = ["api", "atomic", "bundle", "cli", "compile", "project", "runner", "workers"];

#[test]
fn no_stage_imports_a_later_one() {
    let stage_of = |name: &str| STAGES.iter().position(|stage| *stage == name);
    let code_generation = stage_of("codegen").expect("it is a stage");
    let mut violations = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let stage = STAGES.iter().position(|stage| source.is_of(stage));
        let is_shared = SHARED.iter().any(|name| source.is_of(name));
        // The assembler reads the graph of the stage before it; shared modules may name the syntax
        // tree.
        let Some(last) = stage.or(is_shared.then_some(code_generation - 1)) else { continue };
        for (number, import) in source.imports() {
            if stage_of(import).is_some_and(|imported| imported > last) || AROUND.contains(&import) {
                violations.push(format!("{}:{number}: {import}", source.path));
            }
        }
    }
    assert_none("a stage knows only those before it", violations);
}

#[test]
fn code_generation_knows_no_back_end() {
    let mut violations = Vec::new();
    for source in
        sources("src").iter().filter(|source| source.is_of("instructions") || source.is_of("flowgraph"))
    {
        for (number, import) in
            source.imports().filter(|(_, import)| ["codegen", "symtable"].contains(import))
        {
            violations.push(format!("{}:{number}: {import}", source.path));
        }
    }
    assert_none("code units stand between code generation and the flow graph", violations);
}

/// Modules that the runner may use.
const RUNNER_USES: [&str; 5] = ["bundle", "escape", "runner", "signals", "targets"];

#[test]
fn the_runner_links_no_compiler() {
    let mut violations = Vec::new();
    for source in sources("src").iter().filter(|source| source.is_of("runner")) {
        for (number, import) in source.imports().filter(|(_, import)| !RUNNER_USES.contains(import)) {
            violations.push(format!("{}:{number}: {import}", source.path));
        }
    }
    assert_none("the runner only reads bundles", violations);
}

#[test]
fn every_module_opens_with_its_documentation() {
    let all = sources("src").into_iter().chain(sources("tests"));
    let undocumented = all.filter(|source| !source.text.starts_with("//! "));
    assert_none("a module opens with `//!`", undocumented.map(|source| source.path).collect());
}

/// The widest comment, in characters. rustfmt formats code, but not comments.
const MAX_WIDTH: usize = 110;

#[test]
fn comments_are_not_too_wide() {
    let mut violations = Vec::new();
    for source in sources("src") {
        for (number, line) in (1..).zip(source.text.lines()) {
            let is_prose = line.trim_start().starts_with("//") && !line.starts_with("//! |");
            if is_prose && line.chars().count() > MAX_WIDTH {
                violations.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_none("comments have at most 110 characters", violations);
}

/// The table of findings names tests that exist, and nothing else in lower case with underscores.
#[test]
fn findings_have_their_tests() {
    let table = fs::read_to_string(package().join("tests/FINDINGS.md")).expect("it is in the package");
    let texts: Vec<String> =
        ["tests", "src"].iter().flat_map(|folder| sources(folder)).map(|it| it.text).collect();
    let is_name = |word: &&str| {
        word.contains('_')
            && word
                .bytes()
                .all(|byte| b"_".contains(&byte) || byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let names = table.split('`').skip(1).step_by(2).filter(is_name);
    let lacks = |name: &&str| {
        !texts.iter().any(|text| {
            text.contains(&format!("#[test]\nfn {name}("))
                || text.contains(&format!("#[test]\n    fn {name}("))
        })
    };
    let missing: Vec<String> = names.filter(lacks).map(str::to_owned).collect();
    assert_none("tests/FINDINGS.md names tests that do not exist", missing);
}

/// Interpreters of `version`: on PATH, of pyenv, and in the folder of references.
fn interpreters(version: &str) -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let root = |name, default: &str| std::env::var_os(name).map_or_else(|| home.join(default), PathBuf::from);
    let pyenv = fs::read_dir(root("PYENV_ROOT", ".pyenv").join("versions"));
    let of_pyenv = pyenv.into_iter().flatten().flatten().map(|entry| entry.path());
    let of_pyenv = of_pyenv.filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name == version || name.starts_with(&format!("{version}."))
    });
    let reference = root("CROSSPYC_PYTHONS", ".cache/crosspyc-pythons").join(format!("bin/python{version}"));
    let on_path = PathBuf::from(format!("python{version}"));
    of_pyenv.map(|path| path.join("bin/python")).chain([reference, on_path]).collect()
}

#[test]
fn opcode_tables_are_those_of_the_interpreters() {
    for version in ["3.12", "3.13", "3.14", "3.15"] {
        let table = format!("src/targets/opcodes/v{}.rs", version.replace('.', "_"));
        let check = |python: &PathBuf| {
            let mut command = Command::new(python);
            command.arg("scripts/opcodes.py").arg("--check").arg(&table).current_dir(package());
            command.output().ok()
        };
        // Where no interpreter of the version is installed there is nothing to compare with.
        let Some(output) = interpreters(version).iter().find_map(check) else { continue };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
