//! Comprehensions of all four kinds, inlined into the unit around them (PEP 709) or as functions of
//! their own.
//!
//! An inlined comprehension keeps its variables in the fast locals of the unit around it. What
//! these held before waits on the stack:
//!
//! ```text
//! [x for x in xs]     LOAD xs; GET_ITER; LOAD_FAST_AND_CLEAR x; SWAP 2; BUILD_LIST 0; SWAP 2; FOR_ITER ...
//!                     ...; SWAP 2; STORE_FAST_MAYBE_NULL x
//! ```
//!
//! Invariant: while an inlined comprehension is compiled, the symbols of the scope around say of
//! its variables what its own scope says; afterwards they say what they said before.

use super::functions::FunctionFlags;
use super::{AtEnd, Compiler, FrameBlockKind, Place, Result, UnitKind, fault};
use crate::code::CodeObject;
use crate::diagnostic::Diagnostic;
use crate::instructions::Label;
use crate::names::{Ident, known};
use crate::source::Location;
use crate::symtable::{ComprehensionKind, ScopeId, ScopeKind, Symbol, SymbolFlags, SymbolScope};
use crate::syntax::ast::{Comprehension, ComprehensionExpr, Expr, ExprKind};
use crate::targets::{
    Awaitable, ComprehensionIsolation, ComprehensionIter, IteratorLocation, Opcode, limits,
};

/// The comprehension being compiled.
#[derive(Clone, Copy)]
struct Context<'a> {
    kind: ComprehensionKind,
    location: Location,
    comp: &'a ComprehensionExpr<'a>,
}

/// What a generator's loop starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Iteration {
    /// What [`Compiler::outermost_iter`] left on the stack.
    OnStack,
    /// The same, but passed as an argument.
    FirstArgument,
    /// An iterator on the stack.
    Begun,
    ToEvaluate,
}

/// What has to be undone after an inlined comprehension.
#[derive(Default)]
struct Isolation {
    was_inlined: bool,
    /// Names whose values wait on the stack, the first of them deepest.
    pushed: Vec<Ident>,
    /// Symbols of the scope around that the comprehension's stand in for.
    outer_symbols: Vec<(Ident, Symbol)>,
    /// Names that are fast locals only within the comprehension.
    hidden: Vec<Ident>,
    /// The handler that restores the pushed values, and the end; if there are any.
    labels: Option<(Label, Label)>,
}

/// A name in an inlined comprehension.
#[derive(Clone, Copy)]
struct Inner {
    name: Ident,
    /// What it is in the comprehension.
    symbol: Symbol,
    /// What it is in the scope around the comprehension.
    outer: Symbol,
    /// The comprehension is directly in a class body, whose names it must not see.
    in_class: bool,
}

impl Inner {
    /// Whether the comprehension binds the name. Both flags are set if it assigns to a nonlocal by
    /// `:=`, which is visible outside.
    fn is_bound(&self) -> bool {
        let flags = self.symbol.flags;
        flags.contains(SymbolFlags::DEF_LOCAL) && !flags.contains(SymbolFlags::DEF_NONLOCAL)
    }

    fn is_isolated(&self) -> bool {
        self.is_bound() || self.in_class
    }

    /// Whether it is a cell of the comprehension and free outside: it can be free in both.
    fn is_free_cell(&self) -> bool {
        self.symbol.scope == Some(SymbolScope::Cell) && self.outer.scope == Some(SymbolScope::Free)
    }
}

