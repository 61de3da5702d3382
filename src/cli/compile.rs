//! `crosspyc compile`: makes a plan from the options and pyproject.toml, builds it, and reports the results.

mod outcomes;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::args::CompileArgs;
use super::report::{Concerned, Report, Verbosity, counted, duration, end_clean, shown, thousands};
use super::{CommandError, exit};
use crate::project::build::{Mode, build};
use crate::project::filename::FileNames;
use crate::project::globs::Globs;
use crate::project::output::{Placement, Plan, Root};
use crate::project::prune;
use crate::project::settings::{Settings, SettingsError};
use crate::project::timings::{Stage, Timings};
use crate::targets::{Target, combine};

/// A pyc, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "pyc")]
struct PycRecord<'r> {
    status: &'r str,
    pyc: String,
    source: Option<String>,
    target: Option<String>,
    optimize: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The summary of a run, with `--format json`: numbers of modules (for `removed`, of pycs; for
/// `warnings`, of warnings), and seconds of wall time.
#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct SummaryRecord<'r> {
    targets: Vec<String>,
    modules: usize,
    #[serde(flatten)]
    tally: &'r Tally,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Vec<StageRecord>>,
}

#[derive(Serialize)]
struct StageRecord {
    stage: &'static str,
    seconds: f64,
}

/// The numbers of modules by result. A module with several results counts as the first of these.
#[derive(Default, Serialize)]
struct Tally {
    failed: usize,
    compiled: usize,
    /// With `--check`.
    stale: usize,
    missing: usize,
    current: usize,
    /// Pycs whose sources no longer exist.
    removed: usize,
    /// Warnings, equal ones of several targets or levels counted once.
    warnings: usize,
    #[serde(skip)]
    internal_errors: usize,
    #[serde(skip)]
    other_errors: usize,
}

pub(super) fn run(args: &CompileArgs, report: &mut Report) -> Result<u8, CommandError> {
    let start = Instant::now();
    let roots = roots(args)?;
    let placement = Placement { out_dir: args.out_dir.clone(), layout: args.layout.into() };
    let names = FileNames { strip_dir: args.strip_dir.clone(), prepend_dir: args.prepend_dir.clone() };
    check_out_dir(args)?;
    check_prune(args)?;
    let plan = Plan::new(&roots, &placement, &names).map_err(CommandError::usage)?;
    let walked = start.elapsed();

    let bar = report.progress(plan.modules.len());
    end_clean(&bar);
    let mode = mode(args);
    let reports = build(&plan, mode, jobs(args.jobs), |_| bar.inc(1));
    let reports =
        reports.map_err(|error| CommandError::failure(format!("failed to start threads: {error}")))?;
    bar.finish_and_clear();

    let mut tally = Tally::default();
    for error in &plan.errors {
        tally.other_errors += 1;
        report.error(None, &error.to_string());
    }
    for module in &reports {
        outcomes::report_module(module, report, &mut tally);
    }
    if args.prune {
        prune_orphans(&plan, &roots, &placement, mode, report, &mut tally);
    }
    let mut timings = Timings::default();
    reports.iter().for_each(|module| timings.add(&module.timings));
    let bytes: u64 = plan.modules.iter().map(|module| module.size).sum();
    let summary =
        Summary { args, targets: targets_of(&roots), modules: reports.len(), elapsed: start.elapsed() };
    summary.report(&tally, report, args.timings.then_some((&timings, walked, bytes)));
    Ok(exit_code(&tally))
}

/// The PATHs with their settings. The command line has precedence over pyproject.toml.
fn roots(args: &CompileArgs) -> Result<Vec<Root>, CommandError> {
    let asked = combine(args.targets.iter().cloned()).map_err(CommandError::usage)?;
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    paths.iter().map(|path| root(path.clone(), args, &asked)).collect()
}

fn root(path: PathBuf, args: &CompileArgs, asked: &[Target]) -> Result<Root, CommandError> {
    let settings = Settings::nearest(&path).map_err(CommandError::usage)?;
    let mut excludes = Globs::default();
    excludes.add("".as_ref(), &args.exclude).map_err(CommandError::usage)?;
    excludes
        .add(&settings.prefix, &settings.exclude)
        .map_err(|reason| CommandError::usage(SettingsError::Glob { path: settings.file(), reason }))?;
    let mut optimize = match args.optimize.as_slice() {
        [] => settings.optimize.clone().unwrap_or_else(|| vec![0]),
        levels => levels.to_vec(),
    };
    optimize.sort_unstable();
    optimize.dedup();
    let invalidation = args.invalidation.map(Into::into).or(settings.invalidation).unwrap_or_default();
    let targets = if asked.is_empty() {
        settings.targets_or_allowed().map_err(CommandError::usage)?
    } else {
        asked.to_vec()
    };
    let warnings = args.warnings.policy(settings.warnings);
    Ok(Root { path, targets, optimize, invalidation, warnings, excludes })
}

/// Checks the folder once, instead of failing for each module.
fn check_out_dir(args: &CompileArgs) -> Result<(), CommandError> {
    match &args.out_dir {
        Some(dir) if dir.exists() && !dir.is_dir() => {
            Err(CommandError::usage(format!("`{}` is not a folder; name one with --out-dir", shown(dir))))
        }
        _ => Ok(()),
    }
}

