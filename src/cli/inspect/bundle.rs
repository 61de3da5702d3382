//! What is in a bundle: its manifest, and how much room each section takes.

use std::path::Path;

use serde::Serialize;

use super::super::report::{Report, counted, shown};
use crate::bundle::{Archive, EntryPoint, FORMAT_VERSION, Index, Manifest};

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
        identity: archive.identity().to_hex().to_string(),
        manifest,
    };
    report.record(&record);
    report.line(format_args!("{}: bundle, {}", record.path, bytes(record.size)));
    report.line(format_args!("  name: {}", manifest.name));
    report.line(format_args!("  entry point: {}", entry_point(&manifest.entry_point)));
    for variant in &manifest.variants {
        report.line(format_args!(
            "  Python: {} ({}, magic number {}, -O {}), on {}",
            variant.version,
            variant.tag,
            variant.magic,
            variant.optimize,
            if variant.platforms.is_empty() {
                "any platform".to_owned()
            } else {
                variant.platforms.join(", ")
            },
        ));
    }
    report.line(format_args!("  identity: {}", record.identity));
    match archive.index() {
        Ok(index) => tell_files(&index, report),
        Err(error) => report.error(None, &error.to_string()),
    }
}

fn tell_files(index: &Index, report: &mut Report) {
    let files = index.common.iter().chain(index.variants.iter().flatten());
    for file in files {
        report.line(format_args!("    {}, {}", file.path, bytes(index.blobs[file.blob].size)));
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
