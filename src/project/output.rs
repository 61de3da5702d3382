//! The path of a module's pyc, and the path of a pyc's source.
//!
//! ```text
//!                        beside the sources                        --out-dir DIR
//! --layout pycache       src/pkg/__pycache__/mod.cpython-312.pyc   DIR/pkg/__pycache__/mod.cpython-312.pyc
//! --layout sourceless    src/pkg/mod.pyc                           DIR/pkg/mod.pyc
//!
//! --pycache-prefix DIR   DIR/home/me/src/pkg/mod.cpython-312.pyc, if src is /home/me/src
//! ```
//!
//! Invariant of a [`Plan`]: no two outputs have the same path, so workers never write the same
//! file.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf, Prefix};

use serde::Deserialize;

use super::filename::FileNames;
use super::globs::Globs;
use super::regexes::Regexes;
use super::walk::{FolderLinks, Rules, Source, walk};
use super::warnings::WarningPolicy;
use super::{FileError, shown};
use crate::pyc::{CACHE_DIR, Invalidation, cache_file_name, sourceless_file_name};
use crate::targets::Target;

/// A target and an optimization level: what a pyc is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    pub target: Target,
    pub optimize: u8,
}

/// The names of pycs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// In `__pycache__` folders, with tags in their names.
    #[default]
    Pycache,
    /// `mod.pyc` where `mod.py` would be: importable without the source, for one variant.
    Sourceless,
}

/// Where pycs are written.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    pub destination: Destination,
    pub layout: Layout,
    pub duplicates: Duplicates,
}

/// What to do with equal pycs of several optimization levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    #[default]
    Keep,
    HardLink,
}

/// The folder that pycs are written under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    #[default]
    BesideSources,
    /// A copy of the folder structure of the PATHs.
    Mirror(PathBuf),
    /// The folder that `PYTHONPYCACHEPREFIX` names, which holds the pycs of all sources of the
    /// machine. It is only for the pycache layout.
    Prefix(PathBuf),
}

/// A PATH to compile, with its settings.
#[derive(Clone, Debug)]
pub struct Root {
    pub path: PathBuf,
    pub targets: Vec<Target>,
    pub optimize: Vec<u8>,
    /// The mode that pycs must have. Without one, pycs of every mode stay, and new ones have the
    /// default mode.
    pub invalidation: Option<Invalidation>,
    pub warnings: WarningPolicy,
    pub excludes: Globs,
    /// Sources whose paths match are left out.
    pub exclude_regexes: Regexes,
    pub on_rejection: OnRejection,
}

/// What to do about modules that do not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OnRejection {
    /// They are errors.
    #[default]
    Fail,
    /// They are reported, and that is all.
    Skip,
}

/// A source and its pycs.
#[derive(Clone, Debug)]
pub struct Module {
    pub source: PathBuf,
    pub size: u64,
    pub co_filename: Vec<u8>,
    pub layout: Layout,
    pub duplicates: Duplicates,
    /// As in [`Root`].
    pub invalidation: Option<Invalidation>,
    pub warnings: WarningPolicy,
    pub on_rejection: OnRejection,
    pub outputs: Vec<Output>,
}

/// A pyc to write.
#[derive(Clone, Debug)]
pub struct Output {
    pub variant: Variant,
    pub path: PathBuf,
}

/// Everything to compile, in the order of the PATHs and of names.
#[derive(Debug, Default)]
pub struct Plan {
    pub modules: Vec<Module>,
    /// The `__pycache__` folders beside the sources.
    pub caches: Vec<Cache>,
    /// Files and folders that could not be read.
    pub errors: Vec<FileError>,
}

/// A `__pycache__` folder.
#[derive(Debug)]
pub struct Cache {
    pub path: PathBuf,
    /// The PATH that it is under, and the targets of that PATH.
    pub root: PathBuf,
    pub targets: Vec<Target>,
}

