//! `crosspyc dis`: disassembles a pyc, or the code that a source file compiles to.

use std::fmt;
use std::fs;
use std::path::Path;

use bumpalo::Bump;
use serde::Serialize;

use super::args::DisArgs;
use super::compile::concerned;
use super::json_path::JsonPath;
use super::report::{Report, shown};
use super::{CommandError, exit};
use crate::code::disassembly::{self, disassemble, extent};
use crate::code::{CodeObject, PyStr};
use crate::compile::{self, Options};
use crate::project::FileError;
use crate::project::examine::{Body, examine};
use crate::project::filename::FileNames;
use crate::project::guard::guarded;
use crate::project::settings::Settings;
use crate::rejection::Rejection;
use crate::targets::{Target, Version};

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
    let arena = Bump::new();
    let code = if path.extension().is_some_and(|extension| extension == "pyc") {
        of_pyc(&arena, path, &bytes)
    } else {
        of_source(&arena, args, &bytes, report)?
    };
    let (target, code) = code.map_err(CommandError::failure)?;
    if report.is_json() {
        let text = disassemble(code, target);
        report.record(&Record { path: JsonPath(path), target: target.to_string(), text });
    } else {
        // The report records write errors.
        let _ = disassembly::write(&mut Lines { report, line: String::new() }, code, target);
    }
    Ok(exit::SUCCESS)
}

/// The maximum total size of the instructions in a pyc of this length. Equal ones are stored once,
/// so they can exceed the length of the file, but not by a large factor.
fn most(length: usize) -> u64 {
    const LEAST: u64 = 1 << 20;
    LEAST.max(length as u64 * 4)
}

/// Prints each line as soon as it is complete.
struct Lines<'r> {
    report: &'r mut Report,
    line: String,
}

impl fmt::Write for Lines<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut parts = text.split('\n');
        self.line.push_str(parts.next().unwrap_or_default());
        for part in parts {
            self.report.line(&self.line);
            self.line.clear();
            self.line.push_str(part);
        }
        Ok(())
    }
}

type Disassembled<'a> = Result<(Target, &'a CodeObject<'a>), String>;

fn of_pyc<'a>(arena: &'a Bump, path: &Path, bytes: &'a [u8]) -> Disassembled<'a> {
    let name = shown(path);
    let examined = examine(arena, path, None, bytes).map_err(|error| format!("`{name}` is {error}"))?;
    match examined.body {
        Body::Code(code, _) if extent(code) > most(bytes.len()) => {
            Err(format!("the code objects of `{name}` share their instructions far too often to be shown"))
        }
        Body::Code(code, target) => Ok((target, code)),
        Body::Damaged(reason) => Err(format!("`{name}` is damaged: {reason}")),
        Body::Foreign => Err(format!(
            "`{name}` is for a Python that crosspyc does not know (magic number {})",
            examined.header.magic
        )),
    }
}

fn of_source<'a>(
    arena: &'a Bump,
    args: &DisArgs,
    source: &'a [u8],
    report: &mut Report,
) -> Result<Disassembled<'a>, CommandError> {
    let target = args.target.unwrap_or_else(|| Target::newest(Version::last()));
    let settings = Settings::nearest(&args.file).map_err(CommandError::usage)?;
    let name = args.file.file_name().map_or(args.file.as_path(), Path::new);
    let co_filename = FileNames::default().of(&args.file, name);
    let options = Options { filename: PyStr(arena.alloc_slice_copy(&co_filename)), optimize: args.optimize };
    let compilation = guarded(|| compile::compile(arena, source, options, target)).map_err(|message| {
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
        Ok(code) => Ok((target, code)),
        Err(diagnostic) => {
            report.diagnostic(&args.file, &Rejection::new(diagnostic, source), &only());
            Err(format!("`{}` does not compile for {target}", shown(&args.file)))
        }
    })
}
