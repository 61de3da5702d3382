//! Reading an archive: nothing it says is believed before it is checked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::blobs::Blobs;
use super::check::{check_index, check_manifest};
use super::manifest::{FileEntry, Frame, Index, Manifest};
use super::trailer::{self, Trailer};
use super::{FORMAT_VERSION, WINDOW_LOG};

/// How many times larger than in the archive a frame's content is expected to be at most. Only speed depends on it.
const LIKELY_RATIO: usize = 16;

/// What is made room for at once if more is inflated than was likely.
const LEAST_ROOM: usize = 64 << 10;

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
        let manifest_start = length - trailer.sealed_length();
        let damaged =
            |what: String| ReadError::Damaged { path: path.to_owned(), offset: manifest_start, what };
        let mut json = vec![0; trailer.manifest as usize];
        let mut signature = vec![0; trailer.signature as usize];
        file.seek(SeekFrom::Start(manifest_start)).map_err(io_error)?;
        file.read_exact(&mut json).map_err(io_error)?;
        file.read_exact(&mut signature).map_err(io_error)?;
        if trailer::digest(&json, &signature) != trailer.digest {
            return Err(damaged("the manifest does not match its digest".into()));
        }
        let signature =
            String::from_utf8(signature).map_err(|_| damaged("the signature is not UTF-8".into()))?;
        let manifest: Manifest = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("the manifest is malformed: {error}")))?;
        check_manifest(&manifest, trailer.frames).map_err(damaged)?;
        let start = manifest_start - trailer.frames;
        Ok(Archive { path: path.to_owned(), file, manifest, json, signature, start, length })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where the archive starts in the file.
    pub fn start(&self) -> u64 {
        self.start
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
        let blobs = self.blobs(&index, variant)?;
        for entry in index.files(variant) {
            sink(entry, blobs.get(entry.blob))?;
        }
        Ok(())
    }

    /// What the files of a variant, or the common ones alone, hold, verified. `index` is this archive's.
    pub fn blobs<'i>(&self, index: &'i Index, variant: Option<usize>) -> Result<Blobs<'i>, ReadError> {
        let mut wanted = vec![false; self.manifest.frames.len()];
        index.files(variant).for_each(|entry| wanted[index.blobs[entry.blob].frame] = true);
        let mut blobs = Blobs::new(index);
        self.inflate(&wanted, |number, content| blobs.join(number, content))?;
        Ok(blobs)
    }

    /// Reads all there is and compares it with its digests: every byte of the archive, from the first frame on.
    pub fn verify(&self) -> Result<Index, ReadError> {
        let index = self.index()?;
        let mut blobs = Blobs::new(&index);
        self.inflate(&vec![true; self.manifest.frames.len()], |number, content| {
            blobs.join(number, content)?;
            blobs.forget(number);
            Ok(())
        })?;
        Ok(index)
    }

    /// Gives the content of each wanted frame to `sink`, whose errors say what is wrong with it. Held in memory are only those contents that a
    /// later frame was compressed with.
    fn inflate(
        &self,
        wanted: &[bool],
        mut sink: impl FnMut(usize, &[u8]) -> Result<(), String>,
    ) -> Result<(), ReadError> {
        let frames = &self.manifest.frames;
        let last_uses = last_uses(frames, wanted);
        let mut held = vec![Vec::new(); frames.len()];
        let mut offset = self.start;
        for (number, frame) in frames.iter().enumerate() {
            if let Some(last_use) = last_uses[number] {
                let prefix = frame.parent.map_or(&[][..], |parent| &held[parent]);
                let content = self.frame("a frame", offset, frame, prefix)?;
                if wanted[number] {
                    let damaged = |what| ReadError::Damaged { path: self.path.clone(), offset, what };
                    sink(number, &content).map_err(damaged)?;
                }
                if last_use > number {
                    held[number] = content;
                }
                if let Some(parent) = frame.parent.filter(|&parent| last_uses[parent] == Some(number)) {
                    held[parent] = Vec::new();
                }
            }
            offset += frame.compressed;
        }
        Ok(())
    }

    /// Verifies the frame at `offset` and inflates it.
    fn frame(&self, name: &str, offset: u64, frame: &Frame, prefix: &[u8]) -> Result<Vec<u8>, ReadError> {
        let io_error = |source| ReadError::Io { path: self.path.clone(), source };
        let damaged = |what: String| ReadError::Damaged { path: self.path.clone(), offset, what };
        // The manifest was checked: so much of the file is frames.
        let mut compressed = vec![0; frame.compressed as usize];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
        file.read_exact(&mut compressed).map_err(io_error)?;
        if blake3::hash(&compressed).to_hex().as_str() != frame.blake3 {
            return Err(damaged(format!("{name} does not match its digest")));
        }
        let content = decompress(&compressed, frame.size, prefix)
            .map_err(|error| damaged(format!("{name} cannot be decompressed: {error}")))?;
        match content.len() as u64 == frame.size {
            true => Ok(content),
            false => Err(damaged(format!("{name} has another size than the manifest says"))),
        }
    }
}

