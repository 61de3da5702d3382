//! The parameters of functions and lambdas.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::token::Kind;

/// Where parameters stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Function,
    Lambda,
}

impl Place {
    fn close(self) -> &'static str {
        match self {
            Place::Function => ")",
            Place::Lambda => ":",
        }
    }
}

/// What came before a parameter.
#[derive(Clone, Copy, Default)]
struct Seen {
    count: usize,
    default: bool,
    slash: bool,
    star: bool,
}

impl Parser<'_> {
    pub(super) fn function_parameters(&mut self) -> Step<()> {
        self.parameters(Place::Function)
    }

    pub(super) fn lambda_parameters(&mut self) -> Step<()> {
        self.parameters(Place::Lambda)
    }

    fn parameters(&mut self, place: Place) -> Step<()> {
        let mut seen = Seen::default();
        while !self.at(place.close()) {
            if self.at("**") {
                return self.keywords_parameter(place);
            }
            if self.at("*") {
                self.star_parameter(place, &mut seen)?;
            } else if self.at("/") {
                self.slash(place, &mut seen)?;
            } else if self.at_kind(Kind::Name) {
                self.plain_parameter(place, &mut seen)?;
            } else {
                if self.has_checks && self.at("(") && !seen.default && !seen.star {
                    self.check_parenthesized(place)?;
                }
                return Err(Stop::Dead);
            }
            seen.count += 1;
            if !self.eat(",") {
                break;
            }
        }
        Ok(())
    }

    fn parameter(&mut self, place: Place) -> Step<usize> {
        let name = self.name()?;
        if place == Place::Function && self.at(":") {
            self.bump();
            self.expression()?;
        }
        Ok(name)
    }

    fn plain_parameter(&mut self, place: Place, seen: &mut Seen) -> Step<()> {
        let name = self.parameter(place)?;
        if self.at("=") {
            let equal = self.bump();
            if self.has_checks && self.at_any(&[")", ","]) {
                return self.mistake(equal, equal, "expected default value expression");
            }
            self.expression()?;
            seen.default = true;
            return Ok(());
        }
        if seen.default && !seen.star {
            if !(self.at(",") || self.at(place.close())) {
                return Err(Stop::Dead);
            }
            if self.has_checks {
                let message = "parameter without a default follows parameter with a default";
                return self.mistake(name, self.position - 1, message);
            }
            return Err(Stop::Dead);
        }
        Ok(())
    }

    fn slash(&mut self, place: Place, seen: &mut Seen) -> Step<()> {
        let slash = self.position;
        if seen.count == 0 {
            self.bump();
            if self.has_checks && self.at(",") {
                return self.mistake(slash, slash, "at least one argument must precede /");
            }
            self.position = slash;
            return Err(Stop::Dead);
        }
        if seen.star || seen.slash {
            if !self.has_checks {
                return Err(Stop::Dead);
            }
            let message = if seen.star { "/ must be ahead of *" } else { "/ may appear only once" };
            return self.mistake(slash, slash, message);
        }
        self.bump();
        seen.slash = true;
        if self.has_checks && self.at("*") {
            return self.mistake(self.position, self.position, "expected comma between / and *");
        }
        if self.at(",") || self.at(place.close()) { Ok(()) } else { Err(Stop::Dead) }
    }

    fn star_parameter(&mut self, place: Place, seen: &mut Seen) -> Step<()> {
        let star = self.position;
        if seen.star {
            if !self.has_checks {
                return Err(Stop::Dead);
            }
            let is_second = self.fits(|this| {
                this.bump();
                if !this.at(",") {
                    this.parameter(place)?;
                }
                if this.at(",") || this.at(place.close()) { Ok(()) } else { Err(Stop::Dead) }
            })?;
            if is_second.is_some() {
                return self.mistake(star, star, "* argument may appear only once");
            }
            return Err(Stop::Dead);
        }
        self.bump();
        seen.star = true;
        if self.at_kind(Kind::Name) {
            self.name()?;
            let mut is_star_annotated = false;
            if place == Place::Function && self.at(":") {
                self.bump();
                is_star_annotated = self.at("*");
                self.star_expression()?;
            }
            if self.has_checks && !is_star_annotated && self.at("=") {
                let message = "var-positional argument cannot have default value";
                return self.mistake(self.position, self.position, message);
            }
            return Ok(());
        }
        self.bare_star(place, star)
    }

    /// A `*` that only separates has to have something after it.
    fn bare_star(&mut self, place: Place, star: usize) -> Step<()> {
        let after = usize::from(self.at(","));
        if after == 1 {
            self.bump();
        }
        let is_alone = self.at(place.close()) || after == 1 && self.at("**");
        self.position -= after;
        if !is_alone {
            return if after == 1 { Ok(()) } else { Err(Stop::Dead) };
        }
        if !self.has_checks {
            self.position = star;
            return Err(Stop::Dead);
        }
        let message = "named arguments must follow bare *";
        match place {
            Place::Function => self.mistake(star, star, message),
            Place::Lambda => self.mistake_here(message),
        }
    }

    /// `**` ends the parameters.
    fn keywords_parameter(&mut self, place: Place) -> Step<()> {
        self.bump();
        self.parameter(place)?;
        if self.has_checks && self.at("=") {
            let message = "var-keyword argument cannot have default value";
            return self.mistake(self.position, self.position, message);
        }
        if self.eat(",") && self.has_checks {
            let first = self.position;
            let follows = if self.at_any(&["*", "**", "/"]) {
                Some(first)
            } else {
                self.fits(|this| {
                    this.parameter(place)?;
                    Ok(this.position - 1)
                })?
            };
            if let Some(last) = follows {
                return self.mistake(first, last, "arguments cannot follow var-keyword argument");
            }
        }
        Ok(())
    }

    /// Parameters in parentheses of their own, as Python 2 had them.
    fn check_parenthesized(&mut self, place: Place) -> Step<()> {
        let open = self.position;
        let close = self.fits(|this| {
            this.bump();
            loop {
                this.parameter(place)?;
                if !this.eat(",") || this.at(")") {
                    break;
                }
            }
            this.expect(")")
        })?;
        let message = match place {
            Place::Function => "Function parameters cannot be parenthesized",
            Place::Lambda => "Lambda expression parameters cannot be parenthesized",
        };
        match close {
            Some(close) => self.mistake(open, close, message),
            None => Ok(()),
        }
    }
}
