//! A CPython that a program brings: read, never run.
//!
//! ```text
//! DIST ─ open ─> a folder ─ find ─> Distribution: version, platform, layout
//!        ─ files, rules ─> the files of a Python without what programs do not need
//!        ─ imports, closure ─> with `--stdlib imported`, what the program can import
//!        ─ libraries, elf ─> images that load each other wherever they are unpacked
//!        ─ compile ─> Contents of an archive
//! ```
//!
//! The version is that of `patchlevel.h`, or else of the text in the interpreter. The platform is
//! that of the interpreter's headers; the version of glibc is the newest that an image needs.

mod closure;
mod elf;
mod files;
mod find;
mod images;
mod imports;
mod libraries;
mod open;
mod rules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::module::{Input, ModuleCompiler};
use super::output::Variant as Compiled;
use super::timings::Timings;
use super::warnings::WarningPolicy;
use super::{FileError, shown};
use crate::atomic::leftovers::TemporaryFolder;
use crate::bundle::{self, Contents, EntryPoint, File, Variant};
use crate::pyc::{Invalidation, sourceless_file_name};
use crate::targets::Target;
use crate::workers::map_largest_first;
use files::LibraryFile;
use rules::Tally;

pub use images::runs_on;
pub use imports::Imports;
pub(super) use imports::add as add_imports;

/// Why a Python cannot be embedded.
#[derive(Debug, thiserror::Error)]
pub enum DistributionError {
    #[error(
        "`{path}` is no CPython: it has neither bin/python3.X with lib/python3.X nor python.exe; name a folder or an archive \
         that has them, such as python-build-standalone's install_only archives, a prefix of pyenv or uv, or Windows' embeddable zip",
        path = shown(.0)
    )]
    NoPython(PathBuf),
    #[error("`{path}` is neither a folder nor a .tar.gz, .tgz, .tar.zst, .tar or .zip", path = shown(.0))]
    NoArchive(PathBuf),
    #[error("`{path}` is a virtual environment; name the Python that it was made with: {home}", path = shown(path))]
    VirtualEnvironment { path: PathBuf, home: String },
    #[error("`{path}` has several Pythons: {versions}; choose one with --target, or name its bin/python3.X", path = shown(path))]
    Several { path: PathBuf, versions: String },
    #[error("`{path}` is Python {found}, not {wanted}; name another distribution, or leave --target out", path = shown(path))]
    OtherVersion { path: PathBuf, found: String, wanted: String },
    #[error("`{path}` has no standard library: {missing} is missing; name a complete distribution", path = shown(path))]
    NoLibrary { path: PathBuf, missing: String },
    #[error("`{path}` is a {kind} build of Python, which needs other bytecode or other extension modules; name the usual build of this version", path = shown(path))]
    OtherBuild { path: PathBuf, kind: &'static str },
    #[error("cannot find the version of the Python in `{path}`: {reason}", path = shown(path))]
    NoVersion { path: PathBuf, reason: String },
    #[error("`{path}` is for {platform}, for which no Python can be embedded; name a build for 64 bits of Linux, macOS or Windows", path = shown(path))]
    NoPlatform { path: PathBuf, platform: String },
    #[error("`{path}` cannot be made relocatable: its headers have no room; name a build that is", path = shown(.0))]
    Unmovable(PathBuf),
    #[error("--keep {module}: the Python in `{path}` has no such module", path = shown(path))]
    NoModule { path: PathBuf, module: String },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("failed to start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// How the files of a Python are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// `bin/python3.12`, `lib/python3.12`.
    Unix,
    /// `python.exe`, `Lib`, `DLLs`.
    Windows,
    /// `python.exe`, `python312.zip`, and extension modules beside them.
    Embeddable,
}

/// A CPython in a folder.
#[derive(Debug)]
pub struct Distribution {
    /// The folder or archive that the user named.
    path: PathBuf,
    prefix: PathBuf,
    /// The folder that it was built for, if that is known.
    built_for: Option<String>,
    layout: Layout,
    /// The path of the interpreter in the prefix.
    executable: String,
    pub target: Target,
    /// The tag of wheels for its platform: `manylinux_2_34_x86_64`, `win_amd64`.
    pub platform: String,
    /// Holds the files of an archive.
    _unpacked: Option<TemporaryFolder>,
}

/// Which modules of the standard library are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Library {
    /// All except tests, IDLE, tkinter, pip, and what is for building.
    #[default]
    Full,
    /// Only what the program may import, as far as its sources say.
    Imported,
}

