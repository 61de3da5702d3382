//! `crosspyc compile`: makes a plan from the options and pyproject.toml, builds it, and reports the
//! results.

mod outcomes;
mod request;
mod summary;

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;
use std::time::Instant;

use serde::Serialize;

use self::outcomes::ModuleReporter;
use self::summary::Summary;
use super::args::CompileArgs;
use super::json_path::JsonPath;
use super::report::{Concerned, Report, Verbosity, end_clean, shown};
use super::{CommandError, exit};
use crate::atomic::remove_leftover;
use crate::project::build::{Mode, build};
use crate::project::filename::FileNames;
use crate::project::output::{Placement, Plan, Root};
use crate::project::prune;
use crate::project::timings::Timings;
use crate::targets::Target;

/// A pyc, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "pyc")]
struct PycRecord<'r> {
    status: &'r str,
    pyc: JsonPath<&'r Path>,
    source: Option<JsonPath<&'r Path>>,
    target: Option<String>,
    optimize: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The numbers of modules by result. A module with several results counts as the one that
/// [`outcomes`] ranks highest.
#[derive(Default, Serialize)]
struct Tally {
    failed: usize,
    /// With `--on-error skip`: modules that do not compile.
    skipped: usize,
    compiled: usize,
    /// With `--check`.
    stale: usize,
    missing: usize,
    current: usize,
    /// Pycs whose sources no longer exist.
    removed: usize,
    /// Pycs that were written.
    #[serde(skip)]
    written: usize,
    /// Warnings, equal ones of several targets or levels counted once.
    warnings: usize,
    #[serde(skip)]
    internal_errors: usize,
    #[serde(skip)]
    other_errors: usize,
}

pub(super) fn run(args: &CompileArgs, report: &mut Report) -> Result<u8, CommandError> {
    let start = Instant::now();
    let paths = request::paths(args)?;
    let roots = request::roots(&paths, args, report)?;
    let placement = request::placement(args)?;
    let names = FileNames { strip_dir: args.strip_dir.clone(), prepend_dir: args.prepend_dir.clone() };
    let plan = Plan::new(&roots, &placement, &names).map_err(CommandError::usage)?;
    let walked = start.elapsed();

    let bar = report.progress(plan.modules.len());
    end_clean(&bar);
    let mode = match (args.check, args.force) {
        (true, _) => Mode::Check,
        (false, true) => Mode::Force,
        (false, false) => Mode::Update,
    };
    let reports = build(&plan, mode, jobs(args.jobs), |_| bar.inc(1));
    let reports =
        reports.map_err(|error| CommandError::failure(format!("failed to start threads: {error}")))?;
    bar.finish_and_clear();

    let mut tally = Tally::default();
    for error in &plan.errors {
        tally.other_errors += 1;
        report.file_error(error);
    }
    let mut reporter = ModuleReporter { report, tally: &mut tally };
    reports.iter().for_each(|module| reporter.report_module(module));
    if args.prune {
        prune_orphans(&plan, &roots, &placement, mode, report, &mut tally);
    }
    let mut timings = Timings::default();
    reports.iter().for_each(|module| timings.add(&module.timings));
    let bytes: u64 = plan.modules.iter().map(|module| module.size).sum();
    let (targets, modules) = (targets_of(&roots), reports.len());
    let summary = Summary { args, paths: &paths, targets, modules, elapsed: start.elapsed() };
    summary.report(&tally, report, args.timings.then_some((&timings, walked, bytes)));
    Ok(exit_code(&tally))
}

/// The number of threads: all cores by default.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, usize::from)
}

fn targets_of(roots: &[Root]) -> Vec<String> {
    let mut targets: Vec<Target> = roots.iter().flat_map(|root| root.targets.iter().copied()).collect();
    targets.sort_by_key(|target| (target.version(), target.patch()));
    targets.dedup();
    targets.iter().map(label).collect()
}

/// The targets of a diagnostic or warning, `all` being those asked for.
pub(super) fn concerned(targets: &[Target], all: &[Target]) -> Concerned {
    let is_missing = |target| !targets.contains(target);
    Concerned { targets: targets.iter().map(label).collect(), all: !all.iter().any(is_missing) }
}

/// Names the versions that requires-python allows and that are too old for crosspyc.
pub(super) fn note_too_old(versions: impl IntoIterator<Item = String>, report: &mut Report) {
    let versions: Vec<String> = versions.into_iter().collect();
    if !versions.is_empty() {
        let versions = versions.join(", ");
        report.note_line(&format!(
            "requires-python also allows Python {versions}, which crosspyc does not support"
        ));
    }
}

/// `3.12` for the newest patch release, else `3.12.1`.
pub(super) fn label(target: &Target) -> String {
    if *target == Target::newest(target.version()) {
        target.version().to_string()
    } else {
        target.to_string()
    }
}

/// Removes the pycs whose sources no longer exist; with `--check`, only reports them.
fn prune_orphans(
    plan: &Plan,
    roots: &[Root],
    placement: &Placement,
    mode: Mode,
    report: &mut Report,
    tally: &mut Tally,
) {
    if !plan.errors.is_empty() {
        return report.note_line("nothing was pruned, because some files and folders could not be read");
    }
    let orphans = prune::orphans(plan, roots, placement);
    for error in &orphans.errors {
        tally.other_errors += 1;
        report.file_error(error);
    }
    for orphan in &orphans.pycs {
        let reason = "its source is gone";
        if mode.writes() {
            match orphan.remove() {
                Ok(()) => {
                    tally.removed += 1;
                    report_pruned("removed", &orphan.pyc, reason, Verbosity::Files, report);
                }
                Err(error) => {
                    tally.other_errors += 1;
                    report.file_error(&error);
                }
            }
        } else {
            tally.stale += 1;
            report_pruned("stale", &orphan.pyc, reason, Verbosity::Normal, report);
        }
    }
    for path in orphans.temporary.iter().filter(|path| mode.writes() && remove_leftover(path)) {
        report_pruned("removed", path, "a killed run left it", Verbosity::Files, report);
    }
}

/// Reports a file that was or would be removed; in text from this verbosity on.
fn report_pruned(status: &str, path: &Path, reason: &str, from: Verbosity, report: &mut Report) {
    if report.is_json() && report.verbosity >= Verbosity::Normal {
        let (pyc, reason) = (JsonPath(path), Some(reason.to_owned()));
        report.record(&PycRecord { status, pyc, source: None, target: None, optimize: None, reason });
    } else if report.verbosity >= from {
        report.line(format_args!("{status}: {} ({reason})", shown(path)));
    }
}

fn exit_code(tally: &Tally) -> u8 {
    if tally.internal_errors > 0 {
        exit::INTERNAL_ERROR
    } else if tally.failed + tally.stale + tally.missing + tally.other_errors > 0 {
        exit::FAILURE
    } else {
        exit::SUCCESS
    }
}
