//! Writing an archive. The same contents give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::manifest::{EntryPoint, FileEntry, Manifest, Section, TargetEntry, check_path};
use super::{FORMAT_VERSION, TRAILER_LENGTH, TRAILER_MAGIC};
use crate::project::write::write_atomically;

/// Where zstd's gains become dear: on a site with Django, level 19 is an eighth smaller and takes ten times as long.
const COMPRESSION_LEVEL: i32 = 12;

/// What goes into an archive.
#[derive(Debug)]
pub struct Contents {
    pub name: String,
    pub entry_point: EntryPoint,
    /// The files that all targets share, by path.
    pub shared: BTreeMap<String, Vec<u8>>,
    /// Oldest first; each with its own files by path.
    pub targets: Vec<(TargetEntry, BTreeMap<String, Vec<u8>>)>,
    pub platform: Option<String>,
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
    let own = contents.targets.iter().flat_map(|(_, files)| files.keys());
    for path in contents.shared.keys().chain(own) {
        check_path(path).map_err(|reason| WriteError::Path { path: path.clone(), reason })?;
    }
    for (_, files) in &contents.targets {
        if let Some(path) = files.keys().find(|path| contents.shared.contains_key(*path)) {
            return Err(WriteError::Clash { path: path.clone() });
        }
    }
    Ok(())
}

fn encode(contents: &Contents) -> io::Result<(Vec<u8>, Manifest)> {
    let mut bytes = Vec::new();
    let mut sections = Vec::new();
    if !contents.shared.is_empty() {
        sections.push(section(None, &contents.shared, &mut bytes)?);
    }
    for (target, files) in &contents.targets {
        sections.push(section(Some(target.tag.clone()), files, &mut bytes)?);
    }
    let manifest = Manifest {
        name: contents.name.clone(),
        entry_point: contents.entry_point.clone(),
        targets: contents.targets.iter().map(|(target, _)| target.clone()).collect(),
        sections,
        platform: contents.platform.clone(),
    };
    let sections_length = bytes.len() as u64;
    let json = serde_json::to_vec(&manifest)?;
    bytes.extend_from_slice(&json);
    bytes.extend_from_slice(&trailer(sections_length, &json));
    Ok((bytes, manifest))
}

/// Appends a section's frame to `bytes`.
fn section(
    tag: Option<String>,
    files: &BTreeMap<String, Vec<u8>>,
    bytes: &mut Vec<u8>,
) -> io::Result<Section> {
    let start = bytes.len();
    let mut encoder = zstd::Encoder::new(&mut *bytes, COMPRESSION_LEVEL)?;
    encoder.long_distance_matching(true)?;
    // Known beforehand, so that a small section takes little memory to inflate.
    encoder.set_pledged_src_size(Some(files.values().map(|data| data.len() as u64).sum()))?;
    let mut entries = Vec::with_capacity(files.len());
    for (path, data) in files {
        encoder.write_all(data)?;
        let blake3 = blake3::hash(data).to_hex().to_string();
        entries.push(FileEntry { path: path.clone(), size: data.len() as u64, blake3 });
    }
    encoder.finish()?;
    Ok(Section { tag, compressed: (bytes.len() - start) as u64, files: entries })
}

fn trailer(sections_length: u64, manifest: &[u8]) -> [u8; TRAILER_LENGTH] {
    let mut trailer = [0; TRAILER_LENGTH];
    trailer[0..8].copy_from_slice(&sections_length.to_le_bytes());
    trailer[8..16].copy_from_slice(&(manifest.len() as u64).to_le_bytes());
    trailer[16..48].copy_from_slice(blake3::hash(manifest).as_bytes());
    trailer[48..52].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    trailer[56..64].copy_from_slice(TRAILER_MAGIC);
    trailer
}
