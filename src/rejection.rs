//! Errors in a source file, ready to be shown: the diagnostic and the source line that it refers
//! to.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::escape::is_hidden;
use crate::source::{self, Location};

/// How many characters of a line are kept.
const WINDOW: usize = 120;

/// Why a target rejects a source file. Equal rejections of several targets are reported once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub diagnostic: Diagnostic,
    pub place: Option<Place>,
}

/// A range of the source. Columns count characters from 1, as CPython's do; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// From 1.
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    /// The first line, to be shown.
    pub excerpt: Excerpt,
}

/// A line of the source, or the part of it around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// Without control characters.
    pub text: String,
    /// How many characters of `text` are before the place, and how many are in it.
    pub offset: usize,
    pub width: usize,
}

impl Rejection {
    /// Looks up the line of `diagnostic` in the bytes of the source.
    pub fn new(diagnostic: Diagnostic, source: &[u8]) -> Rejection {
        let place = SourceLines::new(source).place(diagnostic.location);
        Rejection { diagnostic, place }
    }
}

/// A decoded source file with an index of its lines.
pub struct SourceLines<'s> {
    text: Cow<'s, str>,
    /// The offset in bytes of each line's start.
    starts: Vec<usize>,
}

impl<'s> SourceLines<'s> {
    /// Bytes that cannot be decoded are replaced.
    pub fn new(source: &'s [u8]) -> SourceLines<'s> {
        let text =
            source::decode(source).map_or_else(|_| String::from_utf8_lossy(source), |decoded| decoded.text);
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect();
        SourceLines { text, starts }
    }

    /// The place of a location in the file; `None` for a location without a line.
    pub fn place(&self, location: Location) -> Option<Place> {
        let line = u32::try_from(location.lineno).ok().filter(|&line| line > 0)?;
        let line_text = self.line(line);
        let start = characters_before(line_text, location.col_offset);
        let end_line = u32::try_from(location.end_lineno).unwrap_or(0).max(line);
        let end_text = if end_line == line { line_text } else { self.line(end_line) };
        let end = characters_before(end_text, location.end_col_offset);
        let (column, end_column) = (start as u32 + 1, end as u32 + 1);
        let last = if end_line == line { end } else { line_text.chars().count() };
        let excerpt = Excerpt::new(line_text, start, last.saturating_sub(start).max(1));
        let end_column = if end_line == line { end_column.max(column) } else { end_column };
        Some(Place { line, column, end_line, end_column, excerpt })
    }

    /// A line without its line break; empty past the end of the file.
    fn line(&self, line: u32) -> &str {
        let Some(&start) = self.starts.get(line as usize - 1) else { return "" };
        let end = self.starts.get(line as usize).map_or(self.text.len(), |next| next - 1);
        &self.text[start..end]
    }
}

impl Excerpt {
    /// Cuts off indentation, and text far from the place.
    fn new(line: &str, start: usize, width: usize) -> Excerpt {
        let indentation = line.chars().take_while(|c| c.is_whitespace()).count().min(start);
        let skipped = indentation.max(start.saturating_sub(WINDOW / 2));
        let shown = line.trim_end().chars().skip(skipped).take(WINDOW);
        let text: String = shown.map(visible).collect();
        let offset = start - skipped;
        let width = width.min(text.chars().count().saturating_sub(offset)).max(1);
        Excerpt { text, offset, width }
    }
}

/// Replaces a character so that carets stay aligned.
fn visible(c: char) -> char {
    match c {
        _ if c.is_control() => ' ',
        _ if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// The number of characters in the first `column` bytes of a line; 0 if the column is unknown.
fn characters_before(line: &str, column: i32) -> usize {
    let mut bytes = usize::try_from(column).unwrap_or(0).min(line.len());
    while !line.is_char_boundary(bytes) {
        bytes -= 1;
    }
    line[..bytes].chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, location: Location) -> Place {
        let diagnostic = Diagnostic::syntax_error(location, "wrong");
        Rejection::new(diagnostic, text.as_bytes()).place.expect("a place")
    }

    #[test]
    fn columns_count_characters() {
        let place = place("a = 1\n\tü = ü + €\n", Location::new(2, 2, 6, 8));
        assert_eq!((place.line, place.column, place.end_column), (2, 6, 7));
        assert_eq!(place.excerpt, Excerpt { text: "ü = ü + €".to_owned(), offset: 4, width: 1 });
    }

    #[test]
    fn an_error_of_several_lines_is_shown_to_the_end_of_its_first() {
        let place = place("f(\n  x\n)\n", Location::new(1, 3, 0, 1));
        assert_eq!((place.end_line, place.end_column), (3, 2));
        assert_eq!(place.excerpt, Excerpt { text: "f(".to_owned(), offset: 0, width: 2 });
    }

    #[test]
    fn a_long_line_is_cut() {
        let line = "x".repeat(10_000);
        let excerpt = place(&line, Location::new(1, 1, 5_000, 9_000)).excerpt;
        assert_eq!((excerpt.text.len(), excerpt.offset, excerpt.width), (120, 60, 60));
    }

    #[test]
    fn locations_outside_of_the_text_have_a_place() {
        for location in [Location::new(9, 9, 5, 6), Location::new(1, 1, 50, -1), Location::new(1, 1, -1, -1)]
        {
            place("pass\n", location);
        }
        let diagnostic = Diagnostic::syntax_error(Location::NONE, "wrong");
        assert_eq!(Rejection::new(diagnostic, b"pass\n").place, None);
    }
}
