//! Protects existing files. Neither the output nor bundles of earlier builds go into the bundle,
//! and the output never replaces a file of the project.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::gather::Item;
use super::{PackError, Project};
use crate::bundle::TRAILER_MAGIC;

/// The length of the record at the end of a zip without a comment. The record begins with
/// `PK\x05\x06`.
const ZIP_END: u64 = 22;

/// Fails if the output cannot be written, before the compilation begins.
pub(super) fn check(project: &Project) -> Result<(), PackError> {
    let output = &project.output;
    let refused = |reason| Err(PackError::Output { path: output.clone(), reason });
    if output.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return refused("it names a folder; add the file's name");
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return refused("its folder does not exist");
    }
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    if !place.is_file() {
        return refused("something that is not a regular file is there");
    }
    let mut folders = project.folders();
    let is_inside =
        folders.any(|folder| folder.path.canonicalize().is_ok_and(|folder| place.starts_with(folder)));
    match is_inside && !is_replaceable(&place) {
        true => refused(
            "it is a file of the project, and not one that crosspyc made; name another output with -o",
        ),
        false => Ok(()),
    }
}

/// Whether the file is empty, or ends as a bundle or a zipapp does. If it cannot be read, the error
/// comes when it is written.
fn is_replaceable(file: &Path) -> bool {
    let end = || -> io::Result<Vec<u8>> {
        let mut file = File::open(file)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(ZIP_END)))?;
        let mut end = Vec::new();
        file.take(ZIP_END).read_to_end(&mut end)?;
        Ok(end)
    };
    end().map_or(true, |end| end.is_empty() || end.ends_with(TRAILER_MAGIC) || end.starts_with(b"PK\x05\x06"))
}

/// Whether a data file of the project is a bundle of an earlier build. `--include` takes it anyway.
pub(super) fn is_older_bundle(item: &Item, data: &[u8]) -> bool {
    item.folder == 0 && !item.included && data.ends_with(TRAILER_MAGIC)
}
