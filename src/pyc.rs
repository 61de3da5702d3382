//! The pyc file around the marshalled code: its 16-byte header (PEP 552), the source hash, and the
//! names such files have.
//!
//! ```text
//!  0  magic number of the version, `\r\n`
//!  4  flags: 0 timestamp, 1 unchecked hash, 3 checked hash
//!  8  modification time and size of the source, or its hash
//! 16  the code object, marshalled
//! ```

use std::fmt;

use siphasher::sip::{SipHasher13, SipHasher24};

use crate::targets::{SourceHash, Target, Version};

/// Where marshal's bytes begin.
pub const HEADER_LEN: usize = 16;

/// The folder beside the sources that holds their pycs.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `_PYCACHE` (3.8–)
pub const CACHE_DIR: &str = "__pycache__";

const FLAG_HASH: u32 = 0b01;
const FLAG_CHECK_SOURCE: u32 = 0b10;

/// How Python finds out that a pyc is out of date.
///
/// CPython: `Lib/py_compile.py` `PycInvalidationMode` (3.8–)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Invalidation {
    /// The source's hash stands in the file and is compared at every import.
    #[default]
    CheckedHash,
    /// The source's hash stands in the file; Python never looks at the source.
    UncheckedHash,
    /// The source's modification time and size stand in the file and are compared at every import.
    Timestamp,
}

/// What the header says of the source that the pyc was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Modification time (seconds) and size, both modulo 2^32.
    Timestamp { mtime: u32, size: u32 },
    /// [`source_hash`] of the source; `checked` if Python is to compare it at import.
    Hash { hash: [u8; 8], checked: bool },
}

/// The first 16 bytes of a pyc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The number of the version's bytecode; see [`Header::version`].
    pub magic: u16,
    pub origin: Origin,
}

/// Why bytes are not a pyc's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PycError {
    /// So many bytes are shorter than the header.
    TooShort(usize),
    /// The first four bytes are no magic number.
    NoMagic,
    /// The flags are none that Python knows.
    UnknownFlags(u32),
}

impl fmt::Display for PycError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a pyc: ")?;
        match self {
            PycError::TooShort(length) => {
                write!(f, "{length} bytes, shorter than the header of {HEADER_LEN}")
            }
            PycError::NoMagic => f.write_str("no magic number at its start"),
            PycError::UnknownFlags(flags) => write!(f, "unknown flags {flags:#x} at byte 4"),
        }
    }
}

impl std::error::Error for PycError {}

impl Header {
    /// The header of what is compiled for `target` from `source`, with `mtime` in whole seconds.
    pub fn new(target: Target, invalidation: Invalidation, source: &[u8], mtime: i64) -> Header {
        let hash = |checked| Origin::Hash { hash: source_hash(target, source), checked };
        let origin = match invalidation {
            Invalidation::CheckedHash => hash(true),
            Invalidation::UncheckedHash => hash(false),
            Invalidation::Timestamp => Origin::Timestamp { mtime: mtime as u32, size: source.len() as u32 },
        };
        Header { magic: target.features().magic, origin }
    }

    /// Reads the header of a pyc; `bytes` may be the whole file.
    ///
    /// CPython: `Lib/importlib/_bootstrap_external.py` `_classify_pyc` (3.8–)
    pub fn read(bytes: &[u8]) -> Result<Header, PycError> {
        let Some(&[m0, m1, cr, lf, f0, f1, f2, f3, ref rest @ ..]) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(PycError::TooShort(bytes.len()));
        };
        if [cr, lf] != *b"\r\n" {
            return Err(PycError::NoMagic);
        }
        let flags = u32::from_le_bytes([f0, f1, f2, f3]);
        if flags & !(FLAG_HASH | FLAG_CHECK_SOURCE) != 0 {
            return Err(PycError::UnknownFlags(flags));
        }
        let origin = if flags & FLAG_HASH != 0 {
            Origin::Hash { hash: *rest, checked: flags & FLAG_CHECK_SOURCE != 0 }
        } else {
            let [t0, t1, t2, t3, s0, s1, s2, s3] = *rest;
            Origin::Timestamp {
                mtime: u32::from_le_bytes([t0, t1, t2, t3]),
                size: u32::from_le_bytes([s0, s1, s2, s3]),
            }
        };
        Ok(Header { magic: u16::from_le_bytes([m0, m1]), origin })
    }

    /// Appends the 16 bytes.
    ///
    /// CPython: `Lib/importlib/_bootstrap_external.py` `_code_to_timestamp_pyc`,
    /// `_code_to_hash_pyc` (3.8–)
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.magic.to_le_bytes());
        out.extend(b"\r\n");
        match self.origin {
            Origin::Timestamp { mtime, size } => {
                out.extend(0u32.to_le_bytes());
                out.extend(mtime.to_le_bytes());
                out.extend(size.to_le_bytes());
            }
            Origin::Hash { hash, checked } => {
                let flags = if checked { FLAG_HASH | FLAG_CHECK_SOURCE } else { FLAG_HASH };
                out.extend(flags.to_le_bytes());
                out.extend(hash);
            }
        }
    }

    /// The version whose releases have this magic number, if crosspyc knows it.
    pub fn version(&self) -> Option<Version> {
        Version::from_magic(self.magic)
    }

    pub fn invalidation(&self) -> Invalidation {
        match self.origin {
            Origin::Timestamp { .. } => Invalidation::Timestamp,
            Origin::Hash { checked: true, .. } => Invalidation::CheckedHash,
            Origin::Hash { checked: false, .. } => Invalidation::UncheckedHash,
        }
    }
}

