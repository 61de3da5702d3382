//! `crosspyc inspect`: what is in a pyc, a bundle or a zipapp.

mod bundle;
mod zipapp;

use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use serde::Serialize;

use super::args::{InspectArgs, pycache_prefix};
use super::json_path::JsonPath;
use super::report::{Report, counted, shown, thousands};
use super::{CommandError, exit};
use crate::bundle::Archive;
use crate::code::{CodeFlags, CodeObject, Constant, PyStr};
use crate::project::FileError;
use crate::project::examine::{Body, Currency, Examined, examine, open_bundle};
use crate::project::output::source_of;
use crate::project::zipapp::Zipapp;
use crate::pyc::{Header, Invalidation, Origin};

/// A pyc; with `--format json` as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "pyc")]
struct Summary {
    path: JsonPath<PathBuf>,
    size: usize,
    magic: u16,
    /// The Python version, if crosspyc knows it.
    version: Option<String>,
    invalidation: &'static str,
    #[serde(flatten)]
    origin: OriginFields,
    source: Option<JsonPath<PathBuf>>,
    /// `current`, `stale`, `missing` or why that is not known.
    source_state: String,
    /// Why the code object could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
    /// The code objects, outermost first; empty for a Python that crosspyc does not know.
    code: Vec<CodeSummary>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OriginFields {
    Hash { source_hash: String },
    Timestamp { source_mtime: u32, source_size: u32 },
}

#[derive(Serialize)]
struct CodeSummary {
    #[serde(skip)]
    depth: usize,
    qualname: String,
    filename: String,
    firstlineno: i32,
    argcount: u32,
    posonlyargcount: u32,
    kwonlyargcount: u32,
    stacksize: u32,
    flags: u32,
    flag_names: Vec<&'static str>,
    code_bytes: usize,
    consts: usize,
    names: Vec<String>,
    localsplus: Vec<String>,
}

enum Inspected {
    Pyc(Summary),
    Bundle(Archive),
    Zipapp(Zipapp),
}

pub(super) fn run(args: &InspectArgs, report: &mut Report) -> Result<u8, CommandError> {
    let mut code = exit::SUCCESS;
    let mut separator = None;
    for path in &args.files {
        let inspected = match (Zipapp::open(path), open_bundle(path)) {
            (Some(zipapp), _) => zipapp.map(Inspected::Zipapp).map_err(|error| error.to_string()),
            (None, Some(archive)) => archive.map(Inspected::Bundle).map_err(|error| error.to_string()),
            (None, None) => inspect(path).map(Inspected::Pyc),
        };
        if inspected.is_ok() {
            separator.replace("").into_iter().for_each(|line| report.line(line));
        }
        match inspected {
            Ok(Inspected::Pyc(summary)) => {
                if summary.damage.is_some() {
                    code = exit::FAILURE;
                }
                report.record(&summary);
                text(&summary).iter().for_each(|line| report.line(line));
            }
            Ok(Inspected::Bundle(archive)) => bundle::tell(path, &archive, report),
            Ok(Inspected::Zipapp(zipapp)) => {
                if let Err(error) = zipapp::tell(path, &zipapp, report) {
                    code = exit::FAILURE;
                    report.error_naming(path, &error.to_string());
                }
            }
            Err(message) => {
                code = exit::FAILURE;
                report.error_naming(path, &message);
            }
        }
    }
    Ok(code)
}

fn inspect(path: &Path) -> Result<Summary, String> {
    let bytes = fs::read(path).map_err(|error| FileError::new("read", path, error).to_string())?;
    let arena = Bump::new();
    let prefix = pycache_prefix();
    let examined = examine(&arena, path, prefix.as_deref(), &bytes);
    let examined = examined.map_err(|error| format!("`{}` is {error}", shown(path)))?;
    let source = source_of(path, prefix.as_deref());
    Ok(Summary::new(path, source.as_deref(), bytes.len(), &examined))
}

impl Summary {
    fn new(path: &Path, source: Option<&Path>, size: usize, examined: &Examined<'_>) -> Summary {
        let Header { magic, origin } = examined.header;
        let mut code = Vec::new();
        if let Body::Code(module, _) = examined.body {
            CodeSummary::collect(module, 0, &mut code);
        }
        Summary {
            path: JsonPath(path.to_owned()),
            size,
            magic,
            version: examined.header.version().map(|version| version.to_string()),
            invalidation: invalidation_name(examined.header.invalidation()),
            origin: match origin {
                Origin::Hash { hash, .. } => OriginFields::Hash {
                    source_hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
                },
                Origin::Timestamp { mtime, size } => {
                    OriginFields::Timestamp { source_mtime: mtime, source_size: size }
                }
            },
            source: source.map(|source| JsonPath(source.to_owned())),
            source_state: match &examined.currency {
                Currency::Current => "current".to_owned(),
                Currency::Stale => "stale".to_owned(),
                Currency::NoSource => "missing".to_owned(),
                Currency::Unknown(reason) => reason.clone(),
            },
            damage: match &examined.body {
                Body::Damaged(reason) => Some(reason.clone()),
                _ => None,
            },
            code,
        }
    }
}

impl CodeSummary {
    fn collect(code: &CodeObject<'_>, depth: usize, summaries: &mut Vec<CodeSummary>) {
        let text = |text: PyStr<'_>| String::from_utf8_lossy(text.0).into_owned();
        summaries.push(CodeSummary {
            depth,
            qualname: text(code.qualname),
            filename: text(code.filename),
            firstlineno: code.firstlineno,
            argcount: code.argcount,
            posonlyargcount: code.posonlyargcount,
            kwonlyargcount: code.kwonlyargcount,
            stacksize: code.stacksize,
            flags: code.flags.0,
            flag_names: flag_names(code.flags),
            code_bytes: code.code.len(),
            consts: code.consts.len(),
            names: code.names.iter().map(|name| text(*name)).collect(),
            localsplus: code.localsplus.iter().map(|local| text(local.name)).collect(),
        });
        for constant in code.consts {
            if let Constant::Code(inner) = constant {
                CodeSummary::collect(inner, depth + 1, summaries);
            }
        }
    }

