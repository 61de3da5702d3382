//! Which release of CPython does what: read from top to bottom, this is the history of its bytecode.
//!
//! Each release that changed something is the one before it and what is other. Sources: the releases' own code, checked with
//! interpreters of 3.12.1, 3.12.14, 3.13.0, 3.13.18, 3.14.10 and 3.15.2.
//!
//! # What is left out
//!
//! What shows in messages and places of syntax errors (for all releases they are those of 3.12.1, but newer syntax is known), in warnings,
//! in the `ast`, `tokenize` and `codeop` modules, or in nothing but crashes and leaks mended. Besides, of what shows in code or verdicts:
//!
//! - `from __future__ import barry_as_FLUFL` changes nothing here; it does from 3.12.10, 3.13.3 and 3.14.0 on: `<>` is then the operator, and
//!   `!=` none (gh-125331).
//! - `{{` behind a field in a format spec (`f"{a:{b}{{c}}}"`) is read as a field with a set, as 3.12.1 does; from 3.12.5 on as a brace, and the spec
//!   ends at the next `}` (gh-121130).
//! - 3.12.0 counts as 3.12.1.

use super::super::opcodes::{self, Opcode};
use super::super::unicode::{DerivedNames, UnicodeVersion};
use super::super::version::Version;
use super::{
    BorrowedLoads, ClassCells, ComplexArithmetic, ComprehensionIter, DebugComments, DebugTextEnd,
    FStringRules, Features, HandlerDepth, InlinedGenexpCalls, JumpSizeGuess,
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

/// The releases of a version whose compiler crosspyc has.
pub(in crate::targets) fn of(version: Version) -> Option<&'static History> {
    match version {
        Version::V3_12 => Some(&HISTORY_3_12),
        Version::V3_13 => Some(&HISTORY_3_13),
        Version::V3_14 => Some(&HISTORY_3_14),
        Version::V3_15 => Some(&HISTORY_3_15),
        Version::V3_8 | Version::V3_9 | Version::V3_10 | Version::V3_11 => None,
    }
}

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

const V3_12_1: Features = Features {
    magic: 3531,
    pyc_tag: "cpython-312",
    marshal_version: 4,
    recursion_limit: 2996,
    interned_at_start: include_str!("../interned/v3_12.txt"),
    unicode: UnicodeVersion::V15_0,
    derived_names: DerivedNames::HangulAndIdeographs,
    opcodes: opcodes::V3_12,
    have_argument: 90,
    comparison_shift: 4,
    frame_block_limit: 20,
    source_bytes_checked_first: false,
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
    future_feature_located: false,
    future_import_is_absolute: false,
    try_handlers_before_orelse: false,
    annotation_scopes_in_classes_hold_functions: false,
    type_param_default: false,
    docstrings_cleaned: false,
    docstrings_removed_early: false,
    deferred_annotations: false,
    class_annotations_need_classdict: false,
    contexts_checked_in_symtable: false,
    duplicate_parameter: "argument",
    walrus_target_mangled_before_lookup: false,
    class_cells_in_class_comprehension: ClassCells::Free,
    generic_class_mangles_type_params_only: false,
    classdict_type_param_refused: false,
    annotations_posonly_first: false,
    function_annotations_qualname: false,
    generic_base_uncounted: false,
    docstring_and_method_flags: false,
    inlined_comprehension_overrides_every_symbol: false,
    inlined_comprehension_clears_bound_only: false,
    function_body_label: false,
    stop_iteration_frame_block: false,
    assert_failure_at_test: false,
    lambda_return_at_body: false,
    for_iter_at_iterable: false,
    get_iter_at_iterable: false,
    with_at_context_expr: false,
    with_unwound_at_context_expr: false,
    yield_from_outside_function_named: false,
    push_null_after_callable: false,
    call_kw: false,
    function_attributes: false,
    to_bool: false,
    convert_and_format: false,
    exhausted_for: &[Opcode::END_FOR],
    comprehension_iter: ComprehensionIter::Evaluated,
    jumps_without_interrupt: false,
    yield_oparg_says_await: false,
    firstlineno_and_static_attributes: false,
    dropped_docstring_leaves_nothing: false,
    docstring_slot: true,
    folds_constants_in_flowgraph: false,
    complex_arithmetic: ComplexArithmetic { pow_multiplies: false, annex_g: false },
    const_key_maps: true,
    boolop_pseudo_jumps: false,
    subscript_is_binary_op: false,
    constant_slices: false,
    inlined_genexp_calls: InlinedGenexpCalls::None,
    async_genexp_calls_not_inlined: false,
    call_ex_always_kwargs: false,
    load_common_constant: false,
    while_tests_before_round: false,
    load_special_with: false,
    async_for_branch_marks: false,
    matched_subject_popped_at_next: false,
    virtual_iterators: false,
    generator_prologue_in_codegen: false,
    import_flags: false,
    labels_only_where_jumped_to: false,
    handler_depth: HandlerDepth::InYield,
    lines_resolved_before_optimizing: false,
    predecessors_counted_once: false,
    eval_breaks_have_lines: false,
    repeated_instructions_dropped: false,
    swaps_optimized_last: false,
    jumps_threaded_over_lines: false,
    cold_code_jumps_back_at_its_line: false,
    generator_prefix_located: false,
    jump_size_guess: JumpSizeGuess::ByLabel,
    load_small_int: false,
    common_constants_for_values: false,
    folds_long_displays: false,
    new_jumps_inherit_handler: false,
    lines_cross_empty_blocks: false,
    stack_size_before_instructions: false,
    not_taken: false,
    borrowed_loads: BorrowedLoads::None,
    argument_kinds: false,
    least_stacksize: 0,
    static_strings_interned: false,
    code_names_interned: false,
    frozensets_sorted_as_shared: false,
    annotate_renames_parameter: false,
    root_code_is_not_shared: false,
    largest_small_int: 256,
};

