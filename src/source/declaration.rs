//! Finds the encoding that a source declares in a comment on one of its first two lines (PEP 263).
//!
//! ```text
//! "#!/usr/bin/python\n# -*- coding: Latin-1 -*-\n"  ->  "iso-8859-1"
//! ```

use super::{ByteFault, Location};
use crate::diagnostic::Diagnostic;

/// The declared encoding under the name that CPython looks up; `None` for UTF-8, declared or not.
///
/// An encoding other than UTF-8 is an error in a source with a BOM.
///
/// CPython: `Parser/tokenizer.c` `decode_str`, `check_coding_spec` (3.8–)
pub(super) fn find(text: &[u8], has_bom: bool) -> Result<Option<&str>, ByteFault> {
    let mut lines = text.splitn(3, |&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.next().filter(|_| is_blank_or_comment(first)).unwrap_or_default();
    let Some(name) = in_line(first).or_else(|| in_line(second)).map(normal_name) else {
        return Ok(None);
    };
    match name {
        "utf-8" => Ok(None),
        other if has_bom => {
            // The size that CPython passes on counts the line feed of the second line.
            let (line, len) = if in_line(first).is_some() { (1, first.len()) } else { (2, second.len() + 1) };
            Err(encoding_with_bom(other, line, len))
        }
        other => Ok(Some(other)),
    }
}

/// CPython: `Parser/tokenizer/helpers.c` `_PyTokenizer_check_coding_spec`: its range begins before
/// the line (3.14.1–)
fn encoding_with_bom(name: &str, line: i32, len: usize) -> ByteFault {
    let message = format!("encoding problem: {name} with BOM");
    let location = Location::new(line, line, -1, len as i32 - 1);
    ByteFault {
        early: Some(Box::new(Diagnostic::syntax_error(location, message.clone()))),
        late: Some(Box::new(Diagnostic::syntax_error(Location::NONE, message))),
        token: Location::NONE,
    }
}

fn is_blank_or_comment(line: &[u8]) -> bool {
    matches!(trim_blanks(line).first(), None | Some(b'#'))
}

fn trim_blanks(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0C')).count();
    &line[blanks..]
}

/// The name after the first `coding:` or `coding=` that has one.
///
/// CPython: `Parser/tokenizer.c` `get_coding_spec` (3.8–)
fn in_line(line: &[u8]) -> Option<&str> {
    let comment = trim_blanks(line).strip_prefix(b"#")?;
    memchr::memmem::find_iter(comment, b"coding").find_map(|at| {
        let [b':' | b'=', value @ ..] = &comment[at + "coding".len()..] else { return None };
        let blanks = value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let value = &value[blanks..];
        let len = value.iter().take_while(|&&byte| is_name_byte(byte)).count();
        std::str::from_utf8(&value[..len]).ok().filter(|name| !name.is_empty())
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// One name for the spellings of UTF-8 and Latin-1 that editors write; others stay as they are.
///
/// CPython: `Parser/tokenizer.c` `get_normal_name` (3.8–)
fn normal_name(name: &str) -> &str {
    // CPython looks at the first 12 bytes.
    let start = &name[..name.len().min(12)];
    let start = start.to_ascii_lowercase().replace('_', "-");
    let is = |normal: &str| {
        start.strip_prefix(normal).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        "utf-8"
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1"
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_found_where_cpython_finds_them() {
        let cases: [(&str, Option<&str>); 22] = [
            ("# coding: cp1252", Some("cp1252")),
            ("#coding=cp1252\n", Some("cp1252")),
            ("# vim: set fileencoding=koi8-r :\n", Some("koi8-r")),
            ("\n# -*- coding: gbk -*-\n", Some("gbk")),
            ("\x0C \t# coding: gbk\n", Some("gbk")),
            ("#!/bin/sh\n# coding: gbk\n", Some("gbk")),
            ("x = 1\n# coding: gbk\n", None),
            ("x = 1 # coding: gbk\n", None),
            ("\n\n# coding: gbk\n", None),
            ("\\\n# coding: gbk\n", None),
            ("# coding:\n# coding: gbk\n", Some("gbk")),
            ("# coding: \u{e9}\n", None),
            ("# coding gbk coding=big5", Some("big5")),
            ("# codingcoding:big5", Some("big5")),
            ("# coding:gbk coding:big5", Some("gbk")),
            ("# coding: UTF_8_unix", None),
            ("# coding: utf-8foo", Some("utf-8foo")),
            ("# coding: utf8", Some("utf8")),
            ("# coding: Latin_1-unix", Some("iso-8859-1")),
            ("# coding: ISO_8859-1", Some("iso-8859-1")),
            ("# coding: iso_latin_1_x", Some("iso-8859-1")),
            ("# coding: a.b_c-d!", Some("a.b_c-d")),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text.as_bytes(), false).expect("no BOM"), expected, "{text:?}");
        }
    }
}
