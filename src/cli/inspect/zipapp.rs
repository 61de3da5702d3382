//! Shows a zipapp: its targets, and the files of each.

use std::path::Path;

use serde::Serialize;

use crate::cli::json_path::JsonPath;
use crate::cli::report::{Report, bytes, counted, shown};
use crate::project::zipapp::{Folder, Zipapp, ZipappError};

/// A zipapp. With `--format json` it is printed as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "zipapp")]
struct ZipappRecord<'r> {
    path: JsonPath<&'r Path>,
    size: u64,
    sections: Vec<Section>,
}

/// The files of a target.
#[derive(Serialize)]
struct Section {
    folder: String,
    version: String,
    optimize: u8,
    size: u64,
    packed: u64,
    files: Vec<PackedFile>,
}

#[derive(Serialize)]
struct PackedFile {
    path: String,
    size: u64,
    packed: u64,
}

pub(super) fn tell(path: &Path, zipapp: &Zipapp, report: &mut Report) -> Result<(), ZipappError> {
    let sections: Vec<Section> = zipapp.folders().iter().map(section).collect();
    if sections.is_empty() {
        return Err(zipapp.foreign());
    }
    report.line(format_args!("{}: zipapp, {}", shown(path), bytes(zipapp.length)));
    for section in &sections {
        let Section { folder, version, optimize, files, size, packed } = section;
        let (files, size, packed) = (counted(files.len(), "file"), bytes(*size), bytes(*packed));
        report.line(format_args!("  Python: {version} ({folder}, -O {optimize})"));
        report.line(format_args!("  {folder}: {files}, {size} packed to {packed}"));
        for file in &section.files {
            let (size, packed) = (bytes(file.size), file.packed);
            report.line(format_args!("    {}, {size}, packed to {packed}", file.path.escape_debug()));
        }
    }
    report.record(&ZipappRecord { path: JsonPath(path), size: zipapp.length, sections });
    Ok(())
}

fn section(folder: &Folder) -> Section {
    let file = |entry: &crate::project::zipapp::Entry| PackedFile {
        path: entry.path.clone(),
        size: entry.size,
        packed: entry.packed,
    };
    Section {
        folder: folder.name.clone(),
        version: folder.version.to_string(),
        optimize: folder.optimize,
        size: folder.files.iter().fold(0, |sum, entry| sum.saturating_add(entry.size)),
        packed: folder.files.iter().fold(0, |sum, entry| sum.saturating_add(entry.packed)),
        files: folder.files.iter().map(file).collect(),
    }
}
