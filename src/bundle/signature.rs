//! minisign's signatures over the manifest, and the keys that the user trusts.
//!
//! The manifest holds the digests of everything else, so its signature covers the whole archive.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use minisign_verify::{Error, PublicKey, Signature};
use pep440_rs::Version;
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::read::Archive;
use crate::escape::{escaped, shown_path};

/// The maximum length of a key file.
const MAX_KEY_FILE: u64 = 1 << 20;

/// Why a signature is rejected.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("{path} is not signed; sign it with `crosspyc bundle --sign KEY`", path = shown_path(.0))]
    Unsigned(PathBuf),
    #[error("the signature of {path} is not in minisign's format: {reason}", path = shown_path(path))]
    Malformed { path: PathBuf, reason: String },
    #[error("{path} is signed with a key that is not among those trusted", path = shown_path(.0))]
    UnknownKey(PathBuf),
    #[error("{path} or its signature was altered after signing: the signature does not match", path = shown_path(.0))]
    Altered(PathBuf),
    #[error("the signature of {path} uses minisign's old algorithm, which is not safe; build and sign it again", path = shown_path(.0))]
    OldAlgorithm(PathBuf),
    #[error("the signature of {path} was not made for a bundle; build and sign it again", path = shown_path(.0))]
    OtherPurpose(PathBuf),
    #[error("{path} is not the application that its signature names", path = shown_path(.0))]
    OtherClaim(PathBuf),
    #[error("{path} is the application `{found}`, and `{expected}` was expected", path = shown_path(path), found = escaped(found))]
    OtherName { path: PathBuf, found: String, expected: String },
    #[error("{path} is version {found}, and {least} or newer was expected", path = shown_path(path), found = escaped(found))]
    TooOld { path: PathBuf, found: String, least: Version },
    #[error("{path} has no version to compare with {least}; give the project a version and build it again", path = shown_path(path))]
    NoVersion { path: PathBuf, least: Version },
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("failed to read the trusted keys in {path}: {source}", path = shown_path(path))]
    Io { path: PathBuf, source: io::Error },
    #[error("line {line} of {path} is not a public key of minisign; name the file that ends in .pub", path = shown_path(path))]
    Malformed { path: PathBuf, line: usize },
    #[error("{path} has no public key", path = shown_path(.0))]
    Empty(PathBuf),
}

/// The public keys that the user trusts.
#[derive(Clone, Debug, Default)]
pub struct TrustedKeys(Vec<PublicKey>);

impl TrustedKeys {
    /// Reads a file that minisign wrote, or several joined in one: one key per line. Empty lines
    /// and comments are ignored.
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

    /// Reads the keys of all these files. Each file must have at least one key, so the result is
    /// empty only if there are no files.
    pub fn read_all<'p>(mut paths: impl Iterator<Item = &'p Path>) -> Result<TrustedKeys, KeyError> {
        paths.try_fold(TrustedKeys::default(), |mut keys, path| {
            keys.0.extend(TrustedKeys::read(path)?.0);
            Ok(keys)
        })
    }

    /// Whether no key is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The claims of a signature, from its trusted comment: `crosspyc-bundle 1 {"name":"app"}`. The
/// comment begins with its purpose, so a signature made for something else is never accepted for a
/// bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The start of the trusted comment. The number is the version of its format.
const PURPOSE: &str = "crosspyc-bundle 1 ";

impl Claim {
    pub(super) fn of(manifest: &Manifest) -> Claim {
        Claim { name: manifest.name.clone(), version: manifest.version.clone() }
    }

    #[cfg(feature = "bundle")]
    pub(super) fn comment(&self) -> Result<String, String> {
        let json = serde_json::to_string(self).map_err(|error| error.to_string())?;
        Ok(format!("{PURPOSE}{json}"))
    }

    fn parse(comment: &str) -> Option<Claim> {
        serde_json::from_str(comment.strip_prefix(PURPOSE)?).ok()
    }
}

/// A signature that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The trusted comment, as it was signed.
    pub comment: String,
    pub claim: Claim,
}

/// The application and version that a signature must name.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub name: Option<String>,
    /// The oldest version to accept. Without it, an older bundle could pass for the newest.
    pub min_version: Option<Version>,
}

impl Expected {
    /// Whether every application passes, signed or not.
    pub fn requires_nothing(&self) -> bool {
        self.name.is_none() && self.min_version.is_none()
    }

    pub(super) fn check(&self, path: &Path, claim: &Claim) -> Result<(), SignatureError> {
        let path = || path.to_owned();
        if let Some(expected) = self.name.clone().filter(|name| *name != claim.name) {
            return Err(SignatureError::OtherName { path: path(), found: claim.name.clone(), expected });
        }
        let Some(least) = self.min_version.clone() else { return Ok(()) };
        let found = claim.version.clone().unwrap_or_default();
        match found.parse::<Version>() {
            Err(_) => Err(SignatureError::NoVersion { path: path(), least }),
            Ok(version) if version < least => Err(SignatureError::TooOld { path: path(), found, least }),
            Ok(_) => Ok(()),
        }
    }
}

impl Archive {
    /// The trusted comment of the signature, if there is one. It is not verified.
    pub fn claimed_comment(&self) -> Option<String> {
        let signature = Signature::decode(self.signature()?).ok()?;
        Some(signature.trusted_comment().to_owned())
    }
}

/// Verifies that the manifest of the archive at `path` is signed with one of `keys`, for a bundle.
///
/// On success the manifest, and every file that its digests cover, is as the signer made it.
pub(super) fn verify(
    path: &Path,
    signature: Option<&str>,
    manifest: &[u8],
    keys: &TrustedKeys,
) -> Result<Signed, SignatureError> {
    let path = || path.to_owned();
    let text = signature.ok_or_else(|| SignatureError::Unsigned(path()))?;
    let signature = Signature::decode(text)
        .map_err(|error| SignatureError::Malformed { path: path(), reason: error.to_string() })?;
    let mut failure = SignatureError::UnknownKey(path());
    for key in &keys.0 {
        match key.verify(manifest, &signature, false) {
            Ok(()) => {
                let comment = signature.trusted_comment().to_owned();
                let claim = Claim::parse(&comment).ok_or_else(|| SignatureError::OtherPurpose(path()))?;
                return Ok(Signed { comment, claim });
            }
            Err(Error::UnexpectedKeyId) => {}
            Err(Error::UnsupportedLegacyMode | Error::UnexpectedAlgorithm) => {
                failure = SignatureError::OldAlgorithm(path());
            }
            Err(_) => failure = SignatureError::Altered(path()),
        }
    }
    Err(failure)
}
