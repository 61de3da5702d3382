//! Which release of CPython does what: read from top to bottom, this is the history of its
//! bytecode.
//!
//! Each release that changed something is the release before it, with the changed features
//! replaced. Sources: the code of the releases, checked with interpreters of 3.8.18, 3.9.18, 3.10.13,
//! 3.11.7, 3.12.1, 3.12.14, 3.13.0, 3.13.18, 3.14.10 and 3.15.2.
//!
//! # What is left out
//!
//! Changes that show only in the messages and locations of syntax errors, in warnings, in the
//! `ast`, `tokenize` and `codeop` modules, or in fixed crashes and leaks; the table of mistakes in
//! `syntax.rs` has those of messages. 3.12.0 counts as 3.12.1.

use super::super::opcodes::{self, Opcode};
use super::super::unicode::{DerivedNames, UnicodeVersion};
use super::super::version::Version;
use super::{
    AssemblyFeatures, AttributeLocation, BoolOps, BorrowedLoads, Calls, ClassCells, CodeLayout,
    CodegenFeatures, ComplexArithmetic, ComprehensionIsolation, ComprehensionIter, ConstantFolding,
    ContextManagers, DebugComments, DebugTextEnd, DisassemblyFeatures, FStringRules, Features,
    FieldFormatting, FinallyWarnings, FlowGraphFeatures, FunctionAttributes, GeneratorPrologue, HandlerDepth,
    Handlers, ImmediateConstants, InlinedGenexpCalls, IteratorLocation, JumpSizeGuess, LineTable,
    LocationRule, MarshalFeatures, MatchOutcomes, Optimizer, ParserFeatures, PreprocessFeatures, SourceHash,
    Subscripts, SymtableFeatures, TruthTests, WhileLoops, WithLocation,
};

/// The releases of one version.
pub(in crate::targets) struct History {
    /// The newest patch release crosspyc knows; what a bare `3.12` means.
    pub(in crate::targets) newest_patch: u8,
    /// The first patch release that does so, for each that changed something, oldest first.
    releases: &'static [(u8, &'static Features)],
}

impl History {
    /// What the compiler of a patch release does.
    pub(in crate::targets) fn features(&self, patch: u8) -> &'static Features {
        let later = self.releases.partition_point(|&(first, _)| first <= patch);
        self.releases[later - 1].1
    }
}

/// The releases of a version.
pub(in crate::targets) fn of(version: Version) -> &'static History {
    match version {
        Version::V3_8 => &HISTORY_3_8,
        Version::V3_9 => &HISTORY_3_9,
        Version::V3_10 => &HISTORY_3_10,
        Version::V3_11 => &HISTORY_3_11,
        Version::V3_12 => &HISTORY_3_12,
        Version::V3_13 => &HISTORY_3_13,
        Version::V3_14 => &HISTORY_3_14,
        Version::V3_15 => &HISTORY_3_15,
    }
}

/// 3.8.0 to 3.8.17 count as 3.8.18.
static HISTORY_3_8: History = History { newest_patch: 20, releases: &[(0, &V3_8_18)] };

