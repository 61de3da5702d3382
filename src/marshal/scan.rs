//! Scanning: whether bytes are one whole code object, without building it.
//!
//! A run with nothing to do looks at every pyc, so this is several times faster than
//! [`read`](super::read()), which allocates. A scan follows the lengths, the nesting and the
//! references, and checks the types of the fields of code objects. It finds data that is cut off,
//! overwritten or followed by more. It does not judge the values: neither texts nor numbers, nor
//! whether a code object's fields fit each other.

use super::{FLAG_REF, MAX_DEPTH, kind};
use crate::targets::{CodeLayout, Target};

/// What a scan must know of an object that may be a field of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// An object that is being read. Nothing refers to it yet.
    Unfinished,
    Bytes,
    String,
    /// A tuple of strings, or of nothing.
    Names,
    Tuple,
    Code,
    Other,
}

/// Whether `bytes` (a pyc of the target without its header) are one code object and nothing else.
///
/// CPython: `Python/marshal.c` `r_object` (3.8–)
pub fn is_whole(bytes: &[u8], target: Target) -> bool {
    let layout = target.features().marshal.code_layout;
    let mut scanner = Scanner { rest: bytes, layout, refs: Vec::with_capacity(bytes.len() / 64), depth: 0 };
    scanner.object() == Some(Shape::Code) && scanner.rest.is_empty()
}

struct Scanner<'b> {
    rest: &'b [u8],
    layout: CodeLayout,
    /// The objects with `FLAG_REF`, in the order of their type bytes.
    refs: Vec<Shape>,
    depth: usize,
}

/// Each method reads one thing. `None` means that it is not there.
impl Scanner<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        Some(())
    }

    /// A length or number; negative ones do not occur.
    fn number(&mut self) -> Option<usize> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        usize::try_from(i32::from_le_bytes(*bytes)).ok()
    }

    /// An object. Most are references and short texts, for which this is all.
    #[inline]
    fn item(&mut self) -> Option<Shape> {
        match *self.rest {
            [kind::REF, a, b, c, d, ref rest @ ..] => {
                self.rest = rest;
                self.referred(u32::from_le_bytes([a, b, c, d]) as usize)
            }
            [kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED, len, ref rest @ ..] => {
                self.rest = rest.get(usize::from(len)..)?;
                Some(Shape::String)
            }
            _ => self.object(),
        }
    }

    fn object(&mut self) -> Option<Shape> {
        let type_byte = self.byte()?;
        if type_byte & FLAG_REF == 0 {
            return self.value(type_byte);
        }
        let slot = self.refs.len();
        self.refs.push(Shape::Unfinished);
        let shape = self.value(type_byte & !FLAG_REF)?;
        self.refs[slot] = shape;
        Some(shape)
    }

    /// The part of an object after its type byte.
    fn value(&mut self, type_byte: u8) -> Option<Shape> {
        match type_byte {
            kind::REF => {
                let number = self.number()?;
                self.referred(number)
            }
            kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED => {
                let len = self.byte()?;
                self.skip(len.into()).map(|()| Shape::String)
            }
            kind::ASCII | kind::ASCII_INTERNED | kind::UNICODE | kind::INTERNED => {
                let len = self.number()?;
                self.skip(len).map(|()| Shape::String)
            }
            kind::BYTES => {
                let len = self.number()?;
                self.skip(len).map(|()| Shape::Bytes)
            }
            kind::SMALL_TUPLE => {
                let len = self.byte()?;
                self.items(len.into())
            }
            kind::TUPLE => {
                let len = self.number()?;
                self.items(len)
            }
            kind::FROZENSET => {
                let len = self.number()?;
                self.items(len).map(|_| Shape::Other)
            }
            kind::SLICE => self.items(3).map(|_| Shape::Other),
            kind::CODE => self.nested(Self::code).map(|()| Shape::Code),
            scalar => self.scalar(scalar).map(|()| Shape::Other),
        }
    }

    fn referred(&self, number: usize) -> Option<Shape> {
        self.refs.get(number).copied().filter(|shape| *shape != Shape::Unfinished)
    }

    fn scalar(&mut self, type_byte: u8) -> Option<()> {
        match type_byte {
            kind::NONE | kind::FALSE | kind::TRUE | kind::ELLIPSIS => Some(()),
            kind::INT => self.skip(4),
            kind::BINARY_FLOAT => self.skip(8),
            kind::BINARY_COMPLEX => self.skip(16),
            kind::LONG => {
                let (len, rest) = self.rest.split_first_chunk()?;
                self.rest = rest;
                // Digits of two bytes; the sign is that of the number.
                self.skip((i32::from_le_bytes(*len).unsigned_abs() as usize).saturating_mul(2))
            }
            _ => None,
        }
    }

    fn items(&mut self, len: usize) -> Option<Shape> {
        self.nested(|scanner| {
            let mut shape = Shape::Names;
            for _ in 0..len {
                if scanner.item()? != Shape::String {
                    shape = Shape::Tuple;
                }
            }
            Some(shape)
        })
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Some(value)
    }

    /// The fields of a code object, in their order in the data.
    fn code(&mut self) -> Option<()> {
        let (counts, variables) = match self.layout {
            // co_varnames, co_freevars, co_cellvars
            CodeLayout::Variables => (6, &[Shape::Names; 3][..]),
            // co_localsplusnames, co_localspluskinds
            CodeLayout::LocalsPlus => (5, &[Shape::Names, Shape::Bytes][..]),
        };
        for _count_or_flags in 0..counts {
            self.number()?;
        }
        self.field(Shape::Bytes)?;
        let consts = self.object()?;
        if !matches!(consts, Shape::Names | Shape::Tuple) {
            return None;
        }
        // co_names
        self.field(Shape::Names)?;
        variables.iter().try_for_each(|&field| self.field(field))?;
        // co_filename, co_name
        self.field(Shape::String)?;
        self.field(Shape::String)?;
        if self.layout == CodeLayout::LocalsPlus {
            // co_qualname
            self.field(Shape::String)?;
        }
        self.skip(4)?;
        if self.layout == CodeLayout::LocalsPlus {
            // co_linetable, before co_exceptiontable
            self.field(Shape::Bytes)?;
        }
        self.field(Shape::Bytes)
    }

    fn field(&mut self, expected: Shape) -> Option<()> {
        (self.item()? == expected).then_some(())
    }
}
