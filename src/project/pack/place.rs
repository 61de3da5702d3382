//! A folder that is named as PROJECT or with `--with`, and the distributions in it.
//!
//! A folder that contains `*.dist-info` holds installed packages, like the result of `pip install
//! --target`. In a virtual environment (`pyvenv.cfg`), the `site-packages` folder is used. Each
//! distribution is taken by its RECORD. Files outside of site-packages get the path that they had
//! in the wheel:
//!
//! | RECORD | in the bundle |
//! |---|---|
//! | `pkg/mod.py` | `pkg/mod.py` |
//! | `../../bin/tool`, `bin/tool` | `NAME-VERSION.data/scripts/tool` |
//! | `../../../include/site/python3.12/NAME/x.h` | `NAME-VERSION.data/headers/x.h` |
//! | `../../share/x`, `share/x` | `NAME-VERSION.data/data/share/x` |
//!
//! Files that would make the bytes depend on the machine are left out: INSTALLER, REQUESTED,
//! direct_url.json and the like, pycs, and scripts that are generated from entry points.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::distribution::Distribution;
use super::{Folder, PackError, Project};
use crate::pyc::CACHE_DIR;

/// A named folder.
pub(super) struct Place {
    /// The folder whose files are on sys.path.
    pub site: PathBuf,
    /// The folder above files that are outside of site-packages.
    root: PathBuf,
    /// The files that RECORDs name, by their path in `site`.
    claims: HashMap<String, Claim>,
    /// The distribution of each `.dist-info` folder.
    infos: HashMap<String, usize>,
    /// Claimed files that are not in `site`.
    pub beside: Vec<(PathBuf, Claim)>,
    /// The folders in `site` that contain claimed files.
    folders: HashSet<String>,
}

/// The role of a file of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Taken { owner: usize, path: String, role: Role },
    Dropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// In site-packages.
    Library,
    /// In the folder of scripts.
    Script,
    /// Headers, `share`, `etc`.
    Data,
}

/// Files of a `.dist-info` that describe its installation. RECORD is generated again.
const INSTALLERS_FILES: [&str; 7] = [
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "uv_cache.json",
    "uv_build.json",
    "provenance_url.json",
];

impl Place {
    /// Reads a folder and adds its distributions to `all`.
    pub(super) fn new(
        named: &Folder<'_>,
        project: &Project,
        all: &mut Vec<Distribution>,
    ) -> Result<Place, PackError> {
        let folder = named.path;
        let site = match folder.join("pyvenv.cfg").is_file() {
            true => site_packages(folder).ok_or_else(|| PackError::NoSitePackages(folder.to_owned()))?,
            false => folder.to_owned(),
        };
        let root = environment_of(&site).unwrap_or_else(|| site.clone());
        let mut place = Place {
            root,
            claims: HashMap::new(),
            infos: HashMap::new(),
            beside: Vec::new(),
            folders: HashSet::new(),
            site,
        };
        for info in dist_infos(&place.site) {
            let distribution = Distribution::read(&info, named, project)?;
            let is_own = match &distribution.editable {
                Some(source) if is_same(source, &project.root) => true,
                Some(source) => {
                    let (name, sources) = (distribution.name, source.clone());
                    return Err(PackError::Editable { name, folder: place.site, sources });
                }
                None => false,
            };
            place.claim(&distribution, all.len(), is_own);
            all.push(distribution);
        }
        place.folders = place.claims.keys().flat_map(|path| ancestors(path)).map(str::to_owned).collect();
        Ok(place)
    }

    pub(super) fn has_packages(&self) -> bool {
        !self.infos.is_empty()
    }

    /// The claim on a path in `site`. Files of a `.dist-info` always belong to it.
    pub(super) fn claim_of(&self, path: &str) -> Option<Claim> {
        if let Some(claim) = self.claims.get(path) {
            return Some(claim.clone());
        }
        let (info, _) = path.split_once('/')?;
        let &owner = self.infos.get(info)?;
        Some(match is_dropped(path) {
            true => Claim::Dropped,
            false => Claim::Taken { owner, path: path.to_owned(), role: Role::Library },
        })
    }

