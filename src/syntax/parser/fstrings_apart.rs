//! f-strings that are one token, whose fields are parsed apart from the text around them.
//!
//! The tokenizer takes the f-string for any string. Its content is then cut at braces by rules of
//! its own, which know just enough of Python to find where an expression ends: so no expression may
//! contain a backslash, a `#` or the string's own quotes. Each expression is parsed as if it stood
//! alone, in parentheses:
//!
//! ```text
//! f"a{x!r:>{w}}b"     text `a`, expression `(x)`, conversion `r`, spec: text `>`, expression `(w)`; text `b`
//! ```
//!
//! All parts but the expressions are located at the whole string. Expressions are where they stand in
//! the source, but for two cases: CPython counts the columns of the first line from the brace, and
//! gets them wrong in a string that begins there and ends on a later line; and it counts nothing
//! before a brace that a line break follows.
//!
//! CPython: `Parser/string_parser.c` `_PyPegen_FstringParser_ConcatFstring`, `fstring_find_expr`,
//! `fstring_compile_expr` (3.9–3.11)

use bumpalo::collections::Vec as ArenaVec;

use super::{Parser, Step, Stop};
use crate::code::{Constant, PyStr};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::syntax::ast::{Conversion, Expr, ExprKind};
use crate::syntax::escapes::Decoded;
use crate::syntax::judge;
use crate::syntax::lexer::{FieldPlace, TokenFlags, TokenKind, lex_field};
use crate::targets::{Mistake, limits};

/// An f-string or a format spec of one.
#[derive(Clone, Copy)]
struct Literal {
    /// The tokens of the literals side by side that it is part of.
    first: usize,
    last: usize,
    /// Its own.
    token: usize,
    is_raw: bool,
    /// The offset of its closing quotes.
    end: usize,
    /// In how many format specs this is.
    level: u32,
}

/// Text that is to become one constant.
type Text<'a> = ArenaVec<'a, u8>;

/// What the text of a field is cut into.
struct Expression {
    start: usize,
    end: usize,
}

/// A field: its expression's value, and the text of a debug field.
struct Field<'a> {
    value: &'a Expr<'a>,
    debug_text: Option<&'a str>,
    conversion: Conversion,
    format_spec: Option<&'a Expr<'a>>,
}

