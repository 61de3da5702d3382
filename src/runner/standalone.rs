//! A runner that carries its program: an archive stands at the end of its own executable.

use std::env;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::bundle::{RUNNER_MARK, TRAILER_MAGIC};
use crate::escape::shown_path;

/// Its last byte is another in an executable that was made with a bundle. So such an executable
/// knows that it has lost its bundle (by `strip`, by a copy that was cut off), and does not take the
/// program's arguments for its own.
#[used]
static MARK: [u8; RUNNER_MARK.len()] = *RUNNER_MARK;

/// The archive at the end of this executable.
#[derive(Debug)]
pub enum Carried {
    Nothing,
    /// Whether it is whole is for those who open it to say.
    Archive(PathBuf),
    /// There was one.
    Lost(String),
}

/// What this executable carries.
pub fn carried() -> Carried {
    let path = env::current_exe();
    // The compiler must not take the byte for the one that it sees here.
    let is_marked = black_box(&MARK) != RUNNER_MARK;
    match path.and_then(|path| Ok((ends_as_archive(&path)?, path))) {
        Ok((true, path)) => Carried::Archive(path),
        Ok((false, path)) if is_marked => Carried::Lost(format!(
            "the bundle of {} is damaged or missing; build or copy it again",
            shown_path(&path)
        )),
        Err(error) if is_marked => Carried::Lost(format!(
            "the bundle in this executable cannot be read: {error}; make the file readable"
        )),
        Ok((false, _)) | Err(_) => Carried::Nothing,
    }
}

fn ends_as_archive(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut end = [0; TRAILER_MAGIC.len()];
    file.seek(SeekFrom::End(-(end.len() as i64)))?;
    file.read_exact(&mut end)?;
    Ok(end == *TRAILER_MAGIC)
}
