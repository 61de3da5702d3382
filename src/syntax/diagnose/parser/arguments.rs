//! The arguments of calls and classes.

use super::{Parser, Step, Stop};
use crate::syntax::diagnose::expr::{Expr, ExprKind};
use crate::syntax::diagnose::token::Kind;

/// The kinds of arguments, in the order in which they have to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Positional,
    Keyword,
    Unpacking,
}

impl Parser<'_> {
    /// The parentheses of a call.
    pub(super) fn call_arguments(&mut self) -> Step<()> {
        self.nested(|this| {
            let open = this.expect("(")?;
            let first = this.attempt(Self::value)?;
            if let Some(first) = &first
                && this.at_any(&["for", "async"])
                && this.attempt(|this| this.only_generator(open, first))?.is_some()
            {
                return Ok(());
            }
            this.arguments(first)?;
            this.expect(")").map(|_| ())
        })
    }

    /// An argument that is only a value.
    fn value(&mut self) -> Step<Expr> {
        if self.at_kind(Kind::Name) && self.is_ahead(1, "=") {
            return Err(Stop::Dead);
        }
        match self.assignment_expression()? {
            Some(expr) => Ok(expr),
            None => self.expression(),
        }
    }

    /// The rest of a generator expression that shares the parentheses with its call.
    fn only_generator(&mut self, open: usize, element: &Expr) -> Step<()> {
        self.comprehension(ExprKind::Generator, open, element.clone(), ")").map(|_| ())
    }

    /// Arguments up to the closing parenthesis, which is left. The `first` may have been read before.
    pub(super) fn arguments(&mut self, mut first: Option<Expr>) -> Step<()> {
        let mut seen = Rank::Positional;
        let mut count = 0;
        let mut is_star_list = true;
        while first.is_some() || !self.at(")") {
            let position = self.position;
            let may_end_in_star = count > 0 && (is_star_list || seen > Rank::Positional);
            let argument = match first.take() {
                Some(expr) => {
                    is_star_list = false;
                    self.positional(position, &expr, seen, count)
                }
                None => {
                    is_star_list &= self.at("*");
                    self.argument(&mut seen, count, may_end_in_star)
                }
            };
            match argument {
                Ok(()) => count += 1,
                Err(Stop::Dead) => {
                    self.position = position;
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
            if !self.eat(",") {
                break;
            }
        }
        Ok(())
    }

    /// `may_end_in_star` says that a `*` without a value would be told to be out of place.
    fn argument(&mut self, seen: &mut Rank, count: usize, may_end_in_star: bool) -> Step<()> {
        if self.at("*") {
            return self.starred_argument(*seen, may_end_in_star);
        }
        if self.at("**") {
            let stars = self.bump();
            self.expression()?;
            self.check_assigned_unpacking(stars, "cannot assign to keyword argument unpacking")?;
            if self.has_checks && self.at_any(&["for", "async"]) {
                self.fits(Self::for_if_clauses)?;
            }
            *seen = Rank::Unpacking;
            return Ok(());
        }
        if self.at_kind(Kind::Name) && self.is_ahead(1, "=") {
            self.keyword_argument()?;
            *seen = (*seen).max(Rank::Keyword);
            return Ok(());
        }
        if *seen > Rank::Positional && !self.has_checks {
            // Only a keyword is looked for.
            self.name()?;
            self.token();
            return Err(Stop::Dead);
        }
        let start = self.position;
        let expr = self.value()?;
        self.positional(start, &expr, *seen, count)
    }

    /// What may follow a value in its place.
    fn positional(&mut self, start: usize, expr: &Expr, seen: Rank, count: usize) -> Step<()> {
        if self.at(":=") {
            return Err(Stop::Dead);
        }
        if self.at("=") {
            return self.assigned_argument(expr);
        }
        if self.has_checks && self.at_any(&["for", "async"]) {
            self.check_generator(expr, count)?;
        }
        if seen > Rank::Positional { self.late_positional(start, seen) } else { Ok(()) }
    }

    fn starred_argument(&mut self, seen: Rank, may_end_in_star: bool) -> Step<()> {
        let star = self.bump();
        let value = if seen == Rank::Unpacking { None } else { self.attempt(Self::expression)? };
        if value.is_none() {
            if self.has_checks && may_end_in_star {
                let message = "iterable argument unpacking follows keyword argument unpacking";
                return self.mistake(star, star, message);
            }
            return Err(Stop::Dead);
        }
        self.check_assigned_unpacking(star, "cannot assign to iterable argument unpacking")
    }

    /// What is unpacked from `stars` on is no keyword.
    fn check_assigned_unpacking(&mut self, stars: usize, message: &str) -> Step<()> {
        if !self.has_checks || !self.at("=") {
            return Ok(());
        }
        let value = self.fits(|this| {
            this.bump();
            this.expression()
        })?;
        match value {
            Some(value) => self.mistake(stars, value.end - 1, message),
            None => Ok(()),
        }
    }

    /// A starred expression that is given a value, at the start of what is in brackets.
    pub(super) fn check_starred_assignment(&mut self) -> Step<()> {
        if !self.has_checks || !self.at("*") {
            return Ok(());
        }
        self.fits(|this| {
            let star = this.bump();
            this.expression()?;
            this.check_assigned_unpacking(star, "cannot assign to iterable argument unpacking")
        })?;
        Ok(())
    }

    fn keyword_argument(&mut self) -> Step<()> {
        let name = self.bump();
        let equal = self.bump();
        if self.has_checks && self.at_any(&[",", ")"]) {
            return self.mistake(name, equal, "expected argument value expression");
        }
        self.expression()?;
        if self.has_checks && self.at_any(&["for", "async"]) && self.fits(Self::for_if_clauses)?.is_some() {
            let message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
            return self.mistake(name, equal, message);
        }
        Ok(())
    }

    /// A value is given to something that is no name.
    fn assigned_argument(&mut self, expr: &Expr) -> Step<()> {
        if !self.has_checks {
            return Err(Stop::Dead);
        }
        let equal = self.position;
        let is_bare = expr.end == equal;
        let message = match expr.kind {
            ExprKind::True | ExprKind::False | ExprKind::None if is_bare => {
                format!("cannot assign to {}", expr.description())
            }
            _ => "expression cannot contain assignment, perhaps you meant \"==\"?".to_owned(),
        };
        self.mistake(expr.start, equal, message)
    }

    /// A generator expression among other arguments.
    fn check_generator(&mut self, element: &Expr, count: usize) -> Step<()> {
        let end = self.fits(|this| {
            this.for_if_clauses()?;
            let is_alone = count == 0 && !this.at(",");
            let end = this.position;
            if this.eat(",") {
                this.arguments(None)?;
            }
            if is_alone { Err(Stop::Dead) } else { Ok(end) }
        })?;
        match end {
            Some(end) => self.mistake(element.start, end - 1, "Generator expression must be parenthesized"),
            None => Ok(()),
        }
    }

    fn late_positional(&mut self, start: usize, seen: Rank) -> Step<()> {
        self.position = start;
        let mut seen_after = Rank::Positional;
        let mut count = 0;
        loop {
            let is_keyword = self.at_kind(Kind::Name) && self.is_ahead(1, "=");
            let argument = self.attempt(|this| {
                if !is_keyword {
                    return this.argument(&mut seen_after, count, false);
                }
                this.bump();
                this.bump();
                this.expression().map(|_| ())
            })?;
            if argument.is_none() {
                break;
            }
            count += 1;
            if !self.eat(",") {
                break;
            }
        }
        self.token();
        let message = match seen {
            Rank::Unpacking => "positional argument follows keyword argument unpacking",
            _ => "positional argument follows keyword argument",
        };
        self.mistake_here(message)
    }
}
