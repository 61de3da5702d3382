//! How far each instruction moves the stack.

use super::Opcode;

/// The change of stack depth by `opcode` with `oparg`; `jump` tells the depth at the target from that at the next instruction.
///
/// CPython: `Python/compile.c` `stack_effect`, `Python/opcode_metadata.h` (3.12)
pub(crate) fn stack_effect(opcode: Opcode, oparg: u32, jump: bool) -> i32 {
    let _ = (opcode, oparg, jump);
    0
}
