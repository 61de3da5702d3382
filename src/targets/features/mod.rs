//! What a release of CPython's compiler does, by name.
//!
//! The rest of the program asks for a feature, never for a version. [`history`] says which release has which.

mod history;

use super::opcodes::{Opcode, OpcodeTable};
use super::unicode::{CharacterNames, DerivedNames, UnicodeVersion};
pub(super) use history::{History, of};

/// The behaviour of one release's compiler and of the files it writes.
#[derive(Clone, Debug)]
pub struct Features {
    /// The first two bytes of a pyc, little-endian; `\r\n` follows.
    ///
    /// CPython: `Lib/importlib/_bootstrap_external.py` `MAGIC_NUMBER` (3.8–3.13)
    pub magic: u16,
    /// What stands in the names of cached files: `cpython-312`.
    pub pyc_tag: &'static str,
    pub marshal_version: u8,
    /// How deeply statements, expressions and patterns may be nested, in all, before the compiler gives up: what is left of
    /// its limit when `compile()` is called from the top level of a script.
    ///
    /// CPython: `Python/ast_opt.c` `_PyAST_Optimize` (3.8–)
    pub recursion_limit: u32,
    /// The strings made of `[A-Za-z0-9_]` (and the qualified names of nested classes) that a process has interned before it compiles anything, one a line.
    ///
    /// Those of `Include/internal/pycore_global_strings.h`, and those of the modules that `py_compile` loads.
    pub interned_at_start: &'static str,
    /// The version of the Unicode tables: what identifiers are made of, what `repr` escapes, which names characters have.
    pub unicode: UnicodeVersion,
    /// How `\N{...}` reads names that are made by a rule.
    pub derived_names: DerivedNames,
    pub opcodes: &'static OpcodeTable,
    /// The arguments of instructions below this number mean nothing.
    ///
    /// CPython: `Lib/opcode.py` `HAVE_ARGUMENT` (3.8–3.12); `Include/opcode_ids.h` `HAVE_ARGUMENT` (3.13–), itself without one
    pub have_argument: u8,
    /// The lowest bit of the operator in the argument of `COMPARE_OP`. From 3.13 on there is one more bit below: whether the
    /// result is made a `bool`.
    ///
    /// CPython: `Python/compile.c` `compiler_addcompare` (3.12–)
    pub comparison_shift: u8,
    /// How deeply loops, `try` and `with` blocks may nest in one code object.
    ///
    /// CPython: `Include/cpython/code.h` `CO_MAXBLOCKS` (3.11–)
    pub frame_block_limit: usize,

    /// A source without declared encoding must be UTF-8 as a whole; before, bytes that are not UTF-8 are an error only where
    /// a name or a string literal has them. An encoding declared beside a BOM is reported at its line.
    ///
    /// CPython: `Parser/tokenizer/string_tokenizer.c` `decode_str` (3.14.1–)
    pub source_bytes_checked_first: bool,
    /// How f-strings are taken apart.
    pub fstrings: FStringRules,
    /// No line break may stand in the format spec of an f-string in single quotes; before, the spec ends at it.
    ///
    /// CPython: `Parser/lexer/lexer.c` `tok_get_fstring_mode` (3.13.4–)
    pub spec_newline_refused: bool,
    /// No name may become `None`, `True` or `False` by normalisation.
    ///
    /// CPython: `Parser/pegen.c` `_PyPegen_new_identifier` (3.13.4–)
    pub constant_identifier_refused: bool,
    /// An unknown feature of a future statement is shown itself, not the statement.
    ///
    /// CPython: `Python/future.c` `future_check_features` (3.12.8–)
    pub future_feature_located: bool,
    /// An import from a relative `__future__` is no future statement.
    ///
    /// CPython: `Python/future.c` `future_parse` (3.13–)
    pub future_import_is_absolute: bool,
    /// Docstrings lose their indentation.
    ///
    /// CPython: `Python/compile.c` `_PyCompile_CleanDoc` (3.13–)
    pub docstrings_cleaned: bool,
    /// With `-OO` a docstring is taken out of the tree, or made a `pass` where nothing else is in the body.
    ///
    /// CPython: `Python/ast_preprocess.c` `remove_docstring` (3.14–)
    pub docstrings_removed_early: bool,

