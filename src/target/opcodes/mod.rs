//! The instructions of every version by name, and each version's numbers for them.
//!
//! Stages up to the assembler speak of [`Opcode`]s only; numbers and inline caches come from the target's [`OpcodeTable`].

mod v3_12;

pub(crate) use table::OpcodeTable;

pub(crate) static V3_12: &OpcodeTable = &v3_12::TABLE;

/// An instruction of some version of CPython, under CPython's name. Those from `SETUP_FINALLY` on are pseudo-instructions: the flow graph replaces them.
#[expect(non_camel_case_types, reason = "CPython's names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Opcode {
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
    SETUP_FINALLY,
    SETUP_CLEANUP,
    SETUP_WITH,
    POP_BLOCK,
    JUMP,
    JUMP_NO_INTERRUPT,
    LOAD_METHOD,
    LOAD_SUPER_METHOD,
    LOAD_ZERO_SUPER_METHOD,
    LOAD_ZERO_SUPER_ATTR,
    STORE_FAST_MAYBE_NULL,
}

use Opcode::*;

impl Opcode {
    /// How many opcodes there are, pseudo-instructions included.
    pub const COUNT: usize = STORE_FAST_MAYBE_NULL as usize + 1;

    pub const ALL: [Opcode; Opcode::COUNT] = [
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
        SETUP_FINALLY,
        SETUP_CLEANUP,
        SETUP_WITH,
        POP_BLOCK,
        JUMP,
        JUMP_NO_INTERRUPT,
        LOAD_METHOD,
        LOAD_SUPER_METHOD,
        LOAD_ZERO_SUPER_METHOD,
        LOAD_ZERO_SUPER_ATTR,
        STORE_FAST_MAYBE_NULL,
    ];

