//! What the argument of an instruction stands for: a constant, a name, a variable, an operator, a
//! place to jump to.

use super::super::{CodeObject, LocalPlus};
use super::instructions::Instruction;
use super::{repr, shown};
use crate::targets::{Calls, DisassemblyFeatures, Opcode};

/// The operators of `BINARY_OP`; 13 more are their in-place forms.
///
/// CPython: `Lib/opcode.py` `_nb_ops` (3.11–)
const OPERATORS: [&str; 13] = ["+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^"];

/// Behind the in-place operators: subscription.
///
/// CPython: `Lib/opcode.py` `_nb_ops` (3.14–)
const SUBSCR: u32 = 26;

/// From `in` on only 3.8.
///
/// CPython: `Lib/opcode.py` `cmp_op` (3.8–)
const COMPARISONS: [&str; 11] =
    ["<", "<=", "==", "!=", ">", ">=", "in", "not in", "is", "is not", "exception match"];

/// The bit of `COMPARE_OP` that makes the result a `bool`, where there is room for it below the
/// operator.
///
/// CPython: `Lib/dis.py` `ArgResolver.get_argval_argrepr` (3.13–)
const RESULT_IS_BOOL: u32 = 16;

/// CPython: `Lib/dis.py` `FORMAT_VALUE_CONVERTERS` (3.8–)
const CONVERSIONS: [&str; 4] = ["", "str", "repr", "ascii"];

/// CPython: `Lib/dis.py` `FUNCTION_ATTR_FLAGS` (3.8–)
const FUNCTION_FLAGS: [&str; 5] = ["defaults", "kwdefaults", "annotations", "closure", "annotate"];

/// CPython: `Lib/opcode.py` `_common_constants` (3.14–)
const COMMON_CONSTANTS: [&str; 12] = [
    "AssertionError",
    "NotImplementedError",
    "tuple",
    "all",
    "any",
    "list",
    "set",
    "None",
    "''",
    "True",
    "False",
    "-1",
];

/// CPython: `Lib/opcode.py` `_special_method_names` (3.14–)
const SPECIAL_METHODS: [&str; 4] = ["__enter__", "__exit__", "__aenter__", "__aexit__"];

/// CPython: `Lib/opcode.py` `_intrinsic_1_descs` (3.12–)
const INTRINSICS_1: [&str; 12] = [
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];

/// CPython: `Lib/opcode.py` `_intrinsic_2_descs` (3.12–)
const INTRINSICS_2: [&str; 6] = [
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];

