//! Expressions from the comma down to the conditional.

use super::shapes::{Part, shape};
use super::{Parser, Rule, Step, Stop};
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::lexer::{TokenFlags, TokenKind};
use crate::targets::{Mistake, SyntaxFeature};

impl<'a> Parser<'a, '_> {
    /// One or more expressions, starred or not; more than one, or a comma, make a tuple.
    pub(super) fn star_expressions(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.star_expression()?;
        self.tuple_rest(start, first, Self::star_expression)
    }

    /// The rest of a tuple without parentheses, after its first element.
    #[inline]
    pub(super) fn tuple_rest(
        &mut self,
        start: usize,
        first: &'a Expr<'a>,
        element: fn(&mut Self) -> Step<&'a Expr<'a>>,
    ) -> Step<&'a Expr<'a>> {
        if !self.at(TokenKind::Comma) {
            return Ok(first);
        }
        let elts = self.elements(first, element)?;
        Ok(self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load }))
    }

    /// The elements of a list, the first of which was read, with a comma at its end or not.
    pub(super) fn elements(
        &mut self,
        first: &'a Expr<'a>,
        element: fn(&mut Self) -> Step<&'a Expr<'a>>,
    ) -> Step<&'a [Expr<'a>]> {
        let from = self.exprs.len();
        self.exprs.push(first);
        while self.eat(TokenKind::Comma) {
            if self.ends_list() {
                break;
            }
            match self.attempt(element)? {
                Some(expr) => self.exprs.push(expr),
                None => break,
            }
        }
        Ok(self.take_exprs(from))
    }

    /// Whether the next token ends a list of expressions after a comma.
    #[inline]
    fn ends_list(&self) -> bool {
        use TokenKind::*;
        const ENDS: u128 =
            RightParen.bit() | RightBracket.bit() | RightBrace.bit() | Equal.bit() | Newline.bit();
        self.at_any(ENDS)
    }

    pub(super) fn star_expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Star) { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    pub(super) fn star_named_expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Star) { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    pub(super) fn starred(&mut self, operand: fn(&mut Self) -> Step<&'a Expr<'a>>) -> Step<&'a Expr<'a>> {
        let start = self.expect(TokenKind::Star)?;
        let value = operand(self)?;
        Ok(self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load }))
    }

    /// An expression, or a name that is given a value with `:=`.
    #[inline]
    pub(super) fn named_expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::ColonEqual {
            return self.assignment_expression();
        }
        if self.second_run {
            return self.checked_named_expression();
        }
        let start = self.position;
        let expr = self.expression()?;
        match self.at(TokenKind::ColonEqual) {
            true if self.dialect.is_lenient => self.lenient_named(start, expr),
            true => Err(Stop),
            false => Ok(expr),
        }
    }

    /// The same in the second run. The mistakes come first since the first of them is not the only
    /// one.
    #[cold]
    fn checked_named_expression(&mut self) -> Step<&'a Expr<'a>> {
        let are_mistakes_first = self.knows(Mistake::Advice);
        if are_mistakes_first {
            self.invalid_named_expression()?;
        }
        let expr = self.attempt(|this| {
            let expr = this.expression()?;
            if this.at(TokenKind::ColonEqual) { Err(Stop) } else { Ok(expr) }
        })?;
        if expr.is_none() && !are_mistakes_first {
            self.invalid_named_expression()?;
        }
        expr.ok_or(Stop)
    }

    /// `NAME := value`. The grammar's cut lets nothing else be tried after the `:=`.
    pub(super) fn assignment_expression(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.bump();
        let id = self.identifier(start)?;
        let target = self.node(start, ExprKind::Name { id, ctx: ExprContext::Store });
        self.expect(TokenKind::ColonEqual)?;
        let value = self.expression()?;
        Ok(self.node(start, ExprKind::NamedExpr { target, value }))
    }

    /// An argument or element that may be `NAME := value`, or is an expression without a `:=` after
    /// it; the mistakes of [`Self::named_expression`] are not looked for.
    pub(super) fn value(&mut self) -> Step<&'a Expr<'a>> {
        if self.second_run && !self.knows(Mistake::Advice) {
            return self.named_expression();
        }
        if self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::ColonEqual {
            return self.assignment_expression();
        }
        let expr = self.expression()?;
        if self.at(TokenKind::ColonEqual) { Err(Stop) } else { Ok(expr) }
    }

    /// An expression without commas.
    #[inline]
    pub(super) fn expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.precise {
            return self.looked_up(Rule::Expression, |this| this.nested(Self::any_expression));
        }
        if let Some(name) = self.lone_name() {
            return name;
        }
        self.nested(Self::any_expression)
    }

    /// A name with nothing after it that could belong to it: half of all expressions.
    #[inline]
    fn lone_name(&mut self) -> Option<Step<&'a Expr<'a>>> {
        use TokenKind::*;
        const ENDS: u128 = Comma.bit()
            | RightParen.bit()
            | RightBracket.bit()
            | Newline.bit()
            | Colon.bit()
            | Equal.bit()
            | RightBrace.bit();
        if !self.at(Name) || !self.kind_ahead(1).is_in(ENDS) {
            return Option::None;
        }
        Some(self.name_expression(ExprContext::Load))
    }

    #[inline]
    pub(super) fn name_expression(&mut self, ctx: ExprContext) -> Step<&'a Expr<'a>> {
        let token = self.take_token();
        let id = self.identifier_of(token)?;
        Ok(self.node_at(token.location(), ExprKind::Name { id, ctx }))
    }

    fn any_expression(&mut self) -> Step<&'a Expr<'a>> {
        if self.second_run && self.knows(Mistake::Advice) {
            self.expression_mistakes()?;
        }
        if self.at(TokenKind::Lambda) { self.nested(Self::lambda) } else { self.conditional() }
    }

    /// CPython: `if_expression` and the alternative after it
    #[inline]
    pub(super) fn conditional(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let body = self.disjunction()?;
        self.conditional_rest(start, body)
    }

    /// `if test else orelse` after a body, or nothing.
    #[inline]
    pub(super) fn conditional_rest(&mut self, start: usize, body: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::If) { self.if_else(start, body) } else { Ok(body) }
    }

    #[inline(never)]
    fn if_else(&mut self, start: usize, body: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        let rest = self.after(TokenKind::If, |this| {
            let test = this.disjunction()?;
            this.expect(TokenKind::Else)?;
            // The rule `if_expression` of these versions calls `expression`.
            let orelse = match this.knows(Mistake::UnpackedConditional) {
                true => this.nested(Self::expression)?,
                false => this.expression()?,
            };
            Ok((test, orelse))
        })?;
        let Some((test, orelse)) = rest else { return Ok(body) };
        let kind = ExprKind::IfExp(self.arena.alloc(IfExp { test, body, orelse }));
        Ok(self.node(start, kind))
    }

    fn lambda(&mut self) -> Step<&'a Expr<'a>> {
        self.lambda_with(Self::expression)
    }

    #[inline(never)]
    pub(super) fn lambda_with(
        &mut self,
        parse_body: fn(&mut Self) -> Step<&'a Expr<'a>>,
    ) -> Step<&'a Expr<'a>> {
        let start = self.expect(TokenKind::Lambda)?;
        let id = self.node_id();
        let args = self.lambda_parameters()?;
        self.expect(TokenKind::Colon)?;
        let body = parse_body(self)?;
        Ok(self.node(start, ExprKind::Lambda(self.arena.alloc(Lambda { id, args, body }))))
    }

    pub(super) fn yield_expression(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.expect(TokenKind::Yield)?;
        if let Some(value) = self.after(TokenKind::From, Self::expression)? {
            return Ok(self.node(start, ExprKind::YieldFrom(value)));
        }
        let value = self.attempt(Self::star_expressions)?;
        Ok(self.node(start, ExprKind::Yield(value)))
    }

    /// An iterable or an operand that some versions take no starred expressions in, unless they are
    /// in parentheses.
    pub(super) fn maybe_starred(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        if !self.dialect.has(SyntaxFeature::UnparenthesizedUnpack) {
            return self.expressions();
        }
        let value = self.star_expressions()?;
        if let ExprKind::Tuple { elts, .. } = value.kind
            && elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. }))
        {
            self.allows(SyntaxFeature::UnparenthesizedUnpack, start);
        }
        Ok(value)
    }

    /// CPython: `expressions` (3.9–)
    pub(super) fn expressions(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let first = self.expression()?;
        self.tuple_rest(start, first, Self::expression)
    }

    /// CPython: `annotated_rhs`
    pub(super) fn assigned_value(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::Yield) { self.yield_expression() } else { self.star_expressions() }
    }

    /// The `invalid_` alternatives of `expression`.
    #[cold]
    fn expression_mistakes(&mut self) -> Step<()> {
        if self.knows(Mistake::UnpackedConditional) {
            self.invalid_if_expression()?;
        }
        self.invalid_expression()?;
        self.invalid_legacy_expression()
    }

    /// `a if b else *c`.
    ///
    /// CPython: `invalid_if_expression` (3.15–)
    fn invalid_if_expression(&mut self) -> Step<()> {
        let message = "cannot unpack only part of a conditional expression";
        self.report(shape![disjunction "if" disjunction "else" "*"], 4..=4, message)?;
        let message = "cannot use dict unpacking on only part of a conditional expression";
        self.report(shape![disjunction "if" disjunction "else" "**"], 4..=4, message)
    }

    /// Two expressions side by side, and conditionals that are cut short.
    ///
    /// CPython: `invalid_expression` (3.10–)
    fn invalid_expression(&mut self) -> Step<()> {
        if self.knows(Mistake::StringSplitByExpression) {
            self.invalid_split_string()?;
        }
        if self.invalid_neighbours()? {
            return Ok(());
        }
        self.invalid_conditional()?;
        self.invalid_lambda_in_field()
    }

    /// `"a" b "c"`.
    fn invalid_split_string(&mut self) -> Step<()> {
        let between = Part::Parse(|this: &mut Self| {
            let first = this.expression_between_strings()?;
            let mut location = first.location;
            this.repeat(|this| {
                location = location.to_end_of(this.expression_between_strings()?.location);
                Ok(())
            })?;
            Ok(this.node_at(location, first.kind))
        });
        let message = "invalid syntax. Is this intended to be part of the string?";
        self.report(shape!["STRING" {between} "STRING"], 1..=1, message)
    }

    fn expression_between_strings(&mut self) -> Step<&'a Expr<'a>> {
        if self.at(TokenKind::String) {
            return Err(Stop);
        }
        self.expression_without_invalid()
    }

    /// CPython: `expression_without_invalid`
    fn expression_without_invalid(&mut self) -> Step<&'a Expr<'a>> {
        self.without_mistakes(|this| match this.at(TokenKind::Lambda) {
            true => this.lambda(),
            false => this.conditional(),
        })
    }

    /// `a b`, in brackets. Outside of them the rule ends here without a mistake, and true is returned.
    fn invalid_neighbours(&mut self) -> Step<bool> {
        let is_prefixed = self.at(TokenKind::Name) && self.kind_ahead(1) == TokenKind::String;
        if is_prefixed {
            self.farthest = self.farthest.max(self.position + 1);
        }
        if is_prefixed || self.at_soft_keyword() {
            return Ok(false);
        }
        let found = self.fits(|this| {
            let left = this.disjunction()?;
            let right = this.expression_without_invalid()?;
            Ok((left, right, this.tokens[this.position - 1].level))
        })?;
        let Some((left, right, level)) = found else { return Ok(false) };
        if level == 0 || self.is_legacy_statement(left) {
            return Ok(true);
        }
        let message = "invalid syntax. Perhaps you forgot a comma?";
        let place = left.location;
        if self.knows(Mistake::MissingCommaOnLastLine) && place.end_lineno > place.lineno {
            let location = Location { lineno: place.end_lineno, ..place };
            return self.mistake_at(self.within_line(location), message);
        }
        self.mistake_between(place, right.location, message)
    }

    /// A start column is not beyond the end of its line, whose newline counts if the tokenizer has
    /// read no further line.
    fn within_line(&self, location: Location) -> Location {
        let line = self.text.split('\n').nth(location.lineno as usize - 1).unwrap_or_default();
        let is_last_read = self.line_of(self.farthest()) == location.lineno;
        let end = line.len() as i32 + i32::from(is_last_read);
        Location { col_offset: location.col_offset.min(end), ..location }
    }

    fn at_soft_keyword(&self) -> bool {
        let word = if self.at(TokenKind::Name) { self.text_of(self.position) } else { return false };
        if !self.knows(Mistake::WholeSoftKeywords) {
            // These releases compare no further than the word is long.
            let is_start = ["_", "case", "match"].iter().any(|keyword| keyword.starts_with(word));
            return is_start || "type".starts_with(word) && self.dialect.has(SyntaxFeature::TypeAlias);
        }
        matches!(word, "_" | "case" | "match" | "type")
            || word == "lazy" && self.dialect.has(SyntaxFeature::LazyImport)
    }

    /// `a if b`, `a if b else pass`, `pass if a else b`.
    fn invalid_conditional(&mut self) -> Step<()> {
        let message = "expected 'else' after 'if' expression";
        self.report(shape![disjunction "if" disjunction (! "else" ":")], 0..=2, message)?;
        if !self.knows(Mistake::StatementInConditional) {
            return Ok(());
        }
        let orelse = self.fits(|this| {
            this.disjunction()?;
            this.expect(TokenKind::If)?;
            this.disjunction()?;
            this.expect(TokenKind::Else)?;
            if this.fits(Self::expression)?.is_some() { Err(Stop) } else { Ok(this.position) }
        })?;
        if let Some(orelse) = orelse {
            self.position = orelse;
            return self.mistake_next("expected expression after 'else', but statement is given");
        }
        let message = "expected expression before 'if', but statement is given";
        let shape = shape![("pass" "break" "continue") "if" disjunction "else" [simple_statement]];
        self.report(shape, 0..=0, message)
    }

    /// `f"{lambda x:...}"`: the colon begins a format spec.
    fn invalid_lambda_in_field(&mut self) -> Step<()> {
        let start = self.position;
        self.report_with(shape!["lambda" [lambda_parameters] ":" (& "FSTRING_MIDDLE")], 0..=2, |this, _| {
            let name = this.string_name_at(start);
            format!("{name}: lambda expressions are not allowed without parentheses")
        })
    }

    /// `print a`.
    ///
    /// CPython: `invalid_legacy_expression` (3.10–)
    fn invalid_legacy_expression(&mut self) -> Step<()> {
        let start = self.position;
        if !self.at(TokenKind::Name) {
            return Ok(());
        }
        let found = self.find(shape!["NAME" (! "(") star_expressions])?;
        let name = self.text_of(start);
        if !matches!(name, "print" | "exec") {
            return Ok(());
        }
        let message = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
        found.map_or(Ok(()), |found| self.mistake_at(found.range(0..=2), message))
    }

    /// `print` and `exec`, which were statements once.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_check_legacy_stmt` (3.10–)
    fn is_legacy_statement(&self, expr: &Expr<'a>) -> bool {
        match expr.kind {
            ExprKind::Name { id, .. } => matches!(self.interner.text(id), "print" | "exec"),
            _ => false,
        }
    }

    /// `a.b := c`, and `=` where `==` or `:=` was meant.
    ///
    /// CPython: `invalid_named_expression` (3.10–)
    #[cold]
    pub(super) fn invalid_named_expression(&mut self) -> Step<()> {
        let find = Self::find_named_expression_mistake;
        self.fits(|this| this.unless_failed(Rule::NamedExpressionMistakes, find)).map(drop)
    }

    /// Fits never: so what is remembered is that the mistake was looked for.
    fn find_named_expression_mistake(&mut self) -> Step<()> {
        self.report_with(shape![expression ":=" expression], 0..=0, |this, found| {
            format!("cannot use assignment expressions with {}", this.describe(found.expr(0)))
        })?;
        if !self.knows(Mistake::Advice) {
            return Err(Stop);
        }
        let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
        self.report(shape!["NAME" "=" bitwise_or (! "=" ":=")], 0..=2, message)?;
        if self.starts_with_display_or_constant()? {
            return Err(Stop);
        }
        let shape = shape![bitwise_or "=" bitwise_or (! "=" ":=")];
        self.report_with(shape, 0..=0, |this, found| this.meant_comparison(found.expr(0)))?;
        Err(Stop)
    }

    /// Whether a list, a tuple, a generator expression or a constant comes first, for which no `==`
    /// is expected.
    fn starts_with_display_or_constant(&mut self) -> Step<bool> {
        use TokenKind::*;
        if self.at_any(True.bit() | None.bit() | False.bit()) {
            return Ok(true);
        }
        if !self.at_any(LeftParen.bit() | LeftBracket.bit()) {
            return Ok(false);
        }
        let start = self.range(self.position, self.position);
        let atom = self.fits(Self::atom)?;
        Ok(atom.is_some_and(|atom| {
            let is_display = matches!(
                atom.kind,
                ExprKind::List { .. } | ExprKind::Tuple { .. } | ExprKind::GeneratorExp(_)
            );
            // In a group, the atom's location is that of what is inside.
            is_display && (atom.location.lineno, atom.location.col_offset) == (start.lineno, start.col_offset)
        }))
    }

    /// What messages call the string whose field has the token.
    pub(super) fn string_name_at(&self, index: usize) -> &'static str {
        let mut open = 0;
        for token in self.tokens[..index].iter().rev() {
            match token.kind {
                TokenKind::FStringEnd => open += 1,
                TokenKind::FStringStart if open == 0 => {
                    return if token.flags.has(TokenFlags::TEMPLATE) { "t-string" } else { "f-string" };
                }
                TokenKind::FStringStart => open -= 1,
                _ => {}
            }
        }
        "f-string"
    }
}
