//! Reports the result of `bundle`: warnings, what could not be packed, and what was written.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::bundle::Variant;
use crate::cli::args::OnError;
use crate::cli::compile::{concerned, label};
use crate::cli::exit;
use crate::cli::json_path::JsonPath;
use crate::cli::report::{Report, Verbosity, bytes, counted, duration, shown};
use crate::project::module::Failure;
use crate::project::pack::left_out::{self as pack, Reason};
use crate::project::pack::{Failed, Project, Tally};
use crate::project::walk::is_source;
use crate::targets::Target;

/// The written bundle, with `--format json`. Sizes are in bytes.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord<'r> {
    path: JsonPath<&'r Path>,
    name: &'r str,
    targets: &'r [String],
    optimize: &'r [u8],
    /// For each target. Empty if it runs anywhere.
    platforms: Vec<&'r [String]>,
    modules: usize,
    data_files: usize,
    /// The sources that are included as data.
    data_sources: &'r [String],
    /// The requirements that the bundle does not meet.
    missing: Vec<String>,
    /// Files and folders, and with `--on-error skip` modules, that are not in the bundle.
    left_out: Vec<LeftOut<'r>>,
    warnings: usize,
    unpacked_size: u64,
    size: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct LeftOut<'r> {
    path: JsonPath<&'r Path>,
    /// The targets for which it is left out.
    targets: Vec<String>,
    reason: String,
}

/// The file that was written.
pub(super) struct Written {
    pub variants: Vec<Variant>,
    pub size: u64,
    pub unpacked: u64,
    pub time: Duration,
}

/// Reports the warnings of all modules. They are compiled for all the targets of the bundle, unless
/// native modules restrict that.
pub(super) fn report_warnings(project: &Project, tally: &Tally, report: &mut Report) {
    for (source, warnings) in &tally.warnings {
        for warning in warnings {
            report.warning(source, warning, &concerned(&warning.targets, &project.targets));
        }
    }
}

/// Reports what could not be packed. Returns the exit code if a failure must not be skipped.
pub(super) fn report_failures(
    project: &Project,
    tally: &Tally,
    on_error: OnError,
    report: &mut Report,
) -> Option<u8> {
    let mut code = None;
    for error in &tally.errors {
        code = code.max(Some(exit::FAILURE));
        report.error(None, &error.to_string());
    }
    for failed in &tally.failures {
        match &failed.failure {
            Failure::Rejected(_) if on_error == OnError::Skip && !failed.is_entry_point => {}
            Failure::Rejected(rejection) => {
                code = code.max(Some(exit::FAILURE));
                let concerned = concerned(&failed.targets, &project.targets);
                report.diagnostic(&failed.source, rejection, &concerned);
            }
            Failure::Internal(message) => {
                code = Some(exit::INTERNAL_ERROR);
                let (path, targets) = (shown(&failed.source), labels(&failed.targets).join(", "));
                let text = format!("internal error in {path} for {targets}; please report: {message}");
                report.error(None, &text);
            }
        }
    }
    code
}

/// Reports what was written and left out, the platforms of each target, and a summary.
pub(super) fn report_written<'t>(
    project: &Project,
    tally: &'t Tally,
    written: Written,
    list_left_out: bool,
    report: &mut Report,
) {
    let targets = labels(&project.targets);
    let of_all = |left_out: &'t pack::LeftOut| LeftOut {
        path: JsonPath(&left_out.path),
        targets: targets.clone(),
        reason: left_out.reason.sentence().to_owned(),
    };
    let failures: Vec<LeftOut> = tally.failures.iter().map(left_out).collect();
    let levels = project.optimize.len();
    let of_targets = written.variants.iter().step_by(levels.max(1));
    let platforms: Vec<&[String]> = of_targets.map(|variant| variant.platforms.as_slice()).collect();
    if report.verbosity >= Verbosity::Normal {
        for LeftOut { path, targets, reason } in &failures {
            report.line(format_args!("left out {} for {}: {reason}", shown(path.0), targets.join(", ")));
        }
        report_left_out(tally, list_left_out, report);
        if platforms.iter().any(|platforms| !platforms.is_empty()) {
            for (target, platforms) in targets.iter().zip(&platforms) {
                report.line(format_args!("{target} runs on {}", platforms.join(", ")));
            }
        }
        report.line(summary(project, tally, &targets, &written));
    }
    report.record(&BundleRecord {
        path: JsonPath(&project.output),
        name: &project.name,
        targets: &targets,
        optimize: &project.optimize,
        platforms,
        modules: tally.modules,
        data_files: tally.data_files,
        data_sources: &tally.data_sources,
        missing: tally.missing.iter().map(ToString::to_string).collect(),
        left_out: tally.left_out.iter().map(of_all).chain(failures).collect(),
        warnings: number_of_warnings(tally),
        unpacked_size: written.unpacked,
        size: written.size,
        seconds: written.time.as_secs_f64(),
    });
}

