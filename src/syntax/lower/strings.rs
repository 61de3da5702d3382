//! String and bytes literals, decoded as CPython does; what has no escapes is borrowed from the source.

use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

use super::{Lowerer, start};
use crate::code::{Constant, PyStr};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::syntax::ast::ExprKind;
use crate::syntax::escapes;

impl<'a> Lowerer<'a, '_> {
    pub(super) fn string(&mut self, expr: &ruff::ExprStringLiteral) -> ExprKind<'a> {
        let parts = expr.value.as_slice();
        let text = match parts {
            [part] => self.string_part(part),
            parts => {
                let mut text = bumpalo::collections::Vec::new_in(self.arena);
                for part in parts {
                    let part = self.string_part(part);
                    text.extend_from_slice_copy(part);
                }
                text.into_bump_slice()
            }
        };
        let value = Constant::Str(PyStr(text));
        let has_kind = parts.first().is_some_and(|part| self.has_unicode_kind(part));
        if has_kind { ExprKind::UnicodeConstant(value) } else { ExprKind::Constant(value) }
    }

    pub(super) fn bytes(&mut self, expr: &ruff::ExprBytesLiteral) -> ExprKind<'a> {
        let bytes = match expr.value.as_slice() {
            [part] => self.bytes_part(part),
            parts => {
                let mut bytes = bumpalo::collections::Vec::new_in(self.arena);
                for part in parts {
                    let part = self.bytes_part(part);
                    bytes.extend_from_slice_copy(part);
                }
                bytes.into_bump_slice()
            }
        };
        ExprKind::Constant(Constant::Bytes(bytes))
    }

    /// The value of one literal of a possibly concatenated string.
    pub(super) fn string_part(&mut self, part: &ruff::StringLiteral) -> &'a [u8] {
        let is_raw = part.flags.prefix().is_raw();
        self.decoded(part.content_range(), is_raw, part.range())
    }

    /// Only the lower-case prefix counts.
    pub(super) fn has_unicode_kind(&self, part: &ruff::StringLiteral) -> bool {
        self.byte_at(start(part)) == Some(b'u')
    }

    /// The decoded text of `range`, within a literal at `literal`.
    pub(super) fn decoded(&mut self, range: TextRange, is_raw: bool, literal: TextRange) -> &'a [u8] {
        let source = self.source(range);
        if is_raw || memchr::memchr(b'\\', source.as_bytes()).is_none() {
            return source.as_bytes();
        }
        self.decoded_text(source, literal)
    }

    pub(super) fn decoded_text(&mut self, source: &str, literal: TextRange) -> &'a [u8] {
        match escapes::decode_str(self.arena, source) {
            Ok(text) => text,
            Err(message) => {
                self.fail_at(literal, message);
                &[]
            }
        }
    }

    fn bytes_part(&mut self, part: &ruff::BytesLiteral) -> &'a [u8] {
        let source = self.source(part.content_range()).as_bytes();
        if !source.is_ascii() {
            self.fail_at(part.range(), "bytes can only contain ASCII literal characters");
            return &[];
        }
        if part.flags.prefix().is_raw() || memchr::memchr(b'\\', source).is_none() {
            return source;
        }
        match escapes::decode_bytes(self.arena, source) {
            Ok(bytes) => bytes,
            Err(message) => {
                self.fail_at(part.range(), message);
                &[]
            }
        }
    }

    #[cold]
    pub(super) fn fail_with_value_error(&mut self, message: &str) {
        self.fail(|| Diagnostic::new(DiagnosticKind::ValueError, Location::NONE, message));
    }
}
