//! Reports the results of building a module.

use serde::Serialize;

use super::{PycRecord, Tally, concerned};
use crate::cli::report::{Report, Verbosity, shown};
use crate::project::build::{ModuleReport, Outcome};
use crate::project::freshness::State;
use crate::project::module::Failure;
use crate::project::output::Output;
use crate::project::rejection::Rejection;
use crate::targets::Target;

/// A bug of crosspyc, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "internal-error")]
struct InternalErrorRecord<'r> {
    path: String,
    target: String,
    message: &'r str,
}

/// The results that a module can be counted as, from the least to the most important.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Current,
    Missing,
    Stale,
    Compiled,
    Failed,
}

impl Rank {
    fn of(outcome: &Outcome) -> Rank {
        match outcome {
            Outcome::Current => Rank::Current,
            Outcome::Outdated(State::Stale(_)) => Rank::Stale,
            Outcome::Outdated(_) => Rank::Missing,
            Outcome::Written(_) => Rank::Compiled,
            Outcome::Failed(_) | Outcome::NotWritten(_) => Rank::Failed,
        }
    }
}

/// Reports the results of a module and counts it.
pub(super) fn report_module(module: &ModuleReport<'_>, report: &mut Report, tally: &mut Tally) {
    let outcomes = match &module.outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            tally.failed += 1;
            return report.error(None, &error.to_string());
        }
    };
    report_warnings(module, report, tally);
    report_rejections(module, outcomes, report);
    for (output, outcome) in module.module.outputs.iter().zip(outcomes) {
        report_output(module, output, outcome, report, tally);
    }
    let count = match outcomes.iter().map(Rank::of).max() {
        Some(Rank::Failed) => &mut tally.failed,
        Some(Rank::Compiled) => &mut tally.compiled,
        Some(Rank::Stale) => &mut tally.stale,
        Some(Rank::Missing) => &mut tally.missing,
        Some(Rank::Current) | None => &mut tally.current,
    };
    *count += 1;
}

/// The targets of a module, each once.
fn targets_of(module: &ModuleReport<'_>) -> Vec<Target> {
    let mut targets: Vec<Target> = module.module.outputs.iter().map(|output| output.variant.target).collect();
    targets.dedup();
    targets
}

fn report_warnings(module: &ModuleReport<'_>, report: &mut Report, tally: &mut Tally) {
    let all = targets_of(module);
    tally.warnings += module.warnings.len();
    for warning in &module.warnings {
        report.warning(&module.module.source, warning, &concerned(&warning.targets, &all));
    }
}

/// Reports each distinct rejection once, with all the targets that share it.
fn report_rejections(module: &ModuleReport<'_>, outcomes: &[Outcome], report: &mut Report) {
    let mut rejections: Vec<(&Rejection, Vec<Target>)> = Vec::new();
    for (output, outcome) in module.module.outputs.iter().zip(outcomes) {
        let Outcome::Failed(Failure::Rejected(rejection)) = outcome else { continue };
        let target = output.variant.target;
        match rejections.iter_mut().find(|(other, _)| *other == rejection.as_ref()) {
            Some((_, targets)) if targets.contains(&target) => {}
            Some((_, targets)) => targets.push(target),
            None => rejections.push((rejection, vec![target])),
        }
    }
    let all = targets_of(module);
    for (rejection, targets) in rejections {
        report.diagnostic(&module.module.source, rejection, &concerned(&targets, &all));
    }
}

fn report_output(
    module: &ModuleReport<'_>,
    output: &Output,
    outcome: &Outcome,
    report: &mut Report,
    tally: &mut Tally,
) {
    let source = &module.module.source;
    let (status, reason, from) = match outcome {
        Outcome::Current => ("current", None, Verbosity::All),
        Outcome::Written(state) => ("written", reason(state), Verbosity::Files),
        Outcome::Outdated(State::Missing) => ("missing", None, Verbosity::Normal),
        Outcome::Outdated(state) => ("stale", reason(state), Verbosity::Normal),
        Outcome::NotWritten(error) => {
            report.error(None, &error.to_string());
            ("failed", Some(error.source.to_string()), Verbosity::Silent)
        }
        Outcome::Failed(Failure::Rejected(rejection)) => {
            ("failed", Some(rejection.diagnostic.message.clone()), Verbosity::Silent)
        }
        Outcome::Failed(Failure::Internal(message)) => {
            tally.internal_errors += 1;
            report_internal_error(module, output, message, report);
            ("failed", Some("internal error".to_owned()), Verbosity::Silent)
        }
    };
    if report.is_json() && report.verbosity >= Verbosity::Normal {
        report.record(&PycRecord {
            status,
            pyc: shown(&output.path),
            source: Some(shown(source)),
            target: Some(output.variant.target.to_string()),
            optimize: Some(output.variant.optimize),
            reason,
        });
    } else if from > Verbosity::Silent && report.verbosity >= from {
        let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        report.line(format_args!("{status}: {}{reason}", shown(&output.path)));
    }
}

fn reason(state: &State) -> Option<String> {
    match state {
        State::Stale(reason) => Some(reason.to_string()),
        State::Current | State::Missing | State::Forced => None,
    }
}

fn report_internal_error(module: &ModuleReport<'_>, output: &Output, message: &str, report: &mut Report) {
    let path = shown(&module.module.source);
    let target = output.variant.target;
    if report.is_json() {
        report.record(&InternalErrorRecord { path, target: target.to_string(), message });
    } else {
        report.error(None, &format!("internal error in {path} for {target}; please report: {message}"));
    }
}
