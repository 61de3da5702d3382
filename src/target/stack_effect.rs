//! How far each instruction moves the stack.

use super::Opcode::{self, *};

/// The change of stack depth by `opcode` with `oparg`, on the way to the next instruction; for a jump also on the way to its target.
///
/// CPython: `Python/compile.c` `stack_effect`, `Python/opcode_metadata.h` (3.12)
pub(crate) fn stack_effect(opcode: Opcode, oparg: u32) -> i32 {
    match FIXED[opcode as usize] {
        VARIABLE => effect_of(opcode, oparg),
        effect => i32::from(effect),
    }
}

/// In [`FIXED`]: the effect depends on the oparg.
const VARIABLE: i8 = i8::MIN;

/// The effects of the many opcodes that always have the same.
static FIXED: [i8; Opcode::COUNT] = {
    let mut table = [VARIABLE; Opcode::COUNT];
    let mut index = 0;
    while index < Opcode::COUNT {
        let opcode = Opcode::ALL[index];
        let depends_on_oparg = matches!(
            opcode,
            RAISE_VARARGS
                | BUILD_CONST_KEY_MAP
                | BUILD_TUPLE
                | BUILD_LIST
                | BUILD_SET
                | BUILD_STRING
                | BUILD_MAP
                | BUILD_SLICE
                | UNPACK_SEQUENCE
                | UNPACK_EX
                | FORMAT_VALUE
                | LOAD_ATTR
                | LOAD_GLOBAL
                | LOAD_SUPER_ATTR
                | CALL
                | CALL_FUNCTION_EX
                | MAKE_FUNCTION
        );
        if !depends_on_oparg {
            table[index] = effect_of(opcode, 0) as i8;
        }
        index += 1;
    }
    table
};

