//! Writing an archive. The same contents give the same bytes.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use zstd::zstd_safe::{self, CParameter, ParamSwitch};

use super::WINDOW_LOG;
use super::layout::lay_out;
use super::manifest::{EntryPoint, Frame, Manifest, Variant};
use super::paths::{PathError, Tree};
use super::trailer::{self, Trailer};
use crate::project::workers::map_largest_first;
use crate::project::write::write_parts_atomically;

/// Where zstd's gains become dear: on a site with Django, level 19 is an eighth smaller and takes ten times as long.
const COMPRESSION_LEVEL: i32 = 12;

/// How much zstd compresses at a time. For blocks of 128 kB it decides by pairs of bytes, read in the machine's own order, where to cut them;
/// for smaller ones it only cuts by what their parts would take.
const BLOCK_SIZE: u32 = 127 << 10;

/// Files by their paths.
pub type Files = BTreeMap<String, File>;

/// What goes into an archive.
#[derive(Clone, Debug)]
pub struct Contents {
    pub name: String,
    pub entry_point: EntryPoint,
    /// What else can be started, by name.
    pub scripts: BTreeMap<String, EntryPoint>,
    pub system_site_packages: bool,
    /// The files that all variants share, by path.
    pub common: Files,
    /// Oldest target first, levels of one target ascending; each with its own files by path.
    pub variants: Vec<(Variant, Files)>,
    pub has_sources: bool,
    pub requires_python: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub data: Vec<u8>,
    pub executable: bool,
}

impl From<Vec<u8>> for File {
    fn from(data: Vec<u8>) -> File {
        File { data, executable: false }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("cannot put these files into one bundle: {0}; rename or exclude what need not be there")]
    Path(#[from] PathError),
    #[error("failed to sign the bundle: {0}")]
    Sign(String),
    #[error("failed to write {path}: {source}")]
    Io { path: String, source: io::Error },
}

/// From what is to be signed to minisign's text, or why not.
pub type Signer<'s> = dyn Fn(&[u8]) -> Result<String, String> + 's;

/// How an archive is written.
#[derive(Clone, Copy, Default)]
pub struct WriteOptions<'o> {
    /// What stands before the archive: the executable that is to run it, or nothing. The file is executable if there is something.
    pub prefix: &'o [u8],
    /// Signs the manifest.
    pub sign: Option<&'o Signer<'o>>,
    /// How many threads compress; all cores if none is said. The bytes are the same.
    pub jobs: Option<NonZeroUsize>,
}

/// Writes `contents` to `path`, whole or not at all; gives the manifest and the length of the file.
pub fn write(
    contents: Contents,
    path: &Path,
    options: &WriteOptions<'_>,
) -> Result<(Manifest, u64), WriteError> {
    check(&contents)?;
    let io_error = |source| WriteError::Io { path: path.display().to_string(), source };
    let jobs = options.jobs.or(std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let (frames, manifest) = encode(contents, jobs).map_err(io_error)?;
    let json = serde_json::to_vec(&manifest).map_err(|error| io_error(error.into()))?;
    let signature = match options.sign {
        Some(sign) => sign(&json).map_err(WriteError::Sign)?,
        None => String::new(),
    };
    let trailer = Trailer {
        frames: frames.iter().map(|frame| frame.len() as u64).sum(),
        manifest: json.len() as u32,
        signature: signature.len() as u32,
        digest: trailer::digest(&json, signature.as_bytes()),
    };
    let trailer = trailer.encode();
    let mut parts = vec![options.prefix];
    parts.extend(frames.iter().map(Vec::as_slice));
    parts.extend([&json, signature.as_bytes(), &trailer]);
    let mode = if options.prefix.is_empty() { 0o644 } else { 0o755 };
    write_parts_atomically(path, &parts, mode).map_err(io_error)?;
    Ok((manifest, parts.iter().map(|part| part.len() as u64).sum()))
}

fn check(contents: &Contents) -> Result<(), PathError> {
    let mut common = Tree::default();
    common.add(contents.common.keys().map(String::as_str))?;
    contents
        .variants
        .iter()
        .try_for_each(|(_, files)| Tree::on(&common).add(files.keys().map(String::as_str)))
}

/// The compressed frames and, after them, the index; and the manifest that tells of them.
fn encode(contents: Contents, jobs: usize) -> io::Result<(Vec<Vec<u8>>, Manifest)> {
    let (variants, own): (Vec<Variant>, Vec<Files>) = contents.variants.into_iter().unzip();
    let (frames, index) = lay_out(contents.common, &variants, own);
    let compressed = map_largest_first(
        &frames,
        jobs,
        |frame| frame.bytes.len() as u64,
        || (),
        |(), frame| compress(&frame.bytes, frame.parent.map(|parent| frames[parent].bytes.as_slice())),
    );
    let mut compressed = compressed.map_err(io::Error::other)?.into_iter().collect::<io::Result<Vec<_>>>()?;
    let described = frames.iter().zip(&compressed);
    let described =
        described.map(|(frame, bytes)| describe(frame.bytes.len(), bytes, frame.parent)).collect();
    let index = serde_json::to_vec(&index)?;
    let compressed_index = compress(&index, None)?;
    let manifest = Manifest {
        name: contents.name,
        entry_point: contents.entry_point,
        scripts: contents.scripts,
        system_site_packages: contents.system_site_packages,
        variants,
        has_sources: contents.has_sources,
        requires_python: contents.requires_python,
        frames: described,
        index: describe(index.len(), &compressed_index, None),
    };
    compressed.push(compressed_index);
    Ok((compressed, manifest))
}

fn describe(size: usize, compressed: &[u8], parent: Option<usize>) -> Frame {
    Frame {
        compressed: compressed.len() as u64,
        size: size as u64,
        blake3: blake3::hash(compressed).to_hex().to_string(),
        parent,
    }
}

/// A frame with `content`, which may refer back to `prefix`.
fn compress(content: &[u8], prefix: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(COMPRESSION_LEVEL)?;
    for parameter in [
        CParameter::WindowLog(WINDOW_LOG),
        CParameter::EnableLongDistanceMatching(true),
        // These keep the bytes independent of the machine: where in memory the prefix lies, and the order of bytes in a number.
        CParameter::DeterministicRefPrefix(true),
        CParameter::MaxBlockSize(BLOCK_SIZE),
        CParameter::UseBlockSplitter(ParamSwitch::Enable),
    ] {
        compressor.set_parameter(parameter)?;
    }
    if let Some(prefix) = prefix {
        compressor
            .context_mut()
            .ref_prefix(prefix)
            .map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))?;
    }
    compressor.compress(content)
}
