//! Reading zipapps: which Pythons one is for, whether it is whole, and its files.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use zip::ZipArchive;
use zip::result::ZipError;

use super::describes_package;
use crate::bundle::{ByteSize, check_path, default_limit, path_errors};
use crate::marshal;
use crate::project::shown;
use crate::pyc::{HEADER_LEN, Header, Origin, source_hash};
use crate::targets::{Target, Version};

/// Deflate compresses by at most 1032 to 1. A zip that claims more has entries that overlap.
const MOST_RATIO: u64 = 1100;

/// A larger pyc is not looked at, nor is one of a larger source. The largest that are known have a
/// few megabytes.
const MOST_PYC: u64 = 32 << 20;

/// The record that a zip without a comment ends with.
const END: &[u8; 4] = b"PK\x05\x06";
const END_LENGTH: i64 = 22;

/// Why a zipapp cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ZipappError {
    #[error("failed to read `{path}`: {source}", path = shown(path))]
    Io { path: PathBuf, source: io::Error },
    #[error("`{path}` is damaged: {reason}", path = shown(path))]
    Damaged { path: PathBuf, reason: String },
    #[error("`{path}` takes {size} bytes unpacked, and {limit} are allowed for a zip of its length; if you trust it, allow more with --max-unpacked {size}", path = shown(path))]
    TooLarge { path: PathBuf, size: ByteSize, limit: ByteSize },
    #[error("`{path}` is a zip that crosspyc did not make; `python -m zipfile -e` unpacks it", path = shown(path))]
    Foreign { path: PathBuf },
}

/// An open zip.
pub struct Zipapp {
    path: PathBuf,
    zip: ZipArchive<File>,
    entries: Vec<Entry>,
    pub length: u64,
}

/// A file of a zip.
#[derive(Clone, Debug)]
pub struct Entry {
    pub path: String,
    pub size: u64,
    pub packed: u64,
    executable: bool,
    index: usize,
}

/// The folder for a target, such as `cpython-312.opt-1`.
#[derive(Clone, Debug)]
pub struct Folder {
    pub name: String,
    pub version: Version,
    pub optimize: u8,
    /// Without the folder in their paths. Those that describe packages belong to all folders.
    pub files: Vec<Entry>,
}

/// What a look at every byte shows.
#[derive(Debug, Default)]
pub struct Findings {
    pub files: usize,
    pub pycs: usize,
    /// The pycs that Python would not take, and why.
    pub faults: Vec<(String, String)>,
}

impl Zipapp {
    /// Opens a zip; `None` if the file is not one.
    pub fn open(path: &Path) -> Option<Result<Zipapp, ZipappError>> {
        let is_named_so = path.extension().is_some_and(|extension| extension == "pyz");
        if !path.is_file() || !is_named_so && !ends_as_zip(path).unwrap_or(false) {
            return None;
        }
        Some(Zipapp::read(path))
    }

