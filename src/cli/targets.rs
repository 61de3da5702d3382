//! `crosspyc targets`: the versions it compiles for, and the interpreters found here.

use std::path::PathBuf;

use serde::Serialize;

use super::args::TargetsArgs;
use super::report::{Report, shown};
use super::{CommandError, exit};
use crate::runner::{self, Answer};
use crate::targets::{Target, Version};

/// A version, with `--format json`. The fields after `supported` are null for a version that
/// crosspyc does not have yet.
#[derive(Serialize)]
#[serde(tag = "type", rename = "target")]
struct TargetRecord {
    version: String,
    supported: bool,
    /// The patch level that the bare version means.
    newest: Option<String>,
    magic: Option<u16>,
    tag: Option<&'static str>,
    interpreters: Vec<InterpreterRecord>,
}

#[derive(Serialize)]
struct InterpreterRecord {
    path: String,
    release: String,
}

pub(super) fn run(_: &TargetsArgs, report: &mut Report) -> Result<u8, CommandError> {
    let found = runner::all_interpreters();
    for version in Version::ALL {
        let record = TargetRecord::new(version, &found);
        report.record(&record);
        report.line(record.line(version));
        for interpreter in &record.interpreters {
            report.line(format_args!("      {}  {}", interpreter.release, interpreter.path));
        }
    }
    Ok(exit::SUCCESS)
}

impl TargetRecord {
    fn new(version: Version, found: &[(PathBuf, Answer)]) -> TargetRecord {
        let target = Target::newest(version).filter(|_| !version.is_in_preparation());
        let tag = format!("cpython-3{}", version.minor());
        let interpreters = found.iter().filter(|(_, answer)| answer.tag == tag);
        TargetRecord {
            version: version.to_string(),
            supported: target.is_some(),
            newest: target.map(|target| target.to_string()),
            magic: target.map(|target| target.features().magic),
            tag: target.map(|target| target.features().pyc_tag),
            interpreters: interpreters
                .map(|(path, answer)| InterpreterRecord {
                    path: shown(path),
                    release: answer.release.clone(),
                })
                .collect(),
        }
    }

    fn line(&self, version: Version) -> String {
        match (&self.newest, self.magic, self.tag) {
            (Some(newest), Some(magic), Some(tag)) => {
                format!("{:<4}  {newest:<7}  magic number {magic}  {tag}", self.version)
            }
            _ if version.is_in_preparation() => format!("{:<4}  in preparation", self.version),
            _ => format!("{:<4}  not supported yet", self.version),
        }
    }
}
