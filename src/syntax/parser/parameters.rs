//! The parameters of functions and lambdas.

use smallvec::SmallVec;

use super::{Parser, Step, Stop};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

/// Whose parameters they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Function,
    Lambda,
}

impl Of {
    fn close(self) -> TokenKind {
        match self {
            Of::Function => TokenKind::RightParen,
            Of::Lambda => TokenKind::Colon,
        }
    }
}

/// The parameters read so far.
#[derive(Default)]
struct List<'a> {
    posonlyargs: SmallVec<[Arg<'a>; 2]>,
    args: SmallVec<[Arg<'a>; 8]>,
    defaults: SmallVec<[Expr<'a>; 4]>,
    vararg: Option<Arg<'a>>,
    kwonlyargs: SmallVec<[Arg<'a>; 2]>,
    kw_defaults: SmallVec<[Option<Expr<'a>>; 2]>,
    kwarg: Option<Arg<'a>>,
    has_slash: bool,
    has_star: bool,
}

type WithDefault<'a> = (Arg<'a>, Option<&'a Expr<'a>>);

impl<'a> Parser<'a, '_> {
    pub(super) fn function_parameters(&mut self) -> Step<&'a Arguments<'a>> {
        self.parameters(Of::Function)
    }

    pub(super) fn lambda_parameters(&mut self) -> Step<&'a Arguments<'a>> {
        self.parameters(Of::Lambda)
    }

    /// As many parameters as fit: what ends them is for the caller.
    ///
    /// CPython: `params`, `lambda_params` (3.9–)
    fn parameters(&mut self, of: Of) -> Step<&'a Arguments<'a>> {
        let mut list = List::default();
        if !self.at(of.close()) {
            if self.second_run {
                self.invalid_parameters(of)?;
            }
            self.parameter_list(of, &mut list)?;
        }
        let arena = self.arena;
        Ok(arena.alloc(Arguments {
            posonlyargs: arena.alloc_slice_copy(&list.posonlyargs),
            args: arena.alloc_slice_copy(&list.args),
            vararg: list.vararg.map(|arg| &*arena.alloc(arg)),
            kwonlyargs: arena.alloc_slice_copy(&list.kwonlyargs),
            kw_defaults: arena.alloc_slice_copy(&list.kw_defaults),
            kwarg: list.kwarg.map(|arg| &*arena.alloc(arg)),
            defaults: arena.alloc_slice_copy(&list.defaults),
        }))
    }

    fn parameter_list(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        loop {
            let (mark, depth) = (self.mark(), self.depth);
            let step = match self.kind() {
                TokenKind::Name => self.plain_parameter(of, list),
                TokenKind::Star if !list.has_star => self.star_parameter(of, list),
                TokenKind::Slash if !list.has_slash && !list.has_star && !list.args.is_empty() => {
                    self.slash(of, list)
                }
                TokenKind::DoubleStar => self.keywords_parameter(of, list),
                _ => return Ok(()),
            };
            match step {
                Ok(()) if list.kwarg.is_some() => return Ok(()),
                Ok(()) => {}
                Err(Stop::Dead) => {
                    self.back_to(mark);
                    self.depth = depth;
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    fn plain_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        let (arg, default) = self.param_maybe_default(of)?;
        if list.has_star {
            list.kwonlyargs.push(arg);
            list.kw_defaults.push(default.copied());
            return Ok(());
        }
        match default {
            Some(default) => list.defaults.push(*default),
            None if list.defaults.is_empty() => {}
            None => return Err(Stop::Dead),
        }
        list.args.push(arg);
        Ok(())
    }

    fn slash(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        self.bump();
        self.end_of_parameter(of)?;
        list.posonlyargs.extend(list.args.drain(..));
        list.has_slash = true;
        Ok(())
    }

    /// `*args`, or a bare `*` with a parameter after it.
    ///
    /// CPython: `star_etc` (3.9–)
    fn star_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        if self.second_run {
            self.invalid_star_etc(of)?;
        }
        self.bump();
        if self.eat(TokenKind::Comma) {
            let first = self.param_maybe_default(of)?;
            list.has_star = true;
            list.kwonlyargs.push(first.0);
            list.kw_defaults.push(first.1.copied());
            return Ok(());
        }
        let arg = self.star_arg(of)?;
        self.end_of_parameter(of)?;
        list.vararg = Some(arg);
        list.has_star = true;
        Ok(())
    }

    /// The parameter after a `*`, whose annotation may be starred.
    ///
    /// CPython: `param_no_default`, `param_no_default_star_annotation` (3.11–)
    fn star_arg(&mut self, of: Of) -> Step<Arg<'a>> {
        let start = self.expect(TokenKind::Name)?;
        let name = self.identifier(start)?;
        let mut annotation = None;
        if of == Of::Function && self.eat(TokenKind::Colon) {
            let star = self.position;
            let expr = self.star_expression()?;
            if matches!(expr.kind, ExprKind::Starred { .. })
                && !self.allows(SyntaxFeature::StarAnnotation, star)
            {
                return Err(Stop::Dead);
            }
            annotation = Some(expr);
        }
        Ok(Arg { arg: name, annotation, location: self.span(start) })
    }

    /// CPython: `kwds` (3.9–)
    fn keywords_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        if self.second_run {
            self.invalid_kwds(of)?;
        }
        self.bump();
        list.kwarg = Some(self.param_no_default(of)?);
        Ok(())
    }

    fn param(&mut self, of: Of) -> Step<Arg<'a>> {
        let start = self.expect(TokenKind::Name)?;
        let arg = self.identifier(start)?;
        let mut annotation = None;
        if of == Of::Function && self.at(TokenKind::Colon) {
            let expr = self.attempt(|this| {
                this.bump();
                this.expression()
            })?;
            annotation = expr;
        }
        Ok(Arg { arg, annotation, location: self.span(start) })
    }

    /// A parameter has a comma or the end of all after it.
    fn end_of_parameter(&mut self, of: Of) -> Step<()> {
        if self.eat(TokenKind::Comma) || self.at(of.close()) { Ok(()) } else { Err(Stop::Dead) }
    }

    fn param_no_default(&mut self, of: Of) -> Step<Arg<'a>> {
        let arg = self.param(of)?;
        self.end_of_parameter(of)?;
        Ok(arg)
    }

    fn param_with_default(&mut self, of: Of) -> Step<WithDefault<'a>> {
        let (arg, default) = self.param_maybe_default(of)?;
        if default.is_some() { Ok((arg, default)) } else { Err(Stop::Dead) }
    }

    fn param_maybe_default(&mut self, of: Of) -> Step<WithDefault<'a>> {
        let arg = self.param(of)?;
        let default = if self.at(TokenKind::Equal) { Some(self.default()?) } else { None };
        self.end_of_parameter(of)?;
        Ok((arg, default))
    }

    /// CPython: `default`, `invalid_default` (3.11–)
    fn default(&mut self) -> Step<&'a Expr<'a>> {
        let equal = self.bump();
        if let Some(default) = self.attempt(Self::expression)? {
            return Ok(default);
        }
        let ends = self.at_any(TokenKind::RightParen.bit() | TokenKind::Comma.bit());
        if self.second_run && ends {
            return self.mistake(equal, equal, "expected default value expression");
        }
        Err(Stop::Dead)
    }

    /// As many as `parse` takes.
    fn repeat<T>(&mut self, mut parse: impl FnMut(&mut Self) -> Step<T>) -> Step<usize> {
        let mut count = 0;
        while self.attempt(&mut parse)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn repeat_at_least_once<T>(&mut self, parse: impl FnMut(&mut Self) -> Step<T>) -> Step<()> {
        if self.repeat(parse)? > 0 { Ok(()) } else { Err(Stop::Dead) }
    }

    fn slash_no_default(&mut self, of: Of) -> Step<()> {
        self.repeat_at_least_once(|this| this.param_no_default(of))?;
        self.expect(TokenKind::Slash)?;
        self.end_of_parameter(of)
    }

    fn slash_with_default(&mut self, of: Of) -> Step<()> {
        self.repeat(|this| this.param_no_default(of))?;
        self.repeat_at_least_once(|this| this.param_with_default(of))?;
        self.expect(TokenKind::Slash)?;
        self.end_of_parameter(of)
    }

    /// Parameters up to a `/` and its comma.
    fn any_slash(&mut self, of: Of) -> Step<()> {
        match self.attempt(|this| this.slash_no_default(of))? {
            Some(()) => Ok(()),
            None => self.slash_with_default(of),
        }
    }

    /// CPython: `invalid_parameters`, `invalid_lambda_parameters` (3.9–)
    #[cold]
    fn invalid_parameters(&mut self, of: Of) -> Step<()> {
        if self.at(TokenKind::Slash) && self.kind_ahead(1) == TokenKind::Comma {
            let message = format!("at least one {} must precede /", self.word_for_parameter());
            return self.mistake(self.position, self.position, message);
        }
        let slash = self.fits(|this| {
            this.any_slash(of)?;
            this.repeat(|this| this.param_maybe_default(of))?;
            this.expect_last(TokenKind::Slash)
        })?;
        if let Some(slash) = slash {
            return self.mistake(slash, slash, "/ may appear only once");
        }
        self.invalid_late_default(of)?;
        self.invalid_parenthesized_parameters(of)?;
        let slash = self.fits(|this| {
            this.attempt(|this| this.any_slash(of))?;
            this.repeat(|this| this.param_maybe_default(of))?;
            this.expect(TokenKind::Star)?;
            if !this.eat(TokenKind::Comma) {
                this.param_no_default(of)?;
            }
            this.repeat(|this| this.param_maybe_default(of))?;
            this.expect_last(TokenKind::Slash)
        })?;
        if let Some(slash) = slash {
            return self.mistake(slash, slash, "/ must be ahead of *");
        }
        let star = self.fits(|this| {
            this.repeat_at_least_once(|this| this.param_maybe_default(of))?;
            this.expect(TokenKind::Slash)?;
            this.expect_last(TokenKind::Star)
        })?;
        match star {
            Some(star) => self.mistake(star, star, "expected comma between / and *"),
            None => Ok(()),
        }
    }

    /// `def f(a=1, b)`.
    fn invalid_late_default(&mut self, of: Of) -> Step<()> {
        let late = self.fits(|this| {
            this.attempt(|this| this.slash_no_default(of))?;
            this.repeat(|this| this.param_no_default(of))?;
            // CPython: `invalid_parameters_helper`
            if this.attempt(|this| this.slash_with_default(of))?.is_none() {
                this.repeat_at_least_once(|this| this.param_with_default(of))?;
            }
            Ok(this.param_no_default(of)?.location)
        })?;
        match late {
            Some(location) => {
                let message = "parameter without a default follows parameter with a default";
                self.mistake_at(location, message)
            }
            None => Ok(()),
        }
    }

    /// `def f((a, b))`, as Python 2 had it.
    fn invalid_parenthesized_parameters(&mut self, of: Of) -> Step<()> {
        let parentheses = self.fits(|this| {
            this.repeat(|this| this.param_no_default(of))?;
            let open = this.expect(TokenKind::LeftParen)?;
            if of == Of::Function {
                this.repeat_at_least_once(|this| this.param_no_default(of))?;
            } else {
                this.param(of)?;
                this.repeat(|this| {
                    this.expect(TokenKind::Comma)?;
                    this.param(of)
                })?;
            }
            this.eat(TokenKind::Comma);
            Ok((open, this.expect_last(TokenKind::RightParen)?))
        })?;
        let Some((open, close)) = parentheses else { return Ok(()) };
        let message = match of {
            Of::Function => "Function parameters cannot be parenthesized",
            Of::Lambda => "Lambda expression parameters cannot be parenthesized",
        };
        self.mistake(open, close, message)
    }

    /// CPython: `invalid_star_etc`, `invalid_lambda_star_etc` (3.9–), at the `*`
    #[cold]
    fn invalid_star_etc(&mut self, of: Of) -> Step<()> {
        let star = self.position;
        let word = self.word_for_parameter();
        let is_alone = self.fits(|this| {
            this.bump();
            if this.eat(TokenKind::Comma) && this.at(TokenKind::DoubleStar) {
                return Ok(());
            }
            if this.at(of.close()) { Ok(()) } else { Err(Stop::Dead) }
        })?;
        if is_alone.is_some() {
            let message = format!("named {word}s must follow bare *");
            return match of {
                Of::Function => self.mistake(star, star, message),
                Of::Lambda => self.mistake_here(message),
            };
        }
        self.default_after_stars(of, "var-positional")?;
        let second = self.fits(|this| {
            this.bump();
            this.comma_or_param(of)?;
            this.repeat(|this| this.param_maybe_default(of))?;
            let second = this.expect(TokenKind::Star)?;
            this.comma_or_param(of)?;
            Ok(second)
        })?;
        let Some(second) = second else { return Ok(()) };
        let message = match self.knows(Mistake::ParametersNamed) {
            true => "* may appear only once",
            false => "* argument may appear only once",
        };
        self.mistake(second, second, message)
    }

    fn comma_or_param(&mut self, of: Of) -> Step<()> {
        if self.eat(TokenKind::Comma) {
            return Ok(());
        }
        self.param_no_default(of).map(|_| ())
    }

    /// CPython: `invalid_kwds`, `invalid_lambda_kwds` (3.10–), at the `**`
    #[cold]
    fn invalid_kwds(&mut self, of: Of) -> Step<()> {
        let word = self.word_for_parameter();
        self.default_after_stars(of, "var-keyword")?;
        let follows = self.fits(|this| {
            use TokenKind::{Comma, DoubleStar, Slash, Star};
            this.bump();
            this.param(of)?;
            this.expect(Comma)?;
            if this.at_any(Star.bit() | DoubleStar.bit() | Slash.bit()) {
                let index = this.bump();
                return Ok(this.range(index, index));
            }
            Ok(this.param(of)?.location)
        })?;
        match follows {
            Some(location) => {
                let message = format!("{word}s cannot follow var-keyword {word}");
                self.mistake_at(location, message)
            }
            None => Ok(()),
        }
    }

    /// `*a=1` or `**a=1`, at the stars. `kind` is the kind of parameter that they make.
    fn default_after_stars(&mut self, of: Of, kind: &str) -> Step<()> {
        let equal = self.fits(|this| {
            this.bump();
            this.param(of)?;
            this.expect_last(TokenKind::Equal)
        })?;
        let Some(equal) = equal else { return Ok(()) };
        let word = self.word_for_parameter();
        self.mistake(equal, equal, format!("{kind} {word} cannot have default value"))
    }

    fn word_for_parameter(&self) -> &'static str {
        if self.knows(Mistake::ParametersNamed) { "parameter" } else { "argument" }
    }
}
