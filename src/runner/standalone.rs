//! A standalone executable: a runner with an archive at its end.

use std::env;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::bundle::{RUNNER_MARK, TRAILER_MAGIC};
use crate::escape::shown_path;

/// The last byte differs in an executable that was made with a bundle. If such an executable has
/// lost its bundle (to `strip`, or in an incomplete copy), it can say so instead of taking the
/// program's arguments for its own.
#[used]
static MARK: [u8; RUNNER_MARK.len()] = *RUNNER_MARK;

/// The archive at the end of this executable.
#[derive(Debug)]
pub enum Carried {
    Nothing,
    /// The archive may be damaged. Opening it shows that.
    Archive(PathBuf),
    /// There was an archive, but it is missing.
    Lost(String),
}

/// The program that this executable carries.
pub fn carried() -> Carried {
    let path = env::current_exe();
    // Prevents the compiler from assuming the byte that it sees here.
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
        Ok((false, path)) => beside(&path).map_or(Carried::Nothing, Carried::Archive),
        Err(_) => Carried::Nothing,
    }
}

/// The archive in the folder of an application of macOS: `App.app/Contents/Resources/App.pyb` for
/// `App.app/Contents/MacOS/App`.
fn beside(executable: &Path) -> Option<PathBuf> {
    let folder = executable.parent().filter(|folder| folder.ends_with("Contents/MacOS"))?;
    let name = format!("{}.pyb", executable.file_name()?.to_str()?);
    Some(folder.with_file_name("Resources").join(name)).filter(|archive| archive.is_file())
}

fn ends_as_archive(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut end = [0; TRAILER_MAGIC.len()];
    file.seek(SeekFrom::End(-(end.len() as i64)))?;
    file.read_exact(&mut end)?;
    Ok(end == *TRAILER_MAGIC)
}
