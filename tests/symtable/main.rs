//! The symbol table against goldens that `oracle.py` made with CPython 3.12.1.

mod dump;

use std::fs;
use std::path::Path;

use bumpalo::Bump;
use crosspyc::compile;
use crosspyc::diagnostic::{Diagnostic, DiagnosticKind};
use crosspyc::preprocess::preprocess;
use crosspyc::symtable;
use crosspyc::target::Target;

/// The symbol table of a source, dumped. Of the tree as it was parsed: CPython's `symtable` module folds no constants either.
fn dumped(source: &[u8]) -> Result<String, Diagnostic> {
    let target: Target = "3.12.1".parse().expect("a supported target");
    let arena = Bump::new();
    let mut parsed = compile::parse(&arena, source)?;
    let module = parsed.module(&arena, target)?;
    let (_, future) = preprocess(&arena, &parsed.interner, target, 0, &module)?;
    let table = symtable::build(&mut parsed.interner, target, &future, &module)?;
    Ok(dump::dump(&parsed.interner, &table))
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
        let expected = fs::read_to_string(path.with_extension("symtable")).unwrap();
        let found = dumped(&fs::read(&path).unwrap()).unwrap_or_else(|fault| format!("{fault:?}\n"));
        for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
            assert_eq!(found, expected, "{}, line {} of its golden", path.display(), line + 1);
        }
        assert_eq!(found.lines().count(), expected.lines().count(), "{}", path.display());
    }
}

#[test]
fn faults_are_those_of_cpython() {
    let cases = fs::read_to_string(testdata().join("errors.txt")).unwrap();
    let mut wrong = Vec::new();
    for case in cases.split("---\n").skip(1) {
        let (source, expected) = case.split_once("=> ").expect("each case has an answer");
        let found = answer(source);
        if found != expected.trim_end() {
            wrong.push(format!("{source}expected {expected}found    {found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n\n{}", wrong.len(), wrong.join("\n"));
}

/// Annotations that are not evaluated are not preprocessed either: their depth shows here first.
#[test]
fn too_deep_an_annotation_is_a_recursion_error() {
    let limit: Target = "3.12.1".parse().unwrap();
    let limit = limit.features().recursion_limit as usize;
    let source =
        |depth: usize| format!("from __future__ import annotations\nx: {}", ["a"].repeat(depth).join("+"));
    stacker::grow(64 << 20, || {
        assert!(dumped(source(limit - 1).as_bytes()).is_ok());
        let fault = dumped(source(limit).as_bytes()).unwrap_err();
        assert_eq!(fault.kind, DiagnosticKind::RecursionError);
        assert_eq!(fault.message, "maximum recursion depth exceeded during compilation");
    });
}

/// The place with columns from 1, and the message.
fn answer(source: &str) -> String {
    match dumped(source.as_bytes()) {
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
