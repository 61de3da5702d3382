//! Removes `NOP`s whose line is visited by a neighbour, the block before included.
//!
//! CPython: `Python/compile.c` `clean_basic_block`, `optimize_cfg` (3.10)

use super::super::handlers_last::{clean_block, clean_block_after};
use super::super::{BlockId, FlowGraph};

pub(in crate::flowgraph) fn clean_blocks_in_order(graph: &mut FlowGraph) {
    let mut before: Option<BlockId> = None;
    graph.for_each_block(|graph, id| {
        let last = before.and_then(|before| graph.last(before));
        let lineno_before = last.map_or(-1, |last| last.lineno());
        clean_block_after(graph, id, lineno_before);
        before = Some(id).filter(|&id| graph.has_fallthrough(id));
    });
}

/// Makes a `NOP` of each jump to the block after it, and cleans the block. Returns whether there was
/// such a jump.
pub(in crate::flowgraph) fn remove_and_clean_jumps_to_next(graph: &mut FlowGraph) -> bool {
    let mut found = false;
    graph.for_each_block(|graph, id| {
        if let Some(&last) = graph.last(id)
            && graph.opcodes.is_unconditional_jump(last.opcode)
            && graph.next(id) == last.target
        {
            graph.set_last_nop(id);
            clean_block(graph, id);
            found = true;
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph_for, text_with_lines};
    use crate::targets::Version;

    #[test]
    fn a_nop_goes_if_the_block_before_falls_through_from_its_line() {
        for (source, expected) in [
            ("1 GET_ITER; a: 1 NOP; 2 JUMP a", "1 GET_ITER; 2 JUMP"),
            ("2 GET_ITER; a: 1 NOP; 2 JUMP a", "2 GET_ITER; 1 NOP; 2 JUMP"),
            ("1 JUMP b; b: 1 NOP; 2 RETURN_VALUE", "1 JUMP; 1 NOP; 2 RETURN_VALUE"),
        ] {
            let mut graph = graph_for(Version::V3_10, source);
            clean_blocks_in_order(&mut graph);
            assert_eq!(text_with_lines(&graph), expected, "{source}");
        }
    }
}
