//! Writing an archive. The same contents give the same bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;

use super::manifest::{Blob, EntryPoint, FileEntry, Frame, Index, Manifest, Variant};
use super::{FORMAT_VERSION, TRAILER_LENGTH, TRAILER_MAGIC, WINDOW_LOG, check_path};
use crate::project::write::write_atomically;

/// Where zstd's gains become dear: on a site with Django, level 19 is an eighth smaller and takes ten times as long.
const COMPRESSION_LEVEL: i32 = 12;

/// What goes into an archive.
#[derive(Clone, Debug)]
pub struct Contents {
    pub name: String,
    pub entry_point: EntryPoint,
    /// The files that all variants share, by path.
    pub common: BTreeMap<String, File>,
    /// Oldest target first, levels of one target ascending; each with its own files by path.
    pub variants: Vec<(Variant, BTreeMap<String, File>)>,
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
    #[error("cannot put `{path}` into a bundle: the path {reason}")]
    Path { path: String, reason: &'static str },
    #[error("`{path}` stands twice in the bundle: a module compiles to a file that the project has already")]
    Clash { path: String },
    #[error("failed to write {path}: its folder does not exist")]
    NoFolder { path: String },
    #[error("failed to write {path}: {source}")]
    Io { path: String, source: io::Error },
}

/// Writes `contents` to `path`, whole or not at all; gives the manifest and the length of the archive.
pub fn write(contents: &Contents, path: &Path) -> Result<(Manifest, u64), WriteError> {
    check(contents)?;
    let io_error = |source| WriteError::Io { path: path.display().to_string(), source };
    let (bytes, manifest) = encode(contents).map_err(io_error)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(WriteError::NoFolder { path: path.display().to_string() });
    }
    // What a symbolic link leads to is replaced, not the link.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    write_atomically(&place, &bytes, 0o644).map_err(io_error)?;
    Ok((manifest, bytes.len() as u64))
}

fn check(contents: &Contents) -> Result<(), WriteError> {
    let own = contents.variants.iter().flat_map(|(_, files)| files.keys());
    for path in contents.common.keys().chain(own) {
        check_path(path).map_err(|reason| WriteError::Path { path: path.clone(), reason })?;
    }
    for (_, files) in &contents.variants {
        if let Some(path) = files.keys().find(|path| contents.common.contains_key(*path)) {
            return Err(WriteError::Clash { path: path.clone() });
        }
    }
    Ok(())
}

fn encode(contents: &Contents) -> io::Result<(Vec<u8>, Manifest)> {
    let mut layout = Layout::default();
    let common = layout.add_frame(&contents.common);
    let variants = contents.variants.iter().map(|(_, files)| layout.add_frame(files)).collect();
    let mut bytes = Vec::new();
    let mut frames = Vec::new();
    for (number, content) in layout.frames.iter().enumerate() {
        // The common files are unlike the modules; each variant's are like those of the one before.
        let parent = number.checked_sub(1).filter(|&parent| parent > 0);
        let prefix = parent.map(|parent| layout.frames[parent].as_slice());
        let compressed = compress(content, prefix)?;
        frames.push(frame(content, &compressed, parent));
        bytes.extend_from_slice(&compressed);
    }
    let index = serde_json::to_vec(&Index { blobs: layout.blobs, common, variants })?;
    let compressed = compress(&index, None)?;
    bytes.extend_from_slice(&compressed);
    let manifest = Manifest {
        name: contents.name.clone(),
        entry_point: contents.entry_point.clone(),
        variants: contents.variants.iter().map(|(variant, _)| variant.clone()).collect(),
        has_sources: contents.has_sources,
        requires_python: contents.requires_python.clone(),
        frames,
        index: frame(&index, &compressed, None),
    };
    let frames_length = bytes.len() as u64;
    let json = serde_json::to_vec(&manifest)?;
    bytes.extend_from_slice(&json);
    bytes.extend_from_slice(&trailer(frames_length, &json, b""));
    Ok((bytes, manifest))
}

/// What goes into which frame.
#[derive(Default)]
struct Layout<'c> {
    frames: Vec<Vec<u8>>,
    blobs: Vec<Blob>,
    /// The numbers of the blobs, by content.
    numbers: HashMap<&'c [u8], usize>,
}

impl<'c> Layout<'c> {
    /// Makes a frame of those of `files` whose contents are in no frame yet.
    fn add_frame(&mut self, files: &'c BTreeMap<String, File>) -> Vec<FileEntry> {
        let frame = self.frames.len();
        let mut content = Vec::new();
        let mut entries = Vec::with_capacity(files.len());
        for (path, File { data, executable }) in files {
            let next = self.blobs.len();
            let blob = *self.numbers.entry(data).or_insert(next);
            if blob == next {
                content.extend_from_slice(data);
                let blake3 = blake3::hash(data).to_hex().to_string();
                self.blobs.push(Blob { frame, size: data.len() as u64, blake3 });
            }
            entries.push(FileEntry { path: path.clone(), blob, executable: *executable });
        }
        self.frames.push(content);
        entries
    }
}

fn frame(content: &[u8], compressed: &[u8], parent: Option<usize>) -> Frame {
    Frame {
        compressed: compressed.len() as u64,
        size: content.len() as u64,
        blake3: blake3::hash(content).to_hex().to_string(),
        parent,
    }
}

/// A frame with `content`, which may refer back to `prefix`.
fn compress(content: &[u8], prefix: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut encoder =
        zstd::Encoder::with_ref_prefix(&mut compressed, COMPRESSION_LEVEL, prefix.unwrap_or_default())?;
    encoder.long_distance_matching(true)?;
    encoder.window_log(WINDOW_LOG)?;
    // Known beforehand, so that a small frame takes little memory to inflate.
    encoder.set_pledged_src_size(Some(content.len() as u64))?;
    encoder.write_all(content)?;
    encoder.finish()?;
    Ok(compressed)
}

fn trailer(frames_length: u64, manifest: &[u8], signature: &[u8]) -> [u8; TRAILER_LENGTH] {
    let mut trailer = [0; TRAILER_LENGTH];
    trailer[0..8].copy_from_slice(&frames_length.to_le_bytes());
    trailer[8..12].copy_from_slice(&(manifest.len() as u32).to_le_bytes());
    trailer[12..16].copy_from_slice(&(signature.len() as u32).to_le_bytes());
    let digest = blake3::Hasher::new().update(manifest).update(signature).finalize();
    trailer[16..48].copy_from_slice(digest.as_bytes());
    trailer[48..52].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    trailer[56..64].copy_from_slice(TRAILER_MAGIC);
    trailer
}
