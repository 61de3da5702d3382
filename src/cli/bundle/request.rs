//! Makes a [`Project`] from the options and pyproject.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::embed::Python;
use super::packages::Packages;
use super::product::Product;
use crate::bundle::EntryPoint;
use crate::cli::CommandError;
use crate::cli::args::{BundleArgs, StartArgs};
use crate::cli::compile::note_too_old;
use crate::cli::report::{Report, shown};
use crate::project::globs::Globs;
use crate::project::inline::Inline;
use crate::project::pack::{IncludeSource, Metadata, Project, Start, With, source_root};
use crate::project::settings::{AllOrSome, BundleSettings, Settings, SettingsError};
use crate::project::walk::is_source;
use crate::targets::{Target, combine};

/// The requested project. It owns the folders of installed requirements, which are removed on drop.
pub(super) struct Request {
    pub project: Project,
    _packages: Packages,
}

/// The meaning of PROJECT.
struct Subject {
    root: PathBuf,
    /// The folder of its packages.
    folder: PathBuf,
    module: Option<PathBuf>,
    settings: Settings,
    /// The inline metadata of a module.
    inline: Inline,
}

impl Subject {
    fn new(args: &BundleArgs, packages: &mut Packages) -> Result<Subject, CommandError> {
        let Some(root) = args.project.clone() else {
            let folder = packages.folder("project").map_err(CommandError::failure)?;
            let root = args.requirements[0].clone();
            let (settings, inline) = (Settings::default(), Inline::default());
            return Ok(Subject { root, folder, module: None, settings, inline });
        };
        let settings = Settings::nearest(&root).map_err(CommandError::usage)?;
        if !(root.is_file() && is_source(&root)) {
            let (folder, inline) = (source_root(&root), Inline::default());
            return Ok(Subject { root, folder, module: None, settings, inline });
        }
        let source = std::fs::read(&root)
            .map_err(|error| CommandError::failure(format!("failed to read `{}`: {error}", shown(&root))))?;
        let inline = Inline::read(&String::from_utf8_lossy(&source));
        let inline =
            inline.map_err(|error| CommandError::usage(format!("in `{}`: {error}", shown(&root))))?;
        let folder = root.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Ok(Subject {
            folder,
            module: Some(root.clone()),
            settings: of_module(settings, &root, &inline),
            root,
            inline,
        })
    }

    /// The default entry point.
    fn default_start(&self) -> Start {
        let stem = self.module.as_deref().and_then(Path::file_stem);
        let module = |stem: &std::ffi::OsStr| EntryPoint::Module(stem.to_string_lossy().into_owned());
        stem.map_or(Start::Default, |stem| Start::At(module(stem)))
    }
}

/// The settings of the project around a module, without those that concern the whole project.
fn of_module(settings: Settings, module: &Path, inline: &Inline) -> Settings {
    let stem = module.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let bundle =
        BundleSettings { module: None, entry_point: None, script: None, name: stem, ..settings.bundle };
    let targets = settings.targets.filter(|_| inline.requires_python.is_none());
    let requires_python = inline.requires_python.clone().or(settings.requires_python);
    Settings { bundle, targets, requires_python, scripts: BTreeMap::new(), metadata: None, ..settings }
}

pub(super) fn request(
    args: &BundleArgs,
    product: &Product,
    python: Option<&Python>,
    report: &mut Report,
) -> Result<Request, CommandError> {
    let mut packages = Packages::default();
    let subject = Subject::new(args, &mut packages)?;
    let default_start = subject.default_start();
    let Subject { root, folder, module, settings, inline } = subject;
    let bundle = &settings.bundle;
    let name = name(args, &root, &settings);
    let native = args.native || bundle.native.unwrap_or(false);
    product.check(native)?;
    let with_excludes = globs(&args.exclude, &bundle.exclude, &settings)?;
    let mut excludes = with_excludes.clone();
    let inner = folder.strip_prefix(&root).unwrap_or(Path::new(""));
    excludes
        .add(&settings.prefix.join(inner), &settings.exclude)
        .map_err(|reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason }))?;
    let includes = globs(&args.include, &bundle.include, &settings)?;
    let start = start(&args.start, &settings)?.unwrap_or(default_start);
    let targets = targets(args, &settings)?;
    python.map_or(Ok(()), |python| python.check_required(settings.requires_python.as_deref()))?;
    if args.targets.is_empty() {
        note_too_old(settings.too_old(), report);
    }
    let set = bundle.requirements.iter().map(|file| settings.folder.join(file));
    let requirements: Vec<PathBuf> = set.chain(args.requirements.iter().cloned()).collect();
    let installed = packages.install(args, requirements, &inline.dependencies, &targets, report)?;
    let with = bundle.with.iter().map(|folder| settings.folder.join(folder)).chain(args.with.iter().cloned());
    let with = with.map(|folder| With { folder, only: None });
    let metadata = settings.metadata.clone().filter(|_| settings.prefix.as_os_str().is_empty());
    note_dynamic(metadata.as_ref(), report);
    let system_site_packages = args.system_site_packages || bundle.system_site_packages.unwrap_or(false);
    let project = Project {
        root,
        folder,
        module,
        with: with.chain(installed).collect(),
        metadata,
        // A requirement that is not bundled may be in the interpreter's site-packages.
        allow_missing: args.allow_missing || bundle.allow_missing.unwrap_or(false) || system_site_packages,
        output: args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}{}", product.ending()))),
        name,
        start,
        targets,
        optimize: optimize(args, &settings),
        excludes,
        with_excludes,
        includes,
        native,
        warnings: args.warnings.policy(settings.warnings),
        include_source: include_source(args, &settings)?,
        gitignore: !args.no_gitignore && bundle.gitignore.unwrap_or(true),
        system_site_packages,
        scripts: settings.scripts,
        requires_python: settings.requires_python,
        platform: python.map(Python::platform),
        wants_imports: python.is_some(),
    };
    Ok(Request { project, _packages: packages })
}