    /// The `else` of a `try` statement comes after its handlers; before, ahead of them.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_stmt` (3.13–)
    pub try_handlers_before_orelse: bool,
    /// Lambdas and comprehensions may stand in type parameters and aliases of a class.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension`, `symtable_visit_expr` (3.13–)
    pub annotation_scopes_in_classes_hold_functions: bool,
    /// Type parameters may have defaults. They and bounds are located where they stand; before, bounds at their parameter.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_type_param_bound_or_default`,
    /// `Python/compile.c` `compiler_type_param_bound_or_default` (3.13–)
    pub type_param_default: bool,
    /// Annotations are evaluated on demand, by a function that is asked for them in some format (PEP 649); so are the values of
    /// type parameters and aliases, in any version, but only from here on in a format.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotation`, `symtable_visit_annotations`,
    /// `Python/codegen.c` `codegen_setup_annotations_scope` (3.14–)
    pub deferred_annotations: bool,
    /// A class whose variables are annotated has the cell `__classdict__`, even if it binds that name itself.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotation` (3.14.6–)
    pub class_annotations_need_classdict: bool,
    /// That nothing binds `__debug__`, that `await` and its like stand in coroutines and that future statements stand first is known
    /// with the symbol table; before, it is for code generation to say.
    ///
    /// CPython: `Python/symtable.c` `check_name`, `symtable_raise_if_not_coroutine`, `check_import_from` (3.14–)
    pub contexts_checked_in_symtable: bool,
    /// What a parameter is called that occurs twice: `argument` or `parameter`.
    ///
    /// CPython: `Python/symtable.c` `DUPLICATE_ARGUMENT` (3.8–3.14), `DUPLICATE_PARAMETER` (3.15–)
    pub duplicate_parameter: &'static str,
    /// Which scope has the target of an assignment expression in a comprehension is asked with the mangled name; before, with the name
    /// as it is written.
    ///
    /// CPython: `Python/symtable.c` `symtable_extend_namedexpr_scope` (3.12.3–)
    pub walrus_target_mangled_before_lookup: bool,
    /// What `__class__` and the other cells of a class mean in a comprehension that is inlined in a class.
    pub class_cells_in_class_comprehension: ClassCells,
    /// Around a generic class only its type parameters are mangled with its name, and nothing after it is; before, the name stayed in
    /// force for everything that follows in the scope.
    ///
    /// CPython: `Python/symtable.c` `_Py_MaybeMangle` (3.12.4–)
    pub generic_class_mangles_type_params_only: bool,
    /// No type parameter may be called `__classdict__`.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_type_param_check_reserved_name` (3.12.10–)
    pub classdict_type_param_refused: bool,

