//! Sorts the bytes of a frame's pycs by kind, so that they compress better.
//!
//! # Problem
//!
//! A pyc mixes bytes of different kinds: names and constants, instructions, location tables, and
//! the numbers by which marshal refers to earlier objects. A compressor finds matches in nearby
//! bytes with similar statistics. The reference numbers compress worst: one more module or constant
//! changes all the numbers that follow, which breaks every long match with the same module for
//! another Python.
//!
//! # Strategy
//!
//! The content of a frame is a sequence of streams. A walk over the marshalled objects of each file
//! moves every byte to one of them:
//!
//! ```text
//! skeleton    everything else, and files that are not pycs
//! code        the contents of `co_code`
//! tables      the contents of location tables, exception tables and `co_localspluskinds`
//! references  4 bytes for each TYPE_REF: how many numbered objects ago its object was written;
//!             the lowest bytes of all references, then the second bytes, the third, the highest
//! ```
//!
//! The number of bytes does not change. Only the lengths of the streams must be stored, because the
//! skeleton contains the length of every bytes object.
//!
//! # Why this is reversible
//!
//! The walk depends only on bytes of the skeleton. Splitting reads them from the file, joining
//! reads them from the skeleton, in the same order. So both make the same moves, even if the bytes
//! are not a valid pyc. If a walk does not end at the last byte of a file, the file is stored
//! unchanged.
//!
//! Joining trusts nothing: each piece must exist and fit into the file's size. A hostile archive
//! can only produce files that do not match their digests in the index.
//!
//! CPython: `Python/marshal.c` `w_object` (3.8–)

use super::manifest::{Blob, Form, StreamLengths};
use crate::marshal::{FLAG_REF, MAX_DEPTH, kind};
use crate::pyc::HEADER_LEN;

/// A part of a code object.
#[derive(Clone, Copy)]
pub(super) enum Field {
    /// This many bytes of numbers.
    Numbers(usize),
    /// An object of any type.
    Object,
    /// `co_filename`.
    Filename,
    /// Goes to the stream of instructions if it is a bytes object.
    Code,
    /// Goes to the stream of tables if it is a bytes object.
    Table,
}

use Field::{Code, Filename, Numbers, Object, Table};

/// argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags; code, consts, names,
/// varnames, freevars, cellvars, filename, name; firstlineno; lnotab
const FIELDS_3_8: &[Field] =
    &[Numbers(24), Code, Object, Object, Object, Object, Object, Filename, Object, Numbers(4), Table];

/// argcount, posonlyargcount, kwonlyargcount, stacksize, flags; code, consts, names,
/// localsplusnames, localspluskinds, filename, name, qualname; firstlineno; linetable,
/// exceptiontable
const FIELDS_3_11: &[Field] =
    &[Numbers(20), Code, Object, Object, Object, Table, Filename, Object, Object, Numbers(4), Table, Table];

/// The fields of code objects. `None` if the file is not a pyc.
pub(super) fn fields(form: Form) -> Option<&'static [Field]> {
    match form {
        Form::Plain => None,
        Form::Pyc38 => Some(FIELDS_3_8),
        Form::Pyc311 => Some(FIELDS_3_11),
    }
}

/// Moves bytes between a file and the streams, as a [`walk`] over the objects directs. Methods
/// return `None` if bytes are missing.
pub(super) trait Mover {
    /// Moves bytes of the skeleton and returns them.
    fn skeleton(&mut self, len: usize) -> Option<&[u8]>;
    fn code(&mut self, len: usize) -> Option<()>;
    fn tables(&mut self, len: usize) -> Option<()>;
    /// Moves the number of a reference. `numbered` objects have a number so far.
    fn reference(&mut self, numbered: u32) -> Option<()>;

    /// Called between the type byte and the rest of an object that gets a number.
    fn is_numbered(&mut self) {}

    /// Called before a `co_filename` is moved; `filename_ends` is called after it.
    fn filename_starts(&mut self) {}
    fn filename_ends(&mut self) {}

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.skeleton(N)?.try_into().ok()
    }

    fn length(&mut self) -> Option<usize> {
        self.array().map(|bytes| u32::from_le_bytes(bytes) as usize)
    }
}

/// Joins streams to files, one after the other.
struct Joiner<'c> {
    /// The rest of each stream. The references are split by byte position.
    skeleton: &'c [u8],
    code: &'c [u8],
    tables: &'c [u8],
    references: [&'c [u8]; 4],
    files: Vec<u8>,
    /// The end of the current file.
    end: usize,
}

