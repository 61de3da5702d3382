//! Which targets a user means: `3.12`, `3.12.1`, `3.9,3.12`, `3.8-3.15`, `all`.

use std::str::FromStr;

use super::version::{Target, TargetError, Version};

/// What one `--target` says: at least one target, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec(Vec<Target>);

impl FromStr for TargetSpec {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let mut targets = Vec::new();
        for part in text.split(',').map(str::trim) {
            match part.split_once('-') {
                Some((first, last)) => targets.extend(range(first.trim(), last.trim())?),
                None if part == "all" => targets.extend(Version::supported().filter_map(Target::newest)),
                None => targets.push(part.parse()?),
            }
        }
        Ok(TargetSpec(targets))
    }
}

/// The newest patch levels of all versions from `first` to `last`, each of which must be supported:
/// a range promises every version in it.
fn range(first: &str, last: &str) -> Result<Vec<Target>, TargetError> {
    let (first, last): (Version, Version) = (first.parse()?, last.parse()?);
    if first > last {
        return Err(TargetError::BackwardRange { first, last });
    }
    let versions = Version::ALL.into_iter().filter(|version| (first..=last).contains(version));
    versions.map(|version| Target::newest(version).ok_or(TargetError::Unsupported(version))).collect()
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

/// All supported versions at their newest patch levels, oldest first.
pub fn all_targets() -> Vec<Target> {
    Version::supported().filter_map(Target::newest).collect()
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
        let newest = Target::newest(Version::V3_12).expect("supported").to_string();
        assert_eq!(combined(&["3.12"]), Ok(newest.clone()));
        assert_eq!(combined(&["3.12.1"]), Ok("3.12.1".to_owned()));
        assert_eq!(combined(&["3.12-3.12", " 3.12 , 3.12"]), Ok(newest.clone()));
        assert!(combined(&["all"]).expect("some are supported").contains(&newest));
    }

    #[test]
    fn wrong_specs_are_refused_by_name() {
        for (spec, message) in [
            ("", "`` is not a Python version; write it like 3.12 or 3.12.1"),
            ("3.12,", "`` is not a Python version; write it like 3.12 or 3.12.1"),
            ("py312", "`py312` is not a Python version; write it like 3.12 or 3.12.1"),
            ("3.7", "crosspyc knows no Python 3.7; it knows 3.8 to 3.15"),
            ("3.12.0-3.12.1", "`3.12.0` is not a Python version; write it like 3.12 or 3.12.1"),
            ("3.12-3.11", "the range 3.12-3.11 runs backwards; write 3.11-3.12"),
            ("3.12.0,3.12.1", "3.12.0 and 3.12.1 give files of the same names; choose one of them"),
        ] {
            assert_eq!(combined(&[spec]), Err(message.to_owned()), "{spec}");
        }
    }
}
