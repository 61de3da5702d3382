//! Tables of names: `co_names`, and the variables of a code object.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::names::{Ident, LINEAR_SEARCH, position};

/// An ordered set of names; an entry's index is the oparg.
#[derive(Clone, Debug, Default)]
pub struct IdentTable {
    idents: SmallVec<[Ident; 16]>,
    /// Empty while `idents` is searched linearly.
    index: FxHashMap<Ident, u32>,
}

impl IdentTable {
    /// The index of `ident`, added at the end if it is new.
    pub fn add(&mut self, ident: Ident) -> u32 {
        if let Some(index) = self.get(ident) {
            return index;
        }
        let index = self.idents.len() as u32;
        self.idents.push(ident);
        if self.idents.len() == LINEAR_SEARCH + 1 {
            self.index.extend(self.idents.iter().copied().zip(0..));
        } else if self.idents.len() > LINEAR_SEARCH {
            self.index.insert(ident, index);
        }
        index
    }

    pub fn get(&self, ident: Ident) -> Option<u32> {
        if self.idents.len() <= LINEAR_SEARCH {
            position(&self.idents, ident).map(|index| index as u32)
        } else {
            self.index.get(&ident).copied()
        }
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

    pub(super) fn clear(&mut self) {
        self.idents.clear();
        self.index.clear();
    }
}

impl Extend<Ident> for IdentTable {
    fn extend<I: IntoIterator<Item = Ident>>(&mut self, idents: I) {
        for ident in idents {
            self.add(ident);
        }
    }
}