/// The hash of a source file's bytes that a hash-based pyc carries.
///
/// CPython: `Python/import.c` `_imp_source_hash_impl`, `Python/pyhash.c` `_Py_KeyedHash` (3.8–)
pub fn source_hash(target: Target, source: &[u8]) -> [u8; 8] {
    let [m0, m1] = target.features().magic.to_le_bytes();
    let key = u64::from(u32::from_le_bytes([m0, m1, b'\r', b'\n']));
    let hash = match target.features().source_hash {
        SourceHash::SipHash24 => SipHasher24::new_with_keys(key, 0).hash(source),
        SourceHash::SipHash13 => SipHasher13::new_with_keys(key, 0).hash(source),
    };
    hash.to_le_bytes()
}

/// The name, inside [`CACHE_DIR`], of the pyc of the module file `STEM.py`:
/// `STEM.cpython-312.opt-1.pyc`.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `cache_from_source` (3.8–)
pub fn cache_file_name(stem: &str, target: Target, optimize: u8) -> String {
    let tag = target.features().pyc_tag;
    match optimize {
        0 => format!("{stem}.{tag}.pyc"),
        level => format!("{stem}.{tag}.opt-{level}.pyc"),
    }
}

/// The name of the pyc that stands where `STEM.py` would, and is imported without a source.
pub fn sourceless_file_name(stem: &str) -> String {
    format!("{stem}.pyc")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        "3.12.1".parse().expect("supported")
    }

    #[test]
    fn source_hashes_are_those_of_imp() {
        let cases: [(&[u8], [u8; 8]); 3] = [
            (b"", *b"\xba\xf1\x8e\xed\xc9\x38\x7a\x25"),
            (b"x = 1\n", *b"\x15\x22\x56\x19\x17\xf5\xdf\x08"),
            (b"print('hello, world')\r\n", *b"\xbe\x1d\xcb\xb8\x18\xad\x1e\x98"),
        ];
        for (source, hash) in cases {
            assert_eq!(source_hash(target(), source), hash, "{source:?}");
        }
        let old: Target = "3.10".parse().expect("it is known");
        assert_eq!(source_hash(old, b"x = 1\n"), *b"\xd9\x4a\xad\xe2\x8c\x8c\xbe\xbf");
    }

    #[test]
    fn headers_read_back() {
        for invalidation in [Invalidation::CheckedHash, Invalidation::UncheckedHash, Invalidation::Timestamp]
        {
            let header = Header::new(target(), invalidation, b"pass\n", 1_700_000_000);
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            assert_eq!(bytes.len(), HEADER_LEN);
            assert_eq!(Header::read(&bytes), Ok(header));
            assert_eq!(header.invalidation(), invalidation);
            assert_eq!(header.version(), Some(Version::V3_12));
        }
    }

    #[test]
    fn timestamps_beyond_32_bits_wrap() {
        let header = Header::new(target(), Invalidation::Timestamp, b"", -1);
        assert_eq!(header.origin, Origin::Timestamp { mtime: u32::MAX, size: 0 });
    }

    #[test]
    fn what_is_no_header_is_an_error() {
        assert_eq!(Header::read(b"\xcb\x0d\r\n"), Err(PycError::TooShort(4)));
        assert_eq!(Header::read(b"import os\nimport sys\n"), Err(PycError::NoMagic));
        assert_eq!(Header::read(b"\xcb\x0d\r\n\x04\0\0\0\0\0\0\0\0\0\0\0"), Err(PycError::UnknownFlags(4)));
    }

    #[test]
    fn files_are_named_as_pep_488_says() {
        assert_eq!(cache_file_name("mod", target(), 0), "mod.cpython-312.pyc");
        assert_eq!(cache_file_name("a.b", target(), 2), "a.b.cpython-312.opt-2.pyc");
        assert_eq!(sourceless_file_name("mod"), "mod.pyc");
    }
}
