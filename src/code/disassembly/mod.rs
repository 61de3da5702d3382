//! Disassembly: from a code object to the text that Python 3.12's `dis` prints of it.
//!
//! ```text
//!   1           0 RESUME                   0
//!
//!   2           2 LOAD_FAST                0 (items)
//!               4 GET_ITER
//!         >>    6 FOR_ITER                25 (to 60)
//! ```
//!
//! The columns: source line where it changes, jump targets, offset in bytes, instruction, argument
//! and what it stands for. Unlike there, code objects are without their addresses, long constants and
//! names without their ends, and a code object that is shared is shown once. The code object may come
//! from anywhere: nothing in it is trusted.

mod arguments;
mod instructions;
mod repr;

use std::fmt::{self, Write as _};

use rustc_hash::FxHashMap;

use super::{CodeObject, ExceptionEntry, Nested, PyStr, distinct};
use crate::escape::is_hidden;
use crate::targets::{Opcode, Target};
use arguments::meaning;
use instructions::Instruction;
pub(crate) use instructions::decode;

/// How many characters of a constant or a name are shown.
const MAX_CHARS: usize = 200;

/// The text of `code` and of the code objects in its constants, outermost first.
pub fn disassemble(code: &CodeObject<'_>, target: Target) -> String {
    let mut text = String::new();
    let _ = write(&mut text, code, target);
    text
}

/// Writes the text, a line at a time.
///
/// CPython: `Lib/dis.py` `_disassemble_recursive` (3.12)
pub fn write(out: &mut dyn fmt::Write, code: &CodeObject<'_>, target: Target) -> fmt::Result {
    for Nested { depth, code } in distinct(code) {
        if depth > 0 {
            writeln!(out, "\nDisassembly of {}:", repr::code_object(code))?;
        }
        one(out, code, target)?;
    }
    Ok(())
}

/// How many bytes the text is made of: instructions and tables of all code objects.
pub fn extent(code: &CodeObject<'_>) -> u64 {
    let size = |code: &CodeObject<'_>| code.code.len() + code.linetable.len() + code.exceptiontable.len();
    distinct(code).iter().map(|nested| size(nested.code) as u64).sum()
}

/// CPython: `Lib/dis.py` `_disassemble_bytes` (3.12)
fn one(out: &mut dyn fmt::Write, code: &CodeObject<'_>, target: Target) -> fmt::Result {
    let handlers: Vec<ExceptionEntry> = code.exception_entries().collect();
    let instructions = decode(code.code, &target.features().disassembly);
    let line_starts = code.line_starts();
    let jump_targets = jump_targets(&instructions, &handlers);
    let widths = Widths::new(code, &line_starts);
    let mut meanings = Meanings::new(code, target);
    for instruction in &instructions {
        let line_start = line_starts.binary_search_by_key(&instruction.offset, |&(offset, _)| offset);
        let line = line_start.ok().map(|index| line_starts[index].1);
        if line.is_some() && instruction.offset > 0 {
            out.write_char('\n')?;
        }
        let is_target = jump_targets.binary_search(&instruction.offset).is_ok();
        let row = widths.row(instruction, line, is_target, meanings.of(instruction), target);
        writeln!(out, "{}", row.trim_end())?;
    }
    exception_table(out, &handlers)
}

/// What the arguments of a code object's instructions stand for. Many instructions have the same.
struct Meanings<'c> {
    code: &'c CodeObject<'c>,
    target: Target,
    known: FxHashMap<(Opcode, u32), String>,
}

impl<'c> Meanings<'c> {
    fn new(code: &'c CodeObject<'c>, target: Target) -> Meanings<'c> {
        Meanings { code, target, known: FxHashMap::default() }
    }

    fn of(&mut self, instruction: &Instruction) -> String {
        let features = &self.target.features().disassembly;
        let meaning = || meaning(instruction, self.code, features);
        match instruction.opcode {
            Some(opcode) if !instruction.is_jump() => {
                self.known.entry((opcode, instruction.oparg)).or_insert_with(meaning).clone()
            }
            _ => meaning(),
        }
    }
}

/// The offsets that jumps and exceptions lead to, sorted.
fn jump_targets(instructions: &[Instruction], handlers: &[ExceptionEntry]) -> Vec<usize> {
    let mut targets: Vec<usize> = instructions.iter().filter_map(Instruction::jump_target).collect();
    targets.extend(handlers.iter().filter(|entry| entry.start < entry.end).map(|entry| entry.target));
    targets.sort_unstable();
    targets
}

/// How wide columns are.
struct Widths {
    line: Option<usize>,
    offset: usize,
}

impl Widths {
    fn new(code: &CodeObject<'_>, line_starts: &[(usize, i32)]) -> Self {
        let digits = |number: usize| number.to_string().len();
        let last_line = line_starts.iter().map(|&(_, line)| line).max();
        let last_offset = code.code.len().saturating_sub(2);
        Widths {
            line: last_line.map(|line| usize::try_from(line).map_or(0, digits).max(3)),
            offset: digits(last_offset).max(4),
        }
    }

    /// CPython: `Lib/dis.py` `Instruction._disassemble` (3.12)
    fn row(
        &self,
        instruction: &Instruction,
        line: Option<i32>,
        is_target: bool,
        meaning: String,
        target: Target,
    ) -> String {
        let mut row = String::new();
        if let Some(width) = self.line {
            let line = line.map_or(String::new(), |line| line.to_string());
            let _ = write!(row, "{line:>width$} ");
        }
        let mark = if is_target { ">>" } else { "" };
        let (offset, width) = (instruction.offset, self.offset);
        let _ = write!(row, "    {mark:2} {offset:>width$} {:<20}", instruction.name());
        if let Some(argument) = instruction.argument(target.features().disassembly.have_argument) {
            let _ = write!(row, " {argument:>5}");
            if !meaning.is_empty() {
                let _ = write!(row, " ({meaning})");
            }
        }
        row
    }
}

fn exception_table(out: &mut dyn fmt::Write, handlers: &[ExceptionEntry]) -> fmt::Result {
    if !handlers.is_empty() {
        out.write_str("ExceptionTable:\n")?;
    }
    for ExceptionEntry { start, end, target, depth, lasti } in handlers {
        let lasti = if *lasti { " lasti" } else { "" };
        let last = *end as i64 - 2;
        writeln!(out, "  {start} to {last} -> {target} [{depth}]{lasti}")?;
    }
    Ok(())
}

/// A name for a terminal. It may be huge, and be shown often.
fn shown(PyStr(name): PyStr<'_>) -> String {
    let start = name.get(..4 * MAX_CHARS).unwrap_or(name);
    let text = String::from_utf8_lossy(start);
    let shown = text.chars().map(|c| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c });
    match start.len() < name.len() || text.chars().nth(MAX_CHARS).is_some() {
        true => shown.take(MAX_CHARS).chain("...".chars()).collect(),
        false => shown.collect(),
    }
}
