//! The settings for a PATH, from the nearest pyproject.toml: `[tool.crosspyc]` and parts of
//! `[project]`.
//!
//! ```toml
//! [tool.crosspyc]
//! targets = "3.9-3.13"            # or a list: ["3.9", "3.12.1"]
//! exclude = ["tests", "docs/*.py"]
//! exclude-regex = ["/test_[^/]*$"] # `compile`: in paths from the folder of pyproject.toml on
//! on-error = "skip"                # `compile`: or "fail"
//! optimize = [0, 2]               # or one level
//! invalidation = "unchecked-hash"
//! warnings = "error"               # or "default" or "ignore"
//!
//! [tool.crosspyc.bundle]          # the options of `crosspyc bundle`, under the same names
//! with = ["build/deps"]           # from the folder of pyproject.toml
//! script = "app"                  # or module = "app", or entry-point = "app.cli:main"
//! exclude = ["tests"]             # paths in the bundle, as for include
//! optimize = 1
//! native = true
//! ```
//!
//! From `[project]`, `requires-python` limits the targets. Bundles take their name, scripts and
//! metadata from it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::globs::GlobError;
use super::output::OnRejection;
use super::pack::Metadata;
use super::python::Library;
use super::regexes::RegexError;
use super::warnings::WarningPolicy;
use super::{FileError, shown};
use crate::pyc::Invalidation;
use crate::targets::{RequiresPython, SpecifierError, Target, TargetError, TargetSpec, all_targets, combine};

/// The settings for one PATH. A missing setting is `None` or empty.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The folder of the file, and the path from there to the PATH.
    pub folder: PathBuf,
    pub prefix: PathBuf,
    pub targets: Option<Vec<Target>>,
    /// `project.requires-python`. Parsed only if nothing else names targets.
    pub requires_python: Option<String>,
    pub exclude: Vec<String>,
    /// For paths from the folder of the file on.
    pub exclude_regex: Vec<String>,
    pub on_error: Option<OnRejection>,
    pub optimize: Option<Vec<u8>>,
    pub invalidation: Option<Invalidation>,
    pub warnings: Option<WarningPolicy>,
    pub bundle: BundleSettings,
    /// `project.name`.
    pub name: Option<String>,
    /// `project.scripts` and `project.gui-scripts`.
    pub scripts: BTreeMap<String, String>,
    /// `[project]`, if it has a name.
    pub metadata: Option<Metadata>,
}

/// The options of `crosspyc bundle`, under the same names.
// A missing setting is `None` or empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BundleSettings {
    /// The application's name. The default is that of `[project]`.
    pub name: Option<String>,
    /// Folders of installed packages, from the folder of pyproject.toml.
    #[serde(default)]
    pub with: Vec<PathBuf>,
    /// Files with requirements, from the folder of pyproject.toml.
    #[serde(default)]
    pub requirements: Vec<PathBuf>,
    /// Pack although a required package is missing.
    pub allow_missing: Option<bool>,
    /// Globs of data files to pack although they would be left out.
    #[serde(default)]
    pub include: Vec<String>,
    /// Globs of paths in the bundle to leave out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// The module that starts, as `python -m` does.
    pub module: Option<String>,
    /// The function that starts: `package.module:function`.
    pub entry_point: Option<String>,
    /// The script of `[project.scripts]`, or of a packed distribution, that starts.
    pub script: Option<String>,
    /// The optimization level, or a list of levels: 0, 1, 2.
    #[serde(default, deserialize_with = "levels")]
    #[cfg_attr(test, schemars(with = "Option<OneOrMore<u8>>"))]
    pub optimize: Option<Vec<u8>>,
    /// Pack native modules.
    pub native: Option<bool>,
    /// Pack the sources too: all, or those that a list of globs names.
    pub include_source: Option<AllOrSome>,
    /// Leave out what git ignores.
    pub gitignore: Option<bool>,
    /// Let the program import from the interpreter's site-packages.
    pub system_site_packages: Option<bool>,
    /// Pythons to bring, for one executable each: folders or archives, from the folder of
    /// pyproject.toml.
    #[serde(default)]
    pub embed_python: Vec<PathBuf>,
    /// A folder with runners for the platforms of the Pythons, from the folder of pyproject.toml.
    pub runners: Option<PathBuf>,
    /// The modules of the standard library to take along.
    pub stdlib: Option<Library>,
    /// Modules and packages of the standard library to take along in any case.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Take along shared libraries of this machine that the Pythons need.
    pub embed_libraries: Option<bool>,
    /// Prefer a Python of the machine that runs the program, if one fits.
    pub prefer_system: Option<bool>,
    /// Make executables for Windows that open no console.
    pub windowed: Option<bool>,
    /// The icon of executables for Windows, an .ico file, from the folder of pyproject.toml.
    pub icon: Option<PathBuf>,
}

