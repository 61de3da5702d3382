//! Where the cache is, and whether it can be trusted.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Obstacle;

/// What tells backup programs to leave a folder out, see <https://bford.info/cachedir/>.
const TAG_NAME: &str = "CACHEDIR.TAG";
const TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
    # Bundles that crosspyc-run has unpacked. Remove them with `crosspyc cache clear`.\n";

/// `CROSSPYC_CACHE_DIR`, else `crosspyc` in the system's folder for a user's caches. Absolute: the program may change its folder.
pub(super) fn root() -> Result<PathBuf, Obstacle> {
    let root = configured_root().ok_or(Obstacle::NoPlace)?;
    std::path::absolute(&root).map_err(|source| Obstacle::Io { path: root, source })
}

fn configured_root() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("CROSSPYC_CACHE_DIR") {
        return Some(folder);
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    caches.map(|folder| folder.join("crosspyc"))
}

/// Refuses a folder in which others could plant files. One that is not there yet is fine.
#[cfg(unix)]
pub(super) fn check_trust(root: &Path) -> Result<(), Obstacle> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = match fs::metadata(root) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Obstacle::Io { path: root.to_owned(), source }),
    };
    let untrusted = |reason| Err(Obstacle::Untrusted { path: root.to_owned(), reason });
    // What belongs to the administrator is as safe as the system's programs.
    if metadata.uid() != 0 && !is_own(&metadata) {
        return untrusted("belongs to another user");
    }
    match metadata.mode() & 0o022 {
        0 => Ok(()),
        _ => untrusted("can be written by other users"),
    }
}

/// Elsewhere the folders that the system has for a user are that user's.
#[cfg(not(unix))]
pub(super) fn check_trust(_: &Path) -> Result<(), Obstacle> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn is_own(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn is_own(_: &fs::Metadata) -> bool {
    true
}

/// Makes the root if it is not there.
pub(super) fn create(root: &Path) -> io::Result<()> {
    folder_builder().recursive(true).create(root)?;
    // Without the tag the cache works as well.
    if let Ok(mut file) = fs::File::create_new(root.join(TAG_NAME)) {
        let _ = file.write_all(TAG);
    }
    Ok(())
}

/// Makes folders that nobody else can read or plant files in.
pub(super) fn folder_builder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