/// How a Python is embedded.
#[derive(Clone, Copy, Debug)]
pub struct Embedding<'e> {
    pub library: Library,
    /// Modules and packages to keep, whatever imports them.
    pub keep: &'e [String],
    /// Take shared libraries of this machine along.
    pub libraries: bool,
    pub optimize: u8,
    /// What the program imports.
    pub imports: &'e Imports,
    /// The number of threads.
    pub jobs: usize,
}

impl Distribution {
    /// Reads a distribution. `wanted` is the version that the user asked for.
    pub fn open(path: &Path, wanted: Option<Target>) -> Result<Distribution, DistributionError> {
        let (folder, unpacked) = open::folder(path)?;
        let found = find::find(path, &folder, wanted)?;
        let files = files::list(&found.prefix, found.layout, &found.library)?;
        let platform = images::platform(path, &found, &files)?;
        let target = find::target(path, &found, wanted)?;
        Ok(Distribution {
            path: path.to_owned(),
            built_for: found.setting("prefix"),
            executable: found.executable_path(),
            layout: found.layout,
            prefix: found.prefix,
            target,
            platform,
            _unpacked: unpacked,
        })
    }

    /// The release: `3.12.1`.
    pub fn release(&self) -> String {
        self.target.to_string()
    }

    /// Whether it is for this machine's system and processor.
    pub fn is_for_this_machine(&self) -> bool {
        super::pack::is_of_this_machine(&self.platform)
    }

    /// `linux-x86_64`, `windows-x86_64`, `macos-arm64`: part of a file's name.
    pub fn platform_name(&self) -> String {
        let (system, processor) = match self.platform.as_str() {
            "win_amd64" => ("windows", "x86_64"),
            "win_arm64" => ("windows", "arm64"),
            "win32" => ("windows", "x86"),
            other => {
                let system = if other.starts_with("macosx") { "macos" } else { "linux" };
                let parts: Vec<&str> = other.splitn(4, '_').collect();
                (system, parts.last().copied().unwrap_or_default())
            }
        };
        format!("{system}-{processor}")
    }

    /// The files of the Python, as the contents of an archive, and advice for the user.
    pub fn pack(&self, embedding: &Embedding<'_>) -> Result<(Contents, Vec<String>), DistributionError> {
        let mut tally = Tally::default();
        let mut files = files::list(&self.prefix, self.layout, &self.library_folder())?;
        self.check_kept(&files, embedding.keep)?;
        files.retain(|file| rules::keeps(file, embedding.keep, &mut tally));
        if embedding.library == Library::Imported {
            let library = self.library_folder();
            closure::retain_imported(&mut files, self.layout, &library, embedding, self.target, &mut tally)?;
        }
        let mut notes = closure::missing(&self.library_folder(), embedding.imports, &tally);
        let images = libraries::collect(self, &mut files, embedding.libraries)?;
        let license = files::license(&files);
        if license.is_none() {
            notes.push(format!(
                "no text of a licence was found in `{}`; add it to your program",
                shown(&self.path)
            ));
        }
        notes.extend(libraries::note(&images.needs));
        let compiled = compile(self.target, files, embedding, &images, &mut tally)?;
        Ok((self.contents(compiled, license, images, tally), notes))
    }

    /// The folder of the standard library, in the prefix.
    fn library_folder(&self) -> String {
        match self.layout {
            Layout::Unix => format!("lib/python{}", self.target.version()),
            Layout::Windows | Layout::Embeddable => "Lib".to_owned(),
        }
    }

