//! Code objects as text, to compare one with what is read back from its marshalled form.

use std::fmt::Write as _;

use crosspyc::internals::code::{CodeObject, Constant};
use crosspyc::internals::targets::LineTable;

/// Every field but the origin, which a pyc does not tell. Frozensets, which marshal writes in an
/// order of its own, are sorted. Names, which only marshal may tell from literals, are strings.
pub(crate) fn canonical(code: &CodeObject<'_>) -> String {
    fields(code).replace("Name(PyStr(", "Str(PyStr(")
}

fn fields(code: &CodeObject<'_>) -> String {
    let mut own = code.clone();
    (own.consts, own.origin) = (&[], None);
    if own.line_table <= LineTable::Ranges {
        // Such code objects have no qualified name in a pyc.
        own.qualname = own.name;
    }
    let mut text = format!("{own:?}");
    for constant in code.consts {
        match constant {
            Constant::Code(code) => text += &fields(code),
            Constant::FrozenSet(items) => {
                let mut items: Vec<_> = items.iter().map(|item| format!("{item:?}")).collect();
                items.sort();
                write!(text, "{items:?}").expect("a string takes all");
            }
            other => write!(text, "{other:?}").expect("a string takes all"),
        }
    }
    text
}
