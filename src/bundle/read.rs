//! Reads an archive. Nothing in it is trusted before it is checked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use memchr::memchr2_iter;
use serde::de::DeserializeOwned;

use super::blobs::Blobs;
use super::check::{check_index, check_manifest};
use super::limits::{ByteSize, MOST_INDEX, MOST_OBJECTS, default_limit, grow, zeroed};
use super::manifest::{FileEntry, Frame, Index, Manifest};
use super::signature::{self, Claim, Expected, SignatureError, Signed, TrustedKeys};
use super::trailer::{self, Trailer};
use super::{FORMAT_VERSION, WINDOW_LOG};
use crate::escape::{escaped, shown_path};

/// The expected upper limit of a frame's compression ratio. Only speed depends on it.
const LIKELY_RATIO: usize = 16;

/// The step by which the buffer grows if a frame inflates to more than expected.
const LEAST_ROOM: usize = 64 << 10;

/// The maximum length of a manifest. A manifest does not grow with the number of files, and it is
/// read before its author is known.
const MOST_MANIFEST: u32 = 16 << 20;
const MOST_SIGNATURE: u32 = 64 << 10;
/// How the last record of a zip without a comment begins, and its length.
const ZIP_END: &[u8] = b"PK\x05\x06";
const ZIP_END_LENGTH: usize = 22;

/// Why an archive cannot be read. Offsets are from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("failed to read {path}: {source}", path = shown_path(path))]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is not a crosspyc bundle, or its end is missing: no trailer in its last 64 bytes; build or copy it again", path = shown_path(path))]
    NotABundle { path: PathBuf },
    #[error("{path} is a zip; a zipapp is run by Python itself: `python3 {path}`", path = shown_path(path))]
    Zip { path: PathBuf },
    #[error("{path} is a bundle of format version {version}, and this crosspyc reads version {FORMAT_VERSION}; use the crosspyc that made it, or build the bundle again", path = shown_path(path))]
    Version { path: PathBuf, version: u32 },
    #[error("{path} takes {size} bytes unpacked, and {limit} are allowed for an archive of its length; if you trust it, allow more with --max-unpacked {size} or CROSSPYC_MAX_UNPACKED={size}", path = shown_path(path))]
    TooLarge { path: PathBuf, size: ByteSize, limit: ByteSize },
    #[error("{path} is damaged at byte {offset}: {what}; build or copy it again", path = shown_path(path))]
    Damaged { path: PathBuf, offset: u64, what: String },
}

/// Why an archive is rejected if only some keys are trusted.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// The end of an archive, unparsed: a manifest and its signature.
struct Sealed {
    path: PathBuf,
    file: File,
    json: Vec<u8>,
    signature: String,
    /// The offset of the first frame.
    start: u64,
    /// The offset of the manifest.
    end: u64,
    length: u64,
}

impl Sealed {
    /// Reads the end of an archive and verifies its digest.
    fn open(path: &Path) -> Result<Sealed, ReadError> {
        let io_error = |source| ReadError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io_error)?;
        let length = file.metadata().map_err(io_error)?.len();
        Sealed::ending_at(path, file, length)
    }

    /// The archive that ends at byte `length` of the file.
    fn ending_at(path: &Path, mut file: File, length: u64) -> Result<Sealed, ReadError> {
        let io_error = |source| ReadError::Io { path: path.to_owned(), source };
        let trailer = read_trailer(path, &mut file, length)?;
        let end = length - trailer.sealed_length();
        let damaged =
            |what: &str| ReadError::Damaged { path: path.to_owned(), offset: end, what: what.into() };
        if trailer.manifest > MOST_MANIFEST || trailer.signature > MOST_SIGNATURE {
            return Err(damaged("the manifest or the signature is longer than any that crosspyc writes"));
        }
        let mut json = vec![0; trailer.manifest as usize];
        let mut signature = vec![0; trailer.signature as usize];
        file.seek(SeekFrom::Start(end)).map_err(io_error)?;
        file.read_exact(&mut json).map_err(io_error)?;
        file.read_exact(&mut signature).map_err(io_error)?;
        if trailer::digest(&json, &signature) != trailer.digest {
            return Err(damaged("the manifest does not match its digest"));
        }
        let signature = String::from_utf8(signature).map_err(|_| damaged("the signature is not UTF-8"))?;
        Ok(Sealed { path: path.to_owned(), file, json, signature, start: end - trailer.frames, end, length })
    }

    fn parse(self) -> Result<Archive, ReadError> {
        let damaged = |what| ReadError::Damaged { path: self.path.clone(), offset: self.end, what };
        let manifest: Manifest = parse("manifest", &self.json).map_err(damaged)?;
        check_manifest(&manifest, self.end - self.start).map_err(damaged)?;
        let Sealed { path, file, json, signature, start, length, .. } = self;
        let limit = default_limit(length);
        Ok(Archive { path, file, manifest, json, signature, start, length, limit })
    }
}

