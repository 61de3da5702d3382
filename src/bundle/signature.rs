//! Who made an archive: minisign's signatures over the manifest, and the keys that are trusted.
//!
//! The manifest holds the digests of everything else, so a signature over it is one over the whole archive.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use minisign_verify::{Error, PublicKey, Signature};

use super::read::Archive;

/// No file of keys is longer.
const MAX_KEY_FILE: u64 = 1 << 20;

/// Why an archive is not one of somebody who is trusted.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("{path} is not signed, and only bundles signed with a trusted key are to be run; sign it with `crosspyc bundle --sign KEY`", path = .0.display())]
    Unsigned(PathBuf),
    #[error("the signature of {path} is not one of minisign: {reason}", path = path.display())]
    Malformed { path: PathBuf, reason: String },
    #[error("{path} is signed with a key that is not among those trusted", path = .0.display())]
    UnknownKey(PathBuf),
    #[error("{path} or its signature was altered after signing: the signature does not match", path = .0.display())]
    Altered(PathBuf),
}

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("failed to read the trusted keys in {path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("line {line} of {path} is no public key of minisign; name the file that ends in .pub", path = path.display())]
    Malformed { path: PathBuf, line: usize },
    #[error("{path} has no public key", path = .0.display())]
    Empty(PathBuf),
}

/// The public keys of those whose archives may run.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys(Vec<PublicKey>);

impl TrustedKeys {
    /// Reads a file as minisign writes it, or several of them in one: a key a line; empty lines and comments do not count.
    pub fn read(path: &Path) -> Result<TrustedKeys, KeyError> {
        let io_error = |source| KeyError::Io { path: path.to_owned(), source };
        let mut text = String::new();
        File::open(path).map_err(io_error)?.take(MAX_KEY_FILE).read_to_string(&mut text).map_err(io_error)?;
        let mut keys = Vec::new();
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') || line.starts_with("untrusted comment:") {
                continue;
            }
            let malformed = |_| KeyError::Malformed { path: path.to_owned(), line: number + 1 };
            keys.push(PublicKey::from_base64(line).map_err(malformed)?);
        }
        match keys.is_empty() {
            true => Err(KeyError::Empty(path.to_owned())),
            false => Ok(TrustedKeys(keys)),
        }
    }

    /// The keys of all these files, each of which has one at least: nobody is trusted only if there are no files.
    pub fn read_all<'p>(mut paths: impl Iterator<Item = &'p Path>) -> Result<TrustedKeys, KeyError> {
        paths.try_fold(TrustedKeys::default(), |mut keys, path| {
            keys.0.extend(TrustedKeys::read(path)?.0);
            Ok(keys)
        })
    }

    /// Nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Archive {
    /// What the signature, if there is one, says of itself: the trusted comment. Nothing is verified.
    pub fn claimed_comment(&self) -> Option<String> {
        let signature = Signature::decode(self.signature()?).ok()?;
        Some(signature.trusted_comment().to_owned())
    }

    /// Whether the archive is signed with one of `keys`; the trusted comment, which is signed too.
    ///
    /// What the manifest says is then what the signer said, and so is every file that [`files`](Archive::files) gives.
    pub fn verify_signature(&self, keys: &TrustedKeys) -> Result<String, SignatureError> {
        let path = || self.path().to_owned();
        let text = self.signature().ok_or_else(|| SignatureError::Unsigned(path()))?;
        let signature = Signature::decode(text)
            .map_err(|error| SignatureError::Malformed { path: path(), reason: error.to_string() })?;
        let mut failure = SignatureError::UnknownKey(path());
        for key in &keys.0 {
            match key.verify(self.signed_bytes(), &signature, true) {
                Ok(()) => return Ok(signature.trusted_comment().to_owned()),
                Err(Error::UnexpectedKeyId) => {}
                Err(_) => failure = SignatureError::Altered(path()),
            }
        }
        Err(failure)
    }
}
