//! From a project's folder to the contents of a bundle: modules compiled, data files as they are, sources left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::exclude::Excludes;
use super::module::{Failure, Input, ModuleCompiler};
use super::output::Variant;
use super::timings::Timings;
use super::walk::{Files, FolderLinks, Source, is_source, walk};
use super::workers::map_largest_first;
use super::{FileError, shown};
use crate::bundle::{self, Contents, EntryPoint};
use crate::pyc::{Invalidation, sourceless_file_name};
use crate::runner::host_platform;
use crate::target::Target;

/// A project to be packed, and how.
#[derive(Debug)]
pub struct Project {
    pub folder: PathBuf,
    pub name: String,
    pub entry_point: EntryPoint,
    /// Oldest first.
    pub targets: Vec<Target>,
    pub optimize: u8,
    pub excludes: Excludes,
    /// The archive to be: an older one that stands in the folder is none of its files.
    pub output: PathBuf,
    /// Take native extension modules along.
    pub native: bool,
}

/// Why a project cannot be packed at all.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("`{folder}` is not a folder; name the folder that is to stand on sys.path", folder = shown(.0))]
    NotAFolder(PathBuf),
    #[error(
        "`{folder}` has no __main__.py; name an entry point with -m MODULE or -e MODULE:FUNCTION",
        folder = shown(.0)
    )]
    NoEntryPoint(PathBuf),
    #[error("the entry point's module `{module}` is not in `{folder}`", folder = shown(folder))]
    NoModule { module: String, folder: PathBuf },
    #[error("`{module}` is a package without a __main__.py, which -m would start")]
    NotExecutable { module: String },
    #[error("`{path}` has a name that is not UTF-8; rename or exclude it", path = shown(.0))]
    Name(PathBuf),
    #[error(
        "`{path}` is a native extension module, which binds the bundle to one platform: allow that with --native, or install a pure-Python build",
        path = shown(.0)
    )]
    Native(PathBuf),
    #[error("failed to start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A packed project; the contents are whole if there are no failures and no errors.
#[derive(Debug)]
pub struct Packed {
    pub contents: Contents,
    pub modules: usize,
    /// By module, one for each target that rejects it.
    pub failures: Vec<(PathBuf, Target, Failure)>,
    pub errors: Vec<FileError>,
}

/// Packs a project with `jobs` threads; `done` is called with the number of all modules after each, from any thread.
pub fn pack(project: &Project, jobs: usize, done: impl Fn(usize) + Sync) -> Result<Packed, PackError> {
    if !project.folder.is_dir() {
        return Err(PackError::NotAFolder(project.folder.clone()));
    }
    let walked = walk(&project.folder, &project.excludes, FolderLinks::Follow, Files::All);
    let output = project.output.canonicalize().ok();
    let is_output = |file: &Source| output.is_some() && file.path.canonicalize().ok() == output;
    let (sources, mut data): (Vec<Source>, Vec<Source>) =
        walked.sources.into_iter().partition(|file| is_source(&file.path));
    data.retain(|file| !is_output(file));
    check_entry_point(project, &sources)?;
    let native = data.iter().find(|file| is_native(&file.path));
    if let Some(file) = native.filter(|_| !project.native) {
        return Err(PackError::Native(file.path.clone()));
    }
    let platforms: Vec<String> = native.map(|_| host_platform()).into_iter().collect();
    let mut errors = walked.errors;
    let common = read_data(data, &mut errors)?;
    let paths = sources.iter().map(archive_path).collect::<Result<Vec<_>, _>>()?;
    let compiled = map_largest_first(
        &sources,
        jobs,
        |source| source.size,
        ModuleCompiler::default,
        |compiler, source| {
            let result = compile(project, compiler, source);
            done(sources.len());
            result
        },
    )?;
    let modules = sources.len();
    let mut variants: Vec<(bundle::Variant, BTreeMap<String, bundle::File>)> = project
        .targets
        .iter()
        .map(|target| (bundle_variant(target, project.optimize, &platforms), BTreeMap::new()))
        .collect();
    let mut failures = Vec::new();
    for ((source, path), result) in sources.into_iter().zip(paths).zip(compiled) {
        let path = sourceless_file_name(path.strip_suffix(".py").unwrap_or(&path));
        match result {
            Err(error) => errors.push(error),
            Ok(pycs) => {
                for (index, pyc) in pycs.into_iter().enumerate() {
                    match pyc {
                        Ok(pyc) => drop(variants[index].1.insert(path.clone(), pyc.into())),
                        Err(failure) => failures.push((source.path.clone(), project.targets[index], failure)),
                    }
                }
            }
        }
    }
    let (name, entry_point) = (project.name.clone(), project.entry_point.clone());
    let (has_sources, requires_python) = (false, None);
    let contents = Contents { name, entry_point, common, variants, has_sources, requires_python };
    Ok(Packed { contents, modules, failures, errors })
}

