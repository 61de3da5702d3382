//! From the text to the tokens that CPython's tokenizer makes of it, or what it says where it makes none.
//!
//! Input: a rejected text, with a newline at its end. Output: the tokens up to the end or the first fault. The parser crate's tokens will not do,
//! since that crate goes on after an error, and guesses.
//!
//! CPython: `Parser/tokenizer.c` (3.12)

mod indentation;
mod numbers;
pub(super) mod strings;

use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::source::Location;
use crate::syntax::check::identifiers::invalid_character;
use crate::syntax::check::indentation::Indentation;
use crate::targets::unicode::{self, UnicodeVersion};
use crate::targets::{Grammar, limits};

use super::places::Places;
use super::token::{KEYWORDS, Kind, Token};
use strings::OpenFString;

/// All tokens of a text. Where a fault ended them, the last is of [`Kind::Fault`].
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) fault: Option<LexicalFault>,
    /// The newlines at which format specs end in strings of single quotes, and where the spec's next part starts.
    pub(super) spec_newlines: Vec<(usize, usize)>,
}

/// Why there are no more tokens.
pub(super) struct LexicalFault {
    pub(super) diagnostic: Diagnostic,
    /// Whether it is told even when the parser has found an error before.
    pub(super) prevails: bool,
    /// The offset of the bracket that is open at the fault.
    pub(super) unclosed: Option<usize>,
}

/// An open bracket.
#[derive(Clone, Copy)]
struct Bracket {
    byte: u8,
    offset: usize,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    places: &'t Places<'t>,
    grammar: Grammar,
    offset: usize,
    /// Where the text starts that the tokenizer has in its buffer: a line, or several if a token spans them.
    buffer_start: usize,
    brackets: Vec<Bracket>,
    indents: Vec<Indentation>,
    fstrings: Vec<OpenFString>,
    tokens: Vec<Token>,
    spec_newlines: Vec<(usize, usize)>,
}

type Lexing<T> = Result<T, Box<LexicalFault>>;

/// The tokens of `text`, which ends in a newline.
pub(super) fn lex<'t>(text: &'t str, places: &'t Places<'t>, grammar: Grammar) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        places,
        grammar,
        offset: 0,
        buffer_start: 0,
        brackets: Vec::new(),
        indents: vec![Indentation::NONE],
        fstrings: Vec::new(),
        tokens: Vec::new(),
        spec_newlines: Vec::new(),
    };
    let fault = lexer.run().err().map(|fault| *fault);
    if fault.is_some() {
        lexer.push(Kind::Fault, lexer.offset, lexer.offset);
    }
    Lexed { tokens: lexer.tokens, fault, spec_newlines: lexer.spec_newlines }
}

