//! Signs bundles with minisign's secret keys, with or without a password.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ct_codecs::{Base64, Decoder as _};
use minisign::{ErrorKind, PError, PublicKey, SecretKey, SecretKeyBox, SignatureBox};

use super::{FileError, shown};

/// Holds the password of the key, for runs without a terminal.
pub const PASSWORD_VARIABLE: &str = "CROSSPYC_SIGN_PASSWORD";

/// The start of a key with a password, in base64: minisign's names of signature, derivation and
/// checksum, `EdScB2`.
const LOCKED: &str = "RWRTY0Iy";

/// The start of a key without a password, decoded from base64.
const UNLOCKED: &[u8] = b"Ed\0\0B2";

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{path}` is not a secret key of minisign: {reason}; `minisign -G` makes keys", path = shown(path))]
    NoKey { path: PathBuf, reason: PError },
    #[error(
        "`{path}` is locked with a password, and there is none: {reason}; type it at a terminal, pipe it to standard input, or set {PASSWORD_VARIABLE}",
        path = shown(path)
    )]
    NoPassword { path: PathBuf, reason: io::Error },
    #[error("the password is wrong for `{path}`", path = shown(.0))]
    WrongPassword(PathBuf),
}

/// A secret key, ready to sign.
pub struct Key(SecretKey);

impl Key {
    /// Reads a key file. The password of a locked key comes from the environment, else from `ask`.
    pub fn read(path: &Path, ask: impl FnOnce() -> io::Result<String>) -> Result<Key, KeyError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::new("read", path, error))?;
        let is_locked = text.lines().nth(1).is_some_and(|line| line.starts_with(LOCKED));
        let key = if is_locked {
            let password = env::var(PASSWORD_VARIABLE).or_else(|_| ask());
            let no_password = |reason| KeyError::NoPassword { path: path.to_owned(), reason };
            SecretKeyBox::from(text).into_secret_key(Some(password.map_err(no_password)?))
        } else if let Some(key) = without_checksum(&text) {
            Ok(key)
        } else {
            SecretKeyBox::from(text).into_unencrypted_secret_key()
        };
        key.map(Key).map_err(|reason| match reason.kind() {
            ErrorKind::Verify if is_locked => KeyError::WrongPassword(path.to_owned()),
            _ => KeyError::NoKey { path: path.to_owned(), reason },
        })
    }

    /// Signs `bytes` and `comment`. Returns the signature in minisign's text format.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, String> {
        let signed = || {
            // A damaged key makes signatures that its own public key does not verify.
            let public = PublicKey::from_secret_key(&self.0)?;
            minisign::sign(Some(&public), &self.0, bytes, Some(comment), Some("signature by crosspyc"))
        };
        signed().map(SignatureBox::into_string).map_err(|error: PError| error.to_string())
    }
}

/// Reads the key in a file that `minisign -G -W` wrote. It has no password. Unlike the keys of the
/// `minisign` crate it has zeros instead of a checksum.
fn without_checksum(text: &str) -> Option<SecretKey> {
    const LENGTH: usize = 158;
    const CHECKSUM: usize = 32;
    let bytes = Base64::decode_to_vec(text.lines().nth(1)?.trim_end(), None).ok()?;
    let has_none = bytes.len() == LENGTH && bytes.ends_with(&[0; CHECKSUM]) && bytes.starts_with(UNLOCKED);
    SecretKey::from_bytes(&bytes).ok().filter(|_| has_none)
}
