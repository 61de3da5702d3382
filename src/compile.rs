//! The pipeline, stage by stage: from the bytes of a source file to a code object and the warnings.

use bumpalo::Bump;

use crate::code::{CodeObject, PyStr};
use crate::codegen;
use crate::diagnostic::{Diagnostic, Warning};
use crate::preprocess::{Folded, preprocess};
use crate::source;
use crate::symtable;
use crate::syntax::{self, Fault};
use crate::targets::Target;

/// What a compilation depends on besides the source and the target.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// `co_filename` of every code object.
    pub filename: PyStr<'o>,
    /// The `-O` level: 0, 1 or 2.
    pub optimize: u8,
}

/// What compiling a source file for one target gives.
#[derive(Debug)]
pub struct Compilation<'a> {
    pub code: Result<&'a CodeObject<'a>, Diagnostic>,
    /// The warnings that CPython issues, in its order, as with the filter `always`. If `code` is an
    /// error, these are the warnings issued before it.
    pub warnings: Vec<Warning>,
}

/// A parsed file, and what was made of it for several targets.
pub struct Parsed<'a> {
    pub syntax: syntax::Parsed<'a>,
    folded: Folded<'a>,
}

/// Decodes and parses a source file, once for all targets. Everything made lives in `arena`.
pub fn parse<'a>(arena: &'a Bump, source: &'a [u8]) -> Result<Parsed<'a>, Fault> {
    let text = match source::decode(source)? {
        std::borrow::Cow::Borrowed(text) => text,
        std::borrow::Cow::Owned(text) => arena.alloc_str(&text),
    };
    Ok(Parsed { syntax: syntax::parse(arena, text)?, folded: Folded::default() })
}

/// The stack that the stages after the parser need at most for one level of nesting; without optimisation their frames are about
/// ten times as large.
const STACK_A_LEVEL: usize = if cfg!(debug_assertions) { 34 << 10 } else { 2900 };

/// More levels than there can be within the f-strings of a source, whose depth does not count them, and more than usual sources have.
const USUAL_LEVELS: u32 = 2900;

/// Compiles a parsed file for one target.
pub fn compile_parsed<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
) -> Compilation<'a> {
    let stack = STACK_A_LEVEL * (USUAL_LEVELS + parsed.syntax.depth()) as usize;
    let mut warnings = parsed.syntax.warnings(target);
    let code =
        stacker::maybe_grow(stack, stack, || run_stages(arena, parsed, options, target, &mut warnings));
    Compilation { code, warnings }
}

fn run_stages<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
    warnings: &mut Vec<Warning>,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let Parsed { syntax, folded } = parsed;
    syntax.check(target)?;
    let module = syntax.module(arena, target)?;
    let interner = &mut syntax.interner;
    let (module, future) = preprocess(arena, interner, target, options.optimize, &module, folded, warnings)?;
    let symtable = symtable::build(interner, target, &future, &module)?;
    let filename = PyStr(arena.alloc_slice_copy(options.filename.0));
    codegen::module(arena, interner, target, options.optimize, filename, future, symtable, &module, warnings)
}

/// Compiles the bytes of a source file for one target.
pub fn compile<'a>(
    arena: &'a Bump,
    source: &'a [u8],
    options: Options<'_>,
    target: Target,
) -> Compilation<'a> {
    match parse(arena, source) {
        Ok(mut parsed) => compile_parsed(arena, &mut parsed, options, target),
        Err(fault) => Compilation { code: Err(fault.of(target).clone()), warnings: fault.warnings(target) },
    }
}
