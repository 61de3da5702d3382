//! The passes of targets that find handlers last.
//!
//! Blocks lie where code generation has put them. Some passes visit them in the reverse of the order
//! in which they were made, which is that of their labels and of the jumps before them; so the graph
//! remembers it.
//!
//! CPython: `Python/compile.c` `assemble`, `optimize_cfg` (3.11)

mod clean_blocks;
mod duplicate_exits;
mod extend_blocks;
mod normalize_jumps;
mod optimize_blocks;
mod remove_redundant_jumps;
mod trim_unused_consts;

pub(super) use clean_blocks::{clean_block, clean_block_after, clean_blocks};
pub(super) use duplicate_exits::duplicate_exits;
pub(super) use extend_blocks::extend_blocks;
pub(super) use normalize_jumps::normalize_jumps_by_direction;
pub(super) use optimize_blocks::optimize_blocks;
pub(super) use remove_redundant_jumps::remove_jumps_to_next;
pub(super) use trim_unused_consts::trim_unused_consts;