    /// Annotations of positional-only parameters come before those of the other positional ones, as in the source; before, after them.
    ///
    /// CPython: `Python/codegen.c` `codegen_annotations_in_scope` (3.15–)
    pub annotations_posonly_first: bool,
    /// The qualified name of the function that evaluates a function's annotations contains the function's name.
    ///
    /// CPython: `Python/compile.c` `compiler_set_qualname` (3.15–)
    pub function_annotations_qualname: bool,
    /// The base `Generic[...]` of a generic class does not count when its bases are counted: too many are unpacked from a tuple.
    ///
    /// CPython: `Python/codegen.c` `codegen_call_helper_impl` (3.14–)
    pub generic_base_uncounted: bool,
    /// Code objects say whether they begin with a docstring, and whether their function is directly in a class.
    ///
    /// CPython: `Python/compile.c` `compute_code_flags` (3.14–)
    pub docstring_and_method_flags: bool,
    /// An inlined comprehension has its own view of every name whose scope differs from that outside; before, only of those that it binds.
    ///
    /// CPython: `Python/compile.c` `push_inlined_comprehension_state` (3.12.4–)
    pub inlined_comprehension_overrides_every_symbol: bool,
    /// Of the names of a class that an inlined comprehension must not see, only those that it binds are cleared meanwhile; before, all
    /// that it uses.
    ///
    /// CPython: `Python/codegen.c` `codegen_push_inlined_comprehension_locals` (3.14–)
    pub inlined_comprehension_clears_bound_only: bool,
    /// The body of a function starts a basic block of its own after `RESUME`, so a `NOP` on the line of the `def` stays.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body` (3.12.4–)
    pub function_body_label: bool,
    /// The handler around the body of a generator or coroutine counts as a frame block.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body` (3.12.4–)
    pub stop_iteration_frame_block: bool,
    /// The instruction that raises an `AssertionError` is at the test; before, at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_assert` (3.12.3–)
    pub assert_failure_at_test: bool,
    /// A lambda returns at its body; before, at column 0 of its first line.
    ///
    /// CPython: `Python/compile.c` `compiler_lambda` (3.12.5–)
    pub lambda_return_at_body: bool,
    /// `for` asks at the iterable for an iterator and for the items, and a `NOP` at the target begins each round; before, all is at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_for` (3.12.5–)
    pub for_iter_at_iterable: bool,
    /// Comprehensions and `async for` do the same; before, they ask at the comprehension, or at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_comprehension_iter`, `compiler_sync_comprehension_generator`, `compiler_async_for` (3.12.6–)
    pub get_iter_at_iterable: bool,
    /// What enters and leaves a `with` is at the expression of the item; before, at the statement.
    ///
    /// CPython: `Python/compile.c` `compiler_with`, `compiler_async_with` (3.12.6–)
    pub with_at_context_expr: bool,
    /// So is what leaves it by `return`, `break` or `continue`.
    ///
    /// CPython: `Python/compile.c` `compiler_unwind_fblock` (3.12.7–)
    pub with_unwound_at_context_expr: bool,
    /// The error about a `yield from` in a module or class calls it so; before, `yield`.
    ///
    /// CPython: `Python/compile.c` `compiler_visit_expr1` (3.12.5–)
    pub yield_from_outside_function_named: bool,
    /// The `NULL` beside a callable that is no method lies above it; before, below.
    ///
    /// CPython: `Python/compile.c` `compiler_call` (3.13–)
    pub push_null_after_callable: bool,
    /// `CALL_KW` takes the names of keyword arguments from the stack; before, `KW_NAMES` says them to the next `CALL`.
    ///
    /// CPython: `Python/compile.c` `compiler_call_simple_kw_helper` (3.13–)
    pub call_kw: bool,
    /// `SET_FUNCTION_ATTRIBUTE` adds defaults, annotations and closure to a function; before, `MAKE_FUNCTION` takes them.
    ///
    /// CPython: `Python/compile.c` `compiler_make_closure` (3.13–)
    pub function_attributes: bool,
    /// `TO_BOOL` comes before what needs a truth; before, `UNARY_NOT` and the conditional jumps find it out themselves.
    ///
    /// CPython: `Python/compile.c` `compiler_jump_if`, `compiler_boolop` (3.13–)
    pub to_bool: bool,
    /// A replacement field is converted and formatted by an instruction each, which have no flags; before, by `FORMAT_VALUE`.
    ///
    /// CPython: `Python/compile.c` `compiler_formatted_value` (3.13–)
    pub convert_and_format: bool,
    /// What the end of a `for` loop needs to take the iterator off the stack.
    ///
    /// CPython: `Python/compile.c` `compiler_for`, `compiler_sync_comprehension_generator` (3.12–)
    pub exhausted_for: &'static [Opcode],
    /// When a comprehension asks its iterables for iterators.
    pub comprehension_iter: ComprehensionIter,
    /// Jumps out of `if`, `try`, chained comparisons and the like do not let the interpreter look for signals.
    ///
    /// CPython: `Python/compile.c` `JUMP_NO_INTERRUPT` (3.13–)
    pub jumps_without_interrupt: bool,
    /// The argument of `YIELD_VALUE` says whether the value is yielded for an `await` or `yield from`.
    ///
    /// CPython: `Python/compile.c` `compiler_add_yield_from` (3.13–)
    pub yield_oparg_says_await: bool,
    /// A class knows its first line and which attributes its methods give to `self`.
    ///
    /// CPython: `Python/compile.c` `compiler_class_body`, `compiler_maybe_add_static_attribute_to_class` (3.13–)
    pub firstlineno_and_static_attributes: bool,
    /// A docstring that is not kept leaves nothing; before, the `NOP` of an expression statement.
    ///
    /// CPython: `Python/compile.c` `compiler_body`, `compiler_function_body` (3.13–)
    pub dropped_docstring_leaves_nothing: bool,
    /// The first constant of every function is its docstring or `None`; from 3.14 on only a docstring that is there has this place.
    ///
    /// CPython: `Python/compile.c` `compiler_function_body`, `compiler_lambda` (3.8–3.13)
    pub docstring_slot: bool,
    /// The flow graph makes constants of displays and operations whose operands are constants; before, the syntax tree is rewritten, and
    /// code generation sees to displays of constants.
    ///
    /// CPython: `Python/flowgraph.c` `fold_tuple_of_constants`, `fold_const_binop` (3.14–)
    pub folds_constants_in_flowgraph: bool,
    pub complex_arithmetic: ComplexArithmetic,
    /// A dict whose keys are all constants is built with a tuple of these.
    ///
    /// CPython: `Python/compile.c` `compiler_subdict`, `compiler_subkwargs`, `compiler_visit_kwonlydefaults` (3.8–3.13)
    pub const_key_maps: bool,
    /// `and` and `or` jump by a pseudo-instruction that keeps the value; before, they test a copy.
    ///
    /// CPython: `Python/codegen.c` `codegen_boolop` (3.14–)
    pub boolop_pseudo_jumps: bool,
    /// Subscripts are loaded by `BINARY_OP`.
    ///
    /// CPython: `Python/codegen.c` `codegen_subscript` (3.14–)
    pub subscript_is_binary_op: bool,
    /// A slice of constants is a constant.
    ///
    /// CPython: `Python/codegen.c` `codegen_slice` (3.14–)
    pub constant_slices: bool,
    /// Calls of which builtins with a generator expression are made loops.
    pub inlined_genexp_calls: InlinedGenexpCalls,
    /// Only calls with a generator expression that is not asynchronous.
    ///
    /// CPython: `Python/codegen.c` `maybe_optimize_function_call` (3.14.5–)
    pub async_genexp_calls_not_inlined: bool,
    /// `CALL_FUNCTION_EX` always takes keyword arguments or a `NULL`; before, its argument says whether there are some.
    ///
    /// CPython: `Python/codegen.c` `codegen_call_helper_impl` (3.14–)
    pub call_ex_always_kwargs: bool,
    /// `LOAD_COMMON_CONSTANT` loads `AssertionError`.
    ///
    /// CPython: `Python/codegen.c` `codegen_assert` (3.14–)
    pub load_common_constant: bool,
    /// A `while` loop tests before each round; before, once before the first and then after each.
    ///
    /// CPython: `Python/codegen.c` `codegen_while` (3.14–)
    pub while_tests_before_round: bool,
    /// `with` loads the methods of its context manager one by one; before, an instruction enters it and leaves the way out bound.
    ///
    /// CPython: `Python/codegen.c` `codegen_with_inner`, `codegen_async_with_inner` (3.14–)
    pub load_special_with: bool,
    /// The end of an `async for` says where its `SEND` is, for the monitoring of branches.
    ///
    /// CPython: `Python/codegen.c` `codegen_async_for` (3.14–)
    pub async_for_branch_marks: bool,
    /// When a case has matched, its subject is dropped where the next instruction is; before, at the pattern.
    ///
    /// CPython: `Python/codegen.c` `codegen_match_inner` (3.14–)
    pub matched_subject_popped_at_next: bool,
    /// On the stack an iterator has its index above it, or `NULL`; `SEND` expects as much.
    ///
    /// CPython: `Python/codegen.c` `codegen_for`, `codegen_add_yield_from` (3.15–)
    pub virtual_iterators: bool,
    /// Code generation emits what makes a generator; before, the flow graph puts it in front.
    ///
    /// CPython: `Python/codegen.c` `codegen_enter_scope` (3.15–)
    pub generator_prologue_in_codegen: bool,
    /// The lowest two bits of the argument of `IMPORT_NAME` say whether the import may be, must be or must not be lazy.
    ///
    /// CPython: `Python/codegen.c` `codegen_import`, `codegen_from_import` (3.15–)
    pub import_flags: bool,

