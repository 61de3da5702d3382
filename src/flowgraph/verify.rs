//! What holds for a flow graph after every pass. Checked in debug builds, where a breach is a panic that names the pass.
//!
//! - The layout visits no block twice.
//! - A jump or an exit is the last instruction of its block.
//! - A jump or block push has a target, and it stands in the layout.
//! - Control does not fall off the end: the last block with instructions ends in a jump or an exit.
//! - Once the stack depths are known, all ways into a block find the same depth, and none is below 0.

use super::{BlockSet, FlowGraph};
use crate::targets::Opcode::END_ASYNC_FOR_FROM_SEND;
use crate::targets::OpcodeTable;

/// Panics if `pass` has broken a rule.
pub(super) fn assert_sound(graph: &FlowGraph, pass: &str) {
    if cfg!(debug_assertions)
        && let Err(broken) = check_structure(graph)
    {
        panic!("after {pass}: {broken}");
    }
}

/// Panics if the depths that `stack_depth` has found do not agree.
pub(super) fn assert_depths_agree(graph: &FlowGraph, opcodes: &OpcodeTable) {
    if cfg!(debug_assertions)
        && let Err(broken) = check_depths(graph, opcodes)
    {
        panic!("after stack_depth: {broken}");
    }
}

fn check_structure(graph: &FlowGraph) -> Result<(), String> {
    let mut in_layout = BlockSet::new(graph);
    for id in graph.layout() {
        if !in_layout.insert(id) {
            return Err(format!("block {} stands in the layout twice", id.index()));
        }
    }
    for id in graph.layout() {
        let instrs = graph.instrs(id);
        for (index, instr) in instrs.iter().enumerate() {
            let place = || format!("{} in block {}", instr.opcode.name(), id.index());
            if instr.opcode.is_terminator() && index + 1 != instrs.len() {
                return Err(format!("{} is not the last instruction", place()));
            }
            if instr.opcode.has_target() && !instr.target.is_some_and(|target| in_layout.contains(target)) {
                return Err(format!("the target of {} is not in the layout", place()));
            }
        }
    }
    match graph.layout().filter(|&id| !graph.is_empty(id)).last() {
        Some(last) if graph.has_fallthrough(last) => Err(format!("control falls off block {}", last.index())),
        _ => Ok(()),
    }
}

fn check_depths(graph: &FlowGraph, opcodes: &OpcodeTable) -> Result<(), String> {
    for id in graph.layout() {
        let Some(start) = graph.block(id).start_depth else { continue };
        let mut depth = start as i32;
        let check = |target, depth: i32| match graph.block(target).start_depth {
            Some(known) if known as i32 == depth => Ok(()),
            known => Err(format!("block {} is entered at depth {depth} and {known:?}", target.index())),
        };
        for instr in graph.instrs(id) {
            if instr.opcode.is_block_push() {
                check(instr.jump_target(), depth + instr.opcode.handler_stack_effect())?;
            }
            depth += opcodes.stack_effect(instr.opcode, instr.oparg);
            if depth < 0 {
                return Err(format!("{} in block {} takes too much", instr.opcode.name(), id.index()));
            }
        }
        // This one says only where its loop is.
        let is_jump = graph.last(id).is_some_and(|last| last.opcode != END_ASYNC_FOR_FROM_SEND);
        let jumped_to = graph.jump_target(id).filter(|_| is_jump);
        for target in [jumped_to, graph.fallthrough(id)].into_iter().flatten() {
            check(target, depth)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::stack_depth::stack_depth;
    use crate::flowgraph::testing::{features, graph};
    use crate::targets::{V3_12, Version};

    #[test]
    fn breaches_are_found() {
        let falls_off = graph("1 NOP");
        assert!(check_structure(&falls_off).is_err());
        let mut loses_target = graph("1 JUMP a; a: 1 RETURN_CONST 0");
        assert_eq!(check_structure(&loses_target), Ok(()));
        loses_target.block_mut(loses_target.entry).next = None;
        assert!(check_structure(&loses_target).is_err());
    }

    #[test]
    fn depths_that_differ_at_a_join_are_found() {
        for (source, is_sound) in [
            ("1 PUSH_NULL; 1 POP_JUMP_IF_TRUE a; 1 NOP; a: 1 RETURN_CONST 0", true),
            ("1 PUSH_NULL; 1 POP_JUMP_IF_TRUE a; 1 PUSH_NULL; a: 1 RETURN_CONST 0", false),
            ("1 POP_TOP; 1 RETURN_CONST 0", false),
        ] {
            let mut graph = graph(source);
            stack_depth(&mut graph, 0, features(Version::V3_12));
            assert_eq!(check_depths(&graph, V3_12).is_ok(), is_sound, "{source}");
        }
    }
}
