//! Expressions from the comma down to the operand.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{Expr, ExprKind};
use crate::syntax::diagnose::token::Kind;

impl Parser<'_> {
    /// One or more expressions or starred ones; more than one, or a comma, make a tuple.
    pub(super) fn star_expressions(&mut self) -> Step<Expr> {
        let start = self.position;
        let first = self.star_expression()?;
        self.tuple_rest(start, first, Self::star_expression)
    }

    /// The rest of a tuple without parentheses.
    pub(super) fn tuple_rest(
        &mut self,
        start: usize,
        first: Expr,
        element: fn(&mut Self) -> Step<Expr>,
    ) -> Step<Expr> {
        if !self.at(",") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(",") {
            match self.attempt(element)? {
                Some(part) => parts.push(part),
                None => break,
            }
        }
        Ok(Expr::new(ExprKind::Tuple, start, self.position).with_parts(parts))
    }

    pub(super) fn star_expression(&mut self) -> Step<Expr> {
        if self.at("*") { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    pub(super) fn star_named_expression(&mut self) -> Step<Expr> {
        if self.at("*") { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    pub(super) fn starred(&mut self, operand: fn(&mut Self) -> Step<Expr>) -> Step<Expr> {
        let start = self.expect("*")?;
        let value = operand(self)?;
        Ok(Expr::new(ExprKind::Starred, start, self.position).with_parts(vec![value]))
    }

    /// An expression, or a name that is given a value with `:=`.
    pub(super) fn named_expression(&mut self) -> Step<Expr> {
        if let Some(expr) = self.assignment_expression()? {
            return Ok(expr);
        }
        let start = self.position;
        let expr = self.expression()?;
        self.named_rest(start, expr)
    }

    /// What must not follow an expression where `:=` could have been meant.
    pub(super) fn named_rest(&mut self, start: usize, expr: Expr) -> Step<Expr> {
        if self.has_checks {
            self.check_named(start, &expr)?;
        }
        if self.at(":=") { Err(Stop::Dead) } else { Ok(expr) }
    }

    pub(super) fn assignment_expression(&mut self) -> Step<Option<Expr>> {
        if !(self.at_kind(Kind::Name) && self.is_ahead(1, ":=")) {
            return Ok(None);
        }
        let start = self.bump();
        self.bump();
        self.expression()?;
        Ok(Some(Expr::new(ExprKind::Named, start, self.position)))
    }

    fn check_named(&mut self, start: usize, expr: &Expr) -> Step<()> {
        if self.at(":=") {
            let fits = self.fits(|this| {
                this.bump();
                this.expression()
            })?;
            if fits.is_some() {
                let description = expr.description();
                let message = format!("cannot use assignment expressions with {description}");
                return self.mistake_in(expr, message);
            }
        }
        let is_parenthesized = expr.end < self.position;
        if !self.at("=") || !(expr.is_bitwise() || is_parenthesized) {
            return Ok(());
        }
        let is_name = expr.kind == ExprKind::Name && !is_parenthesized;
        if !is_name && self.starts_with_display(start)? {
            return Ok(());
        }
        let value = self.fits(|this| {
            this.bump();
            let value = this.bitwise_or()?;
            if this.at_any(&["=", ":="]) { Err(Stop::Dead) } else { Ok(value) }
        })?;
        let Some(value) = value else { return Ok(()) };
        if is_name {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return self.mistake_between(expr, &value, message);
        }
        let description = expr.description();
        let message = format!("cannot assign to {description} here. Maybe you meant '==' instead of '='?");
        self.mistake_in(expr, message)
    }

    /// Whether the first operand is a list, a tuple, a generator expression or a constant, of which no `==` is expected.
    fn starts_with_display(&mut self, start: usize) -> Step<bool> {
        let position = std::mem::replace(&mut self.position, start);
        let atom = if self.at_any(&["(", "[", "True", "None", "False"]) {
            self.fits_as_it_is(Self::atom)?
        } else {
            None
        };
        self.position = position;
        use ExprKind::{False, Generator, List, None as NoneLiteral, True, Tuple};
        Ok(atom.is_some_and(|atom| {
            atom.start == start && matches!(atom.kind, List | Tuple | Generator | True | False | NoneLiteral)
        }))
    }

    /// An expression without commas.
    pub(super) fn expression(&mut self) -> Step<Expr> {
        self.nested(Self::expression_unnested)
    }

    fn expression_unnested(&mut self) -> Step<Expr> {
        if self.at("lambda") {
            return self.lambda();
        }
        let start = self.position;
        let test = self.attempt(Self::disjunction)?;
        if self.has_checks {
            if let Some(test) = &test {
                self.check_comma(start, test)?;
                self.check_else(test)?;
            }
            self.check_legacy_call(start)?;
        }
        let body = test.ok_or(Stop::Dead)?;
        if !self.at("if") {
            return Ok(body);
        }
        let orelse = self.attempt(|this| {
            this.bump();
            this.disjunction()?;
            this.expect("else")?;
            this.expression()
        })?;
        Ok(match orelse {
            Some(_) => Expr::new(ExprKind::Conditional, start, self.position),
            None => body,
        })
    }

    /// Two expressions side by side, in brackets.
    fn check_comma(&mut self, start: usize, left: &Expr) -> Step<()> {
        let first = self.tokens[start];
        let is_prefix = first.kind == Kind::Name && self.tokens[start + 1].kind == Kind::String;
        if is_prefix || self.is_soft_keyword(first) {
            return Ok(());
        }
        // What has been read without an eye on mistakes is not read again.
        self.read_before.insert(self.position);
        let right = self.fits_as_it_is(|this| {
            let right = this.expression()?;
            Ok((right, this.tokens[this.position - 1].level))
        })?;
        match right {
            Some((right, level)) if level > 0 && !self.is_legacy_statement(left) => {
                self.mistake_between(left, &right, "invalid syntax. Perhaps you forgot a comma?")
            }
            _ => Ok(()),
        }
    }

    fn check_else(&mut self, body: &Expr) -> Step<()> {
        if !self.at("if") {
            return Ok(());
        }
        let test = self.fits(|this| {
            this.bump();
            let test = this.disjunction()?;
            if this.at_any(&["else", ":"]) { Err(Stop::Dead) } else { Ok(test) }
        })?;
        match test {
            Some(test) => self.mistake_between(body, &test, "expected 'else' after 'if' expression"),
            None => Ok(()),
        }
    }

    /// `print` and `exec`, which were statements once.
    fn is_legacy_statement(&self, expr: &Expr) -> bool {
        expr.kind == ExprKind::Name && matches!(self.text_of(self.tokens[expr.start]), "print" | "exec")
    }

    fn check_legacy_call(&mut self, start: usize) -> Step<()> {
        let first = self.tokens[start];
        // What follows any name is looked at, but never twice.
        if first.kind != Kind::Name || !self.looked_after.insert(start) {
            return Ok(());
        }
        let position = std::mem::replace(&mut self.position, start + 1);
        let arguments = if self.at("(") { None } else { self.fits(Self::star_expressions)? };
        self.position = position;
        let Some(arguments) = arguments else { return Ok(()) };
        let name = self.text_of(first);
        if !matches!(name, "print" | "exec") {
            return Ok(());
        }
        let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
        self.mistake(start, arguments.end - 1, message)
    }

    fn lambda(&mut self) -> Step<Expr> {
        let start = self.expect("lambda")?;
        self.lambda_parameters()?;
        let colon = self.expect(":")?;
        if self.has_checks && self.at_kind(Kind::FStringMiddle) {
            let message = "f-string: lambda expressions are not allowed without parentheses";
            return self.mistake(start, colon, message);
        }
        self.expression()?;
        Ok(Expr::new(ExprKind::Lambda, start, self.position))
    }

    pub(super) fn disjunction(&mut self) -> Step<Expr> {
        let has_checks = self.has_checks;
        self.has_checks &= !self.read_before.contains(&self.position);
        let result = self.boolean("or", |this| this.boolean("and", Self::inversion));
        self.has_checks = has_checks;
        result
    }

    fn boolean(&mut self, operator: &str, operand: fn(&mut Self) -> Step<Expr>) -> Step<Expr> {
        let start = self.position;
        let mut left = operand(self)?;
        while self.at(operator) {
            let right = self.attempt(|this| {
                this.bump();
                operand(this)
            })?;
            if right.is_none() {
                break;
            }
            left = Expr::new(ExprKind::Boolean, start, self.position);
        }
        Ok(left)
    }

    fn inversion(&mut self) -> Step<Expr> {
        if !self.at("not") {
            return self.comparison();
        }
        let start = self.bump();
        self.nested(Self::inversion)?;
        Ok(Expr::new(ExprKind::Boolean, start, self.position))
    }

    fn comparison(&mut self) -> Step<Expr> {
        let start = self.position;
        let left = self.bitwise_or()?;
        let mut result = None;
        while let Some(is_in) = self.attempt(Self::comparison_rest)? {
            // The first operator is what counts.
            let kind = if is_in { ExprKind::Membership } else { ExprKind::Comparison };
            result = result.or(Some(kind));
        }
        Ok(match result {
            Some(kind) => Expr::new(kind, start, self.position).with_parts(vec![left]),
            None => left,
        })
    }

    /// An operator and what it compares with; whether it is an `in`.
    fn comparison_rest(&mut self) -> Step<bool> {
        let is_in = self.at("in");
        if self.at("not") {
            self.bump();
            self.expect("in")?;
        } else if self.at("is") {
            self.bump();
            let negated = self.attempt(|this| {
                this.expect("not")?;
                this.bitwise_or()
            })?;
            if negated.is_some() {
                return Ok(false);
            }
        } else if self.at_any(&["==", "!=", "<", "<=", ">", ">=", "in"]) {
            self.bump();
        } else {
            return Err(Stop::Dead);
        }
        self.bitwise_or().map(|_| is_in)
    }

    pub(super) fn bitwise_or(&mut self) -> Step<Expr> {
        self.binary(1)
    }

    /// Operations whose operators bind at least as tightly as `minimum`.
    fn binary(&mut self, minimum: u8) -> Step<Expr> {
        let start = self.position;
        let mut left = self.unary()?;
        while let Some(tightness) = self.operator_tightness().filter(|&tightness| tightness >= minimum) {
            let right = self.attempt(|this| {
                this.bump();
                this.nested(|this| this.binary(tightness + 1))
            })?;
            if right.is_none() {
                break;
            }
            left = Expr::new(ExprKind::Operation, start, self.position);
        }
        Ok(left)
    }

    fn operator_tightness(&mut self) -> Option<u8> {
        let token = self.token();
        if token.kind != Kind::Operator {
            return None;
        }
        Some(match self.text_of(token) {
            "|" => 1,
            "^" => 2,
            "&" => 3,
            "<<" | ">>" => 4,
            "+" | "-" => 5,
            "*" | "/" | "//" | "%" | "@" => 6,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Step<Expr> {
        let start = self.position;
        if self.at_any(&["+", "-", "~"]) {
            self.bump();
            self.nested(Self::unary)?;
            return Ok(Expr::new(ExprKind::Operation, start, self.position));
        }
        let base = self.await_primary()?;
        if !self.at("**") {
            return Ok(base);
        }
        let exponent = self.attempt(|this| {
            this.bump();
            this.nested(Self::unary)
        })?;
        Ok(match exponent {
            Some(_) => Expr::new(ExprKind::Operation, start, self.position),
            None => base,
        })
    }

    fn await_primary(&mut self) -> Step<Expr> {
        if !self.at("await") {
            return self.primary();
        }
        let start = self.bump();
        self.primary()?;
        Ok(Expr::new(ExprKind::Await, start, self.position))
    }

    /// An operand with attributes, calls and subscripts.
    ///
    /// Brackets are within these, so that nothing is read over and over as long as these are not.
    pub(super) fn primary(&mut self) -> Step<Expr> {
        let key = (self.position, self.has_checks);
        if let Some(known) = self.primaries.get(&key) {
            let (expr, end) = known.clone().ok_or(Stop::Dead)?;
            self.position = end;
            return Ok(expr);
        }
        let result = self.primary_unread();
        match &result {
            Ok(expr) if self.position > key.0 + 1 || self.at_any(&["(", "["]) => {
                self.primaries.insert(key, Some((expr.clone(), self.position)));
            }
            Err(Stop::Dead) => {
                self.primaries.insert(key, None);
            }
            _ => {}
        }
        result
    }

    fn primary_unread(&mut self) -> Step<Expr> {
        let start = self.position;
        let mut expr = self.atom()?;
        loop {
            let kind = if self.at(".") {
                self.attempt(|this| {
                    this.bump();
                    this.name()
                })?
                .map(|_| ExprKind::Attribute)
            } else if self.at("(") {
                self.attempt(Self::call_arguments)?.map(|()| ExprKind::Call)
            } else if self.at("[") {
                self.attempt(Self::subscript)?.map(|()| ExprKind::Subscript)
            } else {
                None
            };
            match kind {
                Some(kind) => expr = Expr::new(kind, start, self.position),
                None => return Ok(expr),
            }
        }
    }

    fn subscript(&mut self) -> Step<()> {
        self.nested(|this| {
            this.expect("[")?;
            this.slice()?;
            while this.eat(",") {
                if this.attempt(Self::slice)?.is_none() {
                    break;
                }
            }
            this.expect("]").map(|_| ())
        })
    }

    fn slice(&mut self) -> Step<()> {
        self.check_starred_assignment()?;
        if self.at("*") {
            return self.starred(Self::expression).map(|_| ());
        }
        let start = self.position;
        let first = if self.at(":") { None } else { Some(self.slice_bound()?) };
        if !self.at(":") {
            return match first {
                Some(expr) => self.named_rest(start, expr).map(|_| ()),
                None => Err(Stop::Dead),
            };
        }
        self.bump();
        self.attempt(Self::expression)?;
        if self.eat(":") {
            self.attempt(Self::expression)?;
        }
        Ok(())
    }

    fn slice_bound(&mut self) -> Step<Expr> {
        match self.assignment_expression()? {
            Some(expr) => Ok(expr),
            None => self.expression(),
        }
    }

    pub(super) fn yield_expr(&mut self) -> Step<Expr> {
        let start = self.expect("yield")?;
        if self.at("from") {
            let value = self.attempt(|this| {
                this.bump();
                this.expression()
            })?;
            if value.is_some() {
                return Ok(Expr::new(ExprKind::Yield, start, self.position));
            }
        }
        self.attempt(Self::star_expressions)?;
        Ok(Expr::new(ExprKind::Yield, start, self.position))
    }
}
