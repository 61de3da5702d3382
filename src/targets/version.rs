//! Python versions, and the patch level of each that a compilation is for.

use std::fmt;
use std::str::FromStr;

use super::features::{self, Features, History};
use super::requires_python::SpecifierError;

/// A minor version of CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    V3_8,
    V3_9,
    V3_10,
    V3_11,
    V3_12,
    V3_13,
    V3_14,
    V3_15,
}

impl Version {
    /// The versions that crosspyc compiles for, oldest first.
    pub const ALL: [Version; 8] = [
        Version::V3_8,
        Version::V3_9,
        Version::V3_10,
        Version::V3_11,
        Version::V3_12,
        Version::V3_13,
        Version::V3_14,
        Version::V3_15,
    ];

    /// The `12` of 3.12.
    pub fn minor(self) -> u8 {
        8 + self as u8
    }

    /// The version with this minor number.
    pub fn from_minor(minor: u8) -> Option<Version> {
        Version::ALL.get(usize::from(minor.checked_sub(8)?)).copied()
    }

    /// The newest version.
    pub(crate) fn last() -> Version {
        Version::ALL[Version::ALL.len() - 1]
    }

    /// What the compiler of the version's newest release does. No part of the stable library.
    #[doc(hidden)]
    pub fn features(self) -> &'static Features {
        Target::newest(self).features
    }

    /// The version whose releases have this magic number.
    pub fn from_magic(magic: u16) -> Option<Version> {
        Version::ALL.into_iter().find(|version| version.features().magic == magic)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.minor())
    }
}

/// What code is compiled for: a version of CPython and a patch level of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    version: Version,
    patch: u8,
    features: &'static Features,
}

impl Target {
    /// The newest patch level of a version.
    pub fn newest(version: Version) -> Target {
        let history = features::of(version);
        Target::of(version, history.newest_patch, history)
    }

    fn of(version: Version, patch: u8, history: &'static History) -> Target {
        Target { version, patch, features: history.features(patch) }
    }

    /// The version without its patch level.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The `1` of 3.12.1.
    pub fn patch(&self) -> u8 {
        self.patch
    }

    /// The number at the start of the version's pycs.
    pub fn magic(&self) -> u16 {
        self.features.magic
    }

    /// The part of a pyc's name that says which Python it is for: `cpython-312`.
    pub fn pyc_tag(&self) -> &'static str {
        self.features.pyc_tag
    }

    /// What the target does. No part of the stable library.
    #[doc(hidden)]
    pub fn features(&self) -> &'static Features {
        self.features
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        (self.version, self.patch) == (other.version, other.patch)
    }
}

impl Eq for Target {}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.version, self.patch)
    }
}

/// Why a text is not a target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// Not a version.
    Malformed(String),
    /// Not a version, where several may stand.
    MalformedSpec(String),
    /// Not a specifier of versions.
    Specifier(SpecifierError),
    /// The specifiers allow no version that crosspyc compiles for.
    NoneAllowed { specifiers: String },
    /// A version of Python that crosspyc has never heard of.
    Unknown(String),
    /// A patch release that crosspyc does not know.
    UnknownPatch { version: Version, patch: u8, newest: u8 },
    /// The last version of a range is older than its first.
    BackwardRange { first: Version, last: Version },
    /// Two patch levels of one version.
    TwoPatchLevels(Target, Target),
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::Malformed(text) => {
                write!(f, "`{text}` is not a Python version; write it like 3.12 or 3.12.1")
            }
            TargetError::MalformedSpec(text) => write!(
                f,
                "`{text}` is not a Python version; write it like 3.12 or 3.12.1, \
                 and several like 3.12,3.14, 3.12-3.14 or >=3.12"
            ),
            TargetError::Specifier(error) => error.fmt(f),
            TargetError::NoneAllowed { specifiers } => {
                write!(f, "`{specifiers}` allows no supported version; supported: {}", supported_list())
            }
            TargetError::Unknown(text) => {
                write!(f, "crosspyc knows no Python {text}; it knows 3.8 to 3.15")
            }
            TargetError::UnknownPatch { version, patch, newest } => write!(
                f,
                "Python {version}.{patch} is newer than {version}.{newest}, \
                 the newest patch release crosspyc knows"
            ),
            TargetError::BackwardRange { first, last } => {
                write!(f, "the range {first}-{last} runs backwards; write {last}-{first}")
            }
            TargetError::TwoPatchLevels(first, second) => {
                write!(f, "{first} and {second} give files of the same names; choose one of them")
            }
        }
    }
}

impl std::error::Error for TargetError {}

impl From<SpecifierError> for TargetError {
    fn from(error: SpecifierError) -> TargetError {
        TargetError::Specifier(error)
    }
}

fn supported_list() -> String {
    Version::ALL.map(|version| version.to_string()).join(", ")
}

impl FromStr for Version {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (major, minor) = text.split_once('.').ok_or_else(|| TargetError::Malformed(text.to_owned()))?;
        let (Ok(major), Ok(minor)) = (major.parse::<u8>(), minor.parse::<u8>()) else {
            return Err(TargetError::Malformed(text.to_owned()));
        };
        match Version::from_minor(minor) {
            Some(version) if major == 3 => Ok(version),
            _ => Err(TargetError::Unknown(text.to_owned())),
        }
    }
}

/// `3.12` or `3.12.1`.
impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (version, patch) = match text.match_indices('.').nth(1) {
            Some((dot, _)) => {
                let patch = text[dot + 1..].parse::<u8>();
                (&text[..dot], Some(patch.map_err(|_| TargetError::Malformed(text.to_owned()))?))
            }
            None => (text, None),
        };
        let version: Version = version.parse()?;
        let history = features::of(version);
        let newest = history.newest_patch;
        match patch {
            Some(patch) if patch > newest => Err(TargetError::UnknownPatch { version, patch, newest }),
            patch => Ok(Target::of(version, patch.unwrap_or(newest), history)),
        }
    }
}
