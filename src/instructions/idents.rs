//! Tables of names: `co_names`, and the variables of a code object.

use rustc_hash::FxHashMap;

use crate::names::Ident;

/// Names with numbers below this are found by their number, the others by a hash: so a table stays
/// small in modules with very many names.
const NEAR: usize = 4096;

/// An ordered set of names; an entry's index is the oparg.
#[derive(Clone, Debug, Default)]
pub struct IdentTable {
    idents: Vec<Ident>,
    /// By [`Ident::index`], the name's index in `idents` plus one; 0, or past the end, if the table
    /// does not have it. Only for near names.
    places: Vec<u32>,
    far: FxHashMap<Ident, u32>,
}

impl IdentTable {
    /// The index of `ident`, added at the end if it is new.
    #[inline]
    pub fn add(&mut self, ident: Ident) -> u32 {
        self.get(ident).unwrap_or_else(|| self.push(ident))
    }

    #[inline]
    pub fn get(&self, ident: Ident) -> Option<u32> {
        match self.places.get(ident.index()) {
            Some(place) => place.checked_sub(1),
            None => self.far.get(&ident).copied(),
        }
    }

    fn push(&mut self, ident: Ident) -> u32 {
        let (number, index) = (ident.index(), self.idents.len() as u32);
        self.idents.push(ident);
        if number >= NEAR {
            self.far.insert(ident, index);
            return index;
        }
        if number >= self.places.len() {
            self.places.resize((number + 1).next_power_of_two(), 0);
        }
        self.places[number] = index + 1;
        index
    }

    pub fn contains(&self, ident: Ident) -> bool {
        self.get(ident).is_some()
    }

    pub fn idents(&self) -> &[Ident] {
        &self.idents
    }

    pub fn len(&self) -> usize {
        self.idents.len()
    }

    pub fn is_empty(&self) -> bool {
        self.idents.is_empty()
    }

    /// Forgets all names but the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        for ident in self.idents.drain(len..) {
            match self.places.get_mut(ident.index()) {
                Some(place) => *place = 0,
                None => _ = self.far.remove(&ident),
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        for ident in self.idents.drain(..) {
            if let Some(place) = self.places.get_mut(ident.index()) {
                *place = 0;
            }
        }
        self.far.clear();
    }
}

impl Extend<Ident> for IdentTable {
    fn extend<I: IntoIterator<Item = Ident>>(&mut self, idents: I) {
        for ident in idents {
            self.add(ident);
        }
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::names::Interner;

    #[test]
    fn near_and_far_names_keep_their_order() {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        let mut names: Vec<Ident> = (0..NEAR + 9).map(|n| interner.intern(&format!("n{n}"))).collect();
        names.reverse();
        let mut table = IdentTable::default();
        for _ in 0..2 {
            assert!(names.iter().all(|&name| !table.contains(name)));
            assert!(names.iter().zip(0..).all(|(&name, index)| table.add(name) == index));
            assert!(names.iter().zip(0..).all(|(&name, index)| table.add(name) == index));
            assert_eq!(table.idents(), names);
            table.clear();
        }
    }
}