/// A combination of options that cannot be fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(
        "`{first}` and `{second}` would both be compiled to `{output}`; exclude one of them",
        first = shown(first), second = shown(second), output = shown(output)
    )]
    Clash { first: PathBuf, second: PathBuf, output: PathBuf },
    #[error(
        "the sourceless layout holds one target and one optimisation level; these were asked for: {0}; \
         choose one with --target and --optimize, or use the pycache layout"
    )]
    ManyVariants(String),
}

impl Plan {
    /// Walks the roots and says what is to be written where. Writes nothing.
    pub fn new(roots: &[Root], placement: &Placement, names: &FileNames) -> Result<Plan, PlanError> {
        let links = match placement.destination {
            // The mirror has no links, and what they lead to would be missing there.
            Destination::Mirror(_) => FolderLinks::Follow,
            Destination::BesideSources | Destination::Prefix(_) => FolderLinks::Skip,
        };
        let mut plan = Plan::default();
        let mut owners = Owners { paths: HashMap::new(), several_roots: roots.len() > 1 };
        for root in roots {
            let variants = root.variants();
            if placement.layout == Layout::Sourceless && variants.len() > 1 {
                return Err(PlanError::ManyVariants(list(&variants)));
            }
            let walked = walk(&root.path, &Rules { links, excludes: &root.excludes });
            for source in walked.sources {
                if root.exclude_regexes.match_path(&source.path, &source.relative) {
                    continue;
                }
                let module = root.module(&source, &variants, placement, names);
                if owners.claim(&module)? {
                    plan.modules.push(module);
                }
            }
            plan.caches.extend(walked.caches.into_iter().map(|path| Cache {
                path,
                root: root.path.clone(),
                targets: root.targets.clone(),
            }));
            plan.errors.extend(walked.errors);
        }
        Ok(plan)
    }
}

/// The sources of the pycs that are planned.
struct Owners {
    paths: HashMap<PathBuf, PathBuf>,
    /// Whether one file may have two paths. Under one root all paths begin in the same way.
    several_roots: bool,
}

impl Owners {
    /// Notes the outputs of a module as its own. A source that is reached by two PATHs is compiled
    /// once, as the first names it.
    fn claim(&mut self, module: &Module) -> Result<bool, PlanError> {
        let several_roots = self.several_roots;
        let key = |path: &Path| if several_roots { plain(path) } else { path.to_owned() };
        let mut is_new = false;
        for output in &module.outputs {
            match self.paths.entry(key(&output.path)) {
                Entry::Vacant(entry) => {
                    is_new = true;
                    entry.insert(module.source.clone());
                }
                Entry::Occupied(entry) if key(entry.get()) == key(&module.source) => {}
                Entry::Occupied(entry) => {
                    return Err(PlanError::Clash {
                        first: entry.get().clone(),
                        second: module.source.clone(),
                        output: output.path.clone(),
                    });
                }
            }
        }
        Ok(is_new)
    }
}

/// The same path, absolute and without `.`, so that two ways to write it are equal.
fn plain(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path);
    absolute.as_deref().unwrap_or(path).components().filter(|part| *part != Component::CurDir).collect()
}

impl Root {
    fn variants(&self) -> Vec<Variant> {
        let levels = |&target| self.optimize.iter().map(move |&optimize| Variant { target, optimize });
        self.targets.iter().flat_map(levels).collect()
    }

    fn module(
        &self,
        source: &Source,
        variants: &[Variant],
        placement: &Placement,
        names: &FileNames,
    ) -> Module {
        let output = |&variant| Output { variant, path: placement.path(source, variant) };
        Module {
            source: source.path.clone(),
            size: source.size,
            co_filename: names.of(&source.path, &placement.plain_name(source)),
            layout: placement.layout,
            duplicates: placement.duplicates,
            invalidation: self.invalidation,
            warnings: self.warnings,
            on_rejection: self.on_rejection,
            outputs: variants.iter().map(output).collect(),
        }
    }
}

