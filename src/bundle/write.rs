//! Writes an archive. The same contents give the same bytes.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use zstd::zstd_safe::{self, CParameter, ParamSwitch};

use super::WINDOW_LOG;
use super::check::check_manifest;
use super::layout::lay_out;
use super::manifest::{EntryPoint, Frame, Manifest, Variant};
use super::paths::{PathError, Tree};
use super::python::{Distribution, EmbeddedPython};
use super::signature::Claim;
use super::trailer::{self, Trailer};
use crate::atomic::write_parts_atomically;
use crate::workers::map_largest_first;

/// A compromise: for a site with Django, level 19 is an eighth smaller but takes ten times as long.
const USUAL_LEVEL: i32 = 12;

/// For executables that bring a Python, which are downloaded more often than they are built.
const HIGHEST_LEVEL: i32 = 19;

/// The number of bytes that zstd compresses at a time. zstd splits blocks of 128 kB by pairs of
/// bytes in the machine's byte order. It splits smaller blocks only by the size of their compressed
/// parts, so the result is the same on every machine.
const BLOCK_SIZE: u32 = 127 << 10;

/// Files by their paths.
pub type Files = BTreeMap<String, File>;

/// The contents of an archive.
#[derive(Clone, Debug)]
pub struct Contents {
    pub name: String,
    /// The application's version, if it has one.
    pub version: Option<String>,
    pub entry_point: EntryPoint,
    /// Further entry points, by the name that chooses them.
    pub scripts: BTreeMap<String, EntryPoint>,
    /// The files that all variants share, by path.
    pub common: Files,
    /// The variants, each with its own files by path. Oldest target first, levels ascending.
    pub variants: Vec<(Variant, Files)>,
    pub has_sources: bool,
    pub requires_python: Option<String>,
    /// The program can import from the interpreter's site-packages.
    pub system_site_packages: bool,
    /// The Python that the application brings. Its archive is the end of the prefix.
    pub python: Option<EmbeddedPython>,
    /// The archive is a Python.
    pub distribution: Option<Distribution>,
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
    #[error("cannot put these files into one bundle: {0}; rename or exclude some of them")]
    Path(#[from] PathError),
    /// Readers would reject it.
    #[error("the bundle cannot be described: {0}")]
    Manifest(String),
    #[error("failed to sign the bundle: {0}")]
    Sign(String),
    #[error("failed to write {path}: {source}")]
    Io { path: String, source: io::Error },
}

/// Signs bytes. The arguments are the bytes and the trusted comment. The result is minisign's text,
/// or why signing failed.
pub type Signer<'s> = dyn Fn(&[u8], &str) -> Result<String, String> + 's;

/// Options for writing an archive.
#[derive(Clone, Copy, Default)]
pub struct WriteOptions<'o> {
    /// The bytes before the archive: an executable or a shebang line that starts it. If there are
    /// any, the file is made executable.
    pub prefix: &'o [u8],
    /// Take ten times as long to make the archive an eighth smaller.
    pub is_smallest: bool,
    /// Signs the manifest.
    pub sign: Option<&'o Signer<'o>>,
    /// The number of threads for compression. The default is the number of cores. The bytes do not
    /// depend on it.
    pub jobs: Option<NonZeroUsize>,
}

/// Writes `contents` to `path` atomically. Returns the manifest and the length of the file.
pub fn write(
    contents: Contents,
    path: &Path,
    options: &WriteOptions<'_>,
) -> Result<(Manifest, u64), WriteError> {
    let io_error = |source| WriteError::Io { path: path.display().to_string(), source };
    let (manifest, parts) = parts(contents, options, io_error)?;
    let mut all = vec![options.prefix];
    all.extend(parts.iter().map(Vec::as_slice));
    let mode = if options.prefix.is_empty() { 0o644 } else { 0o755 };
    write_parts_atomically(path, &all, mode).map_err(io_error)?;
    Ok((manifest, all.iter().map(|part| part.len() as u64).sum()))
}