/// A module's pycs, in the order of the targets.
type Pycs = Vec<Result<Vec<u8>, Failure>>;

fn compile(project: &Project, compiler: &mut ModuleCompiler, source: &Source) -> Result<Pycs, FileError> {
    let text = fs::read(&source.path).map_err(|error| FileError::new("read", &source.path, error))?;
    let co_filename = source.relative.to_string_lossy().replace('\\', "/");
    let input = Input {
        source: &text,
        co_filename: co_filename.as_bytes(),
        // There will be no source for Python to look at.
        invalidation: Invalidation::UncheckedHash,
        mtime: 0,
    };
    let variants: Vec<Variant> =
        project.targets.iter().map(|&target| Variant { target, optimize: project.optimize }).collect();
    let mut pycs = Vec::new();
    compiler.compile(&input, &variants, &mut Timings::default(), |_, pyc, _| {
        pycs.push(pyc.map(<[u8]>::to_vec));
    });
    Ok(pycs)
}

fn bundle_variant(target: &Target, optimize: u8, platforms: &[String]) -> bundle::Variant {
    let features = target.features();
    bundle::Variant {
        version: target.version().to_string(),
        tag: features.pyc_tag.to_owned(),
        magic: features.magic,
        optimize,
        platforms: platforms.to_vec(),
    }
}

/// The files that are no sources. Pycs that lie about belong to sources, which are compiled anew.
fn read_data(
    files: Vec<Source>,
    errors: &mut Vec<FileError>,
) -> Result<BTreeMap<String, bundle::File>, PackError> {
    let mut data = BTreeMap::new();
    for file in files.into_iter().filter(|file| file.path.extension().is_none_or(|kind| kind != "pyc")) {
        match fs::read(&file.path) {
            Ok(bytes) => drop(data.insert(archive_path(&file)?, bytes.into())),
            Err(error) => errors.push(FileError::new("read", &file.path, error)),
        }
    }
    Ok(data)
}

/// The path inside the archive.
fn archive_path(file: &Source) -> Result<String, PackError> {
    let parts: Option<Vec<&str>> = file.relative.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/")).ok_or_else(|| PackError::Name(file.path.clone()))
}

fn is_native(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "so" || extension == "pyd")
}

/// The module must be there, so that a misspelled name is found when packing.
fn check_entry_point(project: &Project, sources: &[Source]) -> Result<(), PackError> {
    let has = |path: &str| sources.iter().any(|source| source.relative == Path::new(path));
    let module = match &project.entry_point {
        EntryPoint::Main if has("__main__.py") => return Ok(()),
        EntryPoint::Main => return Err(PackError::NoEntryPoint(project.folder.clone())),
        EntryPoint::Module(module) | EntryPoint::Function { module, .. } => module,
    };
    let path = module.replace('.', "/");
    let is_package = has(&format!("{path}/__init__.py")) || has(&format!("{path}/__main__.py"));
    if !is_package && !has(&format!("{path}.py")) {
        return Err(PackError::NoModule { module: module.clone(), folder: project.folder.clone() });
    }
    let starts_package = is_package && matches!(project.entry_point, EntryPoint::Module(_));
    if starts_package && !has(&format!("{path}/__main__.py")) {
        return Err(PackError::NotExecutable { module: module.clone() });
    }
    Ok(())
}
