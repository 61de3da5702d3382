//! The code unit: one code object in the making, from code generation to the assembler.

use rustc_hash::FxHashMap;

use super::{Constants, IdentTable, InstructionSequence};
use crate::code::{CodeFlags, Origin, PyStr};
use crate::names::Ident;

/// What code generation passes to the flow graph and the assembler for one code object.
///
/// CPython: `Python/compile.c` `_PyCompile_CodeUnitMetadata` (3.12–)
#[derive(Debug, Default)]
pub struct Unit<'a> {
    pub name: PyStr<'a>,
    pub qualname: PyStr<'a>,
    pub flags: CodeFlags,
    pub origin: Origin,
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
    /// Sorted by text. The oparg of a cell instruction is an index into `cellvars` followed by
    /// `freevars`.
    pub cellvars: IdentTable,
    pub freevars: IdentTable,
    /// Locals that live only inside an inlined comprehension of a scope without fast locals (a
    /// module or class): `true` while such a comprehension is being compiled.
    pub fast_hidden: FxHashMap<Ident, bool>,
    pub sequence: InstructionSequence,
}

/// How much of a unit there was at some time.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    consts: usize,
    names: usize,
    varnames: usize,
    instructions: usize,
    labels: usize,
    placed: usize,
}

impl<'a> Unit<'a> {
    /// Empties the unit for another code object; its tables keep their memory.
    pub fn reset(&mut self, name: PyStr<'a>, qualname: PyStr<'a>, firstlineno: i32) {
        self.name = name;
        self.qualname = qualname;
        self.flags = CodeFlags::default();
        self.origin = Origin::default();
        (self.argcount, self.posonlyargcount, self.kwonlyargcount) = (0, 0, 0);
        self.firstlineno = firstlineno;
        self.consts.clear();
        for table in [&mut self.names, &mut self.varnames, &mut self.cellvars, &mut self.freevars] {
            table.clear();
        }
        self.fast_hidden.clear();
        self.sequence.clear();
    }

    /// What has been emitted so far, for [`Self::reset_to`].
    pub fn mark(&self) -> Mark {
        let Unit { consts, names, varnames, sequence, .. } = self;
        Mark {
            consts: consts.values().len(),
            names: names.len(),
            varnames: varnames.len(),
            instructions: sequence.len(),
            labels: sequence.labels.len(),
            placed: sequence.placed.len(),
        }
    }

    /// Forgets what has been emitted since the mark.
    pub fn reset_to(&mut self, mark: Mark) {
        self.consts.truncate(mark.consts);
        self.names.truncate(mark.names);
        self.varnames.truncate(mark.varnames);
        self.sequence.truncate(mark.instructions);
        self.sequence.labels.truncate(mark.labels);
        self.sequence.made_at.truncate(mark.labels);
        self.sequence.placed.truncate(mark.placed);
    }

    /// The number of parameters, which are the first of `varnames`; `*args` and `**kwargs` count.
    pub fn parameter_count(&self) -> u32 {
        self.argcount
            + self.kwonlyargcount
            + u32::from(self.flags.contains(CodeFlags::VARARGS))
            + u32::from(self.flags.contains(CodeFlags::VARKEYWORDS))
    }
}
