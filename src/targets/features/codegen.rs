//! Features of code generation.

use super::super::opcodes::{Opcode, OpcodeTable};
use super::super::unicode::UnicodeVersion;
use super::{Calls, ConstantFolding, GeneratorPrologue};

/// What the code generator of a release does.
#[derive(Clone, Debug)]
pub struct CodegenFeatures {
    pub opcodes: &'static OpcodeTable,
    /// Which characters of a string are escaped in the text of an annotation.
    pub unicode: UnicodeVersion,
    pub locations: LocationRule,
    /// The lowest bit of the operator in the argument of `COMPARE_OP`. The bits below it say which
    /// outcomes make the comparison true; 3.13 added one that converts the result to `bool`. If it
    /// is 0, there are no others.
    ///
    /// CPython: `Python/compile.c` `compiler_addcompare` (3.8–)
    pub comparison_shift: u8,
    /// How deeply loops, `try` and `with` blocks may nest in one code object.
    ///
    /// CPython: `Include/cpython/code.h` `CO_MAXBLOCKS` (3.11–)
    pub frame_block_limit: usize,
    /// Which copies of a `finally` body the code generator warns of.
    pub finally_warnings: FinallyWarnings,
    /// The warning of `is` with a literal names its type.
    ///
    /// CPython: `Python/compile.c` `check_compare` (3.12–)
    pub literal_types_named: bool,
    pub folding: ConstantFolding,
    pub calls: Calls,
    /// How many values an expression may push at once before its code takes the way that needs less
    /// stack.
    ///
    /// CPython: `Python/compile.c` `STACK_USE_GUIDELINE` (3.10–)
    pub stack_use_guideline: usize,
    /// How many entries of a dict display are built at once, less one.
    ///
    /// CPython: `Python/compile.c` `compiler_dict` (3.8–)
    pub dict_run: usize,
    /// Statements that do nothing, and the way out of a block, leave a `NOP` for the sake of their
    /// lines (PEP 626).
    ///
    /// CPython: `Python/compile.c` `compiler_return`, `compiler_break` (3.10–)
    pub lines_kept: bool,
    /// Code generation leaves out what an `if` or `while` with a constant test never does. Otherwise
    /// the flow graph does.
    ///
    /// CPython: `Python/compile.c` `BEGIN_DO_NOT_EMIT_BYTECODE` (3.8–3.9)
    pub constant_tests_decided: bool,
    /// A constant tuple leaves out the values pushed before it, as in `class C(1, 2, 3, **d)`: they
    /// stay on the stack.
    ///
    /// CPython: `Python/compile.c` `starunpack_helper` (3.9–3.10)
    pub constant_tuple_ignores_pushed: bool,
    /// The annotations of a function are a dict, otherwise a tuple of names and values.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_annotations` (3.8–3.9)
    pub annotations_dict: bool,
    /// In a comprehension, `for target in [value]` is an assignment.
    ///
    /// CPython: `Python/compile.c` `compiler_sync_comprehension_generator` (3.9–)
    pub single_items_assigned: bool,
    /// The argument of `RERAISE` says whether the instruction is restored that raised first.
    ///
    /// CPython: `Python/compile.c` `compiler_try_except` (3.10–)
    pub reraise_restores_place: bool,
    /// The instruction of a jump that is known to go forward: `JUMP_FORWARD` where the flow graph
    /// can tell it from other jumps.
    ///
    /// CPython: `Python/compile.c` `compiler_if` (3.8–3.10)
    pub forward_jump: Opcode,
    /// Code generation says where basic blocks begin. Otherwise a block without a label begins with
    /// its first instruction.
    ///
    /// CPython: `Python/compile.c` `NEXT_BLOCK` (3.8–3.10)
    pub blocks_begun_explicitly: bool,
    pub attribute_location: AttributeLocation,
    /// A bit in the argument of `LOAD_ATTR` asks for a method. Otherwise `LOAD_METHOD` loads it.
    ///
    /// CPython: `Python/compile.c` `maybe_optimize_method_call` (3.12–)
    pub load_attr_loads_methods: bool,
    /// Attributes of `super()` are loaded without making the object.
    ///
    /// CPython: `Python/compile.c` `can_optimize_super_call` (3.12–)
    pub super_attributes: bool,
    /// Operations that few programs need are calls of intrinsic functions. Otherwise they have
    /// instructions of their own.
    ///
    /// CPython: `Include/internal/pycore_intrinsics.h` (3.12–)
    pub intrinsic_functions: bool,
    /// `CALL_FUNCTION_EX` always takes keyword arguments or a `NULL`. Otherwise its argument says
    /// whether there are keyword arguments.
    ///
    /// CPython: `Python/codegen.c` `codegen_call_helper_impl` (3.14–)
    pub call_ex_always_kwargs: bool,
    /// The base `Generic[...]` of a generic class is left out when the bases are counted, to decide
    /// whether they are unpacked from a tuple.
    ///
    /// CPython: `Python/codegen.c` `codegen_call_helper_impl` (3.14–)
    pub generic_base_uncounted: bool,
    pub inlined_genexp_calls: InlinedGenexpCalls,

