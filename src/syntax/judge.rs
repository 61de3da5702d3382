//! The verdict of one target on a text: its tree, or the error that its CPython raises.
//!
//! | run | ends with | verdict |
//! |---|---|---|
//! | first | a tree | the tree |
//! | first | the lexer's fault was looked at | that fault |
//! | first | a mistake that is no `invalid_` rule's | the mistake, unless a later token prevails |
//! | second | the lexer's fault was looked at | that fault |
//! | second | a mistake | the mistake, unless a later token prevails |
//! | second | nothing | `invalid syntax` at the farthest token of the first run, or an unexpected indent |
//!
//! A later token prevails if the tokenizer raises an error there, outside of strings with fields,
//! or stops there with a bracket open that began on a line before the mistake.
//!
//! CPython: `Parser/pegen.c` `_PyPegen_run_parser`, `Parser/pegen_errors.c`
//! `_Pypegen_set_syntax_error`, `_PyPegen_tokenize_full_source_to_check_for_errors` (3.11–)

use bumpalo::Bump;

use super::lexer::{Lexed, TokenKind};
use super::parser::{self, Notices, Parser, Step};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::Interner;
use crate::targets::{Dialect, Mistake};

/// Why a target refuses a text, and what it warned of before.
pub(super) struct Refusal {
    pub(super) diagnostic: Box<Diagnostic>,
    pub(super) notices: Notices,
}

/// Reads a text as the target of `dialect` does.
pub(super) fn judge<'a>(
    arena: &'a Bump,
    interner: &mut Interner<'a>,
    text: &'a str,
    dialect: &Dialect,
    lexed: &Lexed,
) -> Result<parser::Parsed<'a>, Refusal> {
    if dialect.is_lenient {
        return judge_later(arena, interner, text, dialect, lexed);
    }
    let mut parser = Parser::new(arena, interner, text, dialect, lexed, true);
    if let Ok(module) = parser.module() {
        return Ok(parser.finish(module));
    }
    let found = diagnose(lexed, &mut parser, Parser::module);
    let found = found.map(|found| end_in_first_line(found, text, dialect));
    let found = found.map(|found| legacy_statement(found, text, dialect));
    // To see whether a later token prevails, CPython reads them all, and warns of them.
    let is_read_to_end = dialect.knows(Mistake::InvalidSyntaxOfFirstRun)
        && found.as_ref().is_some_and(|found| prevails_over(found) && !is_indentation(found));
    let read = if is_read_to_end { lexed.tokens.len() } else { parser.farthest() + 1 };
    parser.notices_up_to(read);
    let diagnostic = found.unwrap_or_else(|| {
        let fault = lexed.fault.as_ref().expect("the lexer's fault was looked at");
        Box::new(fault.diagnostic.clone())
    });
    Err(Refusal { diagnostic, notices: parser.into_notices() })
}

/// The same for a target whose grammar lets pass what is refused later: see
/// [`lenient`](super::parser).
fn judge_later<'a>(
    arena: &'a Bump,
    interner: &mut Interner<'a>,
    text: &'a str,
    dialect: &Dialect,
    lexed: &Lexed,
) -> Result<parser::Parsed<'a>, Refusal> {
    let mut parser = Parser::new(arena, interner, text, dialect, lexed, false);
    let module = parser.module();
    let diagnostic = match module {
        Ok(module) => match parser.late_fault() {
            None => return Ok(parser.finish(module)),
            Some(fault) => Box::new(fault.clone()),
        },
        Err(_) => legacy_statement(untaken(lexed, &mut parser), text, dialect),
    };
    Err(Refusal { diagnostic, notices: parser.into_notices() })
}

/// Why a grammar that is read one token ahead does not take a text.
pub(super) fn untaken(lexed: &Lexed, parser: &mut Parser<'_, '_>) -> Box<Diagnostic> {
    match (parser.fault.take(), &lexed.fault) {
        (_, Some(fault)) if is_fault(lexed, parser) => Box::new(fault.diagnostic.clone()),
        (Some(fault), _) => fault,
        _ => Box::new(parser.untaken()),
    }
}

/// Why `rule` did not fit in the first run; none if the lexer's fault is the error.
pub(super) fn diagnose<'a, 't, T>(
    lexed: &Lexed,
    parser: &mut Parser<'a, 't>,
    rule: fn(&mut Parser<'a, 't>) -> Step<T>,
) -> Option<Box<Diagnostic>> {
    match parser.fault.take() {
        _ if is_fault(lexed, parser) => None,
        Some(mistake) => Some(prevailing(mistake, lexed, parser)),
        None => second_run(lexed, parser, rule),
    }
}

/// Whether the parser looked at the token where the lexer stopped.
fn is_fault(lexed: &Lexed, parser: &Parser<'_, '_>) -> bool {
    lexed.tokens[parser.farthest()].kind == TokenKind::Fault
}

