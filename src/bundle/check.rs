//! The rules that a manifest and an index must keep, whatever digests they have.

use super::manifest::{FileEntry, Frame, Index, Manifest, StreamLengths, Variant};
use super::paths::Tree;

/// The rules a manifest must keep: frames fill their part of the archive and refer back only, variants are what programs can be named by.
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
    manifest.variants.iter().try_for_each(check_variant)
}

/// What names files and programs must be able to.
fn check_variant(variant: &Variant) -> Result<(), String> {
    let tag_is_plain = variant.tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let version_is_plain = variant.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match tag_is_plain && version_is_plain && !variant.tag.is_empty() {
        true => Ok(()),
        false => Err(format!("`{}` with the tag `{}` is no target", variant.version, variant.tag)),
    }
}

/// The rules an index must keep: blobs fill their frames, in order, and every variant has each path once.
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

/// Blobs fill their frames, in order.
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

/// Files that are in one folder with those that `tree` has.
fn add<'t>(tree: &mut Tree<'t>, files: &'t [FileEntry], index: &Index) -> Result<(), String> {
    if let Some(entry) = files.iter().find(|entry| entry.blob >= index.blobs.len()) {
        return Err(format!("`{}` is a blob that is not there", entry.path));
    }
    tree.add(files.iter().map(|entry| entry.path.as_str())).map_err(|error| error.to_string())
}
