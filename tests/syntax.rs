//! Trees and verdicts against those of the CPythons that made the files of `testdata/syntax/`.
//!
//! | files | made by |
//! |---|---|
//! | `trees/*.ast`, `stdlib-*.txt` | `scripts/golden_trees.py` |
//! | `verdicts-*.jsonl` | `scripts/golden_diagnostics.py` |
//! | `older.jsonl` | `scripts/golden_older.py` |
//! | `verdicts.jsonl` | `scripts/golden_ast.py verdicts` |
//! | `later.jsonl` | `scripts/golden_verdicts.py` |
//! | `depths.jsonl` | `scripts/golden_depths.py` |

#[path = "syntax/dump.rs"]
mod dump;
#[path = "syntax/probe.rs"]
mod probe;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crosspyc::internals::targets::{Target, Version};
use probe::{Place, Verdict};

/// The releases that made the files, oldest first.
const RELEASES: [&str; 4] = ["3.12.1", "3.13.18", "3.14.10", "3.15.2"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax")
}

fn target(release: &str) -> Target {
    release.parse().expect("a supported target")
}

/// The files with this suffix, by name.
fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|found| found == suffix)).collect();
    files.sort();
    files
}

#[test]
fn trees_equal_those_of_cpython() {
    let mut compared = 0;
    for path in files(&folder().join("trees"), "py") {
        let source = fs::read(&path).expect("the source can be read");
        for (index, release) in RELEASES.iter().enumerate() {
            let version = target(release).version();
            if marked(&source, "since").is_some_and(|since| version < since)
                || marked(&source, "until").is_some_and(|until| version > until)
            {
                continue;
            }
            let tree = probe::tree(&source, target(release));
            compared += 1;
            let tree = tree.unwrap_or_else(|verdict| panic!("{path:?} for {release}: {verdict:?}"));
            let expected = newest_golden(&path, &RELEASES[..=index]);
            for (ours, theirs) in tree.lines().zip(expected.lines()) {
                assert_eq!(ours, theirs, "{path:?} for {release}");
            }
            assert_eq!(tree.lines().count(), expected.lines().count(), "{path:?} for {release}");
        }
    }
    assert!(compared > 60, "only {compared} trees compared");
}

/// The version on the first line: `# since: 3.14` names the first that has the source's syntax, `#
/// until: 3.12` the last.
fn marked(source: &[u8], word: &str) -> Option<Version> {
    let line = str::from_utf8(source.split(|&byte| byte == b'\n').next()?).ok()?;
    Some(line.strip_prefix(&format!("# {word}: "))?.parse().expect("a version"))
}

/// A release whose tree is that of the one before has no file.
fn newest_golden(path: &Path, releases: &[&str]) -> String {
    let goldens = releases.iter().rev().map(|release| path.with_extension(format!("{release}.ast")));
    let golden = goldens.into_iter().find(|golden| golden.exists()).expect("a golden tree");
    fs::read_to_string(golden).expect("the golden tree can be read")
}

/// The standard libraries of those references that are here, by the hashes of their trees; a tenth
/// of them where the test is not optimised. `scripts/compare_trees` shows what differs.
#[test]
#[expect(clippy::print_stderr, reason = "a test that passes without having run says so")]
fn trees_of_the_standard_library_equal_those_of_cpython() {
    let step = if cfg!(debug_assertions) { 10 } else { 1 };
    for release in RELEASES {
        let Some(library) = library(release) else {
            eprintln!("CPython {release} is not here: its library is not compared");
            continue;
        };
        let goldens = fs::read_to_string(folder().join(format!("stdlib-{release}.txt"))).expect("the hashes");
        let mut others = Vec::new();
        for line in goldens.lines().step_by(step) {
            let (expected, name) = line.split_once(' ').expect("a hash and a path");
            let source = fs::read(library.join(name)).expect("the module can be read");
            let found = match probe::tree(&source, target(release)) {
                Ok(tree) => probe::digest(&tree, target(release)),
                Err(verdict) => verdict.class,
            };
            if found != expected {
                others.push(name);
            }
        }
        assert!(others.is_empty(), "{release}: {others:#?}");
    }
}

/// The folder of a reference's library: under `PYENV_ROOT` or `CROSSPYC_PYTHONS`, or in their usual
/// places.
fn library(release: &str) -> Option<PathBuf> {
    let place = |variable: &str, usual: &str| {
        std::env::var_os(variable).map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(usual)))
    };
    let minor = release.rsplit_once('.').expect("a release").0;
    let pythons = [
        place("PYENV_ROOT", ".pyenv")?.join(format!("versions/{release}/bin/python")),
        place("CROSSPYC_PYTHONS", ".cache/crosspyc-pythons")?.join(format!("bin/python{minor}")),
    ];
    let script = "import platform, sysconfig; print(platform.python_version(), sysconfig.get_path('stdlib'))";
    pythons.iter().find_map(|python| {
        let output = Command::new(python).args(["-I", "-c", script]).output().ok()?;
        let told = String::from_utf8(output.stdout).ok()?;
        let (version, library) = told.trim_end().split_once(' ')?;
        (version == release).then(|| PathBuf::from(library))
    })
}

