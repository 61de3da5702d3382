//! One source file in memory to its pycs: parsed once, compiled for each target and optimisation level.
//!
//! Pure but for the time it measures. A panic on one variant (a bug of ours) is that variant's failure; the others go on.

use bumpalo::Bump;

use super::guard::guarded;
use super::output::Variant;
use super::rejection::Rejection;
use super::timings::{Stage, Timings};
use crate::code::PyStr;
use crate::compile::{self, Fault, Options, Parsed};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::marshal;
use crate::pyc::{Header, Invalidation};
use crate::source::Location;

/// A source, and what its pycs are to say of it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'s> {
    pub source: &'s [u8],
    /// UTF-8 with `surrogatepass`.
    pub co_filename: &'s [u8],
    pub invalidation: Invalidation,
    /// The source's modification time in seconds, for [`Invalidation::Timestamp`].
    pub mtime: i64,
}

/// Why there is no pyc.
#[derive(Clone, Debug)]
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
    /// Compiles `input` for each of `variants` and hands their pycs, header included, to `each`, in order.
    pub fn compile(
        &mut self,
        input: &Input<'_>,
        variants: &[Variant],
        timings: &mut Timings,
        mut each: impl FnMut(usize, Result<&[u8], Failure>, &mut Timings),
    ) {
        let mut parsed = None;
        for (index, &variant) in variants.iter().enumerate() {
            let tree = parsed.get_or_insert_with(|| parse(&self.arena, input, timings));
            let result = match tree {
                Ok(tree) => pyc(&self.arena, tree, input, variant, timings, &mut self.pyc),
                Err(unparsed) => Err(unparsed.failure(input, variant)),
            };
            if tree.is_ok() && matches!(result, Err(Failure::Internal(_))) {
                // The panic left the table of names in some state between two.
                parsed = None;
            }
            each(index, result.map(|()| self.pyc.as_slice()), timings);
        }
        drop(parsed);
        self.arena.reset();
    }
}

/// Why there is no tree.
enum Unparsed {
    Fault(Fault),
    /// The message of a panic.
    Internal(String),
}

impl Unparsed {
    fn failure(&self, input: &Input<'_>, variant: Variant) -> Failure {
        match self {
            Unparsed::Fault(fault) => {
                Failure::Rejected(Box::new(Rejection::new(fault.of(variant.target).clone(), input.source)))
            }
            Unparsed::Internal(message) => Failure::Internal(message.clone()),
        }
    }
}

fn parse<'a>(arena: &'a Bump, input: &Input<'a>, timings: &mut Timings) -> Result<Parsed<'a>, Unparsed> {
    let result = timings.time(Stage::Parse, || guarded(|| compile::parse(arena, input.source)));
    result.map_err(Unparsed::Internal)?.map_err(Unparsed::Fault)
}

fn pyc<'a>(
    arena: &'a Bump,
    tree: &mut Parsed<'a>,
    input: &Input<'a>,
    variant: Variant,
    timings: &mut Timings,
    pyc: &mut Vec<u8>,
) -> Result<(), Failure> {
    let Variant { target, optimize } = variant;
    let options = Options { filename: PyStr(input.co_filename), optimize };
    let rejected = |diagnostic| Failure::Rejected(Box::new(Rejection::new(diagnostic, input.source)));
    let code = timings
        .time(Stage::Compile, || guarded(|| compile::compile_parsed(arena, tree, options, target)))
        .map_err(Failure::Internal)?
        .map_err(rejected)?;
    let marshalled = timings.time(Stage::Marshal, || {
        guarded(|| {
            pyc.clear();
            Header::new(target, input.invalidation, input.source, input.mtime).write(pyc);
            marshal::write(code, target, pyc)
        })
    });
    marshalled.map_err(Failure::Internal)?.map_err(|error| {
        rejected(Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, error.to_string()))
    })
}
