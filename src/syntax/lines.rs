//! From byte offsets to the lines and columns that CPython's AST has.

use ruff_text_size::TextRange;

use crate::source::Location;

/// Where each line of a text starts, and the line that was asked for last: neighbours in the tree are neighbours in the text,
/// so most look-ups need no search.
pub(super) struct Lines {
    /// The offset of the first byte of each line; the first entry is 0, and one past every line's end follows the last.
    starts: Vec<u32>,
    last: usize,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        // A line of Python is about 35 bytes long.
        let mut starts = Vec::with_capacity(text.len() / 32 + 2);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|offset| offset as u32 + 1));
        starts.push(u32::MAX);
        Lines { starts, last: 0 }
    }

    /// The line, from 1, and the column, in bytes from 0.
    #[inline]
    pub(super) fn position(&mut self, offset: u32) -> (i32, i32) {
        self.last = self.line_near(self.last, offset);
        (self.last as i32 + 1, (offset - self.starts[self.last]) as i32)
    }

    /// Remembers the line of the start only: that of the end may be far, and the next node to ask starts near this one.
    #[inline]
    pub(super) fn location(&mut self, range: TextRange) -> Location {
        let (lineno, col_offset) = self.position(range.start().to_u32());
        let end = range.end().to_u32();
        let end_line = self.line_near(self.last, end);
        Location::new(lineno, end_line as i32 + 1, col_offset, (end - self.starts[end_line]) as i32)
    }

    /// The index of the line with `offset`, which is likely `line` or the next.
    #[inline]
    fn line_near(&self, line: usize, offset: u32) -> usize {
        if self.holds(line, offset) {
            line
        } else if self.holds(line + 1, offset) {
            line + 1
        } else {
            self.search(offset)
        }
    }

    #[inline]
    fn holds(&self, line: usize, offset: u32) -> bool {
        line + 1 < self.starts.len() && self.starts[line] <= offset && offset < self.starts[line + 1]
    }

    #[cold]
    fn search(&self, offset: u32) -> usize {
        self.starts[..self.starts.len() - 1].partition_point(|&start| start <= offset) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_from_one_and_columns_from_zero() {
        let mut lines = Lines::new("ab\n\ncd");
        let offsets = [(6, (3, 2)), (0, (1, 0)), (2, (1, 2)), (3, (2, 0)), (4, (3, 0)), (1, (1, 1))];
        for (offset, position) in offsets {
            assert_eq!(lines.position(offset), position);
        }
    }
}