    pub handlers: Handlers,
    pub context_managers: ContextManagers,
    /// Where `__exit__` has swallowed an exception, the code comes before that which raises it
    /// again.
    ///
    /// CPython: `Python/compile.c` `compiler_with_except_finish` (3.12–)
    pub suppression_first: bool,
    /// The list of what the handlers of an `except*` raised is made before the exception group is
    /// copied.
    ///
    /// CPython: `Python/compile.c` `compiler_try_star_except` (3.12–)
    pub except_star_list_first: bool,
    pub with_location: WithLocation,
    pub while_loops: WhileLoops,
    pub iterator_location: IteratorLocation,
    /// The instructions that take an exhausted iterator off the stack at the end of a `for` loop.
    ///
    /// CPython: `Python/compile.c` `compiler_for`, `compiler_sync_comprehension_generator` (3.12–)
    pub exhausted_for: &'static [Opcode],
    /// On the stack an iterator has its index or `NULL` above it; `SEND` expects both.
    ///
    /// CPython: `Python/codegen.c` `codegen_for`, `codegen_add_yield_from` (3.15–)
    pub virtual_iterators: bool,
    /// The instruction at the end of an `async for` names the `SEND` of the loop, so that branches
    /// can be monitored.
    ///
    /// CPython: `Python/codegen.c` `codegen_async_for` (3.14–)
    pub async_for_branch_marks: bool,
    /// `yield from` and `await` have a handler for what `close()` and `throw()` raise, and take the
    /// exhausted iterator off the stack.
    ///
    /// CPython: `Python/compile.c` `compiler_add_yield_from` (3.12–)
    pub guarded_sends: bool,
    /// A handler around the body of a generator or coroutine turns `StopIteration` into a
    /// `RuntimeError`. Otherwise the interpreter does.
    ///
    /// CPython: `Python/compile.c` `wrap_in_stopiteration_handler` (3.12–)
    pub stop_iteration_handler: bool,
    /// The handler around the body of a generator or coroutine is a frame block.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body` (3.12.4–)
    pub stop_iteration_frame_block: bool,

    /// An asynchronous comprehension may stand in any comprehension of a coroutine. Otherwise what
    /// is around it must itself be a coroutine.
    ///
    /// CPython: `Python/compile.c` `compiler_comprehension` (3.11–)
    pub async_comprehensions_in_comprehensions: bool,
    pub comprehension_isolation: ComprehensionIsolation,
    /// An inlined comprehension that keeps values of outer variables on the stack is a frame block.
    ///
    /// CPython: `Python/codegen.c` `codegen_push_inlined_comprehension_locals` (3.13.16–, 3.14.8–)
    pub inlined_comprehension_frame_block: bool,
    pub comprehension_iter: ComprehensionIter,