    /// Only the labels that some instruction names start a basic block; before, all of them.
    ///
    /// CPython: `Python/compile.c` `instr_sequence_to_cfg` (3.13), `Python/flowgraph.c` `_PyCfg_FromInstructionSequence` (3.14–)
    pub labels_only_where_jumped_to: bool,
    /// Where it is noted how many handlers are around a `yield`.
    pub handler_depth: HandlerDepth,
    /// Lines are resolved before anything is optimised, and once more at the end; blocks that become empty stay in the layout. Before, only
    /// at the end, and such blocks were taken out.
    ///
    /// CPython: `Python/flowgraph.c` `optimize_cfg`, `_PyCfg_OptimizeCodeUnit` (3.13–)
    pub lines_resolved_before_optimizing: bool,
    /// A way into a block is counted once. Before, a block that several ways were found to before its turn was gone through that often,
    /// and counted for what follows it as often.
    ///
    /// CPython: `Python/flowgraph.c` `remove_unreachable` (3.13–), `mark_reachable` (3.12)
    pub predecessors_counted_once: bool,
    /// A block without a line where the interpreter may do something else before it goes on gets one from each jump to it, as exits do.
    ///
    /// CPython: `Python/flowgraph.c` `is_exit_or_eval_check_without_lineno` (3.13–)
    pub eval_breaks_have_lines: bool,
    /// A store that the same one follows on its line is a `POP_TOP`, and `not not` is nothing.
    ///
    /// CPython: `Python/flowgraph.c` `optimize_basic_block` (3.13–)
    pub repeated_instructions_dropped: bool,
    /// `LOAD_SMALL_INT` loads the integers from 0 to 255, which stand in no `co_consts` then.
    ///
    /// CPython: `Python/flowgraph.c` `maybe_instr_make_load_smallint` (3.14–)
    pub load_small_int: bool,
    /// `LOAD_COMMON_CONSTANT` loads `None`, `True`, `False`, `""` and -1.
    ///
    /// CPython: `Python/flowgraph.c` `maybe_instr_make_load_common_const` (3.15–)
    pub common_constants_for_values: bool,
    /// Displays too long for the stack that are only iterated over or searched become constants as well.
    ///
    /// CPython: `Python/flowgraph.c` `fold_constant_seq_into_load_const` (3.14.8–)
    pub folds_long_displays: bool,
    /// Loads of constants are optimised first, in all blocks, and `SWAP`s when all else in a block is; before, each in its turn.
    ///
    /// CPython: `Python/flowgraph.c` `optimize_basic_block` (3.13–)
    pub swaps_optimized_last: bool,
    /// A jump to a jump on another line is led on too: it becomes a `NOP`, and another jump follows it. Before, only one to a jump
    /// on the same line or none, and its target was changed in place.
    ///
    /// CPython: `Python/flowgraph.c` `jump_thread` (3.13–)
    pub jumps_threaded_over_lines: bool,
    /// Handlers cover the jumps that the flow graph makes of others, and the marks of conditional ones. Before, the jumps had none, and the
    /// marks the handler of an instruction that had been there before, if any.
    ///
    /// CPython: `Python/flowgraph.c` `jump_thread`, `normalize_jumps_in_block` (3.15–)
    pub new_jumps_inherit_handler: bool,
    /// The line of a jump reaches what it leads to over blocks that have become empty.
    ///
    /// CPython: `Python/flowgraph.c` `propagate_line_numbers` (3.15–)
    pub lines_cross_empty_blocks: bool,
    /// The jump from the code of exception handlers, which is laid out last, back to the other has the line of what is before it; before,
    /// none.
    ///
    /// CPython: `Python/flowgraph.c` `push_cold_blocks_to_end` (3.13–)
    pub cold_code_jumps_back_at_its_line: bool,
    /// What follows `RETURN_GENERATOR` at the start is located at it; before, nowhere.
    ///
    /// CPython: `Python/flowgraph.c` `insert_prefix_instructions` (3.13–)
    pub generator_prefix_located: bool,
    /// The depth after the last instruction of all does not count for `co_stacksize`, only that before each.
    ///
    /// CPython: `Python/flowgraph.c` `calculate_stackdepth` (3.14–)
    pub stack_size_before_instructions: bool,
    /// `NOT_TAKEN` follows a conditional jump.
    ///
    /// CPython: `Python/flowgraph.c` `normalize_jumps_in_block` (3.14–)
    pub not_taken: bool,
    /// How it is found which loads of local variables may borrow the reference.
    pub borrowed_loads: BorrowedLoads,
    /// `co_localspluskinds` says how parameters take arguments.
    ///
    /// CPython: `Python/assemble.c` `compute_localsplus_info` (3.14–)
    pub argument_kinds: bool,
    /// How the assembler guesses at first how large a jump will be.
    pub jump_size_guess: JumpSizeGuess,
    /// What `co_stacksize` is where code needs no stack.
    ///
    /// CPython: `Objects/codeobject.c` `_PyCode_New` (3.13–)
    pub least_stacksize: u32,

