//! Code generation: from the syntax tree and the symbol table to [code units](crate::instructions).
//!
//! Each file holds one family of Python's constructs. All are methods of [`Compiler`], which holds
//! the unfinished units; instructions are emitted into the innermost. A finished unit is
//! passed to the [back end](BackEnd) at once, because its code object is a constant of the unit
//! around it.
//!
//! CPython: `Python/compile.c` (3.8–3.13), `Python/codegen.c` (3.14–)

mod annotations;
mod assignments;
mod attributes;
mod block_stack;
mod calls;
mod classes;
mod comprehensions;
mod conditionals;
mod context_managers;
mod displays;
mod docstrings;
mod exceptions;
mod expressions;
mod finally_calls;
mod formatted_strings;
mod frame_blocks;
mod functions;
mod genexp_calls;
mod imports;
mod loops;
mod name_ops;
mod operators;
mod patterns;
mod place;
mod stack_words;
mod statements;
mod subscripts;
mod template_strings;
#[cfg(test)]
mod tests;
mod type_params;
mod units;
mod unparse;
mod warnings;
mod yields;

use bumpalo::Bump;
use rustc_hash::{FxBuildHasher, FxHashMap};

use annotations::DeferredAnnotation;
pub(crate) use place::Place;

use crate::code::{CodeObject, Constant, PyStr};
use crate::diagnostic::{Diagnostic, DiagnosticKind, Warning};
use crate::instructions::{BackEnd, IdentTable, Label, Unit};
use crate::names::{Ident, Interner, known};
use crate::preprocess::Future;
use crate::source::Location;
use crate::symtable::{Scope, ScopeId, SymbolTable};
use crate::syntax::ast;
use crate::targets::{Calls, CodegenFeatures, Intrinsic1, Opcode, TruthTests};

/// What every method that emits code returns: small when all is well, which is nearly always.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<Diagnostic>>;

#[cold]
fn fault<T>(location: Location, message: impl Into<String>) -> Result<T> {
    Err(Box::new(Diagnostic::syntax_error(location, message)))
}

/// CPython: `Python/compile.c` `instr_sequence_next_inst` (3.12), `Python/instruction_sequence.c`
/// (3.13–)
#[cold]
fn out_of_memory<T>() -> Result<T> {
    let message = "there is no memory for its instructions";
    Err(Box::new(Diagnostic::new(DiagnosticKind::MemoryError, Location::NONE, message)))
}

/// Why and where a unit was entered; decides its qualified name and what a bare `return` or `await`
/// means in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// What evaluates annotations or the value of a type parameter or alias, or holds type
    /// parameters.
    Annotation,
}

/// What a unit does where its body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtEnd {
    ReturnNone,
    /// Returns the value that the body left on the stack.
    ReturnTop,
}

/// A code object in the making and what the code generator must remember of it.
pub(crate) struct UnitState<'a> {
    pub(crate) unit: Box<Unit<'a>>,
    pub(crate) scope: ScopeId,
    pub(crate) kind: UnitKind,
    /// The innermost class's name, for mangling.
    pub(crate) private: Option<Ident>,
    /// The current location, for targets whose instructions get that.
    pub(crate) location: Location,
    /// An instruction has the line of that already, where only one gets it.
    pub(crate) has_line: bool,
    /// How many blocks that never run are around the current place.
    pub(crate) dead_blocks: u32,
    /// The names that these have looked up: `co_names` gets them all the same.
    pub(crate) dead_names: Vec<Ident>,
    /// Loops, `try` and `with` blocks around the instruction being emitted, outermost first.
    pub(crate) frame_blocks: Vec<FrameBlock<'a>>,
    pub(crate) in_inlined_comprehension: bool,
    /// Of a class: the attributes that functions in it give to `self`, one entry for each time.
    pub(crate) static_attributes: Vec<Ident>,
    /// Of a module or class: the annotations of its variables so far.
    pub(crate) deferred_annotations: Vec<DeferredAnnotation<'a>>,
    /// How many of these may not come to be.
    pub(crate) conditional_annotations: u32,
    /// How many compound statements are around the current place.
    pub(crate) conditional_blocks: u32,
}