const V3_8_18: Features = Features {
    magic: 3413,
    pyc_tag: "cpython-38",
    source_hash: SourceHash::SipHash24,
    syntax: ParserFeatures {
        unicode: UnicodeVersion::V12_1,
        derived_names: DerivedNames::HangulAndIdeographs,
        source_bytes_checked_first: false,
        fstrings_apart: true,
        fstrings: FStringRules {
            format_spec_folded: false,
            empty_spec_pieces_dropped: false,
            constant_spec_has_colon: false,
            debug_text_is_raw: false,
            debug_text_begins_at_field: false,
            debug_text_end: DebugTextEnd::First,
            debug_equal_at_top_only: false,
            debug_comments: DebugComments::EveryHash,
            format_spec_may_be_raw: false,
            interpolation_text_verbatim: false,
        },
        spec_newline_refused: false,
        constant_identifier_refused: false,
    },
    preprocess: PreprocessFeatures {
        recursion_limit: 2985,
        future_feature_located: false,
        late_future_on_line_refused: true,
        deleted_debug_folded: true,
        postponed_annotations_folded: true,
        future_import_is_absolute: false,
        docstrings_removed_early: false,
        control_flow_in_finally_warned: false,
        bool_inversion_removal: None,
        formats_joined: false,
        named_exprs_folded: false,
        folding: ConstantFolding::Tree,
        complex_arithmetic: ComplexArithmetic { pow_multiplies: false, annex_g: false },
    },
    symtable: SymtableFeatures {
        recursion_limit: 2985,
        inlines_comprehensions: false,
        async_comprehension_makes_coroutine: false,
        has_classdict: false,
        annotation_contents_unquoted: false,
        try_handlers_before_orelse: false,
        annotation_scopes_in_classes_hold_functions: false,
        type_param_default: false,
        deferred_annotations: false,
        class_annotations_need_classdict: false,
        contexts_checked_in_symtable: false,
        duplicate_parameter: "argument",
        faults_at_scopes: true,
        postponed_annotations_in_scope: true,
        walrus_target_mangled_before_lookup: false,
        class_cells_in_class_comprehension: ClassCells::Free,
        generic_class_mangles_type_params_only: false,
        classdict_type_param_refused: false,
    },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V12_1,
        opcodes: opcodes::V3_8,
        locations: LocationRule::LineOnce,
        comparison_shift: 0,
        frame_block_limit: 20,
        finally_warnings: FinallyWarnings::InEachCopy,
        literal_types_named: false,
        folding: ConstantFolding::Tree,
        calls: Calls::Function,
        stack_use_guideline: usize::MAX,
        dict_run: 0xFFFF,
        lines_kept: false,
        constant_tests_decided: true,
        constant_tuple_ignores_pushed: false,
        annotations_dict: true,
        single_items_assigned: false,
        reraise_restores_place: false,
        forward_jump: Opcode::JUMP_FORWARD,
        blocks_begun_explicitly: false,
        attribute_location: AttributeLocation::Expression,
        load_attr_loads_methods: false,
        super_attributes: false,
        intrinsic_functions: false,
        call_ex_always_kwargs: false,
        generic_base_uncounted: false,
        inlined_genexp_calls: InlinedGenexpCalls::None,
        handlers: Handlers::FinallyCalls,
        context_managers: ContextManagers::SetupWith,
        suppression_first: false,
        except_star_list_first: false,
        with_location: WithLocation::Statement,
        while_loops: WhileLoops::TestAtTop,
        iterator_location: IteratorLocation::Loop,
        exhausted_for: &[],
        virtual_iterators: false,
        async_for_branch_marks: false,
        guarded_sends: false,
        stop_iteration_handler: false,
        stop_iteration_frame_block: false,
        async_comprehensions_in_comprehensions: false,
        comprehension_isolation: ComprehensionIsolation::BoundNames,
        inlined_comprehension_frame_block: false,
        comprehension_iter: ComprehensionIter::Evaluated,
        truth_tests: TruthTests::Implicit,
        field_formatting: FieldFormatting::FormatValue,
        function_attributes: FunctionAttributes::MakeNamedFunction,
        decorator_calls_located: false,
        subscripts: Subscripts::BinarySubscr,
        constant_slices: false,
        slice_instructions: false,
        class_cells_from_dict: false,
        const_key_maps: true,
        bool_ops: BoolOps::JumpOrPop,
        implicit_return_always: false,
        jumps_without_interrupt: false,
        yield_oparg_says_await: false,
        generator_prologue: GeneratorPrologue::FlowGraph,
        match_outcomes: MatchOutcomes::Bool,
        cases_end_in_body: true,
        matched_subject_popped_at_next: false,
        import_flags: false,
        future_import_is_absolute: false,
        contexts_checked_in_symtable: false,
        debug_deletable: true,
        several_starred: "two",
        yield_from_outside_function_named: false,
        type_param_default: false,
        generic_class_mangles_type_params_only: false,
        deferred_annotations: false,
        annotations_posonly_first: false,
        function_annotations_qualname: false,
        docstring_and_method_flags: false,
        docstrings_cleaned: false,
        dropped_docstring_leaves_nothing: false,
        docstring_slot: true,
        firstlineno_and_static_attributes: false,
        function_body_label: false,
        assert_failure_at_test: false,
        lambda_return_at_body: false,
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_8,
        calls: Calls::Function,
        folding: ConstantFolding::Tree,
        complex_arithmetic: ComplexArithmetic { pow_multiplies: false, annex_g: false },
        generator_prologue: GeneratorPrologue::FlowGraph,
        jumps_without_interrupt: false,
        optimizer: Optimizer::Peephole,
        exits_with_lines_copied: true,
        labels_only_where_jumped_to: false,
        handler_depth: HandlerDepth::Unrecorded,
        predecessors_counted_once: true,
        eval_breaks_have_lines: false,
        immediate_constants: ImmediateConstants::None,
        folds_long_displays: false,
        jumps_threaded_over_lines: false,
        new_jumps_inherit_handler: false,
        lines_cross_empty_blocks: false,
        cold_code_jumps_back_at_its_line: false,
        stack_size_before_instructions: false,
        borrowed_loads: BorrowedLoads::None,
    },
    assembly: AssemblyFeatures {
        opcodes: opcodes::V3_8,
        argument_kinds: false,
        jumps_in_bytes: true,
        line_table: LineTable::LnotabWithRepeats,
        cell_parameters_twice: true,
        lack_of_cells_flagged: true,
        jump_size_guess: JumpSizeGuess::Smallest,
        least_stacksize: 0,
    },
    marshal: MarshalFeatures {
        interned_at_start: include_str!("../interned/v3_11.txt"),
        refs_vary: true,
        code_layout: CodeLayout::Variables,
        equal_instructions_are_one: false,
        static_strings_interned: false,
        code_names_interned: false,
        frozensets_sorted_as_shared: false,
        root_code_is_not_shared: false,
        largest_small_int: 256,
    },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V12_1,
        opcodes: opcodes::V3_8,
        have_argument: 90,
        jumps_in_bytes: true,
        comparison_shift: 0,
        calls: Calls::Function,
        load_attr_loads_methods: false,
        import_flags: false,
    },
};

