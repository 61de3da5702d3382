//! Splits pycs into the [streams](super::streams) of a frame.

use super::manifest::{Form, StreamLengths};
use super::streams::{Mover, fields, walk};

/// The streams of a frame under construction.
#[derive(Default)]
pub(super) struct Streams {
    skeleton: Vec<u8>,
    code: Vec<u8>,
    tables: Vec<u8>,
    references: Vec<u32>,
}

impl Streams {
    /// Reserves room for files of this many bytes, so that large files are not copied when the
    /// streams grow.
    pub(super) fn with_room(bytes: usize) -> Streams {
        Streams { skeleton: Vec::with_capacity(bytes), ..Streams::default() }
    }

    /// Adds a file and returns the form in which it was split.
    pub(super) fn add(&mut self, file: &[u8]) -> Form {
        let before = self.lengths();
        for form in [Form::Pyc311, Form::Pyc38] {
            let Some(fields) = fields(form) else { continue };
            let mut splitter = Splitter { file, streams: self };
            if walk(&mut splitter, fields).is_some() && splitter.file.is_empty() {
                return form;
            }
            self.truncate(before);
        }
        self.skeleton.extend_from_slice(file);
        Form::Plain
    }

    pub(super) fn lengths(&self) -> StreamLengths {
        StreamLengths {
            skeleton: self.skeleton.len() as u64,
            code: self.code.len() as u64,
            tables: self.tables.len() as u64,
            references: self.references.len() as u64,
        }
    }

    fn truncate(&mut self, lengths: StreamLengths) {
        self.skeleton.truncate(lengths.skeleton as usize);
        self.code.truncate(lengths.code as usize);
        self.tables.truncate(lengths.tables as usize);
        self.references.truncate(lengths.references as usize);
    }

    /// The content of the frame.
    pub(super) fn into_content(self) -> Vec<u8> {
        let Streams { skeleton: mut content, code, tables, references } = self;
        content.extend(code);
        content.extend(tables);
        for plane in 0..4 {
            content.extend(references.iter().map(|reference| reference.to_le_bytes()[plane]));
        }
        content
    }
}

/// Splits a file into streams.
struct Splitter<'f, 's> {
    /// The rest of the file.
    file: &'f [u8],
    streams: &'s mut Streams,
}

impl<'f> Splitter<'f, '_> {
    fn take(&mut self, len: usize) -> Option<&'f [u8]> {
        self.file.split_off(..len)
    }
}

impl Mover for Splitter<'_, '_> {
    fn skeleton(&mut self, len: usize) -> Option<&[u8]> {
        let bytes = self.take(len)?;
        self.streams.skeleton.extend_from_slice(bytes);
        Some(bytes)
    }

    fn code(&mut self, len: usize) -> Option<()> {
        let bytes = self.take(len)?;
        self.streams.code.extend_from_slice(bytes);
        Some(())
    }

    fn tables(&mut self, len: usize) -> Option<()> {
        let bytes = self.take(len)?;
        self.streams.tables.extend_from_slice(bytes);
        Some(())
    }

    fn reference(&mut self, numbered: u32) -> Option<()> {
        let number = u32::from_le_bytes(self.take(4)?.try_into().ok()?);
        self.streams.references.push(numbered.wrapping_sub(number));
        Some(())
    }
}
