//! The last lines of a run: the numbers of modules by result, and the times.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::Tally;
use crate::cli::args::CompileArgs;
use crate::cli::report::{Report, Verbosity, counted, duration, shown, thousands};
use crate::project::timings::{Stage, Timings};

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

/// The contents of the last line.
pub(super) struct Summary<'a> {
    pub args: &'a CompileArgs,
    pub paths: &'a [PathBuf],
    pub targets: Vec<String>,
    pub modules: usize,
    pub elapsed: Duration,
}

impl Summary<'_> {
    /// `timings` are those of the modules, the time of the walk, and the size of all sources.
    pub(super) fn report(
        &self,
        tally: &Tally,
        report: &mut Report,
        timings: Option<(&Timings, Duration, u64)>,
    ) {
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
            return format!("nothing to do: no Python files {}", self.place());
        }
        let mut text = if self.args.check {
            format!("checked {} for {targets}", modules(self.modules))
        } else if tally.written + tally.failed + tally.other_errors == 0
            && (tally.current > 0 || tally.skipped == 0)
        {
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
            (tally.skipped, "skipped"),
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

    fn place(&self) -> String {
        match self.paths {
            [] => "in an empty list".to_owned(),
            [only] if only.as_os_str() == "." => "here".to_owned(),
            paths if paths.len() > 3 => format!("in {}", counted(paths.len(), "path")),
            paths => {
                let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", shown(path))).collect();
                format!("in {}", paths.join(", "))
            }
        }
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
