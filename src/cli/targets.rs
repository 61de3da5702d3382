//! `crosspyc targets`: the versions it compiles for, and the interpreters found here.

use std::path::PathBuf;

use serde::Serialize;

use super::args::TargetsArgs;
use super::report::{Report, shown};
use super::{CommandError, exit};
use crate::runner::{self, Answer};
use crate::targets::{Target, Version};

/// A version, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "target")]
struct TargetRecord {
    version: String,
    /// The patch level that the bare version means.
    newest: String,
    magic: u16,
    tag: &'static str,
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
        let TargetRecord { version, newest, magic, tag, .. } = &record;
        report.line(format_args!("{version:<4}  {newest:<7}  magic number {magic}  {tag}"));
        for interpreter in &record.interpreters {
            report.line(format_args!("      {}  {}", interpreter.release, interpreter.path));
        }
    }
    Ok(exit::SUCCESS)
}

impl TargetRecord {
    fn new(version: Version, found: &[(PathBuf, Answer)]) -> TargetRecord {
        let target = Target::newest(version);
        let interpreters = found.iter().filter(|(_, answer)| answer.tag == target.pyc_tag());
        TargetRecord {
            version: version.to_string(),
            newest: target.to_string(),
            magic: target.magic(),
            tag: target.pyc_tag(),
            interpreters: interpreters
                .map(|(path, answer)| InterpreterRecord {
                    path: shown(path),
                    release: answer.release.clone(),
                })
                .collect(),
        }
    }
}