/// An open archive whose manifest is verified.
pub struct Archive {
    path: PathBuf,
    file: File,
    manifest: Manifest,
    /// The manifest as stored. The signature covers these bytes.
    json: Vec<u8>,
    signature: String,
    /// The offset of the first frame.
    start: u64,
    length: u64,
    /// The memory or disk space that it may take.
    limit: u64,
}

impl Archive {
    /// Opens an archive and verifies its trailer and manifest.
    pub fn open(path: &Path) -> Result<Archive, ReadError> {
        Sealed::open(path)?.parse()
    }

    /// Opens an archive that must be signed with one of `keys` and meet `expected`. The signature
    /// is verified before any part of the archive is parsed.
    pub fn open_signed(
        path: &Path,
        keys: &TrustedKeys,
        expected: &Expected,
    ) -> Result<(Archive, Signed), OpenError> {
        let sealed = Sealed::open(path)?;
        let signature = (!sealed.signature.is_empty()).then_some(sealed.signature.as_str());
        let signed = signature::verify(path, signature, &sealed.json, keys)?;
        expected.check(path, &signed.claim)?;
        let archive = sealed.parse()?;
        match Claim::of(&archive.manifest) == signed.claim {
            true => Ok((archive, signed)),
            false => Err(SignatureError::OtherClaim(path.to_owned()).into()),
        }
    }

    /// Replaces the limit on memory and disk space. By default it depends on the length of the
    /// archive.
    #[must_use]
    pub fn with_limit(self, limit: Option<ByteSize>) -> Archive {
        Archive { limit: limit.map_or(self.limit, |limit| limit.0), ..self }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The number of bytes before the archive and the Python that it brings, such as those of a
    /// runner. No digest and no signature covers them.
    pub fn prefix_length(&self) -> u64 {
        let python = self.manifest.python.as_ref().map_or(0, |python| python.length);
        self.start.saturating_sub(python)
    }

    /// The archive of the Python that the application brings.
    pub fn python(&self) -> Result<Option<Archive>, ReadError> {
        let Some(python) = &self.manifest.python else { return Ok(None) };
        let damaged = |what: &str| ReadError::Damaged {
            path: self.path.clone(),
            offset: self.start,
            what: what.to_owned(),
        };
        let file =
            self.file.try_clone().map_err(|source| ReadError::Io { path: self.path.clone(), source })?;
        let archive = Sealed::ending_at(&self.path, file, self.start)?.parse()?;
        let is_named = archive.identity().to_hex().as_str() == python.identity
            && archive.start.checked_add(python.length) == Some(self.start);
        match is_named && archive.manifest.distribution.is_some() {
            true => Ok(Some(archive)),
            false => Err(damaged("the Python before the application is not the one that it names")),
        }
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The BLAKE3 of the manifest. It identifies the whole contents.
    pub fn identity(&self) -> blake3::Hash {
        blake3::hash(&self.json)
    }

    /// The bytes that [`signature`](Archive::signature) covers.
    pub fn signed_bytes(&self) -> &[u8] {
        &self.json
    }

    /// The signature in minisign's text format, if the archive is signed.
    pub fn signature(&self) -> Option<&str> {
        (!self.signature.is_empty()).then_some(self.signature.as_str())
    }

    /// The location of every file.
    pub fn index(&self) -> Result<Index, ReadError> {
        let offset = self.start + self.manifest.frames.iter().map(|frame| frame.compressed).sum::<u64>();
        let damaged = |what: String| ReadError::Damaged { path: self.path.clone(), offset, what };
        let frame = &self.manifest.index;
        if frame.size > MOST_INDEX {
            return Err(damaged("the index is larger than any that crosspyc writes".into()));
        }
        self.check_size(frame.size)?;
        let json = self.frame("the index", offset, frame, &[])?;
        if memchr2_iter(b'[', b'{', &json).count() > MOST_OBJECTS {
            return Err(damaged("the index lists more files than any that crosspyc writes".into()));
        }
        let index: Index = parse("index", &json).map_err(damaged)?;
        check_index(&index, &self.manifest).map_err(damaged)?;
        Ok(index)
    }

    /// Fails if the size exceeds the limit.
    fn check_size(&self, size: u64) -> Result<(), ReadError> {
        match size <= self.limit {
            true => Ok(()),
            false => Err(ReadError::TooLarge {
                path: self.path.clone(),
                size: ByteSize(size),
                limit: ByteSize(self.limit),
            }),
        }
    }

    /// Fails if the files of these variants exceed the limit together.
    pub fn check_unpacked(&self, index: &Index, variants: &[Option<usize>]) -> Result<(), ReadError> {
        let files = variants.iter().flat_map(|&variant| index.files(variant));
        self.check_size(sum(files.map(|entry| index.blobs[entry.blob].size)))
    }

    /// Passes each file, verified, to `sink`: those of a variant and the common files, or the
    /// common files alone.
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

    /// The verified contents of the files of a variant and the common files, or of the common files
    /// alone. `index` must be the index of this archive.
    pub fn blobs<'i>(&self, index: &'i Index, variant: Option<usize>) -> Result<Blobs<'i>, ReadError> {
        self.check_unpacked(index, &[variant])?;
        let mut wanted = vec![false; self.manifest.frames.len()];
        index.files(variant).for_each(|entry| wanted[index.blobs[entry.blob].frame] = true);
        let mut blobs = Blobs::new(index);
        self.inflate(&wanted, |number, content| blobs.join(number, content))?;
        Ok(blobs)
    }

