//! Reading an archive: nothing it says is believed before it is checked.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::manifest::{FileEntry, Frame, Index, Manifest, Variant};
use super::{FORMAT_VERSION, TRAILER_LENGTH, TRAILER_MAGIC, WINDOW_LOG, check_path};

/// Why an archive cannot be read. Offsets are from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("failed to read {path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is not a crosspyc bundle, or its end is missing: no trailer in its last 64 bytes; build or copy it again", path = path.display())]
    NotABundle { path: PathBuf },
    #[error("{path} is a bundle of format version {version}, and this crosspyc reads version {FORMAT_VERSION}; use the crosspyc that made it, or build the bundle again", path = path.display())]
    Version { path: PathBuf, version: u32 },
    #[error("{path} is damaged at byte {offset}: {what}; build or copy it again", path = path.display())]
    Damaged { path: PathBuf, offset: u64, what: String },
}

/// An open archive whose manifest is verified.
pub struct Archive {
    path: PathBuf,
    file: File,
    manifest: Manifest,
    /// The manifest as it is in the archive: what a signature is over.
    json: Vec<u8>,
    signature: String,
    /// Where the first frame starts.
    start: u64,
    length: u64,
}

impl Archive {
    /// Opens an archive and verifies its trailer and manifest.
    pub fn open(path: &Path) -> Result<Archive, ReadError> {
        let io_error = |source| ReadError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io_error)?;
        let length = file.metadata().map_err(io_error)?.len();
        let trailer = read_trailer(path, &mut file, length)?;
        let mut json = vec![0; trailer.manifest_length];
        let mut signature = vec![0; trailer.signature_length];
        file.seek(SeekFrom::Start(trailer.manifest_start)).map_err(io_error)?;
        file.read_exact(&mut json).map_err(io_error)?;
        file.read_exact(&mut signature).map_err(io_error)?;
        let damaged =
            |what: String| ReadError::Damaged { path: path.to_owned(), offset: trailer.manifest_start, what };
        if blake3::Hasher::new().update(&json).update(&signature).finalize() != trailer.digest {
            return Err(damaged("the manifest does not match its digest".into()));
        }
        let signature =
            String::from_utf8(signature).map_err(|_| damaged("the signature is not UTF-8".into()))?;
        let manifest: Manifest = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("the manifest is malformed: {error}")))?;
        check_manifest(&manifest, trailer.frames_length).map_err(damaged)?;
        let start = trailer.manifest_start - trailer.frames_length;
        Ok(Archive { path: path.to_owned(), file, manifest, json, signature, start, length })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The BLAKE3 of the manifest, which stands for the whole contents.
    pub fn identity(&self) -> blake3::Hash {
        blake3::hash(&self.json)
    }

    /// What [`signature`](Archive::signature) is over.
    pub fn signed_bytes(&self) -> &[u8] {
        &self.json
    }

    /// In minisign's text format; none if the archive is not signed.
    pub fn signature(&self) -> Option<&str> {
        (!self.signature.is_empty()).then_some(self.signature.as_str())
    }

    /// Where every file is.
    pub fn index(&self) -> Result<Index, ReadError> {
        let offset = self.start + self.manifest.frames.iter().map(|frame| frame.compressed).sum::<u64>();
        let damaged = |what: String| ReadError::Damaged { path: self.path.clone(), offset, what };
        let json = self.frame("the index", offset, &self.manifest.index, &[])?;
        let index: Index = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("the index is malformed: {error}")))?;
        check_index(&index, &self.manifest).map_err(damaged)?;
        Ok(index)
    }

    /// Gives each file, verified, to `sink`: those of a variant and the common ones, or the common ones alone.
    pub fn files<E: From<ReadError>>(
        &self,
        variant: Option<usize>,
        mut sink: impl FnMut(&FileEntry, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let index = self.index()?;
        let own = variant.map_or(&[][..], |number| &index.variants[number]);
        let contents = self.contents(&index, index.common.iter().chain(own))?;
        for entry in index.common.iter().chain(own) {
            sink(entry, contents.blob(entry.blob))?;
        }
        Ok(())
    }

    /// Inflates the frames that `entries` need.
    fn contents<'i>(
        &self,
        index: &'i Index,
        entries: impl Iterator<Item = &'i FileEntry>,
    ) -> Result<Contents<'i>, ReadError> {
        let mut needed = vec![false; self.manifest.frames.len()];
        entries.for_each(|entry| needed[index.blobs[entry.blob].frame] = true);
        for number in (0..needed.len()).rev() {
            if let (true, Some(parent)) = (needed[number], self.manifest.frames[number].parent) {
                needed[parent] = true;
            }
        }
        let mut frames: Vec<Vec<u8>> = Vec::with_capacity(needed.len());
        let mut offset = self.start;
        for (frame, needed) in self.manifest.frames.iter().zip(needed) {
            let prefix = frame.parent.map_or(&[][..], |parent| &frames[parent]);
            let content = if needed { self.frame("a frame", offset, frame, prefix)? } else { Vec::new() };
            frames.push(content);
            offset += frame.compressed;
        }
        Ok(Contents { index, frames, starts: blob_starts(index) })
    }

    /// Inflates the frame at `offset` and verifies it.
    fn frame(&self, name: &str, offset: u64, frame: &Frame, prefix: &[u8]) -> Result<Vec<u8>, ReadError> {
        let io_error = |source| ReadError::Io { path: self.path.clone(), source };
        let damaged = |what: String| ReadError::Damaged { path: self.path.clone(), offset, what };
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
        let reader = io::BufReader::new(file.take(frame.compressed));
        let mut decoder = zstd::Decoder::with_ref_prefix(reader, prefix).map_err(io_error)?;
        decoder.window_log_max(WINDOW_LOG).map_err(io_error)?;
        let mut content = Vec::new();
        // Grows with what is really there, not with what the manifest claims.
        let read = decoder.take(frame.size).read_to_end(&mut content);
        read.map_err(|error| damaged(format!("{name} cannot be decompressed: {error}")))?;
        if content.len() as u64 != frame.size {
            return Err(damaged(format!("{name} ends after {} of {} bytes", content.len(), frame.size)));
        }
        if blake3::hash(&content).to_hex().as_str() != frame.blake3 {
            return Err(damaged(format!("{name} does not match its digest")));
        }
        Ok(content)
    }
}