impl<'a> Parser<'a, '_> {
    /// Whether one of the strings side by side from here on is an f-string that is parsed apart.
    pub(super) fn at_strings_apart(&self) -> bool {
        let rest = self.tokens[self.position..].iter();
        let mut strings = rest.take_while(|token| token.kind == TokenKind::String);
        strings.any(|token| token.flags.has(TokenFlags::FIELDS))
    }

    /// Strings side by side. At least one has fields.
    pub(super) fn strings_apart(&mut self) -> Step<&'a Expr<'a>> {
        let (first, from) = (self.position, self.exprs.len());
        let strings = self.tokens[first..].iter().take_while(|token| token.kind == TokenKind::String);
        let last = first + strings.count() - 1;
        self.position = last + 1;
        let mut text = ArenaVec::new_in(self.arena);
        for token in first..=last {
            if self.tokens[token].flags.has(TokenFlags::FIELDS) {
                self.string_apart(first, last, token, &mut text)?;
            } else {
                match self.text_literal(token)? {
                    Some(literal) => text.extend_from_slice_copy(literal),
                    None => return self.mistake_here("cannot mix bytes and nonbytes literals"),
                }
            }
        }
        self.push_text(&mut text, first, self.range(first, last));
        let values = self.take_exprs(from);
        Ok(self.node_at(self.range(first, last), ExprKind::JoinedStr(values)))
    }

    fn string_apart(&mut self, first: usize, last: usize, token: usize, text: &mut Text<'a>) -> Step<()> {
        let source = self.text_of(token);
        let prefix = source.bytes().take_while(u8::is_ascii_alphabetic).count();
        let is_raw = source.as_bytes()[..prefix].iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
        let quotes = if self.tokens[token].flags.has(TokenFlags::TRIPLE) { 3 } else { 1 };
        let mut at = self.tokens[token].start as usize + prefix + quotes;
        let end = self.tokens[token].end as usize - quotes;
        let literal = Literal { first, last, token, is_raw, end, level: 0 };
        self.pieces(literal, &mut at, text)
    }

    /// Reads text and fields up to the end of the string, or of a format spec.
    fn pieces(&mut self, literal: Literal, at: &mut usize, text: &mut Text<'a>) -> Step<()> {
        let whole = self.range(literal.first, literal.last);
        loop {
            if self.text_apart(literal, at, text)? {
                continue;
            }
            if *at >= literal.end || self.byte_at(*at) == b'}' {
                break;
            }
            let field = self.field_apart(literal, at)?;
            text.extend_from_slice_copy(field.debug_text.unwrap_or_default().as_bytes());
            self.push_text(text, literal.first, whole);
            let Field { value, conversion, format_spec, .. } = field;
            let kind = ExprKind::FormattedValue { value, conversion, format_spec };
            self.exprs.push(self.node_at(whole, kind));
        }
        if literal.level > 0 && (*at >= literal.end || self.byte_at(*at) != b'}') {
            return self.mistake_here("f-string: expecting '}'");
        }
        Ok(())
    }

    fn byte_at(&self, offset: usize) -> u8 {
        self.text.as_bytes().get(offset).copied().unwrap_or(0)
    }

    /// Makes a constant of the text so far, unless it is empty.
    fn push_text(&mut self, text: &mut Text<'a>, first: usize, location: Location) {
        if text.is_empty() {
            return;
        }
        let text = PyStr(std::mem::replace(text, ArenaVec::new_in(self.arena)).into_bump_slice());
        let kind = match self.has_unicode_kind(first) {
            true => ExprKind::UnicodeConstant(text),
            false => ExprKind::Constant(Constant::Str(text)),
        };
        self.exprs.push(self.node_at(location, kind));
    }

    /// Reads text up to a field, the end, or a doubled brace, which stands for one. Returns whether
    /// a doubled brace was read.
    fn text_apart(&mut self, literal: Literal, at: &mut usize, text: &mut Text<'a>) -> Step<bool> {
        let start = *at;
        let (end, is_doubled) = self.end_of_text(literal, start)?;
        *at = end + usize::from(is_doubled);
        let source = &self.text[start..end];
        if literal.is_raw || !source.contains('\\') {
            text.extend_from_slice_copy(source.as_bytes());
            return Ok(is_doubled);
        }
        match self.decode(source) {
            Ok(Decoded { value, invalid_escape, .. }) => {
                self.escape_notice(literal.token, source, invalid_escape, true);
                text.extend_from_slice_copy(value);
                Ok(is_doubled)
            }
            Err(message) => self.mistake_here(format!("(unicode error) {message}")),
        }
    }

    /// Where the text from an offset on ends, and whether it ends with the first of two braces.
    ///
    /// CPython: `Parser/string_parser.c` `fstring_find_literal` (3.9–3.11)
    fn end_of_text(&mut self, literal: Literal, mut end: usize) -> Step<(usize, bool)> {
        while end < literal.end {
            let mut byte = self.byte_at(end);
            end += 1;
            if byte == b'\\' && !literal.is_raw && end < literal.end {
                byte = self.byte_at(end);
                end += 1;
                if byte == b'N' {
                    end = self.past_character_name(end, literal.end);
                    continue;
                }
            }
            if !matches!(byte, b'{' | b'}') {
                continue;
            }
            // In a format spec no brace is doubled.
            if literal.level == 0 && end < literal.end && self.byte_at(end) == byte {
                return Ok((end, true));
            }
            if literal.level == 0 && byte == b'}' {
                return self.mistake_here("f-string: single '}' is not allowed");
            }
            return Ok((end - 1, false));
        }
        Ok((end, false))
    }

    /// After the `N` of `\N{name}`: past the name, or past one character.
    fn past_character_name(&self, mut at: usize, end: usize) -> usize {
        if at >= end {
            return at;
        }
        at += 1;
        if self.byte_at(at - 1) == b'{' {
            while at < end {
                at += 1;
                if self.byte_at(at - 1) == b'}' {
                    break;
                }
            }
        }
        at
    }

    /// Reads a field, whose brace is next.
    ///
    /// CPython: `Parser/string_parser.c` `fstring_find_expr` (3.9–3.11)
    fn field_apart(&mut self, literal: Literal, at: &mut usize) -> Step<Field<'a>> {
        if literal.level >= limits::MAX_FSTRING_NESTING_APART {
            return self.mistake_here("f-string: expressions nested too deeply");
        }
        let expression = self.find_expression(literal, *at + 1)?;
        *at = expression.end;
        let value = self.expression_apart(literal, &expression)?;
        let mut field = Field { value, debug_text: None, conversion: Conversion::None, format_spec: None };
        if self.byte_at(*at) == b'=' {
            *at += 1;
            while matches!(self.byte_at(*at), b' ' | b'\t'..=b'\r') {
                *at += 1;
            }
            self.expect_more(literal, *at)?;
            field.debug_text = Some(&self.text[expression.start..*at]);
        }
        if self.byte_at(*at) == b'!' {
            self.expect_more(literal, *at + 1)?;
            field.conversion = self.conversion_apart(*at + 1)?;
            *at += 2;
        }
        self.expect_more(literal, *at)?;
        if self.byte_at(*at) == b':' {
            *at += 1;
            self.expect_more(literal, *at)?;
            field.format_spec = Some(self.spec_apart(literal, at)?);
        }
        if *at >= literal.end || self.byte_at(*at) != b'}' {
            return self.mistake_here("f-string: expecting '}'");
        }
        *at += 1;
        let is_plain = field.format_spec.is_none() && matches!(field.conversion, Conversion::None);
        if field.debug_text.is_some() && is_plain {
            field.conversion = Conversion::Repr;
        }
        Ok(field)
    }

    fn conversion_apart(&mut self, at: usize) -> Step<Conversion> {
        match self.byte_at(at) {
            b's' => Ok(Conversion::Str),
            b'r' => Ok(Conversion::Repr),
            b'a' => Ok(Conversion::Ascii),
            _ => self.mistake_here("f-string: invalid conversion character: expected 's', 'r', or 'a'"),
        }
    }

    fn expect_more(&mut self, literal: Literal, at: usize) -> Step<()> {
        if at < literal.end { Ok(()) } else { self.mistake_here("f-string: expecting '}'") }
    }

    fn spec_apart(&mut self, literal: Literal, at: &mut usize) -> Step<&'a Expr<'a>> {
        let from = self.exprs.len();
        let mut text = ArenaVec::new_in(self.arena);
        self.pieces(Literal { level: literal.level + 1, ..literal }, at, &mut text)?;
        // The LL(1) parser knows one place for strings side by side.
        let has_own_place = self.knows(Mistake::FieldPlaced);
        let [first, last] = if has_own_place { [literal.token; 2] } else { [literal.first, literal.last] };
        let location = self.range(first, last);
        self.push_text(&mut text, literal.token, location);
        let values = self.take_exprs(from);
        Ok(self.node_at(location, ExprKind::JoinedStr(values)))
    }

    /// Where the expression ends that starts at an offset: before a `!`, `:`, `=` or `}` outside of
    /// its brackets and strings.
    fn find_expression(&mut self, literal: Literal, start: usize) -> Step<Expression> {
        let mut scan = Scan { at: start, end: literal.end, brackets: Vec::new(), string: None };
        match scan.run(self.text.as_bytes()) {
            Ok(()) => Ok(Expression { start, end: scan.at }),
            Err(message) => self.mistake_here(message),
        }
    }

    /// Parses an expression as if it stood alone, in parentheses.
    ///
    /// CPython: `Parser/string_parser.c` `fstring_compile_expr` (3.9–3.11)
    fn expression_apart(&mut self, literal: Literal, expression: &Expression) -> Step<&'a Expr<'a>> {
        let source = &self.text[expression.start..expression.end];
        if source.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c')) {
            return match self.byte_at(expression.end) {
                mark @ (b'!' | b':' | b'=') if self.knows(Mistake::FieldExpressionRequired) => {
                    let mark = char::from(mark);
                    self.mistake_here(format!("f-string: expression required before '{mark}'"))
                }
                _ => self.mistake_here("f-string: empty expression not allowed"),
            };
        }
        let place = self.field_place(literal, expression);
        let (line, column) = (place.line as i32, place.column as i32);
        let lexed = lex_field(self.text, self.dialect, place, expression.end);
        let mut parser =
            Parser::new(self.arena, self.interner, self.text, self.dialect, &lexed, self.precise);
        (parser.nodes, parser.depth, parser.flufl) = (self.nodes, self.depth + 1, self.flufl);
        let value = parser.nested(Parser::star_expressions);
        let (value, fault) = match value {
            Ok(value) => (Some(value), None),
            Err(Stop) => (None, Some(parser.fault_apart(line, column))),
        };
        parser.notices_up_to(lexed.tokens.len());
        let Parser { nodes, deepest, notices, depends_on_dialect, late, .. } = parser;
        self.late.extend(late);
        self.nodes = nodes;
        self.deepest = self.deepest.max(deepest);
        self.depends_on_dialect |= depends_on_dialect;
        if !self.second_run {
            self.notices.extend(notices);
        }
        value.ok_or_else(|| {
            (self.fault, self.fault_is_apart) = (fault, true);
            Stop
        })
    }

    /// Why the expression cannot be parsed. CPython places the error in the text that it has made of
    /// the expression, whose parenthesis is at `column` of the source.
    #[cold]
    fn fault_apart(&mut self, line: i32, column: i32) -> Box<Diagnostic> {
        let lexed = self.lexed;
        if self.dialect.is_lenient {
            let mut fault = in_field(judge::untaken(lexed, self), line, column);
            // To see that the parenthesis ends a token, CPython looks beyond it.
            if self.farthest() + 3 >= lexed.tokens.len() && lexed.fault.is_none() {
                fault.message = "unexpected EOF while parsing".to_owned();
            }
            return fault;
        }
        let (mut fault, is_tokenizers) =
            match (judge::diagnose(lexed, self, Parser::star_expressions), &lexed.fault) {
                (Some(mistake), _) if self.fault_is_apart => return mistake,
                (Some(mistake), _) => (mistake, false),
                (None, Some(fault)) => (Box::new(fault.diagnostic.clone()), fault.prevails),
                (None, None) => unreachable!("the lexer's fault was looked at"),
            };
        if is_tokenizers && !self.knows(Mistake::FieldColumns) {
            return in_field(fault, line, column);
        }
        if !is_tokenizers {
            fault.message = format!("f-string: {}", fault.message);
        }
        let Location { col_offset, end_col_offset, .. } = &mut fault.location;
        for offset in [col_offset, end_col_offset] {
            if *offset >= column {
                *offset -= column;
            }
        }
        fault
    }

    /// Where the text of a field first stands in braces in the first of the strings side by side; at
    /// the start of this string if it does not.
    ///
    /// CPython: `Python/ast.c` `fstring_fix_node_location` (3.8)
    fn searched_place(&self, literal: Literal, expression: &Expression) -> FieldPlace {
        let first = &self.tokens[literal.first];
        let string = self.text_of(literal.first).as_bytes();
        let source = &self.text[expression.start..expression.end];
        let found = memchr::memmem::find(string, format!("{{{source}}}").as_bytes());
        let before = &string[..found.unwrap_or(0)];
        let from_break = memchr::memrchr(b'\n', before).unwrap_or(0);
        FieldPlace {
            open: expression.start - 1,
            line: first.line + memchr::memchr_iter(b'\n', before).count() as u32,
            column: (first.start - first.line_start) as usize + before.len() - from_break,
        }
    }

    /// Where the brace of a field is, as CPython counts.
    fn field_place(&self, literal: Literal, expression: &Expression) -> FieldPlace {
        if !self.knows(Mistake::FieldPlaced) {
            return self.searched_place(literal, expression);
        }
        let token = &self.tokens[literal.token];
        let open = expression.start - 1;
        let own_column = (token.start - token.line_start) as usize;
        let before = &self.text.as_bytes()[token.start as usize..open];
        let breaks = memchr::memchr_iter(b'\n', before).count() as u32;
        let column = match memchr::memrchr(b'\n', before) {
            Some(newline) if !self.knows(Mistake::FieldColumns) => own_column + before.len() - newline,
            Some(newline) => before.len() - newline - 1,
            None => own_column + before.len(),
        };
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c');
        let mut after = self.text.as_bytes()[expression.start..].iter().skip_while(|byte| blank(byte));
        let column = match after.next() {
            Some(b'\n' | b'}') if breaks > 0 && self.knows(Mistake::FieldColumns) => 0,
            Some(b'\n' | b'}') => own_column,
            _ => column,
        };
        FieldPlace { open, line: token.line + breaks, column }
    }
}