    /// Reads every byte from the first frame on and verifies all digests, also those of the Python
    /// that the application brings.
    pub fn verify(&self) -> Result<Index, ReadError> {
        let index = self.index()?;
        let mut blobs = Blobs::new(&index);
        self.inflate(&vec![true; self.manifest.frames.len()], |number, content| {
            blobs.join(number, content)?;
            blobs.forget(number);
            Ok(())
        })?;
        if let Some(python) = self.python()? {
            python.verify()?;
        }
        Ok(index)
    }

    /// Passes the content of each wanted frame to `sink`. The errors of `sink` describe damage.
    /// Contents stay in memory only as long as a later frame needs them as prefix.
    fn inflate(
        &self,
        wanted: &[bool],
        mut sink: impl FnMut(usize, &[u8]) -> Result<(), String>,
    ) -> Result<(), ReadError> {
        let frames = &self.manifest.frames;
        let last_uses = last_uses(frames, wanted);
        let inflated = frames.iter().zip(&last_uses).filter(|(_, last_use)| last_use.is_some());
        self.check_size(sum(inflated.map(|(frame, _)| frame.size)))?;
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
        // `check_manifest` has compared the length of the frames with that of the file.
        let mut compressed = zeroed(frame.compressed).map_err(io_error)?;
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

/// Parses a part of the archive. The error may quote it.
fn parse<T: DeserializeOwned>(part: &str, json: &[u8]) -> Result<T, String> {
    serde_json::from_slice(json)
        .map_err(|error| format!("the {part} is malformed: {}", escaped(&error.to_string())))
}

/// The sum, or the largest number if it overflows.
fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// For each frame, the number of the last frame that needs its content: itself, or one that has it
/// as parent. `None` if no wanted frame needs it.
fn last_uses(frames: &[Frame], wanted: &[bool]) -> Vec<Option<usize>> {
    let mut last_uses: Vec<Option<usize>> =
        wanted.iter().enumerate().map(|(number, &wanted)| wanted.then_some(number)).collect();
    // Parents come before their children, so the loop sees all children of a frame first.
    for number in (0..frames.len()).rev() {
        if let (Some(_), Some(parent)) = (last_uses[number], frames[number].parent) {
            last_uses[parent] = last_uses[parent].max(Some(number));
        }
    }
    last_uses
}

/// Inflates a frame, up to one byte more than `size`. The memory that is allocated depends on the
/// real size, not on the declared one.
fn decompress(compressed: &[u8], size: u64, prefix: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoder = zstd::Decoder::with_ref_prefix(compressed, prefix)?;
    decoder.window_log_max(WINDOW_LOG)?;
    let most = usize::try_from(size).map_or(usize::MAX, |size| size.saturating_add(1));
    // If the buffer has room for everything, zstd does not allocate one of its own.
    let mut content = zeroed(most.min(compressed.len().saturating_mul(LIKELY_RATIO)) as u64)?;
    let mut filled = 0;
    loop {
        if filled == content.len() && filled < most {
            grow(&mut content, filled.saturating_mul(2).clamp(LEAST_ROOM.min(most), most))?;
        }
        match decoder.read(&mut content[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    content.truncate(filled);
    Ok(content)
}

/// Reads the trailer of a file of this length. The parts that it describes fit into the file.
fn read_trailer(path: &Path, file: &mut File, length: u64) -> Result<Trailer, ReadError> {
    let io_error = |source| ReadError::Io { path: path.to_owned(), source };
    let not_a_bundle = || ReadError::NotABundle { path: path.to_owned() };
    let offset = length.checked_sub(trailer::LENGTH as u64).ok_or_else(not_a_bundle)?;
    let mut bytes = [0; trailer::LENGTH];
    file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
    file.read_exact(&mut bytes).map_err(io_error)?;
    if bytes.last_chunk::<ZIP_END_LENGTH>().is_some_and(|end| end.starts_with(ZIP_END)) {
        return Err(ReadError::Zip { path: path.to_owned() });
    }
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
