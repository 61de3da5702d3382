//! From a source to marshalled code.

use bumpalo::Bump;

use super::fault::{CompileError, Warning};
use super::pyc::{Arena, Invalidation};
use crate::code::{CodeObject, PyStr};
use crate::compile::{self, Compilation, Parsed};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::marshal::{self, ReadError};
use crate::pyc::{Header, Origin, source_hash};
use crate::source::{ByteFault, Location};
use crate::targets::Target;

/// What a compilation depends on besides the source and the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    filename: String,
    optimize: u8,
}

impl Options {
    /// The options for a source whose code objects have this `co_filename`: the name that
    /// tracebacks show.
    pub fn new(filename: impl Into<String>) -> Options {
        Options { filename: filename.into(), optimize: 0 }
    }

    /// Sets the optimization level of `python -O`: 0, 1 (no assertions) or 2 (no docstrings
    /// either).
    ///
    /// A higher level is as 2.
    #[must_use]
    pub fn optimize(mut self, level: u8) -> Options {
        self.optimize = level.min(2);
        self
    }
}

/// The code that a source compiles to for one target, marshalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    target: Target,
    marshalled: Vec<u8>,
    warnings: Vec<Warning>,
    source_hash: [u8; 8],
    source_size: u32,
}

impl Compiled {
    /// What it was compiled for.
    pub fn target(&self) -> Target {
        self.target
    }

    /// What the target's `marshal.dumps` gives for the code object: a pyc without its header.
    pub fn marshalled(&self) -> &[u8] {
        &self.marshalled
    }

    /// Reads the code object back.
    ///
    /// # Errors
    ///
    /// The code object is too large for [`Pyc::code`](super::Pyc::code), which limits what it
    /// reads.
    pub fn code<'a>(&'a self, arena: &'a Arena) -> Result<&'a CodeObject<'a>, ReadError> {
        marshal::read(&arena.0, &self.marshalled, self.target)
    }

    /// The warnings, in the order in which CPython issues them, as with `python -W always`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The pyc file, as the target's `py_compile` writes it.
    pub fn pyc(&self, invalidation: Invalidation) -> Vec<u8> {
        let hash = self.source_hash;
        let origin = match invalidation {
            Invalidation::CheckedHash => Origin::Hash { hash, checked: true },
            Invalidation::UncheckedHash => Origin::Hash { hash, checked: false },
            Invalidation::Timestamp { mtime } => {
                Origin::Timestamp { mtime: mtime as u32, size: self.source_size }
            }
        };
        let mut pyc = Vec::with_capacity(crate::pyc::HEADER_LEN + self.marshalled.len());
        Header { magic: self.target.magic(), origin }.write(&mut pyc);
        pyc.extend_from_slice(&self.marshalled);
        pyc
    }
}

/// Compiles the bytes of a source file for one target.
///
/// For many files, a [`Compiler`] reuses its memory. For several targets, [`Compiler::parse`] reads
/// the source once.
///
/// # Errors
///
/// What the target's `py_compile` raises.
pub fn compile(source: &[u8], target: Target, options: &Options) -> Result<Compiled, CompileError> {
    Compiler::new().parse(source).compile(target, options)
}

/// Compiles file after file with memory that is reused. Each thread needs its own.
#[derive(Debug, Default)]
pub struct Compiler {
    arena: Bump,
}

impl Compiler {
    /// A compiler that has no memory yet.
    pub fn new() -> Compiler {
        Compiler::default()
    }

    /// Decodes and parses a source file, once for all targets.
    ///
    /// This cannot fail: what is wrong with a source is for each target to say.
    pub fn parse<'c>(&'c mut self, source: &'c [u8]) -> Source<'c> {
        self.arena.reset();
        let arena = &self.arena;
        Source { arena, bytes: source, parsed: compile::parse(arena, source) }
    }
}

/// A parsed source file, which can be compiled for any number of targets.
pub struct Source<'c> {
    arena: &'c Bump,
    bytes: &'c [u8],
    parsed: Result<Parsed<'c>, ByteFault>,
}

impl Source<'_> {
    /// Compiles the source for one target.
    ///
    /// # Errors
    ///
    /// What the target's `py_compile` raises.
    pub fn compile(&mut self, target: Target, options: &Options) -> Result<Compiled, CompileError> {
        let Compilation { code, warnings } = match &mut self.parsed {
            Ok(parsed) => {
                let options = compile::Options {
                    filename: PyStr::from(options.filename.as_str()),
                    optimize: options.optimize,
                };
                compile::compile_parsed(self.arena, parsed, options, target)
            }
            Err(fault) => Compilation { code: Err(fault.of(target).clone()), warnings: Vec::new() },
        };
        let warnings = Warning::all(warnings, self.bytes);
        let mut marshalled = Vec::new();
        let written = code.and_then(|code| {
            marshal::write(code, target, &mut marshalled).map_err(|error| {
                Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, error.to_string())
            })
        });
        match written {
            Ok(()) => Ok(Compiled {
                target,
                marshalled,
                warnings,
                source_hash: source_hash(target, self.bytes),
                source_size: self.bytes.len() as u32,
            }),
            Err(diagnostic) => Err(CompileError::new(diagnostic, self.bytes, &options.filename, warnings)),
        }
    }
}
