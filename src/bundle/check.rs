//! The rules that a manifest and an index must follow, even if their digests match.

use std::collections::BTreeSet;

use super::manifest::{EntryPoint, FileEntry, Frame, Index, Manifest, StreamLengths, Variant};
use super::paths::{Tree, check_path};
use super::python::Distribution;
use crate::escape::escaped;

/// Checks a manifest: the frames fill their part of the archive and refer only to earlier frames,
/// and the variants have names that files and programs can have.
pub(super) fn check_manifest(manifest: &Manifest, frames_length: u64) -> Result<(), String> {
    let mut frames = manifest.frames.iter().chain([&manifest.index]);
    if frames.try_fold(0u64, |sum, frame| sum.checked_add(frame.compressed)) != Some(frames_length) {
        return Err("the frames' lengths do not add up".into());
    }
    let refers_on = |(number, frame): (usize, &Frame)| frame.parent.is_some_and(|parent| parent >= number);
    if manifest.frames.iter().enumerate().any(refers_on) || manifest.index.parent.is_some() {
        return Err("a frame refers to one that is not before it".into());
    }
    if manifest.variants.is_empty() && !manifest.has_sources {
        return Err("it has neither targets nor sources".into());
    }
    if texts(manifest).any(|text| text.contains(char::is_control)) {
        return Err("a text in the manifest has a control character".into());
    }
    for entry_point in entry_points(manifest) {
        if let EntryPoint::Script(name) = entry_point
            && (name.contains('/') || check_path(name).is_err())
        {
            return Err(format!("the script `{}` has a name that no file can have", escaped(name)));
        }
    }
    if let Some(distribution) = &manifest.distribution {
        check_distribution(manifest, distribution)?;
    }
    let mut labels = BTreeSet::new();
    for variant in &manifest.variants {
        check_variant(variant)?;
        if !labels.insert(variant.label().to_ascii_lowercase()) {
            return Err(format!("the target {} occurs twice", variant.label()));
        }
    }
    Ok(())
}

/// Checks that a Python is for one platform, and that its paths are paths of files.
fn check_distribution(manifest: &Manifest, distribution: &Distribution) -> Result<(), String> {
    let Distribution { executable, loader, license, .. } = distribution;
    let paths = [Some(executable), loader.as_ref(), license.as_ref()];
    if paths.into_iter().flatten().any(|path| check_path(path).is_err()) {
        return Err("the Python has a path that no file can have".into());
    }
    match manifest.variants.as_slice() {
        [variant] if variant.platforms.len() == 1 && manifest.python.is_none() => Ok(()),
        _ => Err("the Python is not for one version and one platform".into()),
    }
}

fn entry_points(manifest: &Manifest) -> impl Iterator<Item = &EntryPoint> {
    manifest.scripts.values().chain([&manifest.entry_point])
}

/// The texts that are shown to the user, each on one line.
fn texts(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let optional = [&manifest.version, &manifest.requires_python];
    let optional = optional.into_iter().flatten().map(String::as_str);
    let platforms = manifest.variants.iter().flat_map(|variant| &variant.platforms).map(String::as_str);
    let started = entry_points(manifest).flat_map(|entry_point| match entry_point {
        EntryPoint::Main => ["", ""],
        EntryPoint::Module(module) => [module, ""],
        EntryPoint::Function { module, function } => [module.as_str(), function.as_str()],
        EntryPoint::Script(script) => [script, ""],
    });
    let names = manifest.scripts.keys().chain([&manifest.name]).map(String::as_str);
    let python = manifest.distribution.iter().flat_map(|python| {
        let left_out = python.left_out.iter().flat_map(|it| [&it.what, &it.why]);
        let needs = python.needs.iter().flat_map(|(library, images)| images.iter().chain([library]));
        left_out.chain(needs).chain([&python.release]).map(String::as_str)
    });
    started.chain(python).chain(optional).chain(platforms).chain(names)
}

/// Checks that the tag can be part of a file name, and that Python can have such a version and
/// level.
fn check_variant(variant: &Variant) -> Result<(), String> {
    /// The level of `-OO`.
    const HIGHEST_LEVEL: u8 = 2;
    let Variant { version, tag, optimize, .. } = variant;
    let tag_is_plain =
        !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_number =
        |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let version_is_plain = version.split('.').count() <= 3 && version.split('.').all(is_number);
    match tag_is_plain && version_is_plain && *optimize <= HIGHEST_LEVEL {
        true => Ok(()),
        false => {
            let (version, tag) = (escaped(version), escaped(tag));
            Err(format!("`{version}` with the tag `{tag}` and level {optimize} is not a target"))
        }
    }
}

/// Checks an index: the blobs fill their frames, in order, and each variant has each path once.
pub(super) fn check_index(index: &Index, manifest: &Manifest) -> Result<(), String> {
    if index.variants.len() != manifest.variants.len() {
        return Err("the index is of other variants than the manifest".into());
    }
    if index.streams.len() != manifest.frames.len() {
        return Err("the index is of other frames than the manifest".into());
    }
    let fills = |(streams, frame): (&StreamLengths, &Frame)| length(streams) == Some(frame.size);
    if !index.streams.iter().zip(&manifest.frames).all(fills) {
        return Err("the streams of the index do not fill their frames".into());
    }
    check_blobs(index, manifest)?;
    let mut common = Tree::default();
    add(&mut common, &index.common, index)?;
    index.variants.iter().try_for_each(|own| add(&mut Tree::on(&common), own, index))
}

/// Checks that the blobs fill their frames, in order.
fn check_blobs(index: &Index, manifest: &Manifest) -> Result<(), String> {
    let mut sizes = vec![Some(0u64); manifest.frames.len()];
    let mut last_frame = 0;
    for blob in &index.blobs {
        let size = sizes.get_mut(blob.frame).filter(|_| blob.frame >= last_frame);
        let size = size.ok_or("the index has blobs in frames that are not there or out of order")?;
        *size = size.and_then(|size| size.checked_add(blob.size));
        last_frame = blob.frame;
    }
    match manifest.frames.iter().zip(sizes).all(|(frame, size)| size == Some(frame.size)) {
        true => Ok(()),
        false => Err("the blobs of the index do not fill their frames".into()),
    }
}

/// The length of a frame's content.
fn length(streams: &StreamLengths) -> Option<u64> {
    let &StreamLengths { skeleton, code, tables, references } = streams;
    let parts = [skeleton, code, tables, references.checked_mul(4)?];
    parts.into_iter().try_fold(0u64, u64::checked_add)
}

/// Adds files to a folder that may already hold those of `tree`.
fn add<'t>(tree: &mut Tree<'t>, files: &'t [FileEntry], index: &Index) -> Result<(), String> {
    if let Some(entry) = files.iter().find(|entry| entry.blob >= index.blobs.len()) {
        return Err(format!("`{}` is a blob that is not there", escaped(&entry.path)));
    }
    tree.add(files.iter().map(|entry| entry.path.as_str())).map_err(|error| error.to_string())
}