    /// Whether the folder contains claimed files.
    pub(super) fn has_claims_in(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// The files in `site` that must be taken.
    pub(super) fn expected(&self) -> impl Iterator<Item = &str> {
        let taken = self.claims.iter().filter(|(_, claim)| **claim != Claim::Dropped);
        taken.map(|(path, _)| path.as_str())
    }

    fn claim(&mut self, distribution: &Distribution, owner: usize, is_own: bool) {
        let info = format!("{}.dist-info", distribution.stem);
        for recorded in &distribution.record {
            let is_in_info = recorded.strip_prefix(&info).is_some_and(|rest| rest.starts_with('/'));
            let is_dropped = is_dropped(recorded) || is_own && !is_in_info;
            let outer = self.outer_path(recorded);
            let (path, role) = match outer {
                Some(rest) => wheel_path(&distribution.stem, rest),
                None if is_plain(recorded) => (recorded.clone(), Role::Library),
                None => continue,
            };
            let is_made = role == Role::Script && distribution.makes_script(file_name(&path));
            let claim = match is_dropped || is_made {
                true => Claim::Dropped,
                false => Claim::Taken { owner, path, role },
            };
            match outer.filter(|_| self.root != self.site) {
                Some(rest) => self.beside.push((self.root.join(rest), claim)),
                None => drop(self.claims.insert(outer.unwrap_or(recorded).to_owned(), claim)),
            }
        }
        self.infos.insert(info, owner);
    }

    /// The path below the environment's folder, if the recorded path is outside of site-packages.
    fn outer_path<'r>(&self, recorded: &'r str) -> Option<&'r str> {
        const OUTER: [&str; 6] = ["bin", "Scripts", "share", "etc", "include", "man"];
        let rest = recorded.trim_start_matches("../");
        if rest.len() < recorded.len() {
            return is_plain(rest).then_some(rest);
        }
        let (top, _) = recorded.split_once('/')?;
        let is_package = || self.site.join(top).join("__init__.py").exists();
        (is_plain(rest) && OUTER.contains(&top) && !is_package()).then_some(rest)
    }
}

/// Whether a recorded path has no `..` and does not begin at the root.
fn is_plain(path: &str) -> bool {
    !path.split('/').any(|part| matches!(part, "" | "." | "..")) && Path::new(path).is_relative()
}

/// Pycs are compiled again, and installers' notes depend on the machine.
fn is_dropped(path: &str) -> bool {
    path.split('/').any(|part| part == CACHE_DIR)
        || path.contains(".dist-info/") && INSTALLERS_FILES.contains(&file_name(path))
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The path that a file outside of site-packages had in the wheel.
fn wheel_path(stem: &str, path: &str) -> (String, Role) {
    let (top, rest) = path.split_once('/').unwrap_or(("", path));
    if ["bin", "Scripts"].contains(&top) {
        return (format!("{stem}.data/scripts/{rest}"), Role::Script);
    }
    match header(path) {
        Some(header) => (format!("{stem}.data/headers/{header}"), Role::Data),
        None => (format!("{stem}.data/data/{path}"), Role::Data),
    }
}

/// The part of `include/site/python3.12/NAME/x.h` (a virtual environment) or
/// `include/python/NAME/x.h` (`pip install --target`) after NAME.
fn header(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("include/")?;
    let rest = rest.strip_prefix("site/").unwrap_or(rest);
    let (python, rest) = rest.split_once('/')?;
    python.starts_with("python").then(|| rest.split_once('/').map(|(_, header)| header))?
}

/// The site-packages folder of a virtual environment.
fn site_packages(environment: &Path) -> Option<PathBuf> {
    let windows = environment.join("Lib/site-packages");
    let entries = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    let mut posix: Vec<PathBuf> = entries.map(|entry| entry.path().join("site-packages")).collect();
    posix.sort();
    posix.into_iter().chain([windows]).find(|folder| folder.is_dir())
}

/// The virtual environment that contains this site-packages folder.
fn environment_of(site: &Path) -> Option<PathBuf> {
    let site = site.canonicalize().ok()?;
    let is_environment = |folder: &&Path| folder.join("pyvenv.cfg").is_file();
    site.ancestors().skip(1).take(3).find(is_environment).map(Path::to_owned)
}

/// The `.dist-info` folders in a folder, by name.
fn dist_infos(site: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(site).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_info = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "dist-info") && path.is_dir();
    let mut infos: Vec<PathBuf> = entries.filter(is_info).collect();
    infos.sort();
    infos
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// `a/b` and `a` of `a/b/c`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_files_get_their_paths_in_the_wheel() {
        for (installed, path, role) in [
            ("bin/aws", "x-1.data/scripts/aws", Role::Script),
            ("Scripts/aws.cmd", "x-1.data/scripts/aws.cmd", Role::Script),
            ("share/man/man1/x.1", "x-1.data/data/share/man/man1/x.1", Role::Data),
            ("etc/jupyter/x.json", "x-1.data/data/etc/jupyter/x.json", Role::Data),
            ("include/site/python3.12/greenlet/greenlet.h", "x-1.data/headers/greenlet.h", Role::Data),
            ("include/python/greenlet/greenlet.h", "x-1.data/headers/greenlet.h", Role::Data),
            ("include/lib.h", "x-1.data/data/include/lib.h", Role::Data),
            ("LICENSE", "x-1.data/data/LICENSE", Role::Data),
        ] {
            assert_eq!(wheel_path("x-1", installed), (path.to_owned(), role), "{installed}");
        }
    }
}
