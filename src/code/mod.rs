//! Code objects: what the compiler makes, marshal writes and reads, and the disassembler shows.

mod constant;
pub mod disassembly;
mod equality;
mod exceptions;
pub(crate) mod identity;
pub(crate) mod literal;
mod locations;
mod nesting;
mod varint;

pub use constant::{Constant, Int, PyStr};
pub(crate) use equality::ConstantSet;
pub use exceptions::{ExceptionEntries, ExceptionEntry};
pub use locations::{LocationEntry, Locations};
pub use nesting::{Nested, distinct};

/// A compiled code object, with the fields that CPython's has.
///
/// Everything it refers to lives in the arena of the compilation (or of the pyc it was read from).
///
/// CPython: `Include/cpython/code.h` `PyCodeObject` (3.8–)
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CodeObject<'a> {
    /// Positional parameters, the positional-only ones included; neither `*args` nor keyword-only
    /// ones.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    /// The values that the frame's stack has room for.
    pub stacksize: u32,
    pub flags: CodeFlags,
    /// The instructions with `EXTENDED_ARG` and inline caches (caches zeroed).
    pub code: &'a [u8],
    pub consts: &'a [Constant<'a>],
    pub names: &'a [PyStr<'a>],
    /// Locals, then cells, then free variables, as the frame holds them (a parameter that is also a
    /// cell stands once).
    pub localsplus: &'a [LocalPlus<'a>],
    pub filename: PyStr<'a>,
    pub name: PyStr<'a>,
    pub qualname: PyStr<'a>,
    pub firstlineno: i32,
    /// The location table, as [`CodeObject::locations`] reads it.
    pub linetable: &'a [u8],
    /// The exception table, as [`CodeObject::exception_entries`] reads it.
    pub exceptiontable: &'a [u8],
    /// What it was compiled from. Of what was read from a pyc only the body of a class is known, by
    /// its shared objects; otherwise it is `None`. No part of the stable library.
    #[doc(hidden)]
    pub origin: Option<Origin>,
}

/// What a code object was compiled from, as far as it decides which objects CPython shares. No
/// field of CPython's code objects says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The body of a class, whose first constant is the very object that is its qualified name.
    ClassBody,
    /// The function that evaluates annotations, whose parameter was renamed after its tuple of
    /// local names was made.
    Annotate,
    /// Anything else.
    #[default]
    Other,
}

/// A slot of the frame: its name, and what kinds of variable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPlus<'a> {
    pub name: PyStr<'a>,
    pub kind: LocalKind,
}

/// The byte of `co_localspluskinds`.
///
/// CPython: `Include/internal/pycore_code.h` `CO_FAST_LOCAL` (3.11–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalKind(pub u8);

impl LocalKind {
    /// A parameter that takes positional arguments, keyword arguments, any number of them (3.14–).
    pub const ARG_POS: u8 = 0x02;
    pub const ARG_KW: u8 = 0x04;
    pub const ARG_VAR: u8 = 0x08;
    /// Only inside an inlined comprehension.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;

    pub fn is_local(self) -> bool {
        self.0 & Self::LOCAL != 0
    }
    pub fn is_cell(self) -> bool {
        self.0 & Self::CELL != 0
    }
    pub fn is_free(self) -> bool {
        self.0 & Self::FREE != 0
    }
    pub fn is_hidden(self) -> bool {
        self.0 & Self::HIDDEN != 0
    }
}

/// `co_flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    pub const METHOD: u32 = 0x800_0000;

    pub fn contains(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}
