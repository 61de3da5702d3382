//! Signing bundles with minisign's secret keys, those with a password too.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use minisign::{ErrorKind, PError, SecretKey, SecretKeyBox};

use super::{FileError, shown};

/// Holds the password of the key where nobody is there to type it.
pub const PASSWORD_VARIABLE: &str = "CROSSPYC_SIGN_PASSWORD";

/// How a key with a password begins: minisign's names of signature, derivation and checksum,
/// `EdScB2`, in base64.
const LOCKED: &str = "RWRTY0Iy";

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
    #[error("the password is not that of `{path}`", path = shown(.0))]
    WrongPassword(PathBuf),
}

/// A secret key, ready to sign.
pub struct Key(SecretKey);

impl Key {
    /// Reads a key file. The password of one that is locked comes from the environment, else `ask`
    /// gets it.
    pub fn read(path: &Path, ask: impl FnOnce() -> io::Result<String>) -> Result<Key, KeyError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::new("read", path, error))?;
        let is_locked = text.lines().nth(1).is_some_and(|line| line.starts_with(LOCKED));
        let key = SecretKeyBox::from(text);
        let key = if is_locked {
            let password = env::var(PASSWORD_VARIABLE).or_else(|_| ask());
            let no_password = |reason| KeyError::NoPassword { path: path.to_owned(), reason };
            key.into_secret_key(Some(password.map_err(no_password)?))
        } else {
            key.into_unencrypted_secret_key()
        };
        key.map(Key).map_err(|reason| match reason.kind() {
            ErrorKind::Verify if is_locked => KeyError::WrongPassword(path.to_owned()),
            _ => KeyError::NoKey { path: path.to_owned(), reason },
        })
    }

    /// minisign's text over `bytes`, of which `name` says what they are.
    pub fn sign(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let comment = format!("crosspyc bundle: {}", name.replace(char::is_control, " "));
        let signature = minisign::sign(None, &self.0, bytes, Some(&comment), Some("signature by crosspyc"));
        signature.map(|signature| signature.into_string()).map_err(|error| error.to_string())
    }
}
