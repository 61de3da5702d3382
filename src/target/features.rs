//! What each version of CPython's compiler does, by name: read from top to bottom, this is the history of its bytecode.
//!
//! The rest of the program asks for a feature, never for a version.

use super::opcodes::{self, OpcodeTable};
use super::version::Version;

/// The behaviour of one version's compiler and of the files it writes.
#[derive(Debug)]
pub struct Features {
    /// The newest patch release crosspyc knows; what a bare `3.12` means.
    pub newest_patch: u8,
    /// The first two bytes of a pyc, little-endian; `\r\n` follows.
    ///
    /// CPython: `Lib/importlib/_bootstrap_external.py` `MAGIC_NUMBER` (3.8–3.13)
    pub magic: u16,
    /// What stands in the names of cached files: `cpython-312`.
    pub pyc_tag: &'static str,
    pub marshal_version: u8,
    /// How deeply statements, expressions and patterns may be nested, in all, before the compiler gives up: what is left of
    /// its limit when `compile()` is called from the top level of a script.
    ///
    /// CPython: `Python/ast_opt.c` `_PyAST_Optimize` (3.8–)
    pub recursion_limit: u32,
    /// The strings made of `[A-Za-z0-9_]` that a process has interned before it compiles anything, one a line.
    ///
    /// Those of `Include/internal/pycore_global_strings.h`, and those of the modules that `py_compile` loads.
    pub interned_at_start: &'static str,
    pub opcodes: &'static OpcodeTable,
    /// The arguments of instructions below this number mean nothing.
    ///
    /// CPython: `Lib/opcode.py` `HAVE_ARGUMENT` (3.8–3.12)
    pub have_argument: u8,
    /// How deeply loops, `try` and `with` blocks may nest in one code object.
    ///
    /// CPython: `Include/cpython/code.h` `CO_MAXBLOCKS` (3.11–)
    pub frame_block_limit: usize,
}

/// The features of a version whose compiler crosspyc has.
pub(super) fn of(version: Version) -> Option<&'static Features> {
    match version {
        Version::V3_12 => Some(&V3_12),
        Version::V3_8
        | Version::V3_9
        | Version::V3_10
        | Version::V3_11
        | Version::V3_13
        | Version::V3_14
        | Version::V3_15 => None,
    }
}

static V3_12: Features = Features {
    newest_patch: 1,
    magic: 3531,
    pyc_tag: "cpython-312",
    marshal_version: 4,
    recursion_limit: 2996,
    interned_at_start: include_str!("interned/v3_12.txt"),
    opcodes: opcodes::V3_12,
    have_argument: 90,
    frame_block_limit: 20,
};
