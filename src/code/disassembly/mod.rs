//! Disassembly: from a code object to text, for any target.
//!
//! ```text
//! <module> (line 1)
//!    0            0  RESUME               0
//!    1            2  LOAD_NAME            0  print
//!                 4  PUSH_NULL
//!        >>      12  JUMP_BACKWARD        4  to 4
//! ```
//!
//! The columns: source line where it changes, jump targets, offset in bytes, instruction, argument and what it stands for.
//! The code object may come from anywhere: nothing in it is trusted.

mod arguments;
mod instructions;
mod tables;

use std::fmt::Write as _;

use super::{CodeObject, Constant, PyStr};
use crate::target::Target;
use arguments::meaning;
use instructions::{Instruction, decode};
use tables::{Handler, handlers, lines};

/// The text of `code` and of the code objects in its constants, outermost first.
pub fn disassemble(code: &CodeObject<'_>, target: Target) -> String {
    let mut text = String::new();
    let mut pending = vec![code];
    while let Some(code) = pending.pop() {
        if !text.is_empty() {
            text.push('\n');
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

fn one(text: &mut String, code: &CodeObject<'_>, target: Target) {
    let _ = writeln!(text, "{} (line {})", shown(code.qualname), code.firstlineno);
    let lines = lines(code.linetable, code.firstlineno);
    let handlers = handlers(code.exceptiontable);
    let instructions = decode(code.code, target.features().opcodes);
    let mut jump_targets: Vec<usize> = instructions.iter().filter_map(Instruction::jump_target).collect();
    jump_targets.extend(handlers.iter().map(|handler| handler.target));
    jump_targets.sort_unstable();
    let mut current = None;
    for instruction in &instructions {
        let line = lines.get(instruction.offset / 2).copied().flatten();
        let is_new = line.is_some() && line != current;
        let line = line.filter(|_| is_new).inspect(|line| current = Some(*line));
        let is_target = jump_targets.binary_search(&instruction.offset).is_ok();
        let row = row(instruction, line, if is_target { ">>" } else { "" }, code, target);
        let _ = writeln!(text, "{}", row.trim_end());
    }
    table(text, &handlers);
}

fn row(
    instruction: &Instruction,
    line: Option<i32>,
    mark: &str,
    code: &CodeObject<'_>,
    target: Target,
) -> String {
    let line = line.map_or(String::new(), |line| line.to_string());
    let Instruction { offset, number, .. } = instruction;
    let mut row = format!("{line:>6}  {mark:>2}  {offset:>6}  {:<24}", instruction.name());
    if *number >= target.features().have_argument {
        let _ = write!(row, "{:>4}", instruction.oparg);
        if let Some(meaning) = meaning(instruction, code) {
            let _ = write!(row, "  {meaning}");
        }
    }
    row
}

fn table(text: &mut String, handlers: &[Handler]) {
    if !handlers.is_empty() {
        text.push_str("exception table:\n");
    }
    for Handler { start, end, target, depth, lasti } in handlers {
        let lasti = if *lasti { ", lasti" } else { "" };
        let _ = writeln!(text, "  {start} to {end} -> {target}, depth {depth}{lasti}");
    }
}

/// A Python string for a terminal.
fn shown(text: PyStr<'_>) -> String {
    String::from_utf8_lossy(text.0).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
