//! The contents of an archive's files, taken from its inflated frames.

use std::ops::Range;

use super::manifest::Index;
use super::streams;

/// The contents of the files in some frames, verified.
pub struct Blobs<'i> {
    index: &'i Index,
    /// The joined files of each frame. Empty for a frame that was not requested.
    files: Vec<Vec<u8>>,
    /// The numbers of each frame's blobs.
    numbers: Vec<Range<usize>>,
    /// The offset of each blob in its frame's files.
    starts: Vec<u64>,
}

impl<'i> Blobs<'i> {
    /// No contents yet.
    pub(super) fn new(index: &'i Index) -> Blobs<'i> {
        let mut numbers = vec![0..0; index.streams.len()];
        let mut starts = Vec::with_capacity(index.blobs.len());
        let mut end = 0;
        for (number, blob) in index.blobs.iter().enumerate() {
            let numbers = &mut numbers[blob.frame];
            if numbers.start == numbers.end {
                (numbers.start, end) = (number, 0);
            }
            numbers.end = number + 1;
            starts.push(end);
            end += blob.size;
        }
        Blobs { index, files: vec![Vec::new(); numbers.len()], numbers, starts }
    }

    /// Joins the files of a frame with this content. The error describes the damage.
    pub(super) fn join(&mut self, frame: usize, content: &[u8]) -> Result<(), String> {
        let numbers = self.numbers[frame].clone();
        let blobs = &self.index.blobs[numbers.clone()];
        self.files[frame] = streams::join(content, self.index.streams[frame], blobs.iter())
            .ok_or("a frame does not consist of the streams in the index")?;
        for (number, blob) in numbers.zip(blobs) {
            if blake3::hash(self.get(number)).to_hex().as_str() != blob.blake3 {
                return Err(format!("{} does not match its digest", self.name(number)));
            }
        }
        Ok(())
    }

    /// Frees the files of a frame.
    pub(super) fn forget(&mut self, frame: usize) {
        self.files[frame] = Vec::new();
    }

    /// The contents of a blob. Its file must be among those requested.
    pub fn get(&self, number: usize) -> &[u8] {
        let blob = &self.index.blobs[number];
        let start = self.starts[number] as usize;
        &self.files[blob.frame][start..start + blob.size as usize]
    }

    /// A blob's path, for messages.
    fn name(&self, number: usize) -> String {
        let files = self.index.common.iter().chain(self.index.variants.iter().flatten());
        let mut paths = files.filter(|entry| entry.blob == number).map(|entry| &entry.path);
        paths.next().map_or("a blob that no file has".to_owned(), |path| format!("`{path}`"))
    }
}
