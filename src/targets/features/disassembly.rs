//! Features of the disassembler.

use super::super::opcodes::OpcodeTable;
use super::super::unicode::UnicodeVersion;
use super::Calls;

/// What the arguments of a release's instructions mean.
#[derive(Clone, Debug)]
pub struct DisassemblyFeatures {
    pub opcodes: &'static OpcodeTable,
    /// Which characters of a string constant are shown, and which are escaped.
    pub unicode: UnicodeVersion,
    /// Instructions with a lower number ignore their argument.
    ///
    /// CPython: `Lib/opcode.py` `HAVE_ARGUMENT` (3.8–3.12); `Include/opcode_ids.h` `HAVE_ARGUMENT`
    /// (3.13–), which itself has none
    pub have_argument: u8,
    /// As in [`AssemblyFeatures`](super::AssemblyFeatures::jumps_in_bytes).
    pub jumps_in_bytes: bool,
    /// As in [`CodegenFeatures`](super::CodegenFeatures::comparison_shift).
    pub comparison_shift: u8,
    pub calls: Calls,
    /// As in [`CodegenFeatures`](super::CodegenFeatures::load_attr_loads_methods).
    pub load_attr_loads_methods: bool,
    /// As in [`CodegenFeatures`](super::CodegenFeatures::import_flags).
    pub import_flags: bool,
}
