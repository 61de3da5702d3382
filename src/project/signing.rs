//! Signing bundles with minisign's secret keys, those with a password too.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use minisign::{SecretKey, SecretKeyBox};

use super::{FileError, shown};

/// Holds the password of the key where there is no terminal to ask for it.
pub const PASSWORD_VARIABLE: &str = "CROSSPYC_SIGN_PASSWORD";

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{path}` is not a secret key of minisign, or the password is wrong: {reason}; `minisign -G` makes keys", path = shown(path))]
    Key { path: PathBuf, reason: String },
}

/// A secret key, ready to sign.
pub struct Key(SecretKey);

impl Key {
    /// Reads a key file. A key with a password takes it from the environment, else asks on the terminal.
    pub fn read(path: &Path) -> Result<Key, KeyError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::new("read", path, error))?;
        let key_box = || SecretKeyBox::from_string(&text);
        let wrong =
            |error: minisign::PError| KeyError::Key { path: path.to_owned(), reason: error.to_string() };
        if let Ok(key) = key_box().and_then(SecretKeyBox::into_unencrypted_secret_key) {
            return Ok(Key(key));
        }
        let key = key_box().and_then(|key| key.into_secret_key(env::var(PASSWORD_VARIABLE).ok()));
        key.map(Key).map_err(wrong)
    }

    /// minisign's text over `bytes`, of which `name` says what they are.
    pub fn sign(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let comment = format!("crosspyc bundle: {}", name.replace(char::is_control, " "));
        let signature = minisign::sign(None, &self.0, bytes, Some(&comment), Some("signature by crosspyc"));
        signature.map(|signature| signature.into_string()).map_err(|error| error.to_string())
    }
}
