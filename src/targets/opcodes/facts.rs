//! What each instruction does, whatever its number: what it takes from the stack and leaves there,
//! and what the flow graph needs to know beyond its [role](super::table::Role).
//!
//! [`FACTS`] holds for the version that brought the instruction, the other lists for a version and
//! those after it. The tests compare the effects on the stack with those that each CPython
//! computes.
//!
//! CPython: `Python/compile.c` `stack_effect` (3.8–3.12), `Python/bytecodes.c`,
//! `Include/internal/pycore_opcode_metadata.h` (3.13–)

use super::Opcode::*;
use super::Properties;
use super::table::Count::{Bit0, Flags, K, N, Pairs, Slice, Specified, Unpacked};
use super::table::Fact;

const PLAIN: Properties = Properties::NONE;
const UNCONDITIONAL: Properties = Properties::UNCONDITIONAL;
const SCOPE_EXIT: Properties = Properties::SCOPE_EXIT;
const UNBINDS_LOCAL: Properties = Properties::UNBINDS_LOCAL;
const POPS: Properties = Properties::POPS;
const EVAL_BREAK: Properties = Properties::EVAL_BREAK;
const LOCAL: Properties = Properties::LOCAL;
const CLOSURE: Properties = Properties::CLOSURE;
const KEEPING_JUMP: Properties = Properties::KEEPING_JUMP;
const BLOCK_STACK: Properties = Properties::BLOCK_STACK;

