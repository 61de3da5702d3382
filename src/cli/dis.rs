//! `crosspyc dis`: disassembles a pyc, or the code that a source file compiles to.

use std::fs;
use std::path::Path;

use bumpalo::Bump;
use serde::Serialize;

use super::args::DisArgs;
use super::compile::concerned;
use super::json_path::JsonPath;
use super::report::{Report, shown};
use super::{CommandError, exit};
use crate::code::PyStr;
use crate::code::disassembly::disassemble;
use crate::compile::{self, Options};
use crate::project::FileError;
use crate::project::examine::{Body, examine};
use crate::project::filename::FileNames;
use crate::project::guard::guarded;
use crate::project::rejection::Rejection;
use crate::project::settings::Settings;
use crate::targets::Target;

/// The disassembly, with `--format json`.
#[derive(Serialize)]
#[serde(tag = "type", rename = "disassembly")]
struct Record<'r> {
    path: JsonPath<&'r Path>,
    target: String,
    text: String,
}

pub(super) fn run(args: &DisArgs, report: &mut Report) -> Result<u8, CommandError> {
    let path = &args.file;
    let bytes = fs::read(path).map_err(|error| CommandError::failure(FileError::new("read", path, error)))?;
    let disassembled = if path.extension().is_some_and(|extension| extension == "pyc") {
        of_pyc(path, &bytes)
    } else {
        of_source(args, &bytes, report)?
    };
    match disassembled {
        Ok((target, text)) => {
            report.line(text.trim_end());
            report.record(&Record { path: JsonPath(path), target: target.to_string(), text });
            Ok(exit::SUCCESS)
        }
        Err(message) => Err(CommandError::failure(message)),
    }
}

type Disassembled = Result<(Target, String), String>;

fn of_pyc(path: &Path, bytes: &[u8]) -> Disassembled {
    let arena = Bump::new();
    let name = shown(path);
    let examined = examine(&arena, path, None, bytes).map_err(|error| format!("`{name}` is {error}"))?;
    match examined.body {
        Body::Code(code, target) => Ok((target, disassemble(code, target))),
        Body::Damaged(reason) => Err(format!("`{name}` is damaged: {reason}")),
        Body::Foreign => Err(format!(
            "`{name}` is for a Python that crosspyc does not know (magic number {})",
            examined.header.magic
        )),
    }
}

fn of_source(args: &DisArgs, source: &[u8], report: &mut Report) -> Result<Disassembled, CommandError> {
    let newest = || crate::targets::all_targets().pop();
    let target = args.target.or_else(newest).ok_or_else(|| CommandError::usage("no target is supported"))?;
    let settings = Settings::nearest(&args.file).map_err(CommandError::usage)?;
    let name = args.file.file_name().map_or(args.file.as_path(), Path::new);
    let co_filename = FileNames::default().of(&args.file, name);
    let arena = Bump::new();
    let options = Options { filename: PyStr(&co_filename), optimize: args.optimize };
    let compilation = guarded(|| compile::compile(&arena, source, options, target)).map_err(|message| {
        let path = shown(&args.file);
        let message = format!("internal error in {path} for {target}; please report: {message}");
        CommandError { message, code: exit::INTERNAL_ERROR }
    })?;
    let only = || concerned(&[target], &[target]);
    let (code, warnings) = args.warnings.policy(settings.warnings).apply(compilation, target, source);
    for warning in warnings {
        report.warning(&args.file, &warning, &only());
    }
    Ok(match code {
        Ok(code) => Ok((target, disassemble(code, target))),
        Err(diagnostic) => {
            report.diagnostic(&args.file, &Rejection::new(diagnostic, source), &only());
            Err(format!("`{}` does not compile for {target}", shown(&args.file)))
        }
    })
}