/// The bytes of an archive, and its identity.
pub fn to_bytes(
    contents: Contents,
    options: &WriteOptions<'_>,
) -> Result<(blake3::Hash, Vec<u8>), WriteError> {
    let io_error = |source| WriteError::Io { path: "a bundle in memory".to_owned(), source };
    let (manifest, parts) = parts(contents, options, io_error)?;
    let json = serde_json::to_vec(&manifest).map_err(|error| io_error(error.into()))?;
    Ok((blake3::hash(&json), [options.prefix.to_vec(), parts.concat()].concat()))
}

/// The manifest of an archive, and its bytes in several parts.
fn parts(
    contents: Contents,
    options: &WriteOptions<'_>,
    io_error: impl Fn(io::Error) -> WriteError + Copy,
) -> Result<(Manifest, Vec<Vec<u8>>), WriteError> {
    check(&contents)?;
    let jobs = options.jobs.or(std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let level = if options.is_smallest { HIGHEST_LEVEL } else { USUAL_LEVEL };
    let (mut parts, manifest) = encode(contents, jobs, level).map_err(io_error)?;
    let length = parts.iter().map(|frame| frame.len() as u64).sum();
    check_manifest(&manifest, length).map_err(WriteError::Manifest)?;
    let json = serde_json::to_vec(&manifest).map_err(|error| io_error(error.into()))?;
    let signature = match options.sign {
        Some(sign) => {
            let comment = Claim::of(&manifest).comment();
            comment.and_then(|comment| sign(&json, &comment)).map_err(WriteError::Sign)?
        }
        None => String::new(),
    };
    let trailer = Trailer {
        frames: length,
        manifest: json.len() as u32,
        signature: signature.len() as u32,
        digest: trailer::digest(&json, signature.as_bytes()),
    };
    parts.extend([json, signature.into_bytes(), trailer.encode().to_vec()]);
    Ok((manifest, parts))
}

fn check(contents: &Contents) -> Result<(), PathError> {
    let mut common = Tree::default();
    common.add(contents.common.keys().map(String::as_str))?;
    contents
        .variants
        .iter()
        .try_for_each(|(_, files)| Tree::on(&common).add(files.keys().map(String::as_str)))
}

/// The compressed frames followed by the index, and the manifest that describes them.
fn encode(contents: Contents, jobs: usize, level: i32) -> io::Result<(Vec<Vec<u8>>, Manifest)> {
    let (variants, own): (Vec<Variant>, Vec<Files>) = contents.variants.into_iter().unzip();
    let (frames, index) = lay_out(contents.common, &variants, own);
    let compressed = map_largest_first(
        &frames,
        jobs,
        |frame| frame.bytes.len() as u64,
        || (),
        |(), frame| compress(level, &frame.bytes, frame.parent.map(|parent| frames[parent].bytes.as_slice())),
    );
    let mut compressed = compressed.map_err(io::Error::other)?.into_iter().collect::<io::Result<Vec<_>>>()?;
    let described = frames.iter().zip(&compressed);
    let described =
        described.map(|(frame, bytes)| describe(frame.bytes.len(), bytes, frame.parent)).collect();
    let index = serde_json::to_vec(&index)?;
    let compressed_index = compress(level, &index, None)?;
    let manifest = Manifest {
        name: contents.name,
        version: contents.version,
        entry_point: contents.entry_point,
        scripts: contents.scripts,
        variants,
        has_sources: contents.has_sources,
        requires_python: contents.requires_python,
        system_site_packages: contents.system_site_packages,
        python: contents.python,
        distribution: contents.distribution,
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

/// Compresses `content`, which may refer back to `prefix`.
fn compress(level: i32, content: &[u8], prefix: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(level)?;
    for parameter in [
        CParameter::WindowLog(WINDOW_LOG),
        CParameter::EnableLongDistanceMatching(true),
        // These parameters make the bytes independent of the address of the prefix and of the
        // machine's byte order.
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
