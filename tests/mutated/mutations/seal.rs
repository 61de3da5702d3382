//! The end of an archive, with the right lengths and digests.

use crosspyc::internals::bundle::FORMAT_VERSION;

/// Adds a manifest and the trailer to frames.
pub(crate) fn seal(bytes: &mut Vec<u8>, manifest: &[u8]) {
    let frames = bytes.len() as u64;
    bytes.extend_from_slice(manifest);
    bytes.extend_from_slice(&frames.to_le_bytes());
    bytes.extend_from_slice(&(manifest.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&0u32.to_le_bytes());
    bytes.extend_from_slice(blake3::hash(manifest).as_bytes());
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(b"\x89PYB\r\n\x1a\n");
}
