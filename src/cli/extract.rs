//! `crosspyc extract`: unpacks the files of a bundle or zipapp as they are on sys.path.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::args::ExtractArgs;
use super::json_path::JsonPath;
use super::report::{Report, Verbosity, counted, shown};
use super::{CommandError, exit};
use crate::bundle::{Archive, Index, ReadError, Variant, write_file};
use crate::project::FileError;
use crate::project::zipapp::{Folder, Zipapp, ZipappError};

/// What was unpacked for a target, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "extracted")]
struct ExtractedRecord<'r> {
    folder: JsonPath<&'r Path>,
    /// The Python version; none for a bundle of sources alone.
    target: Option<&'r str>,
    optimize: Option<u8>,
    files: usize,
    size: u64,
}

/// Why a file was not unpacked.
#[derive(Debug, thiserror::Error)]
enum ExtractError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Zipapp(#[from] ZipappError),
    #[error(transparent)]
    Write(#[from] FileError),
}

pub(super) fn run(args: &ExtractArgs, report: &mut Report) -> Result<u8, CommandError> {
    match Zipapp::open(&args.archive) {
        Some(_) if args.embedded_python => {
            Err(CommandError::usage(format!("`{}` brings no Python", shown(&args.archive))))
        }
        Some(zipapp) => extract_zipapp(zipapp.map_err(CommandError::failure)?, args, report),
        None => extract_bundle(args, report),
    }
}

fn extract_bundle(args: &ExtractArgs, report: &mut Report) -> Result<u8, CommandError> {
    let archive = Archive::open(&args.archive).map_err(CommandError::failure)?;
    let archive = if args.embedded_python { embedded(&archive, args)? } else { archive };
    let archive = archive.with_limit(args.max_unpacked);
    let chosen = chosen(&archive.manifest().variants, &args.targets).map_err(CommandError::usage)?;
    check_empty(&args.output)?;
    let index = archive.index().map_err(CommandError::failure)?;
    archive.check_unpacked(&index, &chosen).map_err(CommandError::failure)?;
    for &number in &chosen {
        let variant = number.map(|number| &archive.manifest().variants[number]);
        let folder = match variant {
            Some(variant) if chosen.len() > 1 => args.output.join(variant.label()),
            _ => args.output.clone(),
        };
        let (files, size) = extract(&archive, &index, number, &folder).map_err(CommandError::failure)?;
        let target = variant.map(|variant| (variant.version.as_str(), variant.optimize));
        tell(&folder, target, files, size, report);
    }
    Ok(exit::SUCCESS)
}

/// The archive of the Python that a bundle brings.
fn embedded(archive: &Archive, args: &ExtractArgs) -> Result<Archive, CommandError> {
    let none = || CommandError::usage(format!("`{}` brings no Python", shown(&args.archive)));
    archive.python().map_err(CommandError::failure)?.ok_or_else(none)
}

fn extract_zipapp(mut zipapp: Zipapp, args: &ExtractArgs, report: &mut Report) -> Result<u8, CommandError> {
    let all = zipapp.folders();
    if all.is_empty() {
        return Err(CommandError::failure(zipapp.foreign()));
    }
    let versions: Vec<String> = all.iter().map(|folder| folder.version.to_string()).collect();
    check_versions(&versions, &args.targets, "zipapp").map_err(CommandError::usage)?;
    check_empty(&args.output)?;
    let is_wanted = |version: &String| args.targets.is_empty() || args.targets.contains(version);
    let chosen: Vec<&Folder> = all
        .iter()
        .zip(&versions)
        .filter(|(_, version)| is_wanted(version))
        .map(|(folder, _)| folder)
        .collect();
    let files = chosen.iter().flat_map(|folder| &folder.files);
    zipapp.check_unpacked(files, args.max_unpacked).map_err(CommandError::failure)?;
    // If anything is damaged, nothing is written.
    chosen.iter().try_for_each(|folder| zipapp.check_paths(folder)).map_err(CommandError::failure)?;
    zipapp.verify(args.max_unpacked).map_err(CommandError::failure)?;
    for folder in &chosen {
        let place = if chosen.len() > 1 { args.output.join(&folder.name) } else { args.output.clone() };
        let size = extract_folder(&mut zipapp, folder, &place).map_err(CommandError::failure)?;
        let version = folder.version.to_string();
        tell(&place, Some((&version, folder.optimize)), folder.files.len(), size, report);
    }
    Ok(exit::SUCCESS)
}

/// Returns the size of the files.
fn extract_folder(zipapp: &mut Zipapp, folder: &Folder, place: &Path) -> Result<u64, ExtractError> {
    let mut size = 0;
    for entry in &folder.files {
        let data = zipapp.contents(entry)?;
        write(&place.join(&entry.path), &data, entry.is_executable())?;
        size += data.len() as u64;
    }
    Ok(size)
}

fn check_empty(folder: &Path) -> Result<(), CommandError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("`{}` is not empty; name another folder with -o", shown(folder));
        return Err(CommandError::usage(message));
    }
    Ok(())
}

/// `target` is a version and a level. `None` for a bundle of sources alone.
fn tell(folder: &Path, target: Option<(&str, u8)>, files: usize, size: u64, report: &mut Report) {
    if report.verbosity >= Verbosity::Normal {
        let version = target.map_or("any Python 3".to_owned(), |(version, _)| format!("Python {version}"));
        let (files, folder) = (counted(files, "file"), shown(folder));
        report.line(format_args!("extracted {files} for {version} into {folder}"));
    }
    let (target, optimize) = (target.map(|(version, _)| version), target.map(|(_, level)| level));
    report.record(&ExtractedRecord { folder: JsonPath(folder), target, optimize, files, size });
}

/// Checks that the requested versions are in the bundle.
fn check_versions(there: &[String], asked: &[String], kind: &str) -> Result<(), String> {
    match asked.iter().find(|version| !there.contains(version)) {
        Some(version) => {
            let mut there = there.to_vec();
            there.dedup();
            Err(format!("the {kind} has nothing for Python {version}; it is for {}", there.join(", ")))
        }
        None => Ok(()),
    }
}

/// The variants of these versions, or all. `None` stands for the common files, in a bundle without
/// variants.
fn chosen(variants: &[Variant], versions: &[String]) -> Result<Vec<Option<usize>>, String> {
    let there: Vec<String> = variants.iter().map(|variant| variant.version.clone()).collect();
    check_versions(&there, versions, "bundle")?;
    let is_wanted = |variant: &Variant| versions.is_empty() || versions.contains(&variant.version);
    let wanted = variants.iter().enumerate().filter(|(_, variant)| is_wanted(variant));
    let chosen: Vec<Option<usize>> = wanted.map(|(number, _)| Some(number)).collect();
    Ok(if chosen.is_empty() { vec![None] } else { chosen })
}

/// Returns the number of files and their size. All files are verified before the first is written.
fn extract(
    archive: &Archive,
    index: &Index,
    variant: Option<usize>,
    folder: &Path,
) -> Result<(usize, u64), ExtractError> {
    let (mut files, mut size) = (0, 0);
    let blobs = archive.blobs(index, variant)?;
    for entry in index.files(variant) {
        let data = blobs.get(entry.blob);
        write(&folder.join(&entry.path), data, entry.executable)?;
        files += 1;
        size += data.len() as u64;
    }
    Ok((files, size))
}

fn write(path: &Path, data: &[u8], executable: bool) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| FileError::new("create", folder, error))?;
    }
    write_file(path, data, executable).map_err(|error| FileError::new("write", path, error))
}