/// What leaving a block of the source (by `break`, `continue`, `return`) has to unwind.
///
/// CPython: `Python/compile.c` `struct fblockinfo` (3.8–)
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameBlock<'a> {
    pub(crate) kind: FrameBlockKind<'a>,
    /// Where the block starts (for a loop: where `continue` goes).
    pub(crate) block: Label,
    /// Where `break` goes, or where the cleanup of the block is.
    pub(crate) exit: Option<Label>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum FrameBlockKind<'a> {
    WhileLoop,
    ForLoop,
    AsyncForLoop,
    TryExcept,
    /// The statements are the `finally` body, compiled again on each way out.
    FinallyTry(&'a [ast::Stmt<'a>]),
    /// As `FinallyTry`, where ways out call the one copy at the exit of the block. If a jump leaves
    /// that, a placeholder lies on the stack.
    FinallyCalled {
        has_placeholder: bool,
    },
    FinallyEnd,
    /// The location is that of the instructions that unwind it.
    With(Location),
    AsyncWith(Location),
    /// `except ... as NAME`.
    HandlerCleanup(Option<Ident>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehensionGenerator,
    /// An inlined comprehension, around which its handler stands. Nothing leaves it early.
    InlinedComprehension,
    /// The body of a generator or coroutine, around which its handler will stand.
    StopIteration,
}

impl FrameBlockKind<'_> {
    fn is_loop(self) -> bool {
        matches!(self, Self::WhileLoop | Self::ForLoop | Self::AsyncForLoop)
    }

    /// The parts of a `try` statement.
    fn is_of_try(self) -> bool {
        match self {
            Self::TryExcept
            | Self::FinallyTry(_)
            | Self::FinallyCalled { .. }
            | Self::FinallyEnd
            | Self::HandlerCleanup(_)
            | Self::ExceptionHandler
            | Self::ExceptionGroupHandler => true,
            Self::WhileLoop
            | Self::ForLoop
            | Self::AsyncForLoop
            | Self::With(_)
            | Self::AsyncWith(_)
            | Self::PopValue
            | Self::AsyncComprehensionGenerator
            | Self::InlinedComprehension
            | Self::StopIteration => false,
        }
    }
}

/// Turns one module into code, for one target.
pub(crate) struct Compiler<'a, 'c> {
    pub(crate) arena: &'a Bump,
    pub(crate) interner: &'c mut Interner<'a>,
    pub(crate) features: &'static CodegenFeatures,
    /// The `-O` level: 0, 1 or 2.
    pub(crate) optimize: u8,
    pub(crate) future: Future,
    pub(crate) symtable: &'c mut SymbolTable,
    /// The innermost unit.
    pub(crate) current: UnitState<'a>,
    /// The unfinished units around it, outermost (the module) first.
    pub(crate) around: Vec<UnitState<'a>>,
    /// Finished units, kept to reuse their memory.
    #[expect(clippy::vec_box, reason = "units are large, and moved on and off the stack of units")]
    pub(crate) spare_units: Vec<Box<Unit<'a>>>,
    /// Empty, kept to reuse its memory.
    pub(crate) seen_names: IdentTable,
    pub(crate) back_end: &'c mut BackEnd<'c, 'a>,
    /// The code objects made so far, as constants.
    pub(crate) codes: FxHashMap<Constant<'a>, ()>,
    /// The warnings so far, those of earlier stages included.
    pub(crate) warnings: &'c mut Vec<Warning>,
    /// How many of the blocks being compiled silence warnings.
    pub(crate) silencing_blocks: u32,
}