    pub truth_tests: TruthTests,
    pub field_formatting: FieldFormatting,
    pub function_attributes: FunctionAttributes,
    /// The call of a decorator is located at the decorator, otherwise at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_apply_decorators` (3.11–)
    pub decorator_calls_located: bool,
    pub subscripts: Subscripts,
    /// A slice of constants is a constant.
    ///
    /// CPython: `Python/codegen.c` `codegen_slice` (3.14–)
    pub constant_slices: bool,
    /// Loading or storing a slice of two parts makes no slice object.
    ///
    /// CPython: `Python/compile.c` `should_apply_two_element_slice_optimization` (3.12–)
    pub slice_instructions: bool,
    /// A variable of a class that is a cell is looked up in the namespace, which is on the stack.
    /// Otherwise `LOAD_CLASSDEREF` finds the namespace itself.
    ///
    /// CPython: `Python/compile.c` `compiler_nameop` (3.12–)
    pub class_cells_from_dict: bool,
    /// A dict whose keys are all constants is built from its values and a tuple of the keys.
    ///
    /// CPython: `Python/compile.c` `compiler_subdict`, `compiler_subkwargs`,
    /// `compiler_visit_kwonlydefaults` (3.8–3.13)
    pub const_key_maps: bool,
    pub bool_ops: BoolOps,
    /// A unit ends in `return None` even if its last instruction returns: `None` is then a constant,
    /// used or not.
    ///
    /// CPython: `Python/compile.c` `add_return_at_end` (3.12–)
    pub implicit_return_always: bool,
    /// Jumps out of `if`, `try`, chained comparisons and the like do not check for signals.
    ///
    /// CPython: `Python/compile.c` `JUMP_NO_INTERRUPT` (3.13–)
    pub jumps_without_interrupt: bool,
    /// The argument of `YIELD_VALUE` says whether an `await` or `yield from` yields.
    ///
    /// CPython: `Python/compile.c` `compiler_add_yield_from` (3.13–)
    pub yield_oparg_says_await: bool,
    pub generator_prologue: GeneratorPrologue,
    pub match_outcomes: MatchOutcomes,
    /// The way out of a case is located where its body ends, otherwise nowhere.
    ///
    /// CPython: `Python/compile.c` `compiler_match_inner` (3.10)
    pub cases_end_in_body: bool,
    /// The subject of a matched case is popped at the location of the next instruction, otherwise
    /// at the pattern.
    ///
    /// CPython: `Python/codegen.c` `codegen_match_inner` (3.14–)
    pub matched_subject_popped_at_next: bool,
    /// The lowest two bits of the argument of `IMPORT_NAME` say whether the import may be, must be
    /// or must not be lazy.
    ///
    /// CPython: `Python/codegen.c` `codegen_import`, `codegen_from_import` (3.15–)
    pub import_flags: bool,
    /// As in [`PreprocessFeatures`](super::PreprocessFeatures::future_import_is_absolute).
    pub future_import_is_absolute: bool,
    /// As in [`SymtableFeatures`](super::SymtableFeatures::contexts_checked_in_symtable).
    pub contexts_checked_in_symtable: bool,
    /// `del __debug__` is allowed.
    ///
    /// CPython: `Python/compile.c` `forbidden_name` (3.8–3.9)
    pub debug_deletable: bool,
    /// How many starred targets there are, by the error about several: `two` or `multiple`.
    ///
    /// CPython: `Python/compile.c` `assignment_helper` (3.8–3.11)
    pub several_starred: &'static str,
    /// The error about `yield from` in a module or class says `yield from`, otherwise `yield`.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_expr1` (3.12.5–)
    pub yield_from_outside_function_named: bool,

    /// As in [`SymtableFeatures`](super::SymtableFeatures::type_param_default).
    pub type_param_default: bool,
    /// As in [`SymtableFeatures`](super::SymtableFeatures::generic_class_mangles_type_params_only).
    pub generic_class_mangles_type_params_only: bool,
    /// As in [`SymtableFeatures`](super::SymtableFeatures::deferred_annotations).
    pub deferred_annotations: bool,
    /// Annotations of positional-only parameters come first, in the order of the source. Otherwise
    /// they follow those of the other positional parameters.
    ///
    /// CPython: `Python/codegen.c` `codegen_annotations_in_scope` (3.15–)
    pub annotations_posonly_first: bool,
    /// The qualified name of the function that evaluates a function's annotations contains the name
    /// of the function.
    ///
    /// CPython: `Python/compile.c` `compiler_set_qualname` (3.15–)
    pub function_annotations_qualname: bool,

    /// Code objects have a flag if they begin with a docstring, and one if they are methods.
    ///
    /// CPython: `Python/compile.c` `compute_code_flags` (3.14–)
    pub docstring_and_method_flags: bool,
    /// The indentation of docstrings is removed.
    ///
    /// CPython: `Python/compile.c` `_PyCompile_CleanDoc` (3.13–)
    pub docstrings_cleaned: bool,
    /// A docstring that is not kept emits no instruction. Otherwise it emits the `NOP` of an
    /// expression statement.
    ///
    /// CPython: `Python/compile.c` `compiler_body`, `compiler_function_body` (3.13–)
    pub dropped_docstring_leaves_nothing: bool,
    /// The first constant of every function is its docstring or `None`. Otherwise only a docstring
    /// is put there.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body`, `compiler_lambda` (3.8–3.13)
    pub docstring_slot: bool,
    /// A class stores its first line, and the attributes that its methods assign on `self`.
    ///
    /// CPython: `Python/compile.c` `compiler_class_body`,
    /// `compiler_maybe_add_static_attribute_to_class` (3.13–)
    pub firstlineno_and_static_attributes: bool,
    /// The body of a function starts a basic block of its own after `RESUME`, which keeps a `NOP`
    /// on the line of the `def`.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body` (3.12.4–)
    pub function_body_label: bool,
    /// `RAISE_VARARGS` of an `assert` is located at the test, otherwise at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_assert` (3.12.3–)
    pub assert_failure_at_test: bool,
    /// A lambda returns at the location of its body, otherwise at column 0 of its first line.
    ///
    /// CPython: `Python/compile.c` `compiler_lambda` (3.12.5–)
    pub lambda_return_at_body: bool,
}

