//! What a grammar that is read one token ahead has to let pass, and is refused when the whole text
//! has been read.
//!
//! Such a grammar cannot tell an expression from a target, or a keyword from an argument: it takes
//! any expression for both. CPython looks at what was taken when it makes the tree. So an error of
//! the grammar is reported even if such a fault comes before it.
//!
//! | source | the grammar's rule | refused later |
//! |---|---|---|
//! | `f() = 1` | `testlist_star_expr '=' testlist_star_expr` | cannot assign to function call |
//! | `f(a.b=1)` | `argument: test '=' test` | expression cannot contain assignment |
//! | `f(a=1, b)` | `arglist: argument (',' argument)*` | positional argument follows keyword argument |
//! | `(*a), b` | `testlist_comp: (namedexpr_test \| star_expr) ...` | nothing: it is valid |
//!
//! CPython: `Grammar/Grammar`, `Python/ast.c` (3.8)

use super::arguments::CallArguments;
use super::mistakes::{Use, invalid_target};
use super::{Items, Parser, Step};
use crate::diagnostic::{Diagnostic, DiagnosticKind};
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;

impl<'a> Parser<'a, '_> {
    /// What is wrong with a text that the grammar has taken.
    pub(in crate::syntax) fn late_fault(&self) -> Option<&Diagnostic> {
        self.late.first()
    }

    /// Refuses what begins at a token.
    #[cold]
    pub(super) fn refuse_later(&mut self, start: usize, message: impl Into<String>) {
        let Location { lineno, col_offset, .. } = self.range(start, start);
        let location = Location::new(lineno, lineno, col_offset, -1);
        self.late.push(Diagnostic::syntax_error(location, message));
    }

    /// Refuses a fault that was found, for what begins at a token.
    #[cold]
    pub(super) fn refuse_fault_later(&mut self, start: usize) {
        let Some(fault) = self.fault.take() else { return };
        match self.fault_is_apart {
            true => self.late.push(*fault),
            false => self.refuse_later(start, fault.message),
        }
        self.fault_is_apart = false;
    }

    /// Why the grammar does not take the text: at the farthest token.
    #[cold]
    pub(in crate::syntax) fn untaken(&self) -> Diagnostic {
        let last = self.farthest();
        if self.is_at_end(last) {
            return self.here(DiagnosticKind::SyntaxError, "unexpected EOF while parsing");
        }
        let after_newline = last > 0 && self.tokens[last - 1].kind == TokenKind::Newline;
        let after_colon = last > 1 && self.tokens[last - 2].kind == TokenKind::Colon;
        let unexpected = match self.tokens[last].kind {
            TokenKind::Indent => "unexpected indent",
            _ if after_newline && after_colon => "expected an indented block",
            TokenKind::Dedent => "unexpected unindent",
            _ => return Diagnostic::syntax_error(self.untaken_location(last), "invalid syntax"),
        };
        self.here(DiagnosticKind::IndentationError, unexpected)
    }

    /// Where the tokenizer is at a token that the grammar does not take.
    #[cold]
    fn untaken_location(&self, index: usize) -> Location {
        let mut location = self.range(index, index);
        if self.is_less_greater(index) {
            // CPython refuses it before it knows the token's column.
            location.col_offset = location.end_col_offset - 1;
        }
        location.lineno = location.end_lineno;
        location
    }

    /// An expression in place of a target; what begins at `start` is refused if it is none.
    #[cold]
    pub(super) fn check_target_later(&mut self, start: usize, target: &Expr<'a>, purpose: Use) {
        if let Some(invalid) = invalid_target(target, Use::Assign) {
            let message = match (purpose, invalid.kind) {
                (Use::Delete, _) => format!("cannot delete {}", self.describe(&invalid)),
                (Use::Assign, ExprKind::Yield(_) | ExprKind::YieldFrom(_)) => {
                    "assignment to yield expression not possible".to_owned()
                }
                _ => format!("cannot assign to {}", self.describe(&invalid)),
            };
            self.refuse_later(start, message);
        }
    }

    /// A target of a loop or a `del`.
    #[cold]
    pub(super) fn lenient_target(&mut self, purpose: Use) -> Step<&'a Expr<'a>> {
        let start = self.position;
        let target = match self.at(TokenKind::Star) {
            true => self.starred(Self::bitwise_or)?,
            false => self.bitwise_or()?,
        };
        self.check_target_later(start, target, purpose);
        Ok(target)
    }

    /// The target of an augmented assignment, which begins at `start`.
    #[cold]
    pub(super) fn check_augmented_later(&mut self, start: usize, target: &Expr<'a>) {
        let before = self.late.len();
        self.check_target_later(start, target, Use::Assign);
        if self.late.len() == before {
            self.refuse_later(start, "illegal expression for augmented assignment");
        }
    }

    /// The target of an annotation, which begins at `start`.
    #[cold]
    pub(super) fn check_annotated_later(&mut self, start: usize, target: &Expr<'a>) {
        let message = match target.kind {
            ExprKind::List { .. } => "only single target (not list) can be annotated",
            ExprKind::Tuple { .. } => "only single target (not tuple) can be annotated",
            _ => "illegal target for annotation",
        };
        self.refuse_later(start, message);
    }

    /// `target := value`, after a target that is no name.
    #[cold]
    pub(super) fn lenient_named(&mut self, start: usize, target: &'a Expr<'a>) -> Step<&'a Expr<'a>> {
        self.expect(TokenKind::ColonEqual)?;
        let value = self.expression()?;
        let is_name = matches!(target.kind, ExprKind::Name { .. });
        if !is_name {
            let name = self.describe(target);
            self.refuse_later(start, format!("cannot use assignment expressions with {name}"));
        }
        let target = self.stored(target);
        Ok(self.node(start, ExprKind::NamedExpr { target, value }))
    }

    /// The arguments of a call or a class, with the closing parenthesis. `open` is the opening one.
    ///
    /// CPython: `Python/ast.c` `ast_for_call` (3.8)
    pub(super) fn lenient_arguments(&mut self, open: usize, is_class: bool) -> Step<CallArguments<'a>> {
        let from = self.exprs.len();
        let mut keywords = Items::new();
        let mut generator = None;
        while !self.at(TokenKind::RightParen) {
            let start = self.position;
            match self.kind() {
                TokenKind::Star => self.lenient_unpacking(&keywords)?,
                TokenKind::DoubleStar => {
                    self.bump();
                    let value = self.expression()?;
                    keywords.push(Keyword { arg: None, value, location: self.span(start) });
                }
                _ => {
                    let value = self.expression()?;
                    match self.kind() {
                        TokenKind::Equal => self.lenient_keyword(start, value, &mut keywords)?,
                        TokenKind::For | TokenKind::Async => {
                            let comprehension = self.comprehension(start, value, None)?;
                            generator = Some(start);
                            self.exprs.push(self.node(start, ExprKind::GeneratorExp(comprehension)));
                        }
                        _ => self.lenient_positional(start, value, &keywords)?,
                    }
                }
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let has_comma = self.tokens[self.position - 1].kind == TokenKind::Comma;
        self.expect(TokenKind::RightParen)?;
        let is_only = self.exprs.len() == from + 1 && keywords.is_empty() && !has_comma;
        match generator {
            Some(start) if is_class => self.refuse_later(start, "invalid syntax"),
            Some(start) if !is_only => self.refuse_later(start, "Generator expression must be parenthesized"),
            Some(_) => {
                let kind = self.exprs[from].kind;
                self.exprs[from] = self.node(open, kind);
            }
            None => {}
        }
        Ok(CallArguments { args: self.take_exprs(from), keywords: self.arena.alloc_slice_copy(&keywords) })
    }

    fn lenient_unpacking(&mut self, keywords: &[Keyword<'a>]) -> Step<()> {
        let start = self.position;
        let starred = self.starred(Self::expression)?;
        if let ExprKind::Starred { value, .. } = starred.kind {
            // Parentheses at its end do not belong to it.
            let location = starred.location.to_end_of(value.location);
            self.exprs.push(self.node_at(location, starred.kind));
        }
        if keywords.iter().any(|keyword| keyword.arg.is_none()) {
            self.refuse_later(start, "iterable argument unpacking follows keyword argument unpacking");
        }
        Ok(())
    }

    fn lenient_positional(
        &mut self,
        start: usize,
        value: &'a Expr<'a>,
        keywords: &[Keyword<'a>],
    ) -> Step<()> {
        if self.at(TokenKind::ColonEqual) {
            let named = self.lenient_named(start, value)?;
            self.exprs.push(named);
            return Ok(());
        }
        self.exprs.push(value);
        match keywords {
            [] => {}
            _ if keywords.iter().any(|keyword| keyword.arg.is_none()) => {
                self.refuse_later(start, "positional argument follows keyword argument unpacking");
            }
            _ => self.refuse_later(start, "positional argument follows keyword argument"),
        }
        Ok(())
    }

    /// `key=value`, at the `=`.
    fn lenient_keyword(
        &mut self,
        start: usize,
        key: &'a Expr<'a>,
        keywords: &mut Items<Keyword<'a>>,
    ) -> Step<()> {
        let is_word = self.position == start + 1;
        let arg = self.keyword_name(start, key, is_word);
        self.bump();
        let value = self.expression()?;
        if arg.is_some() && keywords.iter().any(|keyword| keyword.arg == arg) {
            self.refuse_later(start, "keyword argument repeated");
        }
        keywords.push(Keyword { arg, value, location: self.span(start) });
        Ok(())
    }

    fn keyword_name(&mut self, start: usize, key: &Expr<'a>, is_word: bool) -> Option<Ident> {
        use TokenKind::{False, None, True};
        match key.kind {
            ExprKind::Name { id, .. } if is_word => return Some(id),
            _ if self.tokens[start].kind.is_in(True.bit() | False.bit() | None.bit()) && is_word => {
                self.refuse_later(start, format!("cannot assign to {}", self.text_of(start)));
            }
            _ => {
                let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
                self.refuse_later(start, message);
            }
        }
        Option::None
    }

    /// `@a.b(c)`, after the `@`.
    pub(super) fn dotted_decorator(&mut self) -> Step<&'a Expr<'a>> {
        let start = self.position;
        self.expect(TokenKind::Name)?;
        self.position = start;
        let mut decorator = self.name_expression(ExprContext::Load)?;
        while self.at(TokenKind::Dot) {
            let Some(kind) = self.attribute(decorator)? else { return Ok(decorator) };
            decorator = self.node(start, kind);
        }
        if self.at(TokenKind::LeftParen)
            && let Some(kind) = self.call(decorator)?
        {
            decorator = self.node(start, kind);
        }
        Ok(decorator)
    }

    /// The condition of a comprehension: it may be a lambda, but no conditional.
    pub(super) fn lenient_condition(&mut self) -> Step<&'a Expr<'a>> {
        match self.at(TokenKind::Lambda) {
            true => self.lambda_with(Self::lenient_condition),
            false => self.disjunction(),
        }
    }
}
