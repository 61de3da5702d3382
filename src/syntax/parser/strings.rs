//! Strings: single ones, and strings side by side, which are one.

use super::{Parser, Rule, Step};
use crate::code::{Constant, PyStr};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::escapes::{self, Decoded};
use crate::syntax::lexer::{Token, TokenFlags, TokenKind};
use crate::targets::Mistake;

/// The value of one literal without fields.
#[derive(Clone, Copy)]
enum Literal<'a> {
    Str(&'a [u8]),
    Bytes(&'a [u8]),
}

impl<'a> Parser<'a, '_> {
    pub(super) fn strings(&mut self) -> Step<&'a Expr<'a>> {
        if self.dialect.is_lenient {
            return self.lenient_strings();
        }
        self.remembered(Rule::Strings, Self::any_strings)
    }

    /// Strings that have no value do not keep the grammar from taking what comes after them.
    fn lenient_strings(&mut self) -> Step<&'a Expr<'a>> {
        let (start, from) = (self.position, self.exprs.len());
        let strings = self.any_strings();
        if self.fault.is_none() {
            return strings;
        }
        self.refuse_fault_later(start);
        self.exprs.truncate(from);
        self.position = start;
        while self.eat(TokenKind::String) {}
        Ok(self.node(start, ExprKind::Constant(Constant::None)))
    }

    fn any_strings(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if self.dialect.parses_fstrings_apart {
            self.look_past_strings();
        }
        let is_plain = !self.tokens[start].flags.has(TokenFlags::FIELDS);
        if self.at(TokenKind::String) && is_plain && !self.is_string(start + 1) {
            self.bump();
            let literal = self.literal(start)?;
            return Ok(self.constant_string(start, literal));
        }
        if self.at_template(start) {
            return self.template_strings();
        }
        if self.at_strings_apart() {
            return self.strings_apart();
        }
        self.concatenated_strings()
    }

    /// Looks at the first token after the strings side by side, as CPython does before it decodes
    /// any of them.
    ///
    /// CPython: `Grammar/python.gram` `strings` (3.9–3.11)
    fn look_past_strings(&mut self) {
        let count = self.tokens[self.position..].iter().take_while(|token| token.kind == TokenKind::String);
        self.farthest = self.farthest.max(self.position + count.count());
    }

    fn is_string(&self, index: usize) -> bool {
        matches!(self.tokens[index].kind, TokenKind::String | TokenKind::FStringStart)
    }

    fn at_template(&self, index: usize) -> bool {
        let token = &self.tokens[index];
        token.kind == TokenKind::FStringStart && token.flags.has(TokenFlags::TEMPLATE)
    }

    fn constant_string(&self, index: usize, literal: Literal<'a>) -> &'a Expr<'a> {
        let kind = match literal {
            Literal::Bytes(bytes) => ExprKind::Constant(Constant::Bytes(bytes)),
            Literal::Str(text) if self.has_unicode_kind(index) => ExprKind::UnicodeConstant(PyStr(text)),
            Literal::Str(text) => ExprKind::Constant(Constant::Str(PyStr(text))),
        };
        self.node_at(self.range(index, index), kind)
    }

    /// Only the lower-case prefix counts.
    pub(super) fn has_unicode_kind(&self, index: usize) -> bool {
        self.text.as_bytes()[self.tokens[index].start as usize] == b'u'
    }

    /// Literals with fields or without, at least one, but no template strings.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_concatenate_strings` (3.12–)
    fn concatenated_strings(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let from = self.exprs.len();
        let (mut has_fields, mut bytes, mut count) = (false, 0, 0);
        while self.is_string(self.position) && !self.at_template(self.position) {
            let index = self.position;
            if self.at(TokenKind::FStringStart) {
                has_fields = true;
                self.fstring()?;
            } else {
                self.bump();
                let literal = self.literal(index)?;
                bytes += usize::from(matches!(literal, Literal::Bytes(_)));
                self.exprs.push(self.constant_string(index, literal));
            }
            count += 1;
        }
        if self.second_run && self.at_template(self.position) {
            self.invalid_string_tstring_concat()?;
        }
        if bytes > 0 && bytes < count {
            return self.mistake_here("cannot mix bytes and nonbytes literals");
        }
        let location = self.span(start);
        if has_fields {
            let values = self.folded_pieces(from);
            return Ok(self.node_at(location, ExprKind::JoinedStr(values)));
        }
        let kind = self.sum_of_literals(from, bytes > 0);
        self.exprs.truncate(from);
        Ok(self.node_at(location, kind))
    }

    /// The sum of the literals that were read since there were `from` expressions.
    fn sum_of_literals(&self, from: usize, is_bytes: bool) -> ExprKind<'a> {
        let mut sum = bumpalo::collections::Vec::new_in(self.arena);
        for part in &self.exprs[from..] {
            match part.kind.as_constant() {
                Some(Constant::Str(text)) => sum.extend_from_slice_copy(text.0),
                Some(Constant::Bytes(bytes)) => sum.extend_from_slice_copy(bytes),
                _ => {}
            }
        }
        let sum = sum.into_bump_slice();
        match self.exprs[from].kind {
            _ if is_bytes => ExprKind::Constant(Constant::Bytes(sum)),
            ExprKind::UnicodeConstant(_) => ExprKind::UnicodeConstant(PyStr(sum)),
            _ => ExprKind::Constant(Constant::Str(PyStr(sum))),
        }
    }

    fn template_strings(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let from = self.exprs.len();
        while self.at_template(self.position) {
            self.fstring()?;
        }
        if self.second_run && self.is_string(self.position) {
            self.invalid_string_tstring_concat()?;
        }
        let values = self.folded_pieces(from);
        Ok(self.node(start, ExprKind::TemplateStr(values)))
    }

    /// `"a" t"b"`, at the second.
    ///
    /// CPython: `invalid_string_tstring_concat` (3.14–)
    #[cold]
    fn invalid_string_tstring_concat(&mut self) -> Step<()> {
        let last = self.last_string_start();
        let from = self.range(last, self.position - 1);
        let second = self.position;
        let end = self.fits(|this| {
            if this.at(TokenKind::String) {
                this.bump();
            } else {
                this.fstring()?;
            }
            this.unread = this.position;
            Ok(this.span(second))
        })?;
        match end {
            Some(end) => {
                let message = "cannot mix t-string literals with string or bytes literals";
                self.mistake_between(from, end, message)
            }
            None => Ok(()),
        }
    }

    /// The first token of the string that ends before the next token.
    fn last_string_start(&self) -> usize {
        let mut index = self.position - 1;
        let mut open = 0;
        loop {
            match self.tokens[index].kind {
                TokenKind::FStringEnd => open += 1,
                TokenKind::FStringStart => open -= 1,
                _ => {}
            }
            if open == 0 {
                return index;
            }
            index -= 1;
        }
    }

    /// The text of a literal without fields; none if it is one of bytes.
    pub(super) fn text_literal(&mut self, index: usize) -> Step<Option<&'a [u8]>> {
        match self.literal(index)? {
            Literal::Str(text) => Ok(Some(text)),
            Literal::Bytes(_) => Ok(None),
        }
    }

    /// The value of a literal without fields.
    #[inline]
    fn literal(&mut self, index: usize) -> Step<Literal<'a>> {
        let token = self.tokens[index];
        if !token.flags.has(TokenFlags::PREFIXED) {
            let content = content(self.text, &token, 0);
            return match token.flags.has(TokenFlags::BACKSLASH) {
                false => Ok(Literal::Str(content.as_bytes())),
                true => Ok(Literal::Str(self.decoded(index, content, true)?)),
            };
        }
        self.prefixed_literal(index, &token)
    }

    fn prefixed_literal(&mut self, index: usize, token: &Token) -> Step<Literal<'a>> {
        let text = self.text_of(index);
        let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let has =
            |letter: u8| text.as_bytes()[..prefix].iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let is_verbatim = has(b'r') || !token.flags.has(TokenFlags::BACKSLASH);
        let content = content(self.text, token, prefix);
        let is_bytes = has(b'b');
        if is_bytes && !content.is_ascii() {
            let dot = if self.knows(Mistake::Advice) { "" } else { "." };
            let message = format!("bytes can only contain ASCII literal characters{dot}");
            if !self.knows(Mistake::NonAsciiBytesAtLiteral) {
                return self.mistake_here(message);
            }
            self.position = index;
            return self.mistake(index, index, message);
        }
        let value = match is_verbatim {
            true => content.as_bytes(),
            false => self.decoded(index, content, !is_bytes)?,
        };
        Ok(if is_bytes { Literal::Bytes(value) } else { Literal::Str(value) })
    }

    /// The value of a literal with escapes.
    fn decoded(&mut self, index: usize, content: &'a str, is_str: bool) -> Step<&'a [u8]> {
        let (decoded, kind) = match is_str {
            true => (self.decode(content), "unicode"),
            false => (escapes::decode_bytes(self.arena, content.as_bytes(), self.dialect), "value"),
        };
        match decoded {
            Ok(Decoded { value, invalid_escape, varies }) => {
                self.depends_on_dialect |= varies;
                self.escape_notice(index, content, invalid_escape, is_str);
                Ok(value)
            }
            Err(message) => self.undecodable(index, format!("({kind} error) {message}")),
        }
    }

    /// Decodes escapes; the error is the text of CPython's `UnicodeDecodeError`.
    pub(super) fn decode(&mut self, text: &str) -> Result<Decoded<'a>, String> {
        let decoded = escapes::decode_str(self.arena, text, self.dialect)?;
        self.depends_on_dialect |= decoded.varies;
        Ok(decoded)
    }

    /// A literal that cannot be decoded, which was just read: nothing after it was looked at.
    #[cold]
    pub(super) fn undecodable<T>(&mut self, index: usize, message: String) -> Step<T> {
        self.position = index;
        self.mistake_here(message)
    }
}

/// What is between the quotes of a string with a prefix of some length.
#[inline]
fn content<'a>(text: &'a str, token: &Token, prefix: usize) -> &'a str {
    let quotes = if token.flags.has(TokenFlags::TRIPLE) { 3 } else { 1 };
    &text[token.start as usize + prefix + quotes..token.end as usize - quotes]
}
