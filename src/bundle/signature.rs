//! Who made an archive: minisign's signatures over the manifest, and the keys that are trusted.
//!
//! The manifest holds the digests of everything else, so a signature over it is one over the whole archive.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use minisign_verify::{Error, PublicKey, Signature};
use pep440_rs::Version;
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::read::Archive;
use crate::escape::{escaped, shown_path};

/// No file of keys is longer.
const MAX_KEY_FILE: u64 = 1 << 20;

/// Why an archive is not the one that somebody who is trusted has made.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("{path} is not signed; sign it with `crosspyc bundle --sign KEY`", path = shown_path(.0))]
    Unsigned(PathBuf),
    #[error("the signature of {path} is not one of minisign: {reason}", path = shown_path(path))]
    Malformed { path: PathBuf, reason: String },
    #[error("{path} is signed with a key that is not among those trusted", path = shown_path(.0))]
    UnknownKey(PathBuf),
    #[error("{path} or its signature was altered after signing: the signature does not match", path = shown_path(.0))]
    Altered(PathBuf),
    #[error("the signature of {path} is of minisign's old algorithm, which is not safe; build and sign it again", path = shown_path(.0))]
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

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("failed to read the trusted keys in {path}: {source}", path = shown_path(path))]
    Io { path: PathBuf, source: io::Error },
    #[error("line {line} of {path} is no public key of minisign; name the file that ends in .pub", path = shown_path(path))]
    Malformed { path: PathBuf, line: usize },
    #[error("{path} has no public key", path = shown_path(.0))]
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

/// What a signature says an archive is, in its trusted comment: `crosspyc-bundle 1 {"name":"app"}`.
/// It begins with its purpose: no signature that was made for something else is one of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// How the trusted comment begins. The number is that of its format.
const PURPOSE: &str = "crosspyc-bundle 1 ";

impl Claim {
    pub(super) fn of(manifest: &Manifest) -> Claim {
        Claim { name: manifest.name.clone(), version: manifest.version.clone() }
    }

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

/// Which application a signature has to name.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub name: Option<String>,
    /// The oldest version that is taken, so that nobody can pass off an older bundle for the newest.
    pub min_version: Option<Version>,
}

impl Expected {
    /// Nothing in particular.
    pub fn is_anything(&self) -> bool {
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
    /// What the signature, if there is one, says of itself: the trusted comment. Nothing is
    /// verified.
    pub fn claimed_comment(&self) -> Option<String> {
        let signature = Signature::decode(self.signature()?).ok()?;
        Some(signature.trusted_comment().to_owned())
    }
}

/// Verifies that the manifest of the archive at `path` is signed with one of `keys`, for a bundle.
///
/// What the manifest says is then what the signer said, and so is every file that its digests cover.
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
