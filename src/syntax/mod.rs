//! From text to the syntax tree, and each target's verdict on a text.
//!
//! ```text
//! text ─ lexer ─> tokens ─ parser ─> ast::Module         by the union of all grammars, once
//!      ─ per target, only where its own rules decide: lexer, parser, judge ─> tree or diagnostic
//! ```
//!
//! The union's parser reads what any supported version takes, and notes the syntax that some of
//! them lack. For a target that has all of it, that tree is the target's. Where the target lacks
//! something, where its rules for f-strings, names or characters matter, or where no tree could be
//! made, the text is read again by the target's own rules: see [`judge`](mod@judge).

pub mod ast;
mod escapes;
mod field_text;
mod judge;
mod lexer;
mod parser;
mod warnings;

use bumpalo::Bump;

use crate::diagnostic::{Diagnostic, DiagnosticKind, Warning};
use crate::names::Interner;
use crate::source::{ByteFault, Location};
use crate::targets::{Dialect, Mistake, Target, limits};
use judge::Refusal;
use parser::Parser;

/// A text that was read, and the names in it.
pub struct Parsed<'a> {
    pub interner: Interner<'a>,
    /// Ends in a newline.
    text: &'a str,
    /// What targets have against the bytes that the text was decoded from.
    bytes: Option<ByteFault>,
    /// By the union of all grammars; none if that refuses the text.
    union: Option<parser::Parsed<'a>>,
    /// By the rules of the targets that needed it.
    readings: Vec<(Target, Reading<'a>)>,
}

type Reading<'a> = Result<parser::Parsed<'a>, Refusal>;

/// Reads a decoded text, whose newlines are all `\n`, for all targets. `bytes` is what is wrong with
/// the bytes it was decoded from.
pub fn parse<'a>(arena: &'a Bump, text: &'a str, bytes: Option<ByteFault>) -> Parsed<'a> {
    let text = match text.ends_with('\n') {
        true => text,
        false => {
            let mut terminated = bumpalo::collections::String::with_capacity_in(text.len() + 1, arena);
            terminated.push_str(text);
            terminated.push('\n');
            terminated.into_bump_str()
        }
    };
    let mut interner = Interner::new(arena);
    let union = read(arena, &mut interner, text, &Dialect::union());
    Parsed { interner, text, bytes, union, readings: Vec::new() }
}

/// The tree of a text by `dialect`, if it has one; nothing is found out about it otherwise.
fn read<'a>(
    arena: &'a Bump,
    interner: &mut Interner<'a>,
    text: &'a str,
    dialect: &Dialect,
) -> Option<parser::Parsed<'a>> {
    if has_null(text) {
        return None;
    }
    let lexed = lexer::lex(text, dialect);
    let mut parser = Parser::new(arena, interner, text, dialect, &lexed, false);
    let module = parser.module().ok()?;
    if parser.late_fault().is_some() {
        return None;
    }
    Some(parser.finish(module))
}

fn has_null(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_some()
}

impl<'a> Parsed<'a> {
    /// The tree as `target` has it, or the error that its CPython raises. A note is added to the
    /// error of a text with syntax that came after the target.
    pub fn module(&mut self, arena: &'a Bump, target: Target) -> Result<ast::Module<'a>, Diagnostic> {
        let is_text = self.bytes_refused_by(target).is_none();
        if let Some(union) = &self.union
            && is_text
            && fits(union, target)
        {
            return Ok(union.module);
        }
        let error = match &self.reading(arena, target).1 {
            Ok(parsed) => return Ok(parsed.module),
            Err(refusal) => (*refusal.diagnostic).clone(),
        };
        // Syntax is not to blame for bytes.
        Err(if is_text { self.with_note(error, target) } else { error })
    }

    /// What is wrong with the bytes of the text, if the target minds.
    fn bytes_refused_by(&self, target: Target) -> Option<&ByteFault> {
        self.bytes.as_ref().filter(|bytes| bytes.refusal(target).is_some())
    }

    /// The warnings of the tokenizer and the parser, in the order in which CPython issues them.
    /// They are known after [`Self::module`] was called for the target, and include those before an
    /// error.
    pub fn warnings(&self, target: Target) -> Vec<Warning> {
        let reading = self.readings.iter().find(|(of, _)| *of == target);
        let notices = match reading {
            Some((_, Ok(parsed))) => &parsed.notices,
            Some((_, Err(refusal))) => &refusal.notices,
            None => match &self.union {
                Some(union) => &union.notices,
                None => return Vec::new(),
            },
        };
        if notices.is_empty() {
            return Vec::new();
        }
        let dialect = Dialect::of(target);
        notices.iter().filter_map(|notice| warnings::warning(self.text, notice, &dialect)).collect()
    }

    /// How deeply its statements, expressions and patterns nest; an upper bound.
    pub fn depth(&self) -> u32 {
        let readings = self.readings.iter().filter_map(|(_, reading)| reading.as_ref().ok());
        let depths = readings.chain(&self.union).map(|parsed| parsed.depth);
        depths.max().unwrap_or(0).min(limits::MAX_NESTING)
    }

    fn reading(&mut self, arena: &'a Bump, target: Target) -> &(Target, Reading<'a>) {
        let known = self.readings.iter().position(|(of, _)| *of == target);
        let index = known.unwrap_or_else(|| {
            let reading = self.read_for(arena, target);
            self.readings.push((target, reading));
            self.readings.len() - 1
        });
        &self.readings[index]
    }

    fn read_for(&mut self, arena: &'a Bump, target: Target) -> Reading<'a> {
        let dialect = Dialect::of(target);
        if has_null(self.text) {
            let message = "source code string cannot contain null bytes";
            let kind = match dialect.knows(Mistake::NullByte) {
                true => DiagnosticKind::SyntaxError,
                false => DiagnosticKind::ValueError,
            };
            let diagnostic = Box::new(Diagnostic::new(kind, Location::NONE, message));
            return Err(Refusal { diagnostic, notices: Vec::new() });
        }
        if self.union.is_some()
            && self.bytes_refused_by(target).is_none()
            && let Some(parsed) = read(arena, &mut self.interner, self.text, &dialect)
        {
            return Ok(parsed);
        }
        let mut lexed = lexer::lex(self.text, &dialect);
        if let Some(bytes) = self.bytes_refused_by(target) {
            lexed.end_at(bytes.token(target), bytes.of(target));
        }
        judge::judge(arena, &mut self.interner, self.text, &dialect, &lexed)
    }

    /// Says of the first syntax that the target lacks since when it exists, if the error is there.
    fn with_note(&self, diagnostic: Diagnostic, target: Target) -> Diagnostic {
        let features = self.union.iter().flat_map(|union| &union.features);
        let lacked = features.filter_map(|&(feature, location)| Some((target.lacks(feature)?, location)));
        match lacked.min_by_key(|(_, location)| (location.lineno, location.col_offset)) {
            Some((note, _)) if diagnostic.kind == DiagnosticKind::SyntaxError => diagnostic.with_note(note),
            _ => diagnostic,
        }
    }
}

/// Whether the union's tree is that of `target`.
fn fits(union: &parser::Parsed<'_>, target: Target) -> bool {
    let has_all = union.features.iter().all(|&(feature, _)| target.lacks(feature).is_none());
    let dialect = Dialect::of(target);
    let reads_fstrings = !union.has_fstrings || !dialect.parses_fstrings_apart;
    let reads_as_much = !union.depends_on_dialect || dialect.reads_like_union();
    has_all && reads_fstrings && reads_as_much && !dialect.is_lenient
}
