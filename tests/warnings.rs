//! The warnings of the compiler, compared with those of the CPythons that made the files of
//! `testdata/warnings/` (by `scripts/golden_warnings.py`).

use std::path::Path;

use bumpalo::Bump;
use crosspyc::compile::{Options, compile};
use crosspyc::diagnostic::Warning;
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

/// The tokenizer and the parser do not warn yet: their warnings are left out of the comparison.
const OF_THE_PARSER: [&str; 4] = [" literal", "invalid escape", "escape sequence", " lazy import"];

impl Expected {
    fn is_of_parser(&self) -> bool {
        let is_number = self.1.starts_with("invalid ") && self.1.ends_with(OF_THE_PARSER[0]);
        is_number || OF_THE_PARSER[1..].iter().any(|text| self.1.contains(text))
    }

    /// Without the location for a warning that CPython attributes to the caller of `compile()`.
    fn shown(&self) -> String {
        if self.0 == "DeprecationWarning" {
            return format!("{} {}", self.0, self.1);
        }
        let Some(Error(message, Some(line), Some(column), Some(end_line), Some(end_column))) = &self.3 else {
            panic!("{}: without a location", self.1)
        };
        assert_eq!((message, *line), (&self.1, self.2));
        format!("{} {} {line}:{column}-{end_line}:{end_column}", self.0, self.1)
    }
}

/// As [`Expected::shown`]. After the parser, CPython's columns count bytes.
fn shown(warning: &Warning) -> String {
    let (category, message) = (warning.category.name(), &warning.message);
    if warning.to_error().is_none() {
        return format!("{category} {message}");
    }
    let place = warning.location;
    let (line, end_line) = (place.lineno, place.end_lineno);
    let (column, end_column) = (place.col_offset + 1, place.end_col_offset + 1);
    format!("{category} {message} {line}:{column}-{end_line}:{end_column}")
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
        let found: Vec<String> = found.iter().map(shown).collect();
        let expected = case.warnings.iter().filter(|warning| !warning.is_of_parser());
        let expected: Vec<String> = expected.map(Expected::shown).collect();
        compared += expected.len();
        if found != expected {
            differences.push(format!("{:?}\n  found    {found:#?}\n  expected {expected:#?}", case.source));
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