/// The contents of some frames, verified; the others are empty.
struct Contents<'i> {
    index: &'i Index,
    frames: Vec<Vec<u8>>,
    /// Where each blob starts in its frame.
    starts: Vec<usize>,
}

impl Contents<'_> {
    fn blob(&self, number: usize) -> &[u8] {
        let blob = &self.index.blobs[number];
        let start = self.starts[number];
        &self.frames[blob.frame][start..start + blob.size as usize]
    }
}

/// Where each blob starts in its frame. [`check_index`] has seen that all fit.
fn blob_starts(index: &Index) -> Vec<usize> {
    let (mut frame, mut end) = (0, 0);
    let start = |blob: &super::Blob| {
        if blob.frame != frame {
            (frame, end) = (blob.frame, 0);
        }
        end += blob.size as usize;
        end - blob.size as usize
    };
    index.blobs.iter().map(start).collect()
}

struct Trailer {
    frames_length: u64,
    manifest_start: u64,
    manifest_length: usize,
    signature_length: usize,
    digest: blake3::Hash,
}

fn read_trailer(path: &Path, file: &mut File, length: u64) -> Result<Trailer, ReadError> {
    let io_error = |source| ReadError::Io { path: path.to_owned(), source };
    let not_a_bundle = || ReadError::NotABundle { path: path.to_owned() };
    let offset = length.checked_sub(TRAILER_LENGTH as u64).ok_or_else(not_a_bundle)?;
    let mut bytes = [0; TRAILER_LENGTH];
    file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
    file.read_exact(&mut bytes).map_err(io_error)?;
    if bytes[56..64] != *TRAILER_MAGIC {
        return Err(not_a_bundle());
    }
    let version = u32::from_le_bytes(field(&bytes, 48));
    if version != FORMAT_VERSION {
        return Err(ReadError::Version { path: path.to_owned(), version });
    }
    let damaged = |what: &str| ReadError::Damaged { path: path.to_owned(), offset, what: what.into() };
    if bytes[52..56] != [0; 4] {
        return Err(damaged("reserved bytes of the trailer are not zero"));
    }
    let frames_length = u64::from_le_bytes(field(&bytes, 0));
    let manifest_length = u32::from_le_bytes(field(&bytes, 8)) as usize;
    let signature_length = u32::from_le_bytes(field(&bytes, 12)) as usize;
    let manifest_start = offset
        .checked_sub(manifest_length as u64 + signature_length as u64)
        .filter(|&start| start >= frames_length)
        .ok_or_else(|| damaged("the trailer's lengths are greater than the file"))?;
    let digest = blake3::Hash::from_bytes(field(&bytes, 16));
    Ok(Trailer { frames_length, manifest_start, manifest_length, signature_length, digest })
}

