//! The Python versions crosspyc compiles for. This is the only place that compares versions.
//!
//! Elsewhere code asks what the target *does*, by a named [feature](Features), never which version
//! it *is*.
//!
//! # Adding a Python version
//!
//! Add a version in one change: `all` and `requires-python` include it as soon as it is a
//! `Version`.
//!
//! 1. Instructions: `scripts/opcodes.py` with the new interpreter writes `opcodes/v3_16.rs`. New
//!    names go into `opcodes/mod.rs`. `opcodes/facts.rs` says what each takes from and leaves on the
//!    stack; a test compares that with the interpreter's own numbers.
//! 2. History: `features/history.rs` gets a `History` and a `const V3_16_0`, which is the release
//!    before it with the changed features replaced: at first magic number, pyc tag and
//!    instructions. `interned/v3_16.txt` lists the strings that are interned before anything is
//!    compiled.
//! 3. Syntax: a [`SyntaxFeature`] with the version that brought it, its tree in `syntax/ast.rs`,
//!    its rule in `syntax/parser/`. For a newer Unicode, a `UnicodeVersion` and
//!    `scripts/unicode_tables.py`.
//! 4. Behaviour: run `scripts/conformance PYTHON` on the version's standard library. It sorts the
//!    differences by kind: take the most frequent, read how that CPython does it, name the
//!    behaviour in the group of its stage in `features/` with the source of the rule, turn it on in
//!    `history.rs`, implement it where its stage is, run again. What changed in a patch release is
//!    turned on in a `const` of that release.
//! 5. Evidence: the release in `REFERENCES` of `tests/golden_code.rs`; `scripts/oracle.py golden`
//!    and `changes` with its interpreter; a source in `testdata/code` for what is new (`# since:
//!    3.16`); `scripts/conformance PYTHON --snapshot --bless` (`.ci/run` then compares with that
//!    release); README and CHANGELOG.

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
    AssemblyFeatures, AttributeLocation, BoolOps, BorrowedLoads, Calls, ClassCells, CodeLayout,
    CodegenFeatures, ComplexArithmetic, ComprehensionIsolation, ComprehensionIter, ConstantFolding,
    ContextManagers, DebugComments, DebugTextEnd, DisassemblyFeatures, FStringRules, Features,
    FieldFormatting, FinallyWarnings, FlowGraphFeatures, FunctionAttributes, GeneratorPrologue, HandlerDepth,
    Handlers, ImmediateConstants, InlinedGenexpCalls, IteratorLocation, JumpSizeGuess, LineTable,
    LocationRule, MarshalFeatures, MatchOutcomes, Optimizer, ParserFeatures, PreprocessFeatures, SourceHash,
    Subscripts, SymtableFeatures, TruthTests, WhileLoops, WithLocation,
};
pub(crate) use opargs::{
    Awaitable, CommonConstant, Comparison, EXCEPTION_MATCH, Intrinsic1, Intrinsic2, SUBSCRIPT_OP,
    SpecialMethod, binary_op, binary_opcode, comparison, inplace_op, inplace_opcode, operator,
};
pub use opcodes::Opcode;
pub(crate) use opcodes::{OpcodeTable, Properties};
pub use requires_python::{RequiresPython, SpecifierError};
pub use selection::{TargetSpec, all_targets, combine, targets};
pub use syntax::SyntaxFeature;
pub(crate) use syntax::{Dialect, Mistake};
pub use version::{Target, TargetError, Version};
pub use wheel_tags::{extension_platform, wheel_fits};
