//! One version's instructions: their numbers and inline caches, what they do to the stack, and how
//! control goes on after them.

use super::Opcode;
use super::facts::FACTS;
use super::properties::Properties;

/// How many values an instruction takes from the stack or leaves there, where `n` is its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// This number, whatever the argument.
    K(u8),
    /// `n` and this number.
    N(u8),
    /// This number, and one more if bit 0 of `n` is set.
    Bit0(u8),
    /// `2 * n`
    Pairs,
    /// What `UNPACK_EX` leaves: a list, the values before it (low byte) and after it (the rest).
    Unpacked,
    /// What `FORMAT_VALUE` takes: a value, and a specification if bit 2 is set.
    Specified,
    /// What `BUILD_SLICE` takes (3.12–3.13): start and stop, and a step if `n` is 3.
    Slice,
    /// This number, and one for each of the four low bits that is set: what `MAKE_FUNCTION` takes.
    Flags(u8),
}

impl Count {
    pub(crate) const fn of(self, oparg: u32) -> u32 {
        match self {
            Count::K(count) => count as u32,
            Count::N(more) => oparg.saturating_add(more as u32),
            Count::Bit0(count) => count as u32 + (oparg & 1),
            Count::Pairs => oparg.saturating_mul(2),
            Count::Unpacked => 1 + (oparg & 0xFF) + (oparg >> 8),
            Count::Specified => 1 + (oparg >> 2 & 1),
            Count::Slice => {
                if oparg == 3 {
                    3
                } else {
                    2
                }
            }
            Count::Flags(count) => count as u32 + (oparg & 0xF).count_ones(),
        }
    }
}

/// What the argument of an instruction is to the flow graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// None of the following.
    Plain,
    /// A label: control can go there.
    Jump,
    /// The same, but there are this many values more on the stack there than before the jump.
    JumpTo(i8),
    /// The label of an exception handler, which finds this many values more on the stack.
    BlockPush(i8),
    /// An index of `co_consts`.
    Const,
}

/// An instruction of a version: its number (`None` for a pseudo-instruction, which exists only
/// between code generation and the assembler), the code units of its inline cache, and its role.
pub(super) type Row = (Opcode, Option<u8>, u8, Role);

/// What an instruction takes from the stack and leaves there, and its properties besides its role.
pub(super) type Fact = (Opcode, Count, Count, Properties);

/// One version's instructions.
#[derive(Debug)]
pub struct OpcodeTable {
    present: [bool; Opcode::COUNT],
    numbers: [Option<u8>; Opcode::COUNT],
    caches: [u8; Opcode::COUNT],
    /// What each takes from the stack, and what it leaves there.
    stack: [(Count, Count); Opcode::COUNT],
    /// The change of depth from before an instruction to after it.
    effects: [Effect; Opcode::COUNT],
    /// The change of depth on the way to the target: to the handler of a block push, or to where a
    /// jump goes; [`VARIABLE`] if it is that on the way to the next instruction.
    target_effects: [i8; Opcode::COUNT],
    properties: [Properties; Opcode::COUNT],
    names: [Option<Opcode>; 256],
}

/// In [`OpcodeTable::target_effects`]: the effect is that on the way to the next instruction.
const VARIABLE: i8 = i8::MIN;

/// A change of stack depth: a number, and a multiple of some bits of the argument. The rare effects
/// that are no such sum are worked out from the [`Count`]s.
#[derive(Clone, Copy, Debug)]
struct Effect {
    constant: i8,
    factor: i8,
    is_sum: bool,
    /// The bits of the argument that count: none, the lowest, or all.
    bits: u32,
}

impl Effect {
    const RARE: Effect = Effect { constant: 0, factor: 0, is_sum: false, bits: 0 };

    const fn of(taken: Count, left: Count) -> Effect {
        let (taken, left) = (Effect::of_count(taken), Effect::of_count(left));
        Effect {
            constant: left.constant - taken.constant,
            factor: left.factor - taken.factor,
            is_sum: left.is_sum && taken.is_sum && left.fits(taken),
            bits: left.bits | taken.bits,
        }
    }

    /// Whether no other bits count in one of the effects than in the other.
    const fn fits(self, other: Effect) -> bool {
        self.bits == 0 || other.bits == 0 || self.bits == other.bits
    }

