//! The warnings of the compiler, compared with those of the CPythons that made the files of
//! `testdata/warnings/` (by `scripts/golden_warnings.py`).

use std::path::Path;

use bumpalo::Bump;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::diagnostic::Warning;
use serde::Deserialize;

/// A line of a file.
#[derive(Deserialize)]
struct Case {
    source: String,
    optimize: u8,
    warnings: Vec<Expected>,
}

/// Category, message, line, and the error that replaces the warning under `-W error`.
#[derive(Deserialize)]
struct Expected(String, String, i32, Option<Error>);

/// Message, line, column, end line and end column, from 1.
#[derive(Deserialize)]
struct Error(String, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

/// What is wrong with our warnings, if they are not CPython's.
fn difference(case: &Case, found: &[Warning]) -> Option<String> {
    let outline = |warning: &Warning| (warning.category.name().to_owned(), warning.message.clone());
    let ours: Vec<_> = found.iter().map(outline).collect();
    let theirs: Vec<_> = case.warnings.iter().map(|warning| (warning.0.clone(), warning.1.clone())).collect();
    if ours != theirs {
        return Some(format!("{ours:#?}, not {theirs:#?}"));
    }
    let pairs = found.iter().zip(&case.warnings);
    let mut wrong = pairs.filter(|(ours, theirs)| !is_at_same_place(&case.source, ours, theirs));
    wrong.next().map(|(ours, theirs)| {
        format!("{:?} at {:?}, not {:?}", ours.message, ours.location, theirs.3.as_ref().map(places))
    })
}

/// Lines are compared, and columns if the error that CPython raises with `-W error` is of the
/// warning: an error later in the source may replace it. CPython attributes a `DeprecationWarning`
/// to the caller of `compile()`.
fn is_at_same_place(source: &str, ours: &Warning, theirs: &Expected) -> bool {
    let Some(error) = ours.to_error() else { return true };
    if ours.location.lineno != theirs.2 {
        return false;
    }
    let Some(expected) = theirs.3.as_ref().filter(|theirs| theirs.0 == error.message) else { return true };
    let place = ours.location;
    let bytes = (place.col_offset + 1, place.end_col_offset + 1);
    let characters = (
        characters(source, place.lineno, place.col_offset),
        characters(source, place.end_lineno, place.end_col_offset),
    );
    let lines = (Some(place.lineno), Some(place.end_lineno));
    lines == (expected.1, expected.3)
        && [bytes, characters]
            .iter()
            .any(|&(start, end)| (Some(start), Some(end)) == (expected.2, expected.4))
}

/// A column from 1 in characters, at most one past the end of the line, as CPython counts it.
fn characters(source: &str, line: i32, column: i32) -> i32 {
    let lines: Vec<&str> = source.split('\n').collect();
    let line = lines[(line as usize).min(lines.len()) - 1];
    let column = (column.max(0) as usize).min(line.len() + 1);
    let within = String::from_utf8_lossy(&line.as_bytes()[..column.min(line.len())]).chars().count();
    (within + column.saturating_sub(line.len()) + 1) as i32
}

fn places(error: &Error) -> [Option<i32>; 4] {
    [error.1, error.2, error.3, error.4]
}

fn compare(release: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/warnings/{release}.jsonl"));
    let target = release.parse().expect("a supported release");
    let (mut compared, mut differences) = (0, Vec::new());
    for line in std::fs::read_to_string(path).expect("the file is there").lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        let arena = Bump::new();
        let options = Options { filename: "case.py".into(), optimize: case.optimize };
        let found = compile(&arena, case.source.as_bytes(), options, target).warnings;
        compared += case.warnings.len();
        if let Some(difference) = difference(&case, &found) {
            differences.push(format!("{:?}: {difference}", case.source));
        }
    }
    assert!(compared > 300, "only {compared} warnings");
    assert!(differences.is_empty(), "{release}, {}:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn warnings_of_3_12_1() {
    compare("3.12.1");
}

#[test]
fn warnings_of_3_13_0() {
    compare("3.13.0");
}

#[test]
fn warnings_of_3_13_18() {
    compare("3.13.18");
}

#[test]
fn warnings_of_3_14_10() {
    compare("3.14.10");
}

#[test]
fn warnings_of_3_15_2() {
    compare("3.15.2");
}
