//! Writes a bundle as a zipapp: a zip that a matching CPython runs without the runner.
//!
//! ```text
//! #!/usr/bin/env python3
//! __main__.py                     chooses a folder by cache tag, magic number and -O; says which
//!                                 Python is needed if none fits
//! cpython-312/                    is put on sys.path: modules as pycs, and their sources beside
//!                                 them if the bundle has sources
//! cpython-312/pkg/mod.pyc
//! cpython-312/pkg/data.txt        is in every folder: importlib.resources looks beside modules
//! cpython-313.opt-1/...
//! thing-1.0.dist-info/METADATA    is for importlib.metadata, which looks only into the root of a
//!                                 zip; the root is on sys.path too, after the folder
//! ```
//!
//! `__main__.py` also installs an importer for the archive, which gives code objects the absolute
//! path of their module. Processes that `multiprocessing` spawns do not run `__main__.py`. They
//! install the importer when they receive the parent's `sys.path`.
//!
//! Folders have their own entries, because zipimport recognizes namespace packages by them.

mod read;

use std::collections::BTreeMap;
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use zip::result::ZipResult;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::FileError;
use crate::atomic::write_atomically;
use crate::bundle::{Contents, EntryPoint, File, Variant, folders, is_metadata_folder};
use crate::pyc::{CACHE_DIR, sourceless_file_name};
use crate::targets::{RequiresPython, Version};

pub use read::{Entry, Findings, Folder, Zipapp, ZipappError};

/// The default interpreter in the first line.
pub const PYTHON: &str = "/usr/bin/env python3";

const MAIN: &str = include_str!("zipapp_main.py");

/// Writes `contents` to `path` as a zipapp, atomically. The contents must not have native modules.
/// Returns the length of the file.
pub fn write(contents: &Contents, python: &str, path: &Path) -> Result<u64, FileError> {
    let failed = |error| FileError::new("write", path, error);
    let bytes = encode(contents, python).map_err(|error| failed(error.into()))?;
    write_atomically(path, &bytes, 0o755).map_err(failed)?;
    Ok(bytes.len() as u64)
}

fn encode(contents: &Contents, python: &str) -> ZipResult<Vec<u8>> {
    let mut start = Cursor::new(format!("#!{python}\n").into_bytes());
    start.seek(SeekFrom::End(0))?;
    let mut zip = ZipWriter::new(start);
    add(&mut zip, "__main__.py", &main_module(contents).into_bytes().into())?;
    // If targets differ in a file, the one of the oldest target is taken.
    let own = contents.variants.iter().flat_map(|(_, own)| own);
    let described = contents.common.iter().chain(own).rev().filter(|(path, _)| describes_package(path));
    add_all(&mut zip, &described.map(|(path, file)| (path.clone(), file)).collect())?;
    for (variant, own) in &contents.variants {
        let root = variant.label();
        let own = own.iter().map(|(path, file)| (beside_source(path), file));
        let common = contents.common.iter().map(|(path, file)| (path.clone(), file));
        let files = own.chain(common).filter(|(path, _)| !describes_package(path) && !is_outside(path));
        add_all(&mut zip, &files.map(|(path, file)| (format!("{root}/{path}"), file)).collect())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Whether an installer puts the file outside of site-packages. Nothing in a zip would find it
/// there.
fn is_outside(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| folder.ends_with(".data"))
}

/// Whether the file is an installer's description of a package.
fn describes_package(path: &str) -> bool {
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    is_metadata_folder(folder)
}

/// Adds files and their folders.
fn add_all(zip: &mut ZipWriter<Cursor<Vec<u8>>>, files: &BTreeMap<String, &File>) -> ZipResult<()> {
    for folder in folders(files.keys().map(String::as_str)) {
        zip.add_directory(folder, options(0o755))?;
    }
    files.iter().try_for_each(|(path, file)| add(zip, path, file))
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, path: &str, file: &File) -> ZipResult<()> {
    zip.start_file(path, options(if file.executable { 0o755 } else { 0o644 }))?;
    Ok(zip.write_all(&file.data)?)
}

/// The options do not depend on the time, so the bytes do not either.
fn options(mode: u32) -> SimpleFileOptions {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    options.last_modified_time(DateTime::default()).unix_permissions(mode)
}

/// zipimport only looks for a pyc beside its source, so `pkg/__pycache__/mod.cpython-312.pyc`
/// becomes `pkg/mod.pyc`.
fn beside_source(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".pyc").and_then(|name| {
        let tagged = name.rsplit_once(".opt-").map_or(name, |(tagged, _)| tagged);
        tagged.rsplit_once('.').map(|(stem, _)| stem)
    });
    match (folder.strip_suffix(CACHE_DIR), stem) {
        (Some(folder), Some(stem)) => format!("{folder}{}", sourceless_file_name(stem)),
        _ => path.to_owned(),
    }
}

fn main_module(contents: &Contents) -> String {
    let entry = |variant: &Variant| {
        let Variant { tag, magic, optimize, .. } = variant;
        format!("({tag:?}, {magic}, {optimize}, {:?}), ", variant.label())
    };
    let folders: String = contents.variants.iter().map(|(variant, _)| entry(variant)).collect();
    let mut versions: Vec<&str> =
        contents.variants.iter().map(|(variant, _)| variant.version.as_str()).collect();
    versions.dedup();
    let versions = versions.join(", ");
    let (module, function) = match &contents.entry_point {
        // Scripts that are files are rejected earlier.
        EntryPoint::Main | EntryPoint::Script(_) => ("__main__", None),
        EntryPoint::Module(module) => (module.as_str(), None),
        EntryPoint::Function { module, function } => (module.as_str(), Some(function)),
    };
    MAIN.replace("@FOLDERS@", &format!("[{}]", folders.trim_end_matches(", ")))
        .replace("@VERSIONS@", &format!("{versions:?}"))
        .replace("@OLDEST@", &oldest(contents))
        .replace("@MODULE@", &quoted(module))
        .replace("@FUNCTION@", &function.map_or_else(|| "None".to_owned(), |function| quoted(function)))
}

/// The oldest Python that the included sources support, as a tuple.
fn oldest(contents: &Contents) -> String {
    if !contents.has_sources {
        return "None".to_owned();
    }
    let required: Option<RequiresPython> =
        contents.requires_python.as_deref().and_then(|text| text.parse().ok());
    let fits = |version: &Version| required.as_ref().is_none_or(|required| required.allows(*version));
    let minor = Version::ALL.into_iter().find(fits).map_or(8, Version::minor);
    format!("(3, {minor})")
}

/// As a Python literal.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pycs_go_where_zipimport_looks() {
        for (path, expected) in [
            ("pkg/mod.pyc", "pkg/mod.pyc"),
            ("pkg/__pycache__/mod.cpython-312.pyc", "pkg/mod.pyc"),
            ("__pycache__/a.b.cpython-312.opt-1.pyc", "a.b.pyc"),
            ("pkg/data.txt", "pkg/data.txt"),
        ] {
            assert_eq!(beside_source(path), expected, "{path}");
        }
    }
}
