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
//! The trailer marks the end of the archive, so anything may precede the archive, such as an
//! executable. The BLAKE3 of the manifest is the archive's [identity](Archive::identity). The
//! manifest holds the digests of the index and of every frame, and the index holds the digest of
//! every file, so the identity covers the whole contents. The runner only needs the manifest to
//! find out whether an archive is already unpacked, and the manifest does not grow with the number
//! of files.
//!
//! A digest covers every byte from the first frame on: the manifest has the digest of each
//! compressed frame, and the index has that of each file. The reader allocates no more memory than
//! the manifest declares, and the length of the file bounds that of the manifest. At any time the
//! reader holds the requested files, the content of one frame, and the contents that later frames
//! were compressed with.
//!
//! # An archive that brings a Python
//!
//! The Python is an archive of its own, directly before that of the application. The manifest of
//! the application has its length and its identity, so a signature covers it, and two applications
//! with equal Pythons have equal archives of it. Its modules are the files of its variant, and its
//! images and data are the common files.
//!
//! # Layout
//!
//! One frame holds the files that all targets share. Each variant has a frame for its other files.
//! Equal contents are stored once. In a frame, the bytes of the pycs are sorted by kind
//! (`streams.rs`). The frame of the middle target is compressed by itself. Every other target is
//! compressed with its neighbour on the way there, and further optimisation levels of a target with
//! its first (`layout.rs`). So a further target costs only the differences, and a start inflates
//! only the frames between its target and the middle. The table shows Django's 916 modules for 3.12
//! to 3.15 at level 12 with a window of 128 MB. It compares an archive of four targets with four
//! archives of one target each, in the same layout:
//!
//! | layout | four targets |
//! |---|---|
//! | pycs as they are; each target with the one before | 60.6 % |
//! | … all versions of a module together, in one frame (a start inflates everything) | 61.2 % |
//! | … each target with 3.14 | 62.1 % |
//! | sorted into streams; each target with the one before | 57.0 % |
//! | … references relative, and split by byte position | 56 % |
//! | … with the middle as the root, and with index and manifest: the present layout | 57.6 % (4,908 kB) |
//!
//! Sorting also makes an archive of one target 7 % smaller: 2,094 kB for 3.12. A deflated zip of the
//! same pycs takes 3,316 kB (`scripts/bench sizes`).

mod blobs;
mod check;
mod co_filename;
#[cfg(feature = "runner")]
mod entry_points;
#[cfg(feature = "bundle")]
mod layout;
mod limits;
mod manifest;
mod paths;
mod python;
mod read;
mod signature;
#[cfg(feature = "bundle")]
mod split;
mod streams;
mod trailer;
mod unpack;
#[cfg(feature = "bundle")]
mod write;

pub use blobs::Blobs;
pub use co_filename::with_co_filename;
#[cfg(feature = "runner")]
pub(crate) use entry_points::{DeclaredScript, declared_scripts, is_metadata_folder};
pub use limits::{ByteSize, NoSize, default_limit};
pub use manifest::{Blob, EntryPoint, FileEntry, Form, Frame, Index, Manifest, StreamLengths, Variant};
pub use paths::{PathError, check_path, folders, path_errors};
#[cfg(feature = "runner")]
pub(crate) use python::with_loader;
pub use python::{Distribution, EmbeddedPython, LeftOut, loader_slot};
pub use read::{Archive, OpenError, ReadError};
pub use signature::{Claim, Expected, KeyError, SignatureError, Signed, TrustedKeys};
#[cfg(feature = "runner")]
pub(crate) use trailer::MAGIC as TRAILER_MAGIC;
pub use unpack::write_file;
#[cfg(feature = "bundle")]
pub use write::{Contents, File, Files, Signer, WriteError, WriteOptions, to_bytes, write};

/// The version this crosspyc writes, and the only one it reads.
pub const FORMAT_VERSION: u32 = 3;

/// Every runner contains this mark. Its last byte differs in an executable that carries a bundle.
#[cfg(feature = "runner")]
pub(crate) const RUNNER_MARK: &[u8; 32] = b"crosspyc-run carries a bundle: 0";

/// The window of zstd, as a power of two: how far back a frame may refer.
const WINDOW_LOG: u32 = 27;
