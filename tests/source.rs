//! Source encodings against CPython 3.12.1, whose answers `scripts/golden_source.py` wrote down.

use crosspyc::source::{Location, decode};
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

#[test]
fn sources_are_refused_with_cpythons_words_at_its_places() {
    for row in rows(include_str!("../testdata/source/decode.json")) {
        let source = unhex(&row["source"]);
        let expected = match &row["error"] {
            Value::Null => None,
            error if error["message"].as_str().is_some_and(|message| message.starts_with("invalid ")) => None,
            error => {
                let number = |key: &str| error[key].as_i64().filter(|&number| number > 0);
                let message = error["message"].as_str().expect("errors have messages");
                Some((message.to_owned(), number("line"), number("offset")))
            }
        };
        let got = decode(&source).err().map(|diagnostic| {
            let Location { lineno, col_offset, .. } = diagnostic.location;
            let place = (lineno > 0).then_some((lineno.into(), i64::from(col_offset) + 1));
            (diagnostic.message, place.map(|(line, _)| line), place.map(|(_, offset)| offset))
        });
        assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(&source));
    }
}

/// Python's encodings that crosspyc knows by name only.
const UNSUPPORTED: [&str; 21] = [
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
    "utf_16",
    "utf_16_be",
    "utf_16_le",
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
            // Hebrew EBCDIC cannot decode its own declaration.
            if name.ends_with("424") || *name == "ebcdic_cp_he" {
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
    let text = decode(&source).map_err(|diagnostic| diagnostic.message)?;
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
        assert_eq!(decode(source.as_bytes()).as_deref().ok(), Some(text), "{source:?}");
    }
}

#[test]
fn plain_sources_are_borrowed() {
    use std::borrow::Cow;
    for source in ["", "x = 1\n", "\u{feff}x = 'é'\n", "# coding: utf-8\n"] {
        assert!(matches!(decode(source.as_bytes()), Ok(Cow::Borrowed(_))), "{source:?}");
    }
}