pub(super) static FACTS: &[Fact] = &[
    (CACHE, K(0), K(0), PLAIN),
    (POP_TOP, K(1), K(0), POPS),
    (PUSH_NULL, K(0), K(1), PLAIN),
    (INTERPRETER_EXIT, K(1), K(0), PLAIN),
    (END_FOR, K(2), K(0), PLAIN),
    (END_SEND, K(2), K(1), PLAIN),
    (NOP, K(0), K(0), Properties::NOP),
    (UNARY_NEGATIVE, K(1), K(1), PLAIN),
    (UNARY_NOT, K(1), K(1), PLAIN),
    (UNARY_INVERT, K(1), K(1), PLAIN),
    (RESERVED, K(0), K(0), PLAIN),
    (BINARY_SUBSCR, K(2), K(1), PLAIN),
    (BINARY_SLICE, K(3), K(1), PLAIN),
    (STORE_SLICE, K(4), K(0), PLAIN),
    (GET_LEN, K(1), K(2), PLAIN),
    (MATCH_MAPPING, K(1), K(2), PLAIN),
    (MATCH_SEQUENCE, K(1), K(2), PLAIN),
    (MATCH_KEYS, K(2), K(3), PLAIN),
    (PUSH_EXC_INFO, K(1), K(2), PLAIN),
    (CHECK_EXC_MATCH, K(2), K(2), PLAIN),
    (CHECK_EG_MATCH, K(2), K(2), PLAIN),
    (WITH_EXCEPT_START, K(4), K(5), PLAIN),
    (GET_AITER, K(1), K(1), PLAIN),
    (GET_ANEXT, K(1), K(2), PLAIN),
    (BEFORE_ASYNC_WITH, K(1), K(2), PLAIN),
    (BEFORE_WITH, K(1), K(2), PLAIN),
    (END_ASYNC_FOR, K(2), K(0), PLAIN),
    (CLEANUP_THROW, K(3), K(2), PLAIN),
    (STORE_SUBSCR, K(3), K(0), PLAIN),
    (DELETE_SUBSCR, K(2), K(0), PLAIN),
    (GET_ITER, K(1), K(1), PLAIN),
    (GET_YIELD_FROM_ITER, K(1), K(1), PLAIN),
    (LOAD_BUILD_CLASS, K(0), K(1), PLAIN),
    (LOAD_ASSERTION_ERROR, K(0), K(1), PLAIN),
    (RETURN_GENERATOR, K(0), K(0), BLOCK_STACK),
    (RETURN_VALUE, K(1), K(0), SCOPE_EXIT),
    (SETUP_ANNOTATIONS, K(0), K(0), PLAIN),
    (LOAD_LOCALS, K(0), K(1), PLAIN),
    (POP_EXCEPT, K(1), K(0), PLAIN),
    (STORE_NAME, K(1), K(0), PLAIN),
    (DELETE_NAME, K(0), K(0), PLAIN),
    (UNPACK_SEQUENCE, K(1), N(0), PLAIN),
    (FOR_ITER, K(1), K(2), PLAIN),
    (UNPACK_EX, K(1), Unpacked, PLAIN),
    (STORE_ATTR, K(2), K(0), PLAIN),
    (DELETE_ATTR, K(1), K(0), PLAIN),
    (STORE_GLOBAL, K(1), K(0), PLAIN),
    (DELETE_GLOBAL, K(0), K(0), PLAIN),
    (SWAP, N(0), N(0), PLAIN),
    (LOAD_CONST, K(0), K(1), PLAIN),
    (LOAD_NAME, K(0), K(1), PLAIN),
    (BUILD_TUPLE, N(0), K(1), PLAIN),
    (BUILD_LIST, N(0), K(1), PLAIN),
    (BUILD_SET, N(0), K(1), PLAIN),
    (BUILD_MAP, Pairs, K(1), PLAIN),
    (LOAD_ATTR, K(1), Bit0(1), PLAIN),
    (COMPARE_OP, K(2), K(1), PLAIN),
    (IMPORT_NAME, K(2), K(1), PLAIN),
    (IMPORT_FROM, K(1), K(2), PLAIN),
    (JUMP_FORWARD, K(0), K(0), UNCONDITIONAL),
    (POP_JUMP_IF_FALSE, K(1), K(0), PLAIN),
    (POP_JUMP_IF_TRUE, K(1), K(0), PLAIN),
    (LOAD_GLOBAL, K(0), Bit0(1), PLAIN),
    (IS_OP, K(2), K(1), PLAIN),
    (CONTAINS_OP, K(2), K(1), PLAIN),
    (RERAISE, N(1), N(0), SCOPE_EXIT),
    (COPY, N(0), N(1), PLAIN),
    (RETURN_CONST, K(0), K(0), SCOPE_EXIT),
    (BINARY_OP, K(2), K(1), PLAIN),
    (SEND, K(2), K(2), PLAIN),
    (LOAD_FAST, K(0), K(1), LOCAL),
    (STORE_FAST, K(1), K(0), LOCAL),
    (DELETE_FAST, K(0), K(0), UNBINDS_LOCAL),
    (LOAD_FAST_CHECK, K(0), K(1), PLAIN),
    (POP_JUMP_IF_NOT_NONE, K(1), K(0), PLAIN),
    (POP_JUMP_IF_NONE, K(1), K(0), PLAIN),
    (RAISE_VARARGS, N(0), K(0), SCOPE_EXIT),
    (GET_AWAITABLE, K(1), K(1), PLAIN),
    (MAKE_FUNCTION, Flags, K(1), PLAIN),
    (BUILD_SLICE, Slice, K(1), PLAIN),
    (JUMP_BACKWARD_NO_INTERRUPT, K(0), K(0), UNCONDITIONAL),
    (MAKE_CELL, K(0), K(0), PLAIN),
    (LOAD_CLOSURE, K(0), K(1), CLOSURE),
    (LOAD_DEREF, K(0), K(1), PLAIN),
    (STORE_DEREF, K(1), K(0), PLAIN),
    (DELETE_DEREF, K(0), K(0), PLAIN),
    (JUMP_BACKWARD, K(0), K(0), UNCONDITIONAL.and(EVAL_BREAK)),
    (LOAD_SUPER_ATTR, K(3), Bit0(1), PLAIN),
    (CALL_FUNCTION_EX, Bit0(3), K(1), EVAL_BREAK),
    (LOAD_FAST_AND_CLEAR, K(0), K(1), UNBINDS_LOCAL),
    (EXTENDED_ARG, K(0), K(0), PLAIN),
    (LIST_APPEND, N(1), N(0), PLAIN),
    (SET_ADD, N(1), N(0), PLAIN),
    (MAP_ADD, N(2), N(0), PLAIN),
    (COPY_FREE_VARS, K(0), K(0), PLAIN),
    (YIELD_VALUE, K(1), K(1), BLOCK_STACK),
    (RESUME, K(0), K(0), EVAL_BREAK.and(BLOCK_STACK)),
    (MATCH_CLASS, K(3), K(1), PLAIN),
    (FORMAT_VALUE, Specified, K(1), PLAIN),
    (BUILD_CONST_KEY_MAP, N(1), K(1), PLAIN),
    (BUILD_STRING, N(0), K(1), PLAIN),
    (LIST_EXTEND, N(1), N(0), PLAIN),
    (SET_UPDATE, N(1), N(0), PLAIN),
    (DICT_MERGE, N(4), N(3), PLAIN),
    (DICT_UPDATE, N(1), N(0), PLAIN),
    (CALL, N(2), K(1), EVAL_BREAK),
    (KW_NAMES, K(0), K(0), PLAIN),
    (CALL_INTRINSIC_1, K(1), K(1), PLAIN),
    (CALL_INTRINSIC_2, K(2), K(1), PLAIN),
    (LOAD_FROM_DICT_OR_GLOBALS, K(1), K(1), PLAIN),
    (LOAD_FROM_DICT_OR_DEREF, K(1), K(1), PLAIN),
    (TO_BOOL, K(1), K(1), PLAIN),
    (CALL_KW, N(3), K(1), EVAL_BREAK),
    (CONVERT_VALUE, K(1), K(1), PLAIN),
    (FORMAT_SIMPLE, K(1), K(1), PLAIN),
    (FORMAT_WITH_SPEC, K(2), K(1), PLAIN),
    (SET_FUNCTION_ATTRIBUTE, K(2), K(1), PLAIN),
    (LOAD_FAST_LOAD_FAST, K(0), K(2), PLAIN),
    (STORE_FAST_LOAD_FAST, K(1), K(1), PLAIN),
    (STORE_FAST_STORE_FAST, K(2), K(0), PLAIN),
    (EXIT_INIT_CHECK, K(1), K(0), PLAIN),
    (BUILD_INTERPOLATION, Bit0(2), K(1), PLAIN),
    (BUILD_TEMPLATE, K(2), K(1), PLAIN),
    (END_ASYNC_FOR_FROM_SEND, K(2), K(0), PLAIN),
    (LOAD_COMMON_CONSTANT, K(0), K(1), PLAIN),
    (LOAD_FAST_BORROW, K(0), K(1), PLAIN),
    (LOAD_FAST_BORROW_LOAD_FAST_BORROW, K(0), K(2), PLAIN),
    (LOAD_SMALL_INT, K(0), K(1), PLAIN),
    (LOAD_SPECIAL, K(1), K(2), PLAIN),
    (NOT_TAKEN, K(0), K(0), PLAIN),
    (POP_ITER, K(1), K(0), PLAIN),
    (SETUP_FINALLY, K(0), K(0), PLAIN),
    (SETUP_CLEANUP, K(0), K(0), PLAIN),
    (SETUP_WITH, K(0), K(0), PLAIN),
    (POP_BLOCK, K(0), K(0), BLOCK_STACK),
    (JUMP, K(0), K(0), UNCONDITIONAL.and(EVAL_BREAK)),
    (JUMP_NO_INTERRUPT, K(0), K(0), UNCONDITIONAL),
    (STORE_FAST_MAYBE_NULL, K(1), K(0), UNBINDS_LOCAL),
    (JUMP_IF_FALSE, K(1), K(1), KEEPING_JUMP),
    (JUMP_IF_TRUE, K(1), K(1), KEEPING_JUMP),
];

/// What 3.13 changed.
pub(super) static SINCE_3_13: &[Fact] = &[
    (END_FOR, K(1), K(0), PLAIN),
    (RETURN_GENERATOR, K(0), K(1), BLOCK_STACK),
    (MAKE_FUNCTION, K(1), K(1), PLAIN),
];

/// What 3.15 changed.
pub(super) static SINCE_3_15: &[Fact] = &[
    (END_SEND, K(3), K(1), PLAIN),
    (CLEANUP_THROW, K(4), K(3), PLAIN),
    (GET_ITER, K(1), K(2), PLAIN),
    (FOR_ITER, K(2), K(3), PLAIN),
    (SEND, K(3), K(3), PLAIN),
    (POP_ITER, K(2), K(0), PLAIN),
];

/// What 3.14 changed.
pub(super) static SINCE_3_14: &[Fact] = &[
    (BUILD_SLICE, N(0), K(1), PLAIN),
    (WITH_EXCEPT_START, K(5), K(6), PLAIN),
    (RETURN_VALUE, K(1), K(1), SCOPE_EXIT),
    (CALL_FUNCTION_EX, K(4), K(1), EVAL_BREAK),
];