    /// CPython's name, as `dis` prints it.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; Opcode::COUNT] = [
            "CACHE",
            "POP_TOP",
            "PUSH_NULL",
            "INTERPRETER_EXIT",
            "END_FOR",
            "END_SEND",
            "NOP",
            "UNARY_NEGATIVE",
            "UNARY_NOT",
            "UNARY_INVERT",
            "RESERVED",
            "BINARY_SUBSCR",
            "BINARY_SLICE",
            "STORE_SLICE",
            "GET_LEN",
            "MATCH_MAPPING",
            "MATCH_SEQUENCE",
            "MATCH_KEYS",
            "PUSH_EXC_INFO",
            "CHECK_EXC_MATCH",
            "CHECK_EG_MATCH",
            "WITH_EXCEPT_START",
            "GET_AITER",
            "GET_ANEXT",
            "BEFORE_ASYNC_WITH",
            "BEFORE_WITH",
            "END_ASYNC_FOR",
            "CLEANUP_THROW",
            "STORE_SUBSCR",
            "DELETE_SUBSCR",
            "GET_ITER",
            "GET_YIELD_FROM_ITER",
            "LOAD_BUILD_CLASS",
            "LOAD_ASSERTION_ERROR",
            "RETURN_GENERATOR",
            "RETURN_VALUE",
            "SETUP_ANNOTATIONS",
            "LOAD_LOCALS",
            "POP_EXCEPT",
            "STORE_NAME",
            "DELETE_NAME",
            "UNPACK_SEQUENCE",
            "FOR_ITER",
            "UNPACK_EX",
            "STORE_ATTR",
            "DELETE_ATTR",
            "STORE_GLOBAL",
            "DELETE_GLOBAL",
            "SWAP",
            "LOAD_CONST",
            "LOAD_NAME",
            "BUILD_TUPLE",
            "BUILD_LIST",
            "BUILD_SET",
            "BUILD_MAP",
            "LOAD_ATTR",
            "COMPARE_OP",
            "IMPORT_NAME",
            "IMPORT_FROM",
            "JUMP_FORWARD",
            "POP_JUMP_IF_FALSE",
            "POP_JUMP_IF_TRUE",
            "LOAD_GLOBAL",
            "IS_OP",
            "CONTAINS_OP",
            "RERAISE",
            "COPY",
            "RETURN_CONST",
            "BINARY_OP",
            "SEND",
            "LOAD_FAST",
            "STORE_FAST",
            "DELETE_FAST",
            "LOAD_FAST_CHECK",
            "POP_JUMP_IF_NOT_NONE",
            "POP_JUMP_IF_NONE",
            "RAISE_VARARGS",
            "GET_AWAITABLE",
            "MAKE_FUNCTION",
            "BUILD_SLICE",
            "JUMP_BACKWARD_NO_INTERRUPT",
            "MAKE_CELL",
            "LOAD_CLOSURE",
            "LOAD_DEREF",
            "STORE_DEREF",
            "DELETE_DEREF",
            "JUMP_BACKWARD",
            "LOAD_SUPER_ATTR",
            "CALL_FUNCTION_EX",
            "LOAD_FAST_AND_CLEAR",
            "EXTENDED_ARG",
            "LIST_APPEND",
            "SET_ADD",
            "MAP_ADD",
            "COPY_FREE_VARS",
            "YIELD_VALUE",
            "RESUME",
            "MATCH_CLASS",
            "FORMAT_VALUE",
            "BUILD_CONST_KEY_MAP",
            "BUILD_STRING",
            "LIST_EXTEND",
            "SET_UPDATE",
            "DICT_MERGE",
            "DICT_UPDATE",
            "CALL",
            "KW_NAMES",
            "CALL_INTRINSIC_1",
            "CALL_INTRINSIC_2",
            "LOAD_FROM_DICT_OR_GLOBALS",
            "LOAD_FROM_DICT_OR_DEREF",
            "SETUP_FINALLY",
            "SETUP_CLEANUP",
            "SETUP_WITH",
            "POP_BLOCK",
            "JUMP",
            "JUMP_NO_INTERRUPT",
            "LOAD_METHOD",
            "LOAD_SUPER_METHOD",
            "LOAD_ZERO_SUPER_METHOD",
            "LOAD_ZERO_SUPER_ATTR",
            "STORE_FAST_MAYBE_NULL",
        ];
        NAMES[self as usize]
    }

    /// Whether the instruction exists only between code generation and the assembler.
    pub fn is_pseudo(self) -> bool {
        self >= SETUP_FINALLY
    }

    /// `SETUP_FINALLY`, `SETUP_CLEANUP` and `SETUP_WITH`, whose target is an exception handler.
    pub fn is_block_push(self) -> bool {
        self.has(Properties::BLOCK_PUSH)
    }

    /// Jumps, in the sense that control may go to the target from here.
    pub fn is_jump(self) -> bool {
        self.has(Properties::JUMP)
    }

    /// Jumps that are always taken.
    pub fn is_unconditional_jump(self) -> bool {
        self.has(Properties::UNCONDITIONAL)
    }

    /// Instructions that leave the code object.
    pub fn is_scope_exit(self) -> bool {
        self.has(Properties::SCOPE_EXIT)
    }

    /// Whether control never goes on to the next instruction.
    pub fn has_no_fallthrough(self) -> bool {
        self.has(Properties::UNCONDITIONAL.and(Properties::SCOPE_EXIT))
    }

    /// Instructions that end their basic block.
    pub fn is_terminator(self) -> bool {
        self.has(Properties::JUMP.and(Properties::SCOPE_EXIT))
    }

    /// Whether the oparg is an index of `co_consts`.
    pub fn has_const(self) -> bool {
        self.has(Properties::CONST)
    }

    /// Whether the oparg names a label (later a block): jumps and block pushes.
    pub fn has_target(self) -> bool {
        self.has(Properties::JUMP.and(Properties::BLOCK_PUSH))
    }

    /// The passes ask for these of every instruction, so they are looked up and not worked out.
    pub(crate) fn properties(self) -> Properties {
        Properties::OF[self as usize]
    }

    fn has(self, any_of: Properties) -> bool {
        self.properties().has(any_of)
    }
}

