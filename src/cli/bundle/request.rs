//! Makes a [`Project`] from the options and pyproject.toml.

use std::path::{Path, PathBuf};

use super::product::Product;
use crate::bundle::EntryPoint;
use crate::cli::CommandError;
use crate::cli::args::{BundleArgs, StartArgs};
use crate::project::globs::Globs;
use crate::project::pack::{IncludeSource, Project, Start, source_root};
use crate::project::settings::{AllOrSome, Settings, SettingsError};
use crate::targets::{Target, combine};

pub(super) fn project(args: &BundleArgs, product: &Product) -> Result<Project, CommandError> {
    let root = args.project.clone().unwrap_or_else(|| PathBuf::from("."));
    let settings = Settings::nearest(&root).map_err(CommandError::usage)?;
    let folder = source_root(&root);
    let bundle = &settings.bundle;
    let name = name(args, &root, &settings);
    let native = args.native || bundle.native.unwrap_or(false);
    product.check(native)?;
    let with = bundle.with.iter().map(|folder| settings.folder.join(folder));
    let mut with_excludes = Globs::default();
    add(&mut with_excludes, &args.exclude, &bundle.exclude, &settings)?;
    let mut excludes = with_excludes.clone();
    let inner = folder.strip_prefix(&root).unwrap_or(Path::new(""));
    excludes
        .add(&settings.prefix.join(inner), &settings.exclude)
        .map_err(|reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason }))?;
    let mut includes = Globs::default();
    add(&mut includes, &args.include, &bundle.include, &settings)?;
    Ok(Project {
        root,
        folder,
        with: with.chain(args.with.iter().cloned()).collect(),
        output: args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}{}", product.ending()))),
        name,
        start: start(&args.start, &settings)?,
        targets: targets(args, &settings)?,
        optimize: optimize(args, &settings),
        excludes,
        with_excludes,
        includes,
        native,
        warnings: args.warnings.policy(settings.warnings),
        include_source: include_source(args, &settings)?,
        gitignore: !args.no_gitignore && bundle.gitignore.unwrap_or(true),
        system_site_packages: args.system_site_packages || bundle.system_site_packages.unwrap_or(false),
        scripts: settings.scripts,
        requires_python: settings.requires_python,
    })
}

/// Adds globs of the command line and of the settings, which match paths in the bundle.
fn add(globs: &mut Globs, typed: &[String], set: &[String], settings: &Settings) -> Result<(), CommandError> {
    let root = Path::new("");
    globs.add(root, typed).map_err(CommandError::usage)?;
    globs
        .add(root, set)
        .map_err(|reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason }))
}

/// A GLOB that is empty stands for all sources.
fn include_source(args: &BundleArgs, settings: &Settings) -> Result<IncludeSource, CommandError> {
    let (all, set) = match &settings.bundle.include_source {
        Some(AllOrSome::All(all)) => (*all, &[][..]),
        Some(AllOrSome::Some(globs)) => (false, globs.as_slice()),
        None => (false, &[][..]),
    };
    if all || args.include_source.iter().any(String::is_empty) {
        return Ok(IncludeSource::All);
    }
    let mut globs = Globs::default();
    add(&mut globs, &args.include_source, set, settings)?;
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
    let stem = || Some(args.output.as_deref()?.file_stem()?.to_string_lossy().into_owned());
    // A pyproject.toml further up may belong to a larger project.
    let project = || settings.name.clone().filter(|_| settings.prefix.as_os_str().is_empty());
    let folder =
        || std::path::absolute(root).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let asked = args.name.clone().or_else(|| settings.bundle.name.clone());
    asked.or_else(stem).or_else(project).or_else(folder).unwrap_or_else(|| "app".to_owned())
}

fn start(args: &StartArgs, settings: &Settings) -> Result<Start, CommandError> {
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
        Some(start) => Ok(start),
        None => Ok(chosen(&bundle.module, &bundle.entry_point, &bundle.script)?.unwrap_or(Start::Default)),
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
