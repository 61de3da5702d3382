//! `crosspyc verify`: checks that pycs, bundles and zipapps are undamaged and up to date.

mod zipapp;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use serde::Serialize;

use super::args::VerifyArgs;
use super::json_path::JsonPath;
use super::report::{Report, Verbosity, counted, shown, thousands};
use super::{CommandError, exit};
use crate::bundle::{Archive, OpenError, ReadError, TrustedKeys};
use crate::project::FileError;
use crate::project::examine::{Body, Currency, examine, find_files, open_bundle, open_signed_bundle};
use crate::project::standalone::is_executable;
use crate::project::zipapp::Zipapp;

/// A pyc, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "pyc")]
struct PycRecord {
    status: Status,
    pyc: JsonPath<PathBuf>,
    /// The Python version, if crosspyc knows it.
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A bundle, with `--format json`: `whole`, `untrusted` or `damaged`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "bundle")]
struct BundleRecord {
    status: Status,
    bundle: JsonPath<PathBuf>,
    /// The file is an executable with the bundle at its end.
    standalone: bool,
    /// The Python versions it is for.
    versions: Vec<String>,
    files: usize,
    /// The number of bytes before the archive. No digest and no signature covers them.
    prefix: u64,
    /// The trusted comment of the signature, if a trusted key made it and its verification was
    /// requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The end, with `--format json`: how many bundles have each status.
#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct BundleSummaryRecord {
    bundles: usize,
    #[serde(flatten)]
    counts: Counts,
}

/// How many bundles or zipapps have each status.
#[derive(Clone, Copy, Serialize)]
struct Counts {
    whole: usize,
    untrusted: usize,
    damaged: usize,
}

impl Counts {
    fn of(statuses: impl Iterator<Item = Status>) -> Counts {
        let mut counts = Counts { whole: 0, untrusted: 0, damaged: 0 };
        for status in statuses {
            match status {
                Status::Whole => counts.whole += 1,
                Status::Untrusted => counts.untrusted += 1,
                Status::Damaged => counts.damaged += 1,
                Status::Current | Status::Foreign | Status::Stale => {}
            }
        }
        counts
    }

    /// `3 bundles: 2 whole, 1 damaged`
    fn line(self, kind: &str, number: usize) -> String {
        let statuses = [
            (self.whole, Status::Whole),
            (self.untrusted, Status::Untrusted),
            (self.damaged, Status::Damaged),
        ];
        let parts: Vec<String> = statuses
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, status)| match status {
                Status::Whole => format!("{} whole", thousands(number)),
                status => format!("{} {}", thousands(number), status.explained()),
            })
            .collect();
        format!("{}: {}", counted(number, kind), parts.join(", "))
    }
}

/// The end, with `--format json`: how many pycs have each status.
#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct SummaryRecord {
    pycs: usize,
    #[serde(flatten)]
    counts: BTreeMap<&'static str, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Current,
    /// Whole, but there is no source to compare it with.
    Whole,
    /// For a Python that crosspyc does not know.
    Foreign,
    Stale,
    /// A bundle that is whole, but not signed with a trusted key.
    Untrusted,
    Damaged,
}

impl Status {
    /// Of pycs.
    const ALL: [Status; 5] =
        [Status::Current, Status::Whole, Status::Foreign, Status::Stale, Status::Damaged];

    fn name(self) -> &'static str {
        match self {
            Status::Current => "current",
            Status::Whole => "whole",
            Status::Foreign => "foreign",
            Status::Stale => "stale",
            Status::Untrusted => "untrusted",
            Status::Damaged => "damaged",
        }
    }

    fn explained(self) -> &'static str {
        match self {
            Status::Current => "whole and current",
            Status::Whole => "whole, without a source",
            Status::Foreign => "for a Python that crosspyc does not know",
            Status::Stale => "stale",
            Status::Untrusted => "not signed with a trusted key",
            Status::Damaged => "damaged",
        }
    }

    fn is_bad(self) -> bool {
        matches!(self, Status::Stale | Status::Untrusted | Status::Damaged)
    }
}

