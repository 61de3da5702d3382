//! Name mangling: private names of a class carry the class's name, so that subclasses do not clash
//! with it.

use super::{ScopeId, SymbolTable};
use crate::names::{Ident, Interner};

impl SymbolTable {
    /// The name that `name` stands for in a scope inside the class `private`: around a generic
    /// class only its type parameters are mangled, if the target has it so.
    ///
    /// CPython: `Python/symtable.c` `_Py_MaybeMangle` (3.12.4–)
    #[inline]
    pub fn mangle(
        &self,
        interner: &mut Interner<'_>,
        private: Option<Ident>,
        scope: ScopeId,
        name: Ident,
    ) -> Ident {
        match private {
            Some(private) if interner.has_dunder(name) && self.may_mangle(scope, name) => {
                mangle_dunder(interner, private, name)
            }
            _ => name,
        }
    }

    fn may_mangle(&self, scope: ScopeId, name: Ident) -> bool {
        let only = self.scope(scope).mangled_names;
        only.is_none_or(|names| self.mangled_names[names.0 as usize].contains(&name))
    }
}

/// The name that `name` stands for inside the class `private`: `__x` becomes `_Class__x`.
///
/// CPython: `Python/symtable.c` `_Py_Mangle` (3.8–)
#[inline]
pub fn mangle(interner: &mut Interner<'_>, private: Option<Ident>, name: Ident) -> Ident {
    match private {
        Some(private) if interner.has_dunder(name) => mangle_dunder(interner, private, name),
        _ => name,
    }
}

/// Names that end in `__` too, and the dotted names of an `import`, are not private.
fn mangle_dunder(interner: &mut Interner<'_>, private: Ident, name: Ident) -> Ident {
    let text = interner.text(name);
    let class = interner.text(private).trim_start_matches('_');
    if text.ends_with("__") || text.contains('.') || class.is_empty() {
        return name;
    }
    interner.intern(&format!("_{class}{text}"))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;

    fn mangled(private: Option<&str>, name: &str) -> String {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let private = private.map(|text| interner.intern(text));
        let name = interner.intern(name);
        let result = mangle(&mut interner, private, name);
        interner.text(result).to_owned()
    }

    #[test]
    fn only_private_names_inside_a_class_are_mangled() {
        for (private, name, expected) in [
            (None, "__x", "__x"),
            (Some("C"), "__x", "_C__x"),
            (Some("C"), "___x", "_C___x"),
            (Some("C"), "__x_", "_C__x_"),
            (Some("__C__"), "__x", "_C____x"),
            (Some("___"), "__x", "__x"),
            (Some("C"), "_x", "_x"),
            (Some("C"), "__x__", "__x__"),
            (Some("C"), "__", "__"),
            (Some("C"), "_", "_"),
            (Some("C"), "__a.b", "__a.b"),
            (Some("Ключ"), "__x", "_Ключ__x"),
        ] {
            assert_eq!(mangled(private, name), expected, "{name} in {private:?}");
        }
    }
}