fn note_dynamic(metadata: Option<&Metadata>, report: &mut Report) {
    if let Some(Metadata { name, version: None, .. }) = metadata {
        report.note_line(&format!(
            "the version of {name} is dynamic, so the bundle has its metadata only if it is \
             installed in a --with folder"
        ));
    }
}

/// The globs of the command line and of the settings, which match paths in the bundle.
fn globs(typed: &[String], set: &[String], settings: &Settings) -> Result<Globs, CommandError> {
    let (mut globs, root) = (Globs::default(), Path::new(""));
    globs.add(root, typed).map_err(CommandError::usage)?;
    let wrong = |reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason });
    globs.add(root, set).map_err(wrong)?;
    Ok(globs)
}

/// An empty GLOB means all sources.
fn include_source(args: &BundleArgs, settings: &Settings) -> Result<IncludeSource, CommandError> {
    let (all, set) = match &settings.bundle.include_source {
        Some(AllOrSome::All(all)) => (*all, &[][..]),
        Some(AllOrSome::Some(globs)) => (false, globs.as_slice()),
        None => (false, &[][..]),
    };
    if all || args.include_source.iter().any(String::is_empty) {
        return Ok(IncludeSource::All);
    }
    let globs = globs(&args.include_source, set, settings)?;
    Ok(if globs.is_empty() { IncludeSource::Data } else { IncludeSource::Matching(globs) })
}

/// Oldest first.
fn targets(args: &BundleArgs, settings: &Settings) -> Result<Vec<Target>, CommandError> {
    let asked = combine(args.targets.iter().cloned()).map_err(CommandError::usage)?;
    let mut targets = match asked.as_slice() {
        [] => settings.targets_or_allowed().map_err(CommandError::usage)?,
        asked => asked.to_vec(),
    };
    targets.sort_by_key(|target| (target.version(), target.patch()));
    if let Some(pair) = targets.windows(2).find(|pair| pair[0].version() == pair[1].version()) {
        let message = format!("a bundle holds one patch level of Python {}", pair[0].version());
        return Err(CommandError::usage(message));
    }
    Ok(targets)
}

/// Ascending.
fn optimize(args: &BundleArgs, settings: &Settings) -> Vec<u8> {
    let set = || settings.bundle.optimize.clone().or_else(|| settings.optimize.clone());
    let mut levels = match args.optimize.as_slice() {
        [] => set().unwrap_or_else(|| vec![0]),
        asked => asked.to_vec(),
    };
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// The name asked for, else the output's name without its extension, else that of the project or
/// its folder.
fn name(args: &BundleArgs, root: &Path, settings: &Settings) -> String {
    let of_output = || Some(args.output.as_deref()?.file_stem()?.to_string_lossy().into_owned());
    let stem = || args.output_name.clone().or_else(of_output);
    // A pyproject.toml further up may belong to a larger project.
    let project = || settings.name.clone().filter(|_| settings.prefix.as_os_str().is_empty());
    let folder =
        || std::path::absolute(root).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let asked = args.name.clone().or_else(|| settings.bundle.name.clone());
    asked.or_else(stem).or_else(project).or_else(folder).unwrap_or_else(|| "app".to_owned())
}

/// What the command line asks for, else the settings.
fn start(args: &StartArgs, settings: &Settings) -> Result<Option<Start>, CommandError> {
    let typed = chosen(&args.module, &args.entry_point, &args.script)?;
    let bundle = &settings.bundle;
    let set = [&bundle.module, &bundle.entry_point, &bundle.script];
    if typed.is_none() && set.iter().filter(|value| value.is_some()).count() > 1 {
        let message = format!(
            "in `{}`, tool.crosspyc.bundle: one of module, entry-point and script can be started",
            settings.file().display()
        );
        return Err(CommandError::usage(message));
    }
    match typed {
        Some(start) => Ok(Some(start)),
        None => chosen(&bundle.module, &bundle.entry_point, &bundle.script),
    }
}

fn chosen(
    module: &Option<String>,
    entry_point: &Option<String>,
    script: &Option<String>,
) -> Result<Option<Start>, CommandError> {
    match (module, entry_point, script) {
        (Some(module), ..) => Ok(Some(Start::At(EntryPoint::Module(module.clone())))),
        (_, Some(text), _) => match text.split_once(':') {
            Some((module, function)) if !module.is_empty() && !function.is_empty() => {
                let (module, function) = (module.to_owned(), function.to_owned());
                Ok(Some(Start::At(EntryPoint::Function { module, function })))
            }
            _ => Err(CommandError::usage(format!("`{text}` is not of the form MODULE:FUNCTION"))),
        },
        (.., Some(script)) => Ok(Some(Start::Script(script.clone()))),
        (None, None, None) => Ok(None),
    }
}
