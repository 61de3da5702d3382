//! The parameters of functions and lambdas.

use smallvec::SmallVec;

use super::shapes::{Part, shape};
use super::{Parser, Step, Stop, depth};
use crate::syntax::ast::*;
use crate::syntax::lexer::TokenKind;
use crate::targets::{Mistake, SyntaxFeature};

const LATE_DEFAULT: &str = "non-default argument follows default argument";

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
    start: usize,
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
        let mut list = List { start: self.position, ..List::default() };
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
                Err(Stop) if self.fault.is_none() => {
                    self.back_to(mark);
                    self.depth = depth;
                    return Ok(());
                }
                Err(Stop) => return Err(Stop),
            }
        }
    }

    fn plain_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        let start = self.position;
        let (mut arg, default) = self.param_maybe_default(of)?;
        if list.has_star {
            if self.dialect.is_lenient {
                // Without its annotation.
                arg.location = self.range(start, start);
            }
            list.kwonlyargs.push(arg);
            list.kw_defaults.push(default.copied());
            return Ok(());
        }
        match default {
            Some(default) => list.defaults.push(*default),
            None if list.defaults.is_empty() => {}
            None if self.dialect.is_lenient => self.refuse_later(list.start, LATE_DEFAULT),
            None => return Err(Stop),
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
        let are_mistakes_first = self.knows(Mistake::ParameterKinds);
        if self.second_run && are_mistakes_first {
            self.invalid_star_etc(of)?;
        }
        if self.attempt(|this| this.any_star_parameter(of, list))?.is_some() {
            return Ok(());
        }
        if self.second_run && !are_mistakes_first {
            self.invalid_star_etc(of)?;
        }
        Err(Stop)
    }

    fn any_star_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        let star = self.bump();
        let has_comma = self.eat(TokenKind::Comma);
        if self.dialect.is_lenient && (self.at(of.close()) || has_comma && self.at(TokenKind::DoubleStar)) {
            let place = if self.at(TokenKind::DoubleStar) { self.position } else { star };
            self.refuse_later(place, "named arguments must follow bare *");
            list.has_star = true;
            return Ok(());
        }
        if has_comma {
            list.has_star = true;
            return self.plain_parameter(of, list);
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
            annotation = Some(match self.dialect.has(SyntaxFeature::StarAnnotation) {
                true => self.star_expression()?,
                false => self.expression()?,
            });
            if self.tokens[star].kind == TokenKind::Star {
                self.allows(SyntaxFeature::StarAnnotation, star);
            }
        }
        Ok(Arg { arg: name, annotation, location: self.span(start) })
    }

    /// CPython: `kwds` (3.9–)
    fn keywords_parameter(&mut self, of: Of, list: &mut List<'a>) -> Step<()> {
        if self.second_run && self.knows(Mistake::ParameterKinds) {
            self.invalid_kwds(of)?;
        }
        self.bump();
        list.kwarg = Some(self.param_no_default(of)?);
        Ok(())
    }

    fn param(&mut self, of: Of) -> Step<Arg<'a>> {
        let start = self.expect(TokenKind::Name)?;
        let arg = self.identifier(start)?;
        let annotation = match of {
            Of::Function => self.after(TokenKind::Colon, Self::expression)?,
            Of::Lambda => None,
        };
        Ok(Arg { arg, annotation, location: self.span(start) })
    }

    /// A parameter has a comma or the end of all after it.
    fn end_of_parameter(&mut self, of: Of) -> Step<()> {
        if self.eat(TokenKind::Comma) || self.at(of.close()) { Ok(()) } else { Err(Stop) }
    }

    fn param_no_default(&mut self, of: Of) -> Step<Arg<'a>> {
        let arg = self.param(of)?;
        self.end_of_parameter(of)?;
        Ok(arg)
    }

    fn param_with_default(&mut self, of: Of) -> Step<WithDefault<'a>> {
        let (arg, default) = self.param_maybe_default(of)?;
        if default.is_some() { Ok((arg, default)) } else { Err(Stop) }
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
        if let Some(default) = self.attempt(|this| this.deeper(depth::DEFAULT, Self::expression))? {
            return Ok(default);
        }
        let ends = self.at_any(TokenKind::RightParen.bit() | TokenKind::Comma.bit());
        if self.second_run && ends && self.knows(Mistake::ParameterKinds) {
            return self.mistake(equal, equal, "expected default value expression");
        }
        Err(Stop)
    }

    fn repeat_at_least_once<T>(&mut self, parse: impl FnMut(&mut Self) -> Step<T>) -> Step<()> {
        if self.repeat(parse)? > 0 { Ok(()) } else { Err(Stop) }
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

    fn comma_or_param(&mut self, of: Of) -> Step<()> {
        if self.eat(TokenKind::Comma) { Ok(()) } else { self.param_no_default(of).map(drop) }
    }

    fn any_params(&mut self, of: Of) -> Step<()> {
        self.repeat(|this| this.param_maybe_default(of)).map(drop)
    }

    /// CPython: `invalid_parameters`, `invalid_lambda_parameters` (3.9–)
    #[cold]
    fn invalid_parameters(&mut self, of: Of) -> Step<()> {
        // Once, this order was another.
        let is_default_first = !self.knows(Mistake::ParameterWithoutDefault);
        if is_default_first {
            self.invalid_late_default(of)?;
        }
        if !self.knows(Mistake::ParameterKinds) {
            return Ok(());
        }
        if is_default_first {
            self.invalid_parenthesized_parameters(of)?;
        }
        let message = format!("at least one {} must precede /", self.word_for_parameter());
        self.report(shape!["/" ","], 0..=0, message)?;
        self.report(shape![[any_slash(of)] [any_params(of)] "/"], 2..=2, "/ may appear only once")?;
        if !is_default_first {
            self.invalid_late_default(of)?;
            self.invalid_parenthesized_parameters(of)?;
        }
        let maybe_slash = Part::Skip(&|this| this.attempt(|this| this.any_slash(of)).map(drop));
        let starred = shape![{maybe_slash} [any_params(of)] "*" [comma_or_param(of)] [any_params(of)] "/"];
        self.report(starred, 5..=5, "/ must be ahead of *")?;
        let some_params = Part::Skip(&|this| this.repeat_at_least_once(|this| this.param_maybe_default(of)));
        self.report(shape![{some_params} "/" "*"], 2..=2, "expected comma between / and *")
    }

    /// `def f(a=1, b)`.
    fn invalid_late_default(&mut self, of: Of) -> Step<()> {
        let late = self.fits(|this| {
            if this.knows(Mistake::ParameterWithoutDefault) {
                this.attempt(|this| this.slash_no_default(of))?;
            }
            this.repeat(|this| this.param_no_default(of))?;
            // CPython: `invalid_parameters_helper`
            if this.attempt(|this| this.slash_with_default(of))?.is_none() {
                this.repeat_at_least_once(|this| this.param_with_default(of))?;
            }
            Ok(this.param_no_default(of)?.location)
        })?;
        let message = match self.knows(Mistake::ParameterWithoutDefault) {
            true => "parameter without a default follows parameter with a default",
            false => LATE_DEFAULT,
        };
        match late {
            Some(late) if self.knows(Mistake::Advice) => self.mistake_at(late, message),
            Some(_) => self.mistake_here(message),
            None => Ok(()),
        }
    }

    /// `def f((a, b))`, as Python 2 had it.
    fn invalid_parenthesized_parameters(&mut self, of: Of) -> Step<()> {
        let before = Part::Skip(&|this| this.repeat(|this| this.param_no_default(of)).map(drop));
        let inside = Part::Skip(&|this| match of {
            Of::Function => this.repeat_at_least_once(|this| this.param_no_default(of)),
            Of::Lambda => this.separated(|this| this.param(of)).map(drop),
        });
        let message = match of {
            Of::Function => "Function parameters cannot be parenthesized",
            Of::Lambda => "Lambda expression parameters cannot be parenthesized",
        };
        self.report(shape![{before} "(" {inside} (? ",") ")"], 1..=4, message)
    }

    /// CPython: `invalid_star_etc`, `invalid_lambda_star_etc` (3.9–), at the `*`
    #[cold]
    fn invalid_star_etc(&mut self, of: Of) -> Step<()> {
        let message = format!("named {}s must follow bare *", self.word_for_parameter());
        let at_end = Part::Before(of.close().bit());
        for shape in [shape!["*" (? ",") {at_end}], shape!["*" "," (& "**")]] {
            match of {
                Of::Function if self.knows(Mistake::Advice) => self.report(shape, 0..=0, &*message)?,
                _ => self.report_here(shape, &*message)?,
            }
        }
        if !self.knows(Mistake::ParameterKinds) {
            return Ok(());
        }
        self.default_after_stars(of, "var-positional")?;
        let message = match self.knows(Mistake::ParametersNamed) {
            true => "* may appear only once",
            false => "* argument may appear only once",
        };
        let twice = shape!["*" [comma_or_param(of)] [any_params(of)] "*" [comma_or_param(of)]];
        self.report(twice, 3..=3, message)
    }

    /// CPython: `invalid_kwds`, `invalid_lambda_kwds` (3.10–), at the `**`
    #[cold]
    fn invalid_kwds(&mut self, of: Of) -> Step<()> {
        self.default_after_stars(of, "var-keyword")?;
        let word = self.word_for_parameter();
        let message = format!("{word}s cannot follow var-keyword {word}");
        self.report(shape!["**" [param(of)] "," ("*" "**" "/")], 3..=3, &*message)?;
        self.report(shape!["**" [param(of)] "," [param(of)]], 3..=3, message)
    }

    /// `*a=1` or `**a=1`, at the stars. `kind` is the kind of parameter that they make.
    fn default_after_stars(&mut self, of: Of, kind: &str) -> Step<()> {
        let message = format!("{kind} {} cannot have default value", self.word_for_parameter());
        self.report(shape![("*" "**") [param(of)] "="], 2..=2, message)
    }

    fn word_for_parameter(&self) -> &'static str {
        if self.knows(Mistake::ParametersNamed) { "parameter" } else { "argument" }
    }
}