/// Which locations instructions get.
///
/// CPython: `Python/compile.c` `SET_LOC`, `UNSET_LOC` (3.11), `LOC` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationRule {
    /// As `Line`, but only the first instruction of each stretch on one line has it, also where an
    /// expression ends on another line than it began: the others follow what is before them (3.8).
    LineOnce,
    /// The line that is current: statements, expressions and handlers set it, and expressions
    /// restore it (3.9).
    Line,
    /// That which is current: statements and some of their parts set it, expressions also restore
    /// it (3.10–3.11).
    Current,
    /// Each its own (3.12–).
    Explicit,
}

impl LocationRule {
    /// Whether only lines count, and every instruction is on one.
    pub fn is_line(self) -> bool {
        matches!(self, LocationRule::LineOnce | LocationRule::Line)
    }
}

/// How `and`, `or` and chained comparisons jump on a value that they may leave on the stack.
///
/// CPython: `Python/compile.c` `compiler_boolop`, `compiler_compare` (3.8–3.13), `Python/codegen.c`
/// `codegen_boolop` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOps {
    /// By an instruction that takes the value only if it does not jump (3.8–3.11).
    JumpOrPop,
    /// They test a copy (3.12–3.13).
    Copied,
    /// `and` and `or` by a pseudo-instruction that keeps the value; comparisons test a copy (3.14–).
    PseudoJump,
}

/// How the interpreter finds the handler of an exception.
///
/// CPython: `Python/compile.c` `compiler_try_except` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handlers {
    /// The same, but there is one copy of a `finally` body, which ways out call (3.8).
    FinallyCalls,
    /// On the stack of blocks, on which each `try` and `with` pushes its handler (3.9–3.10).
    BlockStack,
    /// In a table (3.11–).
    Table,
}

/// What says whether a mapping has the keys, or an object the attributes, that a pattern asks for.
///
/// CPython: `Python/compile.c` `compiler_pattern_class`, `compiler_pattern_mapping` (3.10–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchOutcomes {
    /// A `bool` above the tuple of values, whose items are then taken one by one (3.10).
    Bool,
    /// Either the tuple, which is then unpacked, or `None` (3.11–).
    NoneOrTuple,
}

/// Where an attribute of an object is loaded, stored or deleted, if it stands on a later line.
///
/// CPython: `Python/compile.c` `compiler_visit_expr1` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeLocation {
    /// Where the expression begins (3.8–3.9).
    Expression,
    /// At the name, but deleted where the expression begins (3.10).
    NameUnlessDeleted,
    /// At the name (3.11–).
    Name,
}

/// How a `with` statement enters and leaves its context manager.
///
/// CPython: `Python/compile.c` `compiler_with` (3.8–3.13), `Python/codegen.c` `codegen_with_inner`
/// (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextManagers {
    /// `SETUP_WITH` enters it, and pushes the block (3.8–3.10).
    SetupWith,
    /// `BEFORE_WITH` enters it and leaves the bound `__exit__` on the stack (3.11–3.13).
    BeforeWith,
    /// `LOAD_SPECIAL` loads each method (3.14–).
    LoadSpecial,
}

/// Where the instructions that enter and leave a `with` are located.
///
/// CPython: `Python/compile.c` `compiler_with`, `compiler_async_with`, `compiler_unwind_fblock`
/// (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithLocation {
    /// At the statement (3.12.0–3.12.5).
    Statement,
    /// At the expression of the item, but at the statement where `return`, `break` or `continue`
    /// leave it (3.12.6).
    ContextExprButUnwinding,
    /// At the expression of the item (3.12.7–).
    ContextExpr,
}

/// How a `while` loop tests its condition.
///
/// CPython: `Python/compile.c` `compiler_while` (3.12–3.13), `Python/codegen.c` `codegen_while`
/// (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileLoops {
    /// Once before the first round, and again after each (3.10–3.13).
    TestTwice,
    /// Before each round (3.14–).
    TestAtTop,
}

