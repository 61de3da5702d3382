//! The tree and the verdict on a source, against those of the CPythons that made the files of `testdata/syntax/`.

#[path = "syntax/dump.rs"]
mod dump;

use std::path::Path;

use bumpalo::Bump;
use crosspyc::source::Location;
use crosspyc::syntax;
use crosspyc::targets::Target;

#[test]
fn trees_equal_those_of_cpython() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            let source = std::fs::read_to_string(&path).unwrap();
            let arena = Bump::new();
            let parsed = syntax::parse(&arena, &source);
            let mut parsed = parsed.unwrap_or_else(|error| panic!("{path:?}: {error:?}"));
            let module = parsed.module(&arena, target());
            let module = module.unwrap_or_else(|error| panic!("{path:?}: {error:?}"));
            let expected = std::fs::read_to_string(path.with_extension("ast")).unwrap();
            for (ours, theirs) in dump::dump(&parsed.interner, &module).lines().zip(expected.lines()) {
                assert_eq!(ours, theirs, "{path:?}");
            }
            count += 1;
        }
    }
    assert!(count > 0);
}

/// The release that made the files.
fn target() -> Target {
    "3.12.1".parse().expect("a supported target")
}

/// How many verdicts of `verdicts.jsonl` differ from CPython's in the message or the column only. They may become fewer.
const OTHER_MESSAGES: usize = 0;
const OTHER_COLUMNS: usize = 1;

#[test]
fn verdicts_equal_those_of_cpython() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax/verdicts.jsonl");
    let (mut messages, mut columns) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let (source, expected): (String, Option<Verdict>) = serde_json::from_str(line).unwrap();
        let found = verdict(&source, target());
        let outline = |verdict: &Option<Verdict>| verdict.as_ref().map(|v| (v.0.clone(), v.2));
        assert_eq!(outline(&found), outline(&expected), "{source:?}: {found:?}, not {expected:?}");
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        if found.1 != expected.1 {
            messages.push(format!("{source:?}: {found:?}, not {expected:?}"));
        } else if found.3 != expected.3 {
            columns.push(format!("{source:?}: {found:?}, not {expected:?}"));
        }
    }
    assert_eq!(messages.len(), OTHER_MESSAGES, "{messages:#?}");
    assert_eq!(columns.len(), OTHER_COLUMNS, "{columns:#?}");
}

/// Sources with syntax that is newer than 3.12, and with a fault: a version that has the syntax must be told of the fault.
#[test]
fn versions_that_have_the_syntax_are_told_of_the_fault() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax/later.jsonl");
    let mut others = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let (source, version, expected): (String, String, Verdict) = serde_json::from_str(line).unwrap();
        let found = verdict(&source, version.parse().expect("a supported version"));
        if found.as_ref() != Some(&expected) {
            others.push(format!("{source:?} for {version}: {found:?}, not {expected:?}"));
        }
    }
    assert_eq!(others.len(), 0, "{others:#?}");
}

/// The exception, its message, its line from 1 and its column from 1 in characters.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
struct Verdict(String, String, Option<i32>, Option<i32>);

fn verdict(source: &str, target: Target) -> Option<Verdict> {
    let arena = Bump::new();
    let parsed = syntax::parse(&arena, source).map_err(|fault| fault.of(target).clone());
    let judged = parsed.and_then(|mut parsed| {
        parsed.check(target)?;
        parsed.module(&arena, target)
    });
    let error = judged.err()?;
    let has_place = error.location != Location::NONE;
    let line = has_place.then_some(error.location.lineno);
    let column = line.map(|line| column(source, line, error.location.col_offset));
    Some(Verdict(error.kind.name().to_owned(), error.message, line, column))
}

/// A column from 1 in characters for one from 0 in bytes, which may be one before the line or one after it.
fn column(source: &str, line: i32, offset: i32) -> i32 {
    let text = source.split('\n').nth(line as usize - 1).unwrap_or_default();
    let Ok(offset) = usize::try_from(offset) else { return offset + 1 };
    let within = text.get(..offset).unwrap_or(text);
    (within.chars().count() + offset - within.len() + 1) as i32
}
