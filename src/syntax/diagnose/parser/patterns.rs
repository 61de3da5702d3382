//! `match` and its patterns.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::ExprKind;
use crate::syntax::diagnose::token::Kind;

impl Parser<'_> {
    pub(super) fn match_statement(&mut self) -> Step<()> {
        let start = self.bump();
        let subject = self.star_named_expression()?;
        if subject.kind == ExprKind::Starred && !self.at(",") {
            return Err(Stop::Dead);
        }
        self.tuple_rest(start + 1, subject, Self::star_named_expression)?;
        self.colon()?;
        self.expect_kind(Kind::Newline)?;
        if !self.at_kind(Kind::Indent) {
            if self.has_checks {
                let line = self.line_of(start);
                return self.indentation_mistake(format!(
                    "expected an indented block after 'match' statement on line {line}"
                ));
            }
            return Err(Stop::Dead);
        }
        self.bump();
        self.case_block()?;
        while self.at_soft("case") && self.attempt(Self::case_block)?.is_some() {}
        self.expect_kind(Kind::Dedent).map(|_| ())
    }

    fn case_block(&mut self) -> Step<()> {
        if !self.at_soft("case") {
            return Err(Stop::Dead);
        }
        let start = self.bump();
        self.patterns()?;
        if self.at("if") {
            self.bump();
            self.named_expression()?;
        }
        self.colon()?;
        self.block("'case' statement", start)
    }

    /// A pattern, or several that make a sequence.
    fn patterns(&mut self) -> Step<()> {
        let is_star = self.maybe_star_pattern()?;
        if !self.at(",") {
            return if is_star { Err(Stop::Dead) } else { Ok(()) };
        }
        while self.eat(",") {
            if self.attempt(Self::maybe_star_pattern)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Whether it was a starred one.
    fn maybe_star_pattern(&mut self) -> Step<bool> {
        if self.at("*") {
            self.bump();
            self.name()?;
            return Ok(true);
        }
        self.pattern()?;
        Ok(false)
    }

    fn pattern(&mut self) -> Step<()> {
        self.nested(|this| {
            this.closed_pattern()?;
            while this.at("|") {
                let next = this.attempt(|this| {
                    this.bump();
                    this.closed_pattern()
                })?;
                if next.is_none() {
                    break;
                }
            }
            if this.at("as") { this.as_target() } else { Ok(()) }
        })
    }

    fn as_target(&mut self) -> Step<()> {
        let position = self.position;
        self.bump();
        if self.at_kind(Kind::Name) && !self.at_soft("_") {
            self.bump();
            return Ok(());
        }
        if self.has_checks {
            if self.at_soft("_") {
                return self.mistake(self.position, self.position, "cannot use '_' as a target");
            }
            if let Some(target) = self.fits(Self::expression)? {
                return self.mistake_in(&target, "invalid pattern target");
            }
        }
        self.position = position;
        Ok(())
    }

    fn closed_pattern(&mut self) -> Step<()> {
        let token = self.token();
        match (token.kind, self.text_of(token)) {
            (Kind::Number, _) | (Kind::Operator, "+" | "-") => self.number_pattern(),
            (Kind::String | Kind::FStringStart, _) => self.atom().map(|_| ()),
            (Kind::Keyword, "None" | "True" | "False") => {
                self.bump();
                Ok(())
            }
            (Kind::Name, name) => self.name_pattern(name == "_"),
            (Kind::Operator, "(") => self.nested(|this| this.group_pattern()),
            (Kind::Operator, "[") => self.nested(|this| this.sequence_pattern("]")),
            (Kind::Operator, "{") => self.nested(Self::mapping_pattern),
            _ => Err(Stop::Dead),
        }
    }

    /// A number, perhaps a complex one in two parts.
    fn number_pattern(&mut self) -> Step<()> {
        let sign = self.token();
        if self.eat("+") {
            self.plus_signs.push(sign.start);
        } else {
            self.eat("-");
        }
        let real = self.expect_kind(Kind::Number)?;
        if !self.at_any(&["+", "-"]) {
            return Ok(());
        }
        if self.is_imaginary(real) {
            return self.mistake(real, real, "real number required in complex literal");
        }
        self.attempt(|this| {
            this.bump();
            let imaginary = this.expect_kind(Kind::Number)?;
            if !this.is_imaginary(imaginary) {
                let message = "imaginary number required in complex literal";
                return this.mistake(imaginary, imaginary, message);
            }
            Ok(())
        })?;
        Ok(())
    }

    fn is_imaginary(&self, index: usize) -> bool {
        self.text_of(self.tokens[index]).ends_with(['j', 'J'])
    }

    /// A name that is bound, a dotted one that is compared with, or a class.
    fn name_pattern(&mut self, is_wildcard: bool) -> Step<()> {
        self.bump();
        if is_wildcard {
            return Ok(());
        }
        while self.at(".") {
            let attribute = self.attempt(|this| {
                this.bump();
                this.name()
            })?;
            if attribute.is_none() {
                return Err(Stop::Dead);
            }
        }
        if self.at("(") { self.nested(Self::class_pattern) } else { Ok(()) }
    }

    fn group_pattern(&mut self) -> Step<()> {
        self.expect("(")?;
        if self.eat(")") {
            return Ok(());
        }
        let is_star = self.maybe_star_pattern()?;
        if self.at(",") {
            self.bump();
            self.sequence_rest()?;
        } else if is_star {
            return Err(Stop::Dead);
        }
        self.expect(")").map(|_| ())
    }

    fn sequence_pattern(&mut self, close: &str) -> Step<()> {
        self.bump();
        self.sequence_rest()?;
        self.expect(close).map(|_| ())
    }

    fn sequence_rest(&mut self) -> Step<()> {
        while self.attempt(Self::maybe_star_pattern)?.is_some() && self.eat(",") {}
        Ok(())
    }

    fn mapping_pattern(&mut self) -> Step<()> {
        self.expect("{")?;
        while !self.at("}") {
            if self.at("**") {
                self.bump();
                if self.at_soft("_") {
                    return Err(Stop::Dead);
                }
                self.name()?;
                self.eat(",");
                break;
            }
            self.mapping_key()?;
            self.expect(":")?;
            self.pattern()?;
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}").map(|_| ())
    }

    fn mapping_key(&mut self) -> Step<()> {
        if !self.at_kind(Kind::Name) {
            if self.at_any(&["(", "[", "{"]) {
                return Err(Stop::Dead);
            }
            return self.closed_pattern();
        }
        self.bump();
        self.expect(".")?;
        self.name()?;
        while self.at(".") {
            self.bump();
            self.name()?;
        }
        Ok(())
    }

    fn class_pattern(&mut self) -> Step<()> {
        self.expect("(")?;
        let mut has_keyword = false;
        let mut late: Option<(usize, usize)> = None;
        while !self.at(")") {
            let start = self.position;
            // After a positional pattern, a `_` is one too, whatever follows.
            let is_wildcard =
                self.at_soft("_") && !has_keyword && self.text_of(self.tokens[start - 1]) == ",";
            if self.at_kind(Kind::Name) && self.is_ahead(1, "=") && !is_wildcard {
                if late.is_some() {
                    break;
                }
                self.bump();
                self.bump();
                self.pattern()?;
                has_keyword = true;
            } else {
                if has_keyword && !self.has_checks {
                    self.fits(Self::pattern)?;
                    return Err(Stop::Dead);
                }
                self.pattern()?;
                if has_keyword {
                    late = Some((late.map_or(start, |late| late.0), self.position - 1));
                }
            }
            if !self.eat(",") {
                break;
            }
        }
        if let Some((first, last)) = late {
            return self.mistake(first, last, "positional patterns follow keyword patterns");
        }
        self.expect(")").map(|_| ())
    }
}
