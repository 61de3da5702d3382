//! Decides which frame holds each file, and with which earlier frame each frame is compressed.

use std::collections::HashMap;

use super::manifest::{Blob, FileEntry, Index, StreamLengths, Variant};
use super::split::Streams;
use super::write::{File, Files};

/// A frame before it is compressed.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    /// The number of the earlier frame that serves as compression prefix.
    pub(super) parent: Option<usize>,
}

/// Lays out the files: a frame for the common files, then one for each variant. The index records
/// where each file is. The files are moved, not copied.
pub(super) fn lay_out(common: Files, variants: &[Variant], mut own: Vec<Files>) -> (Vec<Content>, Index) {
    let mut layout = Layout::default();
    let common = layout.add_frame(None, common);
    let mut entries = vec![Vec::new(); variants.len()];
    for Place { variant, parent } in neighbours(variants) {
        // The frame of the common files is the first.
        let parent = parent.map(|place| place + 1);
        entries[variant] = layout.add_frame(parent, std::mem::take(&mut own[variant]));
    }
    let Layout { frames, streams, blobs, .. } = layout;
    (frames, Index { streams, blobs, common, variants: entries })
}

/// A variant's place in the order of frames.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    /// Its number among the variants.
    variant: usize,
    /// The earlier place of the most similar variant.
    parent: Option<usize>,
}

/// The order of frames. The target in the middle comes first and has no parent. Every other target
/// is compressed with its neighbour on the way to the middle, so the chain of parents is short for
/// every target. Further levels of a target are compressed with its first level.
fn neighbours(variants: &[Variant]) -> Vec<Place> {
    let mut targets: Vec<Vec<usize>> = Vec::new();
    for (number, variant) in variants.iter().enumerate() {
        match targets.last_mut() {
            Some(levels) if variants[levels[0]].magic == variant.magic => levels.push(number),
            _ => targets.push(vec![number]),
        }
    }
    // The targets up to the middle one.
    let half = targets.len().div_ceil(2);
    // For each target, the place of its first level.
    let mut first = vec![None; targets.len()];
    let mut order = Vec::with_capacity(variants.len());
    for target in (0..half).rev().chain(half..targets.len()) {
        let neighbour = if target + 1 < half { target + 1 } else { target.wrapping_sub(1) };
        let mut parent = first.get(neighbour).copied().flatten();
        for &variant in &targets[target] {
            order.push(Place { variant, parent });
            parent = Some(*first[target].get_or_insert(order.len() - 1));
        }
    }
    order
}

#[derive(Default)]
struct Layout {
    frames: Vec<Content>,
    streams: Vec<StreamLengths>,
    blobs: Vec<Blob>,
    /// The numbers of the blobs, by content.
    numbers: HashMap<blake3::Hash, usize>,
}

impl Layout {
    /// Makes a frame of those of `files` whose contents are in no frame yet.
    fn add_frame(&mut self, parent: Option<usize>, files: Files) -> Vec<FileEntry> {
        let frame = self.frames.len();
        let mut streams = Streams::with_room(files.values().map(|file| file.data.len()).sum());
        let mut entries = Vec::with_capacity(files.len());
        for (path, File { data, executable }) in files {
            let next = self.blobs.len();
            let digest = blake3::hash(&data);
            let blob = *self.numbers.entry(digest).or_insert(next);
            if blob == next {
                let (size, form) = (data.len() as u64, streams.add(&data));
                self.blobs.push(Blob { frame, size, blake3: digest.to_hex().to_string(), form });
            }
            entries.push(FileEntry { path, blob, executable });
        }
        self.streams.push(streams.lengths());
        self.frames.push(Content { bytes: streams.into_content(), parent });
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Variant, neighbours};

    fn parents(magics: &[u16]) -> Vec<(usize, Option<usize>)> {
        let variant = |&magic| Variant {
            version: String::new(),
            tag: String::new(),
            magic,
            optimize: 0,
            platforms: Vec::new(),
        };
        let variants: Vec<Variant> = magics.iter().map(variant).collect();
        let order = neighbours(&variants);
        order.into_iter().map(|Place { variant, parent }| (variant, parent)).collect()
    }

    #[test]
    fn the_middle_target_is_the_root() {
        assert_eq!(parents(&[]), []);
        assert_eq!(parents(&[1]), [(0, None)]);
        assert_eq!(parents(&[1, 2]), [(0, None), (1, Some(0))]);
        assert_eq!(parents(&[1, 2, 3, 4]), [(1, None), (0, Some(0)), (2, Some(0)), (3, Some(2))]);
    }

    #[test]
    fn levels_of_a_target_follow_its_first() {
        assert_eq!(
            parents(&[1, 1, 2, 2, 2]),
            [(0, None), (1, Some(0)), (2, Some(0)), (3, Some(2)), (4, Some(2))]
        );
    }
}