pub(super) fn run(args: &VerifyArgs, report: &mut Report) -> Result<u8, CommandError> {
    let keys = TrustedKeys::read_all(args.trusted_keys.iter().map(PathBuf::as_path));
    let keys = keys.map_err(CommandError::usage)?;
    let expected = args.expected.expected();
    if keys.is_empty() && !expected.requires_nothing() {
        return Err(CommandError::usage(
            "--expect and --min-version look at signatures; name a key with --trusted-key",
        ));
    }
    let prefix = args.pycache_prefix.given_or_set();
    let (mut errors, mut records) = (Vec::new(), Vec::new());
    let (mut bundles, mut zipapps) = (Vec::new(), Vec::new());
    for path in &args.paths {
        for file in find_files(path, &mut errors) {
            if let Some(zipapp) = Zipapp::open(&file) {
                zipapps.push(zipapp::verify(&file, zipapp, args.max_unpacked, !keys.is_empty()));
                continue;
            }
            let opened = match keys.is_empty() {
                true => open_bundle(&file)
                    .map(|opened| opened.map(|archive| (archive, None)).map_err(OpenError::Read)),
                false => open_signed_bundle(&file, &keys, &expected)
                    .map(|opened| opened.map(|(archive, signed)| (archive, Some(signed.comment)))),
            };
            if let Some(opened) = opened {
                let limited =
                    |(archive, comment): (Archive, _)| (archive.with_limit(args.max_unpacked), comment);
                bundles.push(verify_bundle(&file, opened.map(limited)));
                continue;
            }
            match fs::read(&file) {
                Ok(bytes) => records.push(verify(&file, prefix.as_deref(), &bytes)),
                Err(error) => errors.push(FileError::new("read", &file, error)),
            }
        }
    }
    for error in &errors {
        report.file_error(error);
    }
    for record in &records {
        report_pyc(record, report);
    }
    for bundle in &bundles {
        report_bundle(bundle, report);
    }
    zipapps.iter().for_each(|record| zipapp::report(record, report));
    if !records.is_empty() || (errors.is_empty() && bundles.is_empty() && zipapps.is_empty()) {
        summarize(&records, report);
    }
    if !bundles.is_empty() {
        summarize_bundles(&bundles, report);
    }
    zipapp::summarize(&zipapps, report);
    let mut statuses = records
        .iter()
        .map(|record| record.status)
        .chain(bundles.iter().map(|bundle| bundle.status))
        .chain(zipapps.iter().map(|zipapp| zipapp.status));
    let bad = !errors.is_empty() || statuses.any(Status::is_bad);
    Ok(if bad { exit::FAILURE } else { exit::SUCCESS })
}

fn verify(path: &Path, prefix: Option<&Path>, bytes: &[u8]) -> PycRecord {
    let arena = Bump::new();
    let (status, version, reason) = match examine(&arena, path, prefix, bytes) {
        Err(reason) => (Status::Damaged, None, Some(reason)),
        Ok(examined) => {
            let version = examined.header.version().map(|version| version.to_string());
            match (examined.body, examined.currency) {
                (Body::Damaged(reason), _) => (Status::Damaged, version, Some(reason)),
                (_, Currency::Stale) => (Status::Stale, version, Some("the source has changed".to_owned())),
                (Body::Foreign, _) => {
                    (Status::Foreign, version, Some(format!("magic number {}", examined.header.magic)))
                }
                (Body::Code(..), Currency::Current) => (Status::Current, version, None),
                (Body::Code(..), Currency::NoSource) => (Status::Whole, version, None),
                (Body::Code(..), Currency::Unknown(reason)) => (Status::Whole, version, Some(reason)),
            }
        }
    };
    PycRecord { status, pyc: JsonPath(path.to_owned()), version, reason }
}