/// 3.9.0 to 3.9.17 count as 3.9.18.
static HISTORY_3_9: History = History { newest_patch: 25, releases: &[(0, &V3_9_18)] };

const V3_9_18: Features = Features {
    magic: 3425,
    pyc_tag: "cpython-39",
    syntax: ParserFeatures { unicode: UnicodeVersion::V13_0, ..V3_8_18.syntax },
    preprocess: PreprocessFeatures {
        deleted_debug_folded: false,
        postponed_annotations_folded: false,
        ..V3_8_18.preprocess
    },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V13_0,
        opcodes: opcodes::V3_9,
        locations: LocationRule::Line,
        constant_tuple_ignores_pushed: true,
        single_items_assigned: true,
        several_starred: "multiple",
        handlers: Handlers::BlockStack,
        ..V3_8_18.codegen
    },
    flowgraph: FlowGraphFeatures { opcodes: opcodes::V3_9, ..V3_8_18.flowgraph },
    assembly: AssemblyFeatures { opcodes: opcodes::V3_9, line_table: LineTable::Lnotab, ..V3_8_18.assembly },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V13_0,
        opcodes: opcodes::V3_9,
        ..V3_8_18.disassembly
    },
    ..V3_8_18
};

/// 3.10.0 to 3.10.12 count as 3.10.13.
static HISTORY_3_10: History = History { newest_patch: 21, releases: &[(0, &V3_10_13)] };

const V3_10_13: Features = Features {
    magic: 3439,
    pyc_tag: "cpython-310",
    preprocess: PreprocessFeatures { named_exprs_folded: true, ..V3_9_18.preprocess },
    symtable: SymtableFeatures {
        faults_at_scopes: false,
        postponed_annotations_in_scope: false,
        ..V3_9_18.symtable
    },
    codegen: CodegenFeatures {
        opcodes: opcodes::V3_10,
        locations: LocationRule::Current,
        stack_use_guideline: 30,
        dict_run: 16,
        lines_kept: true,
        constant_tests_decided: false,
        annotations_dict: false,
        reraise_restores_place: true,
        debug_deletable: false,
        blocks_begun_explicitly: true,
        attribute_location: AttributeLocation::NameUnlessDeleted,
        while_loops: WhileLoops::TestTwice,
        ..V3_9_18.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_10,
        optimizer: Optimizer::BlockStack,
        ..V3_9_18.flowgraph
    },
    assembly: AssemblyFeatures {
        opcodes: opcodes::V3_10,
        jumps_in_bytes: false,
        line_table: LineTable::Ranges,
        ..V3_9_18.assembly
    },
    marshal: MarshalFeatures { equal_instructions_are_one: true, ..V3_9_18.marshal },
    disassembly: DisassemblyFeatures {
        opcodes: opcodes::V3_10,
        jumps_in_bytes: false,
        ..V3_9_18.disassembly
    },
    ..V3_9_18
};

/// 3.11.0 to 3.11.6 count as 3.11.7.
static HISTORY_3_11: History = History { newest_patch: 16, releases: &[(0, &V3_11_7), (9, &V3_11_9)] };

