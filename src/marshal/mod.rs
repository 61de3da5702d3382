//! The marshal format: code objects as the bytes that follow a pyc's header.
//!
//! [`write()`] gives the very bytes that `py_compile` writes in a fresh process: `refs` works out
//! which objects would be one in CPython's memory, `write` puts them down. [`read()`] takes such
//! bytes apart again and trusts none of them.

mod read;
mod refs;
mod write;

pub use read::{ReadError, ReadErrorKind, read};
pub use write::{WriteError, write};

/// The most deeply nested objects that CPython writes and reads.
///
/// CPython: `Python/marshal.c` `MAX_MARSHAL_STACK_DEPTH` (3.8–)
pub(crate) const MAX_DEPTH: usize = 2000;

/// Set in a type byte: the object gets the next number, by which `TYPE_REF` names it.
pub(crate) const FLAG_REF: u8 = 0x80;

/// Whether `bytes` start as a code object does.
pub fn starts_code(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&byte| byte & !FLAG_REF == kind::CODE)
}

/// The type bytes that stand in pycs.
///
/// CPython: `Python/marshal.c` (3.8–)
pub(crate) mod kind {
    pub(crate) const NONE: u8 = b'N';
    pub(crate) const FALSE: u8 = b'F';
    pub(crate) const TRUE: u8 = b'T';
    pub(crate) const ELLIPSIS: u8 = b'.';
    pub(crate) const INT: u8 = b'i';
    pub(crate) const LONG: u8 = b'l';
    pub(crate) const BINARY_FLOAT: u8 = b'g';
    pub(crate) const BINARY_COMPLEX: u8 = b'y';
    pub(crate) const BYTES: u8 = b's';
    pub(crate) const UNICODE: u8 = b'u';
    pub(crate) const INTERNED: u8 = b't';
    pub(crate) const ASCII: u8 = b'a';
    pub(crate) const ASCII_INTERNED: u8 = b'A';
    pub(crate) const SHORT_ASCII: u8 = b'z';
    pub(crate) const SHORT_ASCII_INTERNED: u8 = b'Z';
    pub(crate) const SMALL_TUPLE: u8 = b')';
    pub(crate) const TUPLE: u8 = b'(';
    pub(crate) const FROZENSET: u8 = b'>';
    /// 3.14–
    pub(crate) const SLICE: u8 = b':';
    pub(crate) const CODE: u8 = b'c';
    pub(crate) const REF: u8 = b'r';
}