    /// The strings that exist once in a process (`""`, those of one character below U+0100, the names like `<module>`) are interned.
    ///
    /// CPython: `Objects/unicodeobject.c` `_PyUnicode_InternStatic` (3.12.7–)
    pub static_strings_interned: bool,
    /// File names, names and qualified names of code objects are interned.
    ///
    /// CPython: `Objects/codeobject.c` `init_code` (3.13–)
    pub code_names_interned: bool,
    /// The elements of frozensets count as shared while their order is found out; before, only while they are written.
    ///
    /// CPython: `Python/marshal.c` `w_complex_object` (3.13–)
    pub frozensets_sorted_as_shared: bool,
    /// What computes annotations has a tuple of local names for itself.
    ///
    /// CPython: `Python/codegen.c` `codegen_leave_annotations_scope` (3.14–)
    pub annotate_renames_parameter: bool,
    /// The code object of the module itself has no number in marshal's data.
    ///
    /// CPython: `Python/bltinmodule.c` `builtin_compile_impl` (3.15–)
    pub root_code_is_not_shared: bool,
    /// Integers from -5 up to this one exist once in a process.
    ///
    /// CPython: `Include/internal/pycore_runtime_structs.h` `_PY_NSMALLPOSINTS` (3.12–)
    pub largest_small_int: i64,
}