    fn check_kept(&self, files: &[LibraryFile], keep: &[String]) -> Result<(), DistributionError> {
        let modules = closure::Modules::new(files, &self.library_folder());
        match keep.iter().find(|module| !modules.has(module)) {
            Some(module) => {
                Err(DistributionError::NoModule { path: self.path.clone(), module: module.clone() })
            }
            None => Ok(()),
        }
    }

    fn contents(
        &self,
        files: BTreeMap<String, File>,
        license: Option<String>,
        images: libraries::Images,
        tally: Tally,
    ) -> Contents {
        let features = self.target.features();
        let variant = Variant {
            version: self.target.version().to_string(),
            tag: features.pyc_tag.to_owned(),
            magic: features.magic,
            optimize: 0,
            platforms: super::pack::platform_names(&self.platform),
        };
        let distribution = bundle::Distribution {
            release: self.release(),
            executable: self.executable.clone(),
            loader: images.loader,
            license,
            size: files.values().map(|file| file.data.len() as u64).sum(),
            left_out: tally.into_left_out(),
            needs: images.needs,
        };
        // Two frames, which are compressed at the same time. Modules have nothing in common with images.
        let (modules, common) = files.into_iter().partition(|(path, _)| path.ends_with(".pyc"));
        Contents {
            name: "CPython".to_owned(),
            version: Some(self.release()),
            entry_point: EntryPoint::Main,
            scripts: BTreeMap::new(),
            common,
            variants: vec![(variant, modules)],
            has_sources: false,
            requires_python: None,
            system_site_packages: false,
            python: None,
            distribution: Some(distribution),
        }
    }
}

/// Reads all files, compiles the modules and rewrites the images.
fn compile(
    target: Target,
    files: Vec<LibraryFile>,
    embedding: &Embedding<'_>,
    images: &libraries::Images,
    tally: &mut Tally,
) -> Result<BTreeMap<String, File>, DistributionError> {
    let work = |compiler: &mut ModuleCompiler, file: &LibraryFile| -> Result<_, DistributionError> {
        let data = file.read()?;
        if let Some(changes) = images.changes.get(&file.path) {
            let image = elf::Elf::parse(&data).and_then(|image| image.rewritten(changes));
            let image = image.ok_or_else(|| DistributionError::Unmovable(file.origin()))?;
            return Ok(Some((file.path.clone(), image)));
        }
        match file.path.strip_suffix(".py") {
            Some(stem) => {
                let path = sourceless_file_name(stem);
                Ok(compile_module(compiler, &file.path, &data, target, embedding.optimize)
                    .map(|pyc| (path, pyc)))
            }
            None => Ok(Some((file.path.clone(), data))),
        }
    };
    let size = |file: &LibraryFile| file.size;
    let done = map_largest_first(&files, embedding.jobs, size, ModuleCompiler::default, work)?;
    let mut result = BTreeMap::new();
    for (file, done) in files.iter().zip(done) {
        match done? {
            Some((path, data)) => {
                result.insert(path, File { data, executable: file.executable });
            }
            None => tally.add(&rules::UNCOMPILED, file),
        }
    }
    Ok(result)
}

/// `None` if the module does not compile.
fn compile_module(
    compiler: &mut ModuleCompiler,
    path: &str,
    source: &[u8],
    target: Target,
    optimize: u8,
) -> Option<Vec<u8>> {
    let input = Input {
        source,
        co_filename: path.as_bytes(),
        // There is no source beside it.
        invalidation: Invalidation::UncheckedHash,
        mtime: 0,
        warnings: WarningPolicy::default(),
    };
    let mut compiled = None;
    compiler.compile(&input, &[Compiled { target, optimize }], &mut Timings::default(), |_, pyc, _| {
        compiled = pyc.ok().map(<[u8]>::to_vec);
    });
    compiled
}