    const fn of_count(count: Count) -> Effect {
        let (constant, factor, bits) = match count {
            Count::K(count) => (count, 0, 0),
            Count::N(more) => (more, 1, u32::MAX),
            Count::Bit0(count) => (count, 1, 1),
            Count::Pairs => (0, 2, u32::MAX),
            Count::Unpacked | Count::Specified | Count::Slice | Count::Flags(_) => return Effect::RARE,
        };
        Effect { constant: constant as i8, factor, is_sum: true, bits }
    }
}

impl OpcodeTable {
    /// The instructions of `rows`. The later of `changes` override the earlier ones, and all of
    /// them [`FACTS`].
    pub(super) const fn new(rows: &[Row], changes: &[&[Fact]]) -> Self {
        let mut table = OpcodeTable {
            present: [false; Opcode::COUNT],
            numbers: [None; Opcode::COUNT],
            caches: [0; Opcode::COUNT],
            stack: [(Count::K(0), Count::K(0)); Opcode::COUNT],
            effects: [Effect::RARE; Opcode::COUNT],
            target_effects: [VARIABLE; Opcode::COUNT],
            properties: [Properties::NONE; Opcode::COUNT],
            names: [None; 256],
        };
        table.set_facts(FACTS);
        let mut change = 0;
        while change < changes.len() {
            table.set_facts(changes[change]);
            change += 1;
        }
        let mut row = 0;
        while row < rows.len() {
            table.add(rows[row]);
            row += 1;
        }
        table
    }

    const fn set_facts(&mut self, facts: &[Fact]) {
        let mut fact = 0;
        while fact < facts.len() {
            let (opcode, taken, left, properties) = facts[fact];
            self.stack[opcode as usize] = (taken, left);
            self.effects[opcode as usize] = Effect::of(taken, left);
            self.properties[opcode as usize] = properties;
            fact += 1;
        }
    }

    const fn add(&mut self, (opcode, number, caches, role): Row) {
        let index = opcode as usize;
        self.present[index] = true;
        self.numbers[index] = number;
        self.caches[index] = caches;
        if let Some(number) = number {
            self.names[number as usize] = Some(opcode);
        }
        let role = match role {
            Role::Plain => Properties::NONE,
            Role::Jump => Properties::JUMP,
            Role::JumpTo(effect) => {
                self.target_effects[index] = effect;
                Properties::JUMP
            }
            Role::Const => Properties::CONST,
            Role::BlockPush(effect) => {
                self.target_effects[index] = effect;
                match number {
                    Some(_) => Properties::BLOCK_PUSH.and(Properties::REAL_PUSH),
                    None => Properties::BLOCK_PUSH,
                }
            }
        };
        self.properties[index] = self.properties[index].and(role);
    }

    /// The number of a real instruction of this version.
    ///
    /// # Panics
    /// For a pseudo-instruction, or one of another version: a bug of the stages before the
    /// assembler.
    pub fn number(&self, opcode: Opcode) -> u8 {
        self.numbers[opcode as usize].expect("the target has every instruction that reaches the assembler")
    }

    /// Whether this version has the instruction, real or pseudo.
    pub(crate) fn has(&self, opcode: Opcode) -> bool {
        self.present[opcode as usize]
    }

    /// Whether the instruction has a number in this version, and so may reach the assembler.
    pub(crate) fn is_real(&self, opcode: Opcode) -> bool {
        self.numbers[opcode as usize].is_some()
    }

    /// The number of code units of inline cache after the instruction.
    pub fn caches(&self, opcode: Opcode) -> u8 {
        self.caches[opcode as usize]
    }

    /// The instruction with this number, if the version has one.
    pub fn opcode(&self, number: u8) -> Option<Opcode> {
        self.names[number as usize]
    }

    /// How many values the instruction takes from the stack.
    ///
    /// CPython: `Include/internal/pycore_opcode_metadata.h` `_PyOpcode_num_popped` (3.12–)
    pub(crate) fn taken(&self, opcode: Opcode, oparg: u32) -> u32 {
        self.stack[opcode as usize].0.of(oparg)
    }

    /// How many values the instruction leaves on the stack in their place.
    ///
    /// CPython: `Include/internal/pycore_opcode_metadata.h` `_PyOpcode_num_pushed` (3.12–)
    pub(crate) fn left(&self, opcode: Opcode, oparg: u32) -> u32 {
        self.stack[opcode as usize].1.of(oparg)
    }

