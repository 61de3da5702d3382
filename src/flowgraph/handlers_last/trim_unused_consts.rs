//! Drops constants after the last one that an instruction uses. The first stays always: it may be
//! the docstring.
//!
//! CPython: `Python/compile.c` `trim_unused_consts` (3.11)

use super::super::FlowGraph;
use crate::instructions::Constants;

pub(in crate::flowgraph) fn trim_unused_consts(graph: &FlowGraph, consts: &mut Constants<'_>) {
    let instrs = graph.layout().flat_map(|id| graph.instrs(id));
    let used = instrs.filter(|instr| graph.opcodes.has_const(instr.opcode)).map(|instr| instr.oparg);
    let last = used.max().unwrap_or(0) as usize;
    consts.retain(|index| index <= last);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{Constant, Int};
    use crate::flowgraph::testing::graph_for;
    use crate::targets::Version;

    #[test]
    fn only_the_end_is_trimmed() {
        for (source, left) in [("1 KW_NAMES 3; 1 LOAD_CONST 1", 4), ("1 LOAD_FAST 4", 1)] {
            let mut consts = Constants::default();
            for number in 0..5 {
                consts.add(Constant::Int(Int::Small(number)));
            }
            trim_unused_consts(&graph_for(Version::V3_11, source), &mut consts);
            assert_eq!(consts.values().len(), left);
        }
    }
}
