//! Reads installed distributions from their `*.dist-info`: name, version, scripts, files, and the
//! Pythons and platforms that they were built for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::gather::read_text;
use super::platforms::Platforms;
use super::{Folder, PackError, Project, TargetSet};
use crate::bundle::declared_scripts;
use crate::targets::wheel_fits;

/// An installed distribution.
#[derive(Debug)]
pub(super) struct Distribution {
    pub name: String,
    pub version: String,
    /// The start of the name of its `.dist-info` folder: `numpy-2.5.0`.
    pub stem: String,
    /// The number of its folder.
    pub folder: usize,
    /// `Requires-Dist` of its metadata.
    pub requires: Vec<String>,
    /// Console and GUI scripts: name and `module:function`.
    pub scripts: BTreeMap<String, String>,
    /// The paths in its RECORD, as written. Empty if it has none.
    pub record: Vec<String>,
    /// The project's targets that use its folder.
    pub of_folder: TargetSet,
    /// The project's targets that match its tags.
    pub targets: TargetSet,
    /// Its platforms. Empty if it runs on any.
    pub platforms: Platforms,
    /// The folder with its sources, if it is an editable install.
    pub editable: Option<PathBuf>,
}

impl Distribution {
    /// Reads the `.dist-info` folder `info`.
    pub(super) fn read(
        info: &Path,
        folder: &Folder<'_>,
        project: &Project,
    ) -> Result<Distribution, PackError> {
        let name = info.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stem = name.trim_end_matches(".dist-info").to_owned();
        let text = |name: &str| match info.join(name) {
            file if file.is_file() => read_text(&file),
            _ => Ok(String::new()),
        };
        let metadata = text("METADATA")?;
        let header = |name| headers(&metadata, name).next().map(str::to_owned);
        let (from_name, from_version) = stem.split_once('-').unwrap_or((&stem, ""));
        let mut distribution = Distribution {
            name: header("Name").unwrap_or_else(|| from_name.to_owned()),
            version: header("Version").unwrap_or_else(|| from_version.to_owned()),
            folder: folder.number,
            of_folder: folder.targets,
            requires: headers(&metadata, "Requires-Dist").map(str::to_owned).collect(),
            scripts: declared_scripts(&text("entry_points.txt")?)
                .map(|script| (script.name.to_owned(), script.value.to_owned()))
                .collect(),
            record: text("RECORD")?.lines().map(recorded_path).collect(),
            targets: TargetSet::NONE,
            platforms: Platforms::default(),
            editable: editable_folder(&text("direct_url.json")?),
            stem,
        };
        match text("WHEEL")? {
            wheel if wheel.is_empty() => distribution.targets = project.all_targets(),
            wheel => headers(&wheel, "Tag").for_each(|tag| distribution.add_tag(tag, project)),
        }
        Ok(distribution)
    }

    fn add_tag(&mut self, tag: &str, project: &Project) {
        let mut parts = tag.splitn(3, '-');
        let (Some(pythons), Some(abis), Some(platform)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        self.platforms.extend(&Platforms::of_wheel(platform));
        for (number, target) in project.targets.iter().enumerate() {
            let fits = |python| abis.split('.').any(|abi| wheel_fits(python, abi, target.version()));
            if pythons.split('.').any(fits) {
                self.targets = self.targets.with(number);
            }
        }
    }

    /// Whether an installer generates `bin/FILE` from its entry points. pip also generates scripts
    /// for itself that are named after the Python.
    pub(super) fn makes_script(&self, file: &str) -> bool {
        if self.name == "pip" && file.starts_with("pip") {
            return true;
        }
        let endings = ["", ".exe", "-script.py", "-script.pyw", ".exe.manifest"];
        endings
            .iter()
            .any(|ending| file.strip_suffix(ending).is_some_and(|name| self.scripts.contains_key(name)))
    }
}

/// The values of a header, up to the first empty line.
fn headers<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().take_while(|line| !line.is_empty()).filter_map(move |line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// The first field of a line of comma-separated values.
fn recorded_path(line: &str) -> String {
    let path = match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => line.split(',').next().unwrap_or_default(),
    };
    path.replace('\\', "/")
}

/// The folder of an editable install, from `direct_url.json`.
fn editable_folder(json: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct DirectUrl {
        url: String,
        dir_info: Option<DirInfo>,
    }
    #[derive(Deserialize)]
    struct DirInfo {
        #[serde(default)]
        editable: bool,
    }
    let direct: DirectUrl = serde_json::from_str(json).ok()?;
    direct.dir_info.filter(|info| info.editable)?;
    let folder = url::Url::parse(&direct.url).ok().and_then(|url| url.to_file_path().ok());
    Some(folder.unwrap_or_else(|| PathBuf::from(direct.url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_quote_paths_with_commas() {
        assert_eq!(recorded_path("a/b.py,sha256=x,3"), "a/b.py");
        assert_eq!(recorded_path("\"a,b.py\",,"), "a,b.py");
        assert_eq!(recorded_path("..\\..\\Scripts\\x.exe,,"), "../../Scripts/x.exe");
    }

    #[test]
    fn editable_installs_name_their_folder() {
        let json = |editable| format!("{{\"dir_info\": {{{editable}}}, \"url\": \"file:///a%20b/c\"}}");
        assert_eq!(editable_folder(&json("\"editable\": true")), Some(PathBuf::from("/a b/c")));
        assert_eq!(editable_folder(&json("")), None);
        assert_eq!(editable_folder(""), None);
    }
}