    fn line(&self) -> String {
        let indentation = "  ".repeat(self.depth);
        let flags = if self.flag_names.is_empty() { "-".to_owned() } else { self.flag_names.join(" ") };
        format!(
            "  {indentation}{} (line {}): {}, stack {}, {}, {}, {}; {flags}",
            self.qualname,
            self.firstlineno,
            counted(self.code_bytes, "byte"),
            self.stacksize,
            counted(self.consts, "constant"),
            counted(self.names.len(), "name"),
            counted(self.localsplus.len(), "variable"),
        )
    }
}

fn text(summary: &Summary) -> Vec<String> {
    let version = summary.version.as_ref().map_or("unknown to crosspyc".to_owned(), String::clone);
    let origin = match &summary.origin {
        OriginFields::Hash { source_hash } => format!("source hash {source_hash}"),
        OriginFields::Timestamp { source_mtime, source_size } => {
            format!("source mtime {source_mtime}, size {source_size}")
        }
    };
    let mut lines = vec![
        format!("{}: {}", shown(&summary.path.0), counted(summary.size, "byte")),
        format!("  Python: {version} (magic number {})", summary.magic),
        format!("  invalidation: {}, {origin}", summary.invalidation),
    ];
    let source = summary.source.as_ref().map(|source| shown(&source.0));
    let source = source.as_deref().unwrap_or("no name that leads to one");
    lines.push(format!("  source: {source} ({})", summary.source_state));
    if let Some(damage) = &summary.damage {
        lines.push(format!("  damaged: {damage}"));
    }
    if let Some(module) = summary.code.first() {
        let bytes = summary.code.iter().map(|code| code.code_bytes).sum();
        lines.push(format!("  co_filename: {}", module.filename));
        let objects = counted(summary.code.len(), "code object");
        lines.push(format!("  {objects}, {} bytes of instructions", thousands(bytes)));
        lines.extend(summary.code.iter().map(CodeSummary::line));
    }
    lines
}

fn invalidation_name(invalidation: Invalidation) -> &'static str {
    match invalidation {
        Invalidation::CheckedHash => "checked-hash",
        Invalidation::UncheckedHash => "unchecked-hash",
        Invalidation::Timestamp => "timestamp",
    }
}

/// CPython: `Lib/inspect.py` `CO_OPTIMIZED` and its like (3.8–)
fn flag_names(flags: CodeFlags) -> Vec<&'static str> {
    let all = [
        (CodeFlags::OPTIMIZED, "OPTIMIZED"),
        (CodeFlags::NEWLOCALS, "NEWLOCALS"),
        (CodeFlags::VARARGS, "VARARGS"),
        (CodeFlags::VARKEYWORDS, "VARKEYWORDS"),
        (CodeFlags::NESTED, "NESTED"),
        (CodeFlags::GENERATOR, "GENERATOR"),
        (CodeFlags::COROUTINE, "COROUTINE"),
        (CodeFlags::ITERABLE_COROUTINE, "ITERABLE_COROUTINE"),
        (CodeFlags::ASYNC_GENERATOR, "ASYNC_GENERATOR"),
    ];
    all.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name).collect()
}
