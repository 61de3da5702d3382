//! Entering and leaving a unit: its tables of variables, qualified name, flags, and the code around
//! the body.

use bumpalo::collections::Vec as ArenaVec;
use smallvec::SmallVec;

use super::{AtEnd, Compiler, Place, Result, UnitKind, UnitState, out_of_memory};
use crate::code::{CodeFlags, CodeObject, Constant, Origin, PyStr};
use crate::instructions::{Instr, Unit};
use crate::names::{Ident, known};
use crate::source::Location;
use crate::symtable::{Scope, ScopeId, Symbol, SymbolFlags, SymbolScope};
use crate::targets::{GeneratorPrologue, Intrinsic1, Opcode};

impl<'a> UnitState<'a> {
    /// Of a unit whose code has yet to come.
    pub(super) fn new(
        unit: Box<Unit<'a>>,
        kind: UnitKind,
        scope: ScopeId,
        private: Option<Ident>,
    ) -> UnitState<'a> {
        UnitState {
            unit,
            scope,
            kind,
            private,
            location: Location::NONE,
            has_line: false,
            dead_blocks: 0,
            dead_names: Vec::new(),
            frame_blocks: Vec::new(),
            in_inlined_comprehension: false,
            static_attributes: Vec::new(),
            deferred_annotations: Vec::new(),
            conditional_annotations: 0,
            conditional_blocks: 0,
        }
    }
}

