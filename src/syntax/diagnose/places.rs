//! From offsets to the lines and columns of a diagnostic.

use crate::source::Location;

/// Where each line of a text starts.
pub(super) struct Places<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        Places { text, starts }
    }

    /// The line, from 1, and the column, in bytes from 0.
    pub(super) fn position(&self, offset: usize) -> (i32, i32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        (line as i32, (offset - self.starts[line - 1]) as i32)
    }

    /// After the newline of the last line.
    pub(super) fn end(&self) -> Location {
        let (line, column) = self.position(self.text.len() - 1);
        Location::new(line, line, column + 1, column + 1)
    }

    pub(super) fn location(&self, start: usize, end: usize) -> Location {
        let (lineno, col_offset) = self.position(start.min(self.text.len()));
        let (end_lineno, end_col_offset) = self.position(end.min(self.text.len()));
        Location::new(lineno, end_lineno, col_offset, end_col_offset)
    }
}
