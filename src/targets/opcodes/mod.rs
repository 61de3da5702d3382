//! The instructions of every version by name, and each version's numbers for them.
//!
//! Stages up to the assembler speak of [`Opcode`]s only; numbers and inline caches come from the target's [`OpcodeTable`].

mod table;
mod v3_12;
mod v3_13;
mod v3_14;
mod v3_15;

use table::Count;
pub(crate) use table::OpcodeTable;

pub(crate) static V3_12: &OpcodeTable = &v3_12::TABLE;
pub(crate) static V3_13: &OpcodeTable = &v3_13::TABLE;
pub(crate) static V3_14: &OpcodeTable = &v3_14::TABLE;
pub(crate) static V3_15: &OpcodeTable = &v3_15::TABLE;

/// Declares [`Opcode`], with a table of all and one of their names.
macro_rules! opcodes {
    (real { $($(#[$doc:meta])* $real:ident,)* } pseudo { $($pseudo:ident,)* }) => {
        /// An instruction of some version of CPython, under CPython's name. The flow graph replaces the pseudo-instructions, which come last.
        #[expect(non_camel_case_types, reason = "CPython's names")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[$doc])* $real,)*
            $($pseudo,)*
        }

        impl Opcode {
            pub const ALL: [Opcode; Opcode::COUNT] = [$(Opcode::$real,)* $(Opcode::$pseudo,)*];

            /// How many opcodes there are, pseudo-instructions included.
            pub const COUNT: usize = [$(stringify!($real),)* $(stringify!($pseudo),)*].len();

            const NAMES: [&str; Opcode::COUNT] = [$(stringify!($real),)* $(stringify!($pseudo),)*];
        }
    };
}

opcodes! {
    real {
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
    }
    pseudo {
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
    JUMP_IF_FALSE,
    JUMP_IF_TRUE,
    }
}

use Opcode::*;

impl Opcode {
    /// CPython's name, as `dis` prints it.
    pub fn name(self) -> &'static str {
        match self {
            END_ASYNC_FOR_FROM_SEND => "END_ASYNC_FOR",
            _ => Opcode::NAMES[self as usize],
        }
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
pub(crate) struct Properties(u16);

impl Properties {
    pub(crate) const JUMP: Properties = Properties(1);
    pub(crate) const UNCONDITIONAL: Properties = Properties(1 << 1);
    pub(crate) const BLOCK_PUSH: Properties = Properties(1 << 2);
    pub(crate) const SCOPE_EXIT: Properties = Properties(1 << 3);
    const CONST: Properties = Properties(1 << 4);
    /// After it a local variable may be unbound.
    pub(crate) const UNBINDS_LOCAL: Properties = Properties(1 << 5);
    /// It drops the topmost value.
    pub(crate) const POPS: Properties = Properties(1 << 6);
    /// The interpreter may do something else before it goes on, so a tracer wants to see the line.
    ///
    /// CPython: `Include/internal/pycore_opcode_metadata.h` `HAS_EVAL_BREAK_FLAG` (3.13–)
    pub(crate) const EVAL_BREAK: Properties = Properties(1 << 7);
    /// It loads or stores a local variable, and may become half of an instruction that does two of these at once.
    pub(crate) const LOCAL: Properties = Properties(1 << 8);
    /// It loads a cell itself, which is to be put in a closure.
    pub(crate) const CLOSURE: Properties = Properties(1 << 9);
    /// `JUMP_IF_FALSE`, `JUMP_IF_TRUE`
    pub(crate) const KEEPING_JUMP: Properties = Properties(1 << 10);

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
            FOR_ITER
            | SEND
            | POP_JUMP_IF_FALSE
            | POP_JUMP_IF_TRUE
            | POP_JUMP_IF_NONE
            | POP_JUMP_IF_NOT_NONE
            | END_ASYNC_FOR_FROM_SEND => Self::JUMP,
            JUMP_IF_FALSE | JUMP_IF_TRUE => Self::JUMP.and(Self::KEEPING_JUMP),
            JUMP_NO_INTERRUPT | JUMP_FORWARD | JUMP_BACKWARD_NO_INTERRUPT => {
                Self::JUMP.and(Self::UNCONDITIONAL)
            }
            JUMP | JUMP_BACKWARD => Self::JUMP.and(Self::UNCONDITIONAL).and(Self::EVAL_BREAK),
            CALL | CALL_KW | CALL_FUNCTION_EX | RESUME => Self::EVAL_BREAK,
            SETUP_FINALLY | SETUP_CLEANUP | SETUP_WITH => Self::BLOCK_PUSH,
            RETURN_CONST => Self::SCOPE_EXIT.and(Self::CONST),
            RETURN_VALUE | RAISE_VARARGS | RERAISE => Self::SCOPE_EXIT,
            LOAD_CONST | KW_NAMES => Self::CONST,
            POP_TOP => Self::POPS,
            LOAD_FAST | STORE_FAST => Self::LOCAL,
            LOAD_CLOSURE => Self::CLOSURE,
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