impl Lexer<'_> {
    fn run(&mut self) -> Lexing<()> {
        self.line_start()?;
        loop {
            if self.fstrings.last().is_some_and(|string| !string.in_expression) {
                self.fstring_text()?;
            } else if !self.token()? {
                return Ok(());
            }
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.offset + ahead).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, start, end, level: self.brackets.len() });
    }

    /// The next token outside of the text of f-strings; false at the end.
    fn token(&mut self) -> Lexing<bool> {
        while matches!(self.peek(0), b' ' | b'\t' | b'\x0c') {
            self.offset += 1;
        }
        let start = self.offset;
        if self.peek(0) == b'#' {
            while !self.at_end() && self.peek(0) != b'\n' {
                self.offset += 1;
            }
        }
        if self.at_end() {
            return self.end();
        }
        match self.peek(0) {
            b'\n' => self.newline(start)?,
            b'\\' => self.continuation()?,
            b'0'..=b'9' => self.number()?,
            b'.' if self.peek(1).is_ascii_digit() => self.number()?,
            b'"' | b'\'' => self.string(start)?,
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => self.word()?,
            _ => self.operator()?,
        }
        Ok(true)
    }

    fn end(&mut self) -> Lexing<bool> {
        if let Some(bracket) = self.brackets.last() {
            let diagnostic = self.never_closed(*bracket);
            return Err(self.stopped(diagnostic));
        }
        let end = self.offset;
        for _ in 1..self.indents.len() {
            self.push(Kind::Dedent, end, end);
        }
        self.push(Kind::End, end, end);
        Ok(false)
    }

    /// The end of a line, whose token starts where the comment does if there is one.
    fn newline(&mut self, start: usize) -> Lexing<()> {
        self.offset += 1;
        self.buffer_start = self.offset;
        if self.brackets.is_empty() {
            self.push(Kind::Newline, start, self.offset - 1);
            self.line_start()?;
        }
        Ok(())
    }

    /// A backslash joins two lines; nothing may follow it in its own.
    fn continuation(&mut self) -> Lexing<()> {
        let backslash = self.offset;
        if self.peek(1) != b'\n' {
            let (line, _) = self.places.position(backslash);
            let column = (backslash + 1 - self.buffer_start) as i32;
            let location = Location::new(line, line, column, column);
            let message = "unexpected character after line continuation character";
            return Err(self.stopped(Diagnostic::syntax_error(location, message)));
        }
        self.offset += 2;
        if self.at_end() {
            let diagnostic = match self.brackets.last() {
                Some(bracket) => self.never_closed(*bracket),
                None => {
                    let location = self.places.location(backslash + 1, backslash + 1);
                    Diagnostic::syntax_error(location, "unexpected EOF while parsing")
                }
            };
            return Err(self.stopped(diagnostic));
        }
        Ok(())
    }

    /// A name, a keyword, or the prefix of a string.
    fn word(&mut self) -> Lexing<()> {
        let start = self.offset;
        while self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' || self.peek(0) >= 0x80 {
            self.offset += 1;
            if matches!(self.peek(0), b'"' | b'\'') && self.is_prefix(&self.bytes[start..self.offset]) {
                return self.string(start);
            }
        }
        let word = &self.text[start..self.offset];
        if !word.is_ascii() {
            self.check_identifier(start, word)?;
        }
        let kind = if KEYWORDS.contains(&word) { Kind::Keyword } else { Kind::Name };
        self.push(kind, start, self.offset);
        Ok(())
    }

    fn check_identifier(&self, start: usize, word: &str) -> Lexing<()> {
        let wrong = word.char_indices().find(|&(offset, character)| !match offset {
            0 => unicode::identifier_start(character, UnicodeVersion::SHARED),
            _ => unicode::identifier_continue(character, UnicodeVersion::SHARED),
        });
        match wrong {
            Some((offset, character)) => {
                let offset = start + offset;
                let place = (offset, offset + character.len_utf8());
                Err(self.raised(place, invalid_character(character)))
            }
            None => Ok(()),
        }
    }

    fn operator(&mut self) -> Lexing<()> {
        let start = self.offset;
        let byte = self.peek(0);
        if !byte.is_ascii_graphic() {
            return Err(self.raised((start, start + 1), invalid_character(char::from(byte))));
        }
        if byte == b':' && self.starts_format_spec() {
            self.offset += 1;
            self.push(Kind::Operator, start, self.offset);
            return Ok(());
        }
        let rest = &self.bytes[start..];
        let length = match rest {
            [b'.', b'.', b'.', ..] | [b'*', b'*', b'=', ..] | [b'/', b'/', b'=', ..] => 3,
            [b'<', b'<', b'=', ..] | [b'>', b'>', b'=', ..] => 3,
            [b'*', b'*', ..] | [b'/', b'/', ..] | [b'<', b'<' | b'>', ..] | [b'>', b'>', ..] => 2,
            [b'-', b'>', ..] => 2,
            [b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/', b'=', ..] => 2,
            [b'%' | b'&' | b'|' | b'^' | b'@' | b':', b'=', ..] => 2,
            _ => 1,
        };
        self.offset += length;
        match byte {
            b'(' | b'[' | b'{' => self.open(start, byte)?,
            b')' | b']' | b'}' => self.close(start, byte)?,
            _ => {}
        }
        self.push(Kind::Operator, start, self.offset);
        Ok(())
    }

    fn open(&mut self, offset: usize, byte: u8) -> Lexing<()> {
        if self.brackets.len() >= limits::MAX_PARENTHESES {
            return Err(self.raised((offset, offset + 1), "too many nested parentheses".to_owned()));
        }
        self.brackets.push(Bracket { byte, offset });
        Ok(())
    }

    fn close(&mut self, offset: usize, byte: u8) -> Lexing<()> {
        let place = (offset, offset + 1);
        let closing = char::from(byte);
        let open_string = self.fstrings.last();
        let name = open_string.map_or("", |string| self.format_string_name(string.start));
        if byte == b'}' && open_string.is_some_and(|string| string.fields.is_empty()) {
            return Err(self.raised(place, format!("{name}: single '}}' is not allowed")));
        }
        let Some(open) = self.brackets.pop() else {
            return Err(self.raised(place, format!("unmatched '{closing}'")));
        };
        if !matches!((open.byte, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if self.is_field(self.brackets.len()) {
                return Err(self.raised(place, format!("{name}: unmatched '{closing}'")));
            }
            let opening = char::from(open.byte);
            let (line, _) = self.places.position(open.offset);
            let on_line = match self.places.position(offset).0 == line {
                true => String::new(),
                false => format!(" on line {line}"),
            };
            let message = format!(
                "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{on_line}"
            );
            return Err(self.raised(place, message));
        }
        if self.is_field(self.brackets.len()) {
            self.close_field();
        }
        Ok(())
    }

    fn never_closed(&self, bracket: Bracket) -> Diagnostic {
        let location = self.places.location(bracket.offset, bracket.offset + 1);
        Diagnostic::syntax_error(location, format!("'{}' was never closed", char::from(bracket.byte)))
    }

    /// A fault that CPython tells even when the parser has found another before, but in f-strings.
    #[cold]
    fn raised(&self, (start, end): (usize, usize), message: String) -> Box<LexicalFault> {
        let diagnostic = Diagnostic::syntax_error(self.places.location(start, end), message);
        Box::new(LexicalFault { diagnostic, prevails: self.fstrings.is_empty(), unclosed: None })
    }

    /// A fault that matters only if the parser gets there.
    #[cold]
    fn stopped(&self, diagnostic: Diagnostic) -> Box<LexicalFault> {
        let unclosed = self.brackets.last().map(|bracket| bracket.offset);
        Box::new(LexicalFault { diagnostic, prevails: false, unclosed })
    }

    #[cold]
    fn stopped_in_line(&self, kind: DiagnosticKind, column: i32, message: &str) -> Box<LexicalFault> {
        let (line, _) = self.places.position(self.offset);
        self.stopped(Diagnostic::new(kind, Location::new(line, line, column, column), message))
    }
}
