//! Source decoding against CPython's answers, recorded by `scripts/golden_source.py`.

use bumpalo::Bump;
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::source::{ByteFault, Location, decode};
use crosspyc::internals::targets::{Target, Version};
use serde_json::Value;

fn rows(golden: &str) -> Vec<Value> {
    serde_json::from_str(golden).expect("golden files are JSON")
}

fn unhex(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("bytes are a string of hex digits");
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits"))
        .collect()
}

/// Names that are none, and null bytes, which targets refuse by exceptions of their own.
fn is_left_to_the_parser(message: &str) -> bool {
    message.starts_with("invalid ") || message.ends_with("null bytes")
}

#[test]
fn sources_are_refused_with_cpythons_words_at_its_places() {
    for row in rows(include_str!("../testdata/source/decode.json")) {
        let source = unhex(&row["source"]);
        let expected = match &row["error"] {
            Value::Null => None,
            error if error["message"].as_str().is_some_and(is_left_to_the_parser) => None,
            error => {
                let number = |key: &str| error[key].as_i64().filter(|&number| number > 0);
                let message = error["message"].as_str().expect("errors have messages");
                Some((message.to_owned(), number("line"), number("offset")))
            }
        };
        let fault = decode(&source).map_or_else(Some, |decoded| decoded.fault);
        let target = Target::newest(Version::V3_12);
        let got = fault.as_ref().and_then(|fault| fault.refusal(target)).map(|diagnostic| {
            let Location { lineno, col_offset, .. } = diagnostic.location;
            let place = (lineno > 0).then_some((lineno.into(), i64::from(col_offset) + 1));
            (diagnostic.message.clone(), place.map(|(line, _)| line), place.map(|(_, offset)| offset))
        });
        assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(&source));
    }
}

/// An error as CPython reports it: class, message, line and column (from 1) where it has them.
type Verdict = (String, String, Option<i64>, Option<i64>);

fn expected_verdict(row: &Value) -> Option<Verdict> {
    let text = |index: usize| row[index].as_str().unwrap_or_default().to_owned();
    let number = |index: usize| row[index].as_i64().filter(|&number| number > 0);
    row.as_array().map(|_| (text(0), text(1), number(2), number(3)))
}

fn verdict(source: &[u8], target: Target) -> Option<Verdict> {
    let arena = Bump::new();
    let options = Options { filename: "f.py".into(), optimize: 0 };
    let diagnostic = compile(&arena, source, options, target).code.err()?;
    let Location { lineno, col_offset, .. } = diagnostic.location;
    let text = decode(source).map_or_else(|_| String::new(), |decoded| decoded.text.into_owned());
    let line = text.lines().nth(lineno.max(1) as usize - 1).unwrap_or_default();
    let before = line.get(..col_offset.max(0) as usize).unwrap_or(line);
    let place = (lineno > 0).then_some((i64::from(lineno), before.chars().count() as i64 + 1));
    Some((
        diagnostic.kind.name().to_owned(),
        diagnostic.message,
        place.map(|one| one.0),
        place.map(|one| one.1),
    ))
}

/// Whether it is a message about bytes, not about syntax.
fn is_about_bytes(verdict: &Option<Verdict>) -> bool {
    let starts = [
        "(unicode error) 'utf-8'",
        "'utf-8'",
        "Non-UTF-8",
        "bytes can only",
        "unknown encoding",
        "encoding problem",
    ];
    verdict.as_ref().is_some_and(|(_, message, ..)| starts.iter().any(|start| message.starts_with(start)))
}

