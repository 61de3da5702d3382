//! The pipeline, stage by stage: from the bytes of a source file to a code object and the warnings.

use bumpalo::Bump;

use crate::assemble::Assembler;
use crate::code::{CodeObject, PyStr};
use crate::codegen;
use crate::diagnostic::{Diagnostic, Warning};
use crate::flowgraph::{self, FlowGraph};
use crate::instructions::Unit;
use crate::names::Interner;
use crate::preprocess::{Folded, preprocess};
use crate::source::{self, ByteFault, Decoded};
use crate::symtable;
use crate::syntax;
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

/// A parsed file, with the results that several targets share.
pub struct Parsed<'a> {
    pub syntax: syntax::Parsed<'a>,
    folded: Folded<'a>,
}

/// Decodes and parses a source file, once for all targets. Everything made lives in `arena`.
///
/// An error is one of decoding that all targets share. What a target alone has against the file,
/// [`compile_parsed`] says.
pub fn parse<'a>(arena: &'a Bump, source: &'a [u8]) -> Result<Parsed<'a>, ByteFault> {
    let Decoded { text, fault } = source::decode(source)?;
    let text = match text {
        std::borrow::Cow::Borrowed(text) => text,
        std::borrow::Cow::Owned(text) => arena.alloc_str(&text),
    };
    Ok(Parsed { syntax: syntax::parse(arena, text, fault), folded: Folded::default() })
}

/// The largest number of bytes of stack that the stages after the parser need per level of nesting.
/// Without optimisation their frames are about ten times as large.
const STACK_A_LEVEL: usize = if cfg!(debug_assertions) { 34 << 10 } else { 2900 };

/// An upper bound for the levels inside f-strings, which the depth of a source does not count. Most
/// sources have fewer levels in all.
const USUAL_LEVELS: u32 = 2900;

/// Compiles a parsed file for one target.
pub fn compile_parsed<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
) -> Compilation<'a> {
    let stack = STACK_A_LEVEL * (USUAL_LEVELS + parsed.syntax.depth()) as usize;
    let mut warnings = Vec::new();
    let code =
        stacker::maybe_grow(stack, stack, || run_stages(arena, parsed, options, target, &mut warnings));
    Compilation { code, warnings }
}

/// The stages of one target, in order. Code generation passes each finished unit to the back end at
/// once, because the code object of a function is a constant of the code around it.
fn run_stages<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
    warnings: &mut Vec<Warning>,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let (features, optimize) = (target.features(), options.optimize);
    let filename = PyStr(arena.alloc_slice_copy(options.filename.0));

    let Parsed { syntax, folded } = parsed;
    let module = syntax.module(arena, target);
    warnings.extend(syntax.warnings(target));
    let module = module?;
    let interner = &mut syntax.interner;

    let (module, future) =
        preprocess(arena, interner, &features.preprocess, optimize, &module, folded, warnings)?;
    let symtable = symtable::build(interner, &features.symtable, &future, &module)?;

    let mut graph = FlowGraph::new(features.flowgraph.opcodes);
    let mut assembler = Assembler::new(arena, &features.assembly, filename);
    let mut back_end = |interner: &Interner<'a>, unit: &mut Unit<'a>| {
        flowgraph::optimize(&mut graph, unit, arena, &features.flowgraph);
        assembler.code_object(interner, unit, &mut graph)
    };
    let features = &features.codegen;
    codegen::module(arena, interner, features, optimize, future, symtable, &module, warnings, &mut back_end)
        .map_err(|fault| *fault)
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
        Err(fault) => Compilation { code: Err(fault.of(target).clone()), warnings: Vec::new() },
    }
}