    fn read(path: &Path) -> Result<Zipapp, ZipappError> {
        let failed = |error| failure(path, error);
        let io_error = |source| ZipappError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io_error)?;
        let length = file.metadata().map_err(io_error)?.len();
        let mut zip = ZipArchive::new(file).map_err(failed)?;
        let mut entries = Vec::new();
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).map_err(failed)?;
            if file.is_file() {
                entries.push(Entry {
                    path: file.name().map_err(failed)?.into_owned(),
                    size: file.size(),
                    packed: file.compressed_size(),
                    executable: file.unix_mode().is_some_and(|mode| mode & 0o100 != 0),
                    index,
                });
            }
        }
        let claimed = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size));
        if claimed > length.saturating_mul(MOST_RATIO) {
            let reason = format!("its files claim {claimed} bytes, more than it can hold");
            return Err(ZipappError::Damaged { path: path.to_owned(), reason });
        }
        Ok(Zipapp { path: path.to_owned(), zip, entries, length })
    }

    /// The folders of targets, by name; none if crosspyc did not make the zip.
    pub fn folders(&self) -> Vec<Folder> {
        let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
        for entry in &self.entries {
            let Some((name, path)) = entry.path.split_once('/') else { continue };
            let Some((version, optimize)) = target_of(name) else { continue };
            let new = || Folder { name: name.to_owned(), version, optimize, files: Vec::new() };
            let folder = folders.entry(name).or_insert_with(new);
            folder.files.push(Entry { path: path.to_owned(), ..entry.clone() });
        }
        if !self.entries.iter().any(|entry| entry.path == "__main__.py") {
            return Vec::new();
        }
        let descriptions = || self.entries.iter().filter(|entry| describes_package(&entry.path)).cloned();
        folders
            .into_values()
            .map(|mut folder| {
                folder.files.extend(descriptions());
                folder
            })
            .collect()
    }

    /// Reads every file and compares it with its checksum, and looks at every pyc. Fails if the pycs
    /// exceed the limit: to look at them takes time.
    pub fn verify(&mut self, limit: Option<ByteSize>) -> Result<Findings, ZipappError> {
        self.check_unpacked(self.entries.iter().filter(|entry| entry.path.ends_with(".pyc")), limit)?;
        let entries = self.entries.clone();
        let mut findings = Findings { files: entries.len(), ..Findings::default() };
        let source = |entry: &Entry| Some((entry.path.strip_suffix(".py")?.to_owned(), entry.clone()));
        let sources: HashMap<String, Entry> = entries.iter().filter_map(source).collect();
        for entry in entries {
            let Some(stem) = entry.path.strip_suffix(".pyc") else {
                self.copy(&entry, &mut io::sink())?;
                continue;
            };
            findings.pycs += 1;
            let source = sources.get(stem).cloned();
            if let Err(fault) = self.check_pyc(&entry, source)? {
                findings.faults.push((entry.path, fault));
            }
        }
        Ok(findings)
    }

    /// The contents of a file, verified.
    pub fn contents(&mut self, entry: &Entry) -> Result<Vec<u8>, ZipappError> {
        let mut bytes = Vec::new();
        self.copy(entry, &mut bytes)?;
        Ok(bytes)
    }

    /// Copies a file to `sink` and compares it with its checksum.
    fn copy(&mut self, entry: &Entry, sink: &mut impl Write) -> Result<(), ZipappError> {
        let copied = self.zip.by_index(entry.index).map_err(io::Error::from).and_then(|mut file| {
            // One byte more, so that the end is seen and the checksum compared.
            io::copy(&mut file.by_ref().take(entry.size + 1), sink)
        });
        let reason = match copied {
            Ok(length) if length == entry.size => return Ok(()),
            Ok(_) => "its length is not that of the zip's directory".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(self.damaged(format!("{:?}: {reason}", entry.path)))
    }

    /// The inner error says why Python would not take the pyc.
    fn check_pyc(&mut self, entry: &Entry, source: Option<Entry>) -> Result<Result<(), String>, ZipappError> {
        if entry.size > MOST_PYC {
            self.copy(entry, &mut io::sink())?;
            return Ok(Err(format!("{} bytes are too many for a pyc", entry.size)));
        }
        if let Some(source) = source.as_ref().filter(|source| source.size > MOST_PYC) {
            self.copy(entry, &mut io::sink())?;
            return Ok(Err(format!("the source beside it has {} bytes, too many to look at", source.size)));
        }
        let bytes = self.contents(entry)?;
        let source = source.map(|source| self.contents(&source)).transpose()?;
        let folder = entry.path.split_once('/').and_then(|(name, _)| target_of(name));
        Ok(check_pyc(&bytes, source.as_deref(), folder.map(|(version, _)| version)))
    }

    /// Fails if these files exceed the limit together. By default it depends on the length of the
    /// zip.
    pub fn check_unpacked<'e>(
        &self,
        files: impl IntoIterator<Item = &'e Entry>,
        limit: Option<ByteSize>,
    ) -> Result<(), ZipappError> {
        let limit = limit.unwrap_or(ByteSize(default_limit(self.length)));
        let files = files.into_iter();
        let size = ByteSize(files.fold(0, |sum: u64, entry| sum.saturating_add(entry.size)));
        match size <= limit {
            true => Ok(()),
            false => Err(ZipappError::TooLarge { path: self.path.clone(), size, limit }),
        }
    }

    /// Checks that the paths of a folder's files stay inside the folder that they are joined to,
    /// and that all of them can be there.
    pub fn check_paths(&self, folder: &Folder) -> Result<(), ZipappError> {
        let paths = || folder.files.iter().map(|entry| entry.path.as_str());
        if let Some((path, reason)) = paths().find_map(|path| Some((path, check_path(path).err()?))) {
            return Err(self.damaged(format!("the path {path:?} {reason}")));
        }
        path_errors(paths()).first().map_or(Ok(()), |error| Err(self.damaged(error.to_string())))
    }

    fn damaged(&self, reason: String) -> ZipappError {
        ZipappError::Damaged { path: self.path.clone(), reason }
    }

    /// The error of a zip without folders of targets.
    pub fn foreign(&self) -> ZipappError {
        ZipappError::Foreign { path: self.path.clone() }
    }
}