impl<'a> Compiler<'a, '_> {
    /// CPython: `Python/compile.c` `compiler_comprehension` (3.12)
    pub(super) fn comprehension(
        &mut self,
        location: Location,
        kind: ComprehensionKind,
        comp: &'a ComprehensionExpr<'a>,
    ) -> Result {
        let scope = self.symtable.scope_of(comp.id);
        let context = Context { kind, location, comp };
        if self.symtable.scope(scope).comp_inlined {
            self.inlined_comprehension(context, scope)
        } else {
            self.comprehension_function(context, scope)
        }
    }

    fn inlined_comprehension(&mut self, context: Context<'a>, scope: ScopeId) -> Result {
        let location = context.location;
        self.outermost_iter(context)?;
        let isolation = self.isolate_variables(location, scope)?;
        self.check_async_comprehension(context, scope, self.may_await())?;
        if let Some(build) = build_opcode(context.kind) {
            self.emit_arg(build, 0, location);
            self.emit_arg(Opcode::SWAP, 2, location);
        }
        self.comprehension_generator(context, 0, 0, Iteration::OnStack)?;
        self.restore_variables(location, isolation);
        Ok(())
    }

    fn comprehension_function(&mut self, context: Context<'a>, scope: ScopeId) -> Result {
        let code = self.comprehension_code(context, scope)?;
        self.call_comprehension(context, scope, code)
    }

    /// Compiles the generator expression `comp` to a function, which [`Self::call_genexp`] may call
    /// more than once.
    pub(super) fn genexp_code(
        &mut self,
        location: Location,
        comp: &'a ComprehensionExpr<'a>,
    ) -> Result<&'a CodeObject<'a>> {
        let context = Context { kind: ComprehensionKind::Generator, location, comp };
        self.comprehension_code(context, self.symtable.scope_of(comp.id))
    }

    pub(super) fn call_genexp(
        &mut self,
        location: Location,
        comp: &'a ComprehensionExpr<'a>,
        code: &'a CodeObject<'a>,
    ) -> Result {
        let context = Context { kind: ComprehensionKind::Generator, location, comp };
        self.call_comprehension(context, self.symtable.scope_of(comp.id), code)
    }

    fn comprehension_code(&mut self, context: Context<'a>, scope: ScopeId) -> Result<&'a CodeObject<'a>> {
        let Context { kind, location, .. } = context;
        let name = match kind {
            ComprehensionKind::Generator => known::GENEXPR,
            ComprehensionKind::List => known::LISTCOMP,
            ComprehensionKind::Set => known::SETCOMP,
            ComprehensionKind::Dict => known::DICTCOMP,
        };
        let may_await = self.may_await();
        self.push_unit(name, UnitKind::Comprehension, scope, location.lineno);
        let iteration = self.iterate_before_generator(context);
        self.begin_unit();
        self.relocate(location);
        self.check_async_comprehension(context, scope, may_await)?;
        if let Some(build) = build_opcode(kind) {
            self.emit_arg(build, 0, location);
        }
        self.unit().argcount = 1;
        self.comprehension_generator(context, 0, 0, iteration)?;
        if kind == ComprehensionKind::Generator {
            self.wrap_in_stopiteration_handler();
        } else {
            self.emit(Opcode::RETURN_VALUE, location);
        }
        self.leave_unit(AtEnd::ReturnNone)
    }

    /// In a generator expression whose iterable is not to be asked for its iterator outside, does
    /// so before the generator is made. Returns what the outermost loop starts from.
    ///
    /// CPython: `Python/codegen.c` `codegen_comprehension` (3.15–)
    fn iterate_before_generator(&mut self, context: Context<'a>) -> Iteration {
        const RESUME_AT_GENEXP_START: u32 = 4;

        let is_inside = self.features.comprehension_iter == ComprehensionIter::Inside;
        if !is_inside || context.kind != ComprehensionKind::Generator {
            return Iteration::FirstArgument;
        }
        let generator = &context.comp.generators[0];
        self.emit_arg(Opcode::RESUME, RESUME_AT_GENEXP_START, Place::Nowhere);
        self.emit_arg(Opcode::LOAD_FAST, 0, generator.iter.location);
        self.get_iterator(context, generator);
        Iteration::Begun
    }

    /// Calls the function of a comprehension with the outermost iterable or its iterator.
    fn call_comprehension(
        &mut self,
        context: Context<'a>,
        scope: ScopeId,
        code: &'a CodeObject<'a>,
    ) -> Result {
        let Context { kind, location, .. } = context;
        self.make_closure(location, code, FunctionFlags::NONE)?;
        self.outermost_iter(context)?;
        self.emit_call_with_one(location);
        if self.symtable.scope(scope).coroutine && kind != ComprehensionKind::Generator {
            self.await_top(location, Awaitable::Expression);
        }
        Ok(())
    }

    /// Whether an asynchronous comprehension may stand in the innermost unit.
    fn may_await(&self) -> bool {
        if self.features.async_comprehensions_in_comprehensions {
            matches!(self.current.kind, UnitKind::AsyncFunction | UnitKind::Comprehension)
        } else {
            self.scope().coroutine
        }
    }

    /// Only a generator expression may be asynchronous anywhere. `may_await` says whether others may
    /// be where it stands.
    fn check_async_comprehension(&self, context: Context<'a>, scope: ScopeId, may_await: bool) -> Result {
        if self.symtable.scope(scope).coroutine && context.kind != ComprehensionKind::Generator && !may_await
        {
            let message = "asynchronous comprehension outside of an asynchronous function";
            return fault(context.location, message);
        }
        Ok(())
    }

    /// Evaluates the iterable of the outermost generator, outside the comprehension.
    ///
    /// CPython: `Python/compile.c` `compiler_comprehension_iter` (3.12–)
    fn outermost_iter(&mut self, context: Context<'a>) -> Result {
        let generator = &context.comp.generators[0];
        self.visit_expr(generator.iter)?;
        match self.features.comprehension_iter {
            ComprehensionIter::Evaluated | ComprehensionIter::EvaluatedAndAtLoop => {
                self.get_iterator(context, generator);
            }
            ComprehensionIter::AtLoop | ComprehensionIter::Inside => {}
        }
        Ok(())
    }

    /// Replaces the iterable on top of the stack by its iterator.
    fn get_iterator(&mut self, context: Context<'a>, generator: &Comprehension<'_>) {
        let location = self.iteration_location(context, generator);
        self.emit(if generator.is_async { Opcode::GET_AITER } else { Opcode::GET_ITER }, location);
    }

    /// Where asking for an iterator or an item is.
    fn iteration_location(&self, context: Context<'a>, generator: &Comprehension<'_>) -> Location {
        let at_iterable = self.features.iterator_location == IteratorLocation::Iterable;
        if at_iterable { generator.iter.location } else { context.location }
    }

    /// Emits the loop of the generator at `index`, those after it within. `depth` counts the
    /// iterators of the loops around.
    ///
    /// CPython: `Python/compile.c` `compiler_comprehension_generator` (3.12)
    fn comprehension_generator(
        &mut self,
        context: Context<'a>,
        index: usize,
        depth: u32,
        iteration: Iteration,
    ) -> Result {
        if context.comp.generators[index].is_async {
            self.async_generator_loop(context, index, depth, iteration)
        } else {
            self.sync_generator_loop(context, index, depth, iteration)
        }
    }

    /// CPython: `Python/compile.c` `compiler_sync_comprehension_generator` (3.12)
    fn sync_generator_loop(
        &mut self,
        context: Context<'a>,
        index: usize,
        depth: u32,
        iteration: Iteration,
    ) -> Result {
        let generator = &context.comp.generators[index];
        if iteration == Iteration::ToEvaluate
            && self.features.single_items_assigned
            && let Some(item) = single_item(generator.iter)
        {
            self.visit_expr(item)?;
            self.generator_body(context, index, depth)?;
            return Ok(());
        }
        self.generator_iterator(context, generator, iteration)?;
        let start = self.new_label();
        let anchor = self.new_label();
        self.use_label(start);
        let location = self.iteration_location(context, generator);
        self.emit_jump(Opcode::FOR_ITER, anchor, location);
        self.next_block();
        let element = self.generator_body(context, index, depth + self.iterator_size())?;
        self.emit_jump(Opcode::JUMP, start, element);
        self.use_label(anchor);
        self.exhausted_for();
        Ok(())
    }

    /// CPython: `Python/compile.c` `compiler_async_comprehension_generator` (3.12)
    fn async_generator_loop(
        &mut self,
        context: Context<'a>,
        index: usize,
        depth: u32,
        iteration: Iteration,
    ) -> Result {
        let location = context.location;
        self.generator_iterator(context, &context.comp.generators[index], iteration)?;
        let start = self.new_label();
        let except = self.new_label();
        self.use_label(start);
        self.push_frame_block(location, FrameBlockKind::AsyncComprehensionGenerator, start, None)?;
        self.emit_jump(Opcode::SETUP_FINALLY, except, location);
        let send = self.await_next(location);
        self.emit(Opcode::POP_BLOCK, location);
        let element = self.generator_body(context, index, depth + 1)?;
        self.emit_jump(Opcode::JUMP, start, element);
        self.pop_frame_block();
        self.use_label(except);
        self.end_async_for(send, location);
        Ok(())
    }

    fn generator_iterator(
        &mut self,
        context: Context<'a>,
        generator: &'a Comprehension<'a>,
        iteration: Iteration,
    ) -> Result {
        match iteration {
            Iteration::OnStack | Iteration::Begun => {}
            Iteration::FirstArgument => self.emit_arg(Opcode::LOAD_FAST, 0, context.location),
            Iteration::ToEvaluate => self.visit_expr(generator.iter)?,
        }
        let is_evaluated_here = iteration == Iteration::ToEvaluate;
        let (once, again) = match self.features.comprehension_iter {
            ComprehensionIter::Evaluated => (is_evaluated_here, false),
            ComprehensionIter::EvaluatedAndAtLoop => (is_evaluated_here, !generator.is_async),
            ComprehensionIter::AtLoop => (true, is_evaluated_here && !generator.is_async),
            ComprehensionIter::Inside => (iteration != Iteration::Begun, false),
        };
        for _ in 0..u32::from(once) + u32::from(again) {
            self.get_iterator(context, generator);
        }
        Ok(())
    }

    /// Stores the item on top of the stack, tests the conditions, and goes on with the next
    /// generator or the element. Returns the location for the jump back.
    fn generator_body(&mut self, context: Context<'a>, index: usize, depth: u32) -> Result<Location> {
        let generator = &context.comp.generators[index];
        let if_cleanup = self.new_label();
        self.visit_expr(generator.target)?;
        for test in generator.ifs {
            self.jump_if(context.location, test, if_cleanup, false)?;
            self.next_block();
        }
        let location = if index + 1 < context.comp.generators.len() {
            // No limit of nesting counts the `for`s of one comprehension, so only the stack does.
            if !limits::STACK_GROWS && index > limits::MAX_NESTING as usize {
                return Err(Box::new(Diagnostic::recursion_error()));
            }
            stacker::maybe_grow(limits::STACK_RED_ZONE, limits::STACK_CHUNK, || {
                self.comprehension_generator(context, index + 1, depth, Iteration::ToEvaluate)
            })?;
            context.comp.elt.location
        } else {
            self.comprehension_element(context, depth)?
        };
        self.use_label(if_cleanup);
        Ok(location)
    }

    /// Adds the element to the collection, which lies below `depth` iterators, or yields it.
    /// Returns its location.
    fn comprehension_element(&mut self, context: Context<'a>, depth: u32) -> Result<Location> {
        let ComprehensionExpr { elt, value, .. } = *context.comp;
        let (add, add_many) = match context.kind {
            ComprehensionKind::Generator => return self.yielded_element(elt),
            ComprehensionKind::List => (Opcode::LIST_APPEND, Opcode::LIST_EXTEND),
            ComprehensionKind::Set => (Opcode::SET_ADD, Opcode::SET_UPDATE),
            ComprehensionKind::Dict => (Opcode::MAP_ADD, Opcode::DICT_UPDATE),
        };
        let mut location = elt.location;
        let opcode = if let ExprKind::Starred { value: many, .. } = elt.kind {
            self.visit_expr(many)?;
            add_many
        } else {
            self.visit_expr(elt)?;
            match value {
                Some(value) => {
                    self.visit_expr(value)?;
                    let Location { end_lineno, end_col_offset, .. } = value.location;
                    location = Location { end_lineno, end_col_offset, ..elt.location };
                    add
                }
                None if context.kind == ComprehensionKind::Dict => add_many,
                None => add,
            }
        };
        self.emit_arg(opcode, depth + 1, location);
        Ok(location)
    }

    /// Yields the element of a generator expression; of a starred one, item by item.
    fn yielded_element(&mut self, elt: &'a Expr<'a>) -> Result<Location> {
        let location = elt.location;
        let ExprKind::Starred { value: many, .. } = elt.kind else {
            self.visit_expr(elt)?;
            self.emit_yield(location);
            self.emit(Opcode::POP_TOP, location);
            return Ok(location);
        };
        let [start, end] = self.new_labels();
        self.visit_expr(many)?;
        self.emit(Opcode::GET_ITER, location);
        self.use_label(start);
        self.emit_jump(Opcode::FOR_ITER, end, location);
        self.emit_yield(location);
        self.emit(Opcode::POP_TOP, location);
        self.emit_jump(Opcode::JUMP, start, Place::Nowhere);
        self.use_label(end);
        self.exhausted_for();
        Ok(location)
    }

    /// Gives the variables of an inlined comprehension fast locals of their own. The iterator stays
    /// on top of the stack.
    ///
    /// CPython: `Python/compile.c` `push_inlined_comprehension_state` (3.12)
    fn isolate_variables(&mut self, location: Location, comprehension: ScopeId) -> Result<Isolation> {
        let was_inlined = self.state().in_inlined_comprehension;
        self.state().in_inlined_comprehension = true;
        let in_class = self.scope().kind == ScopeKind::Class && !was_inlined;
        let symbols: Vec<_> = self.symtable.scope(comprehension).symbols.iter().collect();
        let mut isolation = Isolation { was_inlined, ..Isolation::default() };
        for (name, symbol) in symbols {
            let unknown = Symbol { flags: SymbolFlags::default(), scope: None };
            let outer = self.scope().symbols.get(name).unwrap_or(unknown);
            let inner = Inner { name, symbol, outer, in_class };
            match self.features.comprehension_isolation {
                ComprehensionIsolation::BoundNames => {
                    self.isolate_bound_name(location, inner, &mut isolation);
                }
                ComprehensionIsolation::DifferingScopes => {
                    self.isolate_differing_scope(location, inner, &mut isolation);
                }
                ComprehensionIsolation::DifferingScopesBoundCleared => {
                    self.isolate_differing_scope_clearing_bound(location, inner, &mut isolation);
                }
            }
        }
        self.protect_pushed(location, &mut isolation)?;
        Ok(isolation)
    }

    /// 3.12.0–3.12.3
    fn isolate_bound_name(&mut self, location: Location, inner: Inner, isolation: &mut Isolation) {
        if !inner.is_isolated() {
            return;
        }
        self.hide(inner.name, isolation);
        let is_free_cell = inner.is_free_cell();
        if inner.symbol.scope != inner.outer.scope && !is_free_cell {
            self.override_symbol(inner, isolation);
        }
        self.isolate_variable(location, inner, is_free_cell, isolation);
    }

    /// 3.12.4–3.13
    fn isolate_differing_scope(&mut self, location: Location, inner: Inner, isolation: &mut Isolation) {
        self.override_differing_scope(inner, isolation);
        if inner.is_isolated() {
            self.isolate_variable(location, inner, inner.is_free_cell(), isolation);
        }
    }

    /// 3.14–
    fn isolate_differing_scope_clearing_bound(
        &mut self,
        location: Location,
        inner: Inner,
        isolation: &mut Isolation,
    ) {
        self.override_differing_scope(inner, isolation);
        if inner.is_bound() {
            let is_free_cell = inner.is_free_cell() && !inner.in_class;
            self.isolate_variable(location, inner, is_free_cell, isolation);
        }
    }

    fn override_differing_scope(&mut self, inner: Inner, isolation: &mut Isolation) {
        if inner.is_isolated() {
            self.hide(inner.name, isolation);
        }
        // A name that is free in the comprehension is already what it is outside.
        let is_free = inner.symbol.scope == Some(SymbolScope::Free);
        let differs = inner.symbol.scope != inner.outer.scope && !is_free && !inner.is_free_cell();
        if differs || inner.in_class {
            self.override_symbol(inner, isolation);
        }
    }

    /// Sets up the handler that restores the pushed values, if there are any.
    fn protect_pushed(&mut self, location: Location, isolation: &mut Isolation) -> Result {
        if isolation.pushed.is_empty() {
            return Ok(());
        }
        self.emit_arg(Opcode::SWAP, isolation.pushed.len() as u32 + 1, location);
        let [cleanup, end] = self.new_labels();
        isolation.labels = Some((cleanup, end));
        self.emit_jump(Opcode::SETUP_FINALLY, cleanup, location);
        if self.features.inlined_comprehension_frame_block {
            self.push_frame_block(location, FrameBlockKind::InlinedComprehension, cleanup, None)?;
        }
        Ok(())
    }

    /// Makes the name a fast local where the scope around has none.
    fn hide(&mut self, name: Ident, isolation: &mut Isolation) {
        if !self.scope().is_function_like() && self.unit().fast_hidden.insert(name, true) != Some(true) {
            isolation.hidden.push(name);
        }
    }

    fn isolate_variable(
        &mut self,
        location: Location,
        inner: Inner,
        is_free_cell: bool,
        isolation: &mut Isolation,
    ) {
        // It is mangled already, but differently if a generic class precedes the comprehension
        // here.
        let mangled = self.mangle(inner.name);
        let local = self.unit().varnames.add(mangled);
        self.emit_arg(Opcode::LOAD_FAST_AND_CLEAR, local, location);
        if inner.symbol.scope == Some(SymbolScope::Cell) {
            let unit = self.unit();
            let cell = if is_free_cell {
                unit.cellvars.len() as u32 + unit.freevars.add(mangled)
            } else {
                unit.cellvars.add(mangled)
            };
            self.emit_arg(Opcode::MAKE_CELL, cell, location);
        }
        isolation.pushed.push(inner.name);
    }

    /// Lets the symbol of the comprehension stand for that of the scope around it.
    fn override_symbol(&mut self, inner: Inner, isolation: &mut Isolation) {
        self.set_symbol(inner.name, inner.symbol);
        isolation.outer_symbols.push((inner.name, inner.outer));
    }

    fn set_symbol(&mut self, name: Ident, symbol: Symbol) {
        let scope = self.state().scope;
        self.symtable.scope_mut(scope).symbols.insert(name, symbol);
    }

    /// Ends the isolation of [`Self::isolate_variables`]; the result of the comprehension stays on
    /// top of the stack.
    ///
    /// CPython: `Python/compile.c` `pop_inlined_comprehension_state` (3.12)
    fn restore_variables(&mut self, location: Location, isolation: Isolation) {
        self.state().in_inlined_comprehension = isolation.was_inlined;
        for &(name, symbol) in &isolation.outer_symbols {
            self.set_symbol(name, symbol);
        }
        if let Some((cleanup, end)) = isolation.labels {
            if self.features.inlined_comprehension_frame_block {
                self.pop_frame_block();
            }
            self.emit(Opcode::POP_BLOCK, Place::Nowhere);
            self.emit_jump_no_interrupt(end, Place::Nowhere);

            // The unfinished result is below the exception.
            self.use_label(cleanup);
            self.emit_arg(Opcode::SWAP, 2, Place::Nowhere);
            self.emit(Opcode::POP_TOP, Place::Nowhere);
            self.restore_pushed(location, &isolation.pushed);
            self.emit_arg(Opcode::RERAISE, 0, Place::Nowhere);

            self.use_label(end);
            self.restore_pushed(location, &isolation.pushed);
        }
        // Not removed: the assembler needs to know which locals were hidden once.
        for name in isolation.hidden {
            self.unit().fast_hidden.insert(name, false);
        }
    }

    fn restore_pushed(&mut self, location: Location, pushed: &[Ident]) {
        self.emit_arg(Opcode::SWAP, pushed.len() as u32 + 1, location);
        for &name in pushed.iter().rev() {
            let name = self.mangle(name);
            let local = self.unit().varnames.add(name);
            self.emit_arg(Opcode::STORE_FAST_MAYBE_NULL, local, location);
        }
    }
}

/// The instruction that makes the collection; a generator expression has none.
fn build_opcode(kind: ComprehensionKind) -> Option<Opcode> {
    match kind {
        ComprehensionKind::Generator => None,
        ComprehensionKind::List => Some(Opcode::BUILD_LIST),
        ComprehensionKind::Set => Some(Opcode::BUILD_SET),
        ComprehensionKind::Dict => Some(Opcode::BUILD_MAP),
    }
}

/// The `value` of `for target in [value]`, which is an assignment rather than a loop.
fn single_item<'a>(iter: &'a Expr<'a>) -> Option<&'a Expr<'a>> {
    match iter.kind {
        ExprKind::List { elts: [item], .. } | ExprKind::Tuple { elts: [item], .. }
            if !matches!(item.kind, ExprKind::Starred { .. }) =>
        {
            Some(item)
        }
        _ => None,
    }
}