/// `true`, `false`, or a list of globs.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum AllOrSome {
    All(bool),
    Some(Vec<String>),
}

fn levels<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    Ok(Some(OneOrMore::deserialize(deserializer)?.into_vec()))
}

/// An error in pyproject.toml.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("in `{path}`: {reason}", path = shown(path))]
    Toml { path: PathBuf, reason: String },
    #[error("in `{path}`, tool.crosspyc.targets: {reason}", path = shown(path))]
    Targets { path: PathBuf, reason: TargetError },
    #[error("in `{path}`, tool.crosspyc.optimize: {level} is not an optimization level; use 0, 1 or 2", path = shown(path))]
    Optimize { path: PathBuf, level: u8 },
    #[error("in `{path}`, tool.crosspyc: {reason}", path = shown(path))]
    Glob { path: PathBuf, reason: GlobError },
    #[error("in `{path}`, tool.crosspyc.exclude-regex: {reason}", path = shown(path))]
    Regex { path: PathBuf, reason: RegexError },
    #[error("in `{path}`, project.requires-python: {reason}", path = shown(path))]
    RequiresPython { path: PathBuf, reason: SpecifierError },
    #[error(
        "in `{path}`, project.requires-python = \"{requires}\" allows no version that crosspyc supports; \
         choose one with --target or tool.crosspyc.targets",
        path = shown(path)
    )]
    NoVersion { path: PathBuf, requires: String },
}

#[derive(Deserialize)]
struct PyProject {
    tool: Option<Tools>,
    project: Option<Project>,
}

#[derive(Deserialize)]
struct Tools {
    crosspyc: Option<Tool>,
}

/// Settings of crosspyc, the compiler of Python sources to pycs.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "tool.crosspyc"))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Tool {
    /// The Pythons to compile for, such as `3.12`, `3.12.1`, `3.12-3.15` or `>=3.12`. The default is
    /// what `project.requires-python` allows.
    targets: Option<OneOrMore<String>>,
    /// Globs of sources to leave out.
    #[serde(default)]
    exclude: Vec<String>,
    /// `crosspyc compile`: leave out sources in whose path a regular expression is found. Paths are
    /// from the folder of pyproject.toml on, with `/` before them.
    #[serde(default)]
    exclude_regex: Vec<String>,
    /// `crosspyc compile`: what to do about sources that do not compile.
    on_error: Option<OnRejection>,
    /// The optimization level, or a list of levels: 0, 1, 2.
    optimize: Option<OneOrMore<u8>>,
    /// How Python finds out that a pyc is out of date.
    invalidation: Option<InvalidationName>,
    /// What to do about warnings.
    warnings: Option<WarningPolicy>,
    #[serde(default)]
    bundle: BundleSettings,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Project {
    name: Option<String>,
    version: Option<String>,
    description: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    scripts: BTreeMap<String, String>,
    #[serde(default)]
    gui_scripts: BTreeMap<String, String>,
    #[serde(default)]
    entry_points: BTreeMap<String, BTreeMap<String, String>>,
    requires_python: Option<String>,
}