impl Features {
    /// Which names `\N{...}` takes.
    pub fn character_names(&self) -> CharacterNames {
        CharacterNames { unicode: self.unicode, derived: self.derived_names }
    }
}

/// How f-strings are taken apart: sources in which it matters are lowered for each set of rules, all others once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FStringRules {
    /// A format spec is put together like adjacent literals; before, it stays in the pieces in which the tokenizer cut it, and may
    /// hold no debug field (`{x=}`).
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.12.5–)
    pub format_spec_folded: bool,
    /// Pieces of a format spec that are empty fall away before it is asked whether it is a single one.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_setup_full_format_spec` (3.13–)
    pub empty_spec_pieces_dropped: bool,
    /// A format spec of which a constant is made begins at its colon; before, behind it.
    ///
    /// CPython: `Parser/action_helpers.c` `_build_concatenated_unicode` (3.14–)
    pub constant_spec_has_colon: bool,
    /// The text of a debug field is the source as it stands; before, its escapes are decoded.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_formatted_value` (3.12.9–)
    pub debug_text_is_raw: bool,
    /// The text of a debug field in a format spec begins at the field; before, at an earlier one that it follows directly.
    ///
    /// CPython: `Parser/lexer/lexer.c` `tok_get_fstring_mode` (3.13.16–)
    pub debug_text_begins_at_field: bool,
    pub debug_text_end: DebugTextEnd,
    /// Of the `=` in a debug field only one outside all its brackets has a say in where the text ends.
    ///
    /// CPython: `Parser/lexer/state.h` `INSIDE_FSTRING_EXPR_AT_TOP` (3.13.10–)
    pub debug_equal_at_top_only: bool,
    pub debug_comments: DebugComments,
    /// The format spec of a raw f-string is not decoded.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_decode_fstring_part` (3.13.6–)
    pub format_spec_may_be_raw: bool,
    /// The text of a template's field is the source up to what ends its expression; before, blanks and `=` at its end are left out.
    ///
    /// CPython: `Parser/action_helpers.c` `_PyPegen_interpolation` (3.14.8–)
    pub interpolation_text_verbatim: bool,
}

/// What of the text of a debug field counts as a comment, which is left out.
///
/// CPython: `Parser/lexer/lexer.c` `set_fstring_expr` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugComments {
    /// From any `#` to the end of its line (3.12.0–3.13.5).
    EveryHash,
    /// The same, but for a `#` within quotes: each quote opens or closes them, one behind a backslash too (3.13.6–3.13.15).
    OutsideQuotes,
    /// Comments (3.13.16–).
    OutsideStrings,
}

