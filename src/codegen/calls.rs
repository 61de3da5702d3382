//! Calls: of methods, with plain arguments, and with unpacked ones (`CALL_FUNCTION_EX`).

use super::attributes::AttributeLoad;
use super::displays::Display;
use super::{Compiler, Place, Result};
use crate::code::Constant;
use crate::diagnostic::Diagnostic;
use crate::names::Ident;
use crate::source::Location;
use crate::syntax::ast::{Call, Expr, ExprContext, ExprKind, Keyword};
use crate::targets::{Calls, Opcode};

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_call` (3.12)
    pub(super) fn call(&mut self, location: Location, call: &'a Call<'a>) -> Result {
        self.validate_keywords(call.keywords)?;
        if let ExprKind::Attribute { value, attr, .. } = call.func.kind
            && self.is_method_call(call, value)
        {
            return self.method_call(location, call, value, attr);
        }
        self.check_caller(call.func);
        self.relocate(call.func.location);
        self.null_before_callable(call.func.location);
        self.relocate(location);
        self.visit_expr(call.func)?;
        if let Some(consumer) = self.genexp_consumer(call) {
            return self.genexp_call(location, consumer);
        }
        self.null_after_callable(call.func.location);
        self.valid_call_args(location, 0, call.args, call.keywords)
    }

    /// A callable that is no method has a `NULL` beside it, where a method has its object.
    pub(super) fn null_before_callable(&mut self, location: Location) {
        if self.features.calls.push_null_before_callable() {
            self.emit(Opcode::PUSH_NULL, location);
        }
    }

    pub(super) fn null_after_callable(&mut self, location: Location) {
        if self.features.calls.push_null_after_callable() {
            self.emit(Opcode::PUSH_NULL, location);
        }
    }

    /// Whether the call of an attribute of `value` is likely one of a method, and few enough plain
    /// arguments make it worth a special code.
    fn is_method_call(&self, call: &Call<'a>, value: &Expr<'a>) -> bool {
        if self.features.calls == Calls::Function {
            let is_plain = call.keywords.is_empty() && !has_unpacking(call.args, &[]);
            return is_plain && call.args.len() < self.features.stack_use_guideline;
        }
        let count = call.args.len() + call.keywords.len() + usize::from(!call.keywords.is_empty());
        !self.is_import_originated(value)
            && count < self.features.stack_use_guideline
            && !has_unpacking(call.args, call.keywords)
    }

    /// CPython: `Python/compile.c` `maybe_optimize_method_call` (3.12)
    fn method_call(
        &mut self,
        location: Location,
        call: &'a Call<'a>,
        value: &'a Expr<'a>,
        attr: Ident,
    ) -> Result {
        let func = call.func.location;
        let attr_location = self.start_at_attribute(func, func, attr);
        if let Some(super_call) = self.optimizable_super_call(value, attr) {
            self.super_attribute(func, super_call, attr, AttributeLoad::Method)?;
        } else {
            self.visit_expr(value)?;
            self.relocate(attr_location);
            self.load_attribute(attr, AttributeLoad::Method, attr_location);
        }
        self.visit_exprs(call.args)?;
        let opcode = self.plain_keywords(attr_location, call.keywords)?;
        let count = call.args.len() + call.keywords.len();
        let location = self.start_at_attribute(location, func, attr);
        self.relocate(location);
        match opcode {
            Opcode::CALL => self.emit_method_call(count as u32, location),
            _ => self.emit_arg(opcode, count as u32, location),
        }
        Ok(())
    }

    /// Pushes arguments and calls; the callee and `already_pushed` positional arguments are on the
    /// stack.
    ///
    /// CPython: `Python/compile.c` `compiler_call_helper` (3.12)
    pub(crate) fn call_args(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        self.validate_keywords(keywords)?;
        self.valid_call_args(location, already_pushed, args, keywords)
    }

    fn valid_call_args(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        let count = args.len();
        self.counted_call_args(location, already_pushed, args, count, keywords)
    }

    /// The arguments of the call that makes a generic class: `bases` has one more than the source.
    pub(super) fn generic_class_args(
        &mut self,
        location: Location,
        bases: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        self.validate_keywords(keywords)?;
        let uncounted = usize::from(self.features.generic_base_uncounted);
        self.counted_call_args(location, 2, bases, bases.len() - uncounted, keywords)
    }

    fn counted_call_args(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        counted_args: usize,
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        if counted_args + keywords.len() * 2 > self.features.stack_use_guideline
            || has_unpacking(args, keywords)
        {
            return self.unpacking_call(location, already_pushed, args, keywords);
        }
        self.visit_exprs(args)?;
        let opcode = self.plain_keywords(location, keywords)?;
        let count = already_pushed + (args.len() + keywords.len()) as u32;
        self.emit_plain_call(opcode, count, location);
        Ok(())
    }

    /// `opcode` is what [`Self::plain_keywords`] has returned.
    fn emit_plain_call(&mut self, opcode: Opcode, count: u32, location: Location) {
        if opcode == Opcode::CALL {
            self.emit_call(count, location);
        } else {
            self.emit_arg(opcode, count, location);
        }
    }

    /// Pushes the values of keyword arguments and names them for the call that follows, whose
    /// instruction it returns.
    fn plain_keywords(&mut self, location: Location, keywords: &'a [Keyword<'a>]) -> Result<Opcode> {
        if keywords.is_empty() {
            return Ok(Opcode::CALL);
        }
        keywords.iter().try_for_each(|keyword| self.visit_expr(keyword.value))?;
        let names = self.keyword_names(keywords);
        let opcode = match self.features.calls {
            Calls::Function => Opcode::CALL_FUNCTION_KW,
            Calls::CallKw => Opcode::CALL_KW,
            Calls::Precall | Calls::KwNames => {
                let index = self.unit().consts.add(names);
                self.emit_arg(Opcode::KW_NAMES, index, location);
                return Ok(Opcode::CALL);
            }
        };
        self.emit_const(names, location);
        Ok(opcode)
    }

    fn keyword_names(&self, keywords: &[Keyword<'a>]) -> Constant<'a> {
        let names = keywords.iter().filter_map(|keyword| keyword.arg);
        let names: Vec<_> = names.map(|name| self.name_constant(name)).collect();
        Constant::Tuple(self.arena.alloc_slice_copy(&names))
    }

    /// Collects the arguments in a tuple and a dict, and calls with these.
    fn unpacking_call(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        if !self.features.opcodes.has(Opcode::DICT_MERGE) {
            return self.joining_call(location, already_pushed, args, keywords);
        }
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if already_pushed == 0 => {
                self.visit_expr(value)?;
            }
            _ => self.display(location, Display::Tuple, already_pushed, args)?,
        }
        if !keywords.is_empty() {
            self.keywords_dict(location, keywords)?;
        }
        let has_dict = !keywords.is_empty();
        if self.features.call_ex_always_kwargs {
            if !has_dict {
                self.emit(Opcode::PUSH_NULL, location);
            }
            self.emit(Opcode::CALL_FUNCTION_EX, location);
        } else {
            self.emit_arg(Opcode::CALL_FUNCTION_EX, u32::from(has_dict), location);
        }
        Ok(())
    }

    /// The same by instructions that join all parts.
    ///
    /// CPython: `Python/compile.c` `compiler_call_helper` (3.8)
    fn joining_call(
        &mut self,
        location: Location,
        already_pushed: u32,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        let (mut parts, pushed) = self.display_parts(location, Opcode::BUILD_TUPLE, already_pushed, args)?;
        if pushed > 0 || parts == 0 {
            self.emit_arg(Opcode::BUILD_TUPLE, pushed, location);
            parts += 1;
        }
        if parts > 1 {
            self.emit_arg(Opcode::BUILD_TUPLE_UNPACK_WITH_CALL, parts, location);
        }
        let dicts = self.keyword_parts(location, keywords)?;
        if dicts > 1 {
            self.emit_arg(Opcode::BUILD_MAP_UNPACK_WITH_CALL, dicts, location);
        }
        self.emit_arg(Opcode::CALL_FUNCTION_EX, u32::from(dicts > 0), location);
        Ok(())
    }

    /// Pushes mappings, and dicts of the runs of `name=value` between them. Returns how many there
    /// are.
    fn keyword_parts(&mut self, location: Location, keywords: &'a [Keyword<'a>]) -> Result<u32> {
        let mut parts = 0;
        for run in keywords.split_inclusive(|keyword| keyword.arg.is_none()) {
            let (mapping, named) = match run {
                [named @ .., last] if last.arg.is_none() => (Some(last), named),
                named => (None, named),
            };
            if !named.is_empty() {
                self.sub_keywords(location, named)?;
                parts += 1;
            }
            if let Some(mapping) = mapping {
                self.visit_expr(mapping.value)?;
                parts += 1;
            }
        }
        Ok(parts)
    }

    /// Makes one dict of runs of `name=value` and of `**value` between them.
    fn keywords_dict(&mut self, location: Location, keywords: &'a [Keyword<'a>]) -> Result {
        let mut has_dict = false;
        let mut run_start = 0;
        for (index, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_none() {
                self.keywords_run(location, &keywords[run_start..index], &mut has_dict)?;
                run_start = index + 1;
                if !has_dict {
                    self.emit_arg(Opcode::BUILD_MAP, 0, location);
                    has_dict = true;
                }
                self.visit_expr(keyword.value)?;
                self.emit_arg(Opcode::DICT_MERGE, 1, location);
            }
        }
        self.keywords_run(location, &keywords[run_start..], &mut has_dict)
    }

    /// Makes a dict of a run without `**`, which may be empty, and merges it into the dict on the
    /// stack if there is one.
    fn keywords_run(
        &mut self,
        location: Location,
        keywords: &'a [Keyword<'a>],
        has_dict: &mut bool,
    ) -> Result {
        if keywords.is_empty() {
            return Ok(());
        }
        self.sub_keywords(location, keywords)?;
        if *has_dict {
            self.emit_arg(Opcode::DICT_MERGE, 1, location);
        }
        *has_dict = true;
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_subkwargs` (3.12)
    fn sub_keywords(&mut self, location: Location, keywords: &'a [Keyword<'a>]) -> Result {
        let count = keywords.len() as u32;
        let is_big = keywords.len() * 2 > self.features.stack_use_guideline;
        if count > 1 && !is_big && self.features.const_key_maps {
            keywords.iter().try_for_each(|keyword| self.visit_expr(keyword.value))?;
            self.emit_const(self.keyword_names(keywords), location);
            self.emit_arg(Opcode::BUILD_CONST_KEY_MAP, count, location);
            return Ok(());
        }
        if is_big {
            self.emit_arg(Opcode::BUILD_MAP, 0, Place::Nowhere);
        }
        for keyword in keywords {
            let name = keyword.arg.expect("a run has no `**`");
            self.emit_const(self.name_constant(name), location);
            self.visit_expr(keyword.value)?;
            if is_big {
                self.emit_arg(Opcode::MAP_ADD, 1, Place::Nowhere);
            }
        }
        if !is_big {
            self.emit_arg(Opcode::BUILD_MAP, count, location);
        }
        Ok(())
    }

    /// CPython: `Python/compile.c` `validate_keywords` (3.9–)
    fn validate_keywords(&mut self, keywords: &'a [Keyword<'a>]) -> Result {
        if keywords.is_empty() {
            return Ok(());
        }
        let names = keywords.iter().filter_map(|keyword| Some((keyword.arg?, keyword.location)));
        self.validate_names(names, "keyword argument repeated")
    }

    /// Checks that each name may be assigned to and occurs once. The error is that of the first
    /// wrong name; a repetition is reported at its second occurrence.
    pub(super) fn validate_names(
        &mut self,
        names: impl Iterator<Item = (Ident, Location)>,
        repeated: &str,
    ) -> Result {
        let mut seen = std::mem::take(&mut self.seen_names);
        let mut fault: Option<(u32, Box<Diagnostic>)> = None;
        for (name, location) in names {
            let seen_before = seen.len();
            let first = seen.add(name);
            if fault.is_none()
                && let Err(forbidden) = self.forbidden_name(location, name, ExprContext::Store)
            {
                fault = Some((first, forbidden));
            }
            let is_repeated = seen.len() == seen_before;
            if is_repeated && fault.as_ref().is_none_or(|&(faulty, _)| first < faulty) {
                let message = format!("{repeated}: {}", self.interner.text(name));
                self.set_location(location);
                fault = Some((first, Box::new(Diagnostic::syntax_error(location, message))));
            }
        }
        seen.clear();
        self.seen_names = seen;
        fault.map_or(Ok(()), |(_, diagnostic)| Err(diagnostic))
    }
}

fn has_unpacking(args: &[Expr<'_>], keywords: &[Keyword<'_>]) -> bool {
    args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }))
        || keywords.iter().any(|keyword| keyword.arg.is_none())
}