const V3_12_3: Features = Features {
    recursion_limit: 9998,
    walrus_target_mangled_before_lookup: true,
    class_cells_in_class_comprehension: ClassCells::ClassGlobalOnce,
    assert_failure_at_test: true,
    ..V3_12_1
};

const V3_12_4: Features = Features {
    frame_block_limit: 21,
    generic_class_mangles_type_params_only: true,
    inlined_comprehension_overrides_every_symbol: true,
    function_body_label: true,
    stop_iteration_frame_block: true,
    ..V3_12_3
};

const V3_12_5: Features = Features {
    fstrings: FStringRules { format_spec_folded: true, ..V3_12_4.fstrings },
    class_cells_in_class_comprehension: ClassCells::ClassGlobal,
    lambda_return_at_body: true,
    for_iter_at_iterable: true,
    yield_from_outside_function_named: true,
    ..V3_12_4
};

const V3_12_6: Features = Features { get_iter_at_iterable: true, with_at_context_expr: true, ..V3_12_5 };

const V3_12_7: Features =
    Features { with_unwound_at_context_expr: true, static_strings_interned: true, ..V3_12_6 };

const V3_12_8: Features = Features {
    complex_arithmetic: ComplexArithmetic { pow_multiplies: true, ..V3_12_7.complex_arithmetic },
    future_feature_located: true,
    ..V3_12_7
};

const V3_12_9: Features = Features {
    fstrings: FStringRules {
        debug_text_is_raw: true,
        debug_text_end: DebugTextEnd::Last,
        ..V3_12_8.fstrings
    },
    ..V3_12_8
};

