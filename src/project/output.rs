//! The path of a module's pyc, and the path of a pyc's source.
//!
//! ```text
//!                        beside the sources                        --out-dir DIR
//! --layout pycache       src/pkg/__pycache__/mod.cpython-312.pyc   DIR/pkg/__pycache__/mod.cpython-312.pyc
//! --layout sourceless    src/pkg/mod.pyc                           DIR/pkg/mod.pyc
//! ```
//!
//! Invariant of a [`Plan`]: no two outputs have the same path, so workers never write the same
//! file.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::filename::FileNames;
use super::globs::Globs;
use super::walk::{Files, FolderLinks, Hidden, Rules, Source, walk};
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
    /// Mirror the trees here; beside the sources if `None`.
    pub out_dir: Option<PathBuf>,
    pub layout: Layout,
}

/// A PATH to compile, with its settings.
#[derive(Clone, Debug)]
pub struct Root {
    pub path: PathBuf,
    pub targets: Vec<Target>,
    pub optimize: Vec<u8>,
    pub invalidation: Invalidation,
    pub warnings: WarningPolicy,
    pub excludes: Globs,
}

/// A source and its pycs.
#[derive(Clone, Debug)]
pub struct Module {
    pub source: PathBuf,
    pub size: u64,
    pub co_filename: Vec<u8>,
    pub invalidation: Invalidation,
    pub warnings: WarningPolicy,
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
    /// The `__pycache__` folders under each PATH, with the PATH's targets.
    pub caches: Vec<(PathBuf, Vec<Target>)>,
    /// Files and folders that could not be read.
    pub errors: Vec<FileError>,
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
        let links = match placement.out_dir {
            // The mirror has no links, and what they lead to would be missing there.
            Some(_) => FolderLinks::Follow,
            None => FolderLinks::Skip,
        };
        let mut plan = Plan::default();
        let mut owners = HashMap::new();
        for root in roots {
            let variants = root.variants();
            if placement.layout == Layout::Sourceless && variants.len() > 1 {
                return Err(PlanError::ManyVariants(list(&variants)));
            }
            let (files, hidden) = (Files::Sources, Hidden::Folders);
            let (excludes, includes) = (&root.excludes, &Globs::default());
            let walked = walk(&root.path, &Rules { files, links, hidden, excludes, includes });
            for source in walked.sources {
                let module = root.module(&source, &variants, placement, names);
                if claim(&mut owners, &module)? {
                    plan.modules.push(module);
                }
            }
            plan.caches.extend(walked.caches.into_iter().map(|cache| (cache, root.targets.clone())));
            plan.errors.extend(walked.errors);
        }
        Ok(plan)
    }
}

/// Notes the outputs of a module as its own. A source that is reached by two PATHs is compiled
/// once, as the first names it.
fn claim(owners: &mut HashMap<PathBuf, PathBuf>, module: &Module) -> Result<bool, PlanError> {
    let mut is_new = false;
    for output in &module.outputs {
        match owners.entry(plain(&output.path)) {
            Entry::Vacant(entry) => {
                is_new = true;
                entry.insert(module.source.clone());
            }
            Entry::Occupied(entry) if plain(entry.get()) == plain(&module.source) => {}
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
            co_filename: names.of(&source.path, &source.relative),
            invalidation: self.invalidation,
            warnings: self.warnings,
            outputs: variants.iter().map(output).collect(),
        }
    }
}

impl Placement {
    /// The path of the pyc of a source.
    fn path(&self, source: &Source, variant: Variant) -> PathBuf {
        let module = match &self.out_dir {
            Some(dir) => dir.join(&source.relative),
            None => source.path.clone(),
        };
        let mut name = module.file_stem().unwrap_or_default().to_owned();
        match self.layout {
            Layout::Pycache => {
                // The stem may be no UTF-8, so only what follows it is made as a string.
                name.push(cache_file_name("", variant.target, variant.optimize));
                module.with_file_name(CACHE_DIR).join(name)
            }
            Layout::Sourceless => {
                name.push(sourceless_file_name(""));
                module.with_file_name(name)
            }
        }
    }
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
/// `pkg/mod.py`, and `pkg/mod.pyc` of a `pkg/mod.py` beside it.
///
/// CPython: `Lib/importlib/_bootstrap_external.py` `source_from_cache` (3.8–)
pub fn source_of(pyc: &Path) -> Option<PathBuf> {
    let folder = pyc.parent()?;
    if folder.file_name().is_none_or(|name| name != CACHE_DIR) {
        return Some(pyc.with_extension("py"));
    }
    let (stem, _) = split_cache_name(Path::new(pyc.file_name()?))?;
    let mut name = stem.to_owned();
    name.push(".py");
    Some(folder.with_file_name(name))
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
            assert_eq!(source_of(Path::new(pyc)).as_deref(), source.map(Path::new), "{pyc}");
        }
    }

    #[test]
    fn pycs_lie_as_the_layout_says() {
        let source =
            Source { path: "src/pkg/mod.py".into(), relative: "pkg/mod.py".into(), size: 0, included: false };
        let target: Target = "3.12.1".parse().expect("supported");
        for (out_dir, layout, optimize, path) in [
            (None, Layout::Pycache, 0, "src/pkg/__pycache__/mod.cpython-312.pyc"),
            (None, Layout::Pycache, 2, "src/pkg/__pycache__/mod.cpython-312.opt-2.pyc"),
            (None, Layout::Sourceless, 2, "src/pkg/mod.pyc"),
            (Some("out"), Layout::Pycache, 0, "out/pkg/__pycache__/mod.cpython-312.pyc"),
            (Some("out"), Layout::Sourceless, 0, "out/pkg/mod.pyc"),
        ] {
            let placement = Placement { out_dir: out_dir.map(PathBuf::from), layout };
            assert_eq!(placement.path(&source, Variant { target, optimize }), Path::new(path));
        }
    }
}
