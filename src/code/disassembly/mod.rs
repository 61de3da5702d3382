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
//! and what it stands for. Unlike there, code objects are without their addresses, and long
//! constants without their ends. The code object may come from anywhere: nothing in it is trusted.

mod arguments;
mod instructions;
mod repr;

use std::fmt::Write as _;

use super::{CodeObject, Constant, ExceptionEntry, PyStr};
use crate::targets::Target;
use arguments::meaning;
use instructions::Instruction;
pub(crate) use instructions::decode;

/// The text of `code` and of the code objects in its constants, outermost first.
///
/// CPython: `Lib/dis.py` `_disassemble_recursive` (3.12)
pub fn disassemble(code: &CodeObject<'_>, target: Target) -> String {
    let mut text = String::new();
    let mut pending = vec![code];
    while let Some(code) = pending.pop() {
        if !text.is_empty() {
            let _ = writeln!(text, "\nDisassembly of {}:", repr::code_object(code));
        }
        one(&mut text, code, target);
        let inner = code.consts.iter().filter_map(|constant| match constant {
            Constant::Code(code) => Some(*code),
            _ => None,
        });
        let at = pending.len();
        pending.extend(inner);
        pending[at..].reverse();
    }
    text
}

/// CPython: `Lib/dis.py` `_disassemble_bytes` (3.12)
fn one(text: &mut String, code: &CodeObject<'_>, target: Target) {
    let handlers: Vec<ExceptionEntry> = code.exception_entries().collect();
    let instructions = decode(code.code, target.features().disassembly.opcodes);
    let line_starts = code.line_starts();
    let jump_targets = jump_targets(&instructions, &handlers);
    let widths = Widths::new(code, &line_starts);
    for instruction in &instructions {
        let line_start = line_starts.binary_search_by_key(&instruction.offset, |&(offset, _)| offset);
        let line = line_start.ok().map(|index| line_starts[index].1);
        if line.is_some() && instruction.offset > 0 {
            text.push('\n');
        }
        let is_target = jump_targets.binary_search(&instruction.offset).is_ok();
        let row = widths.row(instruction, line, is_target, code, target);
        let _ = writeln!(text, "{}", row.trim_end());
    }
    exception_table(text, &handlers);
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
        code: &CodeObject<'_>,
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
            let meaning = meaning(instruction, code, &target.features().disassembly);
            if !meaning.is_empty() {
                let _ = write!(row, " ({meaning})");
            }
        }
        row
    }
}

fn exception_table(text: &mut String, handlers: &[ExceptionEntry]) {
    if !handlers.is_empty() {
        text.push_str("ExceptionTable:\n");
    }
    for ExceptionEntry { start, end, target, depth, lasti } in handlers {
        let lasti = if *lasti { " lasti" } else { "" };
        let last = *end as i64 - 2;
        let _ = writeln!(text, "  {start} to {last} -> {target} [{depth}]{lasti}");
    }
}

/// A Python string for a terminal.
fn shown(text: PyStr<'_>) -> String {
    String::from_utf8_lossy(text.0).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
