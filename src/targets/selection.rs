//! Which targets a user means: `3.12`, `3.12.1`, `3.12,3.14`, `3.12-3.15`, `>=3.12`, `3.12+`, `all`,
//! and `py312` as other tools write it.

use std::str::FromStr;

use super::requires_python::RequiresPython;
use super::version::{Target, TargetError, Version};

/// The targets of one `--target`: at least one, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec(Vec<Target>);

impl FromStr for TargetSpec {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        // Specifiers have commas of their own.
        let targets = if text.contains(['<', '>', '=', '~', '!']) {
            allowed(text)?
        } else {
            let parts = text.split(',').map(|part| part_targets(part.trim()));
            parts.collect::<Result<Vec<_>, _>>().map_err(as_spec)?.concat()
        };
        Ok(TargetSpec(targets))
    }
}

fn part_targets(part: &str) -> Result<Vec<Target>, TargetError> {
    if part == "all" {
        return Ok(all_targets());
    }
    if let Some((first, last)) = part.split_once('-') {
        return range(first.trim(), last.trim());
    }
    if let Some(first) = part.strip_suffix('+') {
        let _is_version: Target = first.parse()?;
        return allowed(&format!(">={first}"));
    }
    let minor = part.strip_prefix("py3").or_else(|| part.strip_prefix("cp3"));
    let target = minor.map_or_else(|| part.parse(), |minor| format!("3.{minor}").parse());
    target.map(|target| vec![target])
}

/// The newest patch levels of all versions that the specifiers allow.
fn allowed(specifiers: &str) -> Result<Vec<Target>, TargetError> {
    let requires: RequiresPython = specifiers.parse()?;
    let targets: Vec<Target> =
        all_targets().into_iter().filter(|target| requires.allows(target.version())).collect();
    if targets.is_empty() {
        return Err(TargetError::NoneAllowed { specifiers: specifiers.to_owned() });
    }
    Ok(targets)
}

/// The same error, with the other ways to name targets.
fn as_spec(error: TargetError) -> TargetError {
    match error {
        TargetError::Malformed(text) => TargetError::MalformedSpec(text),
        error => error,
    }
}

/// The newest patch levels of all versions from `first` to `last`.
fn range(first: &str, last: &str) -> Result<Vec<Target>, TargetError> {
    let (first, last): (Version, Version) = (first.parse()?, last.parse()?);
    if first > last {
        return Err(TargetError::BackwardRange { first, last });
    }
    let versions = Version::ALL.into_iter().filter(|version| (first..=last).contains(version));
    Ok(versions.map(Target::newest).collect())
}

/// The targets of all `specs` together, oldest first, each once.
///
/// Two patch levels of one version are refused: their files have the same names.
pub fn combine(specs: impl IntoIterator<Item = TargetSpec>) -> Result<Vec<Target>, TargetError> {
    let mut targets: Vec<Target> = specs.into_iter().flat_map(|spec| spec.0).collect();
    targets.sort_by_key(|target| (target.version(), target.patch()));
    targets.dedup();
    match targets.windows(2).find(|pair| pair[0].version() == pair[1].version()) {
        Some(pair) => Err(TargetError::TwoPatchLevels(pair[0], pair[1])),
        None => Ok(targets),
    }
}

/// The targets that a text names, oldest first, each once: `3.12`, `3.12.1`, `3.12,3.14`,
/// `3.12-3.15`, `>=3.12`, `3.12+`, `all`.
///
/// # Errors
///
/// The text is malformed, or names a version that crosspyc does not compile for, or two patch levels
/// of one version, whose files would have the same names.
pub fn targets(text: &str) -> Result<Vec<Target>, TargetError> {
    combine([text.parse()?])
}

/// All versions at their newest patch levels, oldest first.
pub fn all_targets() -> Vec<Target> {
    Version::ALL.map(Target::newest).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combined(texts: &[&str]) -> Result<String, String> {
        let specs = texts.iter().map(|text| text.parse()).collect::<Result<Vec<TargetSpec>, _>>();
        let targets = specs.and_then(combine).map_err(|error| error.to_string())?;
        Ok(targets.iter().map(Target::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn specs_name_targets() {
        let newest = Target::newest(Version::V3_12).to_string();
        assert_eq!(combined(&["3.12"]), Ok(newest.clone()));
        assert_eq!(combined(&["3.12.1"]), Ok("3.12.1".to_owned()));
        assert_eq!(combined(&["3.12-3.12", " 3.12 , 3.12"]), Ok(newest.clone()));
        let all = combined(&["all"]);
        assert!(all.as_ref().expect("some are supported").contains(&newest));
        for (spec, same) in [
            ("py312", "3.12"),
            ("cp313,3.12", "3.12-3.13"),
            (">=3.8", "all"),
            (">=3.13,<3.15", "3.13-3.14"),
            ("~=3.14", "3.14-3.15"),
            ("3.13+", "3.13-3.15"),
            ("3.12,3.14+", "3.12,3.14,3.15"),
        ] {
            assert_eq!(combined(&[spec]), combined(&[same]), "{spec}");
        }
    }

    #[test]
    fn wrong_specs_are_refused_by_name() {
        for text in ["", "3.12,", "python312", "py", "py3.12", "+", "3.12.0-3.12.1"] {
            let error = combined(&[text]).expect_err(text);
            let end = "write it like 3.12 or 3.12.1, and several like 3.12,3.14, 3.12-3.14 or >=3.12";
            assert!(error.ends_with(end), "{text}: {error}");
        }
        for (spec, message) in [
            (
                "<3.8",
                "`<3.8` allows no supported version; supported: 3.8, 3.9, 3.10, 3.11, 3.12, 3.13, 3.14, 3.15",
            ),
            (">=x", "`>=x` is not a version specifier; write it like >=3.9 or <3.13"),
            ("3.7", "crosspyc knows no Python 3.7; it knows 3.8 to 3.15"),
            ("3.12-3.11", "the range 3.12-3.11 runs backwards; write 3.11-3.12"),
            ("3.12.0,3.12.1", "3.12.0 and 3.12.1 give files of the same names; choose one of them"),
        ] {
            assert_eq!(combined(&[spec]), Err(message.to_owned()), "{spec}");
        }
    }
}