const V3_11_7: Features = Features {
    magic: 3495,
    pyc_tag: "cpython-311",
    source_hash: SourceHash::SipHash13,
    syntax: ParserFeatures { unicode: UnicodeVersion::V14_0, ..V3_10_13.syntax },
    preprocess: PreprocessFeatures { formats_joined: true, ..V3_10_13.preprocess },
    symtable: SymtableFeatures { async_comprehension_makes_coroutine: true, ..V3_10_13.symtable },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V14_0,
        opcodes: opcodes::V3_11,
        calls: Calls::Precall,
        constant_tuple_ignores_pushed: false,
        forward_jump: Opcode::JUMP,
        blocks_begun_explicitly: false,
        attribute_location: AttributeLocation::Name,
        handlers: Handlers::Table,
        context_managers: ContextManagers::BeforeWith,
        async_comprehensions_in_comprehensions: true,
        function_attributes: FunctionAttributes::MakeFunction,
        decorator_calls_located: true,
        match_outcomes: MatchOutcomes::NoneOrTuple,
        cases_end_in_body: false,
        ..V3_10_13.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_11,
        calls: Calls::Precall,
        optimizer: Optimizer::HandlersLast,
        exits_with_lines_copied: false,
        ..V3_10_13.flowgraph
    },
    assembly: AssemblyFeatures {
        opcodes: opcodes::V3_11,
        line_table: LineTable::LocationsApart,
        cell_parameters_twice: false,
        lack_of_cells_flagged: false,
        ..V3_10_13.assembly
    },
    marshal: MarshalFeatures {
        refs_vary: false,
        code_layout: CodeLayout::LocalsPlus,
        equal_instructions_are_one: false,
        ..V3_10_13.marshal
    },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V14_0,
        opcodes: opcodes::V3_11,
        calls: Calls::Precall,
        ..V3_10_13.disassembly
    },
};

const V3_11_9: Features = Features {
    symtable: SymtableFeatures { walrus_target_mangled_before_lookup: true, ..V3_11_7.symtable },
    codegen: CodegenFeatures { assert_failure_at_test: true, ..V3_11_7.codegen },
    ..V3_11_7
};

/// 3.12.0 counts as 3.12.1.
static HISTORY_3_12: History = History {
    newest_patch: 14,
    releases: &[
        (0, &V3_12_1),
        (3, &V3_12_3),
        (4, &V3_12_4),
        (5, &V3_12_5),
        (6, &V3_12_6),
        (7, &V3_12_7),
        (8, &V3_12_8),
        (9, &V3_12_9),
        (10, &V3_12_10),
    ],
};

/// Made from 3.11.7.
const V3_12_1: Features = Features {
    magic: 3531,
    pyc_tag: "cpython-312",
    source_hash: SourceHash::SipHash13,
    syntax: ParserFeatures { unicode: UnicodeVersion::V15_0, fstrings_apart: false, ..V3_11_7.syntax },
    preprocess: PreprocessFeatures {
        recursion_limit: 2994,
        late_future_on_line_refused: false,
        bool_inversion_removal: Some(""),
        ..V3_11_7.preprocess
    },
    symtable: SymtableFeatures {
        recursion_limit: 2994,
        inlines_comprehensions: true,
        has_classdict: true,
        annotation_contents_unquoted: true,
        ..V3_11_7.symtable
    },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V15_0,
        opcodes: opcodes::V3_12,
        locations: LocationRule::Explicit,
        comparison_shift: 4,
        literal_types_named: true,
        calls: Calls::KwNames,
        load_attr_loads_methods: true,
        super_attributes: true,
        intrinsic_functions: true,
        suppression_first: true,
        except_star_list_first: true,
        exhausted_for: &[Opcode::END_FOR],
        guarded_sends: true,
        stop_iteration_handler: true,
        slice_instructions: true,
        class_cells_from_dict: true,
        bool_ops: BoolOps::Copied,
        implicit_return_always: true,
        ..V3_11_7.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_12,
        calls: Calls::KwNames,
        optimizer: Optimizer::LinesLast,
        handler_depth: HandlerDepth::InYield,
        predecessors_counted_once: false,
        ..V3_11_7.flowgraph
    },
    assembly: AssemblyFeatures {
        opcodes: opcodes::V3_12,
        line_table: LineTable::Locations,
        jump_size_guess: JumpSizeGuess::ByLabel,
        ..V3_11_7.assembly
    },
    marshal: MarshalFeatures { interned_at_start: include_str!("../interned/v3_12.txt"), ..V3_11_7.marshal },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V15_0,
        opcodes: opcodes::V3_12,
        comparison_shift: 4,
        calls: Calls::KwNames,
        load_attr_loads_methods: true,
        ..V3_11_7.disassembly
    },
};

const V3_12_3: Features = Features {
    preprocess: PreprocessFeatures { recursion_limit: 9997, ..V3_12_1.preprocess },
    symtable: SymtableFeatures {
        recursion_limit: 9997,
        walrus_target_mangled_before_lookup: true,
        class_cells_in_class_comprehension: ClassCells::ClassGlobalOnce,
        ..V3_12_1.symtable
    },
    codegen: CodegenFeatures { assert_failure_at_test: true, ..V3_12_1.codegen },
    ..V3_12_1
};