const fn effect_of(opcode: Opcode, oparg: u32) -> i32 {
    let count = oparg as i32;
    match opcode {
        CACHE | RESERVED | EXTENDED_ARG | NOP | RESUME | KW_NAMES => 0,
        JUMP | JUMP_NO_INTERRUPT | JUMP_FORWARD | JUMP_BACKWARD | JUMP_BACKWARD_NO_INTERRUPT => 0,
        SETUP_FINALLY | SETUP_CLEANUP | SETUP_WITH | POP_BLOCK => 0,
        MAKE_CELL | COPY_FREE_VARS | RETURN_GENERATOR | SETUP_ANNOTATIONS | RETURN_CONST => 0,
        DELETE_NAME | DELETE_GLOBAL | DELETE_FAST | DELETE_DEREF | SWAP => 0,
        UNARY_NEGATIVE | UNARY_NOT | UNARY_INVERT | CALL_INTRINSIC_1 | CHECK_EXC_MATCH | CHECK_EG_MATCH => 0,
        GET_ITER | GET_YIELD_FROM_ITER | GET_AITER | GET_AWAITABLE | SEND | YIELD_VALUE => 0,
        LOAD_FROM_DICT_OR_GLOBALS | LOAD_FROM_DICT_OR_DEREF => 0,
        PUSH_NULL | COPY | PUSH_EXC_INFO | GET_LEN | GET_ANEXT | FOR_ITER | IMPORT_FROM => 1,
        LOAD_CONST | LOAD_NAME | LOAD_FAST | LOAD_FAST_CHECK | LOAD_FAST_AND_CLEAR => 1,
        LOAD_CLOSURE | LOAD_DEREF | LOAD_LOCALS | LOAD_BUILD_CLASS | LOAD_ASSERTION_ERROR | LOAD_METHOD => 1,
        MATCH_MAPPING | MATCH_SEQUENCE | MATCH_KEYS => 1,
        BEFORE_WITH | BEFORE_ASYNC_WITH | WITH_EXCEPT_START => 1,
        POP_TOP | INTERPRETER_EXIT | RETURN_VALUE | POP_EXCEPT | RERAISE | CLEANUP_THROW | END_SEND => -1,
        STORE_NAME | STORE_GLOBAL | STORE_FAST | STORE_FAST_MAYBE_NULL | STORE_DEREF | DELETE_ATTR => -1,
        BINARY_OP | BINARY_SUBSCR | COMPARE_OP | IS_OP | CONTAINS_OP | IMPORT_NAME | CALL_INTRINSIC_2 => -1,
        POP_JUMP_IF_TRUE | POP_JUMP_IF_FALSE | POP_JUMP_IF_NONE | POP_JUMP_IF_NOT_NONE => -1,
        LIST_APPEND | SET_ADD | LIST_EXTEND | SET_UPDATE | DICT_MERGE | DICT_UPDATE => -1,
        LOAD_SUPER_METHOD | LOAD_ZERO_SUPER_METHOD | LOAD_ZERO_SUPER_ATTR => -1,
        END_FOR | END_ASYNC_FOR | STORE_ATTR | DELETE_SUBSCR | BINARY_SLICE | MAP_ADD | MATCH_CLASS => -2,
        STORE_SUBSCR => -3,
        STORE_SLICE => -4,
        RAISE_VARARGS | BUILD_CONST_KEY_MAP => -count,
        BUILD_TUPLE | BUILD_LIST | BUILD_SET | BUILD_STRING => 1 - count,
        BUILD_MAP => 1 - 2 * count,
        BUILD_SLICE => {
            if oparg == 3 {
                -2
            } else {
                -1
            }
        }
        UNPACK_SEQUENCE => count - 1,
        // The low byte counts the targets before the starred one, the rest those after it.
        UNPACK_EX => (count & 0xFF) + (count >> 8),
        // A specification is on the stack too.
        FORMAT_VALUE => {
            if oparg & 4 != 0 {
                -1
            } else {
                0
            }
        }
        // Bit 0: the instruction pushes a NULL or `self` as well, for the call that follows.
        LOAD_ATTR => count & 1,
        LOAD_GLOBAL => 1 + (count & 1),
        LOAD_SUPER_ATTR => (count & 1) - 2,
        CALL => -1 - count,
        CALL_FUNCTION_EX => -2 - (count & 1),
        // One value for each of defaults, keyword defaults, annotations and closure.
        MAKE_FUNCTION => -((oparg & 0xF).count_ones() as i32),
    }
}

/// The change of stack depth on the way from a block push to its handler: the exception, below it the index of the last
/// instruction where the handler's `RERAISE` restores it.
///
/// CPython: `Python/compile.c` `stack_effect` (3.12)
pub(crate) fn handler_stack_effect(opcode: Opcode) -> i32 {
    match opcode {
        SETUP_CLEANUP => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_depend_on_the_argument() {
        for (opcode, effects) in [
            (BUILD_MAP, [1, -1, -3, -5, -7]),
            (BUILD_TUPLE, [1, 0, -1, -2, -3]),
            (BUILD_SLICE, [-1, -1, -1, -2, -1]),
            (CALL, [-1, -2, -3, -4, -5]),
            (CALL_FUNCTION_EX, [-2, -3, -2, -3, -2]),
            (FORMAT_VALUE, [0, 0, 0, 0, -1]),
            (LOAD_ATTR, [0, 1, 0, 1, 0]),
            (LOAD_GLOBAL, [1, 2, 1, 2, 1]),
            (LOAD_SUPER_ATTR, [-2, -1, -2, -1, -2]),
            (MAKE_FUNCTION, [0, -1, -1, -2, -1]),
            (RAISE_VARARGS, [0, -1, -2, -3, -4]),
            (UNPACK_SEQUENCE, [-1, 0, 1, 2, 3]),
        ] {
            assert_eq!(
                [0, 1, 2, 3, 4].map(|oparg| stack_effect(opcode, oparg)),
                effects,
                "{}",
                opcode.name()
            );
        }
        assert_eq!(stack_effect(UNPACK_EX, 0x102), 3);
    }
}
