//! From text to the syntax tree. The only place that knows the parser crate.

pub mod ast;
mod check;
mod diagnose;
mod escapes;
mod fault;
mod lines;
mod lower;
mod substitute;
mod tree;
mod trees;
pub(crate) mod unparse;

use bumpalo::Bump;
use ruff_python_ast::PythonVersion;
use ruff_python_ast::token::Tokens;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::Interner;
use crate::source::Location;
use crate::targets::{Features, Grammar, SyntaxFeature, Target, Version};
use diagnose::{Verdict, diagnose};
pub use fault::Fault;
use lines::Lines;
use substitute::Substitute;
use tree::Tree;
use trees::{ParsedText, Trees};

/// A parsed file, and the names in it.
pub struct Parsed<'a> {
    pub interner: Interner<'a>,
    text: &'a str,
    trees: Trees<'a>,
    /// The syntax in it that not every version has, in order.
    features: Vec<(SyntaxFeature, Location)>,
    /// The first line break at which a format spec ends.
    spec_newline: Option<Location>,
    /// A constant that a name is called after normalisation.
    constant_identifier: Option<&'static str>,
}

impl<'a> Parsed<'a> {
    /// The tree as `target` has it: nearly every file has one for all.
    pub fn module(&mut self, arena: &'a Bump, target: Target) -> Result<ast::Module<'a>, Diagnostic> {
        self.trees.module(arena, &mut self.interner, target.features().fstrings)
    }

    /// How deeply its statements, expressions and patterns nest, by and large.
    pub fn depth(&self) -> u32 {
        self.trees.depth
    }

    /// What the grammar of `target` has against this file: syntax that came later.
    pub fn check(&self, target: Target) -> Result<(), Diagnostic> {
        for &(feature, location) in &self.features {
            if let Some(note) = target.lacks(feature) {
                return Err(rejection(self.text, feature, location).with_note(note));
            }
        }
        self.check_refused(target.features())
    }

    /// What is refused that older targets take.
    fn check_refused(&self, features: &Features) -> Result<(), Diagnostic> {
        if let (true, Some(location)) = (features.spec_newline_refused, self.spec_newline) {
            let message =
                "f-string: newlines are not allowed in format specifiers for single quoted f-strings";
            return Err(Diagnostic::syntax_error(location, message));
        }
        if let (true, Some(constant)) = (features.constant_identifier_refused, self.constant_identifier) {
            let message = format!("identifier field can't represent '{constant}' constant");
            return Err(Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, message));
        }
        Ok(())
    }
}

/// Parses a decoded text, whose newlines are all `\n`.
pub fn parse<'a>(arena: &'a Bump, text: &'a str) -> Result<Parsed<'a>, Fault> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        let message = "source code string cannot contain null bytes";
        return Err(Diagnostic::syntax_error(Location::NONE, message).into());
    }
    parse_as(arena, text, Substitute::none(text)).or_else(|found| reconsider(arena, text, found))
}

/// Parses `substitute` as a tree of `text`. The error says that CPython takes this neither, or that the crate does not.
fn parse_as<'a>(
    arena: &'a Bump,
    text: &'a str,
    substitute: Substitute<'a>,
) -> Result<Parsed<'a>, Diagnostic> {
    let parsed = parse_oldest(&substitute.text);
    check_tokens(text, parsed.tokens())?;
    if let Some(error) = parsed.errors().iter().find(|error| check::is_fault(text, error)) {
        let location = Lines::new(text).location(error.location);
        return Err(Diagnostic::syntax_error(location, error.error.to_string()));
    }
    let features = features(text, parsed.unsupported_syntax_errors(), &substitute)?;
    let mut interner = Interner::new(arena);
    let spec_newline = substitute.spec_newlines.first().copied();
    let spec_newline = spec_newline.map(|offset| Lines::new(text).location(TextRange::empty(offset.into())));
    let trees = Trees::new(arena, &mut interner, ParsedText { text, substitute, parsed })?;
    let constant_identifier = ["None", "True", "False"].into_iter().find(|name| interner.knows(name));
    Ok(Parsed { interner, text, trees, features, spec_newline, constant_identifier })
}

