//! Unpacks the archive of a distribution into a temporary folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::DistributionError;
use crate::atomic::leftovers::TemporaryFolder;
use crate::project::FileError;

/// The folder with a distribution: the named one, else one with the files of the archive.
pub(super) fn folder(path: &Path) -> Result<(PathBuf, Option<TemporaryFolder>), DistributionError> {
    let failed = |error| FileError::new("read", path, error);
    let real = std::fs::canonicalize(path).map_err(failed)?;
    if real.is_dir() {
        return Ok((real, None));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if is_interpreter(&name) {
        let prefix = real.parent().and_then(|folder| match folder.ends_with("bin") {
            true => folder.parent(),
            false => Some(folder),
        });
        return prefix
            .map(|prefix| (prefix.to_owned(), None))
            .ok_or_else(|| DistributionError::NoPython(path.to_owned()));
    }
    let folder = TemporaryFolder::new("crosspyc-python-").map_err(failed)?;
    let file = File::open(path).map_err(failed)?;
    let is = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let unpacked = if is(&[".tar.gz", ".tgz"]) {
        untar(flate2::read::GzDecoder::new(file), folder.path())
    } else if is(&[".tar.zst", ".tzst"]) {
        zstd::Decoder::new(file).and_then(|tar| untar(tar, folder.path()))
    } else if is(&[".tar"]) {
        untar(file, folder.path())
    } else if is(&[".zip"]) {
        let zip = zip::ZipArchive::new(file).map_err(io::Error::from);
        zip.and_then(|mut zip| zip.extract(folder.path()).map_err(io::Error::from))
    } else {
        return Err(DistributionError::NoArchive(path.to_owned()));
    };
    unpacked.map_err(failed)?;
    let place = std::fs::canonicalize(folder.path()).map_err(failed)?;
    Ok((place, Some(folder)))
}

/// `python3.12`, `python.exe`
pub(super) fn is_interpreter(name: &str) -> bool {
    let stem = name.strip_suffix(".exe").unwrap_or(name);
    let version = stem.strip_prefix("python");
    version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 't'))
}

/// The reader writes nothing outside of the folder.
fn untar(reader: impl Read, folder: &Path) -> io::Result<()> {
    let mut archive = tar::Archive::new(io::BufReader::new(reader));
    archive.set_preserve_mtime(false);
    archive.unpack(folder)
}
