//! What holds for a flow graph after every pass. Checked in debug builds: a broken rule is a panic
//! that names the pass.
//!
//! - The layout visits no block twice.
//! - The target has every instruction.
//! - A block's properties are those of its instructions, or more, and it knows if one has no line.
//! - A jump or an exit is the last instruction of its block.
//! - A jump or block push has a target in the layout, and a handler of an instruction is in the
//!   layout.
//! - No handler is its own handler, directly or through other handlers.
//! - Control does not fall off the end: the last block with instructions ends in a jump or an exit.
//!
//! Before [`label_exception_targets`](super::label_exception_targets), which removes the block
//! pushes:
//!
//! - A pop has its push, and all paths into a block agree on the blocks pushed.
//!
//! Once the stack depths are known:
//!
//! - All paths into a block agree on the depth, and no depth is below 0.

use super::{BlockId, BlockSet, FlowGraph, Instr};
use crate::targets::Opcode::{END_ASYNC_FOR_FROM_SEND, NOP, POP_BLOCK};

/// Panics if `pass` has broken a rule.
pub(super) fn assert_sound(graph: &FlowGraph, pass: &str) {
    if cfg!(debug_assertions)
        && let Err(broken) = check_structure(graph).and_then(|()| check_handlers(graph))
    {
        panic!("after {pass}: {broken}");
    }
}

/// Panics if block pushes and pops do not nest.
pub(super) fn assert_blocks_nest(graph: &FlowGraph) {
    if cfg!(debug_assertions)
        && let Err(broken) = check_nesting(graph)
    {
        panic!("after code generation: {broken}");
    }
}

/// Panics if the depths that `stack_depth` has found do not agree.
pub(super) fn assert_depths_agree(graph: &FlowGraph) {
    if cfg!(debug_assertions)
        && let Err(broken) = check_depths(graph)
    {
        panic!("after stack_depth: {broken}");
    }
}

fn check_structure(graph: &FlowGraph) -> Result<(), String> {
    let opcodes = graph.opcodes;
    let in_layout = layout_set(graph)?;
    for id in graph.layout() {
        let instrs = graph.instrs(id);
        for (index, instr) in instrs.iter().enumerate() {
            let describe = || format!("{} in block {}", instr.opcode.name(), id.index());
            if !opcodes.has(instr.opcode) {
                return Err(format!("the target has no {}", describe()));
            }
            if !graph.block(id).properties.has_all(opcodes.properties(instr.opcode)) {
                return Err(format!("the block does not know of {}", describe()));
            }
            if instr.opcode == NOP && instr.lineno() < 0 && !graph.has_nops {
                return Err(format!("nobody would remove {}", describe()));
            }
            if instr.lineno() < 0 && !graph.block(id).lacks_lines {
                return Err(format!("the block does not know that a line lacks {}", describe()));
            }
            if opcodes.is_terminator(instr.opcode) && index + 1 != instrs.len() {
                return Err(format!("{} is not the last instruction", describe()));
            }
            let is_laid_out = |block: Option<BlockId>| block.is_some_and(|block| in_layout.contains(block));
            if opcodes.has_target(instr.opcode) && !is_laid_out(instr.target) {
                return Err(format!("the target of {} is not in the layout", describe()));
            }
            if instr.handler.is_some() && !is_laid_out(instr.handler) {
                return Err(format!("the handler of {} is not in the layout", describe()));
            }
        }
    }
    match graph.layout().filter(|&id| !graph.is_empty(id)).last() {
        Some(last) if graph.has_fallthrough(last) => Err(format!("control falls off block {}", last.index())),
        _ => Ok(()),
    }
}

fn layout_set(graph: &FlowGraph) -> Result<BlockSet, String> {
    let mut in_layout = BlockSet::new(graph);
    for id in graph.layout() {
        if !in_layout.insert(id) {
            return Err(format!("block {} is in the layout twice", id.index()));
        }
    }
    Ok(in_layout)
}

/// Follows each handler to the handler of its own first instruction, and so on.
fn check_handlers(graph: &FlowGraph) -> Result<(), String> {
    let around = |&handler: &BlockId| graph.instrs(graph.next_nonempty(handler)?).first()?.handler;
    for id in graph.layout().filter(|&id| graph.block(id).is_handler) {
        let outward = std::iter::successors(Some(id), around);
        if outward.take(graph.block_count() + 1).count() > graph.block_count() {
            return Err(format!("handler {} is within itself", id.index()));
        }
    }
    Ok(())
}

