//! The line number table before PEP 626: where in the code another line begins.
//!
//! An entry is a pair of bytes: how many bytes of code lie between it and the entry before, and the
//! difference of the lines. What does not fit one entry takes several; all but the last of them only
//! go on in the code, or only from line to line.
//!
//! CPython: `Python/compile.c` `assemble_lnotab`, `Objects/lnotab_notes.txt` (3.8–3.9)

/// Made for one unit after another, in the same memory.
#[derive(Default)]
pub(in crate::assemble) struct Lnotab {
    bytes: Vec<u8>,
    lineno: i32,
    /// How many code units there are since the last entry.
    units: u32,
}

impl Lnotab {
    /// Begins the table of a unit; what was there before is gone.
    pub(in crate::assemble) fn begin(&mut self, firstlineno: i32) {
        self.bytes.clear();
        (self.lineno, self.units) = (firstlineno, 0);
    }

    /// The next `units` code units stand for a line: that of the code before if it is 0.
    /// `repeats` says that the line before may begin again.
    pub(in crate::assemble) fn add(&mut self, lineno: i32, units: u32, repeats: bool) {
        if lineno != 0 && (lineno != self.lineno || repeats && self.units > 0) {
            self.write(2 * self.units, lineno - self.lineno);
            (self.lineno, self.units) = (lineno, 0);
        }
        self.units += units;
    }

    /// The entries, for the peephole optimiser to change the distances in the code.
    pub(in crate::assemble) fn entries(&mut self) -> &mut [[u8; 2]] {
        self.bytes.as_chunks_mut().0
    }

    pub(in crate::assemble) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn write(&mut self, mut bytes: u32, mut lines: i32) {
        while bytes > u32::from(u8::MAX) {
            self.bytes.extend([u8::MAX, 0]);
            bytes -= u32::from(u8::MAX);
        }
        if i8::try_from(lines).is_err() {
            let step = if lines < 0 { i8::MIN } else { i8::MAX };
            // The last entry may have nothing left to do.
            for _ in 0..lines / i32::from(step) {
                self.bytes.extend([bytes as u8, step.cast_unsigned()]);
                bytes = 0;
            }
            lines %= i32::from(step);
        }
        self.bytes.extend([bytes as u8, (lines as i8).cast_unsigned()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `Objects/lnotab_notes.txt` and by hand.
    #[test]
    fn steps_are_cut_to_fit() {
        for (lines, expected) in [
            (
                &[(7, 3), (8, 22), (9, 150), (207, 0)][..],
                &[(6, 1), (44, 1), (255, 0), (45, 127), (0, 71)][..],
            ),
            (&[(7, 1), (0, 1), (8, 1)], &[(4, 1)]),
            (&[(300, 1), (7, 1)], &[(0, 127), (0, 127), (0, 39), (2, -128), (0, -128), (0, -37)]),
            (&[(134, 1)], &[(0, 127)]),
            (&[(261, 1)], &[(0, 127), (0, 127), (0, 0)]),
        ] {
            let mut table = Lnotab::default();
            table.begin(7);
            lines.iter().for_each(|&(lineno, units)| table.add(lineno, units, false));
            let expected: Vec<u8> = expected
                .iter()
                .flat_map(|&(bytes, lines): &(u8, i8)| [bytes, lines.cast_unsigned()])
                .collect();
            assert_eq!(table.bytes(), expected, "{lines:?}");
        }
    }
}