#[test]
fn sources_that_are_not_utf8_are_refused_as_by_each_release() {
    let mut compared = 0;
    for row in rows(include_str!("../testdata/source/mutations.json")) {
        let source = unhex(&row["source"]);
        for pair in row["verdicts"].as_array().expect("a list") {
            let expected = expected_verdict(&pair[1]);
            for release in pair[0].as_array().expect("a list") {
                let target: Target = release.as_str().and_then(|text| text.parse().ok()).expect("a target");
                let got = verdict(&source, target);
                // Where a token has the wrong bytes, CPython counts columns in a line with
                // replacements, and 3.12 in bytes.
                let is_first = target.features().syntax.source_bytes_checked_first;
                let comparable = |verdict: Option<Verdict>| {
                    verdict.map(|one| (one.0, one.1, one.2, one.3.filter(|_| is_first)))
                };
                compared += usize::from(is_about_bytes(&expected));
                let source = source.escape_ascii();
                assert_eq!(comparable(got), comparable(expected.clone()), "{source} for {target}");
            }
        }
    }
    assert!(
        compared > 900,
        "most sources have bytes that are not UTF-8, but {compared} verdicts are about them"
    );
}

/// Python's encodings that crosspyc knows by name only.
const UNSUPPORTED: [&str; 18] = [
    "euc_jis_2004",
    "euc_jisx0213",
    "hz",
    "idna",
    "iso2022_jp",
    "iso2022_jp_1",
    "iso2022_jp_2",
    "iso2022_jp_2004",
    "iso2022_jp_3",
    "iso2022_jp_ext",
    "iso2022_kr",
    "johab",
    "punycode",
    "raw_unicode_escape",
    "shift_jis_2004",
    "shift_jisx0213",
    "unicode_escape",
    "utf_7",
];

#[test]
fn every_encoding_decodes_as_pythons_does() {
    let mut rows = rows(include_str!("../testdata/source/codecs.json")).into_iter();
    let samples = rows.next().expect("the samples come first");
    let samples: Vec<Vec<u8>> = samples["samples"].as_array().expect("a list").iter().map(unhex).collect();
    for row in rows {
        let names: Vec<&str> =
            row["names"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let texts: Vec<Option<&str>> =
            row["texts"].as_array().expect("a list").iter().map(Value::as_str).collect();
        for name in &names {
            // These cannot decode their own declaration.
            let is_wide = names.iter().any(|name| name.starts_with("utf_16"));
            if is_wide || name.ends_with("424") || *name == "ebcdic_cp_he" {
                continue;
            }
            let is_supported = !names.iter().any(|name| UNSUPPORTED.contains(name));
            for (sample, &text) in samples.iter().zip(&texts) {
                match decode_sample(name, sample) {
                    Err(message) if message.starts_with("unsupported") => assert!(!is_supported, "{message}"),
                    got => assert_eq!(got.ok().as_deref(), text, "{sample:x?} in {name}"),
                }
            }
        }
    }
}

/// What a string literal of these bytes holds in a source of the encoding.
fn decode_sample(name: &str, sample: &[u8]) -> Result<String, String> {
    let before = format!("# coding: {name}\nx = '");
    let source = [before.as_bytes(), sample, b"'"].concat();
    let target = Target::newest(Version::V3_12);
    let message =
        |fault: ByteFault| fault.refusal(target).map_or_else(String::new, |one| one.message.clone());
    let decoded = decode(&source).map_err(message)?;
    let text = match decoded.fault {
        Some(fault) => return Err(message(fault)),
        None => decoded.text,
    };
    let len = text.chars().count() - before.len() - 1;
    Ok(text.chars().skip(before.len()).take(len).collect())
}

#[test]
fn newlines_become_line_feeds() {
    let cases = [
        ("a\nb", "a\nb"),
        ("a\r\nb\rc\r\r\nd\n\re\r", "a\nb\nc\n\nd\n\ne\n"),
        ("\u{feff}a\r", "a\n"),
        ("'\\\r\n'", "'\\\n'"),
    ];
    for (source, text) in cases {
        assert_eq!(
            decode(source.as_bytes()).ok().map(|decoded| decoded.text).as_deref(),
            Some(text),
            "{source:?}"
        );
    }
}

#[test]
fn plain_sources_are_borrowed() {
    use std::borrow::Cow;
    for source in ["", "x = 1\n", "\u{feff}x = 'é'\n", "# coding: utf-8\n"] {
        let decoded = decode(source.as_bytes()).expect("it is UTF-8");
        assert!(matches!(decoded.text, Cow::Borrowed(_)), "{source:?}");
    }
}
