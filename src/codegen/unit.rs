//! The compilation unit: one code object in the making, from the code generator to the assembler.

use rustc_hash::FxHashMap;

use super::sequence::InstructionSequence;
use crate::code::{CodeFlags, Constant, PyStr};
use crate::names::Ident;

/// What code generation hands to the flow graph and the assembler for one code object.
#[derive(Debug)]
pub struct Unit<'a> {
    pub name: PyStr<'a>,
    pub qualname: PyStr<'a>,
    pub flags: CodeFlags,
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

/// An ordered set of names; an entry's index is the oparg.
#[derive(Clone, Debug, Default)]
pub struct IdentTable {
    idents: Vec<Ident>,
    index: FxHashMap<Ident, u32>,
}

impl IdentTable {
    /// The index of `ident`, added at the end if it is new.
    pub fn add(&mut self, ident: Ident) -> u32 {
        *self.index.entry(ident).or_insert_with(|| {
            self.idents.push(ident);
            self.idents.len() as u32 - 1
        })
    }

    pub fn get(&self, ident: Ident) -> Option<u32> {
        self.index.get(&ident).copied()
    }

    pub fn contains(&self, ident: Ident) -> bool {
        self.index.contains_key(&ident)
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
}

/// `co_consts` in the making: an ordered set of constants.
#[derive(Clone, Debug, Default)]
pub struct Constants<'a> {
    values: Vec<Constant<'a>>,
    index: FxHashMap<Constant<'a>, u32>,
}

impl<'a> Constants<'a> {
    /// The index of `value`, added at the end if no same constant is there.
    pub fn add(&mut self, value: Constant<'a>) -> u32 {
        *self.index.entry(value).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as u32 - 1
        })
    }

    pub fn values(&self) -> &[Constant<'a>] {
        &self.values
    }

    /// Keeps only the constants at `indices`, in that order; afterwards the constant at `indices[i]` has index `i`.
    pub fn retain(&mut self, indices: &[u32]) {
        self.values = indices.iter().map(|&index| self.values[index as usize]).collect();
        self.index = self.values.iter().enumerate().map(|(index, &value)| (value, index as u32)).collect();
    }
}
