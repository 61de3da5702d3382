//! The Python versions crosspyc compiles for. This is the only place that compares versions.
//!
//! Elsewhere code asks what the target *does*, by a named [feature](Features), never which version it *is*.
//!
//! # Adding a Python version
//!
//! 1. Instructions: `opcodes/v3_16.rs`, a row each with number, inline cache and what it takes from and leaves on the stack, and new names in
//!    `opcodes/mod.rs`, with their `Properties` if they jump, exit or hold a constant. CPython: `Include/opcode_ids.h`,
//!    `Include/internal/pycore_opcode_metadata.h`.
//! 2. History: in `features/history.rs` a `History` and a `const V3_16_0`, which is the release before it and what is other: at first magic
//!    number, pyc tag, marshal version and instructions. `interned/v3_16.txt` lists the strings that are interned before anything is compiled.
//! 3. Syntax: a [`SyntaxFeature`] with the version that brought it, its tree in `syntax/ast.rs`, its lowering in `syntax/lower/`; for a newer Unicode a
//!    `UnicodeVersion` and `scripts/unicode_tables.py`.
//! 4. Behaviour: run `scripts/conformance PYTHON` on the version's standard library. It sorts the differences by kind: take the most frequent, read how
//!    that CPython does it, name the behaviour in `features/mod.rs` with the source of the rule, turn it on in `history.rs`, implement it where its
//!    stage is, run again. What changed in a patch release is turned on in a `const` of that release.
//! 5. Evidence: the release in `REFERENCES` of `tests/golden_code.rs`; `scripts/oracle.py golden` and `changes` with its interpreter; a source in
//!    `testdata/code` for what is new (`# since: 3.16`); `scripts/conformance PYTHON --snapshot --bless`; the interpreter in `.ci/run`; README and CHANGELOG.

mod features;
pub(crate) mod limits;
mod opargs;
mod opcodes;
mod requires_python;
mod selection;
mod syntax;
pub mod unicode;
mod version;
mod wheel_tags;

pub use features::{
    BorrowedLoads, ClassCells, ComplexArithmetic, ComprehensionIter, DebugComments, DebugTextEnd,
    FStringRules, Features, HandlerDepth, InlinedGenexpCalls, JumpSizeGuess,
};
pub(crate) use opargs::{
    Awaitable, CommonConstant, Comparison, Intrinsic1, Intrinsic2, SUBSCRIPT_OP, SpecialMethod, binary_op,
    comparison, inplace_op, operator,
};
pub use opcodes::Opcode;
#[cfg(test)]
pub(crate) use opcodes::V3_12;
pub(crate) use opcodes::{OpcodeTable, Properties};
pub use requires_python::{RequiresPython, SpecifierError};
pub use selection::{TargetSpec, all_targets, combine};
pub(crate) use syntax::Grammar;
pub use syntax::SyntaxFeature;
pub use version::{Target, TargetError, Version};
pub use wheel_tags::{extension_platform, wheel_fits};