/// By frame the number of the last one that needs its content, itself or one that it is a parent of; none if no wanted one does.
fn last_uses(frames: &[Frame], wanted: &[bool]) -> Vec<Option<usize>> {
    let mut last_uses: Vec<Option<usize>> =
        wanted.iter().enumerate().map(|(number, &wanted)| wanted.then_some(number)).collect();
    // Parents stand before their children, so by its turn a frame's own need is known.
    for number in (0..frames.len()).rev() {
        if let (Some(_), Some(parent)) = (last_uses[number], frames[number].parent) {
            last_uses[parent] = last_uses[parent].max(Some(number));
        }
    }
    last_uses
}

/// What a frame holds, at most a byte more than `size`. Memory grows with what is really there, not with what is claimed.
fn decompress(compressed: &[u8], size: u64, prefix: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoder = zstd::Decoder::with_ref_prefix(compressed, prefix)?;
    decoder.window_log_max(WINDOW_LOG)?;
    let most = usize::try_from(size).map_or(usize::MAX, |size| size.saturating_add(1));
    // Where all has room at once, zstd needs no buffer of its own.
    let mut content = vec![0; most.min(compressed.len().saturating_mul(LIKELY_RATIO))];
    let mut filled = 0;
    loop {
        if filled == content.len() && filled < most {
            content.resize(filled.saturating_mul(2).clamp(LEAST_ROOM.min(most), most), 0);
        }
        match decoder.read(&mut content[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    content.truncate(filled);
    Ok(content)
}

/// Reads the end of a file of this length; what it says is there has room in the file.
fn read_trailer(path: &Path, file: &mut File, length: u64) -> Result<Trailer, ReadError> {
    let io_error = |source| ReadError::Io { path: path.to_owned(), source };
    let not_a_bundle = || ReadError::NotABundle { path: path.to_owned() };
    let offset = length.checked_sub(trailer::LENGTH as u64).ok_or_else(not_a_bundle)?;
    let mut bytes = [0; trailer::LENGTH];
    file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
    file.read_exact(&mut bytes).map_err(io_error)?;
    if !bytes.ends_with(trailer::MAGIC) {
        return Err(not_a_bundle());
    }
    let (version, trailer) = Trailer::decode(&bytes);
    if version != FORMAT_VERSION {
        return Err(ReadError::Version { path: path.to_owned(), version });
    }
    let damaged = |what: &str| ReadError::Damaged { path: path.to_owned(), offset, what: what.into() };
    let trailer = trailer.ok_or_else(|| damaged("reserved bytes of the trailer are not zero"))?;
    match trailer.frames.checked_add(trailer.sealed_length()).is_some_and(|whole| whole <= length) {
        true => Ok(trailer),
        false => Err(damaged("the trailer's lengths are greater than the file")),
    }
}
