//! Docstrings, from 3.13 on without their indentation.
//!
//! ```python
//! def f():
//!     """Adds.
//!
//!         Slowly.
//!     """                  # becomes  "Adds.\n\n    Slowly.\n"
//! ```
//!
//! CPython: `Python/compile.c` `_PyCompile_CleanDoc` (3.13–)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::{Compiler, Result};
use crate::code::{Constant, PyStr};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::syntax::ast::{Stmt, StmtKind};

const TAB_SIZE: usize = 8;

impl<'a> Compiler<'a, '_> {
    /// The docstring of a body with its place, unless the `-O` level drops docstrings; and what
    /// else is to compile of the body.
    pub(super) fn split_docstring(
        &self,
        body: &'a [Stmt<'a>],
    ) -> Result<(Option<Docstring<'a>>, &'a [Stmt<'a>])> {
        let [Stmt { kind: StmtKind::Expr(value), .. }, rest @ ..] = body else { return Ok((None, body)) };
        let features = self.features;
        match value.kind.as_constant() {
            Some(Constant::Str(text)) if self.optimize < 2 => {
                let text = if features.docstrings_cleaned { clean(self.arena, text)? } else { text };
                Ok((Some(Docstring { text, location: value.location }), rest))
            }
            Some(Constant::Str(_)) if features.dropped_docstring_leaves_nothing => Ok((None, rest)),
            _ => Ok((None, body)),
        }
    }
}

/// What a body begins with.
pub(super) struct Docstring<'a> {
    pub(super) text: PyStr<'a>,
    pub(super) location: Location,
}

fn clean<'a>(arena: &'a Bump, text: PyStr<'a>) -> Result<PyStr<'a>> {
    let expanded = expand_tabs(arena, text.0);
    if let Err(error) = std::str::from_utf8(expanded) {
        return Err(Box::new(surrogate(&expanded[error.valid_up_to()..], error.valid_up_to(), expanded)));
    }
    let mut lines = expanded.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let margin = lines.clone().filter_map(indentation).min().unwrap_or(0);
    let first = &first[leading_spaces(first)..];
    if margin == 0 && first.len() + lines.clone().map(<[u8]>::len).sum::<usize>() == expanded.len() {
        return Ok(PyStr(expanded));
    }
    let mut cleaned = Vec::with_capacity_in(expanded.len(), arena);
    cleaned.extend_from_slice_copy(first);
    lines.for_each(|line| cleaned.extend_from_slice_copy(&line[leading_spaces(line).min(margin)..]));
    Ok(PyStr(cleaned.into_bump_slice()))
}

fn leading_spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// How far a line is indented; none if it is blank.
fn indentation(line: &[u8]) -> Option<usize> {
    let spaces = leading_spaces(line);
    (!matches!(line[spaces..], [] | [b'\n'])).then_some(spaces)
}

/// Python's `text.expandtabs()`.
fn expand_tabs<'a>(arena: &'a Bump, text: &'a [u8]) -> &'a [u8] {
    if memchr::memchr(b'\t', text).is_none() {
        return text;
    }
    let mut expanded = Vec::with_capacity_in(text.len() + TAB_SIZE, arena);
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = TAB_SIZE - column % TAB_SIZE;
                expanded.extend(std::iter::repeat_n(b' ', width));
                column += width;
                continue;
            }
            b'\n' | b'\r' => column = 0,
            // What continues a character takes no column.
            0x80..=0xBF => {}
            _ => column += 1,
        }
        expanded.push(byte);
    }
    expanded.into_bump_slice()
}

/// What is said of the first lone surrogate of `text`, which starts at `offset` of it.
#[cold]
fn surrogate(text: &[u8], offset: usize, whole: &[u8]) -> Diagnostic {
    let bytes = |at: usize| u32::from(text.get(at).copied().unwrap_or_default() & 0x3F);
    let ordinal = 0xD000 | bytes(1) << 6 | bytes(2);
    let position = whole[..offset].iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    let run = text.chunks(3).take_while(|chunk| matches!(chunk, [0xED, 0xA0..=0xBF, _])).count();
    let message = match run {
        1 => format!("character '\\u{ordinal:04x}' in position {position}"),
        _ => format!("characters in position {position}-{}", position + run - 1),
    };
    let message = format!("'utf-8' codec can't encode {message}: surrogates not allowed");
    Diagnostic::new(DiagnosticKind::UnicodeEncodeError, Location::NONE, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_goes_and_nothing_else() {
        let arena = Bump::new();
        for (text, expected) in [
            ("a", "a"),
            ("", ""),
            ("  ", ""),
            ("  a\n      b\n    c  \n   \n\td", "a\n  b\nc  \n\n    d"),
            ("a\n  b\n \n    c\n", "a\nb\n\n  c\n"),
            ("1234567\t8", "1234567 8"),
            ("a\r\tb\n\n\u{e9}\tc", "a\r        b\n\n\u{e9}       c"),
            ("\n\x0c  a\n  b", "\n\x0c  a\n  b"),
        ] {
            let cleaned = clean(&arena, text.into()).expect("no surrogates");
            assert_eq!(cleaned.as_str(), Some(expected), "{text:?}");
        }
    }
}
