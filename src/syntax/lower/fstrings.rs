//! f-strings and template strings, in the pieces in which CPython's tokenizer makes them.
//!
//! `f"a{x!r:>{w}}b" "c"` becomes `JoinedStr([Constant('a'), FormattedValue(x, 'r', JoinedStr([Constant('>'), FormattedValue(w)])), Constant('bc')])`:
//! neighbouring constants are one, empty ones fall away. In a format spec that holds for some targets; for others each piece stands for
//! itself there, the empty one before the final `}` too.
//!
//! CPython: `Parser/action_helpers.c` `_PyPegen_joined_str`, `_PyPegen_formatted_value`, `_PyPegen_concatenate_strings`,
//! `Parser/tokenizer.c` `tok_get_fstring_mode` (3.12)

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

use super::{Lowerer, end, start};
use crate::code::{Constant, PyStr};
use crate::source::Location;
use crate::syntax::ast::*;
use crate::targets::limits;

/// What a piece of an f-string depends on besides its place.
#[derive(Clone, Copy)]
pub(super) struct Literal {
    pub(super) is_raw: bool,
    /// Whether its outermost fields are those of a template.
    pub(super) is_template: bool,
    pub(super) range: TextRange,
    /// The outermost field around, if there is one.
    pub(super) field: TextRange,
}

