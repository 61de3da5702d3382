//! What is in a bundle: whom it serves, who signed it, which files it has, and how much room each target takes.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::super::report::{Report, counted, shown};
use crate::bundle::{Archive, Blob, EntryPoint, FORMAT_VERSION, FileEntry, Index, Manifest, Variant};

/// A bundle; with `--format json` as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord<'m> {
    path: String,
    size: u64,
    format_version: u32,
    /// The BLAKE3 of the manifest, by which the runner's cache knows the bundle.
    identity: String,
    signed: bool,
    /// The signature's trusted comment, which nobody has verified here.
    signature_comment: Option<String>,
    /// Its fields, as the archive has them.
    #[serde(flatten)]
    manifest: &'m Manifest,
    /// What all targets share, then each target; none if the index is damaged.
    sections: Vec<Section>,
}

/// The files of a target, or those that all share.
#[derive(Serialize)]
struct Section {
    /// The pyc tag; none for what all share.
    tag: Option<String>,
    optimize: Option<u8>,
    size: u64,
    /// What its frames take in the archive, beside those of the targets that they are compressed with.
    packed: u64,
    /// Of all frames, in percent.
    share: f64,
    files: Vec<PackedFile>,
}

#[derive(Serialize)]
struct PackedFile {
    path: String,
    size: u64,
    /// Its part of what its frame takes, by size: an estimate, for files are compressed together; none for a content that another file has too
    /// and is told with. The files of a section come to what the section takes.
    packed_estimate: u64,
}

pub(super) fn tell(path: &Path, archive: &Archive, report: &mut Report) {
    let manifest = archive.manifest();
    let sections = archive.index().map(|index| sections(&index, manifest));
    if let Err(error) = &sections {
        report.error(None, &error.to_string());
    }
    let record = BundleRecord {
        path: shown(path),
        size: archive.length(),
        format_version: FORMAT_VERSION,
        identity: archive.identity().to_hex().to_string(),
        signed: archive.signature().is_some(),
        signature_comment: archive.claimed_comment(),
        manifest,
        sections: sections.unwrap_or_default(),
    };
    report.record(&record);
    text(&record).iter().for_each(|line| report.line(line));
}

fn text(record: &BundleRecord<'_>) -> Vec<String> {
    let manifest = record.manifest;
    let mut lines = vec![
        format!("{}: bundle, {}", record.path, bytes(record.size)),
        format!("  name: {}", manifest.name),
        format!("  entry point: {}", entry_point(&manifest.entry_point)),
    ];
    lines.extend(manifest.variants.iter().map(variant));
    if manifest.has_sources {
        let version = manifest.requires_python.as_deref().unwrap_or("3");
        lines.push(format!("  Python: any other {version}, from the sources it carries"));
    }
    lines.push(match (record.signed, &record.signature_comment) {
        (false, _) => "  signature: none".to_owned(),
        (true, None) => "  signature: not one of minisign".to_owned(),
        (true, Some(comment)) => {
            format!("  signature: {comment} (not verified; `crosspyc verify --trusted-key FILE` does that)")
        }
    });
    lines.push(format!("  identity: {}", record.identity));
    for section in &record.sections {
        lines.push(format!(
            "  {}: {}, {} packed to {} ({:.1} %)",
            title(section),
            counted(section.files.len(), "file"),
            bytes(section.size),
            bytes(section.packed),
            section.share
        ));
        let file = |file: &PackedFile| {
            format!("    {}, {}, packed to about {}", file.path, bytes(file.size), file.packed_estimate)
        };
        lines.extend(section.files.iter().map(file));
    }
    lines
}

fn variant(variant: &Variant) -> String {
    let platforms = match variant.platforms.as_slice() {
        [] => "any platform".to_owned(),
        platforms => platforms.join(", "),
    };
    let Variant { version, tag, magic, optimize, .. } = variant;
    format!("  Python: {version} ({tag}, magic number {magic}, -O {optimize}), on {platforms}")
}

