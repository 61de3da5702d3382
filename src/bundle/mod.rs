//! The bundle: one archive of compiled modules and data files, for one or several targets.
//!
//! # Format, byte by byte (format version 2)
//!
//! An archive is read from its end. All numbers are little-endian.
//!
//! ```text
//! frames      one zstd frame each, one after the other, see [`Frame`]
//! index       a zstd frame: JSON, UTF-8, see [`Index`]
//! manifest    JSON, UTF-8, see [`Manifest`]
//! signature   minisign's text over the manifest; empty if the archive is not signed
//! trailer     64 bytes:
//!     0  u64       length of all frames and the index together
//!     8  u32       length of the manifest
//!    12  u32       length of the signature
//!    16  [u8; 32]  BLAKE3 of manifest and signature
//!    48  u32       format version
//!    52  [u8; 4]   zero
//!    56  [u8; 8]   "\x89PYB\r\n\x1a\n"
//! ```
//!
//! The archive is what ends with the trailer, so anything may stand before it (an executable, say). The BLAKE3 of the manifest is the archive's
//! [identity](Archive::identity): the manifest holds the digests of the index and of every frame, and the index that of every file, so it stands for
//! the whole contents. Reading it is enough to know whether the archive was unpacked before, and it does not grow with the number of files.
//!
//! Every byte from the first frame on is under a digest: a frame as it is compressed under one of the manifest, each file under one of the index.
//! The reader allocates no more than the manifest says, and the manifest's length is bounded by that of the file.

mod check;
mod layout;
mod manifest;
mod paths;
mod read;
mod signature;
mod streams;
mod write;

pub use manifest::{Blob, EntryPoint, FileEntry, Form, Frame, Index, Manifest, StreamLengths, Variant};
pub use paths::{PathError, check_path};
pub use read::{Archive, Blobs, ReadError};
pub use signature::{KeyError, SignatureError, TrustedKeys};
pub use write::{Contents, File, Signer, WriteError, WriteOptions, write};

/// The version this crosspyc writes, and the only one it reads.
pub const FORMAT_VERSION: u32 = 2;
const TRAILER_LENGTH: usize = 64;
pub(crate) const TRAILER_MAGIC: &[u8; 8] = b"\x89PYB\r\n\x1a\n";

/// Frames refer back to at most so many bytes of what was before.
const WINDOW_LOG: u32 = 27;
