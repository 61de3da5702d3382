//! Writing the files of an archive into a folder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file that must not exist. On some systems, names that differ only in case are one file,
/// and the second file must not overwrite the first. The umask and the folder decide who can read
/// it.
pub fn write_file(path: &Path, data: &[u8], executable: bool) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o777 } else { 0o666 });
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)?.write_all(data)
}
