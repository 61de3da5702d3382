//! Names, literals, and what stands in brackets.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{Expr, ExprKind};
use crate::syntax::diagnose::token::Kind;
use crate::syntax::escapes;
use crate::targets::SyntaxFeature;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Step<Expr> {
        let token = self.token();
        let kind = match (token.kind, self.text_of(token)) {
            (Kind::Name, _) => ExprKind::Name,
            (Kind::Number, _) => ExprKind::Literal,
            (Kind::String | Kind::FStringStart, _) => return self.strings(),
            (Kind::Keyword, "None") => ExprKind::None,
            (Kind::Keyword, "True") => ExprKind::True,
            (Kind::Keyword, "False") => ExprKind::False,
            (Kind::Operator, "...") => ExprKind::Ellipsis,
            (Kind::Operator, "(") => return self.nested(Self::parentheses),
            (Kind::Operator, "[") => return self.nested(Self::list),
            (Kind::Operator, "{") => return self.nested(Self::braces),
            _ => return Err(Stop::Dead),
        };
        let start = self.bump();
        Ok(Expr::new(kind, start, start + 1))
    }

    /// Strings side by side.
    fn strings(&mut self) -> Step<Expr> {
        let start = self.position;
        let mut literals = Vec::new();
        let mut is_format = false;
        loop {
            if self.at_kind(Kind::String) {
                let literal = self.bump();
                self.check_literal(literal)?;
                literals.push((literal, false));
            } else if self.at_kind(Kind::FStringStart) {
                let first = self.position;
                self.fstring()?;
                literals.push((first, true));
                is_format = true;
            } else if self.at_kind(Kind::Fault) {
                return Err(Stop::Dead);
            } else {
                break;
            }
        }
        self.check_literals(&literals)?;
        let kind = if is_format { ExprKind::FString } else { ExprKind::Literal };
        Ok(Expr::new(kind, start, self.position))
    }

    /// Bytes are not next to text.
    fn check_literals(&mut self, literals: &[(usize, bool)]) -> Step<()> {
        let is_bytes = |this: &Self, &(index, is_format): &(usize, bool)| {
            !is_format && prefix(this.text_of(this.tokens[index])).contains(['b', 'B'])
        };
        let bytes = literals.iter().filter(|literal| is_bytes(self, literal)).count();
        if bytes > 0 && bytes < literals.len() {
            return self.mistake_here("cannot mix bytes and nonbytes literals");
        }
        Ok(())
    }

    fn check_literal(&self, index: usize) -> Step<()> {
        let text = self.text_of(self.tokens[index]);
        let prefix = prefix(text);
        let quoted = &text[prefix.len()..];
        let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
        let quote_size = if is_triple { 3 } else { 1 };
        let content = &quoted[quote_size..quoted.len() - quote_size];
        let is_raw = prefix.contains(['r', 'R']);
        let result = if prefix.contains(['b', 'B']) {
            if !content.is_ascii() {
                let message = "bytes can only contain ASCII literal characters";
                return self.mistake(index, index, message);
            }
            match is_raw {
                true => Ok(()),
                false => escapes::decode_bytes(&bumpalo::Bump::new(), content.as_bytes()).map(|_| ()),
            }
        } else if is_raw || !content.contains('\\') {
            Ok(())
        } else {
            escapes::decode_str(&bumpalo::Bump::new(), content).map(|_| ())
        };
        match result {
            Ok(()) => Ok(()),
            Err(message) => self.mistake(index, index, message),
        }
    }

    /// A tuple, a generator expression or a single expression.
    fn parentheses(&mut self) -> Step<Expr> {
        let start = self.expect("(")?;
        if self.eat(")") {
            return Ok(Expr::new(ExprKind::Tuple, start, self.position));
        }
        if self.at("yield") {
            let inner = self.yield_expr()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.has_checks && self.at("**") {
            self.check_double_starred_group()?;
        }
        if self.has_checks && self.at("*") {
            self.check_starred_group()?;
        }
        self.check_starred_assignment()?;
        let first = self.star_named_expression()?;
        if self.at_any(&["for", "async"]) {
            return self.comprehension(ExprKind::Generator, start, first, ")");
        }
        if self.at(",") {
            let parts = self.elements(first)?;
            self.expect(")")?;
            return Ok(Expr::new(ExprKind::Tuple, start, self.position).with_parts(parts));
        }
        if self.text_of(self.tokens[start + 1]) == "*" {
            return Err(Stop::Dead);
        }
        self.expect(")")?;
        Ok(first)
    }

    fn check_starred_group(&mut self) -> Step<()> {
        let inner = self.fits(|this| {
            let inner = this.starred(Self::expression)?;
            this.expect(")")?;
            Ok(inner)
        })?;
        match inner {
            Some(inner) => self.mistake_in(&inner, "cannot use starred expression here"),
            None => Ok(()),
        }
    }

    fn check_double_starred_group(&mut self) -> Step<()> {
        let stars = self.position;
        let fits = self.fits(|this| {
            this.bump();
            this.expression()?;
            this.expect(")")
        })?;
        match fits {
            Some(_) => self.mistake(stars, stars, "cannot use double starred expression here"),
            None => Ok(()),
        }
    }

    fn elements(&mut self, first: Expr) -> Step<Vec<Expr>> {
        let mut parts = vec![first];
        while self.eat(",") {
            match self.attempt(Self::star_named_expression)? {
                Some(part) => parts.push(part),
                None => break,
            }
        }
        Ok(parts)
    }

    fn list(&mut self) -> Step<Expr> {
        let start = self.expect("[")?;
        if self.eat("]") {
            return Ok(Expr::new(ExprKind::List, start, self.position));
        }
        self.check_starred_assignment()?;
        let first = self.star_named_expression()?;
        if self.at_any(&["for", "async"]) {
            return self.comprehension(ExprKind::ListComp, start, first, "]");
        }
        let parts = self.elements(first)?;
        self.check_comprehension_target(&parts)?;
        self.expect("]")?;
        Ok(Expr::new(ExprKind::List, start, self.position).with_parts(parts))
    }

    /// `[x, y for ...]`: a tuple to be made must be in parentheses.
    fn check_comprehension_target(&mut self, parts: &[Expr]) -> Step<()> {
        let [first, .., last] = parts else {
            return match parts {
                [only] => self.check_comprehension_comma(only),
                _ => Ok(()),
            };
        };
        if self.has_checks && self.at_any(&["for", "async"]) && self.fits(Self::for_if_clauses)?.is_some() {
            let message = "did you forget parentheses around the comprehension target?";
            // The last comma, if it ends the elements, belongs to them.
            let end = last.end.max(self.position);
            return self.mistake(first.start, end - 1, message);
        }
        Ok(())
    }

    fn check_comprehension_comma(&mut self, only: &Expr) -> Step<()> {
        let follows_comma = self.text_of(self.tokens[self.position - 1]) == ",";
        let is_loop = self.has_checks && follows_comma && self.at_any(&["for", "async"]);
        if is_loop && self.fits(Self::for_if_clauses)?.is_some() {
            let message = "did you forget parentheses around the comprehension target?";
            return self.mistake(only.start, self.position - 1, message);
        }
        Ok(())
    }

    /// A dict, a set, or a comprehension of one.
    fn braces(&mut self) -> Step<Expr> {
        let start = self.expect("{")?;
        if self.eat("}") {
            return Ok(Expr::new(ExprKind::Dict, start, self.position));
        }
        if self.at("**") {
            return self.dict(start);
        }
        if !self.at("*") {
            let first_position = self.position;
            let key = match self.assignment_expression()? {
                Some(expr) => expr,
                None => self.expression()?,
            };
            if key.kind != ExprKind::Named && self.at(":") {
                self.position = first_position;
                return self.dict(start);
            }
            let first = if key.kind == ExprKind::Named { key } else { self.named_rest(first_position, key)? };
            return self.set(start, first);
        }
        self.check_starred_assignment()?;
        let first = self.star_named_expression()?;
        self.set(start, first)
    }

    fn set(&mut self, start: usize, first: Expr) -> Step<Expr> {
        if self.at_any(&["for", "async"]) {
            return self.comprehension(ExprKind::SetComp, start, first, "}");
        }
        let parts = self.elements(first)?;
        self.check_comprehension_target(&parts)?;
        self.expect("}")?;
        Ok(Expr::new(ExprKind::Set, start, self.position))
    }

    fn dict(&mut self, start: usize) -> Step<Expr> {
        let mut count = 0;
        loop {
            let is_pair = !self.at("**");
            if self.attempt(|this| this.dict_item(count))?.is_none() {
                break;
            }
            count += 1;
            if count == 1 && self.at_any(&["for", "async"]) {
                return self.dict_comprehension(start, is_pair);
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expr::new(ExprKind::Dict, start, self.position))
    }

    fn dict_comprehension(&mut self, start: usize, is_pair: bool) -> Step<Expr> {
        if is_pair || self.grammar.has(SyntaxFeature::UnpackingInComprehension) {
            self.for_if_clauses()?;
            self.expect("}")?;
            return Ok(Expr::new(ExprKind::DictComp, start, self.position));
        }
        if self.has_checks {
            let fits = self.fits(|this| {
                this.for_if_clauses()?;
                this.expect("}")
            })?;
            if fits.is_some() {
                let message = "dict unpacking cannot be used in dict comprehension";
                return self.mistake(start + 1, start + 1, message);
            }
        }
        Err(Stop::Dead)
    }

    fn dict_item(&mut self, count: usize) -> Step<()> {
        if self.eat("**") {
            return self.bitwise_or().map(|_| ());
        }
        let key = self.expression()?;
        if !self.at(":") {
            return self.missing_colon(&key, count);
        }
        let colon = self.bump();
        if self.at("*") {
            let star = self.position;
            if self.fits(|this| this.starred(Self::bitwise_or))?.is_some() {
                let message = "cannot use a starred expression in a dictionary value";
                return self.mistake(star, star, message);
            }
        }
        if self.at_any(&["}", ","]) {
            let message = "expression expected after dictionary key and ':'";
            return self.mistake(colon, colon, message);
        }
        self.expression().map(|_| ())
    }

    /// A key of a dict without a value, after others that have one.
    fn missing_colon(&mut self, key: &Expr, count: usize) -> Step<()> {
        if count == 0 || self.at_kind(Kind::Fault) {
            return Err(Stop::Dead);
        }
        let last = self.tokens[key.end - 1].end;
        let (line, _) = self.places.position(self.tokens[key.start].start);
        let column = self.places.position(last).1 - 1;
        let location = crate::source::Location::new(line, line, column, column + 1);
        let message = "':' expected after dictionary key";
        Err(Stop::Fault(Box::new(crate::diagnostic::Diagnostic::syntax_error(location, message))))
    }
}

/// What stands before the quote.
fn prefix(literal: &str) -> &str {
    literal.split(['"', '\'']).next().unwrap_or_default()
}
