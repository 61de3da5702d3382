//! The line table of PEP 626: ranges of bytecode, each with its line.
//!
//! An entry is a pair of bytes: how many bytes of code the range has, and the difference of its line
//! from that of the range before, the first from `co_firstlineno`. -128 says that the range has no
//! line. A range that is too long for one byte takes several entries, and so does a difference.
//!
//! CPython: `Python/compile.c` `assemble_line_range`, `Objects/lnotab_notes.txt` (3.10)

use bumpalo::Bump;

/// Made for one unit after another, in the same memory.
#[derive(Default)]
pub(in crate::assemble) struct LineRanges {
    bytes: Vec<u8>,
    /// The line of the last entry that had one.
    written: i32,
    /// The line of the open range, below 0 for none.
    lineno: i32,
    /// How many code units the open range has.
    units: u32,
}

/// The largest even number of bytes, and the largest difference, of one entry.
const MAX_BYTES: u32 = 254;
const MAX_DELTA: i32 = 127;
const NO_LINE: i8 = -128;

impl LineRanges {
    /// Begins the table of a unit; what was there before is gone.
    pub(in crate::assemble) fn begin(&mut self, firstlineno: i32) {
        self.bytes.clear();
        (self.written, self.lineno, self.units) = (firstlineno, firstlineno, 0);
    }

    /// The next `units` code units stand for a line: that of the code before if it is 0, none if it
    /// is below 0.
    pub(in crate::assemble) fn add(&mut self, lineno: i32, units: u32) {
        if lineno != 0 && lineno != self.lineno {
            self.close();
            self.lineno = lineno;
        }
        self.units += units;
    }

    pub(in crate::assemble) fn finish<'a>(&mut self, arena: &'a Bump) -> &'a [u8] {
        self.close();
        arena.alloc_slice_copy(&self.bytes)
    }

    fn close(&mut self) {
        let mut bytes = 2 * std::mem::take(&mut self.units);
        if bytes == 0 {
            return;
        }
        let has_line = self.lineno >= 0;
        let mut delta = if has_line { self.line_delta() } else { NO_LINE };
        while bytes > MAX_BYTES {
            self.write(MAX_BYTES, delta);
            delta = if has_line { 0 } else { NO_LINE };
            bytes -= MAX_BYTES;
        }
        self.write(bytes, delta);
    }

    /// Goes to the line of the open range by entries without code, until one step is left.
    fn line_delta(&mut self) -> i8 {
        let mut delta = self.lineno - std::mem::replace(&mut self.written, self.lineno);
        while delta.abs() > MAX_DELTA {
            let step = MAX_DELTA * delta.signum();
            self.write(0, step as i8);
            delta -= step;
        }
        delta as i8
    }

    fn write(&mut self, bytes: u32, delta: i8) {
        self.bytes.extend_from_slice(&[bytes as u8, delta.cast_unsigned()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `Objects/lnotab_notes.txt` and by hand.
    #[test]
    fn ranges_are_cut_to_fit() {
        for (lines, expected) in [
            (&[(7, 1), (7, 1), (8, 2)][..], &[(4, 0), (4, 1)][..]),
            (&[(8, 3), (-1, 1), (8, 1)], &[(6, 1), (2, -128), (2, 0)]),
            (&[(7, 130), (0, 1)], &[(254, 0), (8, 0)]),
            (&[(-1, 128)], &[(254, -128), (2, -128)]),
            (&[(307, 1), (7, 1)], &[(0, 127), (0, 127), (2, 46), (0, -127), (0, -127), (2, -46)]),
            (&[(0, 2)], &[(4, 0)]),
        ] {
            let arena = Bump::new();
            let mut table = LineRanges::default();
            table.begin(7);
            lines.iter().for_each(|&(lineno, units)| table.add(lineno, units));
            let expected: Vec<u8> = expected
                .iter()
                .flat_map(|&(bytes, delta): &(u8, i8)| [bytes, delta.cast_unsigned()])
                .collect();
            assert_eq!(table.finish(&arena), expected, "{lines:?}");
        }
    }
}
