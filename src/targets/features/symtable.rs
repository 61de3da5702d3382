//! Features of the symbol table.

/// What the symbol table of a release does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymtableFeatures {
    /// As in [`PreprocessFeatures`](super::PreprocessFeatures::recursion_limit).
    pub recursion_limit: u32,
    /// Comprehensions that are not generators are inlined into the scope around them (PEP 709).
    ///
    /// CPython: `Python/symtable.c` `inline_comprehension` (3.12–)
    pub inlines_comprehensions: bool,
    /// The scope around an asynchronous comprehension is a coroutine, so that it may be a
    /// comprehension itself.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension` (3.11–)
    pub async_comprehension_makes_coroutine: bool,
    /// A class provides its namespace, as `__classdict__`, to scopes inside.
    ///
    /// CPython: `Python/symtable.c` `drop_class_free` (3.12–)
    pub has_classdict: bool,
    /// The error about what an annotation cannot hold says `cannot`, and names it without quotes;
    /// otherwise `can not`.
    ///
    /// CPython: `Python/symtable.c` `ANNOTATION_NOT_ALLOWED` (3.12–)
    pub annotation_contents_unquoted: bool,
    /// The `else` of a `try` statement is visited after its handlers, otherwise before them.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_stmt` (3.13–)
    pub try_handlers_before_orelse: bool,
    /// Type parameters and aliases in a class may contain lambdas and comprehensions.
    ///
    /// CPython: `Python/symtable.c` `symtable_handle_comprehension`, `symtable_visit_expr` (3.13–)
    pub annotation_scopes_in_classes_hold_functions: bool,
    /// Type parameters may have defaults. The scope of a default or bound is located at its
    /// expression, otherwise that of a bound at the parameter.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_type_param_bound_or_default`,
    /// `Python/compile.c` `compiler_type_param_bound_or_default` (3.13–)
    pub type_param_default: bool,
    /// The names in annotations that become strings are uses in the scope around them, as if these
    /// were evaluated.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotations` (3.8–3.9)
    pub postponed_annotations_in_scope: bool,
    /// Annotations are evaluated on demand, by a function that takes a format (PEP 649). The values
    /// of type parameters and aliases, which are evaluated on demand in every version, take a
    /// format too.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotation`, `symtable_visit_annotations`,
    /// `Python/codegen.c` `codegen_setup_annotations_scope` (3.14–)
    pub deferred_annotations: bool,
    /// A class with annotated variables has the cell `__classdict__`, even if it binds that name
    /// itself.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_annotation` (3.14.6–)
    pub class_annotations_need_classdict: bool,
    /// The symbol table checks that nothing binds `__debug__`, that `await` and the like are in
    /// coroutines, and that future statements come first. Otherwise code generation does.
    ///
    /// CPython: `Python/symtable.c` `check_name`, `symtable_raise_if_not_coroutine`,
    /// `check_import_from` (3.14–)
    pub contexts_checked_in_symtable: bool,
    /// What the error about a duplicate parameter calls it: `argument` or `parameter`.
    ///
    /// CPython: `Python/symtable.c` `DUPLICATE_ARGUMENT` (3.8–3.14), `DUPLICATE_PARAMETER` (3.15–)
    pub duplicate_parameter: &'static str,
    /// Faults are reported at the function, class or comprehension that they are in, and those of
    /// assignment expressions in comprehensions a column before them. Otherwise, at what is wrong.
    ///
    /// CPython: `Python/symtable.c` `symtable_add_def_helper`, `symtable_visit_alias`,
    /// `symtable_extend_namedexpr_scope` (3.8–3.9)
    pub faults_at_scopes: bool,
    /// The scope of the target of an assignment expression in a comprehension is looked up by the
    /// mangled name, otherwise by the name as written.
    ///
    /// CPython: `Python/symtable.c` `symtable_extend_namedexpr_scope` (3.12.3–)
    pub walrus_target_mangled_before_lookup: bool,
    /// What `__class__` and the other cells of a class are in a comprehension inlined into a class.
    pub class_cells_in_class_comprehension: ClassCells,
    /// The name of a generic class mangles only its type parameters in the scope around it.
    /// Otherwise everything that follows the class in that scope is mangled too.
    ///
    /// CPython: `Python/symtable.c` `_Py_MaybeMangle` (3.12.4–)
    pub generic_class_mangles_type_params_only: bool,
    /// A type parameter called `__classdict__` is an error.
    ///
    /// CPython: `Python/symtable.c` `symtable_visit_type_param_check_reserved_name` (3.12.10–)
    pub classdict_type_param_refused: bool,
}

impl SymtableFeatures {
    /// Whether a tree has the same symbol table with `other`, where it is known to have one.
    /// `is_plain` says that the tree has nothing of what
    /// [`SymbolTable::is_plain`](crate::symtable::SymbolTable) lists.
    pub(crate) fn make_same_table(&self, other: &SymtableFeatures, is_plain: bool) -> bool {
        // No table depends on the message or the place of an error.
        let mut like_other = SymtableFeatures {
            duplicate_parameter: other.duplicate_parameter,
            faults_at_scopes: other.faults_at_scopes,
            ..self.clone()
        };
        if is_plain {
            like_other = SymtableFeatures {
                try_handlers_before_orelse: other.try_handlers_before_orelse,
                annotation_scopes_in_classes_hold_functions: other
                    .annotation_scopes_in_classes_hold_functions,
                type_param_default: other.type_param_default,
                class_cells_in_class_comprehension: other.class_cells_in_class_comprehension,
                generic_class_mangles_type_params_only: other.generic_class_mangles_type_params_only,
                classdict_type_param_refused: other.classdict_type_param_refused,
                ..like_other
            };
        }
        like_other == *other
    }
}

/// What `__class__`, `__classdict__` and `__conditional_annotations__` are in a comprehension that
/// is inlined into a class.
///
/// CPython: `Python/symtable.c` `inline_comprehension` (3.12–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassCells {
    /// Free variables, which the class does not have (3.12.0–3.12.2).
    Free,
    /// `__class__` is a global, unless the class has a symbol of this name (3.12.3–3.12.4).
    ClassGlobalOnce,
    /// `__class__` is a global (3.12.5–3.13.12, 3.14.0–3.14.3).
    ClassGlobal,
    /// All are globals (3.13.13–, 3.14.4–3.14.5).
    Global,
    /// All are globals, except in scopes inside the comprehension, for which they are free
    /// variables (3.14.6–).
    GlobalUnlessFreeInside,
}
