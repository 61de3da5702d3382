//! The instructions of all versions by name, and each version's table of them.
//!
//! Stages up to the assembler speak of [`Opcode`]s only. Whether an instruction exists, is real,
//! jumps, or changes the stack, and its number and inline cache, is in the target's
//! [`OpcodeTable`].
//!
//! `v3_*.rs` are written by `scripts/opcodes.py` from the `opcode` module of each CPython;
//! [`facts`] adds what that module does not say.

mod facts;
mod properties;
mod table;
mod v3_10;
mod v3_11;
mod v3_12;
mod v3_13;
mod v3_14;
mod v3_15;
mod v3_8;
mod v3_9;

pub(crate) use properties::Properties;
pub(crate) use table::OpcodeTable;

use facts::{SINCE_3_11, SINCE_3_12, SINCE_3_13, SINCE_3_14, SINCE_3_15};

pub(crate) static V3_8: &OpcodeTable = &OpcodeTable::new(v3_8::ROWS, &[]);
pub(crate) static V3_9: &OpcodeTable = &OpcodeTable::new(v3_9::ROWS, &[]);
pub(crate) static V3_10: &OpcodeTable = &OpcodeTable::new(v3_10::ROWS, &[]);
pub(crate) static V3_11: &OpcodeTable = &OpcodeTable::new(v3_11::ROWS, &[SINCE_3_11]);
pub(crate) static V3_12: &OpcodeTable = &OpcodeTable::new(v3_12::ROWS, &[SINCE_3_11, SINCE_3_12]);
pub(crate) static V3_13: &OpcodeTable = &OpcodeTable::new(v3_13::ROWS, &[SINCE_3_11, SINCE_3_12, SINCE_3_13]);
pub(crate) static V3_14: &OpcodeTable =
    &OpcodeTable::new(v3_14::ROWS, &[SINCE_3_11, SINCE_3_12, SINCE_3_13, SINCE_3_14]);
pub(crate) static V3_15: &OpcodeTable =
    &OpcodeTable::new(v3_15::ROWS, &[SINCE_3_11, SINCE_3_12, SINCE_3_13, SINCE_3_14, SINCE_3_15]);

