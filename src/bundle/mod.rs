//! The bundle: one archive of compiled modules and data files, for one or several targets.
//!
//! # Format, byte by byte (format version 1)
//!
//! An archive is read from its end. All numbers are little-endian.
//!
//! ```text
//! sections    one zstd frame each, one after the other: the files of the section, concatenated in the manifest's order
//! manifest    JSON, UTF-8, see [`Manifest`]
//! trailer     64 bytes:
//!     0  u64       length of all sections together
//!     8  u64       length of the manifest
//!    16  [u8; 32]  BLAKE3 of the manifest
//!    48  u32       format version
//!    52  [u8; 4]   zero
//!    56  [u8; 8]   "\x89PYB\r\n\x1a\n"
//! ```
//!
//! The archive is what ends with the trailer, so anything may stand before it (an executable, say). The manifest's digest is the archive's
//! [identity](Archive::digest): the manifest holds the digest of every file, so it stands for the whole contents, and reading it
//! is enough to know whether the archive was unpacked before.
//!
//! The data files that all targets share are a section, the modules of each target another: a reader inflates just the sections it needs.
//! It allocates no more than the manifest, whose length is bounded by the length of the file.

mod manifest;
mod read;
mod write;

pub use manifest::{EntryPoint, FileEntry, Manifest, Section, TargetEntry, check_path};
pub use read::{Archive, ReadError};
pub use write::{Contents, WriteError, write};

/// The version this crosspyc writes, and the only one it reads.
pub const FORMAT_VERSION: u32 = 1;
const TRAILER_LENGTH: usize = 64;
const TRAILER_MAGIC: &[u8; 8] = b"\x89PYB\r\n\x1a\n";
