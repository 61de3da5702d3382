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

use crate::targets::LineTable;

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
    /// Positional-only parameters.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// The values that the frame's stack has room for.
    pub stacksize: u32,
    /// `co_flags`.
    pub flags: CodeFlags,
    /// The instructions with `EXTENDED_ARG` and inline caches (caches zeroed).
    pub code: &'a [u8],
    /// The constants, by their numbers in the instructions.
    pub consts: &'a [Constant<'a>],
    /// The names of globals, attributes and imports, by their numbers in the instructions.
    pub names: &'a [PyStr<'a>],
    /// Locals, then cells, then free variables, as the frame holds them (a parameter that is also a
    /// cell stands once).
    pub localsplus: &'a [LocalPlus<'a>],
    /// The source file, as tracebacks show it.
    pub filename: PyStr<'a>,
    /// The name of the function or class, or `<module>`.
    pub name: PyStr<'a>,
    /// The name with those of the functions and classes around it.
    pub qualname: PyStr<'a>,
    /// The line of the source that it begins at, from 1.
    pub firstlineno: i32,
    /// The location table, as [`CodeObject::locations`] reads it.
    pub linetable: &'a [u8],
    /// The exception table, as [`CodeObject::exception_entries`] reads it.
    pub exceptiontable: &'a [u8],
    /// The form of `linetable`. No part of the stable library.
    #[doc(hidden)]
    pub line_table: LineTable,
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
    /// The name of the variable.
    pub name: PyStr<'a>,
    /// What kinds of variable it is.
    pub kind: LocalKind,
}

/// The byte of `co_localspluskinds`.
///
/// CPython: `Include/internal/pycore_code.h` `CO_FAST_LOCAL` (3.11–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalKind(pub u8);

impl LocalKind {
    /// A parameter that takes positional arguments (3.14–).
    pub const ARG_POS: u8 = 0x02;
    /// A parameter that takes keyword arguments (3.14–).
    pub const ARG_KW: u8 = 0x04;
    /// A parameter that takes any number of arguments (3.14–).
    pub const ARG_VAR: u8 = 0x08;
    /// Only inside an inlined comprehension.
    pub const HIDDEN: u8 = 0x10;
    /// A local variable.
    pub const LOCAL: u8 = 0x20;
    /// A variable that inner functions use.
    pub const CELL: u8 = 0x40;
    /// A variable of an outer function.
    pub const FREE: u8 = 0x80;

    /// Whether it is a local variable.
    pub fn is_local(self) -> bool {
        self.0 & Self::LOCAL != 0
    }

    /// Whether inner functions use it.
    pub fn is_cell(self) -> bool {
        self.0 & Self::CELL != 0
    }

    /// Whether it is a variable of an outer function.
    pub fn is_free(self) -> bool {
        self.0 & Self::FREE != 0
    }

    /// Whether it exists only inside an inlined comprehension.
    pub fn is_hidden(self) -> bool {
        self.0 & Self::HIDDEN != 0
    }
}

/// `co_flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    /// Its variables have places in the frame.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace.
    pub const NEWLOCALS: u32 = 0x2;
    /// It has `*args`.
    pub const VARARGS: u32 = 0x4;
    /// It has `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// It is inside a function.
    pub const NESTED: u32 = 0x10;
    /// A generator function.
    pub const GENERATOR: u32 = 0x20;
    /// It has neither cells nor variables of outer functions (–3.10).
    pub const NOFREE: u32 = 0x40;
    /// An `async def` function.
    pub const COROUTINE: u32 = 0x80;
    /// A generator that can be awaited (`types.coroutine`).
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// An `async def` function with `yield`.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// Its first constant is its docstring (3.14–).
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// A function that is defined in a class (3.14–).
    pub const METHOD: u32 = 0x800_0000;

    /// Whether a flag is set.
    pub fn contains(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}