/// The place of an error by the lines and columns of its field alone, whose brace is at `line` and
/// `column`.
fn in_field(mut fault: Box<Diagnostic>, line: i32, column: i32) -> Box<Diagnostic> {
    let Location { lineno, col_offset, end_lineno, end_col_offset } = &mut fault.location;
    for (lineno, offset) in [(lineno, col_offset), (end_lineno, end_col_offset)] {
        if *lineno == line && *offset >= column {
            *offset -= column;
        }
        *lineno -= line - 1;
    }
    fault
}

/// The search for the end of an expression.
struct Scan {
    at: usize,
    end: usize,
    brackets: Vec<u8>,
    /// The quote character of the open string, and the number of quotes that opened it: 1 or 3.
    string: Option<(u8, usize)>,
}

impl Scan {
    fn run(&mut self, text: &[u8]) -> Result<(), String> {
        while self.at < self.end {
            let byte = text[self.at];
            if byte == b'\\' {
                return Err("f-string expression part cannot include a backslash".to_owned());
            }
            if let Some((quote, count)) = self.string {
                if byte == quote && self.has_quotes(text, quote, count) {
                    self.at += count - 1;
                    self.string = None;
                }
            } else if matches!(byte, b'\'' | b'"') {
                let count = if self.has_quotes(text, byte, 3) { 3 } else { 1 };
                self.at += count - 1;
                self.string = Some((byte, count));
            } else if self.ends_at(text, byte)? {
                break;
            }
            self.at += 1;
        }
        if self.string.is_some() {
            return Err("f-string: unterminated string".to_owned());
        }
        match self.brackets.last() {
            Some(&open) => Err(format!("f-string: unmatched '{}'", char::from(open))),
            None if self.at >= self.end => Err("f-string: expecting '}'".to_owned()),
            None => Ok(()),
        }
    }