/// What stands in parentheses behind the number, empty if there is nothing to say. A number beyond
/// its table means nothing.
///
/// CPython: `Lib/dis.py` `_get_instructions_bytes` (3.12), `ArgResolver.get_argval_argrepr` (3.13–)
pub(super) fn meaning(
    instruction: &Instruction,
    code: &CodeObject<'_>,
    features: &DisassemblyFeatures,
) -> String {
    use Opcode::*;
    let Some(opcode) = instruction.opcode else { return String::new() };
    let oparg = instruction.oparg as usize;
    let name = |index: usize| code.names.get(index).map(|name| shown(*name));
    let local = |index: usize| code.localsplus.get(index).map(|LocalPlus { name, .. }| shown(*name));
    // Where cells are counted apart from the locals.
    let first_cell = match features.calls {
        Calls::Function => code.localsplus.iter().filter(|slot| slot.kind.is_local()).count(),
        Calls::Precall | Calls::KwNames | Calls::CallKw => 0,
    };
    let of = |table: &[&str], index: usize| table.get(index).map(ToString::to_string);
    let text = match opcode {
        LOAD_CONST | RETURN_CONST | KW_NAMES => {
            code.consts.get(oparg).map(|constant| repr::shortened(*constant, features.unicode))
        }
        LOAD_NAME
        | STORE_NAME
        | DELETE_NAME
        | IMPORT_FROM
        | STORE_ATTR
        | DELETE_ATTR
        | STORE_GLOBAL
        | DELETE_GLOBAL
        | LOAD_METHOD
        | LOAD_FROM_DICT_OR_GLOBALS => name(oparg),
        IMPORT_NAME if features.import_flags => import(oparg & 3, name(oparg >> 2)),
        IMPORT_NAME => name(oparg),
        LOAD_GLOBAL if features.calls == Calls::Function => name(oparg),
        LOAD_GLOBAL => with_null(oparg, "NULL", name(oparg >> 1), features),
        LOAD_ATTR if !features.load_attr_loads_methods => name(oparg),
        LOAD_ATTR => with_null(oparg, "NULL|self", name(oparg >> 1), features),
        LOAD_SUPER_ATTR => with_null(oparg, "NULL|self", name(oparg >> 2), features),
        LOAD_FAST_LOAD_FAST
        | LOAD_FAST_BORROW_LOAD_FAST_BORROW
        | STORE_FAST_LOAD_FAST
        | STORE_FAST_STORE_FAST => both(local(oparg >> 4), local(oparg & 15)),
        LOAD_FAST | LOAD_FAST_BORROW | LOAD_FAST_CHECK | LOAD_FAST_AND_CLEAR | STORE_FAST | DELETE_FAST => {
            local(oparg)
        }
        LOAD_CLOSURE
        | LOAD_DEREF
        | STORE_DEREF
        | DELETE_DEREF
        | MAKE_CELL
        | LOAD_CLASSDEREF
        | LOAD_FROM_DICT_OR_DEREF => local(first_cell + oparg),
        COMPARE_OP => {
            let operator = of(&COMPARISONS, oparg >> features.comparison_shift);
            let is_bool = features.comparison_shift > RESULT_IS_BOOL.ilog2() as u8
                && instruction.oparg & RESULT_IS_BOOL != 0;
            if is_bool { operator.map(|operator| format!("bool({operator})")) } else { operator }
        }
        LOAD_COMMON_CONSTANT => of(&COMMON_CONSTANTS, oparg),
        LOAD_SPECIAL => of(&SPECIAL_METHODS, oparg),
        CONVERT_VALUE => of(&CONVERSIONS, oparg),
        SET_FUNCTION_ATTRIBUTE => Some(function_flags(oparg)),
        BINARY_OP if instruction.oparg == SUBSCR => Some("[]".to_owned()),
        BINARY_OP => match oparg.checked_sub(OPERATORS.len()) {
            Some(in_place) => of(&OPERATORS, in_place).map(|operator| operator + "="),
            None => of(&OPERATORS, oparg),
        },
        FORMAT_VALUE => {
            let with_format = if oparg & 4 != 0 { "with format" } else { "" };
            let parts = [CONVERSIONS[oparg & 3], with_format];
            Some(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
        }
        MAKE_FUNCTION => Some(function_flags(oparg)),
        CALL_INTRINSIC_1 => of(&INTRINSICS_1, oparg),
        CALL_INTRINSIC_2 => of(&INTRINSICS_2, oparg),
        _ => instruction.jump_target().map(|target| format!("to {target}")),
    };
    text.unwrap_or_default()
}

fn function_flags(oparg: usize) -> String {
    let set = FUNCTION_FLAGS.iter().enumerate().filter(|(bit, _)| oparg & 1 << bit != 0);
    set.map(|(_, flag)| *flag).collect::<Vec<_>>().join(", ")
}

fn both(first: Option<String>, second: Option<String>) -> Option<String> {
    Some(format!("{}, {}", first?, second?))
}

/// CPython: `Lib/dis.py` `ArgResolver.get_argval_argrepr` (3.15–)
fn import(flag: usize, name: Option<String>) -> Option<String> {
    let suffix = match flag {
        1 => " + lazy",
        2 => " + eager",
        _ => "",
    };
    Some(name? + suffix)
}

/// A name that is pushed together with `null`, if the lowest bit of the oparg says so, in the order
/// of the stack.
fn with_null(
    oparg: usize,
    null: &str,
    name: Option<String>,
    features: &DisassemblyFeatures,
) -> Option<String> {
    let name = name?;
    Some(match oparg & 1 {
        0 => name,
        _ if features.calls.push_null_after_callable() => format!("{name} + {null}"),
        _ => format!("{null} + {name}"),
    })
}
