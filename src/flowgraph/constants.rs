//! Loads of constants: what an instruction loads, and the instruction that loads something.

use super::Instr;
use crate::code::{Constant, Int, PyStr};
use crate::instructions::Constants;
use crate::targets::Opcode::{self, LOAD_COMMON_CONSTANT, LOAD_CONST, LOAD_SMALL_INT};
use crate::targets::{CommonConstant, FlowGraphFeatures, ImmediateConstants};

/// Whether the instruction does nothing but push a constant.
///
/// CPython: `Python/flowgraph.c` `loads_const` (3.14–)
pub(super) fn is_load(opcode: Opcode) -> bool {
    matches!(opcode, LOAD_CONST | LOAD_SMALL_INT | LOAD_COMMON_CONSTANT)
}

/// The constant that an instruction loads, if it does.
///
/// CPython: `Python/flowgraph.c` `get_const_value` (3.12–)
pub(super) fn loaded<'a>(opcode: Opcode, oparg: u32, consts: &Constants<'a>) -> Option<Constant<'a>> {
    match opcode {
        LOAD_CONST => Some(consts.values()[oparg as usize]),
        LOAD_SMALL_INT => Some(Constant::Int(Int::Small(i64::from(oparg)))),
        LOAD_COMMON_CONSTANT => COMMON.iter().find(|common| common.1 as u32 == oparg).map(|common| common.0),
        _ => None,
    }
}

/// What `LOAD_COMMON_CONSTANT` loads besides classes and functions.
const COMMON: [(Constant<'static>, CommonConstant); 5] = [
    (Constant::None, CommonConstant::None),
    (Constant::Str(PyStr(b"")), CommonConstant::EmptyStr),
    (Constant::True, CommonConstant::True),
    (Constant::False, CommonConstant::False),
    (Constant::Int(Int::Small(-1)), CommonConstant::MinusOne),
];

/// The integer's number for `LOAD_SMALL_INT`, if the target has that and the constant is such a
/// one.
///
/// CPython: `Python/flowgraph.c` `maybe_instr_make_load_smallint` (3.14–)
pub(super) fn small_int(value: Constant<'_>, features: &FlowGraphFeatures) -> Option<u32> {
    match value {
        Constant::Int(Int::Small(value @ 0..=255))
            if features.immediate_constants != ImmediateConstants::None =>
        {
            Some(value as u32)
        }
        _ => None,
    }
}

/// The constant's number for `LOAD_COMMON_CONSTANT`, if it has one in the target.
///
/// CPython: `Python/flowgraph.c` `maybe_instr_make_load_common_const` (3.15–)
pub(super) fn common_constant(value: Constant<'_>, features: &FlowGraphFeatures) -> Option<u32> {
    let find = || COMMON.iter().find(|common| common.0 == value).map(|common| common.1 as u32);
    if features.immediate_constants == ImmediateConstants::SmallIntsAndCommon { find() } else { None }
}

/// Makes an instruction load a constant, which is added to the others if need be. Location and
/// handler stay.
///
/// CPython: `Python/flowgraph.c` `instr_make_load_const` (3.14–)
pub(super) fn set_load<'a>(
    instr: &mut Instr,
    value: Constant<'a>,
    consts: &mut Constants<'a>,
    features: &FlowGraphFeatures,
) {
    if let Some(number) = small_int(value, features) {
        instr.set(LOAD_SMALL_INT, number);
    } else if let Some(number) = common_constant(value, features) {
        instr.set(LOAD_COMMON_CONSTANT, number);
    } else {
        instr.set(LOAD_CONST, consts.add(value));
    }
}
