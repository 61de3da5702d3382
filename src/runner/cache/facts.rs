//! File metadata, which the system returns without reading the files.

use std::io;
#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::path::Path;

/// The metadata of each path of `paths`, which end with zero bytes, below the folder `root`, which
/// is not a link. Any change of a file, or of a folder's list of files, changes it. On Unix it
/// consists of mode, size, inode, mtime and ctime. The ctime cannot be set back.
#[cfg(unix)]
pub(super) fn facts(root: &Path, paths: &[u8]) -> io::Result<Vec<u8>> {
    use rustix::fs::{Mode, OFlags};
    let folder =
        rustix::fs::open(root, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    let parts = split(paths);
    std::thread::scope(|scope| {
        let (first, rest) = parts.split_first().map_or((&[][..], &[][..]), |(first, rest)| (*first, rest));
        let folder = &folder;
        let spawned: Vec<_> = rest.iter().map(|part| scope.spawn(move || facts_in(folder, part))).collect();
        let mut facts = facts_in(folder, first)?;
        for thread in spawned {
            facts.extend(thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?);
        }
        Ok(facts)
    })
}

/// Splits the paths into a part for each thread. A part is large enough to be worth a thread.
#[cfg(unix)]
fn split(paths: &[u8]) -> Vec<&[u8]> {
    /// About 500 paths.
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

/// The number of paths that are looked up together.
#[cfg(unix)]
const TOGETHER: usize = 24;

/// Most of the time goes into following the folders of a path. So paths that are listed together are
/// looked up in the folder that they have in common. It stays open as long as it is needed.
#[cfg(unix)]
fn facts_in(root: &OwnedFd, paths: &[u8]) -> io::Result<Vec<u8>> {
    let mut facts = Vec::with_capacity(paths.len());
    let paths: Vec<&[u8]> = paths.split_inclusive(|&byte| byte == 0).collect();
    let mut opened: Option<(&[u8], OwnedFd)> = None;
    for group in paths.chunks(TOGETHER) {
        let common = common_folder(group[0], group[group.len() - 1]);
        if opened.as_ref().is_none_or(|(path, _)| *path != common) {
            opened = Some((common, open(root, common)?));
        }
        let folder = opened.as_ref().map_or(root, |(_, folder)| folder);
        for path in group {
            let stat = match path.strip_prefix(common) {
                Some(rest) if rest != b"\0" => stat(folder, rest)?,
                _ => stat(root, path)?,
            };
            facts.extend_from_slice(one_fact(&stat).as_flattened());
        }
    }
    Ok(facts)
}

/// The part up to the last `/` that two paths begin with.
#[cfg(unix)]
fn common_folder<'p>(one: &'p [u8], other: &[u8]) -> &'p [u8] {
    let length = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let end = one[..length].iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    &one[..end]
}

/// Opens a folder to look up others in it. An empty path is `root` itself.
#[cfg(unix)]
fn open(root: &OwnedFd, folder: &[u8]) -> io::Result<OwnedFd> {
    use rustix::fs::{Mode, OFlags, openat};
    let folder = if folder.is_empty() { &b"."[..] } else { folder };
    Ok(openat(root, folder, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

#[cfg(unix)]
fn stat(folder: &OwnedFd, path: &[u8]) -> io::Result<rustix::fs::Stat> {
    use rustix::fs::{AtFlags, statat};
    let path = std::ffi::CStr::from_bytes_with_nul(path).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(statat(folder, path, AtFlags::SYMLINK_NOFOLLOW)?)
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

/// On Windows: the entries of each folder's listing, which takes one call for many files. Each has
/// name, size, creation time and modification time. Data that a program has added is left out.
#[cfg(not(unix))]
pub(super) fn facts(root: &Path, paths: &[u8]) -> io::Result<Vec<u8>> {
    use std::collections::BTreeSet;
    let paths = std::str::from_utf8(paths).map_err(|_| io::ErrorKind::InvalidData)?;
    let paths: BTreeSet<&str> = paths.split_terminator('\0').collect();
    let mut facts = Vec::new();
    for &path in &paths {
        let folder = path.rsplit_once('/').map_or(0, |(folder, _)| folder.len() + 1);
        if path.ends_with('/') {
            list(root, path, &paths, &mut facts)?;
        } else if !paths.contains(&path[..folder]) {
            one_fact(path, &super::install::join(root, path).symlink_metadata()?, &mut facts);
        }
    }
    Ok(facts)
}

#[cfg(not(unix))]
fn list(
    root: &Path,
    folder: &str,
    paths: &std::collections::BTreeSet<&str>,
    facts: &mut Vec<u8>,
) -> io::Result<()> {
    let place = super::install::join(root, folder.trim_end_matches('/'));
    let mut entries = std::fs::read_dir(place)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = format!("{folder}{}", entry.file_name().to_string_lossy());
        if paths.contains(path.as_str()) || !super::check::is_mere_data(&path) {
            one_fact(&path, &entry.metadata()?, facts);
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn one_fact(path: &str, metadata: &std::fs::Metadata, facts: &mut Vec<u8>) {
    let times = [metadata.created(), metadata.modified()].map(|time| {
        let since = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        since.unwrap_or_default().as_nanos()
    });
    facts.extend_from_slice(path.as_bytes());
    facts.push(0);
    // The times of a folder change with its files, and each file has its own line.
    if metadata.is_file() {
        facts.extend_from_slice(&metadata.len().to_le_bytes());
        times.iter().for_each(|time| facts.extend_from_slice(&time.to_le_bytes()));
    } else {
        facts.push(u8::from(metadata.is_dir()));
    }
}
