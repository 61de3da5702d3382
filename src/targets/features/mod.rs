//! What a release of CPython's compiler does, by name.
//!
//! The rest of the program asks for a feature, never for a version. Features are grouped by the
//! stage that asks for them; each stage gets its own group only. A rule that two stages must agree
//! on is a field of both groups, and a test of [`history`] holds them equal. [`history`] says which
//! release has which feature.

mod assembly;
mod codegen;
mod disassembly;
mod flowgraph;
mod history;
mod marshal;
mod preprocess;
mod symtable;
mod syntax;

pub use assembly::{AssemblyFeatures, JumpSizeGuess, LineTable};
pub use codegen::{
    AttributeLocation, BoolOps, CodegenFeatures, ComprehensionIsolation, ComprehensionIter, ContextManagers,
    FieldFormatting, FinallyWarnings, FunctionAttributes, Handlers, InlinedGenexpCalls, IteratorLocation,
    LocationRule, MatchOutcomes, Subscripts, TruthTests, WhileLoops, WithLocation,
};
pub use disassembly::DisassemblyFeatures;
pub use flowgraph::{BorrowedLoads, FlowGraphFeatures, HandlerDepth, ImmediateConstants, Optimizer};
pub(super) use history::{History, of};
pub use marshal::{CodeLayout, MarshalFeatures};
pub use preprocess::{ComplexArithmetic, PreprocessFeatures};
pub use symtable::{ClassCells, SymtableFeatures};
pub use syntax::{DebugComments, DebugTextEnd, FStringRules, ParserFeatures};

/// The behaviour of one release's compiler and of the files it writes.
#[derive(Clone, Debug)]
pub struct Features {
    /// The first two bytes of a pyc, little-endian; `\r\n` follows.
    ///
    /// CPython: `Lib/importlib/_bootstrap_external.py` `MAGIC_NUMBER` (3.8–3.13)
    pub magic: u16,
    /// The tag in the names of cached files: `cpython-312`.
    pub pyc_tag: &'static str,
    pub source_hash: SourceHash,
    pub syntax: ParserFeatures,
    pub preprocess: PreprocessFeatures,
    pub symtable: SymtableFeatures,
    pub codegen: CodegenFeatures,
    pub flowgraph: FlowGraphFeatures,
    pub assembly: AssemblyFeatures,
    pub marshal: MarshalFeatures,
    pub disassembly: DisassemblyFeatures,
}

/// The function that makes the hash of a source, which a hash-based pyc carries.
///
/// CPython: `Python/pyhash.c` `_Py_KeyedHash` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceHash {
    /// SipHash-2-4 (3.8–3.10).
    SipHash24,
    /// SipHash-1-3 (3.11–).
    SipHash13,
}

/// How a call passes keyword arguments, and the `NULL` beside a callable that is no method.
///
/// CPython: `Python/compile.c` `compiler_call_helper` (3.8–), `compiler_call_simple_kw_helper` (3.11–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// No `NULL`. Methods, calls with keyword arguments and other calls have an instruction each
    /// (3.8–3.10).
    Function,
    /// As `KwNames`, and a `PRECALL` comes before each `CALL` (3.11).
    Precall,
    /// The `NULL` is below the callable, and `KW_NAMES` gives the names to the next `CALL` (3.12).
    KwNames,
    /// The `NULL` is above the callable, and `CALL_KW` takes the names from the stack (3.13–).
    CallKw,
}

impl Calls {
    /// Whether the `NULL` is pushed before the callable.
    pub fn push_null_before_callable(self) -> bool {
        matches!(self, Calls::Precall | Calls::KwNames)
    }

    /// Whether the `NULL` is pushed after the callable.
    pub fn push_null_after_callable(self) -> bool {
        self == Calls::CallKw
    }
}

/// Which stage folds operations and displays whose operands are constants.
///
/// CPython: `Python/ast_opt.c` `fold_binop` (3.8–3.13), `Python/flowgraph.c` `fold_const_binop`
/// (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantFolding {
    /// Preprocessing rewrites the tree, and code generation folds displays (3.8–3.13).
    Tree,
    /// The flow graph does all of it (3.14–).
    FlowGraph,
}

/// Which stage emits the instructions that make a generator object, and where they are located.
///
/// CPython: `Python/flowgraph.c` `insert_prefix_instructions` (3.12–3.14), `Python/codegen.c`
/// `codegen_enter_scope` (3.15–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratorPrologue {
    /// The flow graph; the `POP_TOP` after `RETURN_GENERATOR` has no location (3.12).
    FlowGraph,
    /// The flow graph, both instructions at the first line (3.13–3.14).
    FlowGraphLocated,
    /// Code generation (3.15–).
    Codegen,
}
