//! From text to the syntax tree. The only place that knows the parser crate.

pub mod ast;
mod character_names;
mod check;
mod escapes;
mod lines;
mod lower;
mod tree;
pub(crate) mod unparse;

use bumpalo::Bump;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::diagnostic::Diagnostic;
use crate::names::Interner;
use crate::source::Location;
use crate::target::{SyntaxFeature, Target, Version};
use lines::Lines;
use tree::Tree;

/// A parsed file, the same for all targets, and the names in it.
pub struct Parsed<'a> {
    pub module: ast::Module<'a>,
    pub interner: Interner<'a>,
    /// The syntax in it that not every version has, in order.
    features: Vec<(SyntaxFeature, Location)>,
}

impl Parsed<'_> {
    /// What the grammar of `target` has against this file: syntax that came later.
    pub fn check(&self, target: Target) -> Result<(), Diagnostic> {
        for &(feature, location) in &self.features {
            if let Some(note) = target.lacks(feature) {
                let message = match feature {
                    SyntaxFeature::UnparenthesizedExceptionTypes => {
                        "multiple exception types must be parenthesized"
                    }
                    _ => "invalid syntax",
                };
                return Err(Diagnostic::syntax_error(location, message).with_note(note));
            }
        }
        Ok(())
    }
}

/// Parses a decoded text, whose newlines are all `\n`.
pub fn parse<'a>(arena: &'a Bump, text: &'a str) -> Result<Parsed<'a>, Diagnostic> {
    let options = ParseOptions::from(Mode::Module).with_target_version(oldest_version());
    let mut parsed = Tree::new(parse_unchecked(text, options));
    let Mod::Module(module) = parsed.syntax() else { unreachable!("a module was asked for") };
    if let Some((range, kind, message)) = check::excessive_nesting(parsed.tokens()) {
        return Err(Diagnostic::new(kind, Lines::new(text).location(range), message));
    }
    if let Some(error) = parsed.errors().iter().find(|error| check::is_fault(error)) {
        let location = Lines::new(text).location(error.location);
        return Err(Diagnostic::syntax_error(location, error.error.to_string()));
    }
    let features = features(text, parsed.unsupported_syntax_errors())?;
    let lowered = lower::module(arena, text, &module.body, parsed.tokens());
    if let Some(fault) = lowered.fault {
        return Err(*fault);
    }
    parsed.set_walked();
    Ok(Parsed { module: lowered.module, interner: lowered.interner, features })
}

/// The oldest version that may be a target: what it lacks is reported, and with it what any later one lacks.
fn oldest_version() -> PythonVersion {
    let oldest = Version::supported().next().expect("some version is supported");
    PythonVersion { major: 3, minor: oldest.minor() }
}

/// What the parser crate found that some version lacks. An error if no version has it.
fn features(
    text: &str,
    errors: &[ruff_python_parser::UnsupportedSyntaxError],
) -> Result<Vec<(SyntaxFeature, Location)>, Diagnostic> {
    if errors.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Lines::new(text);
    let feature = |error: &ruff_python_parser::UnsupportedSyntaxError| {
        let location = lines.location(error.range());
        match check::feature(error) {
            Some(feature) => Ok((feature, location)),
            None => Err(Diagnostic::syntax_error(location, "invalid syntax")),
        }
    };
    errors.iter().map(feature).collect()
}
