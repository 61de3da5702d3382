//! The public library. It stands on the [pipeline](mod@crate::compile) and hides its arena: results
//! are bytes that own their memory, and can be sent to other threads.
//!
//! ```text
//! source ─ Compiler::parse ─> Source ─ compile, for each target ─> Compiled ─> pyc
//!                                                                 └─ marshalled ─ Pyc::code ─> CodeObject
//! ```
//!
//! Everything that this module names at the crate's root follows the semver policy there.

mod compiler;
mod fault;
mod pyc;

pub use compiler::{Compiled, Compiler, Options, Source, compile};
pub use fault::{CompileError, Warning};
pub use pyc::{Arena, Invalidation, Pyc, disassemble};
