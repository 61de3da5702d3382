//! A digest of files' metadata, which the system returns without reading the files.

use std::io;
#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::path::Path;

use blake3::Hasher;

/// Adds to `hasher` each path of `paths`, which end with zero bytes, and its metadata below the
/// folder `root`, which is not a link. Any change of a file, or of a folder's list of files,
/// changes it. On Unix the metadata consists of mode, size, inode, mtime and ctime. The ctime
/// cannot be set back.
///
/// This is most of what a start takes, so threads share the work, the hashing too.
#[cfg(unix)]
pub(super) fn add(hasher: &mut Hasher, root: &Path, paths: &[u8]) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags};
    let folder =
        rustix::fs::open(root, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    let parts = split(paths);
    let (first, rest) = parts.split_first().map_or((&[][..], &[][..]), |(first, rest)| (*first, rest));
    std::thread::scope(|scope| {
        let folder = &folder;
        let spawned: Vec<_> = rest.iter().map(|part| scope.spawn(move || digest(folder, part))).collect();
        hasher.update(digest(folder, first)?.as_bytes());
        for thread in spawned {
            let digest = thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
            hasher.update(digest.as_bytes());
        }
        Ok(())
    })
}

/// Splits the paths into a part for each thread. A part is large enough to be worth a thread. The
/// digest depends on the split, so the split depends on the paths alone.
#[cfg(unix)]
fn split(paths: &[u8]) -> Vec<&[u8]> {
    /// About 500 paths.
    const BYTES_A_THREAD: usize = 20_000;
    const MOST_THREADS: usize = 4;
    let size = BYTES_A_THREAD.max(paths.len().div_ceil(MOST_THREADS));
    let mut parts = Vec::new();
    let mut rest = paths;
    while !rest.is_empty() {
        let tail = rest.get(size..).unwrap_or_default();
        let end = memchr::memchr(0, tail).map_or(rest.len(), |end| size + end + 1);
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
fn digest(root: &OwnedFd, paths: &[u8]) -> io::Result<blake3::Hash> {
    let ends: Vec<usize> = memchr::memchr_iter(0, paths).map(|end| end + 1).collect();
    let mut facts = Vec::with_capacity(ends.len() * size_of::<Fact>());
    let mut opened: Option<(&[u8], OwnedFd)> = None;
    let mut start = 0;
    for group in ends.chunks(TOGETHER) {
        let path = |start: usize, end: usize| &paths[start..end];
        let last = group.len().checked_sub(2).map_or(start, |before| group[before]);
        let common = common_folder(path(start, group[0]), path(last, group[group.len() - 1]));
        if opened.as_ref().is_none_or(|(path, _)| *path != common) {
            opened = Some((common, open(root, common)?));
        }
        let folder = opened.as_ref().map_or(root, |(_, folder)| folder);
        for &end in group {
            let path = path(start, end);
            let stat = match path.strip_prefix(common) {
                Some(rest) if rest != b"\0" => stat(folder, rest)?,
                _ => stat(root, path)?,
            };
            facts.extend_from_slice(fact(&stat).as_flattened());
            start = end;
        }
    }
    Ok(Hasher::new().update(paths).update(&facts).finalize())
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

/// The metadata of a file.
#[cfg(unix)]
type Fact = [[u8; 8]; 7];

#[cfg(unix)]
#[allow(clippy::unnecessary_cast, reason = "the fields' types differ from system to system")]
fn fact(stat: &rustix::fs::Stat) -> Fact {
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

/// Adds to `hasher` the paths and, on Windows, the entries of each folder's listing, which takes one
/// call for many files. Each has name, size, creation time and modification time. Data that a
/// program has added is left out.
#[cfg(not(unix))]
pub(super) fn add(hasher: &mut Hasher, root: &Path, paths: &[u8]) -> io::Result<()> {
    use std::collections::BTreeSet;
    hasher.update(paths);
    let paths = std::str::from_utf8(paths).map_err(|_| io::ErrorKind::InvalidData)?;
    let paths: BTreeSet<&str> = paths.split_terminator('\0').collect();
    for &path in &paths {
        let folder = path.rsplit_once('/').map_or(0, |(folder, _)| folder.len() + 1);
        if path.ends_with('/') {
            list(hasher, root, path, &paths)?;
        } else if !paths.contains(&path[..folder]) {
            add_fact(hasher, path, &super::install::join(root, path).symlink_metadata()?);
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn list(
    hasher: &mut Hasher,
    root: &Path,
    folder: &str,
    paths: &std::collections::BTreeSet<&str>,
) -> io::Result<()> {
    let place = super::install::join(root, folder.trim_end_matches('/'));
    let mut entries = std::fs::read_dir(place)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = format!("{folder}{}", entry.file_name().to_string_lossy());
        if paths.contains(path.as_str()) || !super::check::is_mere_data(&path) {
            add_fact(hasher, &path, &entry.metadata()?);
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn add_fact(hasher: &mut Hasher, path: &str, metadata: &std::fs::Metadata) {
    hasher.update(path.as_bytes()).update(&[0]);
    // The times of a folder change with its files, and each file has its own line.
    if !metadata.is_file() {
        hasher.update(&[u8::from(metadata.is_dir())]);
        return;
    }
    hasher.update(&metadata.len().to_le_bytes());
    for time in [metadata.created(), metadata.modified()] {
        let since = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        hasher.update(&since.unwrap_or_default().as_nanos().to_le_bytes());
    }
}
