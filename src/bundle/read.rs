//! Reading an archive: nothing it says is believed before it is checked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::check::{check_index, check_manifest};
use super::manifest::{FileEntry, Frame, Index, Manifest};
use super::{FORMAT_VERSION, TRAILER_LENGTH, TRAILER_MAGIC, WINDOW_LOG, streams};

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

/// The contents of the files in some frames, verified.
pub struct Blobs<'i> {
    index: &'i Index,
    /// By frame what its files hold, one after the other; empty for a frame that is not wanted.
    files: Vec<Vec<u8>>,
    /// By frame the numbers of its blobs.
    numbers: Vec<Range<usize>>,
    /// Where each blob starts in its frame's files.
    starts: Vec<u64>,
}

impl<'i> Blobs<'i> {
    /// None yet.
    fn new(index: &'i Index) -> Blobs<'i> {
        let mut numbers = vec![0..0; index.streams.len()];
        let mut starts = Vec::with_capacity(index.blobs.len());
        let mut end = 0;
        for (number, blob) in index.blobs.iter().enumerate() {
            let numbers = &mut numbers[blob.frame];
            if numbers.start == numbers.end {
                (numbers.start, end) = (number, 0);
            }
            numbers.end = number + 1;
            starts.push(end);
            end += blob.size;
        }
        Blobs { index, files: vec![Vec::new(); numbers.len()], numbers, starts }
    }

    /// Joins the files of a frame with this content. The error says what is wrong with it.
    fn join(&mut self, frame: usize, content: &[u8]) -> Result<(), String> {
        let numbers = self.numbers[frame].clone();
        let blobs = &self.index.blobs[numbers.clone()];
        self.files[frame] = streams::join(content, self.index.streams[frame], blobs.iter())
            .ok_or("a frame is not made of the streams that the index says")?;
        for (number, blob) in numbers.zip(blobs) {
            if blake3::hash(self.get(number)).to_hex().as_str() != blob.blake3 {
                return Err(format!("{} does not match its digest", self.name(number)));
            }
        }
        Ok(())
    }

    /// Frees what the files of a frame hold.
    fn forget(&mut self, frame: usize) {
        self.files[frame] = Vec::new();
    }

    /// What the blob of this number holds, one of a file that was asked for.
    pub fn get(&self, number: usize) -> &[u8] {
        let blob = &self.index.blobs[number];
        let start = self.starts[number] as usize;
        &self.files[blob.frame][start..start + blob.size as usize]
    }

    /// For messages.
    fn name(&self, number: usize) -> String {
        let files = self.index.common.iter().chain(self.index.variants.iter().flatten());
        let mut paths = files.filter(|entry| entry.blob == number).map(|entry| &entry.path);
        paths.next().map_or("a content that no file has".to_owned(), |path| format!("`{path}`"))
    }
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