/// Counts what was left out, or lists it. Keys, earlier bundles and modules that git ignores (often
/// generated, and needed) are named in any case.
fn report_left_out(tally: &Tally, list: bool, report: &mut Report) {
    for pack::LeftOut { path, reason } in &tally.left_out {
        let is_notable = match reason {
            Reason::Secret | Reason::Bundle => true,
            Reason::Ignored => is_source(path),
            _ => false,
        };
        if list || is_notable {
            report.line(format_args!("left out {}: {}", shown(path), reason.sentence()));
        }
    }
    for missing in &tally.missing {
        report.note_line(&format!("a requirement is not met in the bundle: {missing}"));
    }
    if let Some(summary) = pack::summary(&tally.left_out).filter(|_| !list) {
        report.line(format_args!("left out: {summary} (--list-left-out lists them)"));
    }
    if !tally.data_sources.is_empty() {
        let number = counted(tally.data_sources.len(), "source");
        report.line(format_args!(
            "included {number} that programs read as data{}",
            examples(&tally.data_sources)
        ));
    }
}

/// `: a.py, b.py, ...`.
fn examples(paths: &[String]) -> String {
    const MOST: usize = 3;
    let more = if paths.len() > MOST { ", ..." } else { "" };
    format!(": {}{more}", paths.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// `bundled app for 3.12, 3.13: 4 modules and 2 data files in app.pyb (3.9 kB), 2 ms`.
fn summary(project: &Project, tally: &Tally, targets: &[String], written: &Written) -> String {
    let levels = match project.optimize.as_slice() {
        [0] => String::new(),
        levels => format!(" at -O {}", levels.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
    };
    let left_out = match tally.failures.len() {
        0 => String::new(),
        number => format!(", {} left out for some or all", counted(number, "module")),
    };
    let warnings = match number_of_warnings(tally) {
        0 => String::new(),
        number => format!(", {}", counted(number, "warning")),
    };
    format!(
        "bundled {} for {}{levels}: {} and {}{left_out} in {} ({}), {}{warnings}",
        project.name,
        targets.join(", "),
        counted(tally.modules, "module"),
        counted(tally.data_files, "data file"),
        shown(&project.output),
        bytes(written.size),
        duration(written.time),
    )
}

fn number_of_warnings(tally: &Tally) -> usize {
    tally.warnings.iter().map(|(_, warnings)| warnings.len()).sum()
}

fn left_out(failed: &Failed) -> LeftOut<'_> {
    let reason = match &failed.failure {
        Failure::Rejected(rejection) => {
            let diagnostic = &rejection.diagnostic;
            let line = rejection.place.as_ref().map(|place| format!(" (line {})", place.line));
            format!("{}: {}{}", diagnostic.kind.name(), diagnostic.message, line.unwrap_or_default())
        }
        Failure::Internal(message) => message.clone(),
    };
    LeftOut { path: JsonPath(&failed.source), targets: labels(&failed.targets), reason }
}

fn labels(targets: &[Target]) -> Vec<String> {
    targets.iter().map(label).collect()
}
