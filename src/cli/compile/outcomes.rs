//! Reports the results of building a module.

use std::path::Path;

use serde::Serialize;

use super::{PycRecord, Tally, concerned};
use crate::cli::json_path::JsonPath;
use crate::cli::report::{Report, Verbosity, shown};
use crate::project::build::{ModuleReport, Outcome};
use crate::project::freshness::State;
use crate::project::module::Failure;
use crate::project::output::{Module, OnRejection, Output};
use crate::rejection::Rejection;
use crate::targets::Target;

/// A bug of crosspyc, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "internal-error")]
struct InternalErrorRecord<'r> {
    path: JsonPath<&'r Path>,
    target: String,
    message: &'r str,
}

/// The results that a module can be counted as, from the least to the most important.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Current,
    Compiled,
    Skipped,
    Missing,
    Stale,
    Failed,
}

impl Rank {
    fn of(outcome: &Outcome, on_rejection: OnRejection) -> Rank {
        match outcome {
            Outcome::Current => Rank::Current,
            Outcome::Outdated(State::Stale(_)) => Rank::Stale,
            Outcome::Outdated(_) => Rank::Missing,
            Outcome::Written(_) => Rank::Compiled,
            Outcome::Failed(Failure::Rejected(_)) if on_rejection == OnRejection::Skip => Rank::Skipped,
            Outcome::Failed(_) | Outcome::NotWritten(_) => Rank::Failed,
        }
    }
}

/// Reports the results of modules and counts them.
pub(super) struct ModuleReporter<'r> {
    pub report: &'r mut Report,
    pub tally: &'r mut Tally,
}

impl ModuleReporter<'_> {
    pub(super) fn report_module(&mut self, module: &ModuleReport<'_>) {
        let outcomes = match &module.outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.tally.failed += 1;
                return self.report.file_error(error);
            }
        };
        self.report_warnings(module);
        self.report_rejections(module, outcomes);
        for (output, outcome) in module.module.outputs.iter().zip(outcomes) {
            self.report_output(module.module, output, outcome);
        }
        let ranks = outcomes.iter().map(|outcome| Rank::of(outcome, module.module.on_rejection));
        let count = match ranks.max() {
            Some(Rank::Failed) => &mut self.tally.failed,
            Some(Rank::Stale) => &mut self.tally.stale,
            Some(Rank::Missing) => &mut self.tally.missing,
            Some(Rank::Skipped) => &mut self.tally.skipped,
            Some(Rank::Compiled) => &mut self.tally.compiled,
            Some(Rank::Current) | None => &mut self.tally.current,
        };
        *count += 1;
    }

    fn report_warnings(&mut self, module: &ModuleReport<'_>) {
        let all = targets_of(module);
        self.tally.warnings += module.warnings.len();
        for warning in &module.warnings {
            self.report.warning(&module.module.source, warning, &concerned(&warning.targets, &all));
        }
    }

    /// Reports each distinct rejection once, with all the targets that share it.
    fn report_rejections(&mut self, module: &ModuleReport<'_>, outcomes: &[Outcome]) {
        let is_skipped = module.module.on_rejection == OnRejection::Skip;
        if is_skipped && self.report.verbosity < Verbosity::Normal {
            return;
        }
        let all = targets_of(module);
        for (mut rejection, targets) in distinct_rejections(module, outcomes) {
            if is_skipped {
                rejection.diagnostic.notes.push("the module is skipped".to_owned());
            }
            self.report.diagnostic(&module.module.source, &rejection, &concerned(&targets, &all));
        }
    }

    fn report_output(&mut self, module: &Module, output: &Output, outcome: &Outcome) {
        let source = &module.source;
        let (status, reason, from) = match outcome {
            Outcome::Current => ("current", None, Verbosity::All),
            Outcome::Written(state) => {
                self.tally.written += 1;
                ("written", reason(state), Verbosity::Files)
            }
            Outcome::Outdated(State::Missing) => ("missing", None, Verbosity::Normal),
            Outcome::Outdated(state) => ("stale", reason(state), Verbosity::Normal),
            Outcome::NotWritten(error) => {
                self.report.file_error(error);
                ("failed", Some(error.source.to_string()), Verbosity::Silent)
            }
            Outcome::Failed(Failure::Rejected(rejection)) => {
                let status = match module.on_rejection {
                    OnRejection::Fail => "failed",
                    OnRejection::Skip => "skipped",
                };
                (status, Some(rejection.diagnostic.message.clone()), Verbosity::Silent)
            }
            Outcome::Failed(Failure::Internal(message)) => {
                self.tally.internal_errors += 1;
                self.report_internal_error(source, output, message);
                ("failed", Some("internal error".to_owned()), Verbosity::Silent)
            }
        };
        if self.report.is_json() && self.report.verbosity >= Verbosity::Normal {
            self.report.record(&PycRecord {
                status,
                pyc: JsonPath(&output.path),
                source: Some(JsonPath(source)),
                target: Some(output.variant.target.to_string()),
                optimize: Some(output.variant.optimize),
                reason,
            });
        } else if from > Verbosity::Silent && self.report.verbosity >= from {
            let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
            self.report.line(format_args!("{status}: {}{reason}", shown(&output.path)));
        }
    }

    fn report_internal_error(&mut self, source: &Path, output: &Output, message: &str) {
        let target = output.variant.target;
        if self.report.is_json() {
            let (path, target) = (JsonPath(source), target.to_string());
            self.report.record(&InternalErrorRecord { path, target, message });
        } else {
            let path = shown(source);
            let message = format!("internal error in {path} for {target}; please report: {message}");
            self.report.error(None, &message);
        }
    }
}

/// The targets of a module, each once.
fn targets_of(module: &ModuleReport<'_>) -> Vec<Target> {
    let mut targets: Vec<Target> = module.module.outputs.iter().map(|output| output.variant.target).collect();
    targets.dedup();
    targets
}

fn distinct_rejections(module: &ModuleReport<'_>, outcomes: &[Outcome]) -> Vec<(Rejection, Vec<Target>)> {
    let mut rejections: Vec<(Rejection, Vec<Target>)> = Vec::new();
    for (output, outcome) in module.module.outputs.iter().zip(outcomes) {
        let Outcome::Failed(Failure::Rejected(rejection)) = outcome else { continue };
        let target = output.variant.target;
        match rejections.iter_mut().find(|(other, _)| *other == **rejection) {
            Some((_, targets)) if targets.contains(&target) => {}
            Some((_, targets)) => targets.push(target),
            None => rejections.push((rejection.as_ref().clone(), vec![target])),
        }
    }
    rejections
}

fn reason(state: &State) -> Option<String> {
    match state {
        State::Stale(reason) => Some(reason.to_string()),
        State::Current | State::Missing | State::Forced => None,
    }
}