const V3_12_10: Features = Features {
    fstrings: FStringRules { debug_text_end: DebugTextEnd::LastButColon, ..V3_12_9.fstrings },
    classdict_type_param_refused: true,
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

/// Made from 3.12.8: 3.12.9 is younger.
const V3_13_0: Features = Features {
    magic: 3571,
    pyc_tag: "cpython-313",
    interned_at_start: include_str!("../interned/v3_13_0.txt"),
    unicode: UnicodeVersion::V15_1,
    opcodes: opcodes::V3_13,
    have_argument: 45,
    fstrings: FStringRules { empty_spec_pieces_dropped: true, ..V3_12_8.fstrings },
    comparison_shift: 5,
    complex_arithmetic: V3_12_7.complex_arithmetic,
    future_feature_located: false,
    future_import_is_absolute: true,
    try_handlers_before_orelse: true,
    annotation_scopes_in_classes_hold_functions: true,
    type_param_default: true,
    docstrings_cleaned: true,
    code_names_interned: true,
    frozensets_sorted_as_shared: true,
    push_null_after_callable: true,
    call_kw: true,
    function_attributes: true,
    to_bool: true,
    convert_and_format: true,
    exhausted_for: &[Opcode::END_FOR, Opcode::POP_TOP],
    jumps_without_interrupt: true,
    yield_oparg_says_await: true,
    firstlineno_and_static_attributes: true,
    dropped_docstring_leaves_nothing: true,
    labels_only_where_jumped_to: true,
    handler_depth: HandlerDepth::InResume(4),
    lines_resolved_before_optimizing: true,
    predecessors_counted_once: true,
    eval_breaks_have_lines: true,
    repeated_instructions_dropped: true,
    swaps_optimized_last: true,
    jumps_threaded_over_lines: true,
    cold_code_jumps_back_at_its_line: true,
    generator_prefix_located: true,
    jump_size_guess: JumpSizeGuess::ByInstruction,
    least_stacksize: 1,
    ..V3_12_8
};

const V3_13_1: Features = Features {
    interned_at_start: include_str!("../interned/v3_13.txt"),
    complex_arithmetic: V3_12_8.complex_arithmetic,
    future_feature_located: true,
    comprehension_iter: ComprehensionIter::EvaluatedAndAtLoop,
    ..V3_13_0
};

const V3_13_2: Features = Features {
    fstrings: FStringRules {
        debug_text_is_raw: true,
        debug_text_end: DebugTextEnd::Last,
        ..V3_13_1.fstrings
    },
    ..V3_13_1
};

const V3_13_3: Features = Features {
    fstrings: FStringRules { debug_text_end: DebugTextEnd::LastButColon, ..V3_13_2.fstrings },
    classdict_type_param_refused: true,
    ..V3_13_2
};

const V3_13_4: Features = Features {
    spec_newline_refused: true,
    constant_identifier_refused: true,
    comprehension_iter: ComprehensionIter::AtLoop,
    ..V3_13_3
};

const V3_13_5: Features = Features { comprehension_iter: ComprehensionIter::EvaluatedAndAtLoop, ..V3_13_4 };

const V3_13_6: Features = Features {
    fstrings: FStringRules {
        debug_comments: DebugComments::OutsideQuotes,
        format_spec_may_be_raw: true,
        ..V3_13_5.fstrings
    },
    ..V3_13_5
};

const V3_13_10: Features =
    Features { fstrings: FStringRules { debug_equal_at_top_only: true, ..V3_13_6.fstrings }, ..V3_13_6 };

const V3_13_13: Features = Features {
    class_cells_in_class_comprehension: ClassCells::Global,
    derived_names: DerivedNames::AllRanges,
    ..V3_13_10
};

const V3_13_16: Features = Features {
    fstrings: FStringRules {
        debug_text_end: DebugTextEnd::Last,
        debug_text_begins_at_field: true,
        debug_comments: DebugComments::OutsideStrings,
        ..V3_13_13.fstrings
    },
    ..V3_13_13
};

static HISTORY_3_14: History = History {
    newest_patch: 10,
    releases: &[(0, &V3_14_0), (1, &V3_14_1), (4, &V3_14_4), (5, &V3_14_5), (6, &V3_14_6), (8, &V3_14_8)],
};

const V3_14_0: Features = Features {
    magic: 3627,
    pyc_tag: "cpython-314",
    marshal_version: 5,
    interned_at_start: include_str!("../interned/v3_14.txt"),
    unicode: UnicodeVersion::V16_0,
    opcodes: opcodes::V3_14,
    have_argument: 44,
    fstrings: FStringRules { constant_spec_has_colon: true, ..V3_13_6.fstrings },
    docstrings_removed_early: true,
    deferred_annotations: true,
    contexts_checked_in_symtable: true,
    generic_base_uncounted: true,
    docstring_and_method_flags: true,
    annotate_renames_parameter: true,
    inlined_comprehension_clears_bound_only: true,
    exhausted_for: &[Opcode::END_FOR, Opcode::POP_ITER],
    comprehension_iter: ComprehensionIter::Evaluated,
    docstring_slot: false,
    folds_constants_in_flowgraph: true,
    complex_arithmetic: ComplexArithmetic { annex_g: true, ..V3_13_6.complex_arithmetic },
    const_key_maps: false,
    boolop_pseudo_jumps: true,
    subscript_is_binary_op: true,
    constant_slices: true,
    inlined_genexp_calls: InlinedGenexpCalls::AnyAllTuple,
    call_ex_always_kwargs: true,
    load_common_constant: true,
    while_tests_before_round: true,
    load_special_with: true,
    async_for_branch_marks: true,
    matched_subject_popped_at_next: true,
    load_small_int: true,
    stack_size_before_instructions: true,
    not_taken: true,
    borrowed_loads: BorrowedLoads::Misattributed,
    argument_kinds: true,
    ..V3_13_6
};

const V3_14_1: Features = Features {
    source_bytes_checked_first: true,
    fstrings: FStringRules { debug_equal_at_top_only: true, ..V3_14_0.fstrings },
    ..V3_14_0
};

const V3_14_4: Features = Features {
    class_cells_in_class_comprehension: ClassCells::Global,
    derived_names: DerivedNames::AllRanges,
    ..V3_14_1
};

const V3_14_5: Features = Features { async_genexp_calls_not_inlined: true, ..V3_14_4 };

const V3_14_6: Features = Features {
    class_cells_in_class_comprehension: ClassCells::GlobalUnlessFreeInside,
    class_annotations_need_classdict: true,
    ..V3_14_5
};

const V3_14_8: Features = Features {
    fstrings: FStringRules {
        debug_text_end: DebugTextEnd::Last,
        debug_text_begins_at_field: true,
        debug_comments: DebugComments::OutsideStrings,
        interpolation_text_verbatim: true,
        ..V3_14_6.fstrings
    },
    folds_long_displays: true,
    ..V3_14_6
};

static HISTORY_3_15: History = History { newest_patch: 2, releases: &[(0, &V3_15_0)] };

const V3_15_0: Features = Features {
    magic: 3666,
    pyc_tag: "cpython-315",
    marshal_version: 6,
    interned_at_start: include_str!("../interned/v3_15.txt"),
    unicode: UnicodeVersion::V17_0,
    opcodes: opcodes::V3_15,
    have_argument: 42,
    duplicate_parameter: "parameter",
    annotations_posonly_first: true,
    function_annotations_qualname: true,
    root_code_is_not_shared: true,
    largest_small_int: 1024,
    comprehension_iter: ComprehensionIter::Inside,
    inlined_genexp_calls: InlinedGenexpCalls::WithListAndSet,
    virtual_iterators: true,
    generator_prologue_in_codegen: true,
    import_flags: true,
    handler_depth: HandlerDepth::InResume(8),
    common_constants_for_values: true,
    new_jumps_inherit_handler: true,
    lines_cross_empty_blocks: true,
    borrowed_loads: BorrowedLoads::Attributed,
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
            let features = HISTORY_3_12.features(patch);
            assert_eq!(
                (features.assert_failure_at_test, features.fstrings.debug_text_is_raw),
                (at_test, raw)
            );
        }
        assert!(HISTORY_3_12.releases.is_sorted_by_key(|&(first, _)| first));
        assert_eq!(HISTORY_3_12.releases[0].0, 0);
    }
}