/// `N` bytes of the trailer.
fn field<const N: usize>(bytes: &[u8; TRAILER_LENGTH], start: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[start..start + N]);
    field
}

/// The rules a manifest must keep: frames fill their part of the archive and refer back only, variants are what programs can be named by.
fn check_manifest(manifest: &Manifest, frames_length: u64) -> Result<(), String> {
    let mut frames = manifest.frames.iter().chain([&manifest.index]);
    if frames.try_fold(0u64, |sum, frame| sum.checked_add(frame.compressed)) != Some(frames_length) {
        return Err("the frames' lengths do not add up".into());
    }
    let refers_on = |(number, frame): (usize, &Frame)| frame.parent.is_some_and(|parent| parent >= number);
    if manifest.frames.iter().enumerate().any(refers_on) || manifest.index.parent.is_some() {
        return Err("a frame refers to one that is not before it".into());
    }
    if manifest.variants.is_empty() && !manifest.has_sources {
        return Err("it has neither targets nor sources".into());
    }
    manifest.variants.iter().try_for_each(check_variant)
}

/// What names files and programs must be able to.
fn check_variant(variant: &Variant) -> Result<(), String> {
    let tag_is_plain = variant.tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let version_is_plain = variant.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match tag_is_plain && version_is_plain && !variant.tag.is_empty() {
        true => Ok(()),
        false => Err(format!("`{}` with the tag `{}` is no target", variant.version, variant.tag)),
    }
}

/// The rules an index must keep: blobs fill their frames, in order, and every variant has each path once.
fn check_index(index: &Index, manifest: &Manifest) -> Result<(), String> {
    if index.variants.len() != manifest.variants.len() {
        return Err("the index is of other variants than the manifest".into());
    }
    let mut sizes = vec![0u64; manifest.frames.len()];
    let mut last_frame = 0;
    for blob in &index.blobs {
        let size = sizes.get_mut(blob.frame).filter(|_| blob.frame >= last_frame);
        let size = size.ok_or("the index has blobs in frames that are not there or out of order")?;
        *size = size.saturating_add(blob.size);
        last_frame = blob.frame;
    }
    if manifest.frames.iter().zip(&sizes).any(|(frame, &size)| frame.size != size) {
        return Err("the blobs of the index do not fill their frames".into());
    }
    let none: &[FileEntry] = &[];
    let own = index.variants.iter().map(Vec::as_slice).chain([none]);
    own.into_iter().try_for_each(|own| check_files(index, own))
}

/// The files of a variant: each path once, and none of them a folder of another.
fn check_files(index: &Index, own: &[FileEntry]) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for entry in index.common.iter().chain(own) {
        check_path(&entry.path).map_err(|reason| format!("the path `{}` {reason}", entry.path))?;
        if entry.blob >= index.blobs.len() {
            return Err(format!("`{}` is a blob that is not there", entry.path));
        }
        if !paths.insert(entry.path.as_str()) {
            return Err(format!("`{}` stands twice", entry.path));
        }
    }
    for path in &paths {
        let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        if let Some(folder) = folders.find(|folder| paths.contains(folder)) {
            return Err(format!("`{folder}` is a file, and `{path}` is in it"));
        }
    }
    Ok(())
}