impl Project {
    fn metadata(&self) -> Option<Metadata> {
        let of_extra = |extra: &str, requirement: &str| match requirement.split_once(';') {
            Some((bare, marker)) => format!("{bare}; ({}) and extra == '{extra}'", marker.trim()),
            None => format!("{requirement}; extra == '{extra}'"),
        };
        let optional = self.optional_dependencies.iter().flat_map(|(extra, requirements)| {
            requirements.iter().map(move |requirement| of_extra(extra, requirement))
        });
        let scripts = [("console_scripts", &self.scripts), ("gui_scripts", &self.gui_scripts)];
        let scripts = scripts.map(|(group, entries)| (group.to_owned(), entries.clone()));
        Some(Metadata {
            name: self.name.clone()?,
            version: self.version.clone(),
            summary: self.description.clone(),
            requires_python: self.requires_python.clone(),
            requires: self.dependencies.iter().cloned().chain(optional).collect(),
            extras: self.optional_dependencies.keys().cloned().collect(),
            entry_points: scripts.into_iter().chain(self.entry_points.clone()).collect(),
        })
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMore::One(value) => vec![value],
            OneOrMore::More(values) => values,
        }
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum InvalidationName {
    /// Python compares the source's hash at every import.
    CheckedHash,
    /// Python never looks at the source.
    UncheckedHash,
    /// Python compares the source's modification time and size at every import.
    Timestamp,
}

impl Settings {
    /// Reads the nearest pyproject.toml at or above `path`, if there is one.
    pub fn nearest(path: &Path) -> Result<Settings, SettingsError> {
        let absolute = std::path::absolute(path).map_err(|error| FileError::new("read", path, error))?;
        let start = if absolute.is_dir() { Some(absolute.as_path()) } else { absolute.parent() };
        for folder in start.into_iter().flat_map(Path::ancestors) {
            let file = folder.join("pyproject.toml");
            match fs::read_to_string(&file) {
                Ok(text) => {
                    let prefix = start.and_then(|start| start.strip_prefix(folder).ok());
                    let prefix = prefix.unwrap_or(Path::new("")).to_owned();
                    return Settings { folder: folder.to_owned(), prefix, ..Settings::read(&file, &text)? }
                        .checked();
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(FileError::new("read", &file, error).into()),
            }
        }
        Ok(Settings::default())
    }

    /// The targets if the command line names none: those of the settings, or all supported ones
    /// that the project allows.
    pub fn targets_or_allowed(&self) -> Result<Vec<Target>, SettingsError> {
        match (&self.targets, &self.requires_python) {
            (Some(targets), _) => Ok(targets.clone()),
            (None, Some(requires)) => allowed(&self.file(), requires),
            (None, None) => Ok(all_targets()),
        }
    }

    /// The versions that the project allows and that are too old for crosspyc, if requires-python
    /// decides about the targets.
    pub fn too_old(&self) -> Vec<String> {
        let requires = self.requires_python.as_deref().filter(|_| self.targets.is_none());
        let requires = requires.and_then(|text| text.parse::<RequiresPython>().ok());
        requires.map_or_else(Vec::new, |requires| requires.too_old())
    }

    /// The path of the file.
    pub fn file(&self) -> PathBuf {
        self.folder.join("pyproject.toml")
    }

    fn read(file: &Path, text: &str) -> Result<Settings, SettingsError> {
        let path = || file.to_owned();
        let parsed: PyProject = toml::from_str(text).map_err(|error| SettingsError::Toml {
            path: path(),
            reason: error.to_string().trim_end().to_owned(),
        })?;
        let tool = parsed.tool.and_then(|tools| tools.crosspyc).unwrap_or_default();
        let project = parsed.project.unwrap_or_default();
        let metadata = project.metadata();
        let Project { name, mut scripts, gui_scripts, requires_python, .. } = project;
        scripts.extend(gui_scripts);
        let targets = tool.targets.map(|texts| specified(&texts.into_vec())).transpose();
        let targets = targets.map_err(|reason| SettingsError::Targets { path: path(), reason })?;
        let invalidation = tool.invalidation.map(|name| match name {
            InvalidationName::CheckedHash => Invalidation::CheckedHash,
            InvalidationName::UncheckedHash => Invalidation::UncheckedHash,
            InvalidationName::Timestamp => Invalidation::Timestamp,
        });
        let optimize = tool.optimize.map(OneOrMore::into_vec);
        Ok(Settings {
            targets,
            requires_python,
            exclude: tool.exclude,
            exclude_regex: tool.exclude_regex,
            on_error: tool.on_error,
            optimize,
            invalidation,
            warnings: tool.warnings,
            bundle: tool.bundle,
            name,
            scripts,
            metadata,
            ..Settings::default()
        })
    }

    fn checked(self) -> Result<Settings, SettingsError> {
        let levels = self.optimize.iter().chain(&self.bundle.optimize).flatten();
        match levels.into_iter().find(|level| **level > 2) {
            Some(&level) => Err(SettingsError::Optimize { path: self.file(), level }),
            None => Ok(self),
        }
    }
}

fn specified(texts: &[String]) -> Result<Vec<Target>, TargetError> {
    combine(texts.iter().map(|text| text.parse()).collect::<Result<Vec<TargetSpec>, _>>()?)
}

/// The supported versions that `requires` allows.
fn allowed(file: &Path, requires: &str) -> Result<Vec<Target>, SettingsError> {
    let specifiers: RequiresPython =
        requires.parse().map_err(|reason| SettingsError::RequiresPython { path: file.to_owned(), reason })?;
    let targets: Vec<Target> =
        all_targets().into_iter().filter(|target| specifiers.allows(target.version())).collect();
    if targets.is_empty() {
        return Err(SettingsError::NoVersion { path: file.to_owned(), requires: requires.to_owned() });
    }
    Ok(targets)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `BLESS=1` writes the file.
    #[test]
    fn the_schema_in_the_repository_is_current() {
        let schema = schemars::schema_for!(Tool);
        let schema = serde_json::to_string_pretty(&schema).expect("it is JSON") + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("crosspyc.schema.json");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, &schema).expect("the file can be written");
        }
        let committed = fs::read_to_string(&file).expect("the file is there");
        assert_eq!(
            committed.replace("\r\n", "\n"),
            schema,
            "run the tests with BLESS=1, and commit the file"
        );
    }
}
