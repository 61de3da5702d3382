//! What the arguments of instructions mean where they are neither indices nor counts: operators and
//! intrinsic functions.

use super::opcodes::{Opcode, OpcodeTable};
use crate::syntax::ast::{CmpOp, Operator};

/// The argument of `BINARY_OP` for `left op right`.
///
/// CPython: `Include/opcode.h` `NB_ADD` (3.11–)
pub(crate) fn binary_op(op: Operator) -> u32 {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}

/// The operator that the argument of `BINARY_OP` stands for, unless it is one of assignment.
pub(crate) fn operator(oparg: u32) -> Option<Operator> {
    use Operator::*;
    const OPERATORS: [Operator; 13] =
        [Add, BitAnd, FloorDiv, LShift, MatMult, Mult, Mod, BitOr, Pow, RShift, Sub, Div, BitXor];

    OPERATORS.get(oparg as usize).copied()
}

/// The argument of `BINARY_OP` for `left op= right`.
///
/// CPython: `Include/opcode.h` `NB_INPLACE_ADD` (3.11–)
pub(crate) fn inplace_op(op: Operator) -> u32 {
    binary_op(op) + 13
}

/// The instruction for `left op right` of versions without `BINARY_OP`.
pub(crate) fn binary_opcode(op: Operator) -> Opcode {
    match op {
        Operator::Add => Opcode::BINARY_ADD,
        Operator::BitAnd => Opcode::BINARY_AND,
        Operator::FloorDiv => Opcode::BINARY_FLOOR_DIVIDE,
        Operator::LShift => Opcode::BINARY_LSHIFT,
        Operator::MatMult => Opcode::BINARY_MATRIX_MULTIPLY,
        Operator::Mult => Opcode::BINARY_MULTIPLY,
        Operator::Mod => Opcode::BINARY_MODULO,
        Operator::BitOr => Opcode::BINARY_OR,
        Operator::Pow => Opcode::BINARY_POWER,
        Operator::RShift => Opcode::BINARY_RSHIFT,
        Operator::Sub => Opcode::BINARY_SUBTRACT,
        Operator::Div => Opcode::BINARY_TRUE_DIVIDE,
        Operator::BitXor => Opcode::BINARY_XOR,
    }
}

/// The instruction for `left op= right` of versions without `BINARY_OP`.
pub(crate) fn inplace_opcode(op: Operator) -> Opcode {
    match op {
        Operator::Add => Opcode::INPLACE_ADD,
        Operator::BitAnd => Opcode::INPLACE_AND,
        Operator::FloorDiv => Opcode::INPLACE_FLOOR_DIVIDE,
        Operator::LShift => Opcode::INPLACE_LSHIFT,
        Operator::MatMult => Opcode::INPLACE_MATRIX_MULTIPLY,
        Operator::Mult => Opcode::INPLACE_MULTIPLY,
        Operator::Mod => Opcode::INPLACE_MODULO,
        Operator::BitOr => Opcode::INPLACE_OR,
        Operator::Pow => Opcode::INPLACE_POWER,
        Operator::RShift => Opcode::INPLACE_RSHIFT,
        Operator::Sub => Opcode::INPLACE_SUBTRACT,
        Operator::Div => Opcode::INPLACE_TRUE_DIVIDE,
        Operator::BitXor => Opcode::INPLACE_XOR,
    }
}

/// The argument of `BINARY_OP` for `left[right]`.
///
/// CPython: `Include/opcode.h` `NB_SUBSCR` (3.14–)
pub(crate) const SUBSCRIPT_OP: u32 = 26;

/// The instruction of a comparison, with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `COMPARE_OP`
    Compare(u32),
    /// `IS_OP`: 1 inverts it.
    Is(u32),
    /// `CONTAINS_OP`: 1 inverts it.
    Contains(u32),
}

