//! Shorter `SWAP`s: a run of them becomes the shortest run of the same effect, and a `SWAP` before
//! stores becomes a swap of the stores.
//!
//! CPython: `Python/flowgraph.c` `swaptimize`, `apply_static_swaps` (3.12–)

use super::Instr;
use crate::targets::Opcode::{NOP, POP_TOP, STORE_FAST, STORE_FAST_MAYBE_NULL, SWAP};

/// Replaces the run of `SWAP`s and `NOP`s that starts at `start` by the shortest of the same
/// effect, `NOP`s first. Returns the index of the run's last instruction, or `start` where the run
/// has only one `SWAP`.
///
/// The run permutes the stack; every cycle of the permutation is one round of swaps with the top.
pub(super) fn swaptimize(instrs: &mut [Instr], start: usize) -> usize {
    let run = &mut instrs[start..];
    let len = run.iter().position(|instr| !matches!(instr.opcode, SWAP | NOP)).unwrap_or(run.len());
    let run = &mut run[..len];
    let swaps = || run.iter().filter(|instr| instr.opcode == SWAP).map(|instr| instr.oparg as usize);
    if swaps().count() == 1 {
        return start;
    }
    let depth = swaps().max().expect("the run starts with a swap");
    let mut stack: Vec<usize> = (0..depth).collect();
    for oparg in swaps() {
        stack.swap(0, oparg - 1);
    }
    // Written from the end: undoing a shuffle backwards is the shuffle.
    let mut free = len;
    let mut push = |position: usize| {
        // The top needs no swap with itself.
        if position != 0 {
            free -= 1;
            run[free].set(SWAP, position as u32 + 1);
        }
    };
    for first in 0..depth {
        if stack[first] == VISITED || stack[first] == first {
            continue;
        }
        let mut position = first;
        while stack[position] != VISITED {
            push(position);
            position = std::mem::replace(&mut stack[position], VISITED);
        }
        push(position);
    }
    run[..free].iter_mut().for_each(Instr::set_nop);
    start + len - 1
}

const VISITED: usize = usize::MAX;

/// Applies the `SWAP`s that end at `last` by exchanging the instructions that take the values off
/// the stack.
pub(super) fn apply_static_swaps(instrs: &mut [Instr], last: usize) {
    for index in (0..=last).rev() {
        let instr = instrs[index];
        if instr.opcode != SWAP {
            if instr.opcode == NOP || is_swappable(&instr) {
                continue;
            }
            return;
        }
        let Some((first, second)) = swapped_pair(instrs, index) else { return };
        instrs[index].set_nop();
        instrs.swap(first, second);
    }
}

/// The two instructions that take the values which the `SWAP` at `index` exchanges, if they may
/// change places.
fn swapped_pair(instrs: &[Instr], index: usize) -> Option<(usize, usize)> {
    let first = next_swappable(instrs, index, None)?;
    // All on one line: else a debugger would see names bound in another order.
    let lineno = instrs[first].lineno();
    let mut second = first;
    for _ in 1..instrs[index].oparg {
        second = next_swappable(instrs, second, Some(lineno).filter(|&lineno| lineno >= 0))?;
    }
    // Stores to one name, these or those between, keep their order.
    let stores = [stored(&instrs[first]), stored(&instrs[second])];
    if stores != [None, None] {
        let between = &instrs[first + 1..second];
        if stores[0] == stores[1]
            || between.iter().filter_map(stored).any(|name| stores.contains(&Some(name)))
        {
            return None;
        }
    }
    Some((first, second))
}

/// The next instruction after `index`, `NOP`s skipped, if it is swappable and on line `lineno`.
fn next_swappable(instrs: &[Instr], index: usize, lineno: Option<i32>) -> Option<usize> {
    for (index, instr) in instrs.iter().enumerate().skip(index + 1) {
        if lineno.is_some_and(|lineno| instr.lineno() != lineno) {
            return None;
        }
        if instr.opcode != NOP {
            return is_swappable(instr).then_some(index);
        }
    }
    None
}

/// Whether the instruction does nothing but take the top of the stack: no jump, no exception, no
/// other code run.
fn is_swappable(instr: &Instr) -> bool {
    matches!(instr.opcode, STORE_FAST | STORE_FAST_MAYBE_NULL | POP_TOP)
}

/// The local variable that the instruction sets.
fn stored(instr: &Instr) -> Option<u32> {
    matches!(instr.opcode, STORE_FAST | STORE_FAST_MAYBE_NULL).then_some(instr.oparg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flowgraph::testing::{graph, text};

    fn swapped(source: &str) -> String {
        let mut graph = graph(source);
        let instrs = graph.instrs_mut(graph.entry);
        let last = swaptimize(instrs, 0);
        apply_static_swaps(instrs, last);
        text(&graph)
    }

    #[test]
    fn runs_become_shortest() {
        assert_eq!(swapped("1 SWAP 2; 1 SWAP 2; 1 GET_LEN"), "NOP NOP GET_LEN");
        assert_eq!(
            swapped("1 SWAP 3; 1 SWAP 2; 1 SWAP 3; 1 SWAP 2; 1 GET_LEN"),
            "NOP NOP SWAP:2 SWAP:3 GET_LEN"
        );
    }

    #[test]
    fn stores_change_places_on_one_line_only() {
        assert_eq!(swapped("1 SWAP 2; 1 STORE_FAST 0; 1 STORE_FAST 1"), "NOP STORE_FAST:1 STORE_FAST");
        assert_eq!(swapped("1 SWAP 2; 1 STORE_FAST 0; 2 STORE_FAST 1"), "SWAP:2 STORE_FAST STORE_FAST:1");
        assert_eq!(swapped("1 SWAP 2; 1 STORE_FAST 0; 1 STORE_FAST 0"), "SWAP:2 STORE_FAST STORE_FAST");
    }
}
