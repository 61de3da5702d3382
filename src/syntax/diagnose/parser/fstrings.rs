//! f-strings and their fields.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::lexer::strings::format_string_name;
use crate::syntax::diagnose::token::Kind;
use crate::syntax::escapes;

impl Parser<'_> {
    pub(super) fn fstring(&mut self) -> Step<()> {
        let start = self.expect_kind(Kind::FStringStart)?;
        let name = format_string_name(self.text_of(self.tokens[start]));
        let outer = std::mem::replace(&mut self.format_string, name);
        while !self.at_kind(Kind::FStringEnd) {
            if self.at_kind(Kind::FStringMiddle) {
                self.bump();
            } else {
                self.nested(Self::field)?;
            }
        }
        self.bump();
        self.format_string = outer;
        self.check_fstring_text(start)
    }

    /// The text of an f-string has escapes too; those of the strings in its fields are looked at with these.
    fn check_fstring_text(&self, start: usize) -> Step<()> {
        let opening = self.text_of(self.tokens[start]);
        let is_raw = opening.contains(['r', 'R']);
        let mut depth = 0;
        for index in start.. {
            let token = self.tokens[index];
            match token.kind {
                Kind::FStringStart => depth += 1,
                Kind::FStringEnd => depth -= 1,
                Kind::FStringMiddle if depth == 1 && !is_raw => {
                    let text = self.text_of(token);
                    if text.contains('\\')
                        && let Err(message) = escapes::decode_str(&bumpalo::Bump::new(), text)
                    {
                        return self.mistake_here(message);
                    }
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        Ok(())
    }

    fn field(&mut self) -> Step<()> {
        self.expect("{")?;
        if self.has_checks {
            self.check_missing_expression()?;
        }
        self.field_expression()?;
        let has_equal = self.eat("=");
        if self.has_checks {
            self.check_after_expression(has_equal)?;
        }
        let conversion = if self.at("!") { Some(self.conversion()?) } else { None };
        if self.has_checks && conversion.is_some() && !self.at_any(&[":", "}"]) {
            return self.mistake_in_field("expecting ':' or '}'");
        }
        if self.at(":") {
            self.bump();
            self.format_spec()?;
            if self.has_checks && !self.at("}") {
                return self.mistake_in_field("expecting '}', or format specs");
            }
        }
        if self.has_checks && !self.at("}") {
            return self.mistake_in_field("expecting '}'");
        }
        self.expect("}")?;
        match conversion {
            Some(name) => self.check_conversion(name),
            None => Ok(()),
        }
    }

    /// A mistake at the next token, said of the string it is in.
    fn mistake_in_field(&self, message: &str) -> Step<()> {
        self.mistake(self.position, self.position, format!("{}: {message}", self.format_string))
    }

    fn check_missing_expression(&mut self) -> Step<()> {
        for mark in ["=", "!", ":", "}"] {
            if self.at(mark) {
                return self.mistake_in_field(&format!("valid expression required before '{mark}'"));
            }
        }
        if self.fits(Self::field_expression)?.is_none() {
            return self.mistake_in_field("expecting a valid expression after '{'");
        }
        Ok(())
    }

    fn field_expression(&mut self) -> Step<()> {
        if self.at("yield") { self.yield_expr() } else { self.star_expressions() }.map(|_| ())
    }

    fn check_after_expression(&mut self, has_equal: bool) -> Step<()> {
        if self.at_any(&["!", ":", "}"]) {
            return Ok(());
        }
        let message = match has_equal {
            true => "expecting '!', or ':', or '}'",
            false => "expecting '=', or '!', or ':', or '}'",
        };
        self.mistake_in_field(message)
    }

    /// `!r` and the like.
    fn conversion(&mut self) -> Step<usize> {
        let mark = self.bump();
        if !self.at_kind(Kind::Name) {
            if !self.has_checks {
                return Err(Stop::Dead);
            }
            let message = match self.at_any(&[":", "}"]) {
                true => "missing conversion character",
                false => "invalid conversion character",
            };
            return self.mistake_here(format!("{}: {message}", self.format_string));
        }
        let name = self.bump();
        if self.tokens[name].start != self.tokens[mark].end {
            let message = "conversion type must come right after the exclamanation mark";
            return self.mistake(mark, name, format!("{}: {message}", self.format_string));
        }
        Ok(name)
    }

    fn check_conversion(&self, name: usize) -> Step<()> {
        let text = self.text_of(self.tokens[name]);
        if !matches!(text, "s" | "r" | "a") {
            let string = self.format_string;
            let message =
                format!("{string}: invalid conversion character '{text}': expected 's', 'r', or 'a'");
            return self.mistake(name, name, message);
        }
        Ok(())
    }

    fn format_spec(&mut self) -> Step<()> {
        loop {
            if self.at_kind(Kind::FStringMiddle) {
                self.bump();
            } else if !self.at("{") || self.attempt(|this| this.nested(Self::field))?.is_none() {
                return Ok(());
            }
        }
    }
}
