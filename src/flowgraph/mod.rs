//! The flow graph: basic blocks, and the passes over them.
