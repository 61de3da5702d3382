//! The symbol table against goldens that `oracle.py` made with CPython 3.12.1 and the newest 3.13, 3.14 and 3.15.

mod dump;

use std::fs;
use std::path::Path;

use bumpalo::Bump;
use crosspyc::internals::compile;
use crosspyc::internals::diagnostic::{Diagnostic, DiagnosticKind};
use crosspyc::internals::preprocess::{Folded, preprocess};
use crosspyc::internals::symtable;
use crosspyc::internals::targets::Target;

/// The symbol table of a source, dumped. Of the tree as it was parsed: CPython's `symtable` module
/// folds no constants either.
fn dumped(target: Target, source: &[u8]) -> Result<String, Diagnostic> {
    let arena = Bump::new();
    let mut parsed = compile::parse(&arena, source).map_err(|fault| fault.of(target).clone())?;
    let module = parsed.syntax.module(&arena, target)?;
    let interner = &mut parsed.syntax.interner;
    let features = target.features();
    let (folded, warnings) = (&mut Folded::default(), &mut Vec::new());
    let (_, future) = preprocess(&arena, interner, &features.preprocess, 0, &module, folded, warnings)?;
    let table = symtable::build(interner, &features.symtable, &future, &module)?;
    Ok(dump::dump(interner, target, &table))
}

/// What the goldens of a target are called, oldest target first: each has one only where it differs
/// from the one before.
const TARGETS: [(&str, &str); 4] = [("3.12.1", ""), ("3.13", ".3.13"), ("3.14", ".3.14"), ("3.15", ".3.15")];

fn target(text: &str) -> Target {
    text.parse().expect("a supported target")
}

fn testdata() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/symtable")
}

#[test]
fn scopes_are_those_of_cpython() {
    let mut sources: Vec<_> = fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap().path()).collect();
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    assert!(!sources.is_empty());
    for path in sources {
        let source = fs::read(&path).unwrap();
        let mut golden = None;
        for (text, suffix) in TARGETS {
            let own = path.with_extension(&format!("{suffix}.symtable")[1..]);
            golden = own.exists().then_some(own).or(golden);
            let Some(golden) = &golden else { continue };
            let expected = fs::read_to_string(golden).unwrap();
            let found = dumped(target(text), &source).unwrap_or_else(|fault| format!("{fault:?}\n"));
            let differs = || format!("{} is not what {text} has", golden.display());
            for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
                assert_eq!(found, expected, "{}, line {}", differs(), line + 1);
            }
            assert_eq!(found.lines().count(), expected.lines().count(), "{}", differs());
        }
    }
}

#[test]
fn faults_are_those_of_cpython() {
    let cases = fs::read_to_string(testdata().join("errors.txt")).unwrap();
    let mut wrong = Vec::new();
    for case in cases.split("---\n").skip(1) {
        let answers = case.find("\n=").expect("each case has an answer") + 1;
        let (source, answers) = case.split_at(answers);
        let mut expected = None;
        for (text, version) in TARGETS {
            let prefix = format!("={}> ", version.trim_start_matches('.'));
            expected = answers.lines().find_map(|line| line.strip_prefix(&prefix)).or(expected);
            let found = answer(target(text), source);
            if expected.is_some_and(|expected| expected != found) {
                wrong.push(format!("{source}{text} expects {expected:?}, found {found}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n\n{}", wrong.len(), wrong.join("\n"));
}

/// Annotations that are not evaluated are not preprocessed either: their depth shows here first.
#[test]
fn too_deep_an_annotation_is_a_recursion_error() {
    let target = target("3.12.1");
    let limit = target.features().symtable.recursion_limit as usize;
    let source =
        |depth: usize| format!("from __future__ import annotations\nx: {}", ["a"].repeat(depth).join("+"));
    stacker::grow(64 << 20, || {
        assert!(dumped(target, source(limit - 1).as_bytes()).is_ok());
        let fault = dumped(target, source(limit).as_bytes()).unwrap_err();
        assert_eq!(fault.kind, DiagnosticKind::RecursionError);
        assert_eq!(fault.message, "maximum recursion depth exceeded during compilation");
    });
}

/// The place with columns from 1, and the message.
fn answer(target: Target, source: &str) -> String {
    match dumped(target, source.as_bytes()) {
        Ok(_) => "no fault".to_owned(),
        Err(Diagnostic { location, message, .. }) => format!(
            "{}:{}-{}:{} {message}",
            location.lineno,
            location.col_offset + 1,
            location.end_lineno,
            location.end_col_offset + 1,
        ),
    }
}
