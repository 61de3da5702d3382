//! What is wrong with a source, ready to be shown: the diagnostic, and the line of the source it is about.

use crate::diagnostic::Diagnostic;
use crate::source;

/// How many characters of a line are kept.
const WINDOW: usize = 120;

/// A fault of a source file.
#[derive(Clone, Debug)]
pub struct Rejection {
    pub diagnostic: Diagnostic,
    pub place: Option<Place>,
}

/// Where the fault is. Columns count characters from 1, as CPython's do; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub excerpt: Excerpt,
}

/// A line of the source, or the part of it around the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Without control characters.
    pub text: String,
    /// The characters before the fault, and how many it spans.
    pub offset: usize,
    pub width: usize,
}

impl Rejection {
    /// Looks up the line that `diagnostic` speaks of in the bytes of the source.
    pub fn new(diagnostic: Diagnostic, source: &[u8]) -> Rejection {
        let text = match source::decode(source) {
            Ok(decoded) => decoded.text,
            Err(_) => String::from_utf8_lossy(source),
        };
        let place = Place::new(&diagnostic, &text);
        Rejection { diagnostic, place }
    }
}

impl Place {
    fn new(diagnostic: &Diagnostic, text: &str) -> Option<Place> {
        let location = diagnostic.location;
        let line = u32::try_from(location.lineno).ok().filter(|&line| line > 0)?;
        let line_text = nth_line(text, line);
        let start = characters_before(line_text, location.col_offset);
        let end_line = u32::try_from(location.end_lineno).unwrap_or(0).max(line);
        let end_text = if end_line == line { line_text } else { nth_line(text, end_line) };
        let end = characters_before(end_text, location.end_col_offset);
        let (column, end_column) = (start as u32 + 1, end as u32 + 1);
        let last = if end_line == line { end } else { line_text.chars().count() };
        let excerpt = Excerpt::new(line_text, start, last.saturating_sub(start).max(1));
        let end_column = if end_line == line { end_column.max(column) } else { end_column };
        Some(Place { line, column, end_line, end_column, excerpt })
    }
}

impl Excerpt {
    /// Cuts indentation off, and what is far from the fault.
    fn new(line: &str, start: usize, width: usize) -> Excerpt {
        let indentation = line.chars().take_while(|c| c.is_whitespace()).count().min(start);
        let skipped = indentation.max(start.saturating_sub(WINDOW / 2));
        let shown = line.trim_end().chars().skip(skipped).take(WINDOW);
        let text: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
        let offset = start - skipped;
        let width = width.min(text.chars().count().saturating_sub(offset)).max(1);
        Excerpt { text, offset, width }
    }
}

fn nth_line(text: &str, line: u32) -> &str {
    text.split('\n').nth(line as usize - 1).unwrap_or_default()
}

/// The characters in the first `column` bytes of a line; none if the column is unknown.
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
    use crate::source::Location;

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
    fn a_fault_of_several_lines_is_shown_to_the_end_of_its_first() {
        let place = place("f(\n  x\n)\n", Location::new(1, 3, 0, 1));
        assert_eq!((place.end_line, place.end_column), (3, 2));
        assert_eq!(place.excerpt, Excerpt { text: "f(".to_owned(), offset: 0, width: 2 });
    }

    #[test]
    fn of_a_long_line_only_a_part_is_kept() {
        let line = "x".repeat(10_000);
        let excerpt = place(&line, Location::new(1, 1, 5_000, 9_000)).excerpt;
        assert_eq!((excerpt.text.len(), excerpt.offset, excerpt.width), (120, 60, 60));
    }

    #[test]
    fn places_outside_of_the_text_are_survived() {
        for location in [Location::new(9, 9, 5, 6), Location::new(1, 1, 50, -1), Location::new(1, 1, -1, -1)]
        {
            place("pass\n", location);
        }
        let diagnostic = Diagnostic::syntax_error(Location::NONE, "wrong");
        assert_eq!(Rejection::new(diagnostic, b"pass\n").place, None);
    }
}
