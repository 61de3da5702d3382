//! The project's own metadata from pyproject.toml, as a `.dist-info` folder like an installer's, so
//! that `importlib.metadata` finds the project by name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::Project;
use super::distribution::Distribution;
use super::gather::{Gathered, Item, Kind};

/// The static part of `[project]` in pyproject.toml.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub name: String,
    /// `None` if it is dynamic.
    pub version: Option<String>,
    pub summary: Option<String>,
    pub requires_python: Option<String>,
    /// In the form of `Requires-Dist`. Those of extras have a marker.
    pub requires: Vec<String>,
    pub extras: Vec<String>,
    /// By group: `console_scripts` and others.
    pub entry_points: BTreeMap<String, BTreeMap<String, String>>,
}

impl Metadata {
    fn metadata(&self, version: &str) -> String {
        let mut text = format!("Metadata-Version: 2.1\nName: {}\nVersion: {version}\n", self.name);
        let one_line =
            self.summary.as_ref().map(|summary| summary.split_whitespace().collect::<Vec<_>>().join(" "));
        let singles = [("Summary", one_line), ("Requires-Python", self.requires_python.clone())];
        let singles = singles.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let requires = self.requires.iter().map(|value| ("Requires-Dist", value.clone()));
        let extras = self.extras.iter().map(|value| ("Provides-Extra", value.clone()));
        for (key, value) in singles.chain(extras).chain(requires) {
            let _ = writeln!(text, "{key}: {value}");
        }
        text
    }

    fn entry_points(&self) -> String {
        let mut text = String::new();
        for (group, entries) in self.entry_points.iter().filter(|(_, entries)| !entries.is_empty()) {
            let _ = writeln!(text, "[{group}]");
            for (name, value) in entries {
                let _ = writeln!(text, "{name} = {value}");
            }
            text.push('\n');
        }
        text
    }
}

/// The normal form of names that installers treat as equal: `My.App` becomes `my_app`.
pub(super) fn normalized(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("_").to_lowercase()
}

/// The application's version: the project's, else that of the bundled distribution with the
/// bundle's name.
pub(super) fn version(project: &Project, distributions: &[Distribution]) -> Option<String> {
    let own = project.metadata.as_ref();
    let name = normalized(own.map_or(&project.name, |metadata| &metadata.name));
    own.and_then(|metadata| metadata.version.clone()).or_else(|| {
        let same = distributions.iter().find(|distribution| normalized(&distribution.name) == name);
        same.map(|distribution| distribution.version.clone())
    })
}

/// Adds the project's metadata if its version is static and the project is not installed in any of
/// the folders.
pub(super) fn add(project: &Project, gathered: &mut Gathered) {
    let Some(metadata) = &project.metadata else { return };
    let Some(version) = &metadata.version else { return };
    let name = normalized(&metadata.name);
    if gathered.distributions.iter().any(|distribution| normalized(&distribution.name) == name) {
        return;
    }
    let folder = format!("{name}-{}.dist-info", version.replace('-', "_"));
    let texts = [("METADATA", metadata.metadata(version)), ("entry_points.txt", metadata.entry_points())];
    for (file, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let path = format!("{folder}/{file}");
        if gathered.items.iter().any(|item| item.path == path) {
            continue;
        }
        gathered.items.push(Item {
            path,
            file: project.root.join(Path::new("pyproject.toml")),
            size: text.len() as u64,
            made: Some(text.into_bytes()),
            kind: Kind::Data,
            included: false,
            folder: 0,
            owner: None,
            targets: project.all_targets(),
        });
    }
    gathered.sort();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_what_an_installer_writes() {
        let entry = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let metadata = Metadata {
            name: "My.App".to_owned(),
            summary: Some("One\nline".to_owned()),
            requires: vec!["requests>=2".to_owned()],
            entry_points: BTreeMap::from([("console_scripts".to_owned(), entry("app", "app:main"))]),
            ..Metadata::default()
        };
        assert_eq!(
            metadata.metadata("1.0"),
            "Metadata-Version: 2.1\nName: My.App\nVersion: 1.0\nSummary: One line\nRequires-Dist: requests>=2\n"
        );
        assert_eq!(metadata.entry_points(), "[console_scripts]\napp = app:main\n\n");
        assert_eq!(normalized("My.-App"), "my_app");
    }
}
