//! The bundle: one archive of compiled modules and data files, for one or several targets.
//!
//! # Format, byte by byte (format version 3)
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
//! The reader allocates no more than the manifest says, and the manifest's length is bounded by that of the file. At any time it holds the contents of
//! the files that were asked for, of one frame, and of those that a later frame was compressed with.
//!
//! # Layout
//!
//! One frame holds what all targets share, and one more for each variant what it has of its own; equal contents are there once. In a frame the
//! bytes of the pycs are sorted by what they are (`streams.rs`). The frame of the target in the middle stands by itself, every other is compressed with
//! its neighbour on the way there, and the further optimisation levels of a target with its first (`layout.rs`). So a new target costs what it
//! differs by, and a start inflates the frames on the way to the middle, not all. Measured on Django's 916 modules for 3.12 to 3.15, level 12, a window of 128 MB; four targets
//! in percent of four archives of one target each, laid out alike:
//!
//! | layout | four targets |
//! |---|---|
//! | pycs as they are; each target with the one before | 60.6 % |
//! | … all versions of a module one after the other, in one frame (a start inflates all) | 61.2 % |
//! | … each target with 3.14 | 62.1 % |
//! | sorted into streams; each target with the one before | 57.0 % |
//! | … references counted backwards and by the place of their bytes | 56 % |
//! | … with the middle as the root, and with index and manifest: as it is | 57.6 % (4,908 kB) |
//!
//! Sorting makes an archive of one target 7 % smaller too: 2,094 kB for 3.12, where a deflated zip of the same pycs takes 3,316 kB
//! (`scripts/bench sizes`).

mod blobs;
mod check;
mod co_filename;
mod entry_points;
mod layout;
mod limits;
mod manifest;
mod paths;
mod read;
mod signature;
mod streams;
mod trailer;
mod unpack;
mod write;

pub use blobs::Blobs;
pub use co_filename::with_co_filename;
pub(crate) use entry_points::declared_scripts;
pub use limits::{ByteSize, NoSize};
pub use manifest::{Blob, EntryPoint, FileEntry, Form, Frame, Index, Manifest, StreamLengths, Variant};
pub use paths::{PathError, check_path, folders, path_errors};
pub use read::{Archive, OpenError, ReadError};
pub use signature::{Claim, Expected, KeyError, SignatureError, Signed, TrustedKeys};
pub(crate) use trailer::MAGIC as TRAILER_MAGIC;
pub use unpack::write_file;
pub use write::{Contents, File, Files, Signer, WriteError, WriteOptions, write};

/// The version this crosspyc writes, and the only one it reads.
pub const FORMAT_VERSION: u32 = 3;

/// Stands in every runner. Its last byte is changed in one that is made into an executable with a
/// bundle.
pub(crate) const RUNNER_MARK: &[u8; 32] = b"crosspyc-run carries a bundle: 0";

/// Frames refer back to at most so many bytes of what was before.
const WINDOW_LOG: u32 = 27;