/// Where a loop asks for an iterator and for its items.
///
/// CPython: `Python/compile.c` `compiler_for`, `compiler_comprehension_iter`,
/// `compiler_sync_comprehension_generator`, `compiler_async_for` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IteratorLocation {
    /// At the statement or comprehension (3.12.0–3.12.4).
    Loop,
    /// `for` at the iterable, and a `NOP` at the target begins each round; comprehensions and
    /// `async for` as before (3.12.5).
    IterableInFor,
    /// All at the iterable (3.12.6–).
    Iterable,
}

/// Which names of the code around it an inlined comprehension must not see or change.
///
/// CPython: `Python/compile.c` `push_inlined_comprehension_state` (3.12–3.13), `Python/codegen.c`
/// `codegen_push_inlined_comprehension_locals` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionIsolation {
    /// Those that it binds (3.12.0–3.12.3).
    BoundNames,
    /// Every name whose scope differs (3.12.4–3.13).
    DifferingScopes,
    /// Every name whose scope differs; but in a class only names that it binds are cleared (3.14–).
    DifferingScopesBoundCleared,
}

/// When a comprehension asks its iterables for iterators.
///
/// CPython: `Python/compile.c` `compiler_comprehension`, `compiler_sync_comprehension_generator`
/// (3.12–3.13), `Python/codegen.c` `codegen_comprehension` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionIter {
    /// After each iterable, the outermost before the comprehension is entered (3.12–3.13.0, 3.14).
    Evaluated,
    /// There, and once more where a synchronous loop starts (3.13.1–3.13.3, 3.13.5–3.13.18).
    EvaluatedAndAtLoop,
    /// As `EvaluatedAndAtLoop`, but for the outermost only where its loop starts (3.13.4).
    AtLoop,
    /// Inside the comprehension; in a generator expression, before the generator is made (3.15–).
    Inside,
}

/// Which calls of builtins with a generator expression become loops, if the name still means the
/// builtin.
///
/// CPython: `Python/codegen.c` `maybe_optimize_function_call` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlinedGenexpCalls {
    /// None (3.12–3.13).
    None,
    /// `any`, `all` and `tuple` (3.14.0–3.14.4).
    AnyAllTuple,
    /// The same, if the generator is not asynchronous (3.14.5–).
    SyncAnyAllTuple,
    /// `list` and `set` too, if the generator is not asynchronous (3.15–).
    SyncWithListAndSet,
}

/// How a value is converted to `bool` for `not` and conditional jumps.
///
/// CPython: `Python/compile.c` `compiler_jump_if`, `compiler_boolop` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruthTests {
    /// `UNARY_NOT` and the jumps convert it (3.8–3.12).
    Implicit,
    /// `TO_BOOL` comes before them (3.13–).
    ToBool,
}

/// How a replacement field is converted and formatted.
///
/// CPython: `Python/compile.c` `compiler_formatted_value` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldFormatting {
    /// By `FORMAT_VALUE` with flags (3.8–3.12).
    FormatValue,
    /// By `CONVERT_VALUE`, and `FORMAT_SIMPLE` or `FORMAT_WITH_SPEC` (3.13–).
    ConvertAndFormat,
}

/// How a function gets its defaults, annotations and closure.
///
/// CPython: `Python/compile.c` `compiler_make_closure` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionAttributes {
    /// `MAKE_FUNCTION` takes them from the stack, and above them the qualified name (3.8–3.10).
    MakeNamedFunction,
    /// `MAKE_FUNCTION` takes them from the stack (3.11–3.12).
    MakeFunction,
    /// One `SET_FUNCTION_ATTRIBUTE` each adds them (3.13–).
    SetFunctionAttribute,
}

/// Which instruction loads a subscript.
///
/// CPython: `Python/compile.c` `compiler_subscript` (3.8–3.13), `Python/codegen.c`
/// `codegen_subscript` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscripts {
    /// `BINARY_SUBSCR` (3.8–3.13).
    BinarySubscr,
    /// `BINARY_OP` (3.14–).
    BinaryOp,
}

/// Which copies of a `finally` body issue the warnings of the code generator.
///
/// The body is compiled once for its normal end, once in a handler for exceptions, and once more
/// for every jump that leaves the `try`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinallyWarnings {
    /// All. CPython: 3.8–3.13.9, 3.14.0
    InEachCopy,
    /// All but the handler, and blocks that a jump out of the handler unwinds.
    ///
    /// CPython: `Python/compile.c` `compiler_push_fblock` (3.13.10–3.13)
    NotInHandlerOrUnwinding,
    /// All but the handler.
    ///
    /// CPython: `Python/compile.c` `_PyCompile_PushFBlock` (3.14.1–)
    NotInHandler,
}