/// Which tokens end the text of a debug field, of those that may: `!` (that of a `!=` too), `:` and `}`.
///
/// CPython: `Parser/tokenizer.c` `update_fstring_expr` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugTextEnd {
    /// The first (3.12.0–3.12.8).
    First,
    /// The last (3.12.9).
    Last,
    /// The last `!` or `}`; a `:` only if there was none of these (3.12.10–).
    LastButColon,
}

/// How operations on complex numbers are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComplexArithmetic {
    /// An imaginary exponent multiplies the length by an exponential; before, divides it by another, which may round otherwise.
    ///
    /// CPython: `Objects/complexobject.c` `_Py_c_pow` (3.12.8–, 3.13.1–)
    pub pow_multiplies: bool,
    /// As annex G of C11 has it, a real operand stays real, and a result that is infinite never comes out as no number; before, a real
    /// operand is a complex one with the imaginary part 0.
    ///
    /// CPython: `Objects/complexobject.c` `COMPLEX_BINOP`, `_Py_c_prod`, `_Py_c_quot` (3.14–)
    pub annex_g: bool,
}

/// Calls of which builtins with a generator expression are made loops, if the name means the builtin.
///
/// CPython: `Python/codegen.c` `maybe_optimize_function_call` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlinedGenexpCalls {
    None,
    /// `any`, `all` and `tuple` (3.14).
    AnyAllTuple,
    /// `list` and `set`, too (3.15–).
    WithListAndSet,
}

/// When a comprehension asks its iterables for iterators.
///
/// CPython: `Python/compile.c` `compiler_comprehension`, `compiler_sync_comprehension_generator` (3.12–3.13),
/// `Python/codegen.c` `codegen_comprehension` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionIter {
    /// After each iterable, the outermost before the comprehension is entered (3.12–3.13.0, 3.14).
    Evaluated,
    /// There, and once more where a synchronous loop starts (3.13.1–3.13.3, 3.13.5–3.13.18).
    EvaluatedAndAtLoop,
    /// The same, but for the outermost only where its loop starts (3.13.4).
    AtLoop,
    /// Inside the comprehension; in a generator expression, before it is made a generator (3.15–).
    Inside,
}

/// What `__class__`, `__classdict__` and `__conditional_annotations__` mean in a comprehension that is inlined in a class.
///
/// CPython: `Python/symtable.c` `inline_comprehension` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassCells {
    /// Free variables, which the class does not have (3.12.0–3.12.2).
    Free,
    /// `__class__` is a global, unless the class knows the name already (3.12.3–3.12.4).
    ClassGlobalOnce,
    /// `__class__` is a global (3.12.5–3.13.12, 3.14.0–3.14.3).
    ClassGlobal,
    /// All are globals (3.13.13–, 3.14.4–3.14.5).
    Global,
    /// All are globals, but those that scopes in the comprehension use as well reach these as free variables (3.14.6–).
    GlobalUnlessFreeInside,
}

/// Where it is noted how many handlers are around a `yield`.
///
/// CPython: `Python/flowgraph.c` `label_exception_targets` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerDepth {
    /// As the argument of `YIELD_VALUE` (3.12).
    InYield,
    /// In the argument of the `RESUME` after it: this bit, if there is just one (3.13–).
    ///
    /// CPython: `Include/internal/pycore_opcode_utils.h` `RESUME_OPARG_DEPTH1_MASK` (3.13–)
    InResume(u32),
}

/// As if the argument of a jump were which number, its size is guessed at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpSizeGuess {
    /// That of the label it goes to.
    ///
    /// CPython: `Python/flowgraph.c` `resolve_jump_offsets` (3.12)
    ByLabel,
    /// That of the instruction it goes to.
    ///
    /// CPython: `Python/assemble.c` `resolve_jump_offsets` (3.13–)
    ByInstruction,
}

/// How it is found which loads of local variables may borrow the reference.
///
/// CPython: `Python/flowgraph.c` `optimize_load_fast` (3.14–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BorrowedLoads {
    /// No load does (3.12–3.13).
    None,
    /// What an instruction adds to its operands is taken for the first instruction's of the block, and control is not followed
    /// through empty blocks (3.14).
    Misattributed,
    /// (3.15–)
    Attributed,
}
