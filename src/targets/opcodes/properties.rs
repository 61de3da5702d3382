//! Facts about instructions that the passes over the flow graph ask for.

/// Facts about one instruction, or those that hold for one of several: a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Properties(u16);

impl Properties {
    pub(crate) const NONE: Properties = Properties(0);
    pub(crate) const JUMP: Properties = Properties(1);
    pub(crate) const UNCONDITIONAL: Properties = Properties(1 << 1);
    pub(crate) const BLOCK_PUSH: Properties = Properties(1 << 2);
    pub(crate) const SCOPE_EXIT: Properties = Properties(1 << 3);
    /// Its argument is an index of `co_consts`.
    pub(crate) const CONST: Properties = Properties(1 << 4);
    /// A local variable may be unbound after it.
    pub(crate) const UNBINDS_LOCAL: Properties = Properties(1 << 5);
    /// It only drops the topmost value.
    pub(crate) const POPS: Properties = Properties(1 << 6);
    /// The interpreter may run signal handlers or other threads there, so tracers want its line.
    ///
    /// CPython: `Include/internal/pycore_opcode_metadata.h` `HAS_EVAL_BREAK_FLAG` (3.13–)
    pub(crate) const EVAL_BREAK: Properties = Properties(1 << 7);
    /// It loads or stores a local variable, and may become half of an instruction that does two of
    /// these.
    pub(crate) const LOCAL: Properties = Properties(1 << 8);
    /// It loads a cell itself, for a closure.
    pub(crate) const CLOSURE: Properties = Properties(1 << 9);
    /// A conditional jump that keeps the tested value on the stack.
    pub(crate) const KEEPING_JUMP: Properties = Properties(1 << 10);
    pub(crate) const NOP: Properties = Properties(1 << 11);
    /// What it does has to do with the blocks pushed around it; it is no block push.
    pub(crate) const BLOCK_STACK: Properties = Properties(1 << 12);

    /// A block push that is an instruction of the code, and so is like a jump to the assembler.
    pub(crate) const REAL_PUSH: Properties = Properties(1 << 13);

    /// The argument names a label.
    pub(crate) const TARGET: Properties = Properties::JUMP.and(Properties::BLOCK_PUSH);
    /// Control may leave its basic block there, so it is the last.
    pub(crate) const TERMINATOR: Properties = Properties::JUMP.and(Properties::SCOPE_EXIT);
    /// It ends its basic block.
    pub(crate) const ENDS_BLOCK: Properties = Properties::TERMINATOR.and(Properties::REAL_PUSH);
    /// The assembler finds its argument.
    pub(crate) const ASSEMBLED: Properties = Properties::JUMP.and(Properties::REAL_PUSH);
    /// Control never goes on to the next instruction.
    pub(crate) const NO_FALLTHROUGH: Properties = Properties::UNCONDITIONAL.and(Properties::SCOPE_EXIT);

    pub(crate) fn has(self, any_of: Properties) -> bool {
        self.0 & any_of.0 != 0
    }

    pub(crate) fn has_all(self, all_of: Properties) -> bool {
        self.0 & all_of.0 == all_of.0
    }

    pub(crate) const fn without(self, other: Properties) -> Properties {
        Properties(self.0 & !other.0)
    }

    pub(crate) const fn and(self, other: Properties) -> Properties {
        Properties(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Properties {
    fn bitor_assign(&mut self, other: Properties) {
        *self = self.and(other);
    }
}
