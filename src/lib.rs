//! crosspyc compiles Python sources to the code objects of CPython's own compiler, with no Python on the machine.
//!
//! ```text
//! bytes ─ source ─> text ─ syntax ─> ast::Module            once a file, for all targets
//!       ─ per target ─> preprocess ─ symtable ─ codegen ─> instructions ─ flowgraph ─ assemble ─> CodeObject ─ marshal ─> .pyc
//! ```

pub mod assemble;
pub mod bundle;
pub mod cli;
pub mod code;
pub mod codegen;
pub mod compile;
pub mod diagnostic;
pub mod flowgraph;
pub mod marshal;
pub mod names;
pub mod preprocess;
pub mod project;
pub mod pyc;
pub mod runner;
pub mod source;
pub mod symtable;
pub mod syntax;
pub mod target;
