//! A runner that carries its program: an archive stands at the end of its own executable.

use std::env;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use crate::bundle::TRAILER_MAGIC;

/// This executable, if it ends as an archive does. Opening the archive tells whether it is whole.
pub fn own_archive() -> Option<PathBuf> {
    let path = env::current_exe().ok()?;
    let mut file = File::open(&path).ok()?;
    let mut end = [0; TRAILER_MAGIC.len()];
    file.seek(SeekFrom::End(-(end.len() as i64))).ok()?;
    file.read_exact(&mut end).ok()?;
    (end == *TRAILER_MAGIC).then_some(path)
}
