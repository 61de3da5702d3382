//! What CPython says of a text that is not Python.
//!
//! Input: a text that was rejected, or is suspected to be. Output: the exception, its message and its place. This runs after a rejection only, on tokens
//! and with a parser of its own, for what is told depends on how CPython reads: the first token that makes no sense, the mistakes that its
//! parser knows, the faults of its tokenizer, and which of them prevails.

mod expr;
mod lexer;
mod parser;
mod places;
mod token;

use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::targets::Grammar;
use lexer::Lexed;
use parser::{Parser, Stop};
use places::Places;
use token::Kind;

/// What CPython makes of a text.
pub(super) enum Verdict {
    Rejected(Box<Diagnostic>),
    /// It is Python.
    Accepted(Peculiarities),
    /// It is nested too deeply to tell.
    Unknown,
}

/// What CPython's reading of a text has that the parser crate's has not.
#[derive(Debug, Default)]
pub(super) struct Peculiarities {
    /// The `match`es that stand for names after a `;`.
    pub(super) match_names: Vec<usize>,
    /// The newlines that end a format spec in single quotes, each with where the spec goes on.
    pub(super) spec_newlines: Vec<(usize, usize)>,
    /// Each `+` before the number of a pattern, which is newer than the rest of what is read here.
    pub(super) plus_signs: Vec<usize>,
}

impl Peculiarities {
    pub(super) fn is_empty(&self) -> bool {
        self.match_names.is_empty() && self.spec_newlines.is_empty() && self.plus_signs.is_empty()
    }
}

/// Reads `text` as CPython 3.12 does, and the newer syntax that `grammar` has.
pub(super) fn diagnose(text: &str, grammar: Grammar) -> Verdict {
    let mut terminated = String::with_capacity(text.len() + 1);
    terminated.push_str(text);
    if !text.ends_with('\n') {
        terminated.push('\n');
    }
    let places = Places::new(&terminated);
    let lexed = lexer::lex(&terminated, &places, grammar);
    let mut parser = Parser::new(&terminated, &lexed.tokens, &places, grammar);
    let first = parser.module();
    let found = match first {
        Ok(()) => {
            return Verdict::Accepted(Peculiarities {
                match_names: parser.match_names,
                spec_newlines: lexed.spec_newlines,
                plus_signs: parser.plus_signs,
            });
        }
        Err(Stop::TooDeep) => return Verdict::Unknown,
        Err(_) if lexed.tokens[parser.farthest].kind == Kind::Fault => None,
        Err(Stop::Fault(fault)) => Some(prevailing(*fault, &lexed, &parser)),
        Err(Stop::Dead) => mistake(&lexed, &mut parser),
    };
    let fault = || lexed.fault.as_ref().map(|fault| fault.diagnostic.clone());
    match found.or_else(fault) {
        Some(diagnostic) => Verdict::Rejected(Box::new(diagnostic)),
        None => Verdict::Unknown,
    }
}

/// What is wrong with tokens that make no sense; none if it is the tokenizer that says so.
fn mistake(lexed: &Lexed, parser: &mut Parser<'_>) -> Option<Diagnostic> {
    let generic = match lexed.tokens[parser.farthest].kind {
        Kind::Indent => Ok(parser.here(DiagnosticKind::IndentationError, "unexpected indent")),
        Kind::Dedent => Ok(parser.here(DiagnosticKind::IndentationError, "unexpected unindent")),
        _ => Err(parser.invalid_syntax()),
    };
    parser.look_for_mistakes();
    let second = parser.module();
    if lexed.tokens[parser.farthest].kind == Kind::Fault {
        return None;
    }
    Some(match (second, generic) {
        (Err(Stop::Fault(fault)), _) => prevailing(*fault, lexed, parser),
        (_, Ok(indentation)) => indentation,
        (_, Err(invalid)) => prevailing(invalid, lexed, parser),
    })
}

/// The parser's finding, unless there is something in the tokens after it that is told first.
fn prevailing(found: Diagnostic, lexed: &Lexed, parser: &Parser<'_>) -> Diagnostic {
    let Some(fault) = &lexed.fault else { return found };
    if fault.prevails {
        return fault.diagnostic.clone();
    }
    match fault.unclosed {
        Some(bracket) if parser.line_of(parser.farthest) > parser.line_at(bracket) => {
            parser.never_closed(bracket)
        }
        _ => found,
    }
}
