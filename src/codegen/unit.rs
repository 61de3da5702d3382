//! The compilation unit: one code object in the making, from the code generator to the assembler.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::sequence::InstructionSequence;
use crate::code::{CodeFlags, Constant, PyStr};
use crate::names::{Ident, LINEAR_SEARCH, position};

/// What code generation hands to the flow graph and the assembler for one code object.
#[derive(Debug, Default)]
pub struct Unit<'a> {
    pub name: PyStr<'a>,
    pub qualname: PyStr<'a>,
    pub flags: CodeFlags,
    /// Positional parameters, the positional-only ones included, as `co_argcount` counts them.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub firstlineno: i32,
    pub consts: Constants<'a>,
    /// `co_names`.
    pub names: IdentTable,
    /// Parameters first, then locals in order of first use.
    pub varnames: IdentTable,
    /// Sorted by text; opargs of cell instructions count from here, then on through `freevars`.
    pub cellvars: IdentTable,
    pub freevars: IdentTable,
    /// Locals that live only inside an inlined comprehension of a scope without fast locals (a module or class):
    /// `true` while such a comprehension is being compiled.
    pub fast_hidden: FxHashMap<Ident, bool>,
    pub sequence: InstructionSequence,
}

impl<'a> Unit<'a> {
    /// Makes it a unit without parameters, variables or instructions, whatever it was before.
    pub fn reset(&mut self, name: PyStr<'a>, qualname: PyStr<'a>, firstlineno: i32) {
        self.name = name;
        self.qualname = qualname;
        self.flags = CodeFlags::default();
        (self.argcount, self.posonlyargcount, self.kwonlyargcount) = (0, 0, 0);
        self.firstlineno = firstlineno;
        self.consts.clear();
        for table in [&mut self.names, &mut self.varnames, &mut self.cellvars, &mut self.freevars] {
            table.clear();
        }
        self.fast_hidden.clear();
        self.sequence.instructions.clear();
        self.sequence.labels.clear();
    }

    /// How many of `varnames` are parameters, which are bound from the start: `*args` and `**kwargs` count.
    pub fn parameter_count(&self) -> u32 {
        self.argcount
            + self.kwonlyargcount
            + u32::from(self.flags.contains(CodeFlags::VARARGS))
            + u32::from(self.flags.contains(CodeFlags::VARKEYWORDS))
    }
}

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

    fn clear(&mut self) {
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

/// `co_consts` in the making: an ordered set of constants.
#[derive(Clone, Debug, Default)]
pub struct Constants<'a> {
    values: Vec<Constant<'a>>,
    /// Of each value, while they are searched linearly.
    fingerprints: SmallVec<[u32; LINEAR_SEARCH]>,
    /// Empty while `values` is searched linearly.
    index: FxHashMap<Constant<'a>, u32>,
}

impl<'a> Constants<'a> {
    /// The index of `value`, added at the end if no same constant is there.
    pub fn add(&mut self, value: Constant<'a>) -> u32 {
        let fingerprint = value.fingerprint();
        if let Some(index) = self.get(value, fingerprint) {
            return index;
        }
        let index = self.values.len() as u32;
        self.values.push(value);
        if self.values.len() <= LINEAR_SEARCH {
            self.fingerprints.push(fingerprint);
        } else if self.values.len() == LINEAR_SEARCH + 1 {
            self.index.extend(self.values.iter().copied().zip(0..));
        } else {
            self.index.insert(value, index);
        }
        index
    }

    fn get(&self, value: Constant<'a>, fingerprint: u32) -> Option<u32> {
        if self.values.len() > LINEAR_SEARCH {
            return self.index.get(&value).copied();
        }
        let mut start = 0;
        while let Some(at) = position(&self.fingerprints[start..], fingerprint) {
            if self.values[start + at] == value {
                return Some((start + at) as u32);
            }
            start += at + 1;
        }
        None
    }

    pub fn values(&self) -> &[Constant<'a>] {
        &self.values
    }

    /// Keeps only the constants that `is_kept` is true for, by index.
    pub fn retain(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut index = 0;
        self.values.retain(|_| {
            index += 1;
            is_kept(index - 1)
        });
        self.index.clear();
        if self.values.len() > LINEAR_SEARCH {
            self.index.extend(self.values.iter().copied().zip(0..));
        } else {
            self.fingerprints.clear();
            self.fingerprints.extend(self.values.iter().map(Constant::fingerprint));
        }
    }

    fn clear(&mut self) {
        self.values.clear();
        self.fingerprints.clear();
        self.index.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Int;

    #[test]
    fn tables_keep_first_indices_when_they_outgrow_linear_search() {
        let mut consts = Constants::default();
        for round in 0..2 {
            for number in 0..20 {
                assert_eq!(consts.add(Constant::Int(Int::Small(number))), number as u32, "round {round}");
            }
        }
        assert_eq!(consts.values().len(), 20);
    }

    #[test]
    fn constants_of_equal_value_but_other_type_or_sign_stay_apart() {
        let mut consts = Constants::default();
        let values =
            [Constant::Int(Int::Small(0)), Constant::False, Constant::Float(0.0), Constant::Float(-0.0)];
        assert_eq!(values.map(|value| consts.add(value)), [0, 1, 2, 3]);
        consts.retain(|index| index % 2 == 1);
        assert_eq!([values[1], values[3]].map(|value| consts.add(value)), [0, 1]);
    }
}