impl<'c> Joiner<'c> {
    fn new(mut content: &'c [u8], lengths: StreamLengths) -> Option<Joiner<'c>> {
        let mut files = Vec::new();
        files.try_reserve_exact(content.len()).ok()?;
        let mut stream = |length: u64| content.split_off(..usize::try_from(length).ok()?);
        let (skeleton, code, tables) =
            (stream(lengths.skeleton)?, stream(lengths.code)?, stream(lengths.tables)?);
        let mut plane = || stream(lengths.references);
        let references = [plane()?, plane()?, plane()?, plane()?];
        Some(Joiner { skeleton, code, tables, references, files, end: 0 })
    }

    fn add(&mut self, form: Form, size: usize) -> Option<()> {
        self.end = self.files.len().checked_add(size)?;
        match fields(form) {
            Some(fields) => walk(self, fields)?,
            None => self.skeleton(size).map(drop)?,
        }
        (self.files.len() == self.end).then_some(())
    }

    fn write(&mut self, bytes: &[u8]) -> Option<()> {
        if bytes.len() > self.end - self.files.len() {
            return None;
        }
        self.files.extend_from_slice(bytes);
        Some(())
    }
}

impl Mover for Joiner<'_> {
    fn skeleton(&mut self, len: usize) -> Option<&[u8]> {
        let bytes = self.skeleton.split_off(..len)?;
        self.write(bytes)?;
        Some(bytes)
    }

    fn code(&mut self, len: usize) -> Option<()> {
        let bytes = self.code.split_off(..len)?;
        self.write(bytes)
    }

    fn tables(&mut self, len: usize) -> Option<()> {
        let bytes = self.tables.split_off(..len)?;
        self.write(bytes)
    }

    fn reference(&mut self, numbered: u32) -> Option<()> {
        let mut bytes = [0; 4];
        for (byte, plane) in bytes.iter_mut().zip(&mut self.references) {
            *byte = *plane.split_off_first()?;
        }
        self.write(&numbered.wrapping_sub(u32::from_le_bytes(bytes)).to_le_bytes())
    }
}

/// Splits the content of a frame into its files. Returns `None` if `content` does not hold these
/// files.
pub(super) fn join<'b>(
    content: &[u8],
    lengths: StreamLengths,
    blobs: impl Iterator<Item = &'b Blob>,
) -> Option<Vec<u8>> {
    let mut joiner = Joiner::new(content, lengths)?;
    for blob in blobs {
        joiner.add(blob.form, usize::try_from(blob.size).ok()?)?;
    }
    Some(joiner.files)
}

/// A part of an object that the walk has not reached.
enum Pending {
    Objects(usize),
    Fields(&'static [Field]),
}

/// Walks over a pyc whose code objects have these `fields`, and moves all of it. The walk does not
/// recurse, because objects can nest arbitrarily deep.
pub(super) fn walk(mover: &mut impl Mover, fields: &'static [Field]) -> Option<()> {
    mover.skeleton(HEADER_LEN)?;
    let mut numbered = 0;
    let mut pending = vec![Pending::Objects(1)];
    while let Some(innermost) = pending.last_mut() {
        let field = match innermost {
            Pending::Objects(0) | Pending::Fields([]) => {
                pending.pop();
                continue;
            }
            Pending::Objects(count) => {
                *count -= 1;
                Object
            }
            Pending::Fields([field, rest @ ..]) => {
                *innermost = Pending::Fields(rest);
                *field
            }
        };
        if let Numbers(len) = field {
            mover.skeleton(len)?;
        } else if let Filename = field {
            mover.filename_starts();
            // A text has no parts.
            if object(mover, field, fields, &mut numbered)?.is_some() {
                return None;
            }
            mover.filename_ends();
        } else if let Some(parts) = object(mover, field, fields, &mut numbered)? {
            if pending.len() == MAX_DEPTH {
                return None;
            }
            pending.push(parts);
        }
    }
    Some(())
}

/// Moves an object without its elements, and returns what the elements are.
fn object<M: Mover>(
    mover: &mut M,
    field: Field,
    fields: &'static [Field],
    numbered: &mut u32,
) -> Option<Option<Pending>> {
    let [type_byte] = mover.array()?;
    if type_byte & FLAG_REF != 0 {
        *numbered = numbered.wrapping_add(1);
        mover.is_numbered();
    }
    match type_byte & !FLAG_REF {
        kind::NONE | kind::FALSE | kind::TRUE | kind::ELLIPSIS => {}
        kind::REF => mover.reference(*numbered)?,
        kind::INT => drop(mover.skeleton(4)?),
        kind::BINARY_FLOAT => drop(mover.skeleton(8)?),
        kind::BINARY_COMPLEX => drop(mover.skeleton(16)?),
        kind::LONG => {
            let digits = i32::from_le_bytes(mover.array()?).unsigned_abs() as usize;
            mover.skeleton(digits.checked_mul(2)?)?;
        }
        kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED => {
            let [len] = mover.array()?;
            mover.skeleton(len.into())?;
        }
        kind::ASCII | kind::ASCII_INTERNED | kind::UNICODE | kind::INTERNED => {
            let len = mover.length()?;
            mover.skeleton(len)?;
        }
        kind::BYTES => {
            let len = mover.length()?;
            match field {
                Code => mover.code(len)?,
                Table => mover.tables(len)?,
                Object | Filename | Numbers(_) => drop(mover.skeleton(len)?),
            }
        }
        kind::SMALL_TUPLE => {
            let [len] = mover.array()?;
            return Some(Some(Pending::Objects(len.into())));
        }
        kind::TUPLE | kind::FROZENSET => return Some(Some(Pending::Objects(mover.length()?))),
        kind::SLICE => return Some(Some(Pending::Objects(3))),
        kind::CODE => return Some(Some(Pending::Fields(fields))),
        _ => return None,
    }
    Some(None)
}
