//! The code objects in a code object's constants.

use rustc_hash::FxHashSet;

use super::{CodeObject, Constant};

/// A code object, and how many others it is in.
#[derive(Clone, Copy, Debug)]
pub struct Nested<'a> {
    pub depth: usize,
    pub code: &'a CodeObject<'a>,
}

/// A code object and those in its constants, outermost first, as Python's `dis` walks over them. One
/// that stands in several places is met once: a pyc can share them so often that no walk would end.
pub fn distinct<'a>(code: &'a CodeObject<'a>) -> Vec<Nested<'a>> {
    let mut met = FxHashSet::default();
    let mut found = Vec::new();
    let mut pending = vec![Nested { depth: 0, code }];
    while let Some(nested) = pending.pop() {
        if !met.insert(std::ptr::from_ref(nested.code)) {
            continue;
        }
        found.push(nested);
        let inner = nested.code.consts.iter().filter_map(|constant| match constant {
            Constant::Code(code) => Some(Nested { depth: nested.depth + 1, code }),
            _ => None,
        });
        let at = pending.len();
        pending.extend(inner);
        pending[at..].reverse();
    }
    found
}
