//! Positions in a source text, as CPython's AST and location tables have them.

/// A range of the source: lines from 1, columns from 0 in bytes of UTF-8, the end exclusive.
///
/// A field of -1 is unknown. All fields of [`Location::NONE`] are unknown, as in instructions
/// without a source.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Location {
    pub lineno: i32,
    pub end_lineno: i32,
    pub col_offset: i32,
    pub end_col_offset: i32,
}

impl Location {
    /// CPython: `Include/internal/pycore_compile.h` `NO_LOCATION` (3.12–)
    pub const NONE: Location = Location { lineno: -1, end_lineno: -1, col_offset: -1, end_col_offset: -1 };

    /// The place of whatever instruction comes next, known when the code is assembled.
    ///
    /// CPython: `Include/internal/pycore_compile.h` `NEXT_LOCATION` (3.14–)
    #[doc(hidden)]
    pub const NEXT: Location = Location { lineno: -2, end_lineno: -2, col_offset: -2, end_col_offset: -2 };

    /// The place of an error that keeps a source from being decoded: the line 0, which has no text.
    ///
    /// CPython: `Parser/pegen.c` `raise_decode_problem`, `Parser/pegen_errors.c`
    /// `_Pypegen_raise_tokenizer_init_error` (3.10–)
    pub(crate) const BEFORE_TEXT: Location =
        Location { lineno: 0, end_lineno: 0, col_offset: -2, end_col_offset: -1 };

    /// From one line and column to another.
    pub const fn new(lineno: i32, end_lineno: i32, col_offset: i32, end_col_offset: i32) -> Self {
        Location { lineno, end_lineno, col_offset, end_col_offset }
    }

    /// From the start of this location to the end of another.
    pub(crate) const fn to_end_of(self, end: Location) -> Self {
        Location { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..self }
    }
}

impl PartialEq for Location {
    /// Without branches: it is asked of every instruction, and the answer is hard to foretell.
    fn eq(&self, other: &Location) -> bool {
        let lines = (self.lineno ^ other.lineno) | (self.end_lineno ^ other.end_lineno);
        let columns = (self.col_offset ^ other.col_offset) | (self.end_col_offset ^ other.end_col_offset);
        lines | columns == 0
    }
}
