//! From text to the syntax tree. The only place that knows the parser crate.

pub mod ast;
mod character_names;
mod escapes;
mod lines;
mod lower;
pub(crate) mod unparse;

use bumpalo::Bump;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{LexicalErrorType, Mode, ParseErrorType, ParseOptions, parse_unchecked};

use crate::diagnostic::Diagnostic;
use crate::names::Interner;
use crate::target::Target;

/// A parsed file, the same for all targets, and the names in it.
pub struct Parsed<'a> {
    pub module: ast::Module<'a>,
    pub interner: Interner<'a>,
}

impl Parsed<'_> {
    /// What the grammar of `target` has against this file: syntax that came later or is gone.
    pub fn check(&self, target: Target) -> Result<(), Diagnostic> {
        let _ = target;
        Ok(())
    }
}

/// Parses a decoded text, whose newlines are all `\n`.
pub fn parse<'a>(arena: &'a Bump, text: &'a str) -> Result<Parsed<'a>, Diagnostic> {
    // The oldest version, so that all syntax that any version lacks is reported.
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY38);
    let parsed = parse_unchecked(text, options);
    let Mod::Module(module) = parsed.syntax() else { unreachable!("a module was asked for") };
    // Literals are decoded while lowering.
    let is_fault = |error: &&ruff_python_parser::ParseError| {
        !matches!(
            error.error,
            ParseErrorType::Lexical(
                LexicalErrorType::UnicodeError
                    | LexicalErrorType::MissingUnicodeLbrace
                    | LexicalErrorType::MissingUnicodeRbrace
                    | LexicalErrorType::InvalidByteLiteral
                    | LexicalErrorType::StringError
            )
        )
    };
    if let Some(error) = parsed.errors().iter().find(is_fault) {
        let location = lines::Lines::new(text).location(error.location);
        return Err(Diagnostic::syntax_error(location, error.error.to_string()));
    }
    let lowered = lower::module(arena, text, &module.body, parsed.tokens());
    match lowered.fault {
        Some(fault) => Err(*fault),
        None => Ok(Parsed { module: lowered.module, interner: lowered.interner }),
    }
}