fn title(section: &Section) -> String {
    match (&section.tag, section.optimize) {
        (Some(tag), Some(level)) => format!("{tag}, -O {level}"),
        _ => "shared by all targets".to_owned(),
    }
}

fn sections(index: &Index, manifest: &Manifest) -> Vec<Section> {
    let labels = manifest.variants.iter().map(|of| (Some(of.tag.clone()), Some(of.optimize)));
    let lists: Vec<&[FileEntry]> =
        [index.common.as_slice()].into_iter().chain(index.variants.iter().map(Vec::as_slice)).collect();
    let owners = owners(index, manifest, &lists);
    let all: u64 = manifest.frames.iter().map(|frame| frame.compressed).sum();
    // Taken by the first file that has the blob, in the section of its frame.
    let mut parts = parts(index, manifest);
    let mut sections = Vec::new();
    for (number, ((tag, optimize), list)) in [(None, None)].into_iter().chain(labels).zip(&lists).enumerate()
    {
        let mut file = |entry: &FileEntry| {
            let blob = &index.blobs[entry.blob];
            let is_own = owners[blob.frame] == number;
            let packed_estimate = if is_own { std::mem::take(&mut parts[entry.blob]) } else { 0 };
            PackedFile { path: entry.path.clone(), size: blob.size, packed_estimate }
        };
        let files: Vec<PackedFile> = list.iter().map(&mut file).collect();
        let size = files.iter().map(|file| file.size).sum();
        let own = manifest.frames.iter().zip(&owners).filter(|(_, owner)| **owner == number);
        let packed = own.map(|(frame, _)| frame.compressed).sum();
        let share = if all == 0 { 0.0 } else { (1000.0 * packed as f64 / all as f64).round() / 10.0 };
        sections.push(Section { tag, optimize, size, packed, share, files });
    }
    sections
}

/// For each frame the number of the list that has most of its blobs: the one it was made for.
fn owners(index: &Index, manifest: &Manifest, lists: &[&[FileEntry]]) -> Vec<usize> {
    let mut counts = vec![vec![0usize; lists.len()]; manifest.frames.len()];
    for (number, list) in lists.iter().enumerate() {
        let blobs: BTreeSet<usize> = list.iter().map(|entry| entry.blob).collect();
        blobs.into_iter().for_each(|blob| counts[index.blobs[blob].frame][number] += 1);
    }
    // Of several the first.
    let owner = |counts: Vec<usize>| (0..counts.len()).rev().max_by_key(|&list| counts[list]);
    counts.into_iter().map(|counts| owner(counts).unwrap_or_default()).collect()
}

/// For each blob its part of what its frame takes, by size. Rounded so that the parts of a frame come to the whole of it.
fn parts(index: &Index, manifest: &Manifest) -> Vec<u64> {
    let mut ends = vec![0; manifest.frames.len()];
    let part = |blob: &Blob| {
        let frame = &manifest.frames[blob.frame];
        let until = |end: u64| {
            let share = u128::from(end) * u128::from(frame.compressed) / u128::from(frame.size.max(1));
            u64::try_from(share).unwrap_or(u64::MAX)
        };
        let start = ends[blob.frame];
        ends[blob.frame] += blob.size;
        until(ends[blob.frame]) - until(start)
    };
    index.blobs.iter().map(part).collect()
}

/// As the options of `crosspyc bundle` have it.
fn entry_point(entry_point: &EntryPoint) -> String {
    match entry_point {
        EntryPoint::Main => "__main__.py".to_owned(),
        EntryPoint::Module(module) => format!("-m {module}"),
        EntryPoint::Function { module, function } => format!("-e {module}:{function}"),
        EntryPoint::Script(name) => format!("-c {name}"),
    }
}

fn bytes(size: u64) -> String {
    counted(usize::try_from(size).unwrap_or(usize::MAX), "byte")
}