fn check_nesting(graph: &FlowGraph) -> Result<(), String> {
    let opcodes = graph.opcodes;
    let mut pushed_at: Vec<Option<Vec<BlockId>>> = vec![None; graph.block_count()];
    let mut todo = vec![(graph.entry, Vec::new())];
    while let Some((id, mut pushed)) = todo.pop() {
        match &pushed_at[id.index()] {
            Some(known) if *known == pushed => continue,
            Some(_) => return Err(format!("paths into block {} have pushed other blocks", id.index())),
            None => pushed_at[id.index()] = Some(pushed.clone()),
        }
        for instr in graph.instrs(id) {
            if opcodes.is_block_push(instr.opcode) {
                todo.push((instr.jump_target(), pushed.clone()));
                pushed.push(instr.jump_target());
            } else if instr.opcode == POP_BLOCK && pushed.pop().is_none() {
                return Err(format!("block {} pops more than was pushed", id.index()));
            }
        }
        for next in [control_jump(graph, id), graph.fallthrough(id)].into_iter().flatten() {
            todo.push((next, pushed.clone()));
        }
    }
    Ok(())
}

/// Where the jump at the block's end goes. `END_ASYNC_FOR_FROM_SEND` only names the start of its
/// loop: control does not go there.
fn control_jump(graph: &FlowGraph, id: BlockId) -> Option<BlockId> {
    graph.last(id).filter(|last| is_control_jump(graph, last)).map(Instr::jump_target)
}

fn is_control_jump(graph: &FlowGraph, instr: &Instr) -> bool {
    graph.opcodes.is_jump(instr.opcode) && instr.opcode != END_ASYNC_FOR_FROM_SEND
}

fn check_depths(graph: &FlowGraph) -> Result<(), String> {
    let opcodes = graph.opcodes;
    for id in graph.layout() {
        let Some(start) = graph.block(id).start_depth else { continue };
        let mut depth = start as i32;
        let check = |target, depth: i32| match graph.block(target).start_depth {
            Some(known) if known as i32 == depth => Ok(()),
            known => Err(format!("block {} is entered at depth {depth} and {known:?}", target.index())),
        };
        let has_target = |instr: &Instr| opcodes.is_block_push(instr.opcode) || is_control_jump(graph, instr);
        for instr in graph.instrs(id) {
            if has_target(instr) {
                check(instr.jump_target(), depth + opcodes.target_stack_effect(instr.opcode, instr.oparg))?;
            }
            depth += opcodes.stack_effect(instr.opcode, instr.oparg);
            if depth < 0 {
                return Err(format!("{} in block {} takes too much", instr.opcode.name(), id.index()));
            }
        }
        if let Some(next) = graph.fallthrough(id) {
            check(next, depth)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::label_exception_targets::label_exception_targets;
    use crate::flowgraph::stack_depth::stack_depth;
    use crate::flowgraph::testing::{features, graph};
    use crate::targets::Opcode::NOT_TAKEN;
    use crate::targets::Version;

    #[test]
    fn breaches_are_found() {
        let falls_off = graph("1 NOP");
        assert!(check_structure(&falls_off).is_err());
        let mut loses_target = graph("1 JUMP a; a: 1 RETURN_CONST 0");
        assert_eq!(check_structure(&loses_target), Ok(()));
        loses_target.block_mut(loses_target.entry).next = None;
        assert!(check_structure(&loses_target).is_err());
        let mut has_newer = graph("1 NOP; 1 RETURN_CONST 0");
        assert_eq!(check_structure(&has_newer), Ok(()));
        has_newer.instrs[0].opcode = NOT_TAKEN;
        assert!(check_structure(&has_newer).is_err());
    }

    #[test]
    fn blocks_that_do_not_nest_are_found() {
        for (source, is_sound) in [
            ("1 SETUP_FINALLY h; 1 POP_BLOCK; 1 RETURN_CONST 0; h: 1 RERAISE 0", true),
            ("1 POP_BLOCK; 1 RETURN_CONST 0", false),
            ("1 POP_JUMP_IF_TRUE a; 1 SETUP_FINALLY h; a: 1 RETURN_CONST 0; h: 1 RERAISE 0", false),
        ] {
            assert_eq!(check_nesting(&graph(source)).is_ok(), is_sound, "{source}");
        }
    }

    #[test]
    fn a_handler_within_itself_is_found() {
        let mut graph = graph("1 SETUP_FINALLY h; 1 POP_BLOCK; 1 RETURN_CONST 0; h: 1 RERAISE 0");
        label_exception_targets(&mut graph, features(Version::V3_12));
        assert_eq!(check_handlers(&graph), Ok(()));
        let handler = graph.instrs(graph.entry)[0].target.expect("it is a block push");
        graph.instrs_mut(handler)[0].handler = Some(handler);
        assert!(check_handlers(&graph).is_err());
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
            assert_eq!(check_depths(&graph).is_ok(), is_sound, "{source}");
        }
    }
}
