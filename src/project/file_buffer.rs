//! A buffer for the contents of one file after the other.

use std::fs::File;
use std::io::{self, Read as _};

/// The contents of the file that was read last. The memory is kept, and filled with zeros once only.
#[derive(Default)]
pub struct FileBuffer {
    memory: Vec<u8>,
    len: usize,
}

impl FileBuffer {
    /// Reads all that is left of `file`. `len` is its length, as its metadata said: a file of that
    /// length is read by one system call. `File::read_to_end` needs four.
    pub fn read(&mut self, mut file: &File, len: u64) -> io::Result<()> {
        self.clear();
        let expected = usize::try_from(len).map_err(io::Error::other)?;
        // One more than expected, to notice a file that has grown.
        if self.memory.len() <= expected {
            self.memory.resize(expected.saturating_add(1), 0);
        }
        let read = loop {
            match file.read(&mut self.memory) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        if read != expected {
            self.memory.truncate(read);
            file.read_to_end(&mut self.memory)?;
            self.len = self.memory.len();
        } else {
            self.len = read;
        }
        Ok(())
    }

    /// Reads the first `len` bytes of `file`, or all if it is shorter.
    pub fn read_start(&mut self, file: &File, len: usize) -> io::Result<()> {
        self.clear();
        if self.memory.len() < len {
            self.memory.resize(len, 0);
        }
        let mut rest = &mut self.memory[..len];
        while !rest.is_empty() {
            match (&*file).read(rest) {
                Ok(0) => break,
                Ok(read) => rest = &mut rest[read..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.len = len - rest.len();
        Ok(())
    }

    pub fn clear(&mut self) {
        self.len = 0;
    }

    pub fn bytes(&self) -> &[u8] {
        &self.memory[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn files_are_read_whole_whatever_length_was_expected() {
        let mut buffer = FileBuffer::default();
        for (contents, expected) in
            [("", 0), ("abc", 3), ("abc", 2), ("abc", 9), ("", 5), ("longer than all", 0), ("ab", 2)]
        {
            let mut written = tempfile::NamedTempFile::new().expect("a file");
            written.write_all(contents.as_bytes()).expect("it is written");
            let file = File::open(written.path()).expect("it is there");
            buffer.read(&file, expected).expect("it is read");
            assert_eq!(buffer.bytes(), contents.as_bytes(), "{expected}");
            let file = File::open(written.path()).expect("it is there");
            buffer.read_start(&file, 2).expect("it is read");
            assert_eq!(buffer.bytes(), &contents.as_bytes()[..contents.len().min(2)]);
        }
        buffer.clear();
        assert_eq!(buffer.bytes(), b"");
    }
}
