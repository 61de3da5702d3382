//! Strings with fields, made of the pieces in which CPython's tokenizer cuts them.
//!
//! `f"a{x!r:>{w}}b" "c"` becomes `JoinedStr([Constant('a'), FormattedValue(x, 'r',
//! JoinedStr([Constant('>'), FormattedValue(w)])), Constant('bc')])`: neighbouring constants are
//! one, and empty ones are dropped. In a format spec that holds for some targets; for others each
//! piece stays as it is there, the empty one before the final `}` too.
//!
//! CPython: `Parser/action_helpers.c` `_PyPegen_joined_str`, `_PyPegen_formatted_value`,
//! `_PyPegen_concatenate_strings` (3.12–)

use smallvec::SmallVec;

use super::{Parser, Step, Stop};
use crate::code::{Constant, PyStr};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::escapes::Decoded;
use crate::syntax::field_text::without_comments;
use crate::syntax::lexer::{TokenFlags, TokenKind};
use crate::targets::Mistake;

/// A string with fields.
#[derive(Clone, Copy)]
struct Literal {
    is_raw: bool,
    is_template: bool,
}

impl Literal {
    fn name(self) -> &'static str {
        if self.is_template { "t-string" } else { "f-string" }
    }
}

/// The parts of a field after its expression.
struct Field<'a> {
    open: usize,
    value: &'a Expr<'a>,
    equal: Option<usize>,
    /// The `!`, `:` or `}` after the expression.
    closer: usize,
    conversion: Conversion,
    format_spec: Option<&'a Expr<'a>>,
}

