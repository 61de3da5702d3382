//! What a scope knows of its names: flags from the visit of the tree, a place to live from the
//! analysis.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::names::{Ident, LINEAR_SEARCH};

/// How a name is bound and used in a scope.
///
/// CPython: `Include/internal/pycore_symtable.h` `DEF_...`, `USE` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SymbolFlags(pub u16);

impl SymbolFlags {
    /// A `global` statement names it.
    pub const DEF_GLOBAL: u16 = 1;
    /// Something other than an import assigns to it.
    pub const DEF_LOCAL: u16 = 2;
    pub const DEF_PARAM: u16 = 2 << 1;
    /// A `nonlocal` statement names it.
    pub const DEF_NONLOCAL: u16 = 2 << 2;
    pub const USE: u16 = 2 << 3;
    pub const DEF_FREE: u16 = 2 << 4;
    /// In a class scope, or one that sees a class scope: it is also a free variable of a scope
    /// inside.
    pub const DEF_FREE_CLASS: u16 = 2 << 5;
    pub const DEF_IMPORT: u16 = 2 << 6;
    pub const DEF_ANNOT: u16 = 2 << 7;
    /// It occurs in the target of a comprehension's `for`.
    pub const DEF_COMP_ITER: u16 = 2 << 8;
    pub const DEF_TYPE_PARAM: u16 = 2 << 9;
    /// It is a cell in a comprehension that is inlined here.
    pub const DEF_COMP_CELL: u16 = 2 << 10;
    pub const DEF_BOUND: u16 = Self::DEF_LOCAL | Self::DEF_PARAM | Self::DEF_IMPORT;

    /// Whether any of the bits of `flag` is set.
    pub fn contains(self, flag: u16) -> bool {
        self.0 & flag != 0
    }
}

/// Where a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolScope {
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Symbol {
    pub flags: SymbolFlags,
    /// `None` until the analysis has run.
    pub scope: Option<SymbolScope>,
}

/// A map from names to symbols that keeps the order of insertion.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    entries: SmallVec<[(Ident, Symbol); 8]>,
    /// While there are at most [`LINEAR_SEARCH`], for each [`slot`] one more than the position of
    /// the last name with it; 0 if none has it.
    near: [u8; LINEAR_SEARCH],
    /// Positions in `entries`; empty while there are at most [`LINEAR_SEARCH`].
    index: FxHashMap<Ident, u32>,
}

impl Symbols {
    pub fn get(&self, name: Ident) -> Option<Symbol> {
        self.position(name).map(|position| self.entries[position].1)
    }

    /// Adds or replaces; a replaced entry keeps its place.
    pub fn insert(&mut self, name: Ident, symbol: Symbol) {
        *self.entry(name) = symbol;
    }

    pub fn iter(&self) -> impl Iterator<Item = (Ident, Symbol)> + '_ {
        self.entries.iter().copied()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get_mut(&mut self, name: Ident) -> Option<&mut Symbol> {
        self.position(name).map(|position| &mut self.entries[position].1)
    }

    /// The symbol of a name, added without flags if there is none.
    pub(super) fn entry(&mut self, name: Ident) -> &mut Symbol {
        let position = self.position(name).unwrap_or_else(|| self.push(name));
        &mut self.entries[position].1
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Ident, &mut Symbol)> + '_ {
        self.entries.iter_mut().map(|(name, symbol)| (*name, symbol))
    }

    pub(super) fn remove(&mut self, name: Ident) {
        let Some(position) = self.position(name) else { return };
        self.entries.remove(position);
        self.index.clear();
        self.near = [0; LINEAR_SEARCH];
        if self.entries.len() > LINEAR_SEARCH {
            self.index_all();
        } else {
            (1..).zip(&self.entries).for_each(|(after, entry)| self.near[slot(entry.0)] = after);
        }
    }

    fn position(&self, name: Ident) -> Option<usize> {
        let entries = &self.entries[..];
        if entries.len() > LINEAR_SEARCH {
            return self.index.get(&name).map(|&position| position as usize);
        }
        let near = usize::from(self.near[slot(name)]).checked_sub(1)?;
        if entries[near].0 == name {
            return Some(near);
        }
        entries.iter().position(|entry| entry.0 == name)
    }

    fn push(&mut self, name: Ident) -> usize {
        let position = self.entries.len();
        self.entries.push((name, Symbol::default()));
        if position < LINEAR_SEARCH {
            self.near[slot(name)] = position as u8 + 1;
        } else if position == LINEAR_SEARCH {
            self.index_all();
        } else {
            self.index.insert(name, position as u32);
        }
        position
    }

    fn index_all(&mut self) {
        self.index.extend(self.entries.iter().map(|entry| entry.0).zip(0..));
    }
}

/// Of a name, the index in [`Symbols::near`].
fn slot(name: Ident) -> usize {
    name.index() % LINEAR_SEARCH
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::names::Interner;

    #[test]
    fn many_names_keep_their_order_and_are_found() {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let names: Vec<Ident> = (0..3 * LINEAR_SEARCH).map(|n| interner.intern(&format!("n{n}"))).collect();
        let mut symbols = Symbols::default();
        for (n, &name) in names.iter().enumerate() {
            assert_eq!(symbols.get(name), None);
            symbols.entry(name).flags.0 = n as u16;
        }
        symbols.insert(names[0], Symbol { flags: SymbolFlags(99), scope: None });
        let order: Vec<Ident> = symbols.iter().map(|(name, _)| name).collect();
        assert_eq!(order, names);
        let flags: Vec<u16> = names.iter().map(|&name| symbols.get(name).unwrap().flags.0).collect();
        assert_eq!(flags[0], 99);
        assert!(flags[1..].iter().copied().eq(1..3 * LINEAR_SEARCH as u16));
    }

    #[test]
    fn names_are_found_when_others_were_removed() {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let names: Vec<Ident> = (0..3 * LINEAR_SEARCH).map(|n| interner.intern(&format!("n{n}"))).collect();
        let mut symbols = Symbols::default();
        names.iter().for_each(|&name| symbols.insert(name, Symbol::default()));
        for (first_left, &name) in (1..).zip(&names) {
            symbols.remove(name);
            let found: Vec<Ident> =
                names.iter().copied().filter(|&name| symbols.get(name).is_some()).collect();
            assert_eq!(found, names[first_left..]);
        }
    }
}
