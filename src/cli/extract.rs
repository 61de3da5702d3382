//! `crosspyc extract`: the files of a bundle as they would stand on sys.path.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::args::ExtractArgs;
use super::report::{Report, Verbosity, counted, shown};
use super::{CommandError, exit};
use crate::bundle::{Archive, Index, ReadError, Variant, write_file};
use crate::project::FileError;

/// What was unpacked for a target, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "extracted")]
struct ExtractedRecord<'r> {
    folder: String,
    /// The Python version; none for a bundle of sources alone.
    target: Option<&'r str>,
    optimize: Option<u8>,
    files: usize,
    size: u64,
}

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
enum ExtractError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] FileError),
}

pub(super) fn run(args: &ExtractArgs, report: &mut Report) -> Result<u8, CommandError> {
    let archive = Archive::open(&args.archive).map_err(CommandError::failure)?.with_limit(args.max_unpacked);
    let chosen = chosen(&archive.manifest().variants, &args.targets).map_err(CommandError::usage)?;
    if fs::read_dir(&args.output).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("`{}` is not empty; name another folder with -o", shown(&args.output));
        return Err(CommandError::usage(message));
    }
    let index = archive.index().map_err(CommandError::failure)?;
    archive.check_unpacked(&index, &chosen).map_err(CommandError::failure)?;
    for &number in &chosen {
        let variant = number.map(|number| &archive.manifest().variants[number]);
        let folder = match variant {
            Some(variant) if chosen.len() > 1 => args.output.join(variant.label()),
            _ => args.output.clone(),
        };
        let (files, size) = extract(&archive, &index, number, &folder).map_err(CommandError::failure)?;
        tell(&folder, variant, files, size, report);
    }
    Ok(exit::SUCCESS)
}

fn tell(folder: &Path, variant: Option<&Variant>, files: usize, size: u64, report: &mut Report) {
    let folder = shown(folder);
    if report.verbosity >= Verbosity::Normal {
        let version =
            variant.map_or("any Python 3".to_owned(), |variant| format!("Python {}", variant.version));
        report.line(format_args!("extracted {} for {version} into {folder}", counted(files, "file")));
    }
    let (target, optimize) =
        (variant.map(|variant| variant.version.as_str()), variant.map(|variant| variant.optimize));
    report.record(&ExtractedRecord { folder, target, optimize, files, size });
}

/// The variants of these versions, or all; where there are none, what they would share.
fn chosen(variants: &[Variant], versions: &[String]) -> Result<Vec<Option<usize>>, String> {
    let has = |version: &String| variants.iter().any(|variant| variant.version == *version);
    if let Some(version) = versions.iter().find(|version| !has(version)) {
        let there: Vec<&str> = variants.iter().map(|variant| variant.version.as_str()).collect();
        return Err(format!("the bundle has nothing for Python {version}; it is for {}", there.join(", ")));
    }
    let is_wanted = |variant: &Variant| versions.is_empty() || versions.contains(&variant.version);
    let wanted = variants.iter().enumerate().filter(|(_, variant)| is_wanted(variant));
    let chosen: Vec<Option<usize>> = wanted.map(|(number, _)| Some(number)).collect();
    Ok(if chosen.is_empty() { vec![None] } else { chosen })
}

/// How many files there are, and their size. All were verified before the first is written.
fn extract(
    archive: &Archive,
    index: &Index,
    variant: Option<usize>,
    folder: &Path,
) -> Result<(usize, u64), ExtractError> {
    let (mut files, mut size) = (0, 0);
    let blobs = archive.blobs(index, variant)?;
    for entry in index.files(variant) {
        let (path, data) = (folder.join(&entry.path), blobs.get(entry.blob));
        path.parent().map_or(Ok(()), create_folder)?;
        write_file(&path, data, entry.executable).map_err(|error| FileError::new("write", &path, error))?;
        files += 1;
        size += data.len() as u64;
    }
    Ok((files, size))
}

fn create_folder(folder: &Path) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(|error| FileError::new("create", folder, error))
}
