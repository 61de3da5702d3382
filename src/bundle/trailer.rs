//! The last 64 bytes of an archive, which locate the rest of it. [The format](super) describes
//! them.

pub(super) const LENGTH: usize = 64;

/// The last bytes of every archive.
pub(crate) const MAGIC: &[u8; 8] = b"\x89PYB\r\n\x1a\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Length of all frames and the index together.
    pub(super) frames: u64,
    /// Length of the manifest.
    pub(super) manifest: u32,
    /// Length of the signature.
    pub(super) signature: u32,
    /// The digest of the manifest and the signature.
    pub(super) digest: blake3::Hash,
}

impl Trailer {
    /// The length from the manifest to the end of the archive.
    pub(super) fn sealed_length(&self) -> u64 {
        u64::from(self.manifest) + u64::from(self.signature) + LENGTH as u64
    }

    #[cfg(any(test, feature = "bundle"))]
    pub(super) fn encode(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0..8].copy_from_slice(&self.frames.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.manifest.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.signature.to_le_bytes());
        bytes[16..48].copy_from_slice(self.digest.as_bytes());
        bytes[48..52].copy_from_slice(&super::FORMAT_VERSION.to_le_bytes());
        bytes[56..64].copy_from_slice(MAGIC);
        bytes
    }

    /// The format version, and the trailer if the reserved bytes are zero.
    pub(super) fn decode(bytes: &[u8; LENGTH]) -> (u32, Option<Trailer>) {
        let trailer = Trailer {
            frames: u64::from_le_bytes(field(bytes, 0)),
            manifest: u32::from_le_bytes(field(bytes, 8)),
            signature: u32::from_le_bytes(field(bytes, 12)),
            digest: blake3::Hash::from_bytes(field(bytes, 16)),
        };
        let reserved: [u8; 4] = field(bytes, 52);
        (u32::from_le_bytes(field(bytes, 48)), (reserved == [0; 4]).then_some(trailer))
    }
}

/// The digest of the parts between the index and the trailer.
pub(super) fn digest(manifest: &[u8], signature: &[u8]) -> blake3::Hash {
    blake3::Hasher::new().update(manifest).update(signature).finalize()
}

/// The `N` bytes at `start`.
fn field<const N: usize>(bytes: &[u8; LENGTH], start: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[start..start + N]);
    field
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, Trailer, digest};
    use crate::bundle::FORMAT_VERSION;

    #[test]
    fn a_trailer_comes_back_and_reserved_bytes_are_zero() {
        let trailer = Trailer { frames: u64::MAX - 1, manifest: 2, signature: 3, digest: digest(b"a", b"b") };
        let bytes = trailer.encode();
        assert_eq!(Trailer::decode(&bytes), (FORMAT_VERSION, Some(trailer)));
        for reserved in 52..56 {
            let mut bytes: [u8; LENGTH] = bytes;
            bytes[reserved] = 1;
            assert_eq!(Trailer::decode(&bytes), (FORMAT_VERSION, None));
        }
    }
}
