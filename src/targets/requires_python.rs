//! `requires-python` of a project (PEP 440 version specifiers): which versions it allows.

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "cli")]
use super::version::Target;
use super::version::Version;

/// A parsed `requires-python`, such as `>=3.9,<3.13` or `~=3.8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiresPython(Vec<Clause>);

/// A text is not a list of version specifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecifierError(String);

impl fmt::Display for SpecifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a version specifier; write it like >=3.9 or <3.13", self.0)
    }
}

impl std::error::Error for SpecifierError {}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    operator: Operator,
    /// The numbers of the release as written.
    release: Vec<u32>,
    /// `==3.12.*`: only the numbers given count.
    prefix: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Compatible,
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    Above,
    Below,
}

impl Operator {
    #[cfg(feature = "cli")]
    fn bounds_below(self) -> bool {
        !matches!(self, Operator::NotEqual | Operator::AtMost | Operator::Below)
    }
}

/// Patch releases beyond any that there will be of one version.
const PATCHES: std::ops::Range<u32> = 0..100;

impl RequiresPython {
    /// Whether some release of `version` satisfies every clause.
    pub fn allows(&self, version: Version) -> bool {
        self.allows_minor(version.minor())
    }

    /// The same for a version 3.x that crosspyc may not know.
    fn allows_minor(&self, minor: u8) -> bool {
        PATCHES.into_iter().any(|patch| self.admits([3, u32::from(minor), patch]))
    }

    /// Whether the release that a target stands for satisfies every clause.
    #[cfg(feature = "cli")]
    pub fn admits_target(&self, target: Target) -> bool {
        self.admits([3, u32::from(target.version().minor()), u32::from(target.patch())])
    }

    /// The versions of Python 3 that it allows and that are too old for crosspyc, such as `3.7`. An
    /// upper bound alone (`<4`) means none of them.
    #[cfg(feature = "cli")]
    pub fn too_old(&self) -> Vec<String> {
        let has_lower_bound = self.0.iter().any(|clause| clause.operator.bounds_below());
        let older = 0..Version::ALL[0].minor();
        let allowed = older.filter(|&minor| has_lower_bound && self.allows_minor(minor));
        allowed.map(|minor| format!("3.{minor}")).collect()
    }

    /// Whether a release satisfies every clause.
    pub fn admits(&self, release: [u32; 3]) -> bool {
        self.0.iter().all(|clause| clause.admits(release))
    }
}

impl Clause {
    fn admits(&self, release: [u32; 3]) -> bool {
        let given = |n: usize| self.release.get(n).copied().unwrap_or(0);
        let wanted = [given(0), given(1), given(2)];
        let starts_with = |numbers: &[u32]| release.iter().zip(numbers).all(|(a, b)| a == b);
        match self.operator {
            Operator::Equal if self.prefix => starts_with(&self.release),
            Operator::NotEqual if self.prefix => !starts_with(&self.release),
            Operator::Equal => release == wanted,
            Operator::NotEqual => release != wanted,
            Operator::AtLeast => release >= wanted,
            Operator::AtMost => release <= wanted,
            Operator::Above => release > wanted,
            Operator::Below => release < wanted,
            Operator::Compatible => release >= wanted && starts_with(&self.release[..self.release.len() - 1]),
        }
    }
}

impl FromStr for RequiresPython {
    type Err = SpecifierError;

    fn from_str(text: &str) -> Result<Self, SpecifierError> {
        let clauses = text.split(',').map(str::trim).filter(|clause| !clause.is_empty());
        clauses.map(clause).collect::<Result<_, _>>().map(RequiresPython)
    }
}

fn clause(text: &str) -> Result<Clause, SpecifierError> {
    let wrong = || SpecifierError(text.to_owned());
    let (operator, version) = [
        ("===", Operator::Equal),
        ("~=", Operator::Compatible),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Above),
        ("<", Operator::Below),
    ]
    .into_iter()
    .find_map(|(sign, operator)| Some((operator, text.strip_prefix(sign)?.trim())))
    .ok_or_else(wrong)?;
    let (version, prefix) = match version.strip_suffix(".*") {
        Some(version) => (version, true),
        None => (version, false),
    };
    let release = release_numbers(version).ok_or_else(wrong)?;
    let takes_prefix = matches!(operator, Operator::Equal | Operator::NotEqual);
    if prefix && !takes_prefix || operator == Operator::Compatible && release.len() < 2 {
        return Err(wrong());
    }
    Ok(Clause { operator, release, prefix })
}

/// The numbers of `3.12.1`; what marks a pre-release (`3.13.0rc1`) is left out, for no target is
/// one.
fn release_numbers(version: &str) -> Option<Vec<u32>> {
    let end = version.find(|c: char| c.is_ascii_alphabetic() || matches!(c, '+' | '-' | '_'));
    let numbers = version[..end.unwrap_or(version.len())].trim_end_matches('.');
    numbers.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_allow_versions_that_have_a_fitting_release() {
        for (text, allowed) in [
            ("", "8 9 10 11 12 13 14 15"),
            (">=3.9,<3.13", "9 10 11 12"),
            (">= 3.12.4", "12 13 14 15"),
            ("~=3.10", "10 11 12 13 14 15"),
            ("~=3.10.2", "10"),
            ("==3.12.*", "12"),
            (">=3.8, !=3.9.*, !=3.10.1", "8 10 11 12 13 14 15"),
            ("==3.12", "12"),
            (">3.13", "13 14 15"),
            ("<=3.9", "8 9"),
            ("<4", "8 9 10 11 12 13 14 15"),
            (">=3.14.0rc1", "14 15"),
            (">=4", ""),
            ("<3", ""),
        ] {
            let requires: RequiresPython = text.parse().expect(text);
            let versions = Version::ALL.into_iter().filter(|version| requires.allows(*version));
            let minors = versions.map(|version| version.minor().to_string()).collect::<Vec<_>>();
            assert_eq!(minors.join(" "), allowed, "{text}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn older_versions_are_named_if_there_is_a_lower_bound() {
        for (text, too_old) in [
            (">=3.6", "3.6 3.7"),
            ("~=3.7", "3.7"),
            (">3.6.1,<3.7", "3.6"),
            ("==3.5.*", "3.5"),
            (">=3.8", ""),
            ("<4", ""),
            ("!=3.9.*", ""),
        ] {
            let requires: RequiresPython = text.parse().expect(text);
            assert_eq!(requires.too_old().join(" "), too_old, "{text}");
        }
    }

    #[test]
    fn what_is_no_specifier_is_refused() {
        for text in ["3.9", ">=", ">=three", "~=3", ">=3.*", "=3.9"] {
            assert_eq!(text.parse::<RequiresPython>(), Err(SpecifierError(text.to_owned())), "{text}");
        }
    }
}
