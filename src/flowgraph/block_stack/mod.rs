//! The passes of targets whose frames keep a stack of blocks: block pushes are instructions, and
//! handlers are found when the code runs.
//!
//! Otherwise these targets are like those that find [handlers last](super::handlers_last).
//!
//! CPython: `Python/compile.c` `assemble`, `optimize_cfg` (3.10)

mod choose_jumps;
mod clean_blocks;
mod start_generator;

pub(super) use choose_jumps::{choose_jumps, make_jumps_absolute};
pub(super) use clean_blocks::{clean_blocks_in_order, remove_and_clean_jumps_to_next};
pub(super) use start_generator::start_generator;