/// A source-less pyc may be the only form in which a module is installed: it must not be pruned.
fn check_prune(args: &CompileArgs) -> Result<(), CommandError> {
    let in_place = args.out_dir.is_none() && args.layout == super::args::LayoutArg::Sourceless;
    if args.prune && in_place {
        return Err(CommandError::usage(
            "--prune cannot tell which source-less pycs beside the sources were made from them; \
             use it with --out-dir or the pycache layout",
        ));
    }
    Ok(())
}

fn mode(args: &CompileArgs) -> Mode {
    match (args.check, args.force) {
        (true, _) => Mode::Check,
        (false, true) => Mode::Force,
        (false, false) => Mode::Update,
    }
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

/// `3.12` for the newest patch release, else `3.12.1`.
pub(super) fn label(target: &Target) -> String {
    match Target::newest(target.version()) {
        Some(newest) if newest == *target => target.version().to_string(),
        _ => target.to_string(),
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
        return report.note_line("nothing was pruned: some sources could not be looked for");
    }
    let orphans = prune::orphans(plan, roots, placement);
    for error in &orphans.errors {
        tally.other_errors += 1;
        report.error(None, &error.to_string());
    }
    for pyc in &orphans.pycs {
        let status = if mode == Mode::Check {
            tally.stale += 1;
            "stale"
        } else if let Err(error) = prune::remove(pyc, placement.out_dir.as_deref()) {
            tally.other_errors += 1;
            report.error(None, &error.to_string());
            continue;
        } else {
            tally.removed += 1;
            "removed"
        };
        let reason = "its source is gone";
        if report.is_json() && report.verbosity >= Verbosity::Normal {
            let reason = Some(reason.to_owned());
            let pyc = shown(pyc);
            report.record(&PycRecord { status, pyc, source: None, target: None, optimize: None, reason });
        } else if report.verbosity >= Verbosity::Files
            || mode == Mode::Check && report.verbosity >= Verbosity::Normal
        {
            report.line(format_args!("{status}: {} ({reason})", shown(pyc)));
        }
    }
}

/// The contents of the last line.
struct Summary<'a> {
    args: &'a CompileArgs,
    targets: Vec<String>,
    modules: usize,
    elapsed: Duration,
}

impl Summary<'_> {
    fn report(&self, tally: &Tally, report: &mut Report, timings: Option<(&Timings, Duration, u64)>) {
        if report.verbosity < Verbosity::Normal {
            return;
        }
        if let Some((timings, walked, bytes)) = timings {
            for line in timing_lines(timings, walked, bytes) {
                report.line(line);
            }
        }
        report.line(self.text(tally));
        report.record(&SummaryRecord {
            targets: self.targets.clone(),
            modules: self.modules,
            tally,
            seconds: self.elapsed.as_secs_f64(),
            timings: timings.map(|(timings, walked, _)| stage_records(timings, walked)),
        });
    }

    fn text(&self, tally: &Tally) -> String {
        let targets = self.targets.join(", ");
        let modules = |number| counted(number, "module");
        if self.modules == 0 && tally.removed + tally.stale + tally.other_errors == 0 {
            let paths: Vec<String> =
                self.args.paths.iter().map(|path| format!("`{}`", shown(path))).collect();
            let place = if paths.is_empty() { "here".to_owned() } else { format!("in {}", paths.join(", ")) };
            return format!("nothing to do: no Python files {place}");
        }
        let mut text = if self.args.check {
            format!("checked {} for {targets}", modules(self.modules))
        } else if tally.compiled + tally.failed + tally.other_errors == 0 {
            format!("nothing to do: {} up to date for {targets}", modules(tally.current))
        } else {
            let time = duration(self.elapsed);
            format!("compiled {} for {targets} in {time}", modules(tally.compiled))
        };
        let current = if text.starts_with("nothing") { 0 } else { tally.current };
        for (number, what) in [
            (current, "up to date"),
            (tally.missing, "missing"),
            (tally.stale, "stale"),
            (tally.failed, "failed"),
            (tally.removed, "removed"),
        ] {
            if number > 0 {
                text.push_str(&format!(", {} {what}", thousands(number)));
            }
        }
        if tally.warnings > 0 {
            text.push_str(&format!(", {}", counted(tally.warnings, "warning")));
        }
        text
    }
}

/// A line for each stage: its time summed over the workers, its share, and its speed relative to
/// the size of all sources.
fn timing_lines(timings: &Timings, walked: Duration, bytes: u64) -> Vec<String> {
    let megabytes = bytes as f64 / 1e6;
    let total = timings.total() + walked;
    let line = |name: &str, time: Duration| {
        let seconds = time.as_secs_f64();
        let share = 100.0 * seconds / total.as_secs_f64().max(f64::MIN_POSITIVE);
        let pace = megabytes / seconds.max(f64::MIN_POSITIVE);
        match seconds {
            ..0.001 => format!("{name:>8}  {seconds:8.3} s  {share:5.1} %"),
            _ => format!("{name:>8}  {seconds:8.3} s  {share:5.1} %  {pace:8.1} MB/s"),
        }
    };
    let mut lines = vec![line("walk", walked)];
    lines.extend(Stage::ALL.into_iter().map(|stage| line(stage.name(), timings.of(stage))));
    lines.push(line("all", total));
    lines
}

fn stage_records(timings: &Timings, walked: Duration) -> Vec<StageRecord> {
    let walk = StageRecord { stage: "walk", seconds: walked.as_secs_f64() };
    let record = |stage: Stage| StageRecord { stage: stage.name(), seconds: timings.of(stage).as_secs_f64() };
    std::iter::once(walk).chain(Stage::ALL.into_iter().map(record)).collect()
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
