//! Replaces a jump to a small block that leaves the code object by the instructions of that block.
//! Some targets do so only if that block has no line, such as an implicit `return None`.
//!
//! CPython: `Python/compile.c` `extend_block` (3.10–3.11)

use super::super::{BlockId, FlowGraph};
use crate::targets::FlowGraphFeatures;
use crate::targets::Opcode::{JUMP, JUMP_BACKWARD, JUMP_FORWARD};

/// The largest block that is copied.
///
/// CPython: `Python/compile.c` `MAX_COPY_SIZE` (3.11)
const MAX_COPY_SIZE: usize = 4;

pub(in crate::flowgraph) fn extend_blocks(graph: &mut FlowGraph, features: &FlowGraphFeatures) {
    for index in (0..graph.made.len()).rev() {
        extend_block(graph, graph.made[index], features);
    }
}

fn extend_block(graph: &mut FlowGraph, id: BlockId, features: &FlowGraphFeatures) {
    let jump = graph.last(id).filter(|last| matches!(last.opcode, JUMP | JUMP_FORWARD | JUMP_BACKWARD));
    let Some(target) = jump.map(|jump| jump.jump_target()) else { return };
    let has_line = || graph.instrs(target).iter().any(|instr| instr.lineno() > 0);
    let is_small_exit = graph.exits_scope(target) && graph.instrs(target).len() <= MAX_COPY_SIZE;
    if is_small_exit && (features.exits_with_lines_copied || !has_line()) {
        graph.set_last_nop(id);
        graph.append_instrs_of(id, target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{features, graph_for, text};
    use crate::targets::Version;

    #[test]
    fn exits_without_a_line_are_copied_in_the_reverse_order_of_their_making() {
        for (source, expected) in [
            ("1 JUMP a; a: -1 RETURN_VALUE", "NOP RETURN_VALUE | RETURN_VALUE"),
            ("1 JUMP a; a: 2 RETURN_VALUE", "JUMP>1 | RETURN_VALUE"),
            (
                "1 JUMP b; b: -1 JUMP a; a: -1 RETURN_VALUE",
                "NOP NOP RETURN_VALUE | NOP RETURN_VALUE | RETURN_VALUE",
            ),
            // The block of the second jump is the youngest: `b` is no exit yet.
            (
                "1 POP_JUMP_IF_TRUE a; 2 JUMP b; b: -1 JUMP a; a: -1 RETURN_VALUE",
                "POP_JUMP_IF_TRUE>3 | JUMP>2 | NOP RETURN_VALUE | RETURN_VALUE",
            ),
        ] {
            let mut graph = graph_for(Version::V3_11, source);
            extend_blocks(&mut graph, features(Version::V3_11));
            assert_eq!(text(&graph), expected, "{source}");
        }
    }
}