/// How many verdicts of `verdicts.jsonl` differ from CPython's in the column only. They may become
/// fewer.
const OTHER_COLUMNS: usize = 1;

#[test]
fn verdicts_equal_those_of_cpython() {
    let (mut messages, mut columns) = (Vec::new(), Vec::new());
    for line in fs::read_to_string(folder().join("verdicts.jsonl")).unwrap().lines() {
        let (source, expected): (String, Option<Start>) = serde_json::from_str(line).unwrap();
        let found = probe::parser_verdict(&source, target("3.12.1")).map(Start::from);
        let outline = |verdict: &Option<Start>| verdict.as_ref().map(|v| (v.0.clone(), v.2));
        assert_eq!(outline(&found), outline(&expected), "{source:?}: {found:?}, not {expected:?}");
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        if found.1 != expected.1 {
            messages.push(format!("{source:?}: {found:?}, not {expected:?}"));
        } else if found.3 != expected.3 {
            columns.push(format!("{source:?}: {found:?}, not {expected:?}"));
        }
    }
    assert!(messages.is_empty(), "{messages:#?}");
    assert!(columns.len() <= OTHER_COLUMNS, "{columns:#?}");
}

/// Sources with syntax that is newer than 3.12, and with a fault: versions that have the syntax
/// report the fault.
#[test]
fn versions_that_have_the_syntax_report_the_fault() {
    let mut others = Vec::new();
    for line in fs::read_to_string(folder().join("later.jsonl")).unwrap().lines() {
        let (source, version, expected): (String, String, Start) = serde_json::from_str(line).unwrap();
        let found = probe::parser_verdict(&source, target(&version)).map(Start::from);
        if found.as_ref() != Some(&expected) {
            others.push(format!("{source:?} for {version}: {found:?}, not {expected:?}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn tabs_may_not_matter() {
    let cases = [
        ("if x:\n\ta\n\tb\n", None),
        ("if x:\n \ta\n \tb\n", None),
        ("if x:\n\tif y:\n\t  z\n", None),
        ("if x:\n        a\n\tb\n", Some("TabError")),
        ("if x:\n\tif y:\n        z\n", Some("TabError")),
        ("if x:\n  if y:\n\tz\n", Some("TabError")),
        ("if x:\n \ta\n  b\n", Some("IndentationError")),
        ("if 1:\n\tx\n\t\\\n\ty\n", Some("TabError")),
        ("if 1:\n \\\n\tx\n y\n", None),
        ("(a,\n\tb,\n        c)\n", None),
    ];
    for (text, expected) in cases {
        for release in RELEASES {
            let class = probe::parser_verdict(text, target(release)).map(|verdict| verdict.class);
            assert_eq!(class.as_deref(), expected, "{text:?} for {release}");
        }
    }
}

/// Each source is a debug field; the releases take different things in it for comments.
#[test]
fn debug_fields_lose_the_comments_of_the_release() {
    let (every_hash, outside_quotes, outside_strings) = ("3.12.1", "3.13.10", "3.13.18");
    for (source, release, expected) in [
        ("a # b\n=", every_hash, r"a \u{a}="),
        ("a # b\n=", outside_quotes, r"a \u{a}="),
        ("'#' # b\n=", every_hash, r"\u{27}\u{a}="),
        ("'#' # b\n=", outside_quotes, r"\u{27}#\u{27} \u{a}="),
        ("'\\'' # c\n=", every_hash, r"\u{27}\u{5c}\u{27}\u{27} \u{a}="),
        ("'\\'' # c\n=", outside_quotes, r"\u{27}\u{5c}\u{27}\u{27} # c\u{a}="),
        ("'\\'' # c\n=", outside_strings, r"\u{27}\u{5c}\u{27}\u{27} \u{a}="),
    ] {
        let source = format!("rf'''{{{source}}}'''\n");
        let tree = probe::tree(source.as_bytes(), target(release)).expect("it is valid");
        let expected = format!("Constant(value='{expected}')");
        assert!(tree.contains(&expected), "{source:?} for {release}: {tree}, not {expected}");
    }
}

/// The text before, that of each level, that in the middle, that after each level, and the smallest
/// number of levels that overflow the parser's stack.
type Nesting = (String, String, String, String, BTreeMap<String, usize>);

#[test]
fn the_parsers_stack_overflows_where_cpythons_does() {
    let mut others = Vec::new();
    for line in fs::read_to_string(folder().join("depths.jsonl")).unwrap().lines() {
        let (before, open, innermost, close, limits): Nesting = serde_json::from_str(line).unwrap();
        assert_eq!(limits.len(), RELEASES.len());
        for (release, limit) in limits {
            let class = |count: usize| {
                let text = format!("{before}{}{innermost}{}\n", open.repeat(count), close.repeat(count));
                probe::parser_verdict(&text, target(&release)).map(|verdict| verdict.class)
            };
            let found = [class(limit - 1), class(limit)];
            if found != [None, Some("MemoryError".to_owned())] {
                others.push(format!("{open:?} for {release}, {limit} times: {found:?}"));
            }
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

/// The exception, its message, its line and its column.
#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
struct Start(String, String, Option<i32>, Option<i32>);

impl From<Verdict> for Start {
    fn from(verdict: Verdict) -> Start {
        let Verdict { class, message, place, .. } = verdict;
        Start(class, message, place.map(|place| place.0), place.map(|place| place.1))
    }
}

/// How many of the verdicts of a release may differ: accepted or refused; class, message, line or
/// column; only the end. Lower a bound whenever fewer do.
struct Bounds {
    verdicts: usize,
    starts: usize,
    ends: usize,
}

const BOUNDS: [Bounds; 4] = [
    Bounds { verdicts: 0, starts: 1, ends: 0 },
    Bounds { verdicts: 0, starts: 1, ends: 0 },
    Bounds { verdicts: 0, starts: 1, ends: 0 },
    Bounds { verdicts: 0, starts: 1, ends: 0 },
];

#[test]
fn diagnostics_equal_those_of_cpython() {
    let mut expected: BTreeMap<String, Option<Expected>> = BTreeMap::new();
    let mut failures = Vec::new();
    for (release, bounds) in RELEASES.iter().zip(BOUNDS) {
        let goldens =
            fs::read_to_string(folder().join(format!("verdicts-{release}.jsonl"))).expect("the verdicts");
        for line in goldens.lines() {
            let (source, verdict) = serde_json::from_str(line).expect("a source and its verdict");
            expected.insert(source, verdict);
        }
        let (mut verdicts, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (source, expected) in &expected {
            let found = probe::verdict(source.as_bytes(), target(release));
            let others = match difference(expected.as_ref(), found.as_ref()) {
                Difference::None => continue,
                Difference::Verdict => &mut verdicts,
                Difference::Start => &mut starts,
                Difference::End => &mut ends,
            };
            others.push(format!("{source:?}: {found:?}, not {expected:?}"));
        }
        for (found, bound, aspect) in [
            (verdicts, bounds.verdicts, "verdicts"),
            (starts, bounds.starts, "starts"),
            (ends, bounds.ends, "ends"),
        ] {
            if found.len() > bound {
                let shown = &found[..found.len().min(20)];
                failures.push(format!("{release}: {} other {aspect}, not {bound}: {shown:#?}", found.len()));
            }
        }
    }
    assert!(expected.len() >= 3000, "only {} sources", expected.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The older releases that are served, and how many of their verdicts may differ: accepted or
/// refused; class, message, line or column. Lower a bound whenever fewer do.
const OLDER: [(&str, usize, usize); 4] =
    [("3.8.18", 1, 24), ("3.9.18", 0, 2), ("3.10.13", 0, 3), ("3.11.7", 0, 0)];

#[test]
fn older_diagnostics_equal_those_of_cpython() {
    let golden = fs::read_to_string(folder().join("older.jsonl")).expect("the verdicts");
    for (release, verdicts, starts) in OLDER {
        let (mut other_verdicts, mut other_starts) = (Vec::new(), Vec::new());
        for line in golden.lines() {
            let (source, by_release): (String, BTreeMap<String, Option<Start>>) =
                serde_json::from_str(line).expect("a source and its verdicts");
            let Some(expected) = by_release.get(release) else { continue };
            let expected = expected.as_ref().map(|Start(class, message, line, column)| {
                Expected(class.clone(), message.clone(), *line, *column, None, None)
            });
            let found = probe::verdict(source.as_bytes(), target(release));
            match difference(expected.as_ref(), found.as_ref()) {
                Difference::None | Difference::End => {}
                Difference::Verdict => other_verdicts.push(source),
                Difference::Start => other_starts.push(source),
            }
        }
        assert!(other_verdicts.len() <= verdicts, "{release}: {other_verdicts:#?}");
        assert!(other_starts.len() <= starts, "{release}: {other_starts:#?}");
    }
}

/// The exception, its message, its line, column, end line and end column.
#[derive(Debug, serde::Deserialize)]
struct Expected(String, String, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

enum Difference {
    None,
    Verdict,
    Start,
    End,
}

/// Columns may be counted in bytes: some versions do so in some errors.
fn difference(expected: Option<&Expected>, found: Option<&Verdict>) -> Difference {
    let (expected, found) = match (expected, found) {
        (None, None) => return Difference::None,
        (Some(expected), Some(found)) => (expected, found),
        _ => return Difference::Verdict,
    };
    if (&expected.0, &expected.1) != (&found.class, &found.message) {
        return Difference::Start;
    }
    let start = expected.2.zip(expected.3);
    let end = expected.4.zip(expected.5);
    let places = [found.place, found.byte_place];
    let same_start = |place: &Option<Place>| place.map(|place| (place.0, place.1)) == start;
    if places.iter().any(|place| same_start(place) && place.map(|place| (place.2, place.3)) == end) {
        Difference::None
    } else if places.iter().any(same_start) {
        Difference::End
    } else {
        Difference::Start
    }
}
