//! The folders for the cache and for temporary files.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::Obstacle;
use super::trust::TrustedFolder;

/// Tells backup programs to skip the folder, see <https://bford.info/cachedir/>.
const TAG_NAME: &str = "CACHEDIR.TAG";
const TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55\n\
    # Bundles that crosspyc-run has unpacked. Remove them with `crosspyc cache clear`.\n";

/// `CROSSPYC_CACHE_DIR`, else `crosspyc` in the system's folder for a user's caches. The path is
/// absolute, because the program may change its working directory.
pub(super) fn root() -> Result<PathBuf, Obstacle> {
    absolute(configured_root().ok_or(Obstacle::NoPlace)?)
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

/// The folder of the cache, created if necessary.
pub(super) fn cache() -> Result<TrustedFolder, Obstacle> {
    let folder = TrustedFolder::make(&root()?)?;
    // The cache also works without the tag.
    if let Ok(mut file) = fs::File::create_new(folder.join(TAG_NAME)) {
        let _ = file.write_all(TAG);
    }
    Ok(folder)
}

/// The system's folder for temporary files.
pub(super) fn temporary() -> Result<TrustedFolder, Obstacle> {
    TrustedFolder::open_shared(&absolute(env::temp_dir())?)
}

fn absolute(path: PathBuf) -> Result<PathBuf, Obstacle> {
    std::path::absolute(&path).map_err(|source| Obstacle::Io { path, source })
}
