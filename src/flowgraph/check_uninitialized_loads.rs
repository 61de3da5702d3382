//! Makes a `LOAD_FAST_CHECK` of every `LOAD_FAST` whose variable may be unbound.
//!
//! The first 64 variables are followed through all blocks, a bit each. The others count as unbound
//! at the start of every block, which keeps the work linear in units with many variables.
//!
//! CPython: `Python/flowgraph.c` `add_checks_for_loads_of_uninitialized_variables`,
//! `scan_block_for_locals`, `fast_scan_many_locals` (3.12–)

use smallvec::{SmallVec, smallvec};

use super::{BlockId, BlockList, BlockSet, FlowGraph};
use crate::targets::Opcode::*;
use crate::targets::Properties;

/// How many variables are followed from block to block.
const TRACKED: usize = u64::BITS as usize;

/// `parameter_count` of the `variable_count` local variables are bound from the start.
pub(super) fn check_uninitialized_loads(
    graph: &mut FlowGraph,
    variable_count: usize,
    parameter_count: usize,
) {
    let are_all_bound = variable_count == parameter_count && !graph.properties.has(Properties::UNBINDS_LOCAL);
    if are_all_bound && variable_count <= TRACKED {
        return;
    }
    if variable_count > TRACKED {
        check_untracked(graph, variable_count);
    }
    let unbound_at_start = low_bits(variable_count) & !low_bits(parameter_count);
    let mut scan = Scan {
        unbound: smallvec![0; graph.block_count()],
        todo: BlockList::new(),
        waiting: BlockSet::new(graph),
    };
    scan.reach(graph.entry, unbound_at_start);
    // Every block once, for a `DELETE_FAST` may be anywhere; then again those that later ones lead
    // back to.
    graph.for_each_block(|graph, id| {
        scan.waiting.remove(id);
        scan.block(graph, id);
    });
    while let Some(id) = scan.todo.pop() {
        if scan.waiting.remove(id) {
            scan.block(graph, id);
        }
    }
}

fn low_bits(count: usize) -> u64 {
    if count >= TRACKED { u64::MAX } else { (1 << count) - 1 }
}

/// What is known of the tracked variables.
struct Scan {
    /// For each block the variables that may be unbound when control enters it. Only grows.
    unbound: SmallVec<[u64; 64]>,
    /// Blocks that `unbound` has grown for, and maybe some that were scanned since.
    todo: BlockList,
    /// Blocks that `unbound` has grown for since they were scanned.
    waiting: BlockSet,
}

impl Scan {
    /// Control comes to `id` with `unbound`.
    fn reach(&mut self, id: BlockId, unbound: u64) {
        let known = &mut self.unbound[id.index()];
        if *known | unbound != *known {
            *known |= unbound;
            if self.waiting.insert(id) {
                self.todo.push(id);
            }
        }
    }

    fn block(&mut self, graph: &mut FlowGraph, id: BlockId) {
        let mut unbound = self.unbound[id.index()];
        let opcodes = graph.opcodes;
        let unbinds_some = graph.block(id).properties.has(Properties::UNBINDS_LOCAL);
        for instr in graph.instrs_mut(id) {
            if unbound == 0 && !unbinds_some {
                return;
            }
            if let Some(handler) = instr.handler {
                self.reach(handler, unbound);
            }
            let variable = if (instr.oparg as usize) < TRACKED { 1 << instr.oparg } else { 0 };
            let binds = matches!(instr.opcode, STORE_FAST | LOAD_FAST_CHECK | LOAD_FAST);
            let unbinds = opcodes.properties(instr.opcode).has(Properties::UNBINDS_LOCAL);
            if instr.opcode == LOAD_FAST && unbound & variable != 0 {
                instr.opcode = LOAD_FAST_CHECK;
            }
            // Without branches, for which of them an instruction does is hard to foretell.
            unbound &= !(variable * u64::from(binds));
            unbound |= variable * u64::from(unbinds);
        }
        for target in [graph.fallthrough(id), graph.jump_target(id)].into_iter().flatten() {
            self.reach(target, unbound);
        }
    }
}

/// Checks the loads of variables beyond the tracked ones, each block for itself.
fn check_untracked(graph: &mut FlowGraph, variable_count: usize) {
    // For each variable the last block that bound it and did not unbind it again.
    let mut bound_in: Vec<Option<BlockId>> = vec![None; variable_count - TRACKED];
    graph.for_each_block(|graph, id| {
        for instr in graph.instrs_mut(id) {
            let Some(variable) = (instr.oparg as usize).checked_sub(TRACKED) else { continue };
            match instr.opcode {
                DELETE_FAST | LOAD_FAST_AND_CLEAR | STORE_FAST_MAYBE_NULL => bound_in[variable] = None,
                STORE_FAST => bound_in[variable] = Some(id),
                LOAD_FAST => {
                    if bound_in[variable] != Some(id) {
                        instr.opcode = LOAD_FAST_CHECK;
                    }
                    bound_in[variable] = Some(id);
                }
                _ => {}
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    fn checked(source: &str, variables: usize, parameters: usize) -> String {
        let mut graph = graph(source);
        check_uninitialized_loads(&mut graph, variables, parameters);
        text(&graph)
    }

    #[test]
    fn parameters_and_stored_variables_are_bound() {
        assert_eq!(
            checked("1 LOAD_FAST 0; 1 LOAD_FAST 1; 1 LOAD_FAST 1; 1 STORE_FAST 2; 1 LOAD_FAST 2", 3, 1),
            "LOAD_FAST LOAD_FAST_CHECK:1 LOAD_FAST:1 STORE_FAST:2 LOAD_FAST:2"
        );
    }

    #[test]
    fn unbinding_reaches_back_over_loops() {
        assert_eq!(
            checked("1 NOP; a: 1 LOAD_FAST 0; 1 DELETE_FAST 0; 1 JUMP a", 1, 1),
            "NOP | LOAD_FAST_CHECK DELETE_FAST JUMP>1"
        );
    }

    #[test]
    fn many_variables_are_followed_within_a_block_only() {
        assert_eq!(
            checked("1 STORE_FAST 70; 1 LOAD_FAST 70; a: 1 LOAD_FAST 70; 1 JUMP a", 80, 80),
            "STORE_FAST:70 LOAD_FAST:70 | LOAD_FAST_CHECK:70 JUMP>1"
        );
    }
}
