//! A Python that an application brings: what its archive says about itself, and what the archive
//! of the application says about it.

use std::collections::BTreeMap;

#[cfg(any(test, feature = "runner"))]
use memchr::memmem;
use serde::{Deserialize, Serialize};

/// In the manifest of an application: the Python whose archive ends where its own begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddedPython {
    /// The [identity](super::Archive::identity) of its archive, 64 hexadecimal digits.
    pub identity: String,
    /// The length of its archive.
    pub length: u64,
    /// A Python of the machine is preferred, if one fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prefer_system: bool,
}

/// In the manifest of a Python: what it is. Its only variant has its tag, its magic number and its
/// platform. Its files are those of its prefix (`sys.base_prefix`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// `3.12.1`
    pub release: String,
    /// The path of the interpreter: `bin/python3.12`, `python.exe`.
    pub executable: String,
    /// The path of the dynamic loader, if the Python brings its C library. The interpreter then has
    /// a [slot](loader_slot) for it, because the system starts a loader by its absolute path only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loader: Option<String>,
    /// The path of the licence's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The size of its files.
    pub size: u64,
    /// The parts of the distribution that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The shared libraries that the machine must have, each with the files that need it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<String, Vec<String>>,
}

/// A part of a distribution that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// `tests`
    pub what: String,
    /// Why, as the end of a sentence: `programs do not need them`.
    pub why: String,
    pub files: u64,
    pub size: u64,
}

/// The beginning of the slot for a loader's path in an interpreter.
const LOADER_SLOT: &[u8] = b"/crosspyc writes the path of the loader here";

/// The length of the slot. Linux accepts paths of this length.
const LOADER_SLOT_LENGTH: usize = 4096;

/// The bytes of a slot.
pub fn loader_slot() -> Vec<u8> {
    let mut slot = LOADER_SLOT.to_vec();
    slot.resize(LOADER_SLOT_LENGTH, 0);
    slot
}

/// An interpreter with a loader's path in its slot. `None` if it has no slot, or the path is too
/// long.
#[cfg(any(test, feature = "runner"))]
pub(crate) fn with_loader(executable: &[u8], loader: &[u8]) -> Option<Vec<u8>> {
    let start = memmem::find(executable, &loader_slot())?;
    let mut path = loader.to_vec();
    path.resize(LOADER_SLOT_LENGTH, 0);
    let fits = loader.len() < LOADER_SLOT_LENGTH;
    fits.then(|| [&executable[..start], &path, &executable[start + LOADER_SLOT_LENGTH..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loader_takes_its_slot() {
        let executable = [b"before", loader_slot().as_slice(), b"after"].concat();
        let written = with_loader(&executable, b"/cache/ld.so").expect("it has a slot");
        assert_eq!(written.len(), executable.len());
        assert!(written.starts_with(b"before/cache/ld.so\0\0") && written.ends_with(b"\0after"));
        assert_eq!(with_loader(b"an executable", b"/cache/ld.so"), None);
        assert_eq!(with_loader(&executable, &[b'x'; LOADER_SLOT_LENGTH]), None);
        assert_eq!(with_loader(&executable[..100], b"/cache/ld.so"), None);
    }
}
