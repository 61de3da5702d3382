//! The Python versions crosspyc compiles for. This is the only place that compares versions.
//!
//! Elsewhere code asks what the target *does*, by a named [feature](Features), never which version it *is*.

mod features;
pub(crate) mod limits;
mod opargs;
mod opcodes;
mod requires_python;
mod selection;
mod syntax;
pub(crate) mod unicode;
mod version;

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
pub use syntax::SyntaxFeature;
pub use version::{Target, TargetError, Version};
