//! Reading pycs, and the code objects in them.

use bumpalo::Bump;

use crate::code::CodeObject;
use crate::code::disassembly;
use crate::marshal::{self, ReadError};
use crate::pyc::{HEADER_LEN, Header, Origin, PycError, source_hash};
use crate::targets::{Target, Version};

/// How Python finds out that a pyc is out of date.
///
/// CPython: `Lib/py_compile.py` `PycInvalidationMode` (3.8–)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalidation {
    /// The hash of the source is in the file, and compared at every import.
    #[default]
    CheckedHash,
    /// The hash of the source is in the file. Python never looks at the source.
    UncheckedHash,
    /// The modification time and the size of the source are in the file, and compared at every
    /// import.
    Timestamp {
        /// In seconds since 1970. The file holds it modulo 2^32.
        mtime: i64,
    },
}

/// The memory that code objects live in.
#[derive(Debug, Default)]
pub struct Arena(pub(super) Bump);

impl Arena {
    /// An empty one.
    pub fn new() -> Arena {
        Arena::default()
    }
}

/// A pyc file. Only its header was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pyc<'b> {
    header: Header,
    marshalled: &'b [u8],
}

impl<'b> Pyc<'b> {
    /// Reads the header of a pyc. `bytes` are the whole file.
    ///
    /// # Errors
    ///
    /// The bytes are not a pyc.
    pub fn read(bytes: &'b [u8]) -> Result<Pyc<'b>, PycError> {
        let header = Header::read(bytes)?;
        Ok(Pyc { header, marshalled: &bytes[HEADER_LEN..] })
    }

    /// The magic number: which bytecode the file holds.
    pub fn magic(&self) -> u16 {
        self.header.magic
    }

    /// The newest patch release of the Python that has this magic number; `None` if crosspyc does
    /// not know it. Which patch release made the file, its bytes do not say.
    pub fn target(&self) -> Option<Target> {
        self.header.version().map(Target::newest)
    }

    /// How Python finds out that the file is out of date. The time is modulo 2^32.
    pub fn invalidation(&self) -> Invalidation {
        match self.header.origin {
            Origin::Hash { checked: true, .. } => Invalidation::CheckedHash,
            Origin::Hash { checked: false, .. } => Invalidation::UncheckedHash,
            Origin::Timestamp { mtime, .. } => Invalidation::Timestamp { mtime: mtime.into() },
        }
    }

    /// Whether the header is that of a pyc of this source: its hash, or its size and `mtime` (in
    /// seconds since 1970; not compared if the header holds a hash).
    ///
    /// It says nothing about the code after the header. `None` if the hash is of a Python that
    /// crosspyc does not know.
    pub fn is_current(&self, source: &[u8], mtime: i64) -> Option<bool> {
        match self.header.origin {
            Origin::Hash { hash, .. } => Some(source_hash(self.target()?, source) == hash),
            Origin::Timestamp { mtime: time, size } => {
                Some((time, size) == (mtime as u32, source.len() as u32))
            }
        }
    }

    /// The marshalled code object: the bytes after the header.
    pub fn marshalled(&self) -> &'b [u8] {
        self.marshalled
    }

    /// Reads the code object. It may come from anywhere: damaged bytes are an error.
    ///
    /// # Errors
    ///
    /// The bytes are not those of one code object.
    pub fn code<'a>(&self, arena: &'a Arena) -> Result<&'a CodeObject<'a>, ReadError>
    where
        'b: 'a,
    {
        let target = self.target().unwrap_or_else(|| Target::newest(Version::last()));
        marshal::read(&arena.0, self.marshalled, target)
    }
}

/// Disassembles a code object and those in its constants: the text that Python 3.12's `dis` prints.
///
/// The text of a hostile pyc can be far longer than the file, which can share its code objects.
pub fn disassemble(code: &CodeObject<'_>, target: Target) -> String {
    disassembly::disassemble(code, target)
}