const V3_12_4: Features = Features {
    symtable: SymtableFeatures { generic_class_mangles_type_params_only: true, ..V3_12_3.symtable },
    codegen: CodegenFeatures {
        frame_block_limit: 21,
        generic_class_mangles_type_params_only: true,
        comprehension_isolation: ComprehensionIsolation::DifferingScopes,
        function_body_label: true,
        stop_iteration_frame_block: true,
        ..V3_12_3.codegen
    },
    ..V3_12_3
};

const V3_12_5: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules { format_spec_folded: true, ..V3_12_4.syntax.fstrings },
        ..V3_12_4.syntax
    },
    symtable: SymtableFeatures {
        class_cells_in_class_comprehension: ClassCells::ClassGlobal,
        ..V3_12_4.symtable
    },
    codegen: CodegenFeatures {
        lambda_return_at_body: true,
        iterator_location: IteratorLocation::IterableInFor,
        yield_from_outside_function_named: true,
        ..V3_12_4.codegen
    },
    ..V3_12_4
};

const V3_12_6: Features = Features {
    preprocess: PreprocessFeatures {
        bool_inversion_removal: Some(" and will be removed in Python 3.16"),
        ..V3_12_5.preprocess
    },
    codegen: CodegenFeatures {
        iterator_location: IteratorLocation::Iterable,
        with_location: WithLocation::ContextExprButUnwinding,
        ..V3_12_5.codegen
    },
    ..V3_12_5
};

const V3_12_7: Features = Features {
    codegen: CodegenFeatures { with_location: WithLocation::ContextExpr, ..V3_12_6.codegen },
    marshal: MarshalFeatures { static_strings_interned: true, ..V3_12_6.marshal },
    ..V3_12_6
};

const V3_12_8: Features = Features {
    preprocess: PreprocessFeatures {
        future_feature_located: true,
        complex_arithmetic: ComplexArithmetic {
            pow_multiplies: true,
            ..V3_12_7.preprocess.complex_arithmetic
        },
        ..V3_12_7.preprocess
    },
    flowgraph: FlowGraphFeatures {
        complex_arithmetic: ComplexArithmetic {
            pow_multiplies: true,
            ..V3_12_7.flowgraph.complex_arithmetic
        },
        ..V3_12_7.flowgraph
    },
    ..V3_12_7
};

const V3_12_9: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules {
            debug_text_is_raw: true,
            debug_text_end: DebugTextEnd::Last,
            ..V3_12_8.syntax.fstrings
        },
        ..V3_12_8.syntax
    },
    ..V3_12_8
};

const V3_12_10: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules { debug_text_end: DebugTextEnd::LastButColon, ..V3_12_9.syntax.fstrings },
        ..V3_12_9.syntax
    },
    symtable: SymtableFeatures { classdict_type_param_refused: true, ..V3_12_9.symtable },
    ..V3_12_9
};

static HISTORY_3_13: History = History {
    newest_patch: 18,
    releases: &[
        (0, &V3_13_0),
        (1, &V3_13_1),
        (2, &V3_13_2),
        (3, &V3_13_3),
        (4, &V3_13_4),
        (5, &V3_13_5),
        (6, &V3_13_6),
        (10, &V3_13_10),
        (13, &V3_13_13),
        (16, &V3_13_16),
    ],
};

/// Made from 3.12.8, without the fixes that 3.12.8 took from 3.13.1; 3.12.9 is younger.
const V3_13_0: Features = Features {
    magic: 3571,
    pyc_tag: "cpython-313",
    source_hash: SourceHash::SipHash13,
    syntax: ParserFeatures {
        unicode: UnicodeVersion::V15_1,
        fstrings: FStringRules { empty_spec_pieces_dropped: true, ..V3_12_8.syntax.fstrings },
        ..V3_12_8.syntax
    },
    preprocess: PreprocessFeatures {
        future_feature_located: false,
        future_import_is_absolute: true,
        complex_arithmetic: V3_12_7.preprocess.complex_arithmetic,
        ..V3_12_8.preprocess
    },
    symtable: SymtableFeatures {
        try_handlers_before_orelse: true,
        annotation_scopes_in_classes_hold_functions: true,
        type_param_default: true,
        ..V3_12_8.symtable
    },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V15_1,
        opcodes: opcodes::V3_13,
        comparison_shift: 5,
        future_import_is_absolute: true,
        type_param_default: true,
        docstrings_cleaned: true,
        calls: Calls::CallKw,
        function_attributes: FunctionAttributes::SetFunctionAttribute,
        truth_tests: TruthTests::ToBool,
        field_formatting: FieldFormatting::ConvertAndFormat,
        exhausted_for: &[Opcode::END_FOR, Opcode::POP_TOP],
        jumps_without_interrupt: true,
        yield_oparg_says_await: true,
        generator_prologue: GeneratorPrologue::FlowGraphLocated,
        firstlineno_and_static_attributes: true,
        dropped_docstring_leaves_nothing: true,
        ..V3_12_8.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_13,
        calls: Calls::CallKw,
        complex_arithmetic: V3_12_7.flowgraph.complex_arithmetic,
        generator_prologue: GeneratorPrologue::FlowGraphLocated,
        jumps_without_interrupt: true,
        optimizer: Optimizer::LinesFirst,
        labels_only_where_jumped_to: true,
        handler_depth: HandlerDepth::InResume(4),
        predecessors_counted_once: true,
        eval_breaks_have_lines: true,
        jumps_threaded_over_lines: true,
        cold_code_jumps_back_at_its_line: true,
        ..V3_12_8.flowgraph
    },
    assembly: AssemblyFeatures {
        opcodes: opcodes::V3_13,
        jump_size_guess: JumpSizeGuess::ByInstruction,
        least_stacksize: 1,
        ..V3_12_8.assembly
    },
    marshal: MarshalFeatures {
        interned_at_start: include_str!("../interned/v3_13_0.txt"),
        code_names_interned: true,
        frozensets_sorted_as_shared: true,
        ..V3_12_8.marshal
    },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V15_1,
        opcodes: opcodes::V3_13,
        have_argument: 45,
        comparison_shift: 5,
        calls: Calls::CallKw,
        ..V3_12_8.disassembly
    },
};

