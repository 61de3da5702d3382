//! One source file in memory to its pycs: parsed once, compiled for each target and optimization
//! level.
//!
//! Pure except for the time it measures. A panic while compiling one variant (a bug of crosspyc)
//! fails that variant only.

use bumpalo::Bump;

use super::guard::guarded;
use super::output::Variant;
use super::timings::{Stage, Timings};
use super::warnings::{SourceWarning, WarningPolicy, WarningSet};
use crate::code::{CodeObject, PyStr};
use crate::compile::{self, Compilation, Options, Parsed};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::marshal;
use crate::pyc::{Header, Invalidation};
use crate::rejection::Rejection;
use crate::source::{ByteFault, Location};

/// A source, and what its pycs record about it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'s> {
    pub source: &'s [u8],
    /// UTF-8 with `surrogatepass`.
    pub co_filename: &'s [u8],
    pub invalidation: Invalidation,
    /// The source's modification time in seconds, for [`Invalidation::Timestamp`].
    pub mtime: i64,
    pub warnings: WarningPolicy,
}

/// Why there is no pyc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The target's compiler rejects the source.
    Rejected(Box<Rejection>),
    /// A bug of crosspyc: the message of the panic.
    Internal(String),
}

/// Compiles file after file with memory that is reused.
#[derive(Default)]
pub struct ModuleCompiler {
    arena: Bump,
    pyc: Vec<u8>,
}

impl ModuleCompiler {
    /// Compiles `input` for each of `variants` and passes their pycs, header included, to `each`,
    /// in order. Returns the warnings.
    pub fn compile(
        &mut self,
        input: &Input<'_>,
        variants: &[Variant],
        timings: &mut Timings,
        mut each: impl FnMut(usize, Result<&[u8], Failure>, &mut Timings),
    ) -> Vec<SourceWarning> {
        let mut parsed = None;
        let mut warnings = WarningSet::default();
        for (index, &variant) in variants.iter().enumerate() {
            let tree = parsed.get_or_insert_with(|| parse(&self.arena, input, timings));
            let result = compile_variant(&self.arena, tree, input, variant, timings);
            if tree.is_ok() && result.is_err() {
                // The panic left the table of names in an unknown state.
                parsed = None;
            }
            let result = result.map_err(Failure::Internal).and_then(|compilation| {
                let code = warnings.judge(input.warnings, compilation, variant.target);
                let code = code.map_err(|diagnostic| rejected(diagnostic, input))?;
                pyc(code, input, variant, timings, &mut self.pyc)
            });
            each(index, result.map(|()| self.pyc.as_slice()), timings);
        }
        drop(parsed);
        self.arena.reset();
        warnings.into_sorted(input.source)
    }
}

/// Why there is no tree.
enum Unparsed {
    Undecodable(ByteFault),
    /// The message of a panic.
    Internal(String),
}

fn parse<'a>(arena: &'a Bump, input: &Input<'a>, timings: &mut Timings) -> Result<Parsed<'a>, Unparsed> {
    let result = timings.time(Stage::Parse, || guarded(|| compile::parse(arena, input.source)));
    result.map_err(Unparsed::Internal)?.map_err(Unparsed::Undecodable)
}

/// The error is the message of a panic.
fn compile_variant<'a>(
    arena: &'a Bump,
    tree: &mut Result<Parsed<'a>, Unparsed>,
    input: &Input<'a>,
    Variant { target, optimize }: Variant,
    timings: &mut Timings,
) -> Result<Compilation<'a>, String> {
    let options = Options { filename: PyStr(input.co_filename), optimize };
    match tree {
        Ok(tree) => {
            timings.time(Stage::Compile, || guarded(|| compile::compile_parsed(arena, tree, options, target)))
        }
        Err(Unparsed::Undecodable(fault)) => {
            Ok(Compilation { code: Err(fault.of(target).clone()), warnings: Vec::new() })
        }
        Err(Unparsed::Internal(message)) => Err(message.clone()),
    }
}

fn rejected(diagnostic: Diagnostic, input: &Input<'_>) -> Failure {
    Failure::Rejected(Box::new(Rejection::new(diagnostic, input.source)))
}

fn pyc(
    code: &CodeObject<'_>,
    input: &Input<'_>,
    Variant { target, .. }: Variant,
    timings: &mut Timings,
    pyc: &mut Vec<u8>,
) -> Result<(), Failure> {
    let marshalled = timings.time(Stage::Marshal, || {
        guarded(|| {
            pyc.clear();
            Header::new(target, input.invalidation, input.source, input.mtime).write(pyc);
            marshal::write(code, target, pyc)
        })
    });
    marshalled.map_err(Failure::Internal)?.map_err(|error| {
        rejected(Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, error.to_string()), input)
    })
}