impl<'a> Parser<'a, '_> {
    /// Reads a string with fields, and appends its pieces to the expressions.
    pub(super) fn fstring(&mut self) -> Step<()> {
        let start = self.expect(TokenKind::FStringStart)?;
        let flags = self.tokens[start].flags;
        let literal =
            Literal { is_raw: flags.has(TokenFlags::RAW), is_template: flags.has(TokenFlags::TEMPLATE) };
        if literal.is_template && !self.allows(crate::targets::SyntaxFeature::TemplateString, start) {
            return Err(Stop);
        }
        // Text is decoded when the string has ended.
        let mut texts = SmallVec::<[(usize, usize); 8]>::new();
        while !self.at(TokenKind::FStringEnd) {
            if self.at(TokenKind::FStringMiddle) {
                let index = self.bump();
                texts.push((self.exprs.len(), index));
                self.exprs.push(self.text_piece(index));
            } else {
                self.field(literal, 0)?;
            }
        }
        let end = self.bump();
        if literal.is_raw {
            return Ok(());
        }
        for (slot, index) in texts {
            if self.tokens[index].flags.has(TokenFlags::BACKSLASH) {
                self.decode_piece(slot, index, end)?;
            }
        }
        Ok(())
    }

    /// The text of a piece, not decoded.
    fn text_piece(&self, index: usize) -> &'a Expr<'a> {
        let text = Constant::Str(PyStr(self.piece_text(index).as_bytes()));
        self.node_at(self.range(index, index), ExprKind::Constant(text))
    }

    /// Of a doubled brace, one belongs to the text.
    fn piece_text(&self, index: usize) -> &'a str {
        let text = self.text_of(index);
        match self.tokens[index].flags.has(TokenFlags::DOUBLED) {
            true => &text[..text.len() - 1],
            false => text,
        }
    }

    fn decode_piece(&mut self, slot: usize, index: usize, end: usize) -> Step<()> {
        let text = self.piece_text(index);
        match self.decode(text) {
            Ok(Decoded { value, invalid_escape, .. }) => {
                self.piece_notice(end, text, invalid_escape);
                let kind = ExprKind::Constant(Constant::Str(PyStr(value)));
                self.exprs[slot] = self.node_at(self.exprs[slot].location, kind);
                Ok(())
            }
            Err(message) => {
                self.position = end;
                let place = if self.knows(Mistake::UndecodablePiece) { index } else { self.farthest() };
                self.mistake(place, place, format!("(unicode error) {message}"))
            }
        }
    }

    /// A replacement field, inside `depth` format specs.
    fn field(&mut self, literal: Literal, depth: u32) -> Step<()> {
        let start = self.mark();
        let was = self.depth;
        self.depth += 1;
        let field = self.attempt(|this| this.any_field(literal, depth))?;
        self.depth = was;
        match field {
            Some(field) => self.push_field(field, literal, depth),
            None => {
                self.back_to(start);
                if self.second_run {
                    self.invalid_replacement_field(literal)?;
                }
                Err(Stop)
            }
        }
    }

    fn any_field(&mut self, literal: Literal, depth: u32) -> Step<Field<'a>> {
        let open = self.expect(TokenKind::LeftBrace)?;
        let value = self.nested(Self::assigned_value)?;
        let equal = if self.at(TokenKind::Equal) { Some(self.bump()) } else { None };
        let closer = self.position;
        let conversion = self.conversion_name(literal)?;
        if self.knows(Mistake::ConversionCheckedEarly) {
            self.conversion(conversion, literal)?;
        }
        let format_spec = match self.at(TokenKind::Colon) {
            true => Some(self.format_spec(literal, depth)?),
            false => None,
        };
        self.expect(TokenKind::RightBrace)?;
        let conversion = self.conversion(conversion, literal)?;
        Ok(Field { open, value, equal, closer, conversion, format_spec })
    }

    /// The name after a `!`, or nothing.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_check_fstring_conversion` (3.12–)
    fn conversion_name(&mut self, literal: Literal) -> Step<Option<usize>> {
        let name = self.after(TokenKind::Exclamation, |this| this.expect(TokenKind::Name))?;
        let Some(name) = name else { return Ok(None) };
        if self.tokens[name].start != self.tokens[name - 1].end {
            let mark = match self.knows(Mistake::ExclamationMark) {
                true => "exclamation",
                // So it is spelt there.
                false => "exclamanation",
            };
            let message =
                format!("{}: conversion type must come right after the {mark} mark", literal.name());
            self.position = name;
            return self.mistake(name - 1, name, message);
        }
        Ok(Some(name))
    }

    /// What the name after a `!` stands for, when the last token was just taken.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_formatted_value` (3.12–3.13),
    /// `_PyPegen_check_fstring_conversion` (3.14–)
    fn conversion(&mut self, name: Option<usize>, literal: Literal) -> Step<Conversion> {
        let Some(name) = name else { return Ok(Conversion::None) };
        let id = self.identifier(name)?;
        match self.interner.text(id) {
            "s" => Ok(Conversion::Str),
            "r" => Ok(Conversion::Repr),
            "a" => Ok(Conversion::Ascii),
            other => {
                let name_of_string = literal.name();
                let message = format!(
                    "{name_of_string}: invalid conversion character '{other}': expected 's', 'r', or 'a'"
                );
                self.position -= 1;
                self.mistake(name, name, message)
            }
        }
    }

    /// Appends the value of a field, and before it, for a debug field, its source.
    fn push_field(&mut self, field: Field<'a>, literal: Literal, depth: u32) -> Step<()> {
        let location = self.span(field.open);
        if field.equal.is_some() {
            self.push_debug_text(&field, literal, depth)?;
        }
        let is_repr = field.equal.is_some() && field.format_spec.is_none();
        let conversion = match field.conversion {
            Conversion::None if is_repr => Conversion::Repr,
            conversion => conversion,
        };
        let (value, format_spec) = (field.value, field.format_spec);
        let kind = match literal.is_template && depth == 0 {
            true => {
                let str = self.interpolation_text(&field);
                ExprKind::Interpolation(self.arena.alloc(Interpolation {
                    value,
                    str,
                    conversion,
                    format_spec,
                }))
            }
            false => ExprKind::FormattedValue { value, conversion, format_spec },
        };
        self.exprs.push(self.node_at(location, kind));
        Ok(())
    }

    fn push_debug_text(&mut self, field: &Field<'a>, literal: Literal, depth: u32) -> Step<()> {
        if depth > 0 && !self.dialect.fstrings.format_spec_folded {
            return self.refuse_debug_field();
        }
        let (open, closer) = (&self.tokens[field.open], &self.tokens[field.closer]);
        let mut location = Location {
            lineno: open.line as i32,
            col_offset: (open.end - open.line_start) as i32,
            end_lineno: closer.line as i32,
            end_col_offset: (closer.start - closer.line_start) as i32,
        };
        let source = &self.text[open.end as usize..closer.start as usize];
        let is_plain = depth == 0 && memchr::memchr3(b'!', b':', b'\\', source.as_bytes()).is_none();
        let source = match is_plain {
            true => source,
            false => {
                self.depends_on_dialect = true;
                match self.field_text(field.closer) {
                    Some(source) => source,
                    None => return self.refuse_debug_field(),
                }
            }
        };
        let is_raw = literal.is_raw || self.dialect.fstrings.debug_text_is_raw || depth > 0;
        let text = self.debug_text_value(source, is_raw, field.closer)?;
        if let (Some(spec), Conversion::None) = (field.format_spec, field.conversion) {
            // A spec that became a constant starts later than its colon.
            location.end_lineno = spec.location.lineno;
            location.end_col_offset = spec.location.col_offset;
        }
        if !text.is_empty() {
            let kind = ExprKind::Constant(Constant::Str(PyStr(text)));
            self.exprs.push(self.node_at(location, kind));
        }
        Ok(())
    }

    /// The source that the lexer attached to a token.
    fn field_text(&self, closer: usize) -> Option<&'a str> {
        let texts = &self.lexed.field_texts;
        let index = texts.binary_search_by_key(&(closer as u32), |text| text.token).ok()?;
        Some(&self.text[texts[index].start as usize..texts[index].end as usize])
    }

    fn debug_text_value(&mut self, source: &'a str, is_raw: bool, closer: usize) -> Step<&'a [u8]> {
        let mut source = source;
        if source.contains('#') {
            self.depends_on_dialect = true;
            let text = without_comments(source, self.dialect.fstrings.debug_comments);
            source = self.arena.alloc_str(&text);
        }
        if is_raw || !source.contains('\\') {
            return Ok(source.as_bytes());
        }
        match self.decode(source) {
            Ok(decoded) => Ok(decoded.value),
            Err(message) => self.undecodable(closer, format!("(unicode error) {message}")),
        }
    }

    /// Where the tokenizer has no text, CPython makes a constant without a value.
    #[cold]
    fn refuse_debug_field<T>(&mut self) -> Step<T> {
        self.depends_on_dialect = true;
        self.value_error("field 'value' is required for Constant")
    }

    /// The source of a template's field, up to what follows the expression: the `=` of a debug
    /// field, a conversion, a format spec or the end.
    ///
    /// CPython: `Parser/action_helpers.c` `_get_interpolation_conversion`,
    /// `_PyPegen_interpolation` (3.14–)
    fn interpolation_text(&mut self, field: &Field<'a>) -> PyStr<'a> {
        let is_verbatim = self.dialect.fstrings.interpolation_text_verbatim;
        let end = match field.equal {
            Some(equal) if is_verbatim => equal,
            _ => field.closer,
        };
        let (from, to) = (self.tokens[field.open].end, self.tokens[end].start);
        let source = &self.text[from as usize..to as usize];
        let has_comment = source.contains('#');
        self.depends_on_dialect |=
            field.equal.is_some() || source.ends_with(char::is_whitespace) || has_comment;
        if is_verbatim && !has_comment {
            return source.into();
        }
        let text = without_comments(source, self.dialect.fstrings.debug_comments);
        let is_dropped = |c: char| c == '=' || c.is_whitespace();
        let text = if is_verbatim { &text } else { text.trim_end_matches(is_dropped) };
        PyStr::from(&*self.arena.alloc_str(text))
    }

    /// CPython: `fstring_full_format_spec` (3.12–)
    fn format_spec(&mut self, literal: Literal, depth: u32) -> Step<&'a Expr<'a>> {
        let colon = self.bump();
        let from = self.exprs.len();
        loop {
            if self.at(TokenKind::FStringMiddle) {
                let index = self.bump();
                let piece = self.spec_piece(index, literal)?;
                self.exprs.push(piece);
            } else if !self.at(TokenKind::LeftBrace)
                || self.attempt(|this| this.field(literal, depth + 1))?.is_none()
            {
                break;
            }
        }
        let location = self.span(colon);
        let spec = self.spec_of_pieces(from, location);
        self.exprs.truncate(from);
        Ok(spec)
    }

    /// CPython: `Parser/action_helpers.c` `_PyPegen_decoded_constant_from_token` (3.12–)
    fn spec_piece(&mut self, index: usize, literal: Literal) -> Step<&'a Expr<'a>> {
        let piece = self.text_piece(index);
        if !self.tokens[index].flags.has(TokenFlags::BACKSLASH) {
            return Ok(piece);
        }
        self.depends_on_dialect |= literal.is_raw;
        if literal.is_raw && self.dialect.fstrings.format_spec_may_be_raw {
            return Ok(piece);
        }
        let text = self.piece_text(index);
        match self.decode(text) {
            Ok(Decoded { value, invalid_escape, .. }) => {
                self.piece_notice(index, text, invalid_escape);
                let kind = ExprKind::Constant(Constant::Str(PyStr(value)));
                Ok(self.node_at(piece.location, kind))
            }
            // Nobody makes a `SyntaxError` of this one.
            Err(message) => {
                self.fail(Diagnostic::new(DiagnosticKind::UnicodeDecodeError, Location::NONE, message))
            }
        }
    }

    /// Puts a format spec together, if the target does; one without fields is then a constant.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.12–)
    fn spec_of_pieces(&mut self, from: usize, location: Location) -> &'a Expr<'a> {
        let rules = &self.dialect.fstrings;
        let pieces = &self.exprs[from..];
        let has_field = pieces.iter().any(|piece| piece.kind.as_constant().is_none());
        if let [only] = pieces
            && is_empty(only)
        {
            return self.node_at(location, ExprKind::JoinedStr(&[]));
        }
        let is_plain = |count: usize| count == 0 || count == 1 && !has_field;
        self.depends_on_dialect |= !is_plain(pieces.len());
        let (drops_empty, is_folded) = (rules.empty_spec_pieces_dropped, rules.format_spec_folded);
        if drops_empty {
            let pieces = self.exprs.split_off(from);
            self.exprs.extend(pieces.into_iter().filter(|piece| !is_empty(piece)));
        }
        if !is_folded || is_plain(self.exprs.len() - from) {
            let pieces = self.take_exprs(from);
            return self.node_at(location, ExprKind::JoinedStr(pieces));
        }
        if has_field {
            let pieces = self.folded_pieces(from);
            return self.node_at(location, ExprKind::JoinedStr(pieces));
        }
        let constant = self.concatenated(from..self.exprs.len());
        match self.dialect.fstrings.constant_spec_has_colon {
            true => self.node_at(location, constant.kind),
            false => constant,
        }
    }

    /// Makes neighbouring constants one, and drops those that are empty.
    pub(super) fn folded_pieces(&mut self, from: usize) -> &'a [Expr<'a>] {
        let is_constant = |piece: &Expr<'_>| piece.kind.as_constant().is_some();
        let (mut index, end) = (from, self.exprs.len());
        while index < end {
            let run = self.exprs[index..end].iter().take_while(|piece| is_constant(piece)).count().max(1);
            let piece = match run {
                1 => self.exprs[index],
                _ => self.concatenated(index..index + run),
            };
            if !is_empty(piece) {
                self.exprs.push(piece);
            }
            index += run;
        }
        let folded = self.take_exprs(end);
        self.exprs.truncate(from);
        folded
    }

    /// The sum of constants: its kind is that of the first.
    fn concatenated(&self, range: std::ops::Range<usize>) -> &'a Expr<'a> {
        let run = &self.exprs[range];
        let mut text = bumpalo::collections::Vec::new_in(self.arena);
        for piece in run {
            if let Some(Constant::Str(piece)) = piece.kind.as_constant() {
                text.extend_from_slice_copy(piece.0);
            }
        }
        let text = PyStr(text.into_bump_slice());
        let (first, last) = (run[0], run[run.len() - 1]);
        let kind = match first.kind {
            ExprKind::UnicodeConstant(_) => ExprKind::UnicodeConstant(text),
            _ => ExprKind::Constant(Constant::Str(text)),
        };
        let Location { end_lineno, end_col_offset, .. } = last.location;
        self.node_at(Location { end_lineno, end_col_offset, ..first.location }, kind)
    }

    /// CPython: `invalid_replacement_field` (3.12–3.13), `invalid_fstring_replacement_field`
    /// (3.14–)
    #[cold]
    fn invalid_replacement_field(&mut self, literal: Literal) -> Step<()> {
        use TokenKind::{Colon, Equal, Exclamation, RightBrace};
        if !self.eat(TokenKind::LeftBrace) {
            return Ok(());
        }
        let name = literal.name();
        if self.at_any(Equal.bit() | Exclamation.bit() | Colon.bit() | RightBrace.bit()) {
            let (index, mark) = (self.position, self.text_of(self.position));
            let message = format!("{name}: valid expression required before '{mark}'");
            return self.mistake(index, index, message);
        }
        if self.attempt(Self::assigned_value)?.is_none() {
            return self.mistake_next(format!("{name}: expecting a valid expression after '{{'"));
        }
        let after = Exclamation.bit() | Colon.bit() | RightBrace.bit();
        if !self.at_any(after | Equal.bit()) {
            return self.mistake_next(format!("{name}: expecting '=', or '!', or ':', or '}}'"));
        }
        if self.eat(Equal) && !self.at_any(after) {
            return self.mistake_next(format!("{name}: expecting '!', or ':', or '}}'"));
        }
        if self.at(Exclamation) {
            self.invalid_conversion_character(name)?;
            if self.kind_ahead(1) == TokenKind::Name {
                self.position += 2;
            }
            if !self.at_any(Colon.bit() | RightBrace.bit()) {
                return self.mistake_next(format!("{name}: expecting ':' or '}}'"));
            }
        }
        if self.eat(Colon) {
            self.repeat(|this| match this.kind() {
                TokenKind::LeftBrace => this.field(literal, 1),
                // CPython looks for the text of an f-string here even in a template string.
                _ if literal.is_template => Err(Stop),
                _ => this.expect(TokenKind::FStringMiddle).map(drop),
            })?;
            if !self.at(RightBrace) {
                return self.mistake_next(format!("{name}: expecting '}}', or format specs"));
            }
        }
        if !self.at(RightBrace) {
            return self.mistake_next(format!("{name}: expecting '}}'"));
        }
        Ok(())
    }

    /// CPython: `invalid_conversion_character` (3.12–), at the `!`
    fn invalid_conversion_character(&mut self, name: &str) -> Step<()> {
        let next = self.kind_ahead(1);
        self.farthest = self.farthest.max(self.position + 1);
        if matches!(next, TokenKind::Colon | TokenKind::RightBrace) {
            self.position += 1;
            return self.mistake_next(format!("{name}: missing conversion character"));
        }
        if next != TokenKind::Name {
            self.position += 1;
            return self.mistake_next(format!("{name}: invalid conversion character"));
        }
        Ok(())
    }
}

fn is_empty(piece: &Expr<'_>) -> bool {
    matches!(piece.kind.as_constant(), Some(Constant::Str(text)) if text.0.is_empty())
}
