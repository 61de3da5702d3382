//! What is in a bundle: its manifest, and how much room each section takes.

use std::path::Path;

use serde::Serialize;

use super::super::report::{Report, counted, shown};
use crate::bundle::{Archive, EntryPoint, FORMAT_VERSION, Manifest, Section};

/// A bundle; with `--format json` as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord<'m> {
    path: String,
    size: u64,
    format_version: u32,
    /// The BLAKE3 of the manifest, by which the runner's cache knows the bundle.
    identity: String,
    /// Its fields, as the archive has them.
    #[serde(flatten)]
    manifest: &'m Manifest,
}

pub(super) fn tell(path: &Path, archive: &Archive, report: &mut Report) {
    let manifest = archive.manifest();
    let record = BundleRecord {
        path: shown(path),
        size: archive.length(),
        format_version: FORMAT_VERSION,
        identity: archive.digest().to_hex().to_string(),
        manifest,
    };
    report.record(&record);
    report.line(format_args!("{}: bundle, {}", record.path, bytes(record.size)));
    report.line(format_args!("  name: {}", manifest.name));
    report.line(format_args!("  entry point: {}", entry_point(&manifest.entry_point)));
    for target in &manifest.targets {
        report.line(format_args!(
            "  Python: {} ({}, magic number {})",
            target.version, target.tag, target.magic
        ));
    }
    report.line(format_args!("  platform: {}", manifest.platform.as_deref().unwrap_or("any")));
    report.line(format_args!("  identity: {}", record.identity));
    for section in &manifest.sections {
        tell_section(section, report);
    }
}

fn tell_section(section: &Section, report: &mut Report) {
    let size = section.files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
    report.line(format_args!(
        "  {}: {}, {}, compressed to {}",
        section.tag.as_deref().unwrap_or("for all"),
        counted(section.files.len(), "file"),
        bytes(size),
        bytes(section.compressed),
    ));
    for file in &section.files {
        report.line(format_args!("    {}, {}", file.path, bytes(file.size)));
    }
}

/// As the options of `crosspyc bundle` have it.
fn entry_point(entry_point: &EntryPoint) -> String {
    match entry_point {
        EntryPoint::Main => "__main__.py".to_owned(),
        EntryPoint::Module(module) => format!("-m {module}"),
        EntryPoint::Function { module, function } => format!("-e {module}:{function}"),
    }
}

fn bytes(size: u64) -> String {
    counted(usize::try_from(size).unwrap_or(usize::MAX), "byte")
}