/// Verifies every byte of a bundle. With keys, it also verifies the signature.
fn verify_bundle(path: &Path, opened: Result<(Archive, Option<String>), OpenError>) -> BundleRecord {
    let mut record = BundleRecord {
        status: Status::Whole,
        bundle: JsonPath(path.to_owned()),
        standalone: is_executable(path),
        versions: Vec::new(),
        files: 0,
        prefix: 0,
        signature: None,
        reason: None,
    };
    let read = opened.and_then(|(archive, signature)| Ok((archive.verify()?, archive, signature)));
    let (index, archive, signature) = match read {
        Ok(read) => read,
        Err(OpenError::Signature(error)) => {
            record.status = Status::Untrusted;
            record.reason = Some(error.to_string());
            return record;
        }
        Err(OpenError::Read(error)) => {
            record.status = Status::Damaged;
            record.reason = Some(match error {
                ReadError::Damaged { offset, what, .. } => format!("at byte {offset}: {what}"),
                ReadError::NotABundle { .. } => {
                    "its end is missing: no trailer in its last 64 bytes".to_owned()
                }
                error => error.to_string(),
            });
            return record;
        }
    };
    record.files = index.file_count();
    record.versions = archive.manifest().variants.iter().map(|variant| variant.version.clone()).collect();
    record.prefix = archive.prefix_length();
    record.signature = signature;
    record
}

fn report_bundle(record: &BundleRecord, report: &mut Report) {
    report.record(record);
    let from = if record.status.is_bad() { Verbosity::Errors } else { Verbosity::Files };
    if report.verbosity >= from {
        let kind = if record.standalone { ", standalone executable" } else { "" };
        let versions = match record.versions.as_slice() {
            [] => String::new(),
            versions => format!(", Python {}", versions.join(", ")),
        };
        let signature = record.signature.as_ref().map_or(String::new(), |text| format!(", signed: {text}"));
        let prefix = match record.prefix {
            0 => String::new(),
            length => {
                format!(", {} before the archive, which are not verified", counted(length as usize, "byte"))
            }
        };
        let whole = || counted(record.files, "file") + &signature + &prefix;
        let detail = record.reason.clone().unwrap_or_else(whole);
        report.line(format_args!(
            "{}: {}{kind}{versions} ({detail})",
            record.status.name(),
            shown(&record.bundle.0)
        ));
    }
}

fn summarize_bundles(records: &[BundleRecord], report: &mut Report) {
    if report.verbosity < Verbosity::Normal {
        return;
    }
    let counts = Counts::of(records.iter().map(|record| record.status));
    report.record(&BundleSummaryRecord { bundles: records.len(), counts });
    report.line(counts.line("bundle", records.len()));
}

fn report_pyc(record: &PycRecord, report: &mut Report) {
    if report.is_json() {
        return report.record(record);
    }
    let from = if record.status.is_bad() { Verbosity::Errors } else { Verbosity::Files };
    if report.verbosity >= from {
        let version = record.version.as_ref().map_or(String::new(), |version| format!(", Python {version}"));
        let reason = record.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
        report.line(format_args!("{}: {}{version}{reason}", record.status.name(), shown(&record.pyc.0)));
    }
}

fn summarize(records: &[PycRecord], report: &mut Report) {
    if report.verbosity < Verbosity::Normal {
        return;
    }
    let number = |status| records.iter().filter(|record| record.status == status).count();
    let counts = Status::ALL.map(|status| (status, number(status)));
    let named = counts.iter().map(|(status, number)| (status.name(), *number)).collect();
    report.record(&SummaryRecord { pycs: records.len(), counts: named });
    let parts = counts.iter().filter(|(_, number)| *number > 0);
    let parts: Vec<String> =
        parts.map(|(status, number)| format!("{} {}", thousands(*number), status.explained())).collect();
    match parts.as_slice() {
        [] => report.line("no pycs, bundles or zipapps there"),
        parts => report.line(format_args!("{}: {}", counted(records.len(), "pyc"), parts.join(", "))),
    }
}