impl Placement {
    /// The path of the pyc of a source.
    fn path(&self, source: &Source, variant: Variant) -> PathBuf {
        let module = self.module(source);
        let mut name = module.file_stem().unwrap_or_default().to_owned();
        // The stem may not be UTF-8, so only the rest is made as a string.
        match (self.layout, &self.destination) {
            (Layout::Sourceless, _) => {
                name.push(sourceless_file_name(""));
                module.with_file_name(name)
            }
            (Layout::Pycache, Destination::Prefix(_)) => {
                name.push(cache_file_name("", variant.target, variant.optimize));
                module.with_file_name(name)
            }
            (Layout::Pycache, _) => {
                name.push(cache_file_name("", variant.target, variant.optimize));
                module.with_file_name(CACHE_DIR).join(name)
            }
        }
    }

    /// Where the source would be if it were beside its pyc.
    fn module(&self, source: &Source) -> PathBuf {
        match &self.destination {
            Destination::BesideSources => source.path.clone(),
            Destination::Mirror(dir) => dir.join(&source.relative),
            Destination::Prefix(dir) => prefixed(dir, &source.path),
        }
    }

    /// The `co_filename` of a source without options to change it. Python replaces the name in a
    /// `__pycache__` by the path of the source; there it is relative, so that the bytes do not
    /// depend on the machine. Nothing replaces the name in a source-less pyc; a relative one would
    /// lead tracebacks to files of the current folder.
    fn plain_name(&self, source: &Source) -> PathBuf {
        match self.layout {
            Layout::Pycache => source.relative.clone(),
            Layout::Sourceless => absolute(&self.module(source)),
        }
    }
}

/// The path of a source, or of a folder of sources, in the folder that `PYTHONPYCACHEPREFIX` names.
/// A Windows drive is left out.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `cache_from_source` (3.8–)
pub fn prefixed(prefix: &Path, path: &Path) -> PathBuf {
    let parts = absolute(path);
    let parts = parts.components().filter_map(|part| match part {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
                Some(Path::new(server).join(share))
            }
            _ => None,
        },
        Component::Normal(name) => Some(PathBuf::from(name)),
        _ => None,
    });
    prefix.join(parts.collect::<PathBuf>())
}