/// Looks for mistakes; none if the lexer's fault is the error.
fn second_run<'a, 't, T>(
    lexed: &Lexed,
    parser: &mut Parser<'a, 't>,
    rule: fn(&mut Parser<'a, 't>) -> Step<T>,
) -> Option<Box<Diagnostic>> {
    let last = parser.farthest();
    parser.start_second_run();
    let second = rule(parser);
    let is_of_first_run = parser.dialect().knows(Mistake::InvalidSyntaxOfFirstRun);
    let last = if is_of_first_run { last } else { parser.farthest() };
    if is_fault(lexed, parser) {
        return None;
    }
    if second.is_err()
        && let Some(mistake) = parser.fault.take()
    {
        return Some(prevailing(mistake, lexed, parser));
    }
    if !is_of_first_run && parser.is_at_end(last) {
        return Some(Box::new(parser.here(DiagnosticKind::SyntaxError, "unexpected EOF while parsing")));
    }
    let unexpected = match lexed.tokens[last].kind {
        TokenKind::Indent => "unexpected indent",
        TokenKind::Dedent => "unexpected unindent",
        _ => return Some(prevailing(Box::new(parser.invalid_syntax(last)), lexed, parser)),
    };
    Some(Box::new(parser.here(DiagnosticKind::IndentationError, unexpected)))
}

/// CPython counts the characters up to the end of an error in the line of its start, and so not
/// beyond the end of that line. The end column becomes that of as many characters in its own line.
///
/// CPython: `Parser/pegen_errors.c` `_PyPegen_raise_error_known_location` (3.13–)
fn end_in_first_line(mut found: Box<Diagnostic>, text: &str, dialect: &Dialect) -> Box<Diagnostic> {
    let location = &mut found.location;
    let (first, last, end) = (location.lineno, location.end_lineno, location.end_col_offset);
    if last > first && end > 0 && dialect.knows(Mistake::EndInFirstLine) {
        let line = |number: i32| text.split('\n').nth(number as usize - 1).unwrap_or_default();
        let counted = line(first).as_bytes();
        let counted = String::from_utf8_lossy(&counted[..counted.len().min(end as usize)]);
        let (count, last) = (counted.chars().count(), line(last));
        let missing = count.saturating_sub(last.chars().count());
        let reached = last.char_indices().nth(count).map_or(last.len() + missing, |(offset, _)| offset);
        location.end_col_offset = reached as i32;
    }
    found
}

/// An error on a line that begins with `print` or `exec`, or does so after a colon, is one of the
/// statements of Python 2, unless the line has a parenthesis.
///
/// CPython: `Objects/exceptions.c` `_report_missing_parentheses` (3.8–3.9)
fn legacy_statement(mut found: Box<Diagnostic>, text: &str, dialect: &Dialect) -> Box<Diagnostic> {
    if dialect.knows(Mistake::LegacyStatements) || found.kind != DiagnosticKind::SyntaxError {
        return found;
    }
    let line = text.split('\n').nth(found.location.lineno.max(1) as usize - 1).unwrap_or_default();
    if line.contains('(') {
        return found;
    }
    let after_colon = line.split_once(':').map(|(_, rest)| rest);
    if let Some(message) = [Some(line), after_colon].into_iter().flatten().find_map(legacy_message) {
        found.message = message;
    }
    found
}

fn legacy_message(line: &str) -> Option<String> {
    let statement = line.trim_start();
    if statement.starts_with("exec ") {
        return Some("Missing parentheses in call to 'exec'".to_owned());
    }
    let printed = statement.strip_prefix("print ")?.split(';').next()?.trim();
    let end = if printed.ends_with(',') { " end=\" \"" } else { "" };
    Some(format!("Missing parentheses in call to 'print'. Did you mean print({printed}{end})?"))
}

/// Whether a later token may prevail over a mistake of the parser.
fn prevails_over(found: &Diagnostic) -> bool {
    use DiagnosticKind::{IndentationError, SyntaxError, TabError};
    matches!(found.kind, SyntaxError | IndentationError | TabError)
}

/// Whether a line is indented where it must not be: then the rest is not read.
fn is_indentation(found: &Diagnostic) -> bool {
    found.message.starts_with("unexpected ") && found.kind == DiagnosticKind::IndentationError
}

/// The parser's mistake, unless there is something in the tokens after it that is reported first.
fn prevailing(found: Box<Diagnostic>, lexed: &Lexed, parser: &Parser<'_, '_>) -> Box<Diagnostic> {
    if !prevails_over(&found) || !parser.dialect().knows(Mistake::InvalidSyntaxOfFirstRun) {
        return found;
    }
    let Some(fault) = &lexed.fault else { return found };
    if fault.prevails {
        return Box::new(fault.diagnostic.clone());
    }
    match &fault.unclosed {
        Some(unclosed) if parser.line_of(parser.farthest()) > unclosed.location.lineno => {
            Box::new(unclosed.clone())
        }
        _ => found,
    }
}