impl<'a> Compiler<'a, '_> {
    /// Starts the code object of `scope` inside the innermost unit.
    ///
    /// CPython: `Python/compile.c` `compiler_enter_scope` (3.12)
    pub(crate) fn enter_unit(&mut self, name: Ident, kind: UnitKind, scope: ScopeId, firstlineno: i32) {
        self.push_unit(name, kind, scope, firstlineno);
        self.begin_unit();
    }

    pub(super) fn push_unit(&mut self, name: Ident, kind: UnitKind, scope: ScopeId, firstlineno: i32) {
        let mut unit = self.spare_units.pop().unwrap_or_default();
        unit.reset(self.text(name), self.qualname(name, kind), firstlineno);
        if kind == UnitKind::Class {
            unit.origin = Origin::ClassBody;
        }
        let state = UnitState::new(unit, kind, scope, self.current.private);
        self.around.push(std::mem::replace(&mut self.current, state));
        self.add_variables();
    }

    /// Gives the innermost unit the variables of its scope.
    pub(super) fn add_variables(&mut self) {
        let scope = self.symtable.scope(self.current.scope);
        let cells = self.sorted_symbols(scope, SymbolScope::Cell, SymbolFlags::DEF_COMP_CELL);
        let free = self.sorted_symbols(scope, SymbolScope::Free, SymbolFlags::DEF_FREE_CLASS);
        let unit = &mut self.current.unit;
        unit.varnames.extend(scope.varnames.iter().copied());
        unit.cellvars.extend(cells);
        if scope.needs_class_closure {
            unit.cellvars.add(known::CLASS);
        }
        if scope.needs_classdict {
            unit.cellvars.add(known::CLASSDICT);
        }
        if scope.has_conditional_annotations {
            unit.cellvars.add(known::CONDITIONAL_ANNOTATIONS);
        }
        unit.freevars.extend(free);
    }

    /// Emits what comes before the body.
    ///
    /// CPython: `Python/compile.c` `compiler_enter_scope` (3.12–3.13), `Python/codegen.c`
    /// `codegen_enter_scope` (3.14–)
    pub(super) fn begin_unit(&mut self) {
        let scope = self.scope();
        let is_generator = scope.generator || scope.coroutine;
        let kind = self.state().kind;
        let firstlineno = self.unit().firstlineno;
        if is_generator && self.features.generator_prologue == GeneratorPrologue::Codegen {
            let start = Location::new(firstlineno, firstlineno, -1, -1);
            self.emit(Opcode::RETURN_GENERATOR, start);
            self.emit(Opcode::POP_TOP, start);
        }
        if !self.features.opcodes.has(Opcode::RESUME) {
            return self.set_location(Location::new(0, 0, 0, 0));
        }
        let lineno = if kind == UnitKind::Module { 0 } else { firstlineno };
        let start = Location::new(lineno, firstlineno, 0, 0);
        self.set_location(start);
        self.emit_arg(Opcode::RESUME, 0, start);
        self.set_location(Location::new(firstlineno, firstlineno, 0, 0));
    }

    /// Ends the innermost unit and passes it to the back end.
    ///
    /// CPython: `Python/compile.c` `optimize_and_assemble` (3.12)
    pub(crate) fn leave_unit(&mut self, at_end: AtEnd) -> Result<&'a CodeObject<'a>> {
        if self.features.locations.is_line() && self.state().kind == UnitKind::Module {
            self.unit().firstlineno = self.line_of_entry_block();
        }
        if self.features.implicit_return_always || !self.has_returned() {
            if at_end == AtEnd::ReturnNone {
                self.emit_const(Constant::None, Place::Nowhere);
            }
            self.emit(Opcode::RETURN_VALUE, Place::Nowhere);
        }
        let flags = self.code_flags();
        let unit = &mut self.current.unit;
        if !unit.sequence.fits_memory() {
            return out_of_memory();
        }
        unit.flags = flags;
        let code = (self.back_end)(self.interner, unit)?;
        if let Some(around) = self.around.pop() {
            let finished = std::mem::replace(&mut self.current, around);
            self.spare_units.push(finished.unit);
        }
        Ok(code)
    }

    /// The line of the first instruction; 1 if a block begins before it, for the implicit return too.
    ///
    /// CPython: `Python/compile.c` `assemble` (3.8–3.9)
    fn line_of_entry_block(&mut self) -> i32 {
        let sequence = &self.unit().sequence;
        let first = sequence.iter().next().filter(|_| !sequence.labels.contains(&0));
        first.map_or(1, |first| first.location.lineno.max(1))
    }

    /// Whether the last instruction returns and no label follows it.
    fn has_returned(&mut self) -> bool {
        let lines_kept = self.features.lines_kept;
        let sequence = &self.unit().sequence;
        let end = sequence.len() as u32;
        if !lines_kept {
            // A return anywhere in the last block counts, whatever follows it there.
            let block = sequence.labels.iter().filter(|&&place| place <= end).max();
            let mut instructions = sequence.iter().skip(*block.unwrap_or(&0) as usize);
            return instructions.any(|instr| instr.opcode == Opcode::RETURN_VALUE);
        }
        let returns = sequence.last().is_some_and(|last| last.opcode == Opcode::RETURN_VALUE);
        returns && !sequence.labels.contains(&end)
    }

    /// Guards a generator's whole body: a `StopIteration` that escapes becomes a `RuntimeError`.
    ///
    /// CPython: `Python/compile.c` `wrap_in_stopiteration_handler` (3.12)
    pub(crate) fn wrap_in_stopiteration_handler(&mut self) {
        if !self.features.stop_iteration_handler {
            return;
        }
        let handler = self.new_label();
        let start = self.generator_start();
        self.unit().sequence.insert_jump(start, Opcode::SETUP_CLEANUP, handler, Location::NONE);
        self.emit_const(Constant::None, Place::Nowhere);
        self.emit(Opcode::RETURN_VALUE, Place::Nowhere);
        self.use_label(handler);
        self.emit_intrinsic(Intrinsic1::StopIterationError, Place::Nowhere);
        self.emit_arg(Opcode::RERAISE, 1, Place::Nowhere);
    }

    /// The first instruction that runs in the generator itself.
    fn generator_start(&mut self) -> usize {
        if self.features.generator_prologue != GeneratorPrologue::Codegen {
            return 0;
        }
        let is_made = |instr: &Instr| instr.opcode == Opcode::RETURN_GENERATOR;
        let made = self.unit().sequence.iter().position(is_made);
        // After the `POP_TOP` of the value that is sent first.
        made.expect("a generator begins with its prologue") + 2
    }

    /// The names that live in `place` or carry `flag`, by text: the order of cells must not depend
    /// on anything else.
    ///
    /// CPython: `Python/compile.c` `dictbytype` (3.12)
    fn sorted_symbols(&self, scope: &Scope, place: SymbolScope, flag: u16) -> SmallVec<[Ident; 16]> {
        let wanted = |symbol: Symbol| symbol.scope == Some(place) || symbol.flags.contains(flag);
        let mut names: SmallVec<[Ident; 16]> =
            scope.symbols.iter().filter(|&(_, symbol)| wanted(symbol)).map(|(name, _)| name).collect();
        names.sort_unstable_by_key(|&name| self.interner.text(name));
        names
    }

    /// The qualified name of a unit to be entered now. The scope of type parameters does not show
    /// in the names of what is defined in it, and a name that its surroundings declare global
    /// stands alone.
    ///
    /// CPython: `Python/compile.c` `compiler_set_qualname` (3.12)
    fn qualname(&mut self, name: Ident, kind: UnitKind) -> PyStr<'a> {
        let text = self.text(name);
        let parent = match self.current.kind {
            UnitKind::Annotation => self.around.last().expect("a module is around all annotations"),
            _ => &self.current,
        };
        if parent.kind == UnitKind::Module {
            return text;
        }
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = crate::symtable::mangle(self.interner, parent.private, name);
            let symbol = self.symtable.scope(parent.scope).symbols.get(mangled);
            if symbol.is_some_and(|symbol| symbol.scope == Some(SymbolScope::GlobalExplicit)) {
                return text;
            }
        }
        let separator: &[u8] = match parent.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => b".<locals>.",
            UnitKind::Module | UnitKind::Class | UnitKind::Comprehension | UnitKind::Annotation => b".",
        };
        self.concat([parent.unit.qualname.0, separator, text.0])
    }

    /// Puts the name of a function into the qualified name of the innermost unit, which evaluates
    /// its annotations; but not if it is a generic function of the module.
    ///
    /// CPython: `Python/compile.c` `compiler_set_qualname` (3.15–)
    pub(super) fn qualify_annotate(&mut self, function: Ident) {
        if let [_module, parent] = &self.around[..]
            && parent.kind == UnitKind::Annotation
        {
            return;
        }
        let unit = &self.current.unit;
        let around = unit.qualname.0.strip_suffix(unit.name.0).expect("a qualified name ends in the name");
        let qualname = self.concat([around, self.text(function).0, b".", unit.name.0]);
        self.unit().qualname = qualname;
    }

    fn concat<const N: usize>(&self, parts: [&[u8]; N]) -> PyStr<'a> {
        let mut text = ArenaVec::with_capacity_in(parts.iter().map(|part| part.len()).sum(), self.arena);
        for part in parts {
            text.extend_from_slice_copy(part);
        }
        PyStr(text.into_bump_slice())
    }

    /// CPython: `Python/compile.c` `compute_code_flags` (3.12)
    fn code_flags(&self) -> CodeFlags {
        let scope = self.scope();
        let mut flags = self.future.flags;
        if !scope.is_function_like() {
            return CodeFlags(flags);
        }
        flags |= CodeFlags::NEWLOCALS | CodeFlags::OPTIMIZED;
        flags |= match (scope.generator, scope.coroutine) {
            (false, false) => 0,
            (true, false) => CodeFlags::GENERATOR,
            (false, true) => CodeFlags::COROUTINE,
            (true, true) => CodeFlags::ASYNC_GENERATOR,
        };
        let has_flags = self.features.docstring_and_method_flags;
        for (is_set, flag) in [
            (scope.nested, CodeFlags::NESTED),
            (scope.varargs, CodeFlags::VARARGS),
            (scope.varkeywords, CodeFlags::VARKEYWORDS),
            (scope.has_docstring && has_flags, CodeFlags::HAS_DOCSTRING),
            (scope.is_method && has_flags, CodeFlags::METHOD),
        ] {
            if is_set {
                flags |= flag;
            }
        }
        CodeFlags(flags)
    }
}
