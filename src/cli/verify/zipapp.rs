//! Verifying zipapps.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Counts, Status};
use crate::bundle::ByteSize;
use crate::cli::json_path::JsonPath;
use crate::cli::report::{Report, Verbosity, counted, shown};
use crate::project::zipapp::{Findings, Zipapp, ZipappError};

/// A zipapp, with `--format json`: `whole`, `untrusted` or `damaged`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "zipapp")]
pub(super) struct ZipappRecord {
    pub status: Status,
    zipapp: JsonPath<PathBuf>,
    /// The Python versions it is for; empty for a zip that crosspyc did not make.
    versions: Vec<String>,
    files: usize,
    pycs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The end, with `--format json`: how many zipapps have each status.
#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct ZipappSummaryRecord {
    zipapps: usize,
    #[serde(flatten)]
    counts: Counts,
}

/// Reads every byte. A zipapp has no signature, so it is untrusted if one is required.
pub(super) fn verify(
    path: &Path,
    zipapp: Result<Zipapp, ZipappError>,
    limit: Option<ByteSize>,
    needs_signature: bool,
) -> ZipappRecord {
    let mut record = ZipappRecord {
        status: Status::Whole,
        zipapp: JsonPath(path.to_owned()),
        versions: Vec::new(),
        files: 0,
        pycs: 0,
        reason: None,
    };
    let verified = zipapp.and_then(|mut zipapp| zipapp.verify(limit).map(|findings| (zipapp, findings)));
    let (zipapp, findings) = match verified {
        Ok(verified) => verified,
        Err(error) => {
            record.status = Status::Damaged;
            record.reason = Some(match error {
                ZipappError::Damaged { reason, .. } => reason,
                error => error.to_string(),
            });
            return record;
        }
    };
    record.versions = zipapp.folders().iter().map(|folder| folder.version.to_string()).collect();
    record.versions.dedup();
    (record.files, record.pycs) = (findings.files, findings.pycs);
    if let Some(reason) = fault(&findings) {
        (record.status, record.reason) = (Status::Damaged, Some(reason));
    } else if needs_signature {
        (record.status, record.reason) = (Status::Untrusted, Some("a zipapp has no signature".to_owned()));
    }
    record
}

/// The first fault, and how many there are.
fn fault(findings: &Findings) -> Option<String> {
    let (path, reason) = findings.faults.first()?;
    let first = format!("{path:?}: {reason}");
    Some(match findings.faults.len() - 1 {
        0 => first,
        others => format!("{first}, and {} more", counted(others, "pyc")),
    })
}

pub(super) fn report(record: &ZipappRecord, report: &mut Report) {
    report.record(record);
    let from = if record.status.is_bad() { Verbosity::Errors } else { Verbosity::Files };
    if report.verbosity >= from {
        let kind = match record.versions.as_slice() {
            [] => "zip".to_owned(),
            versions => format!("zipapp for Python {}", versions.join(", ")),
        };
        let contents = || format!("{}, {}", counted(record.files, "file"), counted(record.pycs, "pyc"));
        let detail = record.reason.clone().unwrap_or_else(contents);
        let path = shown(&record.zipapp.0);
        report.line(format_args!("{}: {path}, {kind} ({detail})", record.status.name()));
    }
}

pub(super) fn summarize(records: &[ZipappRecord], report: &mut Report) {
    if report.verbosity < Verbosity::Normal || records.is_empty() {
        return;
    }
    let counts = Counts::of(records.iter().map(|record| record.status));
    report.record(&ZipappSummaryRecord { zipapps: records.len(), counts });
    report.line(counts.line("zipapp", records.len()));
}