/// What there is to know of an opcode, or of several: a bit for each property that one of them has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Properties(u8);

impl Properties {
    pub(crate) const JUMP: Properties = Properties(1);
    pub(crate) const UNCONDITIONAL: Properties = Properties(1 << 1);
    pub(crate) const BLOCK_PUSH: Properties = Properties(1 << 2);
    const SCOPE_EXIT: Properties = Properties(1 << 3);
    const CONST: Properties = Properties(1 << 4);
    /// After it a local variable may be unbound.
    pub(crate) const UNBINDS_LOCAL: Properties = Properties(1 << 5);
    /// It drops the topmost value.
    pub(crate) const POPS: Properties = Properties(1 << 6);

    pub(crate) fn has(self, any_of: Properties) -> bool {
        self.0 & any_of.0 != 0
    }

    pub(crate) const fn and(self, other: Properties) -> Properties {
        Properties(self.0 | other.0)
    }

    const OF: [Properties; Opcode::COUNT] = {
        let mut table = [Properties(0); Opcode::COUNT];
        let mut index = 0;
        while index < Opcode::COUNT {
            table[index] = Properties::of(Opcode::ALL[index]);
            index += 1;
        }
        table
    };

    const fn of(opcode: Opcode) -> Properties {
        match opcode {
            FOR_ITER | SEND | POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | POP_JUMP_IF_NONE
            | POP_JUMP_IF_NOT_NONE => Self::JUMP,
            JUMP | JUMP_NO_INTERRUPT | JUMP_FORWARD | JUMP_BACKWARD | JUMP_BACKWARD_NO_INTERRUPT => {
                Self::JUMP.and(Self::UNCONDITIONAL)
            }
            SETUP_FINALLY | SETUP_CLEANUP | SETUP_WITH => Self::BLOCK_PUSH,
            RETURN_CONST => Self::SCOPE_EXIT.and(Self::CONST),
            RETURN_VALUE | RAISE_VARARGS | RERAISE => Self::SCOPE_EXIT,
            LOAD_CONST | KW_NAMES => Self::CONST,
            POP_TOP => Self::POPS,
            DELETE_FAST | LOAD_FAST_AND_CLEAR | STORE_FAST_MAYBE_NULL => Self::UNBINDS_LOCAL,
            _ => Properties(0),
        }
    }
}

impl std::ops::BitOrAssign for Properties {
    fn bitor_assign(&mut self, other: Properties) {
        *self = self.and(other);
    }
}

mod table {
    use super::Opcode;

    /// One version's numbers and inline caches.
    #[derive(Debug)]
    pub struct OpcodeTable {
        numbers: [Option<u8>; Opcode::COUNT],
        caches: [u8; Opcode::COUNT],
        names: [Option<Opcode>; 256],
    }

    impl OpcodeTable {
        /// Builds the table from rows of opcode, number and cache code units.
        pub(super) const fn new(rows: &[(Opcode, u8, u8)]) -> Self {
            let mut table = OpcodeTable {
                numbers: [None; Opcode::COUNT],
                caches: [0; Opcode::COUNT],
                names: [None; 256],
            };
            let mut row = 0;
            while row < rows.len() {
                let (opcode, number, caches) = rows[row];
                table.numbers[opcode as usize] = Some(number);
                table.caches[opcode as usize] = caches;
                table.names[number as usize] = Some(opcode);
                row += 1;
            }
            table
        }

        /// The number of an instruction this version has.
        ///
        /// # Panics
        /// For a pseudo-instruction, or one of another version: a bug of the stages before the assembler.
        pub fn number(&self, opcode: Opcode) -> u8 {
            self.numbers[opcode as usize]
                .expect("the target has every instruction that reaches the assembler")
        }

        /// How many code units of inline cache follow the instruction.
        pub fn caches(&self, opcode: Opcode) -> u8 {
            self.caches[opcode as usize]
        }

        /// The instruction with this number, if the version has one.
        pub fn opcode(&self, number: u8) -> Option<Opcode> {
            self.names[number as usize]
        }
    }
}
