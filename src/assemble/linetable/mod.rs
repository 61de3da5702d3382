//! Where instructions stand in the source: the tables that tracebacks and debuggers read.

mod locations;

pub(super) use locations::LocationTable;
