//! Shows a bundle: its entry points, its targets, its signature, its files, and the space that each
//! target takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::bundle::{
    Archive, Blob, Distribution, EntryPoint, FORMAT_VERSION, FileEntry, Index, Manifest, ReadError, Variant,
};
use crate::cli::json_path::JsonPath;
use crate::cli::report::{Report, counted, shown};
use crate::project::standalone::is_executable;

/// A bundle. With `--format json` it is printed as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord<'m> {
    path: JsonPath<&'m Path>,
    /// The file is an executable with the bundle at its end.
    standalone: bool,
    size: u64,
    format_version: u32,
    /// The BLAKE3 of the manifest. The runner's cache uses it as key.
    identity: String,
    signed: bool,
    /// The signature's trusted comment. It is not verified here.
    signature_comment: Option<String>,
    /// The fields of the manifest.
    #[serde(flatten)]
    manifest: &'m Manifest,
    /// The Python that the bundle brings. `None` also if it is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    brings: Option<Embedded>,
    /// The number of bytes before the archive. No digest and no signature covers them.
    prefix: u64,
    /// The common files, then each target. `None` if the index is damaged.
    sections: Vec<Section>,
}

/// The Python that a bundle brings.
#[derive(Serialize)]
struct Embedded {
    #[serde(flatten)]
    distribution: Distribution,
    platforms: Vec<String>,
    files: usize,
}

impl Embedded {
    fn of(archive: &Archive) -> Result<Option<Embedded>, ReadError> {
        let Some(python) = archive.python()? else { return Ok(None) };
        let files = python.index()?.file_count();
        let manifest = python.manifest();
        let platforms = manifest.variants.iter().flat_map(|variant| variant.platforms.clone()).collect();
        let distribution = manifest.distribution.clone();
        Ok(distribution.map(|distribution| Embedded { distribution, platforms, files }))
    }
}

/// The files of a target, or the common files.
#[derive(Serialize)]
struct Section {
    /// The pyc tag. `None` for the common files.
    tag: Option<String>,
    optimize: Option<u8>,
    size: u64,
    /// The compressed size of its frames, without the frames that they refer to.
    packed: u64,
    /// The part of all frames, in percent.
    share: f64,
    files: Vec<PackedFile>,
}

#[derive(Serialize)]
struct PackedFile {
    path: String,
    size: u64,
    /// Its part of the frame's compressed size, in proportion to its size: an estimate, because
    /// files are compressed together. It is 0 for a file whose contents were counted for an earlier
    /// file. The parts of a section add up to its compressed size.
    packed_estimate: u64,
}

/// Shows everything that can be read. Returns an error if the index is damaged.
pub(super) fn tell(path: &Path, archive: &Archive, report: &mut Report) -> Result<(), ReadError> {
    let manifest = archive.manifest();
    let (sections, outcome) = match archive.index() {
        Ok(index) => (sections(&index, manifest), Ok(())),
        Err(error) => (Vec::new(), Err(error)),
    };
    let (brings, outcome) = match Embedded::of(archive) {
        Ok(brings) => (brings, outcome),
        Err(error) => (None, outcome.and(Err(error))),
    };
    let record = BundleRecord {
        path: JsonPath(path),
        standalone: is_executable(path),
        size: archive.length(),
        format_version: FORMAT_VERSION,
        identity: archive.identity().to_hex().to_string(),
        signed: archive.signature().is_some(),
        signature_comment: archive.claimed_comment(),
        manifest,
        brings,
        prefix: archive.prefix_length(),
        sections,
    };
    report.record(&record);
    text(&record, report);
    outcome
}