impl<'a> Compiler<'a, '_> {
    /// The innermost unit.
    pub(crate) fn state(&mut self) -> &mut UnitState<'a> {
        &mut self.current
    }

    pub(crate) fn unit(&mut self) -> &mut Unit<'a> {
        &mut self.current.unit
    }

    /// The innermost unit's scope.
    pub(crate) fn scope(&self) -> &Scope {
        self.symtable.scope(self.current.scope)
    }

    pub(crate) fn new_label(&mut self) -> Label {
        self.unit().sequence.new_label()
    }

    pub(crate) fn new_labels<const N: usize>(&mut self) -> [Label; N] {
        std::array::from_fn(|_| self.new_label())
    }

    /// Begins a basic block, where CPython's code generator does so itself.
    pub(crate) fn next_block(&mut self) {
        if self.features.blocks_begun_explicitly {
            let label = self.new_label();
            self.use_label(label);
        }
    }

    /// Places `label` before the next instruction.
    pub(crate) fn use_label(&mut self, label: Label) {
        self.unit().sequence.use_label(label);
    }

    /// Fails if instructions were lost for want of memory, so that no more are made.
    fn check_memory(&mut self) -> Result {
        if self.unit().sequence.lacks_memory() { out_of_memory() } else { Ok(()) }
    }

    /// Emits an instruction without an argument.
    pub(crate) fn emit(&mut self, opcode: Opcode, place: impl Into<Place>) {
        self.emit_arg(opcode, 0, place);
    }

    pub(crate) fn emit_arg(&mut self, opcode: Opcode, oparg: u32, place: impl Into<Place>) {
        let location = self.locate(place.into());
        self.unit().sequence.push(opcode, oparg, location);
    }

    /// Emits a jump or a block push.
    pub(crate) fn emit_jump(&mut self, opcode: Opcode, target: Label, place: impl Into<Place>) {
        self.emit_arg(opcode, target.0, place);
    }

    /// Emits a jump forward at which the interpreter need not look for signals, if it has such
    /// jumps.
    pub(crate) fn emit_jump_no_interrupt(&mut self, target: Label, place: impl Into<Place>) {
        if self.features.jumps_without_interrupt {
            self.emit_jump(Opcode::JUMP_NO_INTERRUPT, target, place);
        } else {
            self.emit_jump_forward(target, place);
        }
    }

    /// Emits a jump that is known to go forward.
    pub(crate) fn emit_jump_forward(&mut self, target: Label, place: impl Into<Place>) {
        self.emit_jump(self.features.forward_jump, target, place);
    }

    /// Emits a jump on the truth of the value on top of the stack, which it takes.
    pub(crate) fn emit_truth_jump(&mut self, opcode: Opcode, target: Label, place: impl Into<Place>) {
        let place = place.into();
        self.emit_to_bool(place);
        self.emit_jump(opcode, target, place);
    }

    /// Makes the value on top of the stack a `bool`, where the instruction after this does not do
    /// so itself.
    pub(crate) fn emit_to_bool(&mut self, place: impl Into<Place>) {
        if self.features.truth_tests == TruthTests::ToBool {
            self.emit(Opcode::TO_BOOL, place);
        }
    }

    /// Emits a call with `count` arguments, whose callable, `NULL` and arguments are on the stack.
    pub(crate) fn emit_call(&mut self, count: u32, place: impl Into<Place>) {
        let place = place.into();
        match self.features.calls {
            Calls::Function => return self.emit_arg(Opcode::CALL_FUNCTION, count, place),
            Calls::Precall => self.emit_arg(Opcode::PRECALL, count, place),
            Calls::KwNames | Calls::CallKw => {}
        }
        self.emit_arg(Opcode::CALL, count, place);
    }

    /// Emits a call with `count` arguments of what has been loaded as a method.
    pub(crate) fn emit_method_call(&mut self, count: u32, place: impl Into<Place>) {
        match self.features.calls {
            Calls::Function => self.emit_arg(Opcode::CALL_METHOD, count, place),
            Calls::Precall | Calls::KwNames | Calls::CallKw => self.emit_call(count, place),
        }
    }

    /// Emits a call with one argument of a callable that has no `NULL` beside it: it lies where that
    /// would, and the argument where the callable would.
    pub(crate) fn emit_call_with_one(&mut self, place: impl Into<Place>) {
        match self.features.calls {
            Calls::Function => self.emit_call(1, place),
            Calls::Precall | Calls::KwNames | Calls::CallKw => self.emit_call(0, place),
        }
    }

    /// Emits the call of an intrinsic function, or the instruction that does the same.
    pub(crate) fn emit_intrinsic(&mut self, intrinsic: Intrinsic1, place: impl Into<Place>) {
        match intrinsic.instruction() {
            Some(opcode) if !self.features.intrinsic_functions => self.emit(opcode, place),
            _ => self.emit_arg(Opcode::CALL_INTRINSIC_1, intrinsic as u32, place),
        }
    }

    pub(crate) fn emit_const(&mut self, value: Constant<'a>, place: impl Into<Place>) {
        let index = self.unit().consts.add(value);
        self.emit_arg(Opcode::LOAD_CONST, index, place);
    }

    /// Emits an instruction whose argument is an index of `co_names`; `name` is mangled first.
    pub(crate) fn emit_name(&mut self, opcode: Opcode, name: Ident, place: impl Into<Place>) {
        let name = self.mangle(name);
        let index = self.unit().names.add(name);
        self.emit_arg(opcode, index, place);
    }

    /// `name` as it is called inside the innermost class.
    pub(crate) fn mangle(&mut self, name: Ident) -> Ident {
        self.symtable.mangle(self.interner, self.current.private, self.current.scope, name)
    }

    /// A name as a constant.
    pub(crate) fn name_constant(&self, name: Ident) -> Constant<'a> {
        Constant::Name(self.text(name))
    }

    /// A name as it is called inside the innermost class, as a constant. What mangling makes is a
    /// string of its own.
    pub(crate) fn mangled_constant(&mut self, name: Ident) -> Constant<'a> {
        let mangled = self.mangle(name);
        if mangled == name { self.name_constant(name) } else { Constant::Str(self.text(mangled)) }
    }

    /// The text of a name, as a code object's string.
    pub(crate) fn text(&self, name: Ident) -> PyStr<'a> {
        self.interner.text(name).into()
    }
}