/// What CPython says of a text that was `found` to be wrong; or its tree, where only the parser crate does not take it.
#[cold]
fn reconsider<'a>(arena: &'a Bump, text: &'a str, found: Diagnostic) -> Result<Parsed<'a>, Fault> {
    use DiagnosticKind::{IndentationError, SyntaxError, TabError};
    if !matches!(found.kind, SyntaxError | IndentationError | TabError) {
        return Err(found.into());
    }
    match diagnose(text, Grammar::DIAGNOSED) {
        Verdict::Rejected(diagnostic) => {
            let later = later_diagnostics(text, &diagnostic);
            Err(Fault::new(*diagnostic, later))
        }
        Verdict::Accepted(peculiarities) if !peculiarities.is_empty() => {
            parse_as(arena, text, Substitute::new(text, &peculiarities)).map_err(|_| found.into())
        }
        Verdict::Accepted(_) | Verdict::Unknown => Err(found.into()),
    }
}

/// What the newer versions, which have more syntax, say of a text that is wrong to all; nothing if the newest says what the oldest does.
fn later_diagnostics(text: &str, oldest: &Diagnostic) -> Vec<(Version, Diagnostic)> {
    let by = |grammar: Grammar| match diagnose(text, grammar) {
        Verdict::Rejected(diagnostic) => Some((grammar.version(), *diagnostic)),
        Verdict::Accepted(_) | Verdict::Unknown => None,
    };
    let newest = Grammar::later().last().and_then(by);
    match newest {
        Some((_, newest)) if newest != *oldest => Grammar::later().filter_map(by).collect(),
        _ => Vec::new(),
    }
}

/// Parses for the oldest version that may be a target: what it lacks is reported, and with it what any later one lacks.
fn parse_oldest(text: &str) -> Tree {
    let oldest = Version::supported().next().expect("some version is supported");
    let version = PythonVersion { major: 3, minor: oldest.minor() };
    Tree::new(parse_unchecked(text, ParseOptions::from(Mode::Module).with_target_version(version)))
}

/// What a version says of a `feature` that it lacks.
#[cold]
fn rejection(text: &str, feature: SyntaxFeature, location: Location) -> Diagnostic {
    if feature.is_newer_than_diagnosis()
        && let Verdict::Rejected(diagnostic) = diagnose(text, Grammar::DIAGNOSED)
        && (location.lineno..=location.end_lineno).contains(&diagnostic.location.lineno)
    {
        return *diagnostic;
    }
    Diagnostic::syntax_error(location, "invalid syntax")
}

/// What CPython's tokenizer has against tokens that the parser crate takes.
fn check_tokens(text: &str, tokens: &Tokens) -> Result<(), Diagnostic> {
    if let Some((range, kind, message)) = check::excessive_nesting(tokens) {
        return Err(Diagnostic::new(kind, Lines::new(text).location(range), message));
    }
    if let Some((range, character)) = check::identifiers::newer_character(text, tokens) {
        let message = check::identifiers::invalid_character(character);
        return Err(Diagnostic::syntax_error(Lines::new(text).location(range), message));
    }
    if let Some(range) = check::indentation::inconsistent_line(text, tokens) {
        let message = "inconsistent use of tabs and spaces in indentation";
        return Err(Diagnostic::new(DiagnosticKind::TabError, Lines::new(text).location(range), message));
    }
    Ok(())
}

/// What the parser crate found that some version lacks. An error if no version has it.
fn features(
    text: &str,
    errors: &[ruff_python_parser::UnsupportedSyntaxError],
    substitute: &Substitute<'_>,
) -> Result<Vec<(SyntaxFeature, Location)>, Diagnostic> {
    let plus_signs = &substitute.plus_signs;
    if errors.is_empty() && plus_signs.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Lines::new(text);
    let mut features = Vec::with_capacity(errors.len() + plus_signs.len());
    for error in errors {
        let location = lines.location(error.range());
        match check::feature(error) {
            Some(feature) => features.push((feature, location)),
            None => return Err(Diagnostic::syntax_error(location, "invalid syntax")),
        }
    }
    features.extend(plus_signs.iter().map(|&sign| {
        let range = TextRange::at(sign.into(), TextSize::new(1));
        (SyntaxFeature::PlusInNumberPattern, lines.location(range))
    }));
    features.sort_by_key(|(_, location)| (location.lineno, location.col_offset));
    Ok(features)
}