impl<'a> Lowerer<'a, '_> {
    pub(super) fn fstring(&mut self, expr: &ruff::ExprFString) -> ExprKind<'a> {
        let mut pieces = Vec::new();
        for part in &expr.value {
            match part {
                ruff::FStringPart::Literal(part) => {
                    let value = Constant::Str(PyStr(self.string_part(part)));
                    let has_kind = self.has_unicode_kind(part);
                    let kind =
                        if has_kind { ExprKind::UnicodeConstant(value) } else { ExprKind::Constant(value) };
                    pieces.push(Expr { kind, location: self.location(part.range()) });
                }
                ruff::FStringPart::FString(part) => {
                    let (is_raw, range) = (part.flags.prefix().is_raw(), part.range());
                    let literal = Literal { is_raw, is_template: false, range, field: range };
                    self.elements(&part.elements, literal, &mut pieces);
                }
            }
        }
        ExprKind::JoinedStr(self.folded(&pieces))
    }

    pub(super) fn tstring(&mut self, expr: &ruff::ExprTString) -> ExprKind<'a> {
        let mut pieces = Vec::new();
        for part in &expr.value {
            let (is_raw, range) = (part.flags.prefix().is_raw(), part.range());
            let literal = Literal { is_raw, is_template: true, range, field: range };
            self.elements(&part.elements, literal, &mut pieces);
        }
        ExprKind::TemplateStr(self.folded(&pieces))
    }

    fn elements(
        &mut self,
        elements: &ruff::InterpolatedStringElements,
        literal: Literal,
        pieces: &mut Vec<Expr<'a>>,
    ) {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(element) => {
                    self.middle(element.range(), literal, |this, value, location| {
                        this.push_non_empty(pieces, value, location);
                    });
                }
                ruff::InterpolatedStringElement::Interpolation(element) => {
                    let literal = Literal { field: element.range(), ..literal };
                    self.field(element, literal, 0, pieces);
                }
            }
        }
    }

    /// A replacement field: what is shown of its source, if it is a debug field, and its value.
    fn field(
        &mut self,
        element: &ruff::InterpolatedElement,
        literal: Literal,
        depth: u32,
        pieces: &mut Vec<Expr<'a>>,
    ) {
        let value = self.formatted_value(element, literal, depth);
        if element.debug_text.is_some() {
            let Some((text, mut location)) = self.debug_text(element, literal, depth) else {
                return self.refuse_debug_field();
            };
            if let (Some(spec), ruff::ConversionFlag::None) = (format_spec(&value), element.conversion) {
                // A spec that became a constant starts later.
                location.end_lineno = spec.location.lineno;
                location.end_col_offset = spec.location.col_offset;
            }
            self.push_non_empty(pieces, text, location);
        }
        pieces.push(value);
    }

    /// The parser makes a constant without a value of such a field's text.
    #[cold]
    fn refuse_debug_field(&mut self) {
        self.fail_with_value_error("field 'value' is required for Constant");
    }

    fn push_non_empty(&mut self, pieces: &mut Vec<Expr<'a>>, value: &'a [u8], location: Location) {
        if !value.is_empty() {
            pieces.push(Expr { kind: ExprKind::Constant(Constant::Str(PyStr(value))), location });
        }
    }

    /// Makes neighbouring constants one, and drops those that are empty.
    fn folded(&mut self, pieces: &[Expr<'a>]) -> &'a [Expr<'a>] {
        let is_constant = |piece: &Expr<'_>| piece.kind.as_constant().is_some();
        let mut values = bumpalo::collections::Vec::new_in(self.arena);
        for run in pieces.chunk_by(|a, b| is_constant(a) && is_constant(b)) {
            let piece = match run {
                [piece] => *piece,
                run => self.concatenated(run),
            };
            if !is_empty(&piece) {
                values.push(piece);
            }
        }
        values.into_bump_slice()
    }

    /// The sum of constants: its kind is that of the first.
    fn concatenated(&mut self, run: &[Expr<'a>]) -> Expr<'a> {
        let mut text = bumpalo::collections::Vec::new_in(self.arena);
        for piece in run {
            if let Some(Constant::Str(piece)) = piece.kind.as_constant() {
                text.extend_from_slice(piece.0);
            }
        }
        let value = Constant::Str(PyStr(text.into_bump_slice()));
        let (first, last) = (run[0], run[run.len() - 1]);
        Expr {
            kind: match first.kind {
                ExprKind::UnicodeConstant(_) => ExprKind::UnicodeConstant(value),
                _ => ExprKind::Constant(value),
            },
            location: Location {
                end_lineno: last.location.end_lineno,
                end_col_offset: last.location.end_col_offset,
                ..first.location
            },
        }
    }

    /// Cuts literal text where CPython's tokenizer does: after a doubled brace, of which one is kept, and after `\N{...}`.
    fn middle(
        &mut self,
        range: TextRange,
        literal: Literal,
        mut piece: impl FnMut(&mut Self, &'a [u8], Location),
    ) {
        let bytes = &self.text.as_bytes()[..range.end().to_usize()];
        let mut from = start(&range);
        let mut offset = from as usize;
        let mut in_name = false;
        while let Some(found) = memchr::memchr3(b'{', b'}', b'\\', &bytes[offset..]) {
            offset += found;
            let next = bytes.get(offset + 1).copied();
            match bytes[offset] {
                b'\\' if matches!(next, Some(b'{' | b'}')) => offset += 1,
                b'\\' if next == Some(b'N') && !literal.is_raw => {
                    let opens = bytes.get(offset + 2) == Some(&b'{');
                    in_name |= opens;
                    offset += if opens { 3 } else { 2 };
                }
                b'\\' => offset += 2,
                b'}' if in_name => {
                    offset += 1;
                    self.piece(from, offset as u32, offset as u32, literal, &mut piece);
                    (from, in_name) = (offset as u32, false);
                }
                _ => {
                    offset += 2;
                    self.piece(from, offset as u32 - 1, offset as u32, literal, &mut piece);
                    (from, in_name) = (offset as u32, false);
                }
            }
            offset = offset.min(bytes.len());
        }
        if from < end(&range) {
            self.piece(from, end(&range), end(&range), literal, &mut piece);
        }
    }

    /// The text from `from` to `to`; its token reaches to `end`.
    fn piece(
        &mut self,
        from: u32,
        to: u32,
        end: u32,
        literal: Literal,
        piece: &mut impl FnMut(&mut Self, &'a [u8], Location),
    ) {
        let value = self.decoded(TextRange::new(from.into(), to.into()), literal.is_raw, literal.range);
        let location = self.span(from, end);
        piece(self, value, location);
    }

    /// `depth` says how many format specs are around the field.
    fn formatted_value(
        &mut self,
        element: &ruff::InterpolatedElement,
        literal: Literal,
        depth: u32,
    ) -> Expr<'a> {
        if depth >= limits::MAX_FSTRING_FIELD_NESTING {
            self.fail_at(element.range(), "f-string: expressions nested too deeply");
            return self.nothing();
        }
        let value = self.boxed(&element.expression);
        let format_spec = element.format_spec.as_deref().map(|spec| self.format_spec(spec, literal, depth));
        let conversion = match element.conversion {
            ruff::ConversionFlag::None if element.debug_text.is_some() && format_spec.is_none() => {
                Conversion::Repr
            }
            ruff::ConversionFlag::None => Conversion::None,
            ruff::ConversionFlag::Str => Conversion::Str,
            ruff::ConversionFlag::Repr => Conversion::Repr,
            ruff::ConversionFlag::Ascii => Conversion::Ascii,
        };
        let kind = if literal.is_template && depth == 0 {
            let str = self.interpolation_text(element);
            ExprKind::Interpolation(self.arena.alloc(Interpolation { value, str, conversion, format_spec }))
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        Expr { kind, location: self.location(element.range()) }
    }

    fn format_spec(
        &mut self,
        spec: &ruff::InterpolatedStringFormatSpec,
        literal: Literal,
        depth: u32,
    ) -> &'a Expr<'a> {
        let mut pieces = Vec::new();
        // Where the last piece ended, when no literal text has come after it.
        let mut bare_from = Some(start(spec));
        // Where the line of a spec in single quotes ends: only fields come after that.
        let mut line_end = None;
        let mut spec_end = start(spec);
        for element in &spec.elements {
            match element {
                ruff::InterpolatedStringElement::Literal(element) => {
                    let newline = self.substitute.spec_newline(start(element), end(element));
                    let text_end = newline.unwrap_or(end(element));
                    line_end = line_end.or(newline);
                    if start(element) < text_end {
                        let range = TextRange::new(start(element).into(), text_end.into());
                        let is_bare = self.spec_middle(range, literal, &mut pieces);
                        bare_from = is_bare.then_some(text_end);
                    }
                }
                ruff::InterpolatedStringElement::Interpolation(element) => {
                    if bare_from == Some(start(element)) && self.byte_at(start(element) + 1) == Some(b'{') {
                        pieces.push(self.empty_piece(start(element)));
                    }
                    if element.debug_text.is_some() && !self.rules.format_spec_folded {
                        self.refuse_debug_field();
                    }
                    self.field(element, literal, depth + 1, &mut pieces);
                    spec_end = end(element);
                    bare_from = line_end.is_none().then_some(spec_end);
                }
            }
        }
        let spec_end = line_end.map_or(end(spec), |newline| newline.max(spec_end));
        if bare_from.is_some() && !pieces.is_empty() {
            pieces.push(self.empty_piece(spec_end));
        }
        let location = self.span(start(spec) - 1, spec_end);
        self.spec_of_pieces(&pieces, location)
    }

    /// Puts a format spec together, if the target does; one without fields is then a constant.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.12–)
    fn spec_of_pieces(&mut self, pieces: &[Expr<'a>], location: Location) -> &'a Expr<'a> {
        let has_field = pieces.iter().any(|piece| piece.kind.as_constant().is_none());
        let is_plain = pieces.is_empty() || (pieces.len() == 1 && !has_field);
        self.depends_on_rules |= !is_plain;
        let pieces = if self.rules.empty_spec_pieces_dropped { non_empty(pieces) } else { pieces.to_vec() };
        let is_plain = pieces.is_empty() || (pieces.len() == 1 && !has_field);
        if is_plain || !self.rules.format_spec_folded {
            let kind = ExprKind::JoinedStr(self.arena.alloc_slice_copy(&pieces));
            return self.arena.alloc(Expr { kind, location });
        }
        let spec = if has_field {
            Expr { kind: ExprKind::JoinedStr(self.folded(&pieces)), location }
        } else {
            let constant = self.concatenated(&pieces);
            if self.rules.constant_spec_has_colon { Expr { location, ..constant } } else { constant }
        };
        self.arena.alloc(spec)
    }

    /// Cuts the text of a spec after each `\N{...}`; whether it ends with one.
    fn spec_middle(&mut self, range: TextRange, literal: Literal, pieces: &mut Vec<Expr<'a>>) -> bool {
        let bytes = self.text.as_bytes();
        // The names of characters end a piece only where the tokenizer sees escapes.
        let mut from = start(&range);
        if !literal.is_raw {
            while let Some(close) = named_escape_end(&bytes[..range.end().to_usize()], from as usize) {
                pieces.push(self.spec_piece(from, close as u32, literal));
                from = close as u32;
            }
        }
        if from < end(&range) {
            pieces.push(self.spec_piece(from, end(&range), literal));
        }
        from == end(&range)
    }

    fn spec_piece(&mut self, from: u32, to: u32, literal: Literal) -> Expr<'a> {
        let range = TextRange::new(from.into(), to.into());
        self.depends_on_rules |= literal.is_raw && self.source(range).contains('\\');
        let is_raw = literal.is_raw && self.rules.format_spec_may_be_raw;
        let value = self.decoded(range, is_raw, literal.range);
        let location = self.span(from, to);
        Expr { kind: ExprKind::Constant(Constant::Str(PyStr(value))), location }
    }

    fn empty_piece(&mut self, offset: u32) -> Expr<'a> {
        self.constant(Constant::Str(PyStr(b"")), TextRange::empty(offset.into()))
    }
}

fn is_empty(piece: &Expr<'_>) -> bool {
    matches!(piece.kind.as_constant(), Some(Constant::Str(text)) if text.0.is_empty())
}

fn non_empty<'a>(pieces: &[Expr<'a>]) -> Vec<Expr<'a>> {
    pieces.iter().filter(|piece| !is_empty(piece)).copied().collect()
}

fn format_spec<'a>(field: &Expr<'a>) -> Option<&'a Expr<'a>> {
    match field.kind {
        ExprKind::FormattedValue { format_spec, .. } => format_spec,
        ExprKind::Interpolation(field) => field.format_spec,
        _ => None,
    }
}

/// Where the first `\N{...}` of `bytes` at or after `from` ends.
fn named_escape_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut offset = from;
    while offset < bytes.len() {
        offset += memchr::memchr(b'\\', &bytes[offset..])?;
        if bytes[offset..].starts_with(b"\\N{") {
            return Some(offset + memchr::memchr(b'}', &bytes[offset..])? + 1);
        }
        offset += 2;
    }
    None
}
