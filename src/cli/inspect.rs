//! `crosspyc inspect`: shows the contents of a pyc, a bundle or a zipapp.

mod bundle;
mod zipapp;

use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use serde::{Serialize, Serializer};

use super::args::{InspectArgs, pycache_prefix};
use super::json_path::JsonPath;
use super::report::{Report, counted, shown, thousands};
use super::{CommandError, exit};
use crate::bundle::Archive;
use crate::code::{CodeFlags, CodeObject, Nested, PyStr, distinct};
use crate::project::FileError;
use crate::project::examine::{Body, Currency, Examined, examine, open_bundle};
use crate::project::output::source_of;
use crate::project::zipapp::Zipapp;
use crate::pyc::{Header, Invalidation, Origin};

/// A pyc. With `--format json` it is printed as it is.
#[derive(Serialize)]
#[serde(tag = "type", rename = "pyc")]
struct Summary<'a> {
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
    /// The code objects, each once, outermost first; empty for a Python that crosspyc does not know.
    code: Vec<CodeSummary<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OriginFields {
    Hash { source_hash: String },
    Timestamp { source_mtime: u32, source_size: u32 },
}

#[derive(Serialize)]
struct CodeSummary<'a> {
    #[serde(skip)]
    depth: usize,
    qualname: Text<'a>,
    filename: Text<'a>,
    firstlineno: i32,
    argcount: u32,
    posonlyargcount: u32,
    kwonlyargcount: u32,
    stacksize: u32,
    flags: u32,
    flag_names: Vec<&'static str>,
    code_bytes: usize,
    consts: usize,
    names: Names<'a>,
    localsplus: Locals<'a>,
}

enum Condition {
    Whole,
    Damaged,
}

/// The maximum indentation. Functions that people write do not nest deeper.
const MOST_INDENTATION: usize = 50;

enum Inspected {
    Pyc(Vec<u8>),
    Bundle(Box<Archive>),
    Zipapp(Zipapp),
}

pub(super) fn run(args: &InspectArgs, report: &mut Report) -> Result<u8, CommandError> {
    let mut code = exit::SUCCESS;
    let mut separator = None;
    for path in &args.files {
        let inspected = match (Zipapp::open(path), open_bundle(path)) {
            (Some(zipapp), _) => zipapp.map(Inspected::Zipapp).map_err(|error| error.to_string()),
            (None, Some(archive)) => {
                archive.map(|archive| Inspected::Bundle(Box::new(archive))).map_err(|error| error.to_string())
            }
            (None, None) => fs::read(path)
                .map(Inspected::Pyc)
                .map_err(|error| FileError::new("read", path, error).to_string()),
        };
        if inspected.is_ok() {
            separator.replace("").into_iter().for_each(|line| report.line(line));
        }
        match inspected {
            Ok(Inspected::Bundle(archive)) => {
                if let Err(error) = bundle::tell(path, &archive.with_limit(args.max_unpacked), report) {
                    code = exit::FAILURE;
                    report.error_naming(path, &error.to_string());
                }
            }
            Ok(Inspected::Zipapp(zipapp)) => {
                if let Err(error) = zipapp::tell(path, &zipapp, report) {
                    code = exit::FAILURE;
                    report.error_naming(path, &error.to_string());
                }
            }
            Ok(Inspected::Pyc(bytes)) => match tell(path, &bytes, report) {
                Ok(Condition::Whole) => {}
                Ok(Condition::Damaged) => code = exit::FAILURE,
                Err(message) => {
                    code = exit::FAILURE;
                    report.error_naming(path, &message);
                }
            },
            Err(message) => {
                code = exit::FAILURE;
                report.error_naming(path, &message);
            }
        }
    }
    Ok(code)
}

/// Shows the contents of a pyc. The error says why the file is not a pyc.
fn tell(path: &Path, bytes: &[u8], report: &mut Report) -> Result<Condition, String> {
    let arena = Bump::new();
    let prefix = pycache_prefix();
    let examined = examine(&arena, path, prefix.as_deref(), bytes);
    let examined = examined.map_err(|error| format!("`{}` is {error}", shown(path)))?;
    let source = source_of(path, prefix.as_deref());
    let summary = Summary::new(path, source.as_deref(), bytes.len(), &examined);
    report.record(&summary);
    text(&summary, report);
    Ok(if summary.damage.is_some() { Condition::Damaged } else { Condition::Whole })
}