const V3_13_1: Features = Features {
    preprocess: PreprocessFeatures {
        future_feature_located: true,
        complex_arithmetic: V3_12_8.preprocess.complex_arithmetic,
        ..V3_13_0.preprocess
    },
    codegen: CodegenFeatures { comprehension_iter: ComprehensionIter::EvaluatedAndAtLoop, ..V3_13_0.codegen },
    flowgraph: FlowGraphFeatures {
        complex_arithmetic: V3_12_8.flowgraph.complex_arithmetic,
        ..V3_13_0.flowgraph
    },
    marshal: MarshalFeatures { interned_at_start: include_str!("../interned/v3_13.txt"), ..V3_13_0.marshal },
    ..V3_13_0
};

const V3_13_2: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules {
            debug_text_is_raw: true,
            debug_text_end: DebugTextEnd::Last,
            ..V3_13_1.syntax.fstrings
        },
        ..V3_13_1.syntax
    },
    ..V3_13_1
};

const V3_13_3: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules { debug_text_end: DebugTextEnd::LastButColon, ..V3_13_2.syntax.fstrings },
        ..V3_13_2.syntax
    },
    symtable: SymtableFeatures { classdict_type_param_refused: true, ..V3_13_2.symtable },
    ..V3_13_2
};

const V3_13_4: Features = Features {
    syntax: ParserFeatures {
        spec_newline_refused: true,
        constant_identifier_refused: true,
        ..V3_13_3.syntax
    },
    codegen: CodegenFeatures { comprehension_iter: ComprehensionIter::AtLoop, ..V3_13_3.codegen },
    ..V3_13_3
};

const V3_13_5: Features = Features {
    codegen: CodegenFeatures { comprehension_iter: ComprehensionIter::EvaluatedAndAtLoop, ..V3_13_4.codegen },
    ..V3_13_4
};

const V3_13_6: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules {
            debug_comments: DebugComments::OutsideQuotes,
            format_spec_may_be_raw: true,
            ..V3_13_5.syntax.fstrings
        },
        ..V3_13_5.syntax
    },
    ..V3_13_5
};

const V3_13_10: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules { debug_equal_at_top_only: true, ..V3_13_6.syntax.fstrings },
        ..V3_13_6.syntax
    },
    codegen: CodegenFeatures {
        finally_warnings: FinallyWarnings::NotInHandlerOrUnwinding,
        ..V3_13_6.codegen
    },
    ..V3_13_6
};

const V3_13_13: Features = Features {
    syntax: ParserFeatures { derived_names: DerivedNames::AllRanges, ..V3_13_10.syntax },
    symtable: SymtableFeatures {
        class_cells_in_class_comprehension: ClassCells::Global,
        ..V3_13_10.symtable
    },
    ..V3_13_10
};

const V3_13_16: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules {
            debug_text_end: DebugTextEnd::Last,
            debug_text_begins_at_field: true,
            debug_comments: DebugComments::OutsideStrings,
            ..V3_13_13.syntax.fstrings
        },
        ..V3_13_13.syntax
    },
    codegen: CodegenFeatures { inlined_comprehension_frame_block: true, ..V3_13_13.codegen },
    ..V3_13_13
};

