//! Replaces a jump to a block by the instructions of that block: of small ones that leave the code
//! object, and later also of those that have no line.
//!
//! The jump becomes a `NOP`, so that its line is still visited.

use super::{BlockId, FlowGraph};
use crate::targets::Opcode::JUMP;
use crate::targets::Properties;

/// The largest block that is copied for its size.
///
/// CPython: `Python/flowgraph.c` `MAX_COPY_SIZE` (3.12–)
const MAX_COPY_SIZE: usize = 4;

/// CPython: `Python/flowgraph.c` `inline_small_exit_blocks` (3.12)
pub(super) fn inline_small_exit_blocks(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return;
    }
    graph.for_each_block(|graph, id| {
        if let Some(target) = unconditional_target(graph, id)
            && is_small_exit(graph, target)
        {
            inline(graph, id, target);
        }
    });
}

/// Sweeps until nothing changes: what was inlined may end in a jump itself.
///
/// CPython: `Python/flowgraph.c` `inline_small_or_no_lineno_blocks` (3.13–)
pub(super) fn inline_small_or_no_lineno_blocks(graph: &mut FlowGraph) {
    if !graph.properties.has(Properties::UNCONDITIONAL) {
        return;
    }
    // No way through distinct blocks is longer; a ring of jumps would be followed forever.
    for _ in 0..graph.block_count() {
        let mut found = false;
        graph.for_each_block(|graph, id| found |= inline_small_or_no_lineno_block(graph, id));
        if !found {
            return;
        }
    }
}

/// Returns whether the block ended in a jump to such a block.
fn inline_small_or_no_lineno_block(graph: &mut FlowGraph, id: BlockId) -> bool {
    let Some(target) = unconditional_target(graph, id) else { return false };
    let has_no_lineno = graph.has_no_lineno(target) && !graph.has_fallthrough(target);
    if !has_no_lineno && !is_small_exit(graph, target) || target == id {
        return false;
    }
    let (opcodes, jump) = (graph.opcodes, graph.last(id).map(|last| last.opcode));
    inline(graph, id, target);
    // No jump that lets the interpreter look for signals is lost.
    if jump == Some(JUMP)
        && let Some(last) = graph.last_mut(id)
        && opcodes.is_unconditional_jump(last.opcode)
    {
        last.opcode = JUMP;
        graph.note_changes(id);
    }
    true
}

fn unconditional_target(graph: &FlowGraph, id: BlockId) -> Option<BlockId> {
    let last = graph.last(id).filter(|last| graph.opcodes.is_unconditional_jump(last.opcode))?;
    Some(last.jump_target())
}

fn is_small_exit(graph: &FlowGraph, id: BlockId) -> bool {
    graph.exits_scope(id) && graph.instrs(id).len() <= MAX_COPY_SIZE
}

/// Puts the instructions of `target` in the place of the jump at the end of `id`.
fn inline(graph: &mut FlowGraph, id: BlockId, target: BlockId) {
    graph.set_last_nop(id);
    graph.append_instrs_of(id, target);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    fn inlined(source: &str, pass: fn(&mut FlowGraph)) -> String {
        let mut graph = graph(source);
        pass(&mut graph);
        text(&graph)
    }

    #[test]
    fn exits_of_up_to_four_instructions_are_copied() {
        for (source, expected) in [
            (
                "1 JUMP a; a: 2 NOP; 2 NOP; 2 NOP; 2 RETURN_VALUE",
                "NOP NOP NOP NOP RETURN_VALUE | NOP NOP NOP RETURN_VALUE",
            ),
            (
                "1 JUMP a; a: 2 NOP; 2 NOP; 2 NOP; 2 NOP; 2 RETURN_VALUE",
                "JUMP>1 | NOP NOP NOP NOP RETURN_VALUE",
            ),
            ("1 POP_JUMP_IF_TRUE a; a: 2 RETURN_VALUE", "POP_JUMP_IF_TRUE>1 | RETURN_VALUE"),
        ] {
            assert_eq!(inlined(source, inline_small_exit_blocks), expected);
            assert_eq!(inlined(source, inline_small_or_no_lineno_blocks), expected);
        }
    }

    #[test]
    fn blocks_without_lines_are_copied_over_several_jumps() {
        for (jump, expected) in [
            ("JUMP", "NOP POP_TOP NOP GET_LEN JUMP>3"),
            ("JUMP_NO_INTERRUPT", "NOP POP_TOP NOP GET_LEN JUMP_NO_INTERRUPT>3"),
        ] {
            let source = format!(
                "1 {jump} a; a: -1 POP_TOP; -1 JUMP_NO_INTERRUPT b; b: -1 GET_LEN; -1 JUMP_NO_INTERRUPT c; c: 1 NOP"
            );
            let inlined = inlined(&source, inline_small_or_no_lineno_blocks);
            assert_eq!(inlined.split(" | ").next(), Some(expected));
        }
    }

    #[test]
    fn rings_of_jumps_end() {
        let inlined = inlined("a: -1 JUMP b; b: -1 JUMP a", inline_small_or_no_lineno_blocks);
        assert!(inlined.len() < 200, "{inlined}");
    }
}