    /// The change of stack depth up to the next instruction.
    ///
    /// CPython: `Python/compile.c` `stack_effect` (3.8–3.12), `Python/flowgraph.c`
    /// `get_stack_effects` (3.13–)
    pub(crate) fn stack_effect(&self, opcode: Opcode, oparg: u32) -> i32 {
        let Effect { constant, factor, is_sum, bits } = self.effects[opcode as usize];
        if !is_sum {
            return self.left(opcode, oparg) as i32 - self.taken(opcode, oparg) as i32;
        }
        i32::from(constant) + i32::from(factor).wrapping_mul((oparg & bits).cast_signed())
    }

    /// The change of stack depth from a jump to its target, or from a block push to its handler:
    /// the exception, and below it the index of the last instruction if the handler can restore it.
    ///
    /// CPython: `Python/compile.c` `stack_effect` (3.8–3.12), `Python/flowgraph.c`
    /// `get_stack_effects` (3.13–)
    pub(crate) fn target_stack_effect(&self, opcode: Opcode, oparg: u32) -> i32 {
        match self.target_effects[opcode as usize] {
            VARIABLE => self.stack_effect(opcode, oparg),
            effect => i32::from(effect),
        }
    }

    /// Whether the target of the instruction is an exception handler.
    pub(crate) fn is_block_push(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::BLOCK_PUSH)
    }

    /// Whether control can go from the instruction to its target.
    pub(crate) fn is_jump(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::JUMP)
    }

    /// Whether the argument of a jump counts from the start of the code, otherwise from the jump.
    ///
    /// CPython: `Lib/opcode.py` `hasjabs` (3.8–3.10)
    pub(crate) fn counts_from_start(&self, opcode: Opcode) -> bool {
        let is_relative = matches!(opcode, Opcode::FOR_ITER | Opcode::JUMP_FORWARD | Opcode::CALL_FINALLY);
        self.has(Opcode::JUMP_ABSOLUTE) && self.is_jump(opcode) && !is_relative
    }

    /// Whether it is a jump that is always taken.
    pub(crate) fn is_unconditional_jump(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::UNCONDITIONAL)
    }

    /// Whether the instruction leaves the code object.
    pub(crate) fn is_scope_exit(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::SCOPE_EXIT)
    }

    /// Whether control never goes on to the next instruction.
    pub(crate) fn has_no_fallthrough(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::NO_FALLTHROUGH)
    }

    /// Whether the instruction ends its basic block.
    pub(crate) fn is_terminator(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::TERMINATOR)
    }

    /// Whether the argument is an index of `co_consts`.
    pub(crate) fn has_const(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::CONST)
    }

    /// Whether the argument names a label: jumps and block pushes.
    pub(crate) fn has_target(&self, opcode: Opcode) -> bool {
        self.properties(opcode).has(Properties::TARGET)
    }

    pub(crate) fn properties(&self, opcode: Opcode) -> Properties {
        self.properties[opcode as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::Opcode::*;
    use super::super::{V3_8, V3_9, V3_10, V3_11, V3_12, V3_13, V3_14, V3_15};
    use super::super::{v3_8, v3_9, v3_10, v3_11, v3_12, v3_13, v3_14, v3_15};

    #[test]
    fn stack_effects_are_those_that_each_cpython_computes() {
        for (table, expected) in [
            (V3_8, v3_8::EFFECTS),
            (V3_9, v3_9::EFFECTS),
            (V3_10, v3_10::EFFECTS),
            (V3_11, v3_11::EFFECTS),
            (V3_12, v3_12::EFFECTS),
            (V3_13, v3_13::EFFECTS),
            (V3_14, v3_14::EFFECTS),
            (V3_15, v3_15::EFFECTS),
        ] {
            for &(opcode, effects) in expected {
                let ours = [0, 1, 2, 3, 4].map(|oparg| table.stack_effect(opcode, oparg));
                assert_eq!(ours, effects, "{}", opcode.name());
            }
        }
    }

    #[test]
    fn effects_of_larger_arguments() {
        assert_eq!(V3_12.stack_effect(UNPACK_EX, 0x102), 3);
        assert_eq!(V3_12.stack_effect(MAKE_FUNCTION, 0xF), -4);
    }

    #[test]
    fn an_instruction_may_be_real_in_one_version_and_pseudo_in_another() {
        assert_eq!([V3_12, V3_13].map(|table| table.has(LOAD_CLOSURE)), [true; 2]);
        assert_eq!([V3_12, V3_13].map(|table| table.is_real(LOAD_CLOSURE)), [true, false]);
        assert_eq!([V3_13, V3_14].map(|table| table.has(RETURN_CONST)), [true, false]);
    }
}
