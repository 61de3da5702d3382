//! What the argument of an instruction stands for: a constant, a name, a variable, an operator, a place to jump to.

use super::super::{CodeObject, Constant, LocalPlus, PyStr};
use super::instructions::Instruction;
use super::shown;
use crate::syntax::unparse;
use crate::target::Opcode;

/// The operators of `BINARY_OP`; 13 more are their in-place forms.
///
/// CPython: `Lib/opcode.py` `_nb_ops` (3.11–)
const OPERATORS: [&str; 13] = ["+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^"];

/// CPython: `Lib/opcode.py` `cmp_op` (3.9–)
const COMPARISONS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

/// Of a constant's text, as much as fits a line.
const MAX_REPR: usize = 100;

/// What stands behind the number, if there is something to say. A number beyond its table means nothing.
pub(super) fn meaning(instruction: &Instruction, code: &CodeObject<'_>) -> Option<String> {
    use Opcode::*;
    let oparg = instruction.oparg as usize;
    let name = |index: usize| code.names.get(index).map(|name| shown(*name));
    let local = |index: usize| code.localsplus.get(index).map(|LocalPlus { name, .. }| shown(*name));
    match instruction.opcode? {
        LOAD_CONST | RETURN_CONST | KW_NAMES => code.consts.get(oparg).map(|constant| shortened(*constant)),
        LOAD_NAME
        | STORE_NAME
        | DELETE_NAME
        | IMPORT_NAME
        | IMPORT_FROM
        | STORE_ATTR
        | DELETE_ATTR
        | STORE_GLOBAL
        | DELETE_GLOBAL
        | LOAD_FROM_DICT_OR_GLOBALS => name(oparg),
        LOAD_GLOBAL => marked(oparg & 1 != 0, "NULL + ", name(oparg >> 1)?),
        LOAD_ATTR => marked(oparg & 1 != 0, "NULL|self + ", name(oparg >> 1)?),
        LOAD_SUPER_ATTR => marked(oparg & 1 != 0, "NULL|self + ", name(oparg >> 2)?),
        LOAD_FAST
        | LOAD_FAST_CHECK
        | LOAD_FAST_AND_CLEAR
        | STORE_FAST
        | DELETE_FAST
        | LOAD_CLOSURE
        | LOAD_DEREF
        | STORE_DEREF
        | DELETE_DEREF
        | MAKE_CELL
        | LOAD_FROM_DICT_OR_DEREF => local(oparg),
        COMPARE_OP => COMPARISONS.get(oparg >> 4).map(ToString::to_string),
        IS_OP => Some(if oparg == 0 { "is" } else { "is not" }.to_owned()),
        CONTAINS_OP => Some(if oparg == 0 { "in" } else { "not in" }.to_owned()),
        BINARY_OP => match OPERATORS.get(oparg) {
            Some(operator) => Some((*operator).to_owned()),
            None => OPERATORS.get(oparg.checked_sub(OPERATORS.len())?).map(|operator| format!("{operator}=")),
        },
        _ => instruction.jump_target().map(|target| format!("to {target}")),
    }
}

fn marked(is_marked: bool, mark: &str, name: String) -> Option<String> {
    Some(if is_marked { format!("{mark}{name}") } else { name })
}

fn shortened(constant: Constant<'_>) -> String {
    let text = repr(constant);
    match text.char_indices().nth(MAX_REPR) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Python's `repr`, without the addresses of code objects.
fn repr(constant: Constant<'_>) -> String {
    let list = |items: &[Constant<'_>]| items.iter().map(|item| repr(*item)).collect::<Vec<_>>().join(", ");
    match constant {
        Constant::Tuple([item]) => format!("({},)", repr(*item)),
        Constant::Tuple(items) => format!("({})", list(items)),
        Constant::FrozenSet([]) => "frozenset()".to_owned(),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
        Constant::Code(code) => format!("<code object {}, line {}>", shown(code.qualname), code.firstlineno),
        // No more than what may be shown of it.
        Constant::Str(PyStr(text)) if text.len() > 4 * MAX_REPR => {
            repr(Constant::Str(PyStr(beginning(text)))) + "..."
        }
        Constant::Bytes(bytes) if bytes.len() > 4 * MAX_REPR => {
            repr(Constant::Bytes(&bytes[..4 * MAX_REPR])) + "..."
        }
        literal => unparse::literal(literal),
    }
}

/// The first characters of a long text, none of them cut.
fn beginning(text: &[u8]) -> &[u8] {
    let mut end = 4 * MAX_REPR;
    while text[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}
