//! What the system says of files without reading them.

use std::io;
use std::path::Path;

/// The facts about the folder `root` and about each path of `paths`, which end with zero bytes: whatever changes a file, or a folder's
/// list of files, changes them. On Unix: mode, size, inode, the times of the last change of contents and of the file itself, the second
/// of which cannot be set back.
#[cfg(unix)]
pub(super) fn facts(root: &Path, paths: &[u8]) -> io::Result<Vec<u8>> {
    use rustix::fs::{Mode, OFlags};
    let folder =
        rustix::fs::open(root, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    let own = one_fact(&rustix::fs::fstat(&folder)?);
    let parts = split(paths);
    let others = std::thread::scope(|scope| {
        let (first, rest) = parts.split_first().map_or((&[][..], &[][..]), |(first, rest)| (*first, rest));
        let folder = &folder;
        let spawned: Vec<_> = rest.iter().map(|part| scope.spawn(move || facts_in(folder, part))).collect();
        let mut facts = facts_in(folder, first)?;
        for thread in spawned {
            facts.extend(thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?);
        }
        Ok::<_, io::Error>(facts)
    })?;
    Ok([own.as_flattened(), &others].concat())
}

/// Parts for a thread each, no smaller than what a thread is worth.
#[cfg(unix)]
fn split(paths: &[u8]) -> Vec<&[u8]> {
    /// Some 500 paths.
    const BYTES_A_THREAD: usize = 20_000;
    const MOST_THREADS: usize = 4;
    let size = BYTES_A_THREAD.max(paths.len().div_ceil(MOST_THREADS));
    let mut parts = Vec::new();
    let mut rest = paths;
    while !rest.is_empty() {
        let end = rest.iter().skip(size).position(|&byte| byte == 0).map_or(rest.len(), |end| size + end + 1);
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts
}

#[cfg(unix)]
fn facts_in(folder: &std::os::fd::OwnedFd, paths: &[u8]) -> io::Result<Vec<u8>> {
    use rustix::fs::{AtFlags, statat};
    let mut facts = Vec::with_capacity(paths.len());
    for path in paths.split_inclusive(|&byte| byte == 0) {
        let path = std::ffi::CStr::from_bytes_with_nul(path).map_err(|_| io::ErrorKind::InvalidData)?;
        facts.extend_from_slice(one_fact(&statat(folder, path, AtFlags::SYMLINK_NOFOLLOW)?).as_flattened());
    }
    Ok(facts)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_cast, reason = "the fields' types differ from system to system")]
fn one_fact(stat: &rustix::fs::Stat) -> [[u8; 8]; 7] {
    [
        u64::from(stat.st_mode).to_le_bytes(),
        (stat.st_size as u64).to_le_bytes(),
        (stat.st_ino as u64).to_le_bytes(),
        (stat.st_mtime as u64).to_le_bytes(),
        (stat.st_mtime_nsec as u64).to_le_bytes(),
        (stat.st_ctime as u64).to_le_bytes(),
        (stat.st_ctime_nsec as u64).to_le_bytes(),
    ]
}

/// On Windows: what a folder's list says of each file in it, which takes one call for many files. Name, size, and times of making and of the last change.
#[cfg(not(unix))]
pub(super) fn facts(root: &Path, paths: &[u8]) -> io::Result<Vec<u8>> {
    let mut facts = Vec::new();
    list(root, &mut facts)?;
    for path in paths.split(|&byte| byte == 0).filter(|path| path.ends_with(b"/")) {
        let path = std::str::from_utf8(path).map_err(|_| io::ErrorKind::InvalidData)?;
        list(&root.join(path), &mut facts)?;
    }
    Ok(facts)
}

#[cfg(not(unix))]
fn list(folder: &Path, facts: &mut Vec<u8>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let metadata = entry.metadata()?;
        let times = [metadata.created(), metadata.modified()].map(|time| {
            let since = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            since.unwrap_or_default().as_nanos()
        });
        facts.extend_from_slice(entry.file_name().as_encoded_bytes());
        facts.push(0);
        // A folder's own times change when files in it do; those are looked at themselves.
        if metadata.is_file() {
            facts.extend_from_slice(&metadata.len().to_le_bytes());
            times.iter().for_each(|time| facts.extend_from_slice(&time.to_le_bytes()));
        } else {
            facts.push(u8::from(metadata.is_dir()));
        }
    }
    Ok(())
}
