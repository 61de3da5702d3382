//! Text from files and names, made safe to show: what a terminal would act on is written out.
//!
//! Control characters move the cursor and change colours; format characters reverse the order of
//! what follows (U+202E), or cannot be seen (U+200B).

use std::borrow::Cow;
use std::path::Path;

/// The characters of Unicode's categories Cf (format), Zl and Zp (separators of lines and
/// paragraphs), first and last of each range.
const FORMAT: [(char, char); 21] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Whether a character is not shown, but does something to what is.
pub fn is_hidden(char: char) -> bool {
    let is_format = || {
        let range = FORMAT.partition_point(|&(_, last)| last < char);
        FORMAT.get(range).is_some_and(|&(first, _)| first <= char)
    };
    char.is_control() || !char.is_ascii() && is_format()
}

/// A text on one line.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden)
}

/// A text of several lines, which our own code has broken.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escape(text, |char| char != '\n' && is_hidden(char))
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match is_escaped(char) {
            true => escaped.extend(char.escape_default()),
            false => escaped.push(char),
        }
    }
    Cow::Owned(escaped)
}

/// A path in a message. Bytes that are not UTF-8 are replaced.
pub fn shown_path(path: &Path) -> String {
    escaped(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::unicode::{UnicodeVersion, printable};

    #[test]
    fn what_a_terminal_acts_on_is_written_out() {
        for (text, expected) in [
            ("größe 日本 👍 e\u{301}", "größe 日本 👍 e\u{301}"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("evil\u{202e}yp.txt", "evil\\u{202e}yp.txt"),
            ("a\u{200b}b\u{2028}c\u{feff}", "a\\u{200b}b\\u{2028}c\\u{feff}"),
            ("\u{9b}1m", "\\u{9b}1m"),
        ] {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(escaped_lines("a\n\u{1b}b\r\n"), "a\n\\u{1b}b\\r\n");
    }

    #[test]
    fn what_is_hidden_is_not_printable() {
        for char in ('\0'..=char::MAX).filter(|&char| is_hidden(char)) {
            assert!(!printable(char.into(), UnicodeVersion::NEWEST), "{char:?}");
        }
    }
}
