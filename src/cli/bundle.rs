//! `crosspyc bundle`: compiles a project and packs it into one archive.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::args::BundleArgs;
use super::compile::{jobs, label};
use super::report::{Report, Verbosity, counted, duration, end_clean, shown, thousands};
use super::{CommandError, exit};
use crate::bundle::{self, EntryPoint, WriteOptions};
use crate::project::exclude::Excludes;
use crate::project::module::Failure;
use crate::project::pack::{PackError, Packed, Project, pack};
use crate::project::settings::{Settings, SettingsError};
use crate::target::combine;

/// What was written, with `--format json`; sizes in bytes.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord<'r> {
    path: String,
    name: &'r str,
    targets: &'r [String],
    modules: usize,
    data_files: usize,
    unpacked_size: u64,
    size: u64,
    seconds: f64,
}

pub(super) fn run(args: &BundleArgs, report: &mut Report) -> Result<u8, CommandError> {
    let start = Instant::now();
    let project = project(args)?;
    let output = &project.output;
    let bar = report.progress(0);
    end_clean(&bar);
    let done = |modules| {
        bar.set_length(modules as u64);
        bar.inc(1);
    };
    let packed = pack(&project, jobs(args.jobs), done).map_err(command_error)?;
    bar.finish_and_clear();
    if let Some(code) = tell_failures(&packed, report) {
        let hint = match packed.failures.is_empty() {
            true => "",
            false => "; what the program does not need can be left out with --exclude",
        };
        report.error(None, &format!("{} was not written{hint}", shown(output)));
        return Ok(code);
    }
    let options = WriteOptions { jobs: args.jobs, ..WriteOptions::default() };
    let (manifest, size) =
        bundle::write(&packed.contents, output, &options).map_err(CommandError::failure)?;
    let targets: Vec<String> = project.targets.iter().map(label).collect();
    let unpacked = manifest.frames.iter().map(|frame| frame.size).sum();
    let data_files = packed.contents.common.len();
    if report.verbosity >= Verbosity::Normal {
        report.line(format_args!(
            "bundled {} for {}: {} and {} in {} ({}), {}",
            project.name,
            targets.join(", "),
            counted(packed.modules, "module"),
            counted(data_files, "data file"),
            shown(output),
            bytes(size),
            duration(start.elapsed()),
        ));
    }
    report.record(&BundleRecord {
        path: shown(output),
        name: &project.name,
        targets: &targets,
        modules: packed.modules,
        data_files,
        unpacked_size: unpacked,
        size,
        seconds: start.elapsed().as_secs_f64(),
    });
    Ok(exit::SUCCESS)
}

/// From the options, and what pyproject.toml adds, to what is to be packed.
fn project(args: &BundleArgs) -> Result<Project, CommandError> {
    let settings = Settings::nearest(&args.project).map_err(CommandError::usage)?;
    let mut excludes = Excludes::default();
    excludes.add("".as_ref(), &args.exclude).map_err(CommandError::usage)?;
    excludes
        .add(&settings.prefix, &settings.exclude)
        .map_err(|reason| CommandError::usage(SettingsError::Exclude { path: settings.file(), reason }))?;
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
    let name = name(args);
    Ok(Project {
        folder: args.project.clone(),
        output: args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.pyb"))),
        name,
        entry_point: entry_point(args)?,
        targets,
        optimize: args.optimize.unwrap_or(0),
        excludes,
        native: args.native,
    })
}

/// The output's name without its ending, else the project's folder.
fn name(args: &BundleArgs) -> String {
    let stem =
        args.output.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let folder = || {
        std::path::absolute(&args.project).ok()?.file_name().map(|name| name.to_string_lossy().into_owned())
    };
    stem.or_else(folder).unwrap_or_else(|| "app".to_owned())
}

fn entry_point(args: &BundleArgs) -> Result<EntryPoint, CommandError> {
    match (&args.module, &args.entry_point) {
        (Some(module), _) => Ok(EntryPoint::Module(module.clone())),
        (None, Some(text)) => match text.split_once(':') {
            Some((module, function)) if !module.is_empty() && !function.is_empty() => {
                Ok(EntryPoint::Function { module: module.to_owned(), function: function.to_owned() })
            }
            _ => Err(CommandError::usage(format!("`{text}` is not of the form MODULE:FUNCTION"))),
        },
        (None, None) => Ok(EntryPoint::Main),
    }
}

/// What asks for something that is not there is wrong usage; the rest failed.
fn command_error(error: PackError) -> CommandError {
    match error {
        PackError::NotAFolder(_)
        | PackError::NoEntryPoint(_)
        | PackError::NoModule { .. }
        | PackError::NotExecutable { .. } => CommandError::usage(error),
        PackError::Name(_) | PackError::Native(_) | PackError::Threads(_) => CommandError::failure(error),
    }
}

/// Reports what could not be packed, and gives the exit code if there is something.
fn tell_failures(packed: &Packed, report: &mut Report) -> Option<u8> {
    let mut code = None;
    for error in &packed.errors {
        code = code.max(Some(exit::FAILURE));
        report.error(None, &error.to_string());
    }
    for (path, target, failure) in &packed.failures {
        match failure {
            Failure::Rejected(rejection) => {
                code = code.max(Some(exit::FAILURE));
                report.diagnostic(path, rejection, &[label(target)]);
            }
            Failure::Internal(message) => {
                code = Some(exit::INTERNAL_ERROR);
                let path = shown(path);
                report
                    .error(None, &format!("internal error in {path} for {target}; please report: {message}"));
            }
        }
    }
    code
}

pub(super) fn bytes(size: u64) -> String {
    match size {
        0..1_000 => format!("{size} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", size as f64 / 1e3),
        _ => format!("{} kB", thousands((size / 1_000) as usize)),
    }
}
