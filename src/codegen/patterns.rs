//! The `match` statement (PEP 634).
//!
//! The code of a pattern consumes the subject on top of the stack and jumps away if it does not
//! match. Names are stored only when the whole pattern of a case matches; until then, captured
//! values wait on the stack, below everything the pattern still works with:
//!
//! ```text
//! [captured for the first name, captured for the second name, ..., items on top]
//! ```
//!
//! A jump out of a pattern has to pop all of these, so there is a chain of labels, one for each
//! number of items to pop.

use super::unparse::unparse;
use super::{Compiler, Place, Result, fault};
use crate::code::{Constant, ConstantSet, Int};
use crate::diagnostic::Diagnostic;
use crate::instructions::Label;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::{
    CmpOp, Expr, ExprContext, ExprKind, MatchCase, MatchClass, Operator, Pattern, PatternKind,
};
use crate::targets::{MatchOutcomes, Opcode};

/// The state of the pattern (or alternative) being compiled.
///
/// CPython: `Python/compile.c` `pattern_context` (3.10–3.13)
#[derive(Default)]
struct PatternContext {
    /// The names captured so far, in the order of their values on the stack.
    stores: Vec<Ident>,
    /// Whether a capture or wildcard may match the subject itself, and so leave nothing to the
    /// patterns after it.
    allow_irrefutable: bool,
    /// `fail_pop[n]` is where to jump on failure with `n` items to pop.
    fail_pop: Vec<Label>,
    /// The items on top of the stack that have to stay there; captures go beneath.
    on_top: usize,
}

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_match_inner` (3.12)
    pub(crate) fn match_statement(&mut self, subject: &'a Expr<'a>, cases: &'a [MatchCase<'a>]) -> Result {
        self.visit_expr(subject)?;
        let end = self.new_label();
        let (default, cases) = match cases {
            [others @ .., last] if !others.is_empty() && is_wildcard(&last.pattern.kind) => {
                (Some(last), others)
            }
            _ => (None, cases),
        };
        for (index, case) in cases.iter().enumerate() {
            let is_last = index + 1 == cases.len();
            self.match_case(case, is_last, default.is_some(), end)?;
        }
        if let Some(case) = default {
            self.set_location(case.pattern.location);
            // Only to show in a trace.
            self.emit(Opcode::NOP, case.pattern.location);
            if let Some(guard) = case.guard {
                self.jump_if(case.pattern.location, guard, end, false)?;
            }
            self.visit_body(case.body)?;
            self.leave_case();
        }
        self.use_label(end);
        Ok(())
    }

    /// What follows the body of a case stands for no source, unless it counts as part of the body.
    fn leave_case(&mut self) {
        if !self.features.cases_end_in_body {
            self.unset_location();
        }
    }

    /// Emits a case other than a default. All but the last of them work on a copy of the subject.
    fn match_case(
        &mut self,
        case: &'a MatchCase<'a>,
        is_last: bool,
        has_default: bool,
        end: Label,
    ) -> Result {
        let location = case.pattern.location;
        self.set_location(location);
        if !is_last {
            self.emit_copy(location);
        }
        let mut context = PatternContext {
            allow_irrefutable: case.guard.is_some() || is_last && !has_default,
            ..PatternContext::default()
        };
        self.pattern(case.pattern, &mut context)?;
        for &name in &context.stores {
            self.name_op(location, name, ExprContext::Store)?;
        }
        context.stores.clear();
        if let Some(guard) = case.guard {
            let fail = self.fail_pop(&mut context, 0);
            self.jump_if(location, guard, fail, false)?;
        }
        if !is_last {
            let at_next = self.features.matched_subject_popped_at_next;
            self.emit(Opcode::POP_TOP, if at_next { Place::Next } else { Place::At(location) });
        }
        self.visit_body(case.body)?;
        self.leave_case();
        self.emit_jump_forward(end, Place::AfterBody);
        // The cleanup belongs to the pattern that failed, not to the last line of the body.
        self.set_location(location);
        self.emit_fail_pops(&mut context, location);
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern<'a>, context: &mut PatternContext) -> Result {
        let location = pattern.location;
        self.set_location(location);
        match pattern.kind {
            PatternKind::MatchValue(value) => self.match_value(location, value, context),
            PatternKind::MatchSingleton(value) => {
                self.emit_const(value, location);
                self.emit_comparison(CmpOp::Is, location);
                self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
                Ok(())
            }
            PatternKind::MatchSequence(patterns) => self.match_sequence(location, patterns, context),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.match_mapping(location, keys, patterns, rest, context)
            }
            PatternKind::MatchClass(class) => self.match_class(location, class, context),
            PatternKind::MatchStar(name) => self.capture(location, name, context),
            PatternKind::MatchAs { pattern, name } => self.match_as(location, pattern, name, context),
            PatternKind::MatchOr(patterns) => self.match_or(location, patterns, context),
        }
    }

    /// A pattern within another, which may match anything.
    fn subpattern(&mut self, pattern: &'a Pattern<'a>, context: &mut PatternContext) -> Result {
        let outer = std::mem::replace(&mut context.allow_irrefutable, true);
        self.pattern(pattern, context)?;
        context.allow_irrefutable = outer;
        Ok(())
    }

    /// The label to jump to with `pops` items to pop.
    fn fail_pop(&mut self, context: &mut PatternContext, pops: usize) -> Label {
        while context.fail_pop.len() <= pops {
            context.fail_pop.push(self.new_label());
        }
        context.fail_pop[pops]
    }

    /// Leaves the pattern by `jump`.
    fn jump_to_fail_pop(&mut self, context: &mut PatternContext, jump: Opcode, location: Location) {
        let pops = context.on_top + context.stores.len();
        let target = self.fail_pop(context, pops);
        self.emit_jump(jump, target, location);
        self.next_block();
    }

    /// Places the labels that failures jumped to, each falling through to the one with an item less
    /// to pop.
    ///
    /// CPython: `Python/compile.c` `emit_and_reset_fail_pop` (3.12)
    fn emit_fail_pops(&mut self, context: &mut PatternContext, location: Location) {
        if context.fail_pop.is_empty() {
            self.next_block();
        }
        while let Some(label) = context.fail_pop.pop() {
            self.use_label(label);
            if !context.fail_pop.is_empty() {
                self.emit(Opcode::POP_TOP, location);
            }
        }
    }

    /// Moves the value on top of the stack below `count - 1` others.
    fn rotate(&mut self, location: Location, count: usize) {
        if self.features.opcodes.has(Opcode::ROT_N) {
            self.emit_arg(Opcode::ROT_N, count as u32, location);
        } else {
            self.emit_rotate(count as u32, location);
        }
    }

    /// Keeps the value on top of the stack for `name`, or drops it.
    ///
    /// CPython: `Python/compile.c` `pattern_helper_store_name` (3.12)
    fn capture(&mut self, location: Location, name: Option<Ident>, context: &mut PatternContext) -> Result {
        let Some(name) = name else {
            self.emit(Opcode::POP_TOP, location);
            return Ok(());
        };
        self.forbidden_name(location, name, ExprContext::Store)?;
        self.check_new_store(location, name, context)?;
        self.check_memory()?;
        self.rotate(location, context.on_top + context.stores.len() + 1);
        context.stores.push(name);
        Ok(())
    }

    fn check_new_store(&self, location: Location, name: Ident, context: &PatternContext) -> Result {
        if context.stores.contains(&name) {
            let name = self.interner.text(name);
            let message = format!("multiple assignments to name '{name}' in pattern");
            return fault(location, message);
        }
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_pattern_as` (3.12)
    fn match_as(
        &mut self,
        location: Location,
        pattern: Option<&'a Pattern<'a>>,
        name: Option<Ident>,
        context: &mut PatternContext,
    ) -> Result {
        let Some(pattern) = pattern else {
            if !context.allow_irrefutable {
                return Err(Box::new(self.irrefutable(location, name)));
            }
            return self.capture(location, name, context);
        };
        context.on_top += 1;
        self.emit_copy(location);
        self.pattern(pattern, context)?;
        context.on_top -= 1;
        self.capture(location, name, context)
    }

    #[cold]
    fn irrefutable(&self, location: Location, name: Option<Ident>) -> Diagnostic {
        let what = match name {
            Some(name) => format!("name capture '{}'", self.interner.text(name)),
            None => "wildcard".to_owned(),
        };
        Diagnostic::syntax_error(location, format!("{what} makes remaining patterns unreachable"))
    }

    fn match_value(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        context: &mut PatternContext,
    ) -> Result {
        if value.kind.as_constant().is_none() && !matches!(value.kind, ExprKind::Attribute { .. }) {
            let message = "patterns may only match literals and attribute lookups";
            return fault(location, message);
        }
        self.visit_expr(value)?;
        self.emit_comparison(CmpOp::Eq, location);
        self.emit_to_bool(location);
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_pattern_sequence` (3.12)
    fn match_sequence(
        &mut self,
        location: Location,
        patterns: &'a [Pattern<'a>],
        context: &mut PatternContext,
    ) -> Result {
        let is_star = |pattern: &Pattern<'_>| matches!(pattern.kind, PatternKind::MatchStar(_));
        let star = patterns.iter().position(is_star);
        if patterns.iter().filter(|pattern| is_star(pattern)).count() > 1 {
            let message = "multiple starred names in sequence pattern";
            return fault(location, message);
        }
        context.on_top += 1;
        self.emit(Opcode::MATCH_SEQUENCE, location);
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
        match star {
            None => self.check_length(location, CmpOp::Eq, patterns.len(), context),
            Some(_) if patterns.len() == 1 => {}
            Some(_) => self.check_length(location, CmpOp::GtE, patterns.len() - 1, context),
        }
        context.on_top -= 1;
        if patterns.iter().all(|pattern| is_wildcard(&pattern.kind)) {
            self.emit(Opcode::POP_TOP, location);
            return Ok(());
        }
        match star {
            Some(star) if is_wildcard(&patterns[star].kind) => {
                self.match_items_by_index(location, patterns, star, context)
            }
            _ => self.match_unpacked_items(location, patterns, context),
        }
    }

    /// Leaves the pattern unless `len(subject) op length`.
    fn check_length(&mut self, location: Location, op: CmpOp, length: usize, context: &mut PatternContext) {
        self.emit(Opcode::GET_LEN, location);
        self.emit_const(int(length), location);
        self.emit_comparison(op, location);
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
    }

    /// CPython: `Python/compile.c` `pattern_helper_sequence_unpack` (3.12)
    fn match_unpacked_items(
        &mut self,
        location: Location,
        patterns: &'a [Pattern<'a>],
        context: &mut PatternContext,
    ) -> Result {
        let starred = patterns.iter().map(|pattern| matches!(pattern.kind, PatternKind::MatchStar(_)));
        self.unpack(location, starred, "sequence pattern")?;
        context.on_top += patterns.len();
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// For patterns like `[first, *_, last]`, which need only some items.
    ///
    /// CPython: `Python/compile.c` `pattern_helper_sequence_subscr` (3.12)
    fn match_items_by_index(
        &mut self,
        location: Location,
        patterns: &'a [Pattern<'a>],
        star: usize,
        context: &mut PatternContext,
    ) -> Result {
        context.on_top += 1;
        for (index, pattern) in patterns.iter().enumerate() {
            if is_wildcard(&pattern.kind) {
                continue;
            }
            self.emit_copy(location);
            if index < star {
                self.emit_const(int(index), location);
            } else {
                // Not every sequence can be indexed from its end.
                self.emit(Opcode::GET_LEN, location);
                self.emit_const(int(patterns.len() - index), location);
                self.emit_binary(Operator::Sub, location);
            }
            self.load_subscript(location);
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_pattern_class` (3.12)
    fn match_class(
        &mut self,
        location: Location,
        class: &'a MatchClass<'a>,
        context: &mut PatternContext,
    ) -> Result {
        let MatchClass { cls, patterns, kwd_attrs, kwd_patterns } = *class;
        let places = kwd_patterns.iter().map(|pattern| pattern.location);
        let attrs = kwd_attrs.iter().copied().zip(places);
        if let Err(fault) = self.validate_names(attrs, "attribute name repeated in class pattern") {
            self.set_location(fault.location);
            return Err(fault);
        }
        self.visit_expr(cls)?;
        let attrs: Vec<_> = kwd_attrs.iter().map(|&attr| self.name_constant(attr)).collect();
        self.emit_const(Constant::Tuple(self.arena.alloc_slice_copy(&attrs)), location);
        self.emit_arg(Opcode::MATCH_CLASS, patterns.len() as u32, location);
        if self.features.match_outcomes == MatchOutcomes::Bool {
            return self.match_class_items(location, class, context);
        }
        // On top there is now a tuple of the attributes, or None.
        context.on_top += 1;
        self.fail_if_none(location, context);
        let count = patterns.len() + kwd_patterns.len();
        self.emit_arg(Opcode::UNPACK_SEQUENCE, count as u32, location);
        context.on_top += count;
        context.on_top -= 1;
        for pattern in patterns.iter().chain(kwd_patterns) {
            context.on_top -= 1;
            if is_wildcard(&pattern.kind) {
                self.emit(Opcode::POP_TOP, location);
            } else {
                self.subpattern(pattern, context)?;
            }
        }
        Ok(())
    }

    /// On top there are now a tuple of the attributes and whether they were found.
    fn match_class_items(
        &mut self,
        location: Location,
        class: &'a MatchClass<'a>,
        context: &mut PatternContext,
    ) -> Result {
        context.on_top += 1;
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
        self.match_items(location, class.patterns.iter().chain(class.kwd_patterns), context)?;
        context.on_top -= 1;
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// Matches the items of the tuple on top of the stack, which stays there, one after the other.
    fn match_items(
        &mut self,
        location: Location,
        patterns: impl Iterator<Item = &'a Pattern<'a>>,
        context: &mut PatternContext,
    ) -> Result {
        for (index, pattern) in patterns.enumerate() {
            if is_wildcard_itself(&pattern.kind) {
                continue;
            }
            self.emit_copy(location);
            self.emit_const(int(index), location);
            self.load_subscript(location);
            self.subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// Leaves the pattern if the value on top of the stack, which stays there, is None.
    fn fail_if_none(&mut self, location: Location, context: &mut PatternContext) {
        self.emit_copy(location);
        self.emit_const(Constant::None, location);
        self.emit_comparison(CmpOp::IsNot, location);
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
    }

    /// CPython: `Python/compile.c` `compiler_pattern_mapping` (3.12)
    fn match_mapping(
        &mut self,
        location: Location,
        keys: &'a [Expr<'a>],
        patterns: &'a [Pattern<'a>],
        rest: Option<Ident>,
        context: &mut PatternContext,
    ) -> Result {
        context.on_top += 1;
        self.emit(Opcode::MATCH_MAPPING, location);
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
        if keys.is_empty() && rest.is_none() {
            context.on_top -= 1;
            self.emit(Opcode::POP_TOP, location);
            return Ok(());
        }
        if !keys.is_empty() {
            self.check_length(location, CmpOp::GtE, keys.len(), context);
        }
        self.mapping_keys(location, keys)?;
        self.emit_arg(Opcode::BUILD_TUPLE, keys.len() as u32, location);
        self.emit(Opcode::MATCH_KEYS, location);
        if self.features.match_outcomes == MatchOutcomes::Bool {
            return self.match_mapping_items(location, patterns, rest, context);
        }
        // Above the subject there are now a tuple of the keys and one of their values, or None.
        context.on_top += 2;
        self.fail_if_none(location, context);
        self.emit_arg(Opcode::UNPACK_SEQUENCE, keys.len() as u32, location);
        context.on_top += patterns.len();
        context.on_top -= 1;
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 2;
        if rest.is_some() {
            self.mapping_rest(location, keys.len() as u32);
            return self.capture(location, rest, context);
        }
        self.emit(Opcode::POP_TOP, location);
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// Above the subject there are now a tuple of the keys, one of their values, and whether they
    /// were found.
    fn match_mapping_items(
        &mut self,
        location: Location,
        patterns: &'a [Pattern<'a>],
        rest: Option<Ident>,
        context: &mut PatternContext,
    ) -> Result {
        context.on_top += 2;
        self.jump_to_fail_pop(context, Opcode::POP_JUMP_IF_FALSE, location);
        self.match_items(location, patterns.iter(), context)?;
        context.on_top -= 2;
        self.emit(Opcode::POP_TOP, location);
        if rest.is_some() {
            self.emit(Opcode::COPY_DICT_WITHOUT_KEYS, location);
            self.capture(location, rest, context)?;
        } else {
            self.emit(Opcode::POP_TOP, location);
        }
        context.on_top -= 1;
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// Pushes the keys, which are literals or attributes.
    fn mapping_keys(&mut self, location: Location, keys: &'a [Expr<'a>]) -> Result {
        let mut seen = ConstantSet::default();
        for key in keys {
            if let Some(value) = key.kind.as_constant() {
                if !seen.insert(value) {
                    return Err(Box::new(self.duplicate_key(location, value)));
                }
            } else if !matches!(key.kind, ExprKind::Attribute { .. }) {
                let message = "mapping pattern keys may only match literals and attribute lookups";
                return fault(location, message);
            }
            self.visit_expr(key)?;
        }
        Ok(())
    }

    #[cold]
    fn duplicate_key(&self, location: Location, value: Constant<'a>) -> Diagnostic {
        let key = Expr { kind: ExprKind::Constant(value), location };
        let text = unparse(self.arena, self.interner, self.features.unicode, &key);
        let mut repr = String::from_utf8_lossy(text.0).into_owned();
        if matches!(value, Constant::Float(_) | Constant::Complex { .. }) {
            // How source spells infinity.
            repr = repr.replace("1e309", "inf");
        }
        Diagnostic::syntax_error(location, format!("mapping pattern checks duplicate key ({repr})"))
    }

    /// Turns the subject and the tuple of its `count` keys that were asked for into a dict of the
    /// others.
    fn mapping_rest(&mut self, location: Location, count: u32) {
        self.emit_arg(Opcode::BUILD_MAP, 0, location);
        self.emit_arg(Opcode::SWAP, 3, location);
        self.emit_arg(Opcode::DICT_UPDATE, 2, location);
        self.emit_arg(Opcode::UNPACK_SEQUENCE, count, location);
        for left in (1..=count).rev() {
            self.emit_arg(Opcode::COPY, 1 + left, location);
            self.emit_arg(Opcode::SWAP, 2, location);
            self.emit(Opcode::DELETE_SUBSCR, location);
        }
    }

    /// Each alternative works on a copy of the subject and on a context of its own; all must
    /// capture the same names.
    ///
    /// CPython: `Python/compile.c` `compiler_pattern_or` (3.12)
    fn match_or(
        &mut self,
        location: Location,
        patterns: &'a [Pattern<'a>],
        context: &mut PatternContext,
    ) -> Result {
        let end = self.new_label();
        let (first, others) = patterns.split_first().expect("an or-pattern has alternatives");
        let control = self.alternative(location, first, None, false, end)?;
        for (index, pattern) in others.iter().enumerate() {
            let allow_irrefutable = context.allow_irrefutable && index + 1 == others.len();
            self.alternative(location, pattern, Some(&control), allow_irrefutable, end)?;
        }
        // None matched: drop the subject and fail.
        self.emit(Opcode::POP_TOP, location);
        self.jump_to_fail_pop(context, self.features.forward_jump, location);

        self.use_label(end);
        // Below the captures are the copy of the subject, what has to stay on top, and the earlier
        // captures.
        let distance = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate(location, distance);
            self.check_new_store(location, name, context)?;
            context.stores.push(name);
        }
        self.emit(Opcode::POP_TOP, location);
        Ok(())
    }

    /// Emits an alternative, and puts its captures in the order of the first one's, the `control`.
    /// Returns the names.
    fn alternative(
        &mut self,
        or_location: Location,
        pattern: &'a Pattern<'a>,
        control: Option<&[Ident]>,
        allow_irrefutable: bool,
        end: Label,
    ) -> Result<Vec<Ident>> {
        let mut context = PatternContext { allow_irrefutable, ..PatternContext::default() };
        self.set_location(pattern.location);
        self.emit_copy(pattern.location);
        self.pattern(pattern, &mut context)?;
        if let Some(control) = control
            && !self.reorder_captures(pattern.location, control, &mut context.stores)
        {
            let message = "alternative patterns bind different names";
            return fault(or_location, message);
        }
        self.emit_jump_forward(end, pattern.location);
        self.next_block();
        self.emit_fail_pops(&mut context, pattern.location);
        Ok(context.stores)
    }

    /// Puts the captured values, whose names are `stores`, in the order of `control`. Says whether
    /// the names are the same ones.
    fn reorder_captures(&mut self, location: Location, control: &[Ident], stores: &mut [Ident]) -> bool {
        if stores.len() != control.len() {
            return false;
        }
        for (wanted, name) in control.iter().enumerate().rev() {
            let Some(found) = stores.iter().position(|store| store == name) else { return false };
            if found != wanted {
                stores[..=wanted].rotate_left(found + 1);
                for _ in 0..=found {
                    self.rotate(location, wanted + 1);
                }
            }
        }
        true
    }
}

/// `_`
fn is_wildcard_itself(pattern: &PatternKind<'_>) -> bool {
    matches!(pattern, PatternKind::MatchAs { name: None, .. })
}

/// `_` or `*_`.
fn is_wildcard(pattern: &PatternKind<'_>) -> bool {
    matches!(pattern, PatternKind::MatchAs { name: None, .. } | PatternKind::MatchStar(None))
}

fn int<'a>(value: usize) -> Constant<'a> {
    Constant::Int(Int::Small(value as i64))
}