static HISTORY_3_14: History = History {
    newest_patch: 10,
    releases: &[(0, &V3_14_0), (1, &V3_14_1), (4, &V3_14_4), (5, &V3_14_5), (6, &V3_14_6), (8, &V3_14_8)],
};

/// Made from 3.13.6.
const V3_14_0: Features = Features {
    magic: 3627,
    pyc_tag: "cpython-314",
    source_hash: SourceHash::SipHash13,
    syntax: ParserFeatures {
        unicode: UnicodeVersion::V16_0,
        fstrings: FStringRules { constant_spec_has_colon: true, ..V3_13_6.syntax.fstrings },
        ..V3_13_6.syntax
    },
    preprocess: PreprocessFeatures {
        docstrings_removed_early: true,
        control_flow_in_finally_warned: true,
        folding: ConstantFolding::FlowGraph,
        complex_arithmetic: ComplexArithmetic { annex_g: true, ..V3_13_6.preprocess.complex_arithmetic },
        ..V3_13_6.preprocess
    },
    symtable: SymtableFeatures {
        deferred_annotations: true,
        contexts_checked_in_symtable: true,
        ..V3_13_6.symtable
    },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V16_0,
        opcodes: opcodes::V3_14,
        deferred_annotations: true,
        contexts_checked_in_symtable: true,
        generic_base_uncounted: true,
        docstring_and_method_flags: true,
        comprehension_isolation: ComprehensionIsolation::DifferingScopesBoundCleared,
        exhausted_for: &[Opcode::END_FOR, Opcode::POP_ITER],
        comprehension_iter: ComprehensionIter::Evaluated,
        docstring_slot: false,
        folding: ConstantFolding::FlowGraph,
        const_key_maps: false,
        bool_ops: BoolOps::PseudoJump,
        subscripts: Subscripts::BinaryOp,
        constant_slices: true,
        inlined_genexp_calls: InlinedGenexpCalls::AnyAllTuple,
        call_ex_always_kwargs: true,
        while_loops: WhileLoops::TestAtTop,
        context_managers: ContextManagers::LoadSpecial,
        async_for_branch_marks: true,
        matched_subject_popped_at_next: true,
        ..V3_13_6.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_14,
        folding: ConstantFolding::FlowGraph,
        complex_arithmetic: ComplexArithmetic { annex_g: true, ..V3_13_6.flowgraph.complex_arithmetic },
        immediate_constants: ImmediateConstants::SmallInts,
        stack_size_before_instructions: true,
        borrowed_loads: BorrowedLoads::Misattributed,
        ..V3_13_6.flowgraph
    },
    assembly: AssemblyFeatures { opcodes: opcodes::V3_14, argument_kinds: true, ..V3_13_6.assembly },
    marshal: MarshalFeatures { interned_at_start: include_str!("../interned/v3_14.txt"), ..V3_13_6.marshal },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V16_0,
        opcodes: opcodes::V3_14,
        have_argument: 44,
        ..V3_13_6.disassembly
    },
};

const V3_14_1: Features = Features {
    syntax: ParserFeatures {
        source_bytes_checked_first: true,
        fstrings: FStringRules { debug_equal_at_top_only: true, ..V3_14_0.syntax.fstrings },
        ..V3_14_0.syntax
    },
    codegen: CodegenFeatures { finally_warnings: FinallyWarnings::NotInHandler, ..V3_14_0.codegen },
    ..V3_14_0
};

const V3_14_4: Features = Features {
    syntax: ParserFeatures { derived_names: DerivedNames::AllRanges, ..V3_14_1.syntax },
    symtable: SymtableFeatures { class_cells_in_class_comprehension: ClassCells::Global, ..V3_14_1.symtable },
    ..V3_14_1
};

const V3_14_5: Features = Features {
    codegen: CodegenFeatures { inlined_genexp_calls: InlinedGenexpCalls::SyncAnyAllTuple, ..V3_14_4.codegen },
    ..V3_14_4
};

const V3_14_6: Features = Features {
    symtable: SymtableFeatures {
        class_cells_in_class_comprehension: ClassCells::GlobalUnlessFreeInside,
        class_annotations_need_classdict: true,
        ..V3_14_5.symtable
    },
    ..V3_14_5
};

const V3_14_8: Features = Features {
    syntax: ParserFeatures {
        fstrings: FStringRules {
            debug_text_end: DebugTextEnd::Last,
            debug_text_begins_at_field: true,
            debug_comments: DebugComments::OutsideStrings,
            interpolation_text_verbatim: true,
            ..V3_14_6.syntax.fstrings
        },
        ..V3_14_6.syntax
    },
    flowgraph: FlowGraphFeatures { folds_long_displays: true, ..V3_14_6.flowgraph },
    codegen: CodegenFeatures { inlined_comprehension_frame_block: true, ..V3_14_6.codegen },
    ..V3_14_6
};