/// Declares [`Opcode`], with a table of all and one of their names.
macro_rules! opcodes {
    ($($(#[$doc:meta])* $opcode:ident,)*) => {
        /// An instruction of some version of CPython, under CPython's name.
        #[expect(non_camel_case_types, reason = "CPython's names")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[$doc])* $opcode,)*
        }

        impl Opcode {
            pub const ALL: [Opcode; Opcode::COUNT] = [$(Opcode::$opcode,)*];

            /// The number of opcodes, pseudo-instructions included.
            pub const COUNT: usize = Opcode::NAMES.len();

            const NAMES: &[&str] = &[$(stringify!($opcode),)*];
        }
    };
}

opcodes! {
    // 3.8 to 3.10
    BINARY_ADD,
    BINARY_AND,
    BINARY_FLOOR_DIVIDE,
    BINARY_LSHIFT,
    BINARY_MATRIX_MULTIPLY,
    BINARY_MODULO,
    BINARY_MULTIPLY,
    BINARY_OR,
    BINARY_POWER,
    BINARY_RSHIFT,
    BINARY_SUBTRACT,
    BINARY_TRUE_DIVIDE,
    BINARY_XOR,
    INPLACE_ADD,
    INPLACE_AND,
    INPLACE_FLOOR_DIVIDE,
    INPLACE_LSHIFT,
    INPLACE_MATRIX_MULTIPLY,
    INPLACE_MODULO,
    INPLACE_MULTIPLY,
    INPLACE_OR,
    INPLACE_POWER,
    INPLACE_RSHIFT,
    INPLACE_SUBTRACT,
    INPLACE_TRUE_DIVIDE,
    INPLACE_XOR,
    DUP_TOP,
    DUP_TOP_TWO,
    ROT_TWO,
    ROT_THREE,
    ROT_FOUR,
    ROT_N,
    CALL_FUNCTION,
    CALL_FUNCTION_KW,
    CALL_METHOD,
    YIELD_FROM,
    GEN_START,
    COPY_DICT_WITHOUT_KEYS,
    JUMP_ABSOLUTE,
    JUMP_IF_NOT_EXC_MATCH,
    SETUP_ASYNC_WITH,
    BEGIN_FINALLY,
    CALL_FINALLY,
    POP_FINALLY,
    END_FINALLY,
    WITH_CLEANUP_START,
    WITH_CLEANUP_FINISH,
    BUILD_LIST_UNPACK,
    BUILD_SET_UNPACK,
    BUILD_TUPLE_UNPACK,
    BUILD_TUPLE_UNPACK_WITH_CALL,
    BUILD_MAP_UNPACK,
    BUILD_MAP_UNPACK_WITH_CALL,
    // 3.11
    UNARY_POSITIVE,
    PRINT_EXPR,
    LIST_TO_TUPLE,
    IMPORT_STAR,
    ASYNC_GEN_WRAP,
    PREP_RERAISE_STAR,
    JUMP_IF_FALSE_OR_POP,
    JUMP_IF_TRUE_OR_POP,
    POP_JUMP_FORWARD_IF_FALSE,
    POP_JUMP_FORWARD_IF_TRUE,
    POP_JUMP_FORWARD_IF_NOT_NONE,
    POP_JUMP_FORWARD_IF_NONE,
    POP_JUMP_BACKWARD_IF_FALSE,
    POP_JUMP_BACKWARD_IF_TRUE,
    POP_JUMP_BACKWARD_IF_NOT_NONE,
    POP_JUMP_BACKWARD_IF_NONE,
    LOAD_CLASSDEREF,
    LOAD_METHOD,
    PRECALL,
    // 3.12
    CACHE,
    POP_TOP,
    PUSH_NULL,
    INTERPRETER_EXIT,
    END_FOR,
    END_SEND,
    NOP,
    UNARY_NEGATIVE,
    UNARY_NOT,
    UNARY_INVERT,
    RESERVED,
    BINARY_SUBSCR,
    BINARY_SLICE,
    STORE_SLICE,
    GET_LEN,
    MATCH_MAPPING,
    MATCH_SEQUENCE,
    MATCH_KEYS,
    PUSH_EXC_INFO,
    CHECK_EXC_MATCH,
    CHECK_EG_MATCH,
    WITH_EXCEPT_START,
    GET_AITER,
    GET_ANEXT,
    BEFORE_ASYNC_WITH,
    BEFORE_WITH,
    END_ASYNC_FOR,
    CLEANUP_THROW,
    STORE_SUBSCR,
    DELETE_SUBSCR,
    GET_ITER,
    GET_YIELD_FROM_ITER,
    LOAD_BUILD_CLASS,
    LOAD_ASSERTION_ERROR,
    RETURN_GENERATOR,
    RETURN_VALUE,
    SETUP_ANNOTATIONS,
    LOAD_LOCALS,
    POP_EXCEPT,
    STORE_NAME,
    DELETE_NAME,
    UNPACK_SEQUENCE,
    FOR_ITER,
    UNPACK_EX,
    STORE_ATTR,
    DELETE_ATTR,
    STORE_GLOBAL,
    DELETE_GLOBAL,
    SWAP,
    LOAD_CONST,
    LOAD_NAME,
    BUILD_TUPLE,
    BUILD_LIST,
    BUILD_SET,
    BUILD_MAP,
    LOAD_ATTR,
    COMPARE_OP,
    IMPORT_NAME,
    IMPORT_FROM,
    JUMP_FORWARD,
    POP_JUMP_IF_FALSE,
    POP_JUMP_IF_TRUE,
    LOAD_GLOBAL,
    IS_OP,
    CONTAINS_OP,
    RERAISE,
    COPY,
    RETURN_CONST,
    BINARY_OP,
    SEND,
    LOAD_FAST,
    STORE_FAST,
    DELETE_FAST,
    LOAD_FAST_CHECK,
    POP_JUMP_IF_NOT_NONE,
    POP_JUMP_IF_NONE,
    RAISE_VARARGS,
    GET_AWAITABLE,
    MAKE_FUNCTION,
    BUILD_SLICE,
    JUMP_BACKWARD_NO_INTERRUPT,
    MAKE_CELL,
    LOAD_CLOSURE,
    LOAD_DEREF,
    STORE_DEREF,
    DELETE_DEREF,
    JUMP_BACKWARD,
    LOAD_SUPER_ATTR,
    CALL_FUNCTION_EX,
    LOAD_FAST_AND_CLEAR,
    EXTENDED_ARG,
    LIST_APPEND,
    SET_ADD,
    MAP_ADD,
    COPY_FREE_VARS,
    YIELD_VALUE,
    RESUME,
    MATCH_CLASS,
    FORMAT_VALUE,
    BUILD_CONST_KEY_MAP,
    BUILD_STRING,
    LIST_EXTEND,
    SET_UPDATE,
    DICT_MERGE,
    DICT_UPDATE,
    CALL,
    KW_NAMES,
    CALL_INTRINSIC_1,
    CALL_INTRINSIC_2,
    LOAD_FROM_DICT_OR_GLOBALS,
    LOAD_FROM_DICT_OR_DEREF,
    // 3.13
    TO_BOOL,
    CALL_KW,
    CONVERT_VALUE,
    FORMAT_SIMPLE,
    FORMAT_WITH_SPEC,
    SET_FUNCTION_ATTRIBUTE,
    LOAD_FAST_LOAD_FAST,
    STORE_FAST_LOAD_FAST,
    STORE_FAST_STORE_FAST,
    EXIT_INIT_CHECK,
    // 3.14
    BUILD_INTERPOLATION,
    BUILD_TEMPLATE,
    /// `END_ASYNC_FOR` that says where the `SEND` of its loop is.
    END_ASYNC_FOR_FROM_SEND,
    LOAD_COMMON_CONSTANT,
    LOAD_FAST_BORROW,
    LOAD_FAST_BORROW_LOAD_FAST_BORROW,
    LOAD_SMALL_INT,
    LOAD_SPECIAL,
    NOT_TAKEN,
    POP_ITER,
    // Pseudo-instructions of 3.12 and later. Some are real ones before.
    SETUP_FINALLY,
    SETUP_CLEANUP,
    SETUP_WITH,
    POP_BLOCK,
    JUMP,
    JUMP_NO_INTERRUPT,
    STORE_FAST_MAYBE_NULL,
    JUMP_IF_FALSE,
    JUMP_IF_TRUE,
}

impl Opcode {
    /// CPython's name, as `dis` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Opcode::END_ASYNC_FOR_FROM_SEND => "END_ASYNC_FOR",
            _ => Opcode::NAMES[self as usize],
        }
    }
}