impl Entry {
    pub fn is_executable(&self) -> bool {
        self.executable
    }
}

fn failure(path: &Path, error: ZipError) -> ZipappError {
    let path = path.to_owned();
    match error {
        ZipError::Io(source) => ZipappError::Io { path, source },
        error => ZipappError::Damaged { path, reason: error.to_string() },
    }
}

/// Whether the file ends as a zip does that has no comment, as crosspyc makes them.
fn ends_as_zip(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut end = [0; END.len()];
    file.seek(SeekFrom::End(-END_LENGTH))?;
    file.read_exact(&mut end)?;
    Ok(end == *END)
}

/// The target that a folder is named after.
fn target_of(folder: &str) -> Option<(Version, u8)> {
    let (tag, optimize) = match folder.split_once(".opt-") {
        Some((tag, level)) => (tag, level.parse().ok().filter(|level| (1..=2).contains(level))?),
        None => (folder, 0),
    };
    let has_tag = |version: &Version| version.features().pyc_tag == tag;
    Some((Version::ALL.into_iter().find(has_tag)?, optimize))
}

/// Whether the Python of a folder would take a pyc, with the source beside it if there is one.
fn check_pyc(bytes: &[u8], source: Option<&[u8]>, wanted: Option<Version>) -> Result<(), String> {
    let header = Header::read(bytes).map_err(|error| error.to_string())?;
    let Some(target) = header.version().map(Target::newest) else {
        return match wanted {
            Some(version) => Err(format!("its magic number is not that of Python {version}")),
            None => Ok(()),
        };
    };
    if let Some(version) = wanted.filter(|version| *version != target.version()) {
        return Err(format!("it is for Python {}, not {version}", target.version()));
    }
    if let (Some(source), Origin::Hash { hash, .. }) = (source, header.origin)
        && source_hash(target, source) != hash
    {
        return Err("the source beside it is another one".to_owned());
    }
    let arena = Bump::new();
    let code = marshal::read(&arena, &bytes[HEADER_LEN..], target);
    code.map(|_| ()).map_err(|error| format!("after the header of {HEADER_LEN} bytes: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_their_targets() {
        for (folder, target) in [
            ("cpython-312", Some((Version::V3_12, 0))),
            ("cpython-314.opt-2", Some((Version::V3_14, 2))),
            ("cpython-27", None),
            ("cpython-312.opt-x", None),
            ("cpython-312.opt-3", None),
            ("thing-1.0.dist-info", None),
        ] {
            assert_eq!(target_of(folder), target, "{folder}");
        }
    }
}