    fn has_quotes(&self, text: &[u8], quote: u8, count: usize) -> bool {
        count == 1 || self.at + 2 < self.end && text[self.at..self.at + 3] == [quote; 3]
    }

    /// Whether the expression ends before a byte outside of strings.
    fn ends_at(&mut self, text: &[u8], byte: u8) -> Result<bool, String> {
        match byte {
            b'[' | b'{' | b'(' => {
                if self.brackets.len() >= limits::MAX_PARENTHESES {
                    return Err("f-string: too many nested parenthesis".to_owned());
                }
                self.brackets.push(byte);
            }
            b'#' => return Err("f-string expression part cannot include '#'".to_owned()),
            b'!' | b':' | b'}' | b'=' | b'>' | b'<' if self.brackets.is_empty() => {
                let is_longer = self.at + 1 < self.end
                    && text[self.at + 1] == b'='
                    && matches!(byte, b'!' | b'=' | b'<' | b'>');
                self.at += usize::from(is_longer);
                return Ok(!is_longer && !matches!(byte, b'>' | b'<'));
            }
            b']' | b'}' | b')' => return self.close(byte).map(|()| false),
            _ => {}
        }
        Ok(false)
    }

    fn close(&mut self, byte: u8) -> Result<(), String> {
        let closing = char::from(byte);
        match (self.brackets.pop(), byte) {
            (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}') => Ok(()),
            (None, _) => Err(format!("f-string: unmatched '{closing}'")),
            (Some(open), _) => Err(format!(
                "f-string: closing parenthesis '{closing}' does not match opening parenthesis '{}'",
                char::from(open)
            )),
        }
    }
}
