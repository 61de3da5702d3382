//! The pipeline, stage by stage: from the bytes of a source file to a code object.

use bumpalo::Bump;

use crate::code::{CodeObject, PyStr};
use crate::codegen;
use crate::diagnostic::Diagnostic;
use crate::preprocess::{Folded, preprocess};
use crate::source::{self, ByteFault};
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

/// A parsed file, and the trees made of it for several targets.
pub struct Parsed<'a> {
    pub syntax: syntax::Parsed<'a>,
    /// The reason why some targets refuse the bytes of the file.
    bytes: Option<ByteFault>,
    folded: Folded<'a>,
}

/// Why every target refuses a file.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It cannot be decoded.
    Bytes(ByteFault),
    /// Its text is not Python; some targets may find fault with its bytes before that.
    Syntax(syntax::Fault, Option<Box<ByteFault>>),
}

impl Fault {
    /// The diagnostic of a target.
    pub fn of(&self, target: Target) -> &Diagnostic {
        let features = target.features();
        match self {
            Fault::Bytes(fault) => fault.of(features).expect("a fault of bytes alone is one for all targets"),
            Fault::Syntax(syntax, bytes) => {
                let syntax = syntax.of(target);
                let bytes = bytes.as_ref().filter(|bytes| bytes.precedes(syntax, features));
                bytes.and_then(|bytes| bytes.of(features)).unwrap_or(syntax)
            }
        }
    }
}

/// Decodes and parses a source file, once for all targets. Everything made lives in `arena`.
pub fn parse<'a>(arena: &'a Bump, source: &'a [u8]) -> Result<Parsed<'a>, Fault> {
    let source::Decoded { text, fault: bytes } = source::decode(source).map_err(Fault::Bytes)?;
    let text = match text {
        std::borrow::Cow::Borrowed(text) => text,
        std::borrow::Cow::Owned(text) => arena.alloc_str(&text),
    };
    match syntax::parse(arena, text) {
        Ok(syntax) => Ok(Parsed { syntax, bytes, folded: Folded::default() }),
        Err(fault) => Err(Fault::Syntax(fault, bytes.map(Box::new))),
    }
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
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let stack = STACK_A_LEVEL * (USUAL_LEVELS + parsed.syntax.depth()) as usize;
    stacker::maybe_grow(stack, stack, || run_stages(arena, parsed, options, target))
}

fn run_stages<'a>(
    arena: &'a Bump,
    parsed: &mut Parsed<'a>,
    options: Options<'_>,
    target: Target,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let Parsed { syntax, bytes, folded } = parsed;
    if let Some(diagnostic) = bytes.as_ref().and_then(|bytes| bytes.of(target.features())) {
        return Err(diagnostic.clone());
    }
    syntax.check(target)?;
    let module = syntax.module(arena, target)?;
    let interner = &mut syntax.interner;
    let (module, future) = preprocess(arena, interner, target, options.optimize, &module, folded)?;
    let symtable = symtable::build(interner, target, &future, &module)?;
    let filename = PyStr(arena.alloc_slice_copy(options.filename.0));
    codegen::module(arena, interner, target, options.optimize, filename, future, symtable, &module)
}

/// Compiles the bytes of a source file for one target.
pub fn compile<'a>(
    arena: &'a Bump,
    source: &'a [u8],
    options: Options<'_>,
    target: Target,
) -> Result<&'a CodeObject<'a>, Diagnostic> {
    let mut parsed = parse(arena, source).map_err(|fault| fault.of(target).clone())?;
    compile_parsed(arena, &mut parsed, options, target)
}