/// The path from the root, without `.` and `..`.
///
/// CPython: `Lib/posixpath.py` `abspath` (3.8–)
fn absolute(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).as_deref().unwrap_or(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

fn list(variants: &[Variant]) -> String {
    let names = variants.iter().map(|variant| format!("{} -O{}", variant.target, variant.optimize));
    names.collect::<Vec<_>>().join(", ")
}

/// The parts of the name of a file in `__pycache__`: `mod`, `cpython-312`, and whether `.opt-N`
/// follows.
pub(crate) fn split_cache_name(name: &Path) -> Option<(&OsStr, &OsStr)> {
    if name.extension()? != "pyc" {
        return None;
    }
    let mut tagged = Path::new(name.file_stem()?);
    if tagged.extension()?.as_encoded_bytes().starts_with(b"opt-") {
        tagged = Path::new(tagged.file_stem()?);
    }
    Some((tagged.file_stem()?, tagged.extension()?))
}

/// The source of a pyc, by the rules of imports: `pkg/__pycache__/mod.cpython-312.opt-1.pyc` is of
/// `pkg/mod.py`, and `pkg/mod.pyc` of a `pkg/mod.py` beside it. In the folder `prefix` of
/// `PYTHONPYCACHEPREFIX`, `PREFIX/home/me/mod.cpython-312.pyc` is of `/home/me/mod.py`.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `source_from_cache` (3.8–)
pub fn source_of(pyc: &Path, prefix: Option<&Path>) -> Option<PathBuf> {
    let folder = pyc.parent()?;
    let source_in = |folder: PathBuf| {
        let (stem, _) = split_cache_name(Path::new(pyc.file_name()?))?;
        let mut name = stem.to_owned();
        name.push(".py");
        Some(folder.join(name))
    };
    let inside =
        prefix.and_then(|prefix| absolute(folder).strip_prefix(absolute(prefix)).ok().map(Path::to_owned));
    if let Some(inside) = inside {
        return source_in(Path::new(MAIN_SEPARATOR_STR).join(inside));
    }
    match folder.file_name() {
        Some(name) if name == CACHE_DIR => source_in(folder.parent()?.to_owned()),
        _ => Some(pyc.with_extension("py")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pycs_lead_to_their_sources() {
        for (pyc, source) in [
            ("pkg/__pycache__/mod.cpython-312.pyc", Some("pkg/mod.py")),
            ("pkg/__pycache__/mod.cpython-312.opt-1.pyc", Some("pkg/mod.py")),
            ("__pycache__/a.b.cpython-312.pyc", Some("a.b.py")),
            ("pkg/mod.pyc", Some("pkg/mod.py")),
            ("pkg/__pycache__/mod.pyc", None),
            ("pkg/__pycache__/.mod.cpython-312.pyc.x1.tmp", None),
        ] {
            assert_eq!(source_of(Path::new(pyc), None).as_deref(), source.map(Path::new), "{pyc}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn pycs_of_a_prefix_lead_to_their_sources() {
        for (pyc, source) in [
            ("/x/home/me/mod.cpython-312.opt-1.pyc", Some("/home/me/mod.py")),
            ("/x/./home/../mod.cpython-312.pyc", Some("/mod.py")),
            ("/x/home/me/mod.pyc", None),
            ("/y/mod.pyc", Some("/y/mod.py")),
            ("/xy/__pycache__/mod.cpython-312.pyc", Some("/xy/mod.py")),
        ] {
            let found = source_of(Path::new(pyc), Some(Path::new("/x/")));
            assert_eq!(found.as_deref(), source.map(Path::new), "{pyc}");
        }
    }

    #[test]
    fn a_prefix_holds_absolute_paths_without_drives() {
        let cases: &[(&str, &str)] = if cfg!(windows) {
            &[
                (r"C:\src\pkg\mod.py", r"P:\x\src\pkg\mod.py"),
                (r"C:\src\.\..\mod.py", r"P:\x\mod.py"),
                (r"\\server\share\mod.py", r"P:\x\server\share\mod.py"),
            ]
        } else {
            &[
                ("/src/pkg/mod.py", "/x/src/pkg/mod.py"),
                ("/src/./../mod.py", "/x/mod.py"),
                ("/../mod.py", "/x/mod.py"),
            ]
        };
        let prefix = Path::new(if cfg!(windows) { r"P:\x" } else { "/x" });
        for (path, expected) in cases {
            assert_eq!(prefixed(prefix, Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn pycs_lie_as_the_layout_says() {
        let source = Source { path: "src/pkg/mod.py".into(), relative: "pkg/mod.py".into(), size: 0 };
        let target: Target = "3.12.1".parse().expect("supported");
        let mirror = || Destination::Mirror("out".into());
        for (destination, layout, optimize, path) in [
            (Destination::BesideSources, Layout::Pycache, 0, "src/pkg/__pycache__/mod.cpython-312.pyc"),
            (Destination::BesideSources, Layout::Pycache, 2, "src/pkg/__pycache__/mod.cpython-312.opt-2.pyc"),
            (Destination::BesideSources, Layout::Sourceless, 2, "src/pkg/mod.pyc"),
            (mirror(), Layout::Pycache, 0, "out/pkg/__pycache__/mod.cpython-312.pyc"),
            (mirror(), Layout::Sourceless, 0, "out/pkg/mod.pyc"),
        ] {
            let placement = Placement { destination, layout, ..Placement::default() };
            assert_eq!(placement.path(&source, Variant { target, optimize }), Path::new(path));
        }
    }
}
