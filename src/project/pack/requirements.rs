//! Checks that a bundle contains the requirements of its packages (`Requires-Dist`) and the
//! project's own dependencies, for each target and platform.
//!
//! Extras count if a requirement asks for them. A requirement that cannot be parsed is ignored: an
//! installer accepted it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr as _;

use pep508_rs::pep440_rs::Version;
use pep508_rs::{
    ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, PackageName, Requirement, VersionOrUrl,
};

use super::Project;
use super::distribution::Distribution;
use super::gather::Gathered;
use super::platforms::Platforms;
use crate::targets::Target;

/// A requirement that the bundle does not meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// As it is written, without its marker.
    pub requirement: String,
    /// The package that requires it.
    pub of: String,
    /// The version in the bundle.
    pub has: Option<String>,
    /// The targets concerned. Empty if all are.
    pub targets: Vec<String>,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (required by {}", self.requirement, self.of)?;
        if let Some(version) = &self.has {
            write!(f, "; the bundle has {version}")?;
        }
        if !self.targets.is_empty() {
            write!(f, "; for {}", self.targets.join(", "))?;
        }
        f.write_str(")")
    }
}

/// The requirements of the packages and the project that the bundle does not meet.
pub(super) fn missing(project: &Project, gathered: &Gathered, platforms: &[Platforms]) -> Vec<Missing> {
    let mut targets_of: BTreeMap<Missing, BTreeSet<usize>> = BTreeMap::new();
    for (number, target) in project.targets.iter().enumerate() {
        let installed = Installed::new(project, &gathered.distributions, number);
        let names = match platforms[number].names() {
            names if names.is_empty() => Platforms::here().names(),
            names => names,
        };
        for environment in names.iter().filter_map(|platform| environment(target, platform)) {
            for missing in installed.missing(&environment) {
                targets_of.entry(missing).or_default().insert(number);
            }
        }
    }
    let in_words = |(mut missing, numbers): (Missing, BTreeSet<usize>)| {
        if numbers.len() < project.targets.len() {
            missing.targets =
                numbers.iter().map(|&number| project.targets[number].version().to_string()).collect();
        }
        missing
    };
    targets_of.into_iter().map(in_words).collect()
}

/// The packages in the bundle for one target.
struct Installed<'i> {
    packages: HashMap<PackageName, Package<'i>>,
}

struct Package<'i> {
    name: &'i str,
    /// `None` for the project. Its version may be dynamic.
    version: Option<&'i str>,
    requires: &'i [String],
}

impl<'i> Installed<'i> {
    fn new(project: &'i Project, distributions: &'i [Distribution], target: usize) -> Installed<'i> {
        let of_target = distributions.iter().filter(|distribution| distribution.serves(target));
        let packages = of_target.map(|distribution| Package {
            name: &distribution.name,
            version: Some(&distribution.version),
            requires: &distribution.requires,
        });
        let own = project.metadata.iter().map(|metadata| Package {
            name: &metadata.name,
            version: None,
            requires: &metadata.requires,
        });
        let named = packages.chain(own);
        let named = named.filter_map(|package| Some((PackageName::from_str(package.name).ok()?, package)));
        Installed { packages: named.collect() }
    }

    fn missing(&self, environment: &MarkerEnvironment) -> BTreeSet<Missing> {
        let mut missing = BTreeSet::new();
        // Packages with the requested extras. Each is checked once without extras and once for each
        // extra.
        let mut waiting: Vec<(&PackageName, Option<ExtraName>)> =
            self.packages.keys().map(|name| (name, None)).collect();
        let mut seen: BTreeSet<(PackageName, Option<ExtraName>)> =
            waiting.iter().map(|(name, extra)| ((*name).clone(), extra.clone())).collect();
        while let Some((name, extra)) = waiting.pop() {
            let package = &self.packages[name];
            for text in package.requires {
                let Ok(requirement) = Requirement::<url::Url>::from_str(text) else { continue };
                if !requirement.evaluate_markers(environment, extra.as_slice()) {
                    continue;
                }
                let Some((found, has)) = self.packages.get_key_value(&requirement.name) else {
                    missing.insert(unmet(&requirement, package, None));
                    continue;
                };
                if !fits(&requirement, has.version) {
                    missing.insert(unmet(&requirement, package, has.version));
                }
                for extra in requirement.extras {
                    if seen.insert((found.clone(), Some(extra.clone()))) {
                        waiting.push((found, Some(extra)));
                    }
                }
            }
        }
        missing
    }
}

fn unmet(requirement: &Requirement<url::Url>, package: &Package<'_>, has: Option<&str>) -> Missing {
    let mut bare = requirement.clone();
    bare.marker = Default::default();
    Missing {
        requirement: bare.to_string(),
        of: package.name.to_owned(),
        has: has.map(str::to_owned),
        targets: Vec::new(),
    }
}

fn fits(requirement: &Requirement<url::Url>, version: Option<&str>) -> bool {
    let version = version.and_then(|version| Version::from_str(version).ok());
    match (&requirement.version_or_url, version) {
        (Some(VersionOrUrl::VersionSpecifier(specifiers)), Some(version)) => specifiers.contains(&version),
        _ => true,
    }
}

/// The marker environment of a platform, which has its name in a manifest.
fn environment(target: &Target, platform: &str) -> Option<MarkerEnvironment> {
    let (system, rest) = platform.split_once('-').unwrap_or((platform, "x86"));
    let machine = rest.rsplit_once('-').map_or(rest, |(_, machine)| machine);
    let (os_name, sys_platform, platform_system) = match system {
        "win" | "win32" => ("nt", "win32", "Windows"),
        "macosx" => ("posix", "darwin", "Darwin"),
        _ => ("posix", "linux", "Linux"),
    };
    let machine = if os_name == "nt" { machine.to_uppercase() } else { machine.to_owned() };
    let version = target.version().to_string();
    let full = format!("{version}.{}", target.patch());
    let builder = MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name,
        platform_machine: &machine,
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system,
        platform_version: "",
        python_full_version: &full,
        python_version: &version,
        sys_platform,
    };
    builder.try_into().ok()
}

impl Distribution {
    /// Whether it is in the bundle for the target with this number.
    fn serves(&self, target: usize) -> bool {
        self.of_folder.common(self.targets).has(target)
    }
}
