//! Writing the files of an archive into a folder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a new file. Names that differ only in case are one file on some systems, and the second
/// must not overwrite the first. The umask and the folder decide who may read it.
pub fn write_file(path: &Path, data: &[u8], executable: bool) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o777 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)?.write_all(data)
}