/// Which instruction compares by `op`.
///
/// `COMPARE_OP` has the operator's number in its bits from `shift` on; unless that is 0, the four
/// lowest say which outcomes (unordered, less, greater, equal) make the comparison true.
///
/// CPython: `Python/compile.c` `compiler_addcompare` (3.8–), `Include/internal/pycore_code.h`
/// `COMPARISON_EQUALS` (3.12–)
pub(crate) fn comparison(op: CmpOp, shift: u8, opcodes: &OpcodeTable) -> Comparison {
    const UNORDERED: u32 = 1;
    const LESS: u32 = 2;
    const GREATER: u32 = 4;
    const EQUAL: u32 = 8;

    let compare = |number: u32, outcomes: u32| {
        Comparison::Compare(if shift == 0 { number } else { number << shift | outcomes })
    };
    match op {
        CmpOp::Lt => compare(0, LESS),
        CmpOp::LtE => compare(1, LESS | EQUAL),
        CmpOp::Eq => compare(2, EQUAL),
        CmpOp::NotEq => compare(3, UNORDERED | LESS | GREATER),
        CmpOp::Gt => compare(4, GREATER),
        CmpOp::GtE => compare(5, GREATER | EQUAL),
        _ if !opcodes.has(Opcode::IS_OP) => Comparison::Compare(match op {
            CmpOp::In => 6,
            CmpOp::NotIn => 7,
            CmpOp::Is => 8,
            _ => 9,
        }),
        CmpOp::Is => Comparison::Is(0),
        CmpOp::IsNot => Comparison::Is(1),
        CmpOp::In => Comparison::Contains(0),
        CmpOp::NotIn => Comparison::Contains(1),
    }
}

/// The argument of `COMPARE_OP` for whether an exception matches a type.
///
/// CPython: `Include/opcode.h` `PyCmp_EXC_MATCH` (3.8)
pub(crate) const EXCEPTION_MATCH: u32 = 10;

/// The argument of `CALL_INTRINSIC_1`.
///
/// CPython: `Include/internal/pycore_intrinsics.h` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Intrinsic1 {
    ImportStar = 2,
    StopIterationError = 3,
    AsyncGenWrap = 4,
    UnaryPositive = 5,
    ListToTuple = 6,
    TypeVar = 7,
    ParamSpec = 8,
    TypeVarTuple = 9,
    SubscriptGeneric = 10,
    TypeAlias = 11,
}

impl Intrinsic1 {
    /// The instruction that does the same in versions without intrinsic functions.
    pub(crate) fn instruction(self) -> Option<Opcode> {
        match self {
            Intrinsic1::ImportStar => Some(Opcode::IMPORT_STAR),
            Intrinsic1::AsyncGenWrap => Some(Opcode::ASYNC_GEN_WRAP),
            Intrinsic1::UnaryPositive => Some(Opcode::UNARY_POSITIVE),
            Intrinsic1::ListToTuple => Some(Opcode::LIST_TO_TUPLE),
            Intrinsic1::StopIterationError
            | Intrinsic1::TypeVar
            | Intrinsic1::ParamSpec
            | Intrinsic1::TypeVarTuple
            | Intrinsic1::SubscriptGeneric
            | Intrinsic1::TypeAlias => None,
        }
    }
}

/// The argument of `CALL_INTRINSIC_2`.
///
/// CPython: `Include/internal/pycore_intrinsics.h` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Intrinsic2 {
    PrepReraiseStar = 1,
    TypeVarWithBound = 2,
    TypeVarWithConstraints = 3,
    SetFunctionTypeParams = 4,
    /// 3.13–
    SetTypeParamDefault = 5,
}

/// The argument of `LOAD_COMMON_CONSTANT`; from `List` on 3.15–.
///
/// CPython: `Include/internal/pycore_opcode_utils.h` `CONSTANT_ASSERTIONERROR` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum CommonConstant {
    AssertionError = 0,
    NotImplementedError = 1,
    Tuple = 2,
    All = 3,
    Any = 4,
    List = 5,
    Set = 6,
    None = 7,
    EmptyStr = 8,
    True = 9,
    False = 10,
    MinusOne = 11,
}

/// The argument of `LOAD_SPECIAL`: which method of a context manager.
///
/// CPython: `Include/internal/pycore_ceval.h` `SPECIAL___ENTER__` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum SpecialMethod {
    Enter = 0,
    Exit = 1,
    Aenter = 2,
    Aexit = 3,
}

/// The argument of `GET_AWAITABLE`: what the object awaited comes from, for an error message.
///
/// CPython: `Python/ceval.c` `_PyEval_FormatAwaitableError` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Awaitable {
    Expression = 0,
    Aenter = 1,
    Aexit = 2,
}
