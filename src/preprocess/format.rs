//! `"..." % (...)` as an f-string.
//!
//! ```python
//! "%s=%-5r%%" % (a, b)     # becomes  f"{a!s}={b!r:5}%"
//! ```
//!
//! CPython: `Python/ast_opt.c` `optimize_format` (3.11–)

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::constants::has_starred;
use crate::code::identity::NEW_PERCENT;
use crate::code::{Constant, PyStr};
use crate::source::Location;
use crate::syntax::ast::{Conversion, Expr, ExprKind, Operator};

/// Width and precision have fewer digits than this.
const MAX_DIGITS: usize = 3;

/// The f-string for a `%` with a constant string and a tuple display, if its fields are all `%s`,
/// `%r` or `%a`, one for each element.
pub(super) fn percent<'a>(
    arena: &'a Bump,
    left: &Expr<'a>,
    op: Operator,
    right: &Expr<'a>,
) -> Option<ExprKind<'a>> {
    let (Operator::Mod, ExprKind::Tuple { elts, .. }) = (op, right.kind) else { return None };
    let Some(Constant::Str(format)) = left.kind.as_constant() else { return None };
    if has_starred(elts) {
        return None;
    }
    let mut values = Vec::with_capacity_in(elts.len() * 2 + 1, arena);
    let mut elts = elts.iter();
    let mut rest = format.0;
    loop {
        let (literal, behind) = split_literal(arena, rest);
        if !literal.is_empty() {
            values.push(text(literal));
        }
        let [b'%', field @ ..] = behind else { break };
        let (value, behind) = formatted_value(arena, field, elts.next()?)?;
        values.push(value);
        rest = behind;
    }
    elts.next().is_none().then(|| ExprKind::JoinedStr(values.into_bump_slice()))
}

fn text<'a>(text: &'a [u8]) -> Expr<'a> {
    Expr { kind: ExprKind::Constant(Constant::Str(PyStr(text))), location: Location::NONE }
}

/// The text before the first field, with `%%` made `%`, and what follows.
fn split_literal<'a>(arena: &'a Bump, format: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let mut end = 0;
    let mut percents = 0;
    while end < format.len() {
        match format[end..] {
            [b'%', b'%', ..] => {
                percents += 1;
                end += 2;
            }
            [b'%', ..] => break,
            _ => end += 1,
        }
    }
    let (literal, rest) = format.split_at(end);
    match literal {
        _ if percents == 0 => return (literal, rest),
        b"%%" => return (&NEW_PERCENT, rest),
        _ => {}
    }
    let mut text = Vec::with_capacity_in(literal.len() - percents, arena);
    let mut bytes = literal.iter();
    while let Some(&byte) = bytes.next() {
        text.push(byte);
        if byte == b'%' {
            bytes.next();
        }
    }
    (text.into_bump_slice(), rest)
}

/// The replacement field for what follows a `%`, and the rest of the format.
///
/// CPython: `Python/ast_opt.c` `parse_format`, `simple_format_arg_parse` (3.11–)
fn formatted_value<'a>(
    arena: &'a Bump,
    field: &'a [u8],
    value: &'a Expr<'a>,
) -> Option<(Expr<'a>, &'a [u8])> {
    let flags = field.iter().take_while(|byte| b"-+ #0".contains(byte)).count();
    let (flags, rest) = field.split_at(flags);
    let (width, rest) = digits(rest)?;
    let (precision, rest) = match rest {
        [b'.', rest @ ..] => {
            let (precision, rest) = digits(rest)?;
            (Some(precision.unwrap_or(0)), rest)
        }
        _ => (None, rest),
    };
    let (&letter, rest) = rest.split_first()?;
    let conversion = match letter {
        b's' => Conversion::Str,
        b'r' => Conversion::Repr,
        b'a' => Conversion::Ascii,
        _ => return None,
    };
    let mut spec = bumpalo::collections::String::new_in(arena);
    if let Some(width) = width {
        // `%` aligns to the right unless told otherwise, the format of strings to the left.
        spec.push_str(if flags.contains(&b'-') { "" } else { ">" });
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push('.');
        spec.push_str(&precision.to_string());
    }
    let format_spec = (!spec.is_empty()).then(|| &*arena.alloc(text(spec.into_bump_str().as_bytes())));
    let kind = ExprKind::FormattedValue { value, conversion, format_spec };
    Some((Expr { kind, location: value.location }, rest))
}

/// A number, if there is one, and the text after it. `None` if the number is too long.
fn digits(field: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let count = field.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count >= MAX_DIGITS {
        return None;
    }
    let (digits, rest) = field.split_at(count);
    let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    Some(((count > 0).then_some(number), rest))
}
