//! One version's numbers for the instructions, their inline caches, and what they do to the stack.

use Count::{K, N};

use super::Opcode::{self, *};

/// How many values an instruction takes from the stack or leaves there, where `n` is its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Always so many.
    K(u8),
    /// `n` and so many more.
    N(u8),
    /// So many, and one more if bit 0 of `n` is set.
    Bit0(u8),
    /// `2 * n`
    Pairs,
    /// What `UNPACK_EX` leaves: a list, and values before it (low byte) and after it (the rest).
    Unpacked,
    /// What `FORMAT_VALUE` takes: a value, and a specification if bit 2 is set.
    Specified,
    /// What `MAKE_FUNCTION` takes (3.12): the code, and something for each of the four low bits that is set.
    Flags,
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
            Count::Flags => 1 + (oparg & 0xF).count_ones(),
        }
    }
}

/// An opcode, its number, the code units of its inline cache, what it takes from the stack and what it leaves there.
pub(super) type Row = (Opcode, u8, u8, Count, Count);

/// The pseudo-instructions, which have no numbers. `LOAD_CLOSURE` is one from 3.13 on.
static PSEUDO: [(Opcode, Count, Count); 14] = [
    (LOAD_CLOSURE, K(0), K(1)),
    (SETUP_FINALLY, K(0), K(0)),
    (SETUP_CLEANUP, K(0), K(0)),
    (SETUP_WITH, K(0), K(0)),
    (POP_BLOCK, K(0), K(0)),
    (JUMP, K(0), K(0)),
    (JUMP_NO_INTERRUPT, K(0), K(0)),
    (LOAD_METHOD, K(1), K(2)),
    (LOAD_SUPER_METHOD, K(3), K(2)),
    (LOAD_ZERO_SUPER_METHOD, K(3), K(2)),
    (LOAD_ZERO_SUPER_ATTR, K(3), K(2)),
    (STORE_FAST_MAYBE_NULL, K(1), K(0)),
    (JUMP_IF_FALSE, K(1), K(1)),
    (JUMP_IF_TRUE, K(1), K(1)),
];

/// One version's instructions.
#[derive(Debug)]
pub struct OpcodeTable {
    numbers: [Option<u8>; Opcode::COUNT],
    caches: [u8; Opcode::COUNT],
    /// What each takes from the stack, and what it leaves there.
    stack: [(Count, Count); Opcode::COUNT],
    /// The change of depth by those for which it is always the same, else [`VARIABLE`].
    effects: [i8; Opcode::COUNT],
    names: [Option<Opcode>; 256],
}

/// In [`OpcodeTable::effects`]: the effect depends on the oparg.
const VARIABLE: i8 = i8::MIN;

impl OpcodeTable {
    pub(super) const fn new(rows: &[Row]) -> Self {
        let mut table = OpcodeTable {
            numbers: [None; Opcode::COUNT],
            caches: [0; Opcode::COUNT],
            stack: [(K(0), K(0)); Opcode::COUNT],
            effects: [VARIABLE; Opcode::COUNT],
            names: [None; 256],
        };
        let mut row = 0;
        while row < PSEUDO.len() {
            let (opcode, taken, left) = PSEUDO[row];
            table.set_stack(opcode, taken, left);
            row += 1;
        }
        let mut row = 0;
        while row < rows.len() {
            let (opcode, number, caches, taken, left) = rows[row];
            table.numbers[opcode as usize] = Some(number);
            table.caches[opcode as usize] = caches;
            table.names[number as usize] = Some(opcode);
            table.set_stack(opcode, taken, left);
            row += 1;
        }
        table
    }

    const fn set_stack(&mut self, opcode: Opcode, taken: Count, left: Count) {
        self.stack[opcode as usize] = (taken, left);
        self.effects[opcode as usize] = match (taken, left) {
            (K(taken), K(left)) => left as i8 - taken as i8,
            (N(taken), N(left)) => left as i8 - taken as i8,
            _ => VARIABLE,
        };
    }

    /// The number of an instruction this version has.
    ///
    /// # Panics
    /// For a pseudo-instruction, or one of another version: a bug of the stages before the assembler.
    pub fn number(&self, opcode: Opcode) -> u8 {
        self.numbers[opcode as usize].expect("the target has every instruction that reaches the assembler")
    }

    /// Whether this version has the instruction.
    pub(crate) fn has(&self, opcode: Opcode) -> bool {
        self.numbers[opcode as usize].is_some()
    }

    /// How many code units of inline cache follow the instruction.
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

    /// The change of stack depth, on the way to the next instruction; for a jump also on the way to its target.
    ///
    /// CPython: `Python/compile.c` `stack_effect` (3.8–3.12), `Python/flowgraph.c` `get_stack_effects` (3.13–)
    pub(crate) fn stack_effect(&self, opcode: Opcode, oparg: u32) -> i32 {
        match self.effects[opcode as usize] {
            VARIABLE => self.left(opcode, oparg) as i32 - self.taken(opcode, oparg) as i32,
            effect => i32::from(effect),
        }
    }
}

impl Opcode {
    /// The change of stack depth on the way from a block push to its handler: the exception, below it the index of the last
    /// instruction where the handler's `RERAISE` restores it.
    ///
    /// CPython: `Python/compile.c` `stack_effect` (3.8–3.12), `Python/flowgraph.c` `get_stack_effects` (3.13–)
    pub(crate) fn handler_stack_effect(self) -> i32 {
        match self {
            SETUP_CLEANUP => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{V3_12, V3_13, V3_15};
    use super::*;

    #[test]
    fn effects_depend_on_the_argument() {
        for (table, opcode, effects) in [
            (V3_12, BUILD_MAP, [1, -1, -3, -5, -7]),
            (V3_12, BUILD_TUPLE, [1, 0, -1, -2, -3]),
            (V3_12, CALL, [-1, -2, -3, -4, -5]),
            (V3_12, CALL_FUNCTION_EX, [-2, -3, -2, -3, -2]),
            (V3_12, FORMAT_VALUE, [0, 0, 0, 0, -1]),
            (V3_12, LOAD_ATTR, [0, 1, 0, 1, 0]),
            (V3_12, LOAD_GLOBAL, [1, 2, 1, 2, 1]),
            (V3_12, LOAD_SUPER_ATTR, [-2, -1, -2, -1, -2]),
            (V3_12, MAKE_FUNCTION, [0, -1, -1, -2, -1]),
            (V3_13, MAKE_FUNCTION, [0, 0, 0, 0, 0]),
            (V3_12, RAISE_VARARGS, [0, -1, -2, -3, -4]),
            (V3_12, UNPACK_SEQUENCE, [-1, 0, 1, 2, 3]),
            (V3_13, CALL_KW, [-2, -3, -4, -5, -6]),
            (V3_15, GET_ITER, [1, 1, 1, 1, 1]),
        ] {
            assert_eq!(
                [0, 1, 2, 3, 4].map(|oparg| table.stack_effect(opcode, oparg)),
                effects,
                "{}",
                opcode.name()
            );
        }
        assert_eq!(V3_12.stack_effect(UNPACK_EX, 0x102), 3);
        assert_eq!([2, 3].map(|oparg| V3_12.stack_effect(BUILD_SLICE, oparg)), [-1, -2]);
    }
}