static HISTORY_3_15: History = History { newest_patch: 2, releases: &[(0, &V3_15_0)] };

const V3_15_0: Features = Features {
    magic: 3666,
    pyc_tag: "cpython-315",
    syntax: ParserFeatures { unicode: UnicodeVersion::V17_0, ..V3_14_8.syntax },
    symtable: SymtableFeatures { duplicate_parameter: "parameter", ..V3_14_8.symtable },
    codegen: CodegenFeatures {
        unicode: UnicodeVersion::V17_0,
        opcodes: opcodes::V3_15,
        annotations_posonly_first: true,
        function_annotations_qualname: true,
        comprehension_iter: ComprehensionIter::Inside,
        inlined_genexp_calls: InlinedGenexpCalls::SyncWithListAndSet,
        virtual_iterators: true,
        generator_prologue: GeneratorPrologue::Codegen,
        import_flags: true,
        ..V3_14_8.codegen
    },
    flowgraph: FlowGraphFeatures {
        opcodes: opcodes::V3_15,
        generator_prologue: GeneratorPrologue::Codegen,
        handler_depth: HandlerDepth::InResume(8),
        immediate_constants: ImmediateConstants::SmallIntsAndCommon,
        new_jumps_inherit_handler: true,
        lines_cross_empty_blocks: true,
        borrowed_loads: BorrowedLoads::Attributed,
        ..V3_14_8.flowgraph
    },
    assembly: AssemblyFeatures { opcodes: opcodes::V3_15, ..V3_14_8.assembly },
    marshal: MarshalFeatures {
        interned_at_start: include_str!("../interned/v3_15.txt"),
        root_code_is_not_shared: true,
        largest_small_int: 1024,
        ..V3_14_8.marshal
    },
    disassembly: DisassemblyFeatures {
        unicode: UnicodeVersion::V17_0,
        opcodes: opcodes::V3_15,
        have_argument: 42,
        import_flags: true,
        ..V3_14_8.disassembly
    },
    ..V3_14_8
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_does_what_the_last_change_before_it_made_it_do() {
        for (patch, at_test, raw) in
            [(0, false, false), (2, false, false), (3, true, false), (14, true, true)]
        {
            let Features { codegen, syntax, .. } = HISTORY_3_12.features(patch);
            let facts = (codegen.assert_failure_at_test, syntax.fstrings.debug_text_is_raw);
            assert_eq!(facts, (at_test, raw));
        }
        assert!(HISTORY_3_12.releases.is_sorted_by_key(|&(first, _)| first));
        assert_eq!(HISTORY_3_12.releases[0].0, 0);
    }

    #[test]
    fn stages_agree_on_the_rules_they_share() {
        let releases = Version::ALL.into_iter().map(of).flat_map(|history| history.releases);
        for (_, Features { syntax, preprocess, symtable, codegen, flowgraph, assembly, disassembly, .. }) in
            releases
        {
            assert_eq!(preprocess.recursion_limit, symtable.recursion_limit);
            assert_eq!(preprocess.future_import_is_absolute, codegen.future_import_is_absolute);
            assert_eq!(preprocess.complex_arithmetic, flowgraph.complex_arithmetic);
            assert_eq!([preprocess.folding; 2], [codegen.folding, flowgraph.folding]);
            assert_eq!(symtable.type_param_default, codegen.type_param_default);
            assert_eq!(symtable.deferred_annotations, codegen.deferred_annotations);
            assert_eq!(symtable.contexts_checked_in_symtable, codegen.contexts_checked_in_symtable);
            assert_eq!(
                symtable.generic_class_mangles_type_params_only,
                codegen.generic_class_mangles_type_params_only
            );
            assert_eq!([codegen.calls; 2], [flowgraph.calls, disassembly.calls]);
            assert_eq!(codegen.generator_prologue, flowgraph.generator_prologue);
            assert_eq!(codegen.jumps_without_interrupt, flowgraph.jumps_without_interrupt);
            assert_eq!([syntax.unicode; 2], [codegen.unicode, disassembly.unicode]);
            assert_eq!(codegen.comparison_shift, disassembly.comparison_shift);
            assert_eq!(assembly.jumps_in_bytes, disassembly.jumps_in_bytes);
            assert_eq!(codegen.load_attr_loads_methods, disassembly.load_attr_loads_methods);
            assert_eq!(codegen.import_flags, disassembly.import_flags);
            for opcodes in [flowgraph.opcodes, assembly.opcodes, disassembly.opcodes] {
                assert!(std::ptr::eq(codegen.opcodes, opcodes));
            }
        }
    }
}
