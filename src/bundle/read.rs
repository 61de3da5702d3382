//! Reading an archive: nothing it says is believed before it is checked.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::manifest::{FileEntry, Manifest, Section, TargetEntry, check_path};
use super::{FORMAT_VERSION, TRAILER_LENGTH, TRAILER_MAGIC};

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
    digest: blake3::Hash,
    /// Where the first section's frame starts.
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
        file.seek(SeekFrom::Start(trailer.manifest_start)).map_err(io_error)?;
        file.read_exact(&mut json).map_err(io_error)?;
        let damaged =
            |what: String| ReadError::Damaged { path: path.to_owned(), offset: trailer.manifest_start, what };
        if blake3::hash(&json) != trailer.digest {
            return Err(damaged("the manifest does not match its digest".into()));
        }
        let manifest: Manifest = serde_json::from_slice(&json)
            .map_err(|error| damaged(format!("the manifest is malformed: {error}")))?;
        check(&manifest, trailer.sections_length).map_err(damaged)?;
        let start = trailer.manifest_start - trailer.sections_length;
        Ok(Archive { path: path.to_owned(), file, manifest, digest: trailer.digest, start, length })
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The archive's identity: the BLAKE3 of its manifest, which holds the digest of every file.
    pub fn digest(&self) -> blake3::Hash {
        self.digest
    }

    /// Gives each file of the sections that `wanted` chooses to `sink`, in order and verified.
    pub fn files<E: From<ReadError>>(
        &self,
        wanted: impl Fn(&Section) -> bool,
        mut sink: impl FnMut(&Section, &FileEntry, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut offset = self.start;
        let mut data = Vec::new();
        for section in &self.manifest.sections {
            if wanted(section) {
                let mut frame = self.frame(section, offset)?;
                for entry in &section.files {
                    self.read_entry(&mut frame, offset, entry, &mut data)?;
                    sink(section, entry, &data)?;
                }
            }
            offset += section.compressed;
        }
        Ok(())
    }

    fn frame(&self, section: &Section, offset: u64) -> Result<impl Read, ReadError> {
        let io_error = |source| ReadError::Io { path: self.path.clone(), source };
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset)).map_err(io_error)?;
        zstd::Decoder::new(file.take(section.compressed)).map_err(io_error)
    }

    /// Reads the next file of a frame that starts at `offset` and verifies it.
    fn read_entry(
        &self,
        frame: &mut impl Read,
        offset: u64,
        entry: &FileEntry,
        data: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        let damaged = |what: String| ReadError::Damaged { path: self.path.clone(), offset, what };
        data.clear();
        // Grows with what is really there, not with what the manifest claims.
        let read = frame.by_ref().take(entry.size).read_to_end(data);
        read.map_err(|error| damaged(format!("`{}` cannot be decompressed: {error}", entry.path)))?;
        if data.len() as u64 != entry.size {
            return Err(damaged(format!(
                "`{}` ends after {} of {} bytes",
                entry.path,
                data.len(),
                entry.size
            )));
        }
        if blake3::hash(data).to_hex().as_str() != entry.blake3 {
            return Err(damaged(format!("`{}` does not match its digest", entry.path)));
        }
        Ok(())
    }
}

struct Trailer {
    sections_length: u64,
    manifest_start: u64,
    manifest_length: usize,
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
    let sections_length = u64::from_le_bytes(field(&bytes, 0));
    let manifest_length = u64::from_le_bytes(field(&bytes, 8));
    let manifest_start = offset
        .checked_sub(manifest_length)
        .filter(|&start| start >= sections_length)
        .ok_or_else(|| damaged("the trailer's lengths are greater than the file"))?;
    let manifest_length =
        usize::try_from(manifest_length).map_err(|_| damaged("the manifest is too large"))?;
    let digest = blake3::Hash::from_bytes(field(&bytes, 16));
    Ok(Trailer { sections_length, manifest_start, manifest_length, digest })
}

/// `N` bytes of the trailer.
fn field<const N: usize>(bytes: &[u8; TRAILER_LENGTH], start: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[start..start + N]);
    field
}

/// The rules a manifest must keep: sections fill their part of the archive, paths are safe and stand once a target.
fn check(manifest: &Manifest, sections_length: u64) -> Result<(), String> {
    let total = manifest.sections.iter().try_fold(0u64, |sum, section| sum.checked_add(section.compressed));
    if total != Some(sections_length) {
        return Err("the sections' lengths do not add up".into());
    }
    if manifest.targets.is_empty() {
        return Err("it has no targets".into());
    }
    manifest.targets.iter().try_for_each(check_target)?;
    let known = |tag: &String| manifest.targets.iter().any(|target| target.tag == *tag);
    if let Some(tag) =
        manifest.sections.iter().filter_map(|section| section.tag.as_ref()).find(|tag| !known(tag))
    {
        return Err(format!("it has files for `{tag}`, which is none of its targets"));
    }
    manifest.targets.iter().try_for_each(|target| check_files(manifest, &target.tag))
}

/// What names files and programs must be able to.
fn check_target(target: &TargetEntry) -> Result<(), String> {
    let tag_is_plain = target.tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let version_is_plain = target.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match tag_is_plain && version_is_plain && !target.tag.is_empty() {
        true => Ok(()),
        false => Err(format!("`{}` with the tag `{}` is no target", target.version, target.tag)),
    }
}

/// The files of a target: each path once, and none of them a folder of another.
fn check_files(manifest: &Manifest, tag: &str) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for entry in manifest.sections_for(tag).flat_map(|section| &section.files) {
        check_path(&entry.path).map_err(|reason| format!("the path `{}` {reason}", entry.path))?;
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