fn text(record: &BundleRecord<'_>, report: &mut Report) {
    let manifest = record.manifest;
    let kind = if record.standalone { "standalone executable" } else { "bundle" };
    let mut lines = vec![
        format!("{}: {kind}, {}", shown(record.path.0), bytes(record.size)),
        format!("  name: {}", manifest.name),
    ];
    lines.extend(manifest.version.iter().map(|version| format!("  version: {version}")));
    lines.push(format!("  entry point: {}", entry_point(&manifest.entry_point)));
    let further = manifest.scripts.iter();
    lines.extend(further.map(|(name, start)| format!("  started as {name}: {}", entry_point(start))));
    if manifest.system_site_packages {
        lines.push("  site-packages of the interpreter: within reach".to_owned());
    }
    if record.prefix > 0 {
        lines.push(format!("  before the archive: {}, which are not verified", bytes(record.prefix)));
    }
    lines.extend(manifest.variants.iter().map(variant));
    if let (Some(embedded), Some(python)) = (&record.brings, &manifest.python) {
        lines.extend(of_python(embedded, python.length, python.prefer_system));
    }
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
    lines.iter().for_each(|line| report.line(line));
    for section in &record.sections {
        report.line(format!(
            "  {}: {}, {} packed to {} ({:.1} %)",
            title(section),
            counted(section.files.len(), "file"),
            bytes(section.size),
            bytes(section.packed),
            section.share
        ));
        for PackedFile { path, size, packed_estimate } in &section.files {
            report.line(format!("    {path}, {}, packed to about {packed_estimate}", bytes(*size)));
        }
    }
}

/// The Python that a bundle brings, what it lacks, and what it needs.
fn of_python(embedded: &Embedded, packed: u64, prefer_system: bool) -> Vec<String> {
    let Embedded { distribution, platforms, files } = embedded;
    let mut lines = vec![format!(
        "  brings: CPython {} for {}, {}, {} packed to {}",
        distribution.release,
        platforms.join(", "),
        counted(*files, "file"),
        bytes(distribution.size),
        bytes(packed),
    )];
    if prefer_system {
        lines.push("    a Python of the machine is preferred, if one fits".to_owned());
    }
    lines.extend(distribution.license.iter().map(|path| format!("    licence: {path}")));
    lines.extend(distribution.left_out.iter().map(|left_out| {
        let files = counted(usize::try_from(left_out.files).unwrap_or(usize::MAX), "file");
        format!("    left out: {} ({files}, {}): {}", left_out.what, bytes(left_out.size), left_out.why)
    }));
    lines.extend(
        distribution
            .needs
            .iter()
            .map(|(library, images)| format!("    needs {library}: {}", images.join(", "))),
    );
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
    let mut packed_of = vec![0u64; lists.len()];
    for (frame, &owner) in manifest.frames.iter().zip(&owners) {
        packed_of[owner] += frame.compressed;
    }
    // The first file with a blob, in the section of its frame, takes the blob's part.
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
        let size = files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
        let packed = packed_of[number];
        let share = if all == 0 { 0.0 } else { (1000.0 * packed as f64 / all as f64).round() / 10.0 };
        sections.push(Section { tag, optimize, size, packed, share, files });
    }
    sections
}

/// For each frame, the number of the list with most of its blobs. The frame was made for that list.
fn owners(index: &Index, manifest: &Manifest, lists: &[&[FileEntry]]) -> Vec<usize> {
    // For each frame, the number of the owner's blobs, and the owner.
    let mut owners = vec![(0, 0); manifest.frames.len()];
    for (number, list) in lists.iter().enumerate() {
        let blobs: BTreeSet<usize> = list.iter().map(|entry| entry.blob).collect();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        blobs.into_iter().for_each(|blob| *counts.entry(index.blobs[blob].frame).or_default() += 1);
        for (frame, count) in counts {
            // If several have equally many, the first wins.
            if count > owners[frame].0 {
                owners[frame] = (count, number);
            }
        }
    }
    owners.into_iter().map(|(_, number)| number).collect()
}

/// For each blob, its part of the frame's compressed size, in proportion to its size. Rounding
/// keeps the sum of a frame's parts exact.
fn parts(index: &Index, manifest: &Manifest) -> Vec<u64> {
    let mut ends = vec![0u64; manifest.frames.len()];
    let part = |blob: &Blob| {
        let frame = &manifest.frames[blob.frame];
        let until = |end: u64| {
            let share = u128::from(end) * u128::from(frame.compressed) / u128::from(frame.size.max(1));
            u64::try_from(share).unwrap_or(u64::MAX)
        };
        let start = ends[blob.frame];
        ends[blob.frame] = start.saturating_add(blob.size);
        until(ends[blob.frame]) - until(start)
    };
    index.blobs.iter().map(part).collect()
}

/// The entry point in the notation of the options of `crosspyc bundle`.
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
