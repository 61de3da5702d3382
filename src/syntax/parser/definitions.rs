//! Functions, classes, their decorators and type parameters.

use super::arguments::CallArguments;
use super::shapes::{Part, shape};
use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

impl<'a> Parser<'a, '_> {
    /// A function or class, with its decorators.
    pub(super) fn definition(&mut self) -> Step<StmtKind<'a>> {
        let decorator_list = self.decorators()?;
        match self.kind() {
            TokenKind::Class => self.class(decorator_list),
            TokenKind::Def => self.function(decorator_list),
            TokenKind::Async if self.kind_ahead(1) == TokenKind::Def => self.function(decorator_list),
            _ => Err(Stop),
        }
    }

    /// The first token of a definition that starts, perhaps with decorators, at `start`.
    pub(super) fn definition_start(&self, start: usize) -> usize {
        let mut index = start;
        while self.tokens[index].kind == TokenKind::At {
            let line = &self.tokens[index..];
            index += line.iter().take_while(|token| token.kind != TokenKind::Newline).count() + 1;
        }
        index
    }

    /// CPython: `decorators` (3.9–)
    fn decorators(&mut self) -> Step<&'a [Expr<'a>]> {
        if !self.at(TokenKind::At) {
            return Ok(&[]);
        }
        let from = self.exprs.len();
        while self.eat(TokenKind::At) {
            let decorator = self.decorator()?;
            self.expect(TokenKind::Newline)?;
            self.exprs.push(decorator);
        }
        self.count_chained();
        Ok(self.take_exprs(from))
    }

    fn decorator(&mut self) -> Step<&'a Expr<'a>> {
        if !self.dialect.has(SyntaxFeature::RelaxedDecorator) {
            return self.dotted_decorator();
        }
        let start = self.position;
        let decorator = self.named_expression()?;
        if !is_dotted_call(decorator) || self.tokens[start].kind != TokenKind::Name {
            self.allows(SyntaxFeature::RelaxedDecorator, start);
        }
        Ok(decorator)
    }

    /// CPython: `function_def_raw`, `invalid_def_raw` (3.9–)
    fn function(&mut self, decorator_list: &'a [Expr<'a>]) -> Step<StmtKind<'a>> {
        let is_async = self.eat(TokenKind::Async);
        let start = self.expect(TokenKind::Def)?;
        let id = self.node_id();
        let name = self.name()?;
        let type_params = self.optional_type_params()?;
        match self.knows(Mistake::DefinitionParenthesis) {
            true => self.missed(TokenKind::LeftParen, "(")?,
            false => self.expect(TokenKind::LeftParen).map(drop)?,
        }
        let args = self.function_parameters()?;
        self.expect(TokenKind::RightParen)?;
        let returns = self.after(TokenKind::Arrow, Self::expression)?;
        self.missed(TokenKind::Colon, ":")?;
        let body = self.block("function definition", start)?;
        let function = FunctionDef { id, is_async, name, args, body, decorator_list, returns, type_params };
        Ok(StmtKind::FunctionDef(self.arena.alloc(function)))
    }

    /// A token of a `def` that must come next.
    fn missed(&mut self, kind: TokenKind, text: &str) -> Step<()> {
        match self.second_run || !self.knows(Mistake::DefinitionTokensLate) {
            true => self.forced(kind, text),
            false => self.expect(kind).map(drop),
        }
    }

    /// CPython: `class_def_raw`, `invalid_class_def_raw` (3.9–)
    fn class(&mut self, decorator_list: &'a [Expr<'a>]) -> Step<StmtKind<'a>> {
        let start = self.bump();
        let id = self.node_id();
        let name = self.name()?;
        let type_params = self.optional_type_params()?;
        let arguments = self.after(TokenKind::LeftParen, |this| {
            let arguments = match this.at(TokenKind::RightParen) {
                true => None,
                false if this.dialect.is_lenient => {
                    return this.lenient_arguments(this.position - 1, true).map(Some);
                }
                false => this.attempt(Self::arguments)?,
            };
            this.expect(TokenKind::RightParen)?;
            Ok(arguments)
        })?;
        let CallArguments { args: bases, keywords } = arguments.flatten().unwrap_or(CallArguments::NONE);
        self.colon()?;
        let body = self.block("class definition", start)?;
        let class = ClassDef { id, name, bases, keywords, body, decorator_list, type_params };
        Ok(StmtKind::ClassDef(self.arena.alloc(class)))
    }

    pub(super) fn optional_type_params(&mut self) -> Step<Option<&'a TypeParams<'a>>> {
        if !self.at(TokenKind::LeftBracket) || !self.dialect.has(SyntaxFeature::TypeParameterList) {
            return Ok(None);
        }
        self.attempt(Self::type_params)
    }

    /// CPython: `type_params`, `invalid_type_params` (3.12–)
    fn type_params(&mut self) -> Step<&'a TypeParams<'a>> {
        let start = self.bump();
        if self.second_run && self.at(TokenKind::RightBracket) && self.knows(Mistake::EmptyTypeParameters) {
            let location = self.range(self.position, self.position);
            return self.mistake_from(location, "Type parameter list cannot be empty");
        }
        let id = self.node_id();
        let params = self.comma_list(Self::type_param)?;
        if params.is_empty() {
            return Err(Stop);
        }
        self.expect(TokenKind::RightBracket)?;
        if !self.allows(SyntaxFeature::TypeParameterList, start) {
            return Err(Stop);
        }
        Ok(self.arena.alloc(TypeParams { id, params }))
    }

    /// CPython: `type_param` (3.12–)
    fn type_param(&mut self) -> Step<TypeParam<'a>> {
        let start = self.position;
        let (id, default_id) = (self.node_id(), self.node_id());
        let kind = match self.kind() {
            TokenKind::Star => TypeParamKind::TypeVarTuple,
            TokenKind::DoubleStar => TypeParamKind::ParamSpec,
            _ => TypeParamKind::TypeVar,
        };
        if kind != TypeParamKind::TypeVar {
            self.bump();
        }
        let name = self.name()?;
        let bound = match self.at(TokenKind::Colon) {
            true if kind != TypeParamKind::TypeVar => {
                self.invalid_type_param(kind)?;
                None
            }
            _ => self.after(TokenKind::Colon, Self::expression)?,
        };
        let default_value = self.type_param_default(kind)?;
        let location = self.span(start);
        Ok(TypeParam { id, default_id, kind, name, bound, default_value, location })
    }

    /// `*Ts: int`, at the colon.
    ///
    /// CPython: `invalid_type_param` (3.14–), `type_param` (3.12–3.13)
    #[cold]
    fn invalid_type_param(&mut self, kind: TypeParamKind) -> Step<()> {
        if !self.second_run && self.knows(Mistake::TypeParameterBoundLate) {
            return Ok(());
        }
        let Some(found) = self.find(shape![":" expression])? else {
            return Ok(());
        };
        let is_tuple = matches!(found.expr(1).kind, ExprKind::Tuple { .. });
        let what = if is_tuple { "constraints" } else { "bound" };
        let name = if kind == TypeParamKind::TypeVarTuple { "TypeVarTuple" } else { "ParamSpec" };
        self.mistake_from(found.location(0), format!("cannot use {what} with {name}"))
    }

    /// CPython: `type_param_default`, `type_param_starred_default` (3.13–)
    fn type_param_default(&mut self, kind: TypeParamKind) -> Step<Option<&'a Expr<'a>>> {
        if !self.dialect.has(SyntaxFeature::TypeParameterDefault) {
            return Ok(None);
        }
        let equal = self.position;
        let value = self.after(TokenKind::Equal, |this| match kind {
            TypeParamKind::TypeVarTuple => this.star_expression(),
            _ => this.expression(),
        })?;
        if value.is_some() {
            self.allows(SyntaxFeature::TypeParameterDefault, equal);
        }
        Ok(value)
    }
}

/// Whether an expression is a name with attributes, which may be called.
fn is_dotted_call(expr: &Expr<'_>) -> bool {
    let mut dotted = match expr.kind {
        ExprKind::Call(call) => call.func,
        _ => expr,
    };
    while let ExprKind::Attribute { value, .. } = dotted.kind {
        dotted = value;
    }
    matches!(dotted.kind, ExprKind::Name { .. })
}