/// Generates the code of a module, unit by unit, and returns the code object that `back_end` makes
/// of the module's own unit.
#[expect(clippy::too_many_arguments, reason = "the stages before it and the one after it meet here")]
pub(crate) fn module<'a>(
    arena: &'a Bump,
    interner: &mut Interner<'a>,
    features: &'static CodegenFeatures,
    optimize: u8,
    future: Future,
    symtable: &mut SymbolTable,
    module: &ast::Module<'a>,
    warnings: &mut Vec<Warning>,
    back_end: &mut BackEnd<'_, 'a>,
) -> Result<&'a CodeObject<'a>> {
    let scope_count = symtable.scope_count();
    let mut compiler = Compiler {
        arena,
        interner,
        features,
        optimize,
        future,
        symtable,
        current: UnitState::new(Box::default(), UnitKind::Module, SymbolTable::TOP, None),
        around: Vec::new(),
        spare_units: Vec::new(),
        seen_names: IdentTable::default(),
        back_end,
        codes: FxHashMap::with_capacity_and_hasher(scope_count, FxBuildHasher),
        warnings,
        silencing_blocks: 0,
    };
    let name = compiler.text(known::MODULE_SCOPE);
    compiler.current.unit.reset(name, name, 1);
    compiler.add_variables();
    compiler.begin_unit();
    let compiled = compiler.namespace_body(Location::new(1, 1, 0, 0), module.body);
    compiled
        .and_then(|()| compiler.leave_unit(AtEnd::ReturnNone))
        .map_err(|fault| compiler.locate_fault(fault))
}