impl<'a> Summary<'a> {
    fn new(path: &Path, source: Option<&Path>, size: usize, examined: &Examined<'a>) -> Summary<'a> {
        let Header { magic, origin } = examined.header;
        let code = match examined.body {
            Body::Code(module, _) => distinct(module).into_iter().map(CodeSummary::new).collect(),
            _ => Vec::new(),
        };
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

impl<'a> CodeSummary<'a> {
    fn new(Nested { depth, code }: Nested<'a>) -> CodeSummary<'a> {
        CodeSummary {
            depth,
            qualname: Text(code.qualname),
            filename: Text(code.filename),
            firstlineno: code.firstlineno,
            argcount: code.argcount,
            posonlyargcount: code.posonlyargcount,
            kwonlyargcount: code.kwonlyargcount,
            stacksize: code.stacksize,
            flags: code.flags.0,
            flag_names: flag_names(code.flags),
            code_bytes: code.code.len(),
            consts: code.consts.len(),
            names: Names(code),
            localsplus: Locals(code),
        }
    }

    fn line(&self) -> String {
        let indentation = "  ".repeat(self.depth.min(MOST_INDENTATION));
        let flags = if self.flag_names.is_empty() { "-".to_owned() } else { self.flag_names.join(" ") };
        format!(
            "  {indentation}{} (line {}): {}, stack {}, {}, {}, {}; {flags}",
            self.qualname.cut(),
            self.firstlineno,
            counted(self.code_bytes, "byte"),
            self.stacksize,
            counted(self.consts, "constant"),
            counted(self.names.0.names.len(), "name"),
            counted(self.localsplus.0.localsplus.len(), "variable"),
        )
    }
}

/// A text of a code object. Several code objects can share a long text, so it is cut and not
/// copied.
struct Text<'a>(PyStr<'a>);

impl Text<'_> {
    fn cut(&self) -> String {
        const MOST_BYTES: usize = 1_000;
        let bytes = self.0.0;
        match bytes.get(..MOST_BYTES) {
            Some(start) if bytes.len() > MOST_BYTES => format!("{}...", String::from_utf8_lossy(start)),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.cut())
    }
}

/// `co_names`.
struct Names<'a>(&'a CodeObject<'a>);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.names.iter().map(|name| Text(*name)))
    }
}

/// The names of the local variables.
struct Locals<'a>(&'a CodeObject<'a>);

impl Serialize for Locals<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.localsplus.iter().map(|local| Text(local.name)))
    }
}

fn text(summary: &Summary<'_>, report: &mut Report) {
    let version = summary.version.as_ref().map_or("unknown to crosspyc".to_owned(), String::clone);
    let origin = match &summary.origin {
        OriginFields::Hash { source_hash } => format!("source hash {source_hash}"),
        OriginFields::Timestamp { source_mtime, source_size } => {
            format!("source mtime {source_mtime}, size {source_size}")
        }
    };
    report.line(format!("{}: {}", shown(&summary.path.0), counted(summary.size, "byte")));
    report.line(format!("  Python: {version} (magic number {})", summary.magic));
    report.line(format!("  invalidation: {}, {origin}", summary.invalidation));
    let source = summary.source.as_ref().map(|source| shown(&source.0));
    let source = source.as_deref().unwrap_or("no name that leads to one");
    report.line(format!("  source: {source} ({})", summary.source_state));
    if let Some(damage) = &summary.damage {
        report.line(format!("  damaged: {damage}"));
    }
    if let Some(module) = summary.code.first() {
        let bytes = summary.code.iter().map(|code| code.code_bytes).sum();
        report.line(format!("  co_filename: {}", module.filename.cut()));
        let objects = counted(summary.code.len(), "code object");
        report.line(format!("  {objects}, {} bytes of instructions", thousands(bytes)));
        summary.code.iter().for_each(|code| report.line(code.line()));
    }
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
